"""What a person is told of a decision: it happened, or why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from prospector.deciding_claims import named
from prospector.items import Verdict
from prospector.store import StoredDraft
from prospector.words import label

# the kind of an event that a person made: what it was, in words that can follow "undone:"
_DEEDS: Mapping[str, str] = MappingProxyType(
    {
        "approved": "the approval",
        "rejected": "the rejection",
        "snoozed": "it is no longer put aside",
        "ready": "the reopening",
        "waiting": "the reopening",
        "edited": "the edit",
        "offer": "the choice of what to offer",
        "contact": "the choice of another contact",
        "allowed": "the leave to use a hidden address",
        "exported": "the export",
        "look": "what you said of the link",
        "override": "what you said of the link",
        "stage": "the stage",
    }
)


def deed(kind: str) -> str:
    """What a person did, as they know it, and not as the journal calls it."""
    return f"the mark “{kind.removeprefix('marked ')}”" if kind.startswith("marked ") else _DEEDS.get(kind, "the last decision")


def of_look(after: Verdict) -> str:
    """What a person's own look made of a link."""
    standing = label(after.kind) + (f", {label(after.confidence)}" if after.confidence else "")
    return f"Your look is noted. The link counts as “{standing}” now."


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
    question: str = ""  # what the person's yes would answer, where their own word that they know what they do would help


def no_draft(draft_id: int) -> Refused:
    return Refused(reason=f"There is no draft {draft_id}. See: scrapy drafts list")


def no_target(target_url: str) -> Refused:
    return Refused(reason=f"{target_url}: no crawled page links to it, or it was not looked at yet. Write it as the page has it.")


def of_offer(before: StoredDraft, after: StoredDraft, target_url: str, *, limit: str) -> str:
    """What the choice of an offer did to the letter: also that another link's offer had to make room for it.

    :param limit: how many a letter has, as a clause.
    """
    if after.edited:
        return "Offer chosen. Your own words stay as they are: take over what you want of the new text."
    offers = {claim.target_url for claim in after.claims if claim.offer_url}
    if target_url not in offers:
        return "Offer chosen. The letter names it once the link is confirmed dead."
    dropped = [claim for claim in before.claims if claim.offer_url and claim.target_url not in offers]
    return "Offer changed." if not dropped else f"Offer changed. For {named(dropped)} nothing is offered now: {limit}."
