"""Prospect + template → Draft, or the reason why there is none. Pure: dates are handed in, nothing is sent.

What may be claimed is decided here and nowhere else: only dead links, only confirmed ones in a letter that is ready, and an offer only where it fits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from prospector.contacts.salutation import salutation
from prospector.items import (
    UNCLICKABLE_KINDS,
    Confidence,
    Contact,
    ContactKind,
    DeadLink,
    Draft,
    DraftStatus,
    Prospect,
    Stage,
    Strength,
    VerdictKind,
)
from prospector.outreach.context import ArchiveView, ContactView, LetterView, LinkView, PageOfOurs, PageView, SenderView
from prospector.outreach.phrases import day, days, phrases, relation
from prospector.outreach.plain import defanged, host, one_line, plain, plain_url, quiet, short_title, without_scheme_inside
from prospector.outreach.templates import Template
from prospector.outreach.wrap import wrapped
from prospector.words import clause

MAX_LISTED = 8  # dead links named in one letter; a longer list reads as a reproach
SUBJECT_TITLE = 34  # characters of a page's title in a subject, so that the whole stays under 60
MAX_TITLE = 100
MAX_ANCHOR = 90
HIDDEN_ADDRESS = "its owner hid this address from harvesters: allow it only if you are sure they would not mind"
_STATUS = re.compile(r"\b(404|410)\b")


class SenderSettings(Protocol):
    """Who writes, as the campaign says."""

    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def site(self) -> str: ...
    @property
    def relation(self) -> str: ...
    @property
    def client(self) -> str | None: ...
    @property
    def postal_address(self) -> str | None: ...
    @property
    def opt_out(self) -> str: ...


class LetterSettings(Protocol):
    """What of a campaign a letter depends on."""

    @property
    def goal(self) -> str: ...
    @property
    def sender(self) -> SenderSettings: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDraft:
    """Why no letter was drafted, in words."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What a letter will say, before it is put into words."""

    links: tuple[DeadLink, ...]
    status: DraftStatus
    note: str


def compose(
    prospect: Prospect,
    campaign: LetterSettings,
    template: Template,
    *,
    now: datetime,
    seen: Mapping[str, Sequence[datetime]],
) -> Draft | NoDraft:
    """The letter to one page's people. `seen` holds, by target URL, when each was found failing. TemplateError only if the template fails."""
    plan = _plan(prospect, campaign.goal, now)
    if isinstance(plan, NoDraft):
        return plan
    view = _view(prospect, campaign, plan, template.locale, seen)
    subject, body = template.render(view)
    recipient, status, note = _addressed(prospect.contact, plan)
    return Draft(
        page_url=prospect.page_url,
        recipient=recipient,
        subject=plain(subject, 150),
        body=wrapped(body),
        template=template.id,
        status=status,
        note=note,
    )


def _plan(prospect: Prospect, goal: str, now: datetime) -> _Plan | NoDraft:
    dead = _distinct(prospect.dead_links)
    unwanted = _unwanted(prospect, dead)
    if unwanted:
        return NoDraft(reason=unwanted)
    if goal == "help":
        return _plan_of(_without_possible(dead), carrying=dead, choose=False, now=now)
    strong = tuple(one for one in dead if one.match and one.match.strength is Strength.STRONG)
    if strong:
        return _plan_of(_without_possible(dead), carrying=strong, choose=False, now=now)
    possible = tuple(one for one in dead if one.match)
    if possible:
        return _plan_of(dead, carrying=possible, choose=True, now=now)
    return NoDraft(reason="none of your pages fits what its dead links were about")


def _unwanted(prospect: Prospect, dead: Sequence[DeadLink]) -> str:
    """Why nobody should be written to about this page, or ""."""
    if prospect.stage is Stage.DO_NOT_CONTACT:
        return "they asked not to be written to"
    if prospect.flags:
        return "not pitched: " + "; ".join(plain(flag) for flag in prospect.flags)
    return "" if dead else "none of its links is dead"


def _plan_of(dead: tuple[DeadLink, ...], *, carrying: tuple[DeadLink, ...], choose: bool, now: datetime) -> _Plan:
    """Ready if a claim that carries the letter is confirmed: then with the confirmed ones only. Else it waits, and reads as it will once they are."""
    confirmed = tuple(one for one in dead if _is_confirmed(one))
    notes = ["choose the offer first"] if choose else []
    if any(_is_confirmed(one) for one in carrying):
        links = confirmed
    else:
        links = dead
        notes.append(_awaited(carrying, now))
    ordered = tuple(sorted(links, key=lambda one: (not _carries(one), one.link.position)))
    listed = {one.link.target_url for one in ordered[:MAX_LISTED]}
    # those that carry the letter are never among the ones left out; the rest of the list keeps the order of the page
    in_page_order = sorted(ordered[:MAX_LISTED], key=lambda one: one.link.position)
    links = (*in_page_order, *(one for one in ordered if one.link.target_url not in listed))
    return _Plan(links=links, status=DraftStatus.WAITING if notes else DraftStatus.READY, note="; ".join(notes))


def _distinct(found: Sequence[DeadLink]) -> tuple[DeadLink, ...]:
    """Each dead target once, at its place in the text rather than in the navigation, in the order of the page."""
    best: dict[str, DeadLink] = {}
    for one in sorted(found, key=lambda each: (each.link.boilerplate, each.link.position)):
        if one.verdict.kind.dead:
            best.setdefault(one.link.target_url, one)
    return tuple(sorted(best.values(), key=lambda each: each.link.position))


def _without_possible(dead: Sequence[DeadLink]) -> tuple[DeadLink, ...]:
    """Only a strong match is offered without a person's choice."""
    return tuple(replace(one, match=None) if one.match and one.match.strength is not Strength.STRONG else one for one in dead)


def _is_confirmed(one: DeadLink) -> bool:
    return one.verdict.confidence is Confidence.CONFIRMED


def _carries(one: DeadLink) -> bool:
    return one.match is not None


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


def _addressed(contact: Contact | None, plan: _Plan) -> tuple[str, DraftStatus, str]:
    """Recipient, status and note once the route is known."""
    if contact is None:
        return "", DraftStatus.WAITING, "; ".join(filter(None, (plan.note, "no contact found")))
    if contact.kind is ContactKind.FORM:
        # a form may post to an address that shows nothing; the page it stands on is the one to open
        return plain_url(contact.source_url or contact.value), plan.status, plan.note
    if contact.kind is ContactKind.TRACKER:
        return plain_url(contact.value), plan.status, plan.note
    if contact.deobfuscated:  # the only way there is: a person decides, for each letter anew
        return plain(contact.value, 254), DraftStatus.WAITING, "; ".join(filter(None, (plan.note, HIDDEN_ADDRESS)))
    return plain(contact.value, 254), plan.status, plan.note


# -- into words -----------------------------------------------------------------------------------------------------------


def _view(prospect: Prospect, campaign: LetterSettings, plan: _Plan, locale: str, seen: Mapping[str, Sequence[datetime]]) -> LetterView:
    listed = plan.links[:MAX_LISTED]
    unsafe = frozenset(host(one.link.target_url) for one in prospect.dead_links if one.verdict.kind in UNCLICKABLE_KINDS)
    links = tuple(_link_view(one, number, locale, seen.get(one.link.target_url, ()), unsafe) for number, one in enumerate(listed, start=1))
    offer = next((link.offer for link in links if link.offer), None)
    return LetterView(
        page=_page_view(prospect, unsafe),
        contact=_contact_view(prospect.contact, locale),
        sender=_sender_view(campaign.sender, locale, offered=offer.url if offer else ""),
        links=links,
        count=len(plan.links),
        more=len(plan.links) - len(listed),
        offer=offer,
    )


def _page_view(prospect: Prospect, unsafe: frozenset[str]) -> PageView:
    name = host(prospect.page_url)
    return PageView(
        url=plain_url(prospect.page_url),
        title=short_title(prospect.page_title, MAX_TITLE, unsafe=unsafe) or name,
        short_title=short_title(prospect.page_title, SUBJECT_TITLE, unsafe=unsafe) or plain(name, SUBJECT_TITLE),
        host=name,
    )


def _contact_view(contact: Contact | None, locale: str) -> ContactView:
    greeting = quiet(salutation(contact, locale), 80)
    if contact is None:
        return ContactView(name="", greeting=greeting, source="", is_email=False)
    is_email = contact.kind is ContactKind.EMAIL
    source = plain_url(contact.source_url) if is_email else ""
    return ContactView(name=quiet(contact.name, 60), greeting=greeting, source=source, is_email=is_email)


def _sender_view(sender: SenderSettings, locale: str, offered: str) -> SenderView:
    return SenderView(
        name=plain(sender.name),
        email=plain(sender.email, 254),
        site=plain_url(sender.site),
        # the relation is the one to the page that is offered, which for an agency stands on another site than the sender's
        relation=relation(sender.relation, site=host(offered or sender.site), client=plain(sender.client), locale=locale),
        postal_address=one_line(sender.postal_address),
        opt_out=plain(sender.opt_out, 400) or phrases(locale).opt_out,
    )


def _link_view(one: DeadLink, number: int, locale: str, failures: Sequence[datetime], unsafe: frozenset[str]) -> LinkView:
    verdict = one.verdict
    unclickable = verdict.kind in UNCLICKABLE_KINDS
    status = _STATUS.search(verdict.reason) if verdict.kind is VerdictKind.GONE else None
    checked = list(failures) or [when for when in (verdict.first_failed_at, verdict.confirmed_at) if when]
    first = min(checked, default=None)
    return LinkView(
        number=number,
        anchor=quiet(one.link.anchor, MAX_ANCHOR, unsafe=unsafe),
        section=quiet(one.link.section or one.link.heading, MAX_ANCHOR, unsafe=unsafe),
        address=defanged(one.link.target_url) if unclickable else plain_url(one.link.target_url),
        wrong=clause(verdict.kind, status=int(status[1]) if status else None, locale=locale),
        since=day(first, locale) if first else "",
        checked=days(checked, locale),
        new_url=plain_url(one.new_url),
        archive=_archive_view(one, locale, bare=unclickable),
        offer=PageOfOurs(title=quiet(one.match.page_title) or host(one.match.page_url), url=plain_url(one.match.page_url))
        if one.match
        else None,
    )


def _archive_view(one: DeadLink, locale: str, *, bare: bool) -> ArchiveView | None:
    copy = one.archived
    if copy is None or copy.captured_at is None or not copy.archive_url:
        return None
    url = plain_url(copy.archive_url)
    return ArchiveView(url=without_scheme_inside(url) if bare else url, date=day(copy.captured_at, locale))
