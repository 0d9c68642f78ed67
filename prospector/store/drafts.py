"""Letters for a person to review. What a person wrote or decided is never undone by a crawl; every change is an event."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from prospector.items import Draft, DraftKind, DraftStatus
from prospector.outreach.transitions import DO_NOT_SEND, UNDECIDED, WITHDRAWABLE, renewed, undecided
from prospector.store.codecs import time_text
from prospector.store.draft_rows import StoredDraft, decoded, draft_of, encoded
from prospector.store.events import Actor, Change, Event, events_of, record
from prospector.store.session import Session
from prospector.words import label

# what only a person changes: if it differs from what a decision made of it, something was decided since
_DECIDED = frozenset({"status", "edited_subject", "edited_body", "chosen_contact_id", "hidden_address_allowed_at", "outcome", "message_id"})


ABOUT_DEAD_LINKS = frozenset({DraftKind.FIRST, DraftKind.FOLLOW_UP})  # what they claim falls when nothing on the page is dead any more


class Saved(StrEnum):
    """What became of a draft that a crawl wrote."""

    NEW = "new"
    UPDATED = "updated"
    RELEASED = "released"  # it was approved in advance, and its claim is confirmed now
    WITHDRAWN = "withdrawn"  # a person's words in it are no longer true
    KEPT = "kept"  # the stored one stays as it is: it says the same, or a person is done with it


_SAVED = {"released": Saved.RELEASED, "withdrawn": Saved.WITHDRAWN}


class Drafts:
    def __init__(self, session: Session) -> None:
        self._session = session

    # -- what a crawl does -------------------------------------------------------------------------------------------------

    def save(self, draft: Draft, *, objection: str = "", number: int | None = None, part_of: int | None = None, now: datetime) -> Saved:
        """A crawl's letter for a page; outreach.transitions says what it does to the one that is there. A page has one first letter.

        :param objection: what lint says against its text, if it is an error: an approval does not cover it then.
        :param number: the one that a new letter should have, if no other has it.
        :param part_of: the event of the person's decision that it follows from.
        """
        with self._session.write():
            stored = self.of_page(draft.page_url, draft.kind)
            if stored is None:
                self._insert(draft, number, now)
                return Saved.NEW
            renewal = renewed(stored, draft, objection=objection, now=now)
            changed = self.change(stored, renewal.written, actor=Actor.CRAWL, kind=renewal.kind, part_of=part_of, now=now)
        return Saved.KEPT if changed is None else _SAVED.get(renewal.kind, Saved.UPDATED)

    def _insert(self, draft: Draft, number: int | None, now: datetime) -> None:
        written = encoded(
            {
                "page_url": draft.page_url,
                "recipient": draft.recipient,
                "subject": draft.subject,
                "body": draft.body,
                "template": draft.template,
                "status": draft.status,
                "note": draft.note,
                "waits": draft.waits,
                "claims": draft.claims,
                "follow_up_of": draft.follow_up_of,
                "kind": draft.kind,
            }
        )
        draft_id = self._session.run(
            """
            INSERT INTO drafts
                (id, page_url, recipient, subject, body, template, status, note, waits, claims, follow_up_of, kind, created_at, updated_at)
            VALUES ((SELECT :number WHERE NOT EXISTS (SELECT 1 FROM drafts WHERE id = :number)), :page_url, :recipient, :subject, :body,
                :template, :status, :note, :waits, :claims, :follow_up_of, :kind, :at, :at)
            """,
            {**written, "at": time_text(now), "number": number},
        ).lastrowid
        record(self._session, at=now, actor=Actor.CRAWL, subject=f"draft {draft_id}", kind="created", change=Change(None, written))

    def withdraw(
        self, page_url: str, *, reason: str, kinds: Collection[DraftKind] = ABOUT_DEAD_LINKS, part_of: int | None = None, now: datetime
    ) -> bool:
        """The claim fell: nobody should send the page's letters. False: there is none, or a person is done with it.

        One that was exported can't be called back; its note says that it should not be sent.
        """
        with self._session.write():
            fallen = [stored for stored in self.all_of_page(page_url) if stored.kind in kinds]
            done = [self.withdraw_one(stored, reason=reason, part_of=part_of, now=now) for stored in fallen]
        return any(done)

    def withdraw_one(self, stored: StoredDraft, *, reason: str, part_of: int | None = None, now: datetime) -> bool:
        if stored.status is DraftStatus.EXPORTED:
            self.change(stored, {"note": f"{DO_NOT_SEND}: {reason}"}, actor=Actor.CRAWL, kind="flagged", part_of=part_of, now=now)
        if stored.status not in WITHDRAWABLE:
            return False
        written = {"status": DraftStatus.WITHDRAWN, "note": reason, "released_at": None}
        self.change(stored, written, actor=Actor.CRAWL, kind="withdrawn", part_of=part_of, now=now)
        return True

    def wake(self, *, now: datetime) -> int:
        """What was put aside until now comes back; how many."""
        with self._session.write():
            rows = self._session.rows("SELECT * FROM drafts WHERE status = 'snoozed' AND snoozed_until <= ?", (time_text(now),))
            for stored in map(draft_of, rows):
                written = {"status": undecided(stored.waits), "snoozed_until": None}
                self.change(stored, written, actor=Actor.CRAWL, kind="woken", now=now)
        return len(rows)

    # -- what a person does ------------------------------------------------------------------------------------------------

    def change(
        self, stored: StoredDraft, written: Mapping[str, Any], *, actor: Actor, kind: str, part_of: int | None = None, now: datetime
    ) -> int | None:
        """Write some columns of a draft; the event's number. None: it says that already."""
        before = {column: getattr(stored, column) for column in written}
        after = {column: value for column, value in written.items() if value != before[column]}
        if not after:
            return None
        columns = ", ".join(f"{column} = :{column}" for column in after)
        values = encoded(after)
        with self._session.write():
            self._session.run(
                f"UPDATE drafts SET {columns}, updated_at = :updated_at WHERE id = :id",  # noqa: S608  # the columns are ours
                {**values, "updated_at": time_text(now), "id": stored.id},
            )
            change = Change(encoded({column: before[column] for column in after}), values)
            return record(self._session, at=now, actor=actor, subject=f"draft {stored.id}", kind=kind, change=change, part_of=part_of)

    # -- reading -----------------------------------------------------------------------------------------------------------

    def list(self, status: DraftStatus | None = None) -> tuple[StoredDraft, ...]:
        """In the order they were first written."""
        rows = self._session.rows("SELECT * FROM drafts WHERE ? IS NULL OR status = ? ORDER BY id", (status, status))
        return tuple(map(draft_of, rows))

    def number(self, status: DraftStatus) -> int:
        return int(self._session.value("SELECT count(*) FROM drafts WHERE status = ?", (status,)))

    def in_hand(self) -> Sequence[StoredDraft]:
        """Those that can still be withdrawn."""
        rows = self._session.rows("SELECT * FROM drafts WHERE status IN ('waiting', 'ready', 'approved', 'snoozed') ORDER BY id")
        return [draft_of(row) for row in rows]

    def get(self, draft_id: int) -> StoredDraft | None:
        row = self._session.row("SELECT * FROM drafts WHERE id = ?", (draft_id,))
        return None if row is None else draft_of(row)

    def of_page(self, page_url: str, kind: DraftKind = DraftKind.FIRST) -> StoredDraft | None:
        """The page's letter of this kind: there is one of each at most."""
        row = self._session.row("SELECT * FROM drafts WHERE page_url = ? AND kind = ?", (page_url, kind))
        return None if row is None else draft_of(row)

    def all_of_page(self, page_url: str) -> Sequence[StoredDraft]:
        return [draft_of(row) for row in self._session.rows("SELECT * FROM drafts WHERE page_url = ? ORDER BY id", (page_url,))]

    def rivals(self, stored: StoredDraft, site: str) -> Sequence[StoredDraft]:
        """Other letters to the same site or recipient that a person approved and that did not go out yet."""
        rows = self._session.rows(
            """
            SELECT draft.* FROM drafts AS draft JOIN resource_pages AS page ON page.url = draft.page_url
            WHERE draft.status = 'approved' AND draft.id <> :id
                AND (page.site = :site OR draft.recipient <> '' AND draft.recipient = :recipient COLLATE NOCASE)
            ORDER BY draft.id
            """,
            {"id": stored.id, "site": site, "recipient": stored.recipient},
        )
        return [draft_of(row) for row in rows]

    def edited_lately(self, *, except_page: str, limit: int) -> Sequence[StoredDraft]:
        """Letters about other pages that a person wrote in, newest first, unless nobody wants to send them any more."""
        rows = self._session.rows(
            """
            SELECT * FROM drafts
            WHERE edited_body IS NOT NULL AND page_url <> ? AND status NOT IN ('rejected', 'withdrawn')
            ORDER BY updated_at DESC, id DESC LIMIT ?
            """,
            (except_page, limit),
        )
        return [draft_of(row) for row in rows]

    def out_since(self, since: datetime) -> int:
        """How many were handed over or sent since then."""
        return int(self._session.value("SELECT count(*) FROM drafts WHERE coalesce(exported_at, sent_at) >= ?", (time_text(since),)))

    def of_target(self, target_url: str) -> Sequence[str]:
        """Pages with a letter and a link to this target, also one that has left."""
        pages: Sequence[str] = self._session.column(
            "SELECT DISTINCT page_url FROM drafts WHERE page_url IN (SELECT page_url FROM links WHERE target_url = ? AND own = 0) ORDER BY id",
            (target_url,),
        )
        return pages

    def site(self, stored: StoredDraft) -> str:
        """Of the page that it is about."""
        return str(self._session.value("SELECT site FROM resource_pages WHERE url = ?", (stored.page_url,)) or "")

    def differs(self, stored: StoredDraft, told: Mapping[str, Any]) -> str:
        """Why a change that ended like this can't be taken back, in words; "" if nothing that a person decides has changed since."""
        now = encoded({column: getattr(stored, column) for column in told if column in _DECIDED})
        changed = [column for column, value in now.items() if value != told[column]]
        if not changed:
            return ""
        return f"It has changed since: it is {label(stored.status)} now. Undo what was done last, or decide anew."

    def restore(self, draft_id: int, before: Mapping[str, Any], *, part_of: int, now: datetime) -> None:
        """Columns as they were before a change. The status follows from what is waited for now."""
        stored = self.get(draft_id)
        if stored is None:
            return
        written = decoded(before)
        waits = written.get("waits", stored.waits)
        status = written.get("status", stored.status)
        if status in UNDECIDED:
            written["status"] = undecided(waits)
        if status is not DraftStatus.APPROVED or waits:
            written["released_at"] = None
        self.change(stored, written, actor=Actor.PERSON, kind="restored", part_of=part_of, now=now)

    def events(self, draft_id: int) -> tuple[Event, ...]:
        """Oldest first."""
        return events_of(self._session, f"draft {draft_id}")
