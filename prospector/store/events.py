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
    at: datetime
    actor: Actor
    subject: str  # "draft 12", "prospect https://…", "target https://…"
    kind: str  # "created", "updated", "withdrawn", …
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Change:
    """The columns that changed, as they were and as they are."""

    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def record(session: Session, *, at: datetime, actor: Actor, subject: str, kind: str, change: Change) -> None:
    """Inside the transaction that makes the change."""
    session.run(
        "INSERT INTO events (at, actor, subject, kind, before, after) VALUES (?, ?, ?, ?, ?, ?)",
        (time_text(at), actor, subject, kind, _maybe_json(change.before), _maybe_json(change.after)),
    )


def events_of(session: Session, subject: str) -> tuple[Event, ...]:
    """Oldest first."""
    return tuple(map(_event, session.rows("SELECT * FROM events WHERE subject = ? ORDER BY id", (subject,))))


def _maybe_json(values: Mapping[str, Any] | None) -> str | None:
    return None if values is None else json_text(dict(values))


def _event(row: Row) -> Event:
    return Event(
        at=datetime.fromisoformat(row["at"]),
        actor=Actor(row["actor"]),
        subject=row["subject"],
        kind=row["kind"],
        before=None if row["before"] is None else json.loads(row["before"]),
        after=None if row["after"] is None else json.loads(row["after"]),
    )
