"""Prospect + template → Draft, or the reason why there is none. Pure: dates are handed in, nothing is sent.

What may be claimed is decided here and nowhere else: only dead links, only confirmed ones in a letter that is ready, and an offer only where it fits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from prospector.items import (
    Claim,
    Confidence,
    Contact,
    ContactKind,
    DeadLink,
    Draft,
    DraftKind,
    DraftStatus,
    Prospect,
    Stage,
    Strength,
    Wait,
)
from prospector.outreach.phrases import day
from prospector.outreach.plain import defanged, plain, plain_url, quiet
from prospector.outreach.templates import OWN_PAGE, Template
from prospector.outreach.views import Previous, Reclaim, SenderSettings, letter_view
from prospector.outreach.wrap import wrapped

MAX_LISTED = 8  # dead links named in one letter; a longer list reads as a reproach. One more is named rather than counted as "1 more"
HIDDEN_ADDRESS = "its owner hid this address from harvesters: allow it only if you are sure they would not mind"


class LettersSettings(Protocol):
    """The campaign's table of letters."""

    @property
    def own_pages(self) -> int: ...
    @property
    def offer_for_moved(self) -> bool: ...
    @property
    def consent(self) -> str: ...


class LetterSettings(Protocol):
    """What of a campaign a letter depends on."""

    @property
    def goal(self) -> str: ...
    @property
    def sender(self) -> SenderSettings: ...
    @property
    def templates(self) -> LettersSettings: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDraft:
    """Why no letter was drafted, in words."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What a letter will say, before it is put into words."""

    links: tuple[DeadLink, ...]  # all it could name
    listed: int  # so many of them, from the front, are named
    carrying: frozenset[str]  # targets for whose sake it is written
    waits: tuple[Wait, ...]
    note: str


def compose(
    prospect: Prospect,
    campaign: LetterSettings,
    template: Template,
    *,
    now: datetime,
    seen: Mapping[str, Sequence[datetime]],
    chosen: Sequence[str] = (),
    previous: Previous | None = None,
) -> Draft | NoDraft:
    """The letter to one page's people. TemplateError only if the template fails.

    :param seen: by target URL, when each was found failing.
    :param chosen: targets whose own page a person chose to offer, the latest choice first: it is offered even where another one is the stronger.
    :param previous: the first letter, for one that follows it up.
    """
    own = template.purpose == OWN_PAGE
    plan = _plan(prospect, campaign, tuple(chosen), now, helps=own or campaign.goal == "help")
    if isinstance(plan, NoDraft):
        return plan
    view = letter_view(
        prospect,
        campaign.sender,
        plan.links,
        listed=plan.listed,
        locale=template.locale,
        seen=seen,
        previous=previous,
    )
    subject, body = template.render(view)
    recipient, waits, note = _addressed(prospect.contact, plan.waits, plan.note)
    return Draft(
        page_url=prospect.page_url,
        recipient=recipient,
        subject=plain(subject, 150),
        body=wrapped(body),
        template=template.id,
        status=DraftStatus.WAITING if waits else DraftStatus.READY,
        note=note,
        waits=waits,
        claims=tuple(_claim(one, plan.carrying) for one in plan.links[: plan.listed]),
        dead=dead_by_target(_distinct(prospect.dead_links)),
        moved=moved_by_target(prospect.dead_links),
    )


def compose_reclaim(prospect: Prospect, campaign: LetterSettings, template: Template, reclaim: Reclaim, *, previous: Previous) -> Draft:
    """The letter about a link of theirs to you that is gone again, or that has a slip in its address. TemplateError only if the template fails.

    :param previous: the first letter, after which the link had come.
    """
    view = letter_view(prospect, campaign.sender, (), listed=0, locale=template.locale, seen={}, previous=previous, reclaim=reclaim)
    subject, body = template.render(view)
    recipient, waits, note = _addressed(prospect.contact, (), "")
    return Draft(
        page_url=prospect.page_url,
        recipient=recipient,
        subject=plain(subject, 150),
        body=wrapped(body),
        template=template.id,
        status=DraftStatus.WAITING if waits else DraftStatus.READY,
        note=note,
        waits=waits,
        claims=(Claim(target_url=reclaim.url, anchor=reclaim.anchor, offer_url=reclaim.url, carries=True),),
        dead={reclaim.url: Confidence.CONFIRMED},
        kind=DraftKind.RECLAIM,
    )


def dead_by_target(found: Iterable[DeadLink]) -> Mapping[str, Confidence]:
    return {one.link.target_url: one.verdict.confidence or Confidence.PROBABLE for one in found}


def moved_by_target(found: Iterable[DeadLink]) -> Mapping[str, str]:
    return {one.link.target_url: one.new_url for one in found if one.new_url}


def _claim(one: DeadLink, carrying: frozenset[str]) -> Claim:
    return Claim(
        target_url=one.link.target_url,
        anchor=one.link.anchor,
        offer_url=one.match.page_url if one.match else "",
        new_url=one.new_url,
        carries=one.link.target_url in carrying,
    )


def _plan(prospect: Prospect, campaign: LetterSettings, chosen: Sequence[str], now: datetime, *, helps: bool) -> _Plan | NoDraft:
    dead = _without_moved(_distinct(prospect.dead_links), chosen, allowed=campaign.templates.offer_for_moved)
    unwanted = _unwanted(prospect, dead)
    if unwanted:
        return NoDraft(reason=unwanted)
    sure = _without_possible(dead, chosen)
    wanted = dead if helps else tuple(one for one in sure if one.match)
    wanted = tuple(one for one in wanted if one.match and one.link.target_url in chosen) or wanted
    unsure = not wanted
    if unsure:
        sure, wanted = dead, tuple(one for one in dead if one.match)
    if not wanted:
        return NoDraft(reason="none of your pages fits what its dead links were about")
    # ready if a claim that carries the letter is confirmed: then with the confirmed ones only. Else it waits, and reads as it will once they are
    ready = any(_is_confirmed(one) for one in wanted)
    waits = (*([Wait.OFFER] if unsure else []), *([] if ready else [Wait.CLAIM]))
    notes = [*(["choose the offer first"] if unsure else []), *([] if ready else [_awaited(wanted, now)])]
    links = _own_pages_kept([one for one in sure if _is_confirmed(one) or not ready], campaign.templates.own_pages, chosen)
    links, listed = _in_order(links)
    carrying = frozenset(one.link.target_url for one in wanted)
    return _Plan(links=links, listed=listed, carrying=carrying, waits=waits, note="; ".join(notes))


def _unwanted(prospect: Prospect, dead: Sequence[DeadLink]) -> str:
    """Why nobody should be written to about this page, or ""."""
    if prospect.stage is Stage.DO_NOT_CONTACT:
        return "they asked not to be written to"
    if prospect.flags:
        return "not pitched: " + "; ".join(plain(flag) for flag in prospect.flags)
    return "" if dead else "none of its links is dead"


def _own_pages_kept(links: Sequence[DeadLink], at_most: int, chosen: Sequence[str]) -> tuple[DeadLink, ...]:
    """Several own pages in one letter read like a sales list: the strongest stay, the other links keep their other fixes.

    What a person chose comes before all others, their latest choice first: else it would do nothing.
    """
    turn = {url: at for at, url in enumerate(chosen)}
    ranked = sorted(
        (one for one in links if one.match),
        key=lambda one: (turn.get(one.link.target_url, len(turn)), bool(one.new_url), _weakness(one)),
    )
    kept = {one.link.target_url for one in ranked[:at_most]}
    return tuple(one if one.link.target_url in kept else replace(one, match=None) for one in links)


def _weakness(one: DeadLink) -> tuple[bool, float, float, int]:
    """Smallest for the match that fits best."""
    match = one.match
    return (match.strength is not Strength.STRONG, -match.confidence, -match.score, one.link.position) if match else (True, 0, 0, 0)


def _in_order(links: Sequence[DeadLink]) -> tuple[tuple[DeadLink, ...], int]:
    """Those to be named first, in the order of the page, and how many they are; one that carries an offer is never left out."""
    listed = len(links) if len(links) <= MAX_LISTED + 1 else MAX_LISTED
    ranked = sorted(links, key=lambda one: (one.match is None, one.link.position))
    return (*sorted(ranked[:listed], key=lambda one: one.link.position), *ranked[listed:]), listed


def _distinct(found: Sequence[DeadLink]) -> tuple[DeadLink, ...]:
    """Each dead target once, at its place in the text rather than in the navigation, in the order of the page."""
    best: dict[str, DeadLink] = {}
    for one in sorted(found, key=lambda each: (each.link.boilerplate, each.link.position)):
        if one.verdict.kind.dead:
            best.setdefault(one.link.target_url, one)
    return tuple(sorted(best.values(), key=lambda each: each.link.position))


def offerable(dead: Sequence[DeadLink], chosen: Collection[str], *, for_moved: bool) -> tuple[DeadLink, ...]:
    """Dead links, each with a match only where it may be offered."""
    return _without_possible(_without_moved(dead, chosen, allowed=for_moved), chosen)


def _without_moved(dead: Sequence[DeadLink], chosen: Collection[str], *, allowed: bool) -> tuple[DeadLink, ...]:
    """A page that merely moved needs no substitute: its new address is the honest fix."""
    if allowed:
        return tuple(dead)
    return tuple(replace(one, match=None) if one.new_url and one.link.target_url not in chosen else one for one in dead)


def _without_possible(dead: Sequence[DeadLink], chosen: Collection[str]) -> tuple[DeadLink, ...]:
    """Only a strong match is offered without a person's choice."""
    return tuple(
        replace(one, match=None) if one.match and one.match.strength is not Strength.STRONG and one.link.target_url not in chosen else one
        for one in dead
    )


def _is_confirmed(one: DeadLink) -> bool:
    return one.verdict.confidence is Confidence.CONFIRMED


def _awaited(carrying: Sequence[DeadLink], now: datetime) -> str:
    soonest = min(carrying, key=lambda one: (one.verdict.next_check_at or datetime.max.replace(tzinfo=UTC), one.link.position))
    due = soonest.verdict.next_check_at
    name = quiet(soonest.link.anchor, 60) or defanged(soonest.link.target_url)
    when = (
        "at the next recheck"
        if due is None or due <= now
        else f"on {due.astimezone(UTC):%A} {day(due, 'en')}, {due.astimezone(UTC):%H:%M} UTC"
    )
    return f"waits until “{name}” is confirmed dead: next look {when}"


def _addressed(contact: Contact | None, waits: tuple[Wait, ...], note: str) -> tuple[str, tuple[Wait, ...], str]:
    """Recipient, what is waited for and a note, once the route is known."""
    if contact is None:
        return "", (*waits, Wait.CONTACT), "; ".join(filter(None, (note, "no contact found")))
    if contact.kind is ContactKind.FORM:
        # a form may post to an address that shows nothing; the page it stands on is the one to open
        return plain_url(contact.source_url or contact.value), waits, note
    if contact.kind is ContactKind.TRACKER:
        return plain_url(contact.value), waits, note
    if contact.deobfuscated:  # the only way there is: a person decides, for each letter anew
        return plain(contact.value, 254), (*waits, Wait.LEAVE), "; ".join(filter(None, (note, HIDDEN_ADDRESS)))
    return plain(contact.value, 254), waits, note
