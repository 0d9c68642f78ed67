"""What a person is told of a decision: it happened, or why not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It happened."""

    said: str  # one plain sentence for the person
    draft_id: int | None = None
    event_id: int | None = None  # what undo takes back; None: nothing changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It did not."""

    reason: str  # one plain sentence: why not, and what would help
    asks: bool = False  # the person's own word that they know what they do would help


def no_draft(draft_id: int) -> Refused:
    return Refused(reason=f"There is no draft {draft_id}. See: scrapy drafts list")


def no_target(target_url: str) -> Refused:
    return Refused(reason=f"{target_url}: no crawled page links to it, or it was not looked at yet. Write it as the page has it.")
