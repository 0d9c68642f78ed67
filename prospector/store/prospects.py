"""Contacts of sites, and the pages worth writing about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from prospector.contacts.wishes import Wish
from prospector.items import Contact, ContactKind, Prospect, Stage
from prospector.store.codecs import json_text, maybe_time, maybe_time_text, parts_json, time_text
from prospector.store.events import Actor, Change, record
from prospector.store.expiry import expire_contacts
from prospector.store.session import Row, Session

CONTACTS_LAST = timedelta(days=180)  # without a letter
# the only stages a crawl may set, in their order; the others are a person's, or the monitor's
_CRAWL_STAGES = (Stage.FOUND, Stage.DRAFTED)


class Prospects:
    def __init__(self, session: Session) -> None:
        self._session = session

    def save_contacts(self, site: str, contacts: Sequence[Contact], *, checked_at: datetime, looked_through: bool = True) -> None:
        """What a site offers now. Earlier ones that are gone keep their rows, because letters may have used them: privacy law asks where from.

        :param looked_through: False: some of its other pages did not answer, and the next run asks for them again.
        """
        at = time_text(checked_at)
        with self._session.write():
            if looked_through:
                self._session.run(
                    """
                    INSERT INTO sites (site, contacts_checked_at) VALUES (?, ?)
                    ON CONFLICT (site) DO UPDATE SET contacts_checked_at = excluded.contacts_checked_at
                    """,
                    (site, at),
                )
            self._session.run("UPDATE contacts SET gone_at = ? WHERE site = ? AND gone_at IS NULL", (at, site))
            for contact in reversed(contacts):  # of two with one address the better one, which comes first, is kept
                self._save_contact(site, contact)

    def _save_contact(self, site: str, contact: Contact) -> None:
        self._session.run(
            """
            INSERT INTO contacts (site, kind, value, name, role, source_url, found_at, rank, reason, deobfuscated)
            VALUES (:site, :kind, :value, :name, :role, :source_url, :found_at, :rank, :reason, :deobfuscated)
            ON CONFLICT (site, kind, value) DO UPDATE SET
                name = :name, role = :role, source_url = :source_url, found_at = :found_at, rank = :rank, reason = :reason,
                deobfuscated = :deobfuscated, gone_at = NULL
            """,
            {
                "site": site,
                "kind": contact.kind,
                "value": contact.value,
                "name": contact.name,
                "role": contact.role,
                "source_url": contact.source_url,
                "found_at": maybe_time_text(contact.found_at),
                "rank": contact.rank,
                "reason": contact.reason,
                "deobfuscated": contact.deobfuscated,
            },
        )

    def contacts(self, site: str) -> tuple[Contact, ...]:
        """Those that were there when the site was last looked through, best first."""
        rows = self._session.rows("SELECT * FROM contacts WHERE site = ? AND gone_at IS NULL ORDER BY rank, id", (site,))
        return tuple(map(contact_of, rows))

    def choices(self, site: str) -> tuple[tuple[int, Contact], ...]:
        """The same, each with the number by which a person chooses it."""
        rows = self._session.rows("SELECT * FROM contacts WHERE site = ? AND gone_at IS NULL ORDER BY rank, id", (site,))
        return tuple((row["id"], contact_of(row)) for row in rows)

    def contact(self, contact_id: int) -> Contact | None:
        """None: there is none of this number, or its site does not show it any more."""
        row = self._session.row("SELECT * FROM contacts WHERE id = ? AND gone_at IS NULL", (contact_id,))
        return None if row is None else contact_of(row)

    def contact_at(self, site: str, recipient: str) -> Contact | None:
        """The contact of a site that this recipient is: an address, or the page of a form or tracker."""
        row = self._session.row("SELECT * FROM contacts WHERE site = ? AND value = ? ORDER BY kind LIMIT 1", (site, recipient))
        return None if row is None else contact_of(row)

    def contact_of_draft(self, draft_id: int) -> Contact | None:
        """Whom a draft goes to: a person's choice, else the contact of its prospect."""
        row = self._session.row(
            """
            SELECT contact.* FROM drafts AS draft
            LEFT JOIN prospects AS prospect ON prospect.page_url = draft.page_url
            JOIN contacts AS contact ON contact.id = coalesce(draft.chosen_contact_id, prospect.contact_id)
            WHERE draft.id = ?
            """,
            (draft_id,),
        )
        return None if row is None else contact_of(row)

    def contacts_checked_at(self, site: str) -> datetime | None:
        return maybe_time(self._session.value("SELECT contacts_checked_at FROM sites WHERE site = ?", (site,)))

    def save_wish(self, site: str, wish: Wish | None, *, found_at: datetime) -> None:
        """What the site's people ask for now; None: nothing that was read asks for anything."""
        self._session.run("DELETE FROM site_wishes WHERE site = ?", (site,))
        if wish is not None:
            values = (site, wish.sentence, wish.source_url, time_text(found_at))
            self._session.run("INSERT INTO site_wishes (site, sentence, source_url, found_at) VALUES (?, ?, ?, ?)", values)

    def wish(self, site: str) -> Wish | None:
        row = self._session.row("SELECT sentence, source_url FROM site_wishes WHERE site = ?", (site,))
        return None if row is None else Wish(**row)

    def expire_contacts(self, *, now: datetime, unused_for: timedelta = CONTACTS_LAST) -> int:
        """Forget contacts that were last found so long ago and that no letter used; how many. See `store.expiry`."""
        return expire_contacts(self._session, found_before=now - unused_for, now=now)

    def save(self, prospect: Prospect, *, now: datetime) -> None:
        """What a crawl found out. It takes a prospect from found to drafted, never back, and never touches a later stage."""
        with self._session.write():
            stage = self.stage(prospect.page_url)
            values = {
                "page_url": prospect.page_url,
                "score": prospect.score.total,
                "parts": parts_json(prospect.score.parts),
                "stage": _next_stage(stage, prospect.stage),
                "contact_id": self._contact_id(prospect.contact),
                "flags": json_text(prospect.flags),
                "updated_at": time_text(now),
            }
            self._session.run(
                """
                INSERT INTO prospects (page_url, score, parts, stage, contact_id, flags, updated_at)
                VALUES (:page_url, :score, :parts, :stage, :contact_id, :flags, :updated_at)
                ON CONFLICT (page_url) DO UPDATE SET
                    score = :score, parts = :parts, stage = :stage, contact_id = :contact_id, flags = :flags, updated_at = :updated_at
                """,
                values,
            )
            if values["stage"] != stage:
                change = Change(None if stage is None else {"stage": stage}, {"stage": values["stage"]})
                record(self._session, at=now, actor=Actor.CRAWL, subject=f"prospect {prospect.page_url}", kind="stage", change=change)

    def set_stage(self, page_url: str, stage: Stage, *, actor: Actor = Actor.PERSON, part_of: int | None = None, now: datetime) -> bool:
        """A person's word on how far it got, or the monitor's. False: no such prospect, or it stands there already."""
        with self._session.write():
            before = self.stage(page_url)
            if before is None or before is stage:
                return False
            self._session.run("UPDATE prospects SET stage = ?, updated_at = ? WHERE page_url = ?", (stage, time_text(now), page_url))
            change = Change({"stage": before}, {"stage": stage})
            record(self._session, at=now, actor=actor, subject=f"prospect {page_url}", kind="stage", change=change, part_of=part_of)
        return True

    def stage(self, page_url: str) -> Stage | None:
        stored = self._session.value("SELECT stage FROM prospects WHERE page_url = ?", (page_url,))
        return None if stored is None else Stage(stored)

    def score(self, page_url: str) -> int | None:
        score: int | None = self._session.value("SELECT score FROM prospects WHERE page_url = ?", (page_url,))
        return score

    def _contact_id(self, contact: Contact | None) -> int | None:
        if contact is None:
            return None
        key = (contact.site, contact.kind, contact.value)
        find = "SELECT id FROM contacts WHERE (site, kind, value) = (?, ?, ?)"
        if self._session.value(find, key) is None:
            self._save_contact(contact.site, contact)
        return int(self._session.value(find, key))


def _next_stage(stored: Stage | None, found: Stage) -> Stage:
    if stored is not None and stored not in _CRAWL_STAGES:
        return stored
    return Stage.DRAFTED if Stage.DRAFTED in (stored, found) else Stage.FOUND


def contact_of(row: Row) -> Contact:
    return Contact(
        site=row["site"],
        kind=ContactKind(row["kind"]),
        value=row["value"],
        name=row["name"],
        role=row["role"],
        source_url=row["source_url"],
        found_at=maybe_time(row["found_at"]),
        rank=row["rank"],
        reason=row["reason"],
        deobfuscated=bool(row["deobfuscated"]),
    )
