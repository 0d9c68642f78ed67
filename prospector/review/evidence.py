"""What was seen of a dead link → what the desk shows of it, so that a doubter can follow each step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from prospector.archive.replay import captured_elsewhere
from prospector.items import UNCLICKABLE_KINDS, Confidence, Match, Observation, VerdictKind
from prospector.links.urls import host_of
from prospector.store.dossier import Claim, Dossier
from prospector.verdicts.told import came_to, steps

MOST_OFFERS = 3  # one and two alternatives


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    at: datetime
    came_to: str
    steps: tuple[str, ...]  # hops, comparisons, what the page said


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    match: Match
    key: int  # on the keyboard
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownClaim:
    claim: Claim
    number: int
    where: str
    before: str  # the words around the anchor, in its sentence
    anchor: str
    after: str
    looks: tuple[Look, ...]  # latest first
    offers: tuple[Offer, ...]
    nothing_offered: bool
    makes_room: str  # the link whose offer a choice here would take the place of, "" for none
    needs_you: str  # what only a person can do, "" for nothing
    due: str  # that another look is due, "" if it is not
    clickable: bool
    copy_of: str  # the page that the archived copy shows, where it is another one than was linked


def shown_claims(dossier: Dossier, now: datetime, *, own_pages: int) -> tuple[ShownClaim, ...]:
    """:param own_pages: how many pages of one's own a letter offers at most."""
    offering = [claim.link.anchor or claim.link.target_url for claim in dossier.claims if dossier.offered(claim)]
    full = offering[0] if len(offering) >= own_pages and offering and not dossier.draft.edited else ""
    return tuple(_shown(claim, number, dossier, now, full) for number, claim in enumerate(dossier.claims, start=1))


def unsafe_hosts(dossier: Dossier) -> frozenset[str]:
    """Hosts at which somebody else answers now: nothing there is ever a link."""
    return frozenset(host_of(claim.link.target_url) for claim in dossier.claims if not is_clickable(claim))


def is_clickable(claim: Claim) -> bool:
    """A person's word that it is merely gone doesn't make a hijacked address safe."""
    return not {claim.verdict.kind, claim.judged, claim.override} & UNCLICKABLE_KINDS


def _shown(claim: Claim, number: int, dossier: Dossier, now: datetime, full: str) -> ShownClaim:
    before, anchor, after = _in_its_sentence(claim)
    offers = tuple(_offers(claim, dossier))
    nothing = bool(offers) and not any(offer.chosen for offer in offers)
    return ShownClaim(
        claim=claim,
        number=number,
        where=_where(claim, dossier),
        before=before,
        anchor=anchor,
        after=after,
        looks=tuple(_look(one) for one in reversed(claim.looks)),
        offers=offers,
        nothing_offered=nothing,
        makes_room=full if nothing else "",
        needs_you=_needs_you(claim),
        due=_due(claim, now),
        clickable=is_clickable(claim),
        copy_of=captured_elsewhere(claim.archived) if claim.archived else "",
    )


def _offers(claim: Claim, dossier: Dossier) -> Iterator[Offer]:
    for key, match in enumerate(claim.matches[:MOST_OFFERS], start=1):
        yield Offer(match=match, key=key, chosen=match.page_url == dossier.offered(claim))


def _where(claim: Claim, dossier: Dossier) -> str:
    above = claim.link.section or claim.link.heading
    place = f"link {claim.link.position + 1} of {max(dossier.outbound_links, claim.link.position + 1)}"
    return f"under “{above}”, {place}" if above else place


def _in_its_sentence(claim: Claim) -> tuple[str, str, str]:
    anchor, context = claim.link.anchor, claim.link.context
    if not anchor:
        return context, "", ""
    before, found, after = context.partition(anchor)
    return (before, anchor, after) if found else ("", anchor, f" — {context}" if context else "")


def _needs_you(claim: Claim) -> str:
    if claim.verdict.confidence is Confidence.PROBABLE and claim.verdict.kind is VerdictKind.HIJACKED:
        return "Only a person can confirm that an address was taken over. Look at what was seen, then confirm it, or say that it works."
    return ""


def _due(claim: Claim, now: datetime) -> str:
    due = claim.verdict.next_check_at
    if claim.verdict.confidence is Confidence.PROBABLE and (due is None or due <= now):
        return "It is due for another look: run scrapy crawl recheck. If you have looked yourself, say what you saw."
    return ""


def _look(one: Observation) -> Look:
    return Look(at=one.observed_at, came_to=came_to(one), steps=tuple(steps(one)))
