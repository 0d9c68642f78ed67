"""Items → match → score → draft → store. Thin: each pipeline calls one domain package.

A PageDone goes down the line and becomes a Prospect, then a Draft; every other item stops at the pipeline that stores it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from prospector.archive.page import is_covered
from prospector.checking.failures import Failed
from prospector.checking.handler import network_of
from prospector.checking.network import Purpose
from prospector.checking.observe import Look
from prospector.contacts.mail_hosts import domains_to_ask, with_mail_hosts
from prospector.contacts.search import ContactSearch
from prospector.contacts.wishes import Wish, asks_for_no_letters
from prospector.drafting import Drafted, prospect_of, site_of_page
from prospector.items import (
    Contact,
    ContactKind,
    Observation,
    Outcome,
    PageDone,
    Prospect,
    ResourcePage,
    SitePage,
    Verdict,
)
from prospector.links.charset import decode
from prospector.links.sites import site_of
from prospector.matching.rank import Ranker
from prospector.offers import LinksOf, match_target
from prospector.outreach.letter import NoDraft
from prospector.spiders.campaign_spider import CampaignSpider, Looks, looks_judged
from prospector.spiders.clock import utc_now
from prospector.store import StoreError
from prospector.verdicts.judge import judge
from prospector.verdicts.keeping import forgettable

CONTACT_MAXSIZE = 2 * 1024 * 1024  # bytes of a contact page
LISTS_AT_HAND = 8  # pages whose links are kept while the dead links of one page are matched
MATCHED_TOGETHER = 20  # dead links of a page, in one transaction: some hundredths of a second
CONTACT_SEARCHES = 16  # sites looked through for a contact at a time


class CampaignPipeline:
    """What all of them have: the spider's campaign and store. A store that can take no more ends the crawl, with one line."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    @property
    def spider(self) -> CampaignSpider:
        spider = self.crawler.spider
        if not isinstance(spider, CampaignSpider):
            raise TypeError(f"{type(self).__name__} works for spiders with a campaign, not for {spider!r}")
        return spider

    def count(self, name: str, number: int = 1) -> None:
        self.spider.count(name, number)

    async def process_item(self, item: Any) -> Any:
        """Scrapy's hook."""
        if self.spider.broken is not None:
            raise Dropped("the database can't take it")
        try:
            return await self.work(item)
        except StoreError as error:
            self.spider.give_up(error)
            raise Dropped("the database can't take it") from error

    async def work(self, item: Any) -> Any:
        """What becomes of an item; raises Dropped when it goes no further."""
        raise NotImplementedError


class StorePages(CampaignPipeline):
    """Pages → the store."""

    async def work(self, item: Any) -> Any:
        if isinstance(item, ResourcePage):
            # The time of storing, not of reading: whatever was worked out before it did not know this page's links, and by its time
            # the store can tell.
            html = self.spider.writer.suppressions.without_forgotten(item.html)
            page = replace(item, fetched_at=utc_now(), html=html)
            self.spider.store.pages.save(page)
            self.spider.store.visits.mark(page.url, at=page.fetched_at)
            self.count("pages")
            self.count("links", sum(not link.boilerplate for link in page.links))
            raise Stored
        if isinstance(item, SitePage):
            self.spider.store.site.save([item])
            self.count("site_pages")
            raise Stored
        return item


class JudgeTargets(CampaignPipeline):
    """Looks, with all that was seen of their targets before → verdicts."""

    async def work(self, item: Any) -> Any:
        if not isinstance(item, Looks):
            return item
        judged = self._judge(item.looks)
        self.crawler.signals.send_catch_log(looks_judged, judged=judged)
        raise Stored

    async def close_spider(self) -> None:
        looks = await self.spider.unread_looks()
        if self.spider.broken is not None:
            return
        try:
            self._judge(looks)
            self.spider.store.evidence.drop_unused_bodies()
        except StoreError as error:
            self.spider.give_up(error)

    def _judge(self, looks: Sequence[Look]) -> list[tuple[Look, Verdict]]:
        store, policy, now = self.spider.store, self.spider.campaign.verdicts.policy(), utc_now()
        seen = store.evidence.histories({look.target_url for look in looks})
        judged: list[tuple[Look, Verdict]] = []
        unneeded: list[Observation] = []
        for look in looks:
            before = seen.get(look.target_url, ())
            unneeded += forgettable(before)
            seen[look.target_url] = (*before, *look.observations)
            judged.append((look, judge(seen[look.target_url], policy, now=now)))
        store.evidence.save_checks([(one, verdict) for look, verdict in judged for one in look.observations], now=now)
        self.spider.kept(look.target_url for look in looks)
        self.count("checked", len(looks))
        for kind, number in Counter(verdict.kind for _, verdict in judged).items():
            self.count(f"verdict/{kind.value}", number)
        if unneeded:
            self.count("forgotten", store.evidence.forget(unneeded))
        return judged


@dataclass(slots=True)
class _Elsewhere:
    """What came of the further pages of a site that were asked for its contact."""

    wish: Wish | None = None  # what the first of them that asks not to be written to says
    read: set[str] = field(default_factory=set)
    silent: int = 0  # pages that did not answer: another run asks again


class FindContacts(CampaignPipeline):
    """A page with dead links → whom to write to: from all read pages of its site, else from at most four more."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._searches = asyncio.Semaphore(CONTACT_SEARCHES)
        self._found: dict[str, asyncio.Lock] = {}  # site → held while it is looked through, once in a run
        self._pages: dict[str, list[str]] = {}  # site → its pages

    async def work(self, item: Any) -> Any:
        if isinstance(item, PageDone) and self.spider.store.pages.dead_links(item.page_url):
            await self._find(site_of_page(self.spider.store, item.page_url))
        return item

    async def _find(self, site: str) -> None:
        if site in self._found:
            async with self._found[site]:
                return
        async with self._found.setdefault(site, asyncio.Lock()):
            store, now = self.spider.store, utc_now()
            pages = self._read_pages(site)
            if not pages:
                return
            read = {page.final_url for page in pages}
            # those that stood on these very pages are there still, or are none any more
            known = [contact for contact in store.prospects.contacts(site) if contact.source_url not in read]
            search = ContactSearch(pages[0].html, url=pages[0].final_url, now=now, known=known)
            for page in pages[1:]:
                search.read(page.html, url=page.final_url)
            looked_through = True
            if store.prospects.contacts_checked_at(site) is None:
                async with self._searches:
                    elsewhere = await self._look_elsewhere(search)
                if not self._stopped():
                    self._keep_wish(site, elsewhere, now=now)
                looked_through = not elsewhere.silent
            found = await self._with_mail_hosts(search.found, site)
            if self._stopped():
                raise Dropped("the next run looks for its contact")
            listed = self.spider.writer.suppressions  # who asked not to be written to is not even collected again
            allowed = [contact for contact in found if contact.kind is not ContactKind.EMAIL or not listed.blocked_address(contact.value)]
            store.prospects.save_contacts(site, allowed, checked_at=now, looked_through=looked_through)

    def _keep_wish(self, site: str, elsewhere: _Elsewhere, *, now: datetime) -> None:
        """What the site asks for now. What it asked for before holds until its own page was read again and says nothing of the kind."""
        prospects, wish = self.spider.store.prospects, elsewhere.wish
        if wish is not None:
            prospects.save_wish(site, wish, found_at=now)
        elif (before := prospects.wish(site)) is not None and before.source_url in elsewhere.read:
            prospects.save_wish(site, None, found_at=now)

    def _read_pages(self, site: str) -> list[ResourcePage]:
        """All pages of the site that were read, seeds first: when the first page is done, no more come."""
        store = self.spider.store
        if not self._pages:
            for known in store.pages.known():
                self._pages.setdefault(known.site, []).append(known.url)
        pages = [page for url in self._pages.get(site, ()) if (page := store.pages.get(url, html=True))]
        return sorted(pages, key=lambda page: (page.depth, page.url))

    def _stopped(self) -> bool:
        return self.spider.stopping

    def _asks_for_no_letters(self, html: str) -> str:
        """The page's sentence. Whoever asked to be forgotten does not come back in it."""
        return asks_for_no_letters(self.spider.writer.suppressions.without_forgotten(html))

    async def _look_elsewhere(self, search: ContactSearch) -> _Elsewhere:
        """Takes in further pages."""
        found = _Elsewhere()
        while not self._stopped() and (url := search.next_page()):
            try:
                answer = await network_of(self.crawler).get(url, limit=CONTACT_MAXSIZE, urgent=True, purpose=Purpose.CONTACT)
            except Failed as failed:
                found.silent += failed.outcome is not Outcome.FORBIDDEN_BY_ROBOTS
                continue
            except RuntimeError:
                if not self._stopped():
                    raise
                break  # the network is closed
            self.count("contact_pages")
            if answer.status != 200:
                found.silent += answer.status == 429 or answer.status >= 500
                continue
            html = decode(answer.body, answer.headers.get("content-type", ""))
            search.read(html, url=answer.url)
            if not is_covered(html, url=answer.url):
                found.read |= {url, answer.url}
            if found.wish is None and site_of(answer.url) == search.site and (sentence := self._asks_for_no_letters(html)):
                found.wish = Wish(sentence=sentence, source_url=answer.url)
        return found

    async def _with_mail_hosts(self, found: Sequence[Contact], site: str) -> tuple[Contact, ...]:
        """The contacts, those last whose host takes no mail."""
        resolver = network_of(self.crawler).resolver
        return with_mail_hosts(found, {domain: await resolver.takes_mail(domain) for domain in domains_to_ask(found)}, site=site)


class MatchOffers(CampaignPipeline):
    """The dead targets of a page → pages of the user's site that fit, or none."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._began = utc_now()
        self._ranker: Ranker | None = None

    async def work(self, item: Any) -> Any:
        if isinstance(item, PageDone):
            links_of = lru_cache(maxsize=LISTS_AT_HAND)(
                self.spider.store.pages.links_of
            )  # nothing is stored while one page is worked through
            store = self.spider.store
            dead = list(dict.fromkeys(link.target_url for link, _ in store.pages.dead_links(item.page_url)))
            for start in range(0, len(dead), MATCHED_TOGETHER):
                with store.together():
                    for target_url in dead[start : start + MATCHED_TOGETHER]:
                        matched_at = store.findings.matched_at(target_url)
                        if matched_at is None or matched_at < self._began:  # a target on forty pages is matched once in a run
                            self._match(target_url, links_of)
        return item

    def _match(self, target_url: str, links_of: LinksOf) -> None:
        store = self.spider.store
        self._ranker = self._ranker or Ranker(store.site)  # the first page is done only when the site is indexed
        matches = match_target(store, self._ranker, self.spider.campaign.thresholds, target_url, links_of=links_of, now=utc_now())
        self.count("matched" if matches else "no_fit")


class ScoreProspects(CampaignPipeline):
    """A page with dead links → a Prospect with its score. Without any, what was claimed of it is withdrawn."""

    async def work(self, item: Any) -> Any:
        if not isinstance(item, PageDone):
            return item
        self.count("done")
        began, store = utc_now(), self.spider.store
        prospect = prospect_of(store, self.spider.campaign, item.page_url, now=began)
        if prospect is not None:
            store.prospects.save(prospect, now=began)
            return prospect
        if self.spider.writer.nothing_dead(item.page_url, now=began) is Drafted.WITHDRAWN:
            self.count("withdrawn")
        store.pages.mark_done(item.page_url, now=began)
        raise Stored


class WriteDrafts(CampaignPipeline):
    """A Prospect → a draft for review, or the reason why there is none."""

    async def work(self, item: Any) -> Any:
        if not isinstance(item, Prospect):
            return item
        now, writer = utc_now(), self.spider.writer
        letter = writer.letter(item, now=now)
        match writer.keep(item, letter, now=now):
            case Drafted.NEW:
                self.count("drafts")
            case Drafted.RELEASED:
                self.count("released")
            case Drafted.WITHDRAWN:
                self.count("withdrawn")
                self.count("no_draft")
            case Drafted.NONE:
                self.count("no_draft")
        if writer.follow_up(item, now=now) is Drafted.NEW:
            self.count("follow_ups")
        self.spider.store.pages.mark_done(item.page_url, now=now)
        if isinstance(letter, NoDraft):
            raise Stored
        return letter


class Dropped(DropItem):
    """The item goes no further down the line, and nobody need hear of it."""

    def __init__(self, why: str) -> None:
        super().__init__(why, log_level="DEBUG")


class Stored(Dropped):
    """The item is in the store: nothing further down the line wants it."""

    def __init__(self) -> None:
        super().__init__("stored")
