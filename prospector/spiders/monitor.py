"""`scrapy crawl monitor`: visit the pages of sent letters again, and with `-a profile=1` every page that other tools say links to you."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, groupby
from typing import Any

from scrapy.http import Response

from prospector.checking.failures import Failed
from prospector.items import Outcome
from prospector.links.charset import decode
from prospector.links.extract import read_page
from prospector.links.sites import site_of
from prospector.links.urls import normalise
from prospector.scoring.hidden import hidden_links
from prospector.spiders.campaign_spider import ON, CampaignSpider
from prospector.spiders.clock import utc_now
from prospector.spiders.reading import header, in_words, not_a_page, own_sites
from prospector.store.watching import KnownLink, SentLetter
from prospector.verdicts.reading import read_body
from prospector.watching.history import Past, due_at
from prospector.watching.states import WON, PageLook, Source, State, Watch, WatchedPage

OPEN_AT_MOST = 200  # pages asked for at a time: a profile may name a million
LOOKED_FOR = 0.05  # seconds between two looks whether there is room for more


ASKED_FOR = frozenset({State.LOST, State.WRONG_TARGET})  # what a letter about a lost link may ask to be mended


class MonitorSpider(CampaignSpider):
    """Every due page is visited once, for all that is watched on it. What came of it is judged where it is kept."""

    name = "monitor"
    arguments = switches = ("profile", "now")

    def __init__(self, profile: str = "", now: str = "", **kwargs: Any) -> None:
        """
        :param profile: 1: visit the pages of imported backlinks too.
        :param now: 1: visit the pages of all letters that were sent, due or not.
        """
        super().__init__(**kwargs)
        self.with_profile, self.at_once = profile.lower() in ON, now.lower() in ON
        self.results: asyncio.Queue[WatchedPage | None] = asyncio.Queue()
        self.all_asked = False

    async def work(self) -> AsyncIterator[Any]:
        """Pages that could not be read come through here; the others from their callback."""
        self.requests = self.new_requests(self.none_left)
        feeding = self.beside(self.feed())
        while (page := await self.results.get()) is not None:
            yield page
        await feeding  # which may have met a database that is broken

    async def feed(self) -> None:
        """Ask for what is due, as far as there is room."""
        try:
            for page_url, watches in groupby(self.due(), key=lambda watch: watch.page_url):
                while self.requests.number >= OPEN_AT_MOST and not self.ended:  # noqa: ASYNC110 - many events would end it
                    await asyncio.sleep(LOOKED_FOR)
                if self.ended:
                    break
                self.pages_tried += 1
                self.requests.ask(page_url, self.page_came, self.page_failed, page_url=page_url, watches=tuple(watches))
                await asyncio.sleep(0)
        finally:
            self.all_asked = True
            self.none_left()

    @property
    def ended(self) -> bool:
        return self.stopping or bool(self.spent)

    def none_left(self) -> None:
        if self.all_asked and not self.requests.number:
            self.results.put_nowait(None)

    # -- what is due -------------------------------------------------------------------------------------------------------

    def due(self) -> Iterator[Watch]:
        """Those of one page together."""
        letters = chain.from_iterable(map(self.of_letter, self.store.watching.letters()))
        return chain(letters, self.of_profile()) if self.with_profile else letters

    def of_letter(self, letter: SentLetter) -> Iterator[Watch]:
        """What a letter asked for, where it is time to look."""
        now = utc_now()
        before = self.links_before(letter)
        for claim in letter.claims:
            watch = Watch(
                page_url=letter.page_url,
                wanted_url=claim.offer_url,
                replaced_url=claim.target_url,
                anchor=self.store.watching.anchor(letter.page_url, claim.target_url),
                before=before,
            )
            past = self.store.watching.history(watch)
            due = self.due_date(letter, past)
            if self.at_once or (due is not None and due <= now):
                anchor = self.store.watching.anchor_seen(watch) or watch.anchor
                yield replace(watch, had_link=any(look.seen in WON for look in past), anchor=anchor)

    def due_date(self, letter: SentLetter, past: Sequence[Past]) -> datetime | None:
        """When a letter's link is to be looked at next; None: never again."""
        settings = self.campaign.monitor
        if letter.asks_again and past:
            return past[-1].at + settings.apart
        due = due_at(letter.began, settings.days, past, apart=settings.apart)
        if due is None and self.campaign.reclaim.enabled and past and past[-1].state in ASKED_FOR and letter.began == letter.sent_at:
            free = letter.spoke_at + timedelta(days=self.campaign.decency.cool_down_days)  # from then on another letter may ask for it
            due = free if past[-1].at < free else None
        return due

    def links_before(self, letter: SentLetter) -> frozenset[str] | None:
        """Links to your sites that the page had when the letter went out; None if it was read only later, or not kept."""
        html = None
        if letter.read_at is not None and letter.read_at <= letter.sent_at:
            html = self.store.pages.html(letter.page_url)
        if not html:
            return None
        sites = own_sites(self.campaign)
        return frozenset(link.target_url for link in read_page(html, url=letter.page_url).links if site_of(link.target_url) in sites)

    def of_profile(self) -> Iterator[Watch]:
        """Links to your sites that other tools know, if they were not looked at within a day."""
        sites = own_sites(self.campaign)
        recent = utc_now() - self.campaign.monitor.apart
        for page_url, known in groupby(self.store.watching.profile(), key=lambda link: link.page_url):
            links: list[KnownLink] = [link for link in known if not sites or site_of(link.target_url) in sites]
            if site_of(page_url) in sites:
                continue
            targets = frozenset(link.target_url for link in links)
            for link in links:
                if link.seen_at is None or link.seen_at <= recent:
                    yield Watch(
                        page_url=page_url,
                        wanted_url=link.target_url,
                        source=Source.PROFILE,
                        had_link=not link.lost,
                        before=targets - {link.target_url},
                    )

    # -- what came ---------------------------------------------------------------------------------------------------------

    async def page_came(self, response: Response, *, page_url: str, watches: tuple[Watch, ...]) -> AsyncIterator[Any]:
        self.pages_read += 1
        yield WatchedPage(watches=watches, look=look_of(response, page_url))

    def page_failed(self, error: Exception, *, page_url: str, watches: tuple[Watch, ...]) -> None:
        """No answer is told as such: it is no page without a link."""
        outcome = error.outcome if isinstance(error, Failed) else Outcome.OUR_ERROR
        if outcome is Outcome.NO_HOST and isinstance(error, Failed) and error.ours:
            outcome = Outcome.DNS_FAILED
        self.pages_read += outcome is Outcome.NO_HOST  # that is an answer too
        look = PageLook(at=utc_now(), outcome=outcome, final_url=page_url, detail=in_words(error))
        self.results.put_nowait(WatchedPage(watches=watches, look=look))

    # -- how it ends -------------------------------------------------------------------------------------------------------

    def stop_asking(self) -> None:
        with suppress(AttributeError):  # it has not begun
            self.requests.stop()

    def waited_for(self) -> list[str]:
        return self.requests.hosts() if hasattr(self, "requests") else []


def look_of(response: Response, page_url: str) -> PageLook:
    """A response as the judge of states knows it."""
    url = normalise(response.url) or response.url
    problem = not_a_page(response) if response.status == 200 else ""
    html = "" if problem else decode(response.body, header(response, "Content-Type"))
    sample = read_body(
        html,
        url=url,
        content_type="text/html",
        sha256="",
        size=len(response.body),
        complete=True,
        expected=(),
        close=True,
        status=response.status,
    )
    tags = b",".join(response.headers.getlist("X-Robots-Tag")).decode("latin-1").lower()
    reading = read_page(html, url=url) if response.status == 200 and html else None
    return PageLook(
        at=utc_now(),
        outcome=Outcome.ANSWERED,
        status=response.status,
        final_url=url or page_url,
        detail=problem,
        complete="truncated" not in response.flags,
        readable=not problem,
        signs=sample.signs,
        robots=",".join(filter(None, (sample.robots, tags))),
        links=reading.links if reading else (),
        internal=tuple(link.url for link in reading.internal) if reading else (),
        hidden=frozenset(hidden_links(html, url=url)) if reading else frozenset(),
    )
