"""What was seen of a dead link → what the desk shows of it, so that a doubter can follow each step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from prospector.items import UNCLICKABLE_KINDS, Confidence, Control, ControlKind, Match, Observation, Outcome, VerdictKind, Via
from prospector.links.urls import host_of
from prospector.store.dossier import Claim, Dossier
from prospector.words import label

MOST_OFFERS = 3  # one and two alternatives


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    at: datetime
    came_to: str
    counted: bool
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
    needs_you: str  # what only a person can do, "" for nothing
    due: str  # that another look is due, "" if it is not
    clickable: bool


def shown_claims(dossier: Dossier, now: datetime) -> tuple[ShownClaim, ...]:
    return tuple(_shown(claim, number, dossier, now) for number, claim in enumerate(dossier.claims, start=1))


def unsafe_hosts(dossier: Dossier) -> frozenset[str]:
    """Hosts at which somebody else answers now: nothing there is ever a link."""
    return frozenset(host_of(claim.link.target_url) for claim in dossier.claims if not is_clickable(claim))


def is_clickable(claim: Claim) -> bool:
    """A person's word that it is merely gone doesn't make a hijacked address safe."""
    return not {claim.verdict.kind, claim.judged, claim.override} & UNCLICKABLE_KINDS


def _shown(claim: Claim, number: int, dossier: Dossier, now: datetime) -> ShownClaim:
    before, anchor, after = _in_its_sentence(claim)
    offers = tuple(_offers(claim, dossier))
    return ShownClaim(
        claim=claim,
        number=number,
        where=_where(claim, dossier),
        before=before,
        anchor=anchor,
        after=after,
        looks=tuple(_look(one) for one in reversed(claim.looks)),
        offers=offers,
        nothing_offered=bool(offers) and not any(offer.chosen for offer in offers),
        needs_you=_needs_you(claim),
        due=_due(claim, now),
        clickable=is_clickable(claim),
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
    return Look(at=one.observed_at, came_to=_came_to(one), counted=not one.offline, steps=tuple(_steps(one)))


def _came_to(one: Observation) -> str:
    match one.via:
        case Via.PERSON:
            return f"a person looked and found it {'alive' if one.status == 200 else 'dead'}"
        case Via.ARCHIVE:
            return f"a web archive was answered {one.status}"
        case Via.RDAP:
            return "the registry was asked about the domain"
        case _:
            how = "in a browser: " if one.via is Via.BROWSER else ""
            return how + (f"answered {one.status} in {one.elapsed_ms} ms" if one.outcome is Outcome.ANSWERED else label(one.outcome))


def _steps(one: Observation) -> Iterator[str]:
    yield from (f"{hop.status} at {hop.url} sent us on to {hop.location}" for hop in one.hops)
    if one.hops and one.final_url:
        yield f"ended at {one.final_url}"
    if one.certificate:
        yield f"its certificate: {one.certificate}"
    if one.detail:
        yield one.detail[:300]
    if one.body is not None and (one.body.title or one.body.headings):
        yield f"the page says: {' / '.join(filter(None, (one.body.title, *one.body.headings[:2])))[:200]}"
    if one.body is not None and one.body.words_present is False:
        yield f"none of the words expected of it stands there: {', '.join(one.expected[:8])}"
    yield from map(_control, one.controls)


def _control(control: Control) -> str:
    what = "the site's front page" if control.kind is ControlKind.ROOT else "a made-up neighbour"
    answer = f"answered {control.status}" if control.outcome is Outcome.ANSWERED else label(control.outcome)
    alike = "" if control.similarity is None else f", {control.similarity:.0%} the same text"
    return f"for comparison, {what} {control.url}: {answer}{alike}"
