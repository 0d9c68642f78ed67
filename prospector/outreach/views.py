"""What a letter will say → the variables of its template: crawled texts made plain, facts put into words of the letter's language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from prospector.contacts.salutation import salutation
from prospector.items import UNCLICKABLE_KINDS, Contact, ContactKind, DeadLink, Prospect, VerdictKind
from prospector.outreach.context import (
    ArchiveView,
    ContactView,
    LetterView,
    LinkView,
    PageOfOurs,
    PageView,
    PreviousView,
    ReclaimView,
    SenderView,
)
from prospector.outreach.phrases import day, days, number, phrases, relation
from prospector.outreach.plain import defanged, host, one_line, plain, plain_url, quiet, short_title, without_scheme_inside
from prospector.words import clause

SUBJECT_TITLE = 34  # characters of a page's title in a subject, so that the whole stays under 60
MAX_TITLE = 100
MAX_ANCHOR = 90
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """The first letter to a page, for the one that follows it up."""

    sent_at: datetime
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclaim:
    """What is known of a link to you that is gone again, or that has a slip in its address."""

    url: str  # your page
    title: str = ""
    anchor: str = ""
    seen_at: datetime | None = None  # when the link was last seen; None: never as it should be
    missed_at: tuple[datetime, ...]  # the looks that found it gone or wrong
    wrong: str = ""  # where it leads now
    instead: str = ""  # where a link of the same text leads now


def letter_view(
    prospect: Prospect,
    sender: SenderSettings,
    dead: Sequence[DeadLink],
    *,
    listed: int,
    locale: str,
    seen: Mapping[str, Sequence[datetime]],
    previous: Previous | None = None,
    reclaim: Reclaim | None = None,
) -> LetterView:
    """:param dead: all the links the letter could name; the first `listed` of them are named."""
    unsafe = frozenset(host(one.link.target_url) for one in prospect.dead_links if one.verdict.kind in UNCLICKABLE_KINDS)
    alone = tuple(_link_view(one, at, locale, seen.get(one.link.target_url, ()), unsafe) for at, one in enumerate(dead[:listed], start=1))
    checked = _shared_days(alone)
    links = tuple(replace(link, checked_apart="" if link.checked == checked else link.checked) for link in alone)
    offer = next((link.offer for link in links if link.offer), None)
    own_page = next((one.link.target_url for one in dead if one.own), "")
    return LetterView(
        page=_page_view(prospect, unsafe),
        contact=_contact_view(prospect.contact, prospect.page_url, locale),
        sender=_sender_view(sender, locale, about=offer.url if offer else reclaim.url if reclaim else own_page),
        links=links,
        count=len(dead),
        count_said=number(len(dead), locale),
        more=len(dead) - len(links),
        more_said=number(len(dead) - len(links), locale),
        fixed=sum(1 for link in links if link.new_url or link.archive),
        checked=checked,
        apart=any(link.checked_apart for link in links),
        brackets=any(link.brackets for link in links),
        offer=offer,
        offers=sum(1 for link in links if link.offer),
        previous=PreviousView(date=day(previous.sent_at, locale), subject=quiet(previous.subject, 150)) if previous else None,
        reclaim=_reclaim_view(reclaim, locale, unsafe) if reclaim else None,
    )


def _shared_days(links: Sequence[LinkView]) -> str:
    """The days that more than half of the links share: said once for all of them."""
    (said, times), *_ = Counter(link.checked for link in links).most_common(1) or [("", 0)]
    return said if times * 2 > len(links) else ""


def _page_view(prospect: Prospect, unsafe: frozenset[str]) -> PageView:
    name = host(prospect.page_url)
    return PageView(
        url=plain_url(prospect.page_url),
        title=short_title(prospect.page_title, MAX_TITLE, unsafe=unsafe) or name,
        short_title=short_title(prospect.page_title, SUBJECT_TITLE, unsafe=unsafe) or plain(name, SUBJECT_TITLE),
        host=name,
    )


def _contact_view(contact: Contact | None, page_url: str, locale: str) -> ContactView:
    greeting = quiet(salutation(contact, locale), 80)
    if contact is None:
        return ContactView(name="", greeting=greeting, source="", on_page=False, is_email=False)
    is_email = contact.kind is ContactKind.EMAIL
    source = plain_url(contact.source_url) if is_email else ""
    on_page = bool(source) and source == plain_url(page_url)
    return ContactView(name=quiet(contact.name, 60), greeting=greeting, source=source, on_page=on_page, is_email=is_email)


def _sender_view(sender: SenderSettings, locale: str, about: str) -> SenderView:
    return SenderView(
        name=plain(sender.name),
        email=plain(sender.email, 254),
        site=plain_url(sender.site),
        # the relation is the one to the page that the letter is about, which for an agency stands on another site than the sender's
        relation=relation(
            sender.relation, name=plain(sender.name), site=host(about or sender.site), client=plain(sender.client), locale=locale
        ),
        postal_address=one_line(sender.postal_address),
        opt_out=plain(sender.opt_out, 400) or phrases(locale).opt_out,
    )


def _link_view(one: DeadLink, at: int, locale: str, failures: Sequence[datetime], unsafe: frozenset[str]) -> LinkView:
    verdict = one.verdict
    unclickable = verdict.kind in UNCLICKABLE_KINDS
    status = _STATUS.search(verdict.reason) if verdict.kind is VerdictKind.GONE else None
    checked = list(failures) or [when for when in (verdict.first_failed_at, verdict.confirmed_at) if when]
    first = min(checked, default=None)
    return LinkView(
        number=at,
        anchor=quiet(one.link.anchor, MAX_ANCHOR, unsafe=unsafe),
        section=quiet(one.link.section or one.link.heading, MAX_ANCHOR, unsafe=unsafe),
        address=defanged(one.link.target_url) if unclickable else plain_url(one.link.target_url),
        wrong=clause(verdict.kind, status=int(status[1]) if status else None, locale=locale),
        since=day(first, locale) if first else "",
        checked=days(checked, locale),
        checked_apart="",
        brackets=unclickable,
        host=host(one.link.target_url).replace(".", "[.]") if unclickable else host(one.link.target_url),
        new_url=plain_url(one.new_url),
        archive=_archive_view(one, locale, bare=unclickable),
        offer=_offer_view(one),
    )


def _reclaim_view(reclaim: Reclaim, locale: str, unsafe: frozenset[str]) -> ReclaimView:
    name = host(reclaim.url)
    return ReclaimView(
        url=plain_url(reclaim.url),
        title=quiet(reclaim.title, MAX_TITLE, unsafe=unsafe) or name,
        host=name,
        anchor=quiet(reclaim.anchor, MAX_ANCHOR, unsafe=unsafe),
        seen=day(reclaim.seen_at, locale) if reclaim.seen_at else "",
        missed=days(list(reclaim.missed_at), locale),
        wrong=plain_url(reclaim.wrong),
        instead=plain_url(reclaim.instead),
    )


def _offer_view(one: DeadLink) -> PageOfOurs | None:
    if one.match is None:
        return None
    name = host(one.match.page_url)
    return PageOfOurs(title=quiet(one.match.page_title) or name, url=plain_url(one.match.page_url), host=name)


def _archive_view(one: DeadLink, locale: str, *, bare: bool) -> ArchiveView | None:
    copy = one.archived
    if copy is None or copy.captured_at is None or not copy.archive_url:
        return None
    url = plain_url(copy.archive_url)
    return ArchiveView(url=without_scheme_inside(url) if bare else url, date=day(copy.captured_at, locale))
