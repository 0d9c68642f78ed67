"""A person's decisions, set as a test says: which ones are possible, `deciding` asks."""

from __future__ import annotations

from datetime import datetime

from prospector.items import DraftStatus
from prospector.store import Actor, Store


def edit(store: Store, draft_id: int, *, subject: str | None, body: str | None, now: datetime) -> None:
    """A person's wording; None goes back to the template's."""
    stored = store.drafts.get(draft_id)
    assert stored is not None
    written = {"edited_subject": subject, "edited_body": body}
    store.drafts.change(stored, written, actor=Actor.PERSON, kind="edited", now=now)


def decide(store: Store, draft_id: int, status: DraftStatus, *, note: str | None = None, now: datetime) -> None:
    """None leaves the note that stands there. Nothing happens where there is no such draft."""
    stored = store.drafts.get(draft_id)
    if stored is not None:
        written = {"status": status, "note": stored.note if note is None else note}
        store.drafts.change(stored, written, actor=Actor.PERSON, kind=status, now=now)
