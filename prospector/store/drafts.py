"""Letters for a person to review. What a person wrote or decided is never undone by a crawl; every change is an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from prospector.items import Draft, DraftStatus
from prospector.store.codecs import time_text
from prospector.store.events import Actor, Change, Event, events_of, record
from prospector.store.session import Row, Session

# while a draft is here, nobody decided about it, and a crawl may rewrite it
_UNDECIDED = frozenset({DraftStatus.WAITING, DraftStatus.READY, DraftStatus.WITHDRAWN})
# from here its claim can still fall away; later it is out of the house or out of the question
_WITHDRAWABLE = frozenset({DraftStatus.WAITING, DraftStatus.READY, DraftStatus.APPROVED, DraftStatus.SNOOZED})


class Saved(StrEnum):
    """What became of a draft that a crawl wrote."""

    NEW = "new"
    UPDATED = "updated"
    KEPT = "kept"  # the stored one stays as it is: it says the same, or a person's hand is on it


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDraft:
    id: int
    page_url: str
    recipient: str
    subject: str
    body: str
    edited_subject: str | None  # a person's wording, where there is one
    edited_body: str | None
    template: str
    status: DraftStatus
    note: str
    created_at: datetime
    updated_at: datetime
    follow_up_of: int | None = None

    @property
    def edited(self) -> bool:
        return self.edited_subject is not None or self.edited_body is not None

    @property
    def final_subject(self) -> str:
        return self.subject if self.edited_subject is None else self.edited_subject

    @property
    def final_body(self) -> str:
        return self.body if self.edited_body is None else self.edited_body


class Drafts:
    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, draft: Draft, *, now: datetime) -> Saved:
        """A crawl's letter for a page. A page has one first letter.

        A decided one is kept as it is. Of one that a person edited, only status and note follow: a claim that is confirmed makes it ready.
        """
        with self._session.write():
            stored = self.of_page(draft.page_url)
            if stored is None:
                self._insert(draft, now)
                return Saved.NEW
            if stored.status not in _UNDECIDED:
                return Saved.KEPT
            written: dict[str, Any] = {"status": draft.status, "note": draft.note}
            if not stored.edited:
                written |= {"recipient": draft.recipient, "subject": draft.subject, "body": draft.body, "template": draft.template}
            changed = self._change(stored, written, actor=Actor.CRAWL, kind="updated", now=now)
        return Saved.UPDATED if changed else Saved.KEPT

    def _insert(self, draft: Draft, now: datetime) -> None:
        written: dict[str, Any] = {
            "page_url": draft.page_url,
            "recipient": draft.recipient,
            "subject": draft.subject,
            "body": draft.body,
            "template": draft.template,
            "status": draft.status,
            "note": draft.note,
        }
        draft_id = self._session.run(
            """
            INSERT INTO drafts (page_url, recipient, subject, body, template, status, note, created_at, updated_at)
            VALUES (:page_url, :recipient, :subject, :body, :template, :status, :note, :at, :at)
            """,
            {**written, "at": time_text(now)},
        ).lastrowid
        record(self._session, at=now, actor=Actor.CRAWL, subject=f"draft {draft_id}", kind="created", change=Change(None, written))

    def withdraw(self, page_url: str, *, reason: str, now: datetime) -> bool:
        """The claim fell: nobody should send this letter. False: there is none, or a person is done with it."""
        with self._session.write():
            stored = self.of_page(page_url)
            if stored is None or stored.status not in _WITHDRAWABLE:
                return False
            return self._change(stored, {"status": DraftStatus.WITHDRAWN, "note": reason}, actor=Actor.CRAWL, kind="withdrawn", now=now)

    def edit(self, draft_id: int, *, subject: str | None, body: str | None, now: datetime) -> bool:
        """A person's wording; None goes back to the template's. False: no such draft."""
        with self._session.write():
            stored = self.get(draft_id)
            if stored is None:
                return False
            self._change(stored, {"edited_subject": subject, "edited_body": body}, actor=Actor.PERSON, kind="edited", now=now)
        return True

    def decide(self, draft_id: int, status: DraftStatus, *, note: str | None = None, now: datetime) -> bool:
        """A person's decision. Which ones are possible is outreach's rule, not ours. False: no such draft.

        :param note: in words; None leaves the one that stands there.
        """
        with self._session.write():
            stored = self.get(draft_id)
            if stored is None:
                return False
            written = {"status": status, "note": stored.note if note is None else note}
            self._change(stored, written, actor=Actor.PERSON, kind=status, now=now)
        return True

    def _change(self, stored: StoredDraft, written: Mapping[str, Any], *, actor: Actor, kind: str, now: datetime) -> bool:
        """False: it says that already."""
        before = {column: getattr(stored, column) for column in written}
        after = {column: value for column, value in written.items() if value != before[column]}
        if not after:
            return False
        columns = ", ".join(f"{column} = :{column}" for column in after)
        self._session.run(
            f"UPDATE drafts SET {columns}, updated_at = :updated_at WHERE id = :id",  # noqa: S608  # the columns are ours
            {**after, "updated_at": time_text(now), "id": stored.id},
        )
        change = Change({column: before[column] for column in after}, after)
        record(self._session, at=now, actor=actor, subject=f"draft {stored.id}", kind=kind, change=change)
        return True

    def list(self, status: DraftStatus | None = None) -> tuple[StoredDraft, ...]:
        """In the order they were first written."""
        rows = self._session.rows("SELECT * FROM drafts WHERE ? IS NULL OR status = ? ORDER BY id", (status, status))
        return tuple(map(_draft, rows))

    def get(self, draft_id: int) -> StoredDraft | None:
        row = self._session.row("SELECT * FROM drafts WHERE id = ?", (draft_id,))
        return None if row is None else _draft(row)

    def of_page(self, page_url: str) -> StoredDraft | None:
        """The page's first letter."""
        row = self._session.row("SELECT * FROM drafts WHERE page_url = ? AND follow_up_of IS NULL", (page_url,))
        return None if row is None else _draft(row)

    def events(self, draft_id: int) -> tuple[Event, ...]:
        """Oldest first."""
        return events_of(self._session, f"draft {draft_id}")


def _draft(row: Row) -> StoredDraft:
    times = {"created_at": datetime.fromisoformat(row["created_at"]), "updated_at": datetime.fromisoformat(row["updated_at"])}
    return StoredDraft(**{**row, **times, "status": DraftStatus(row["status"])})
