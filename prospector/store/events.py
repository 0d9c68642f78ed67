"""Who changed what: an append-only journal of drafts, stages and overrides, enough to undo a step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from prospector.store.codecs import json_text, time_text
from prospector.store.session import Row, Session


class Actor(StrEnum):
    CRAWL = "crawl"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    id: int
    at: datetime
    actor: Actor
    subject: str  # "draft 12", "prospect https://…", "target https://…"
    kind: str  # "created", "updated", "withdrawn", …
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    part_of: int | None = None  # the event that it happened with, and is undone with
    undone_by: int | None = None  # the event that took it back


@dataclass(frozen=True, slots=True)
class Change:
    """The columns that changed, as they were and as they are."""

    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def record(session: Session, *, at: datetime, actor: Actor, subject: str, kind: str, change: Change, part_of: int | None = None) -> int:
    """Inside the transaction that makes the change. The event's number."""
    cursor = session.run(
        "INSERT INTO events (at, actor, subject, kind, before, after, part_of) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (time_text(at), actor, subject, kind, _maybe_json(change.before), _maybe_json(change.after), part_of),
    )
    return int(cursor.lastrowid or 0)


def events_of(session: Session, subject: str) -> tuple[Event, ...]:
    """Oldest first."""
    return tuple(map(event_of, session.rows("SELECT * FROM events WHERE subject = ? ORDER BY id", (subject,))))


def _maybe_json(values: Mapping[str, Any] | None) -> str | None:
    return None if values is None else json_text(dict(values))


def event_of(row: Row) -> Event:
    return Event(
        id=row["id"],
        at=datetime.fromisoformat(row["at"]),
        actor=Actor(row["actor"]),
        subject=row["subject"],
        kind=row["kind"],
        before=None if row["before"] is None else json.loads(row["before"]),
        after=None if row["after"] is None else json.loads(row["after"]),
        part_of=row["part_of"],
        undone_by=row["undone_by"],
    )
