"""The dead links of one page, with the fixes and the proof, for whoever looks after it: what every form of a fix list is made from.

Nothing is claimed that is not stored; what answers at a parked or hijacked address is never written as something to click.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from prospector.archive.replay import captured_elsewhere
from prospector.campaign import Campaign
from prospector.drafting import with_fixes
from prospector.items import (
    UNCLICKABLE_KINDS,
    Confidence,
    ControlKind,
    DeadLink,
    Observation,
    OutboundLink,
    Outcome,
    Verdict,
    VerdictKind,
    Via,
)
from prospector.outreach.letter import offerable
from prospector.outreach.phrases import day, days, relation
from prospector.outreach.plain import defanged, host, one_line, plain, plain_url, quiet, without_scheme_inside
from prospector.store import Store
from prospector.verdicts.failed import failed_looks
from prospector.verdicts.told import came_to, steps
from prospector.words import label, sentence

MAX_CONTEXT = 400
MAX_FAILURES = 6  # captures of an archive, named
SIMILAR = 0.8


class NoFixListError(Exception):
    """There is nothing to write. The message says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A URL for people: to click, or only to read."""

    text: str
    href: str  # "" for what must not be followed


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    when: str
    said: str
    steps: tuple[str, ...]
    counted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    what: str
    address: Address
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixLink:
    number: int
    anchor: str
    context: tuple[str, str, str]  # the sentence: before the link's text, that text, after it
    section: str
    address: Address
    wrong: str  # a word or two
    means: str  # a sentence
    certain: bool
    since: str
    looks: tuple[Look, ...]
    ruled_out: tuple[str, ...]
    fixes: tuple[Fix, ...]  # the honest order: its new address, an archived copy, the sender's own page last


@dataclass(frozen=True, slots=True, kw_only=True)
class FixList:
    title: str
    page: Address
    made_on: str
    read_on: str
    links: tuple[FixLink, ...]
    unconfirmed: int  # further links that look dead, and are not listed
    from_whom: str
    relation: str  # "" when nothing of the sender's own is offered


def fix_list(store: Store, campaign: Campaign, page_url: str, *, everything: bool = False, now: datetime) -> FixList:
    """What is known of a page's dead links.

    :param everything: also those that are not confirmed yet.
    :raises NoFixListError: the page was not read, or has none.
    """
    page = store.pages.get(page_url)
    if page is None:
        raise NoFixListError(f"{page_url}: this page was not read. `scrapy export prospects` lists those that were.")
    found = _dead(store, page_url)
    wanted = [one for one in found if everything or one[1].confidence is Confidence.CONFIRMED]
    if not wanted:
        one = len(found) == 1
        said = (
            "looks dead, which is not confirmed yet: --all lists it." if one else "look dead, which is not confirmed yet: --all lists them."
        )
        more = f" {len(found)} {said}" if found else ""
        raise NoFixListError(f"{page_url}: no link on it is confirmed dead.{more}")
    unsafe = frozenset(host(link.target_url) for link, verdict in found if verdict.kind in UNCLICKABLE_KINDS)
    chosen = frozenset(url for url, offer in store.findings.chosen_offers(page_url).items() if offer)
    mended = offerable(with_fixes(store, page_url, wanted), chosen, for_moved=campaign.templates.offer_for_moved)
    links = tuple(_fix_link(store, one, number=number, unsafe=unsafe, now=now) for number, one in enumerate(mended, start=1))
    ours = next((fix for link in links for fix in link.fixes if fix.what == OFFER), None)
    sender = campaign.sender
    site = host(ours.address.text if ours else sender.site)
    return FixList(
        title=quiet(page.title, unsafe=unsafe) or host(page_url),
        page=_address(page_url, safe=True),
        made_on=day(now, "en"),
        read_on=day(page.fetched_at, "en"),
        links=links,
        unconfirmed=len(found) - len(wanted),
        from_whom=plain(sender.name),
        relation=relation(sender.relation, site=site, client=one_line(sender.client), locale="en") if ours else "",
    )


OFFER = "A page on the same subject"


def _dead(store: Store, page_url: str) -> list[tuple[OutboundLink, Verdict]]:
    """Each dead target once, in the order of the page."""
    found: dict[str, tuple[OutboundLink, Verdict]] = {}
    for link in store.pages.links_of(page_url):
        verdict = None if link.boilerplate else store.evidence.verdict(link.target_url)
        if verdict is not None and verdict.kind.dead:
            found.setdefault(link.target_url, (link, verdict))
    return list(found.values())


def _fix_link(store: Store, found: DeadLink, *, number: int, unsafe: frozenset[str], now: datetime) -> FixLink:
    link, verdict = found.link, found.verdict
    safe = verdict.kind not in UNCLICKABLE_KINDS
    seen = [one for one in store.evidence.observations(link.target_url) if one.observed_at <= now]
    since = verdict.first_failed_at
    return FixLink(
        number=number,
        anchor=quiet(link.anchor, unsafe=unsafe) or "(a link without text)",
        context=_context(link, unsafe),
        section=quiet(link.section or link.heading, unsafe=unsafe),
        address=_address(link.target_url, safe=safe),
        wrong=label(verdict.kind),
        means=sentence(verdict.kind),
        certain=verdict.confidence is Confidence.CONFIRMED,
        since=day(since, "en") if since else "",
        looks=tuple(_look(one, unsafe) for one in seen),
        ruled_out=tuple(_ruled_out(seen, since, verdict)),
        fixes=tuple(_fixes(found, safe=safe)),
    )


def _context(link: OutboundLink, unsafe: frozenset[str]) -> tuple[str, str, str]:
    """The link's sentence in three parts, so that its text can be marked; the text alone where it stands in none."""
    anchor = quiet(link.anchor, MAX_CONTEXT, unsafe=unsafe)
    before, found, after = quiet(link.context, MAX_CONTEXT, unsafe=unsafe).partition(anchor) if anchor else ("", "", "")
    return (before, found, after) if found and (before.strip() or after.strip()) else ("", "", "")


def _address(url: str, *, safe: bool) -> Address:
    text = plain_url(url)
    if not safe:
        return Address(text=defanged(url), href="")
    return Address(text=text, href=text if text.startswith(("https://", "http://")) and not text.endswith("…") else "")


def _fixes(found: DeadLink, *, safe: bool) -> Iterator[Fix]:
    if found.new_url:
        yield Fix(what="Its new address", address=_address(found.new_url, safe=True), note="the same page, moved")
    copy = found.archived
    if copy is not None and copy.captured_at is not None and copy.archive_url:
        url = copy.archive_url if safe else without_scheme_inside(copy.archive_url)
        other = captured_elsewhere(copy)
        of = f"; it shows {defanged(other) if not safe else plain_url(other)}, to which the link led then" if other else ""
        yield Fix(what="An archived copy", address=_address(url, safe=True), note=f"as it was on {day(copy.captured_at, 'en')}{of}")
    match = found.match
    if match is not None:
        yield Fix(what=OFFER, address=_address(match.page_url, safe=True), note=quiet(match.page_title))


# -- evidence ----------------------------------------------------------------------------------------------------------------


def _look(one: Observation, unsafe: frozenset[str]) -> Look:
    bare = replace(one, detail="")  # a person's note, or what a library said: neither is for strangers
    told = steps(bare, address=lambda url: _shown(url, unsafe), text=lambda words: quiet(words, unsafe=unsafe))
    return Look(when=_time(one.observed_at), said=came_to(one), steps=tuple(told), counted=not one.offline)


def _shown(url: str, unsafe: frozenset[str]) -> str:
    return defanged(url) if unsafe else plain_url(url)


def _ruled_out(seen: Sequence[Observation], since: datetime | None, verdict: Verdict) -> Iterator[str]:
    """What else it could have been, and the stored observation that speaks against it."""
    failing = failed_looks(seen, since=since) if since is not None else ()
    dates = {one.observed_at.astimezone(UTC).date() for one in failing}
    if len(failing) > 1:
        found = "taken over" if verdict.kind is VerdictKind.HIJACKED else "dead"
        yield f"A passing fault: it was found {found} {len(failing)} times, and never {'as it was' if found != 'dead' else 'working'}{', ' + days([one.observed_at for one in failing], 'en') if len(dates) > 1 else ''}."
    browsers = [one.observed_at for one in failing if one.via is Via.BROWSER]
    if browsers:
        yield f"A site that only turns programs away: a browser came to the same {days(browsers, 'en')}."
    controls = [control for one in failing for control in one.controls]
    if any(control.kind is ControlKind.ROOT and control.outcome is Outcome.ANSWERED and control.status == 200 for control in controls):
        yield "The whole site being down: its front page answered at the same time."
    if any(control.kind is ControlKind.SIBLING and (control.similarity or 0) >= SIMILAR for control in controls):
        yield "A real page that only looks like an error: a made-up address beside it shows the same text."
    captures = [one for one in seen if one.via is Via.ARCHIVE and one.status in {404, 410}]
    if captures:
        yield f"A fault that only we see: a web archive's visits found it missing too, {days([one.observed_at for one in captures[:MAX_FAILURES]], 'en')}."
    offline = sum(one.offline for one in seen)
    if offline:
        yield f"Our own connection: {offline} {'look was' if offline == 1 else 'looks were'} taken while it was down, and not counted."
    if verdict.confidence is Confidence.CONFIRMED and not failing:
        yield f"A guess by a program: {verdict.reason}"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
