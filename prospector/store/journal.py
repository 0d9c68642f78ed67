"""The journal of decisions, read backwards: what a person did last, what belongs to it, and that it was taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prospector.store.events import Actor, Change, Event, event_of, record
from prospector.store.session import Session

UNDONE = "undone"


class Journal:
    def __init__(self, session: Session) -> None:
        self._session = session

    def last(self, draft_id: int | None = None) -> Event | None:
        """What a person did last, to this draft or at all, and did not take back. No export: its file is out of our hands."""
        row = self._session.row(
            """
            SELECT * FROM events
            WHERE actor = 'person' AND part_of IS NULL AND undone_by IS NULL AND kind NOT IN ('undone', 'exported')
                AND (:subject IS NULL OR subject = :subject)
            ORDER BY id DESC LIMIT 1
            """,
            {"subject": None if draft_id is None else f"draft {draft_id}"},
        )
        return None if row is None else event_of(row)

    def get(self, event_id: int) -> Event | None:
        row = self._session.row("SELECT * FROM events WHERE id = ?", (event_id,))
        return None if row is None else event_of(row)

    def parts(self, event_id: int) -> tuple[Event, ...]:
        """What happened because of it, newest first, itself last."""
        return tuple(
            map(event_of, self._session.rows("SELECT * FROM events WHERE id = ? OR part_of = ? ORDER BY id DESC", (event_id, event_id)))
        )

    def note(
        self,
        *,
        subject: str,
        kind: str,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        part_of: int | None = None,
        now: datetime,
    ) -> int:
        """A person's deed that is no column's change; the event's number."""
        change = Change(before, after)
        return record(self._session, at=now, actor=Actor.PERSON, subject=subject, kind=kind, change=change, part_of=part_of)

    def take_back(self, event: Event, *, now: datetime) -> int:
        """Note that an event, with its parts, is undone; the number of the note."""
        with self._session.write():
            undone = self.note(subject=event.subject, kind=UNDONE, before=event.after, after=event.before, now=now)
            self._session.run("UPDATE events SET undone_by = ? WHERE id = ? OR part_of = ?", (undone, event.id, event.id))
        return undone
