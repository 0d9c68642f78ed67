"""When nobody may be written to: the rules of time, conversation and follow-up. Pure: what was written when is handed in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from prospector.items import Confidence, DraftStatus
from prospector.outreach.transitions import Outcome

COOL_DOWN = timedelta(days=100)  # between two letters to the same people
FOLLOW_UP_AFTER = 7  # days, at least
ENDING = frozenset({Outcome.DECLINED, Outcome.BOUNCED, Outcome.WON, Outcome.FIXED})  # nothing more is expected after these


class Sameness(StrEnum):
    """What an earlier letter has in common with the one in question, in the order in which it is told."""

    PAGE = "page"
    CONTACT = "contact"
    SITE = "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLetter:
    """A letter that left the house, of whichever campaign."""

    exported_at: datetime | None = None
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None  # they said no, mended the page, or linked
    bounced: bool = False  # it never arrived

    @property
    def written_at(self) -> datetime | None:
        return self.sent_at or self.exported_at


def too_soon(past: PastLetter, same: Sameness, *, cool_down: timedelta = COOL_DOWN, now: datetime) -> str:
    """Why this earlier letter forbids another one, or ""."""
    written = past.written_at
    if written is None or past.bounced:
        return ""
    on = f"{written:%Y-%m-%d}"
    if same is Sameness.PAGE:
        return f"A letter about this page was written already, on {on}. There is never a second one."
    who = "this contact" if same is Sameness.CONTACT else "this site"
    last = max(filter(None, (written, past.answered_at)))
    free = last + cool_down
    if free <= now:
        return ""
    if past.ended_at is None:
        return f"A conversation with {who} is open since {on}. Mark how it ended, or wait until {free:%Y-%m-%d}."
    return f"A letter went to {who} on {on}. Wait until {free:%Y-%m-%d}."


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLetter:
    """What a follow-up depends on."""

    status: DraftStatus
    sent_at: datetime | None
    outcome: str
    outcome_at: datetime | None
    followed_up: bool  # there is a later letter of this kind already, and it was refused or went out


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """A dead link of the first letter, as it was last looked at."""

    confidence: Confidence | None  # None: it is no longer dead, or no longer on the page
    at: datetime | None


def no_follow_up(first: FirstLetter, looks: Iterable[LookedAt], *, enabled: bool, after_days: float, now: datetime) -> str:
    """Why no follow-up may be drafted, or ""."""
    seen = [look for look in looks if look.confidence is Confidence.CONFIRMED]
    told = first.outcome_at if first.outcome == Outcome.NO_REPLY else None
    free = first.sent_at and first.sent_at + timedelta(days=max(after_days, FOLLOW_UP_AFTER))
    reasons = (
        (not enabled, "follow-ups are off in this campaign"),
        (first.followed_up, "there is one already, and never a second"),
        (first.status is not DraftStatus.SENT or free is None, "the first letter is not marked as sent"),
        (told is None, "nobody has said that no reply came"),
        (free is not None and now < free, f"it is too early: not before {free:%Y-%m-%d}" if free else ""),
        (not seen, "its link is no longer known to be dead"),
        (not any(look.at and told and look.at >= told for look in seen), "its link has not been looked at again yet"),
    )
    return next((why for holds, why in reasons if holds), "")


def no_reclaim(first: FirstLetter, *, lost: bool, enabled: bool, still_linked: bool, wish: str) -> str:
    """Why no letter about a lost link may be drafted, or "". When it may go out is for too_soon to say.

    :param lost: two looks a day apart, the last ones, saw the page without the link that we had seen there, or saw a slip in its address.
    :param still_linked: some link of theirs to you stands.
    :param wish: the page, or its site, asks for no such letters, in its words.
    """
    reasons = (
        (not enabled, "letters about lost links are off in this campaign"),
        (first.followed_up, "there was one already, and never a second"),
        (first.status is not DraftStatus.SENT, "the first letter is not marked as sent"),
        (first.outcome in (Outcome.DECLINED, Outcome.BOUNCED), f"the first letter is marked as {first.outcome}"),
        (bool(wish), f"the page asks for no such letters: “{wish}”"),
        (still_linked, "the page links to you"),
        (not lost, "its link is not known to be lost any more"),
    )
    return next((why for holds, why in reasons if holds), "")
