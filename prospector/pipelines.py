"""Items → match → score → draft → store. Thin: each pipeline calls one domain package.

A PageDone goes down the line and becomes a Prospect, then a Draft; every other item stops at the pipeline that stores it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from prospector.campaign import Campaign
from prospector.checking.failures import Failed
from prospector.checking.handler import network_of
from prospector.checking.observe import Look
from prospector.contacts.find import contacts_on, default_route
from prospector.contacts.mail_hosts import domains_to_ask, with_mail_hosts
from prospector.contacts.search import ContactSearch
from prospector.contacts.wishes import asks_for_no_letters
from prospector.items import (
    Contact,
    ContactKind,
    DeadLink,
    Observation,
    OutboundLink,
    PageDone,
    Prospect,
    ResourcePage,
    Score,
    SitePage,
    Stage,
    Verdict,
    Via,
)
from prospector.links.charset import decode
from prospector.links.sites import site_of
from prospector.matching.rank import Ranker
from prospector.matching.topic import Sighting, Topic, siblings_of, topic_of
from prospector.outreach.letter import NoDraft, compose
from prospector.outreach.templates import Template, load_templates
from prospector.scoring.score import Facts, score_prospect
from prospector.scoring.spam import Flag, Suspect, spam_flags
from prospector.spiders.campaign_spider import CampaignSpider, NoMoreLooks
from prospector.spiders.clock import utc_now
from prospector.store import Saved, Store, StoreError
from prospector.verdicts.judge import judge
from prospector.verdicts.keeping import forgettable

BATCH = 50  # looks not yet in the store, with those under way: what a crash can cost
SMALL_BATCH = 10  # in one transaction at least, however many are under way
FLUSH_AFTER = 1.0  # seconds until a smaller batch is written
CONTACT_MAXSIZE = 2 * 1024 * 1024  # bytes of a contact page
OUR_LOOKS = frozenset({Via.HTTP, Via.BROWSER, Via.PERSON})  # an archive's captures are evidence, but nothing that we saw
MOST_LISTS = 20  # lists that a target stands on, and that tell what it is about by their other links
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
            page = replace(item, fetched_at=utc_now())
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
    """Looks, with all that was seen of their target before → verdicts, in small batches."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._batch: list[Look] = []
        self._timer: asyncio.TimerHandle | None = None

    async def work(self, item: Any) -> Any:
        if isinstance(item, Look):
            self._batch.append(item)
            if len(self._batch) >= max(SMALL_BATCH, BATCH - self.spider.checks_under_way()):
                self._flush()
            elif self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(FLUSH_AFTER, self._flush_in_time)
            raise Stored
        self._flush()  # what comes now builds on these verdicts
        if isinstance(item, NoMoreLooks):
            raise Stored
        return item

    async def close_spider(self) -> None:
        self._batch += await self.spider.unread_looks()
        self._flush_in_time()
        if self.spider.broken is None:
            self.spider.store.evidence.drop_unused_bodies()

    def _flush_in_time(self) -> None:
        """Outside of an item's way, where nobody else would hear of an error."""
        if self.spider.broken is not None:
            self._batch.clear()
        try:
            self._flush()
        except StoreError as error:
            self.spider.give_up(error)

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._batch:
            return
        batch, self._batch = self._batch, []
        store, policy, now = self.spider.store, self.spider.campaign.verdicts.policy(), utc_now()
        checks = []
        unneeded: list[Observation] = []
        for look in batch:
            before = store.evidence.observations(look.target_url)
            unneeded += forgettable(before)
            verdict = judge([*before, *look.observations], policy, now=now)
            checks += [(observation, verdict) for observation in look.observations]
            self.count("checked")
            self.count(f"verdict/{verdict.kind.value}")
        store.evidence.save_checks(checks, now=now)
        if unneeded:
            self.count("forgotten", store.evidence.forget(unneeded))


class FindContacts(CampaignPipeline):
    """A page with dead links → whom to write to: from all read pages of its site, else from at most four more."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._searches = asyncio.Semaphore(CONTACT_SEARCHES)
        self._found: dict[str, asyncio.Lock] = {}  # site → held while it is looked through, once in a run
        self._pages: dict[str, list[str]] = {}  # site → its pages

    async def work(self, item: Any) -> Any:
        if isinstance(item, PageDone) and dead_links(self.spider.store, item.page_url):
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
            if store.prospects.contacts_checked_at(site) is None:
                async with self._searches:
                    await self._look_elsewhere(search)
            found = await self._with_mail_hosts(search.found, site)
            if self._stopped():
                raise Dropped("the next run looks for its contact")
            store.prospects.save_contacts(site, found, checked_at=now)

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

    async def _look_elsewhere(self, search: ContactSearch) -> None:
        while not self._stopped() and (url := search.next_page()):
            try:
                answer = await network_of(self.crawler).get(url, limit=CONTACT_MAXSIZE, urgent=True)
            except Failed:
                continue
            except RuntimeError:
                if not self._stopped():
                    raise
                break  # the network is closed
            self.count("contact_pages")
            if answer.status == 200:
                search.read(decode(answer.body, answer.headers.get("content-type", "")), url=answer.url)

    async def _with_mail_hosts(self, found: Sequence[Contact], site: str) -> tuple[Contact, ...]:
        """The contacts, those last whose host takes no mail."""
        resolver = network_of(self.crawler).resolver
        return with_mail_hosts(found, {domain: await resolver.takes_mail(domain) for domain in domains_to_ask(found)}, site=site)


class MatchOffers(CampaignPipeline):
    """The dead targets of a page → pages of the user's site that fit, or none."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._matched: set[str] = set()  # in this run: a target on forty pages is matched once
        self._ranker: Ranker | None = None

    async def work(self, item: Any) -> Any:
        if isinstance(item, PageDone):
            for link, _ in dead_links(self.spider.store, item.page_url):
                if link.target_url not in self._matched:
                    self._matched.add(link.target_url)
                    self._match(link.target_url)
        return item

    def _match(self, target_url: str) -> None:
        store, thresholds = self.spider.store, self.spider.campaign.thresholds
        self._ranker = self._ranker or Ranker(store.site)  # the first page is done only when the site is indexed
        matches = self._ranker.best_matches(topic_in(store, target_url), strong=thresholds.strong, possible=thresholds.possible)
        store.findings.save_matches(target_url, matches, now=utc_now())
        self.count("matched" if matches else "no_fit")


class ScoreProspects(CampaignPipeline):
    """A page with dead links → a Prospect with its score. Without any, what was claimed of it is withdrawn."""

    async def work(self, item: Any) -> Any:
        if not isinstance(item, PageDone):
            return item
        self.count("done")
        began, store = utc_now(), self.spider.store
        prospect = prospect_of(self.spider, item.page_url, now=began)
        if prospect is None:
            if store.drafts.withdraw(item.page_url, reason="none of its links looks dead any more", now=began):
                self.count("withdrawn")
            store.pages.mark_done(item.page_url, now=began)
            raise Stored
        store.prospects.save(prospect, now=began)
        return prospect


class WriteDrafts(CampaignPipeline):
    """A Prospect → a draft for review, or the reason why there is none."""

    async def open_spider(self) -> None:
        campaign = self.spider.campaign
        self._template: Template = load_templates(campaign.templates.folder)[campaign.templates.letter]

    async def work(self, item: Any) -> Any:
        if not isinstance(item, Prospect):
            return item
        now, store, campaign = utc_now(), self.spider.store, self.spider.campaign
        letter = compose(item, campaign, self._template, now=now, seen=failure_days(self.spider, item))
        if isinstance(letter, NoDraft):
            if store.drafts.withdraw(item.page_url, reason=letter.reason, now=now):
                self.count("withdrawn")
            self.count("no_draft")
            store.prospects.save(replace(item, flags=item.flags or (letter.reason,)), now=now)
            store.pages.mark_done(item.page_url, now=now)
            raise Stored
        if store.drafts.save(letter, now=now) is Saved.NEW:
            self.count("drafts")
        store.prospects.save(replace(item, stage=Stage.DRAFTED), now=now)
        store.pages.mark_done(item.page_url, now=now)
        return letter


class Dropped(DropItem):
    """The item goes no further down the line, and nobody need hear of it."""

    def __init__(self, why: str) -> None:
        super().__init__(why, log_level="DEBUG")


class Stored(Dropped):
    """The item is in the store: nothing further down the line wants it."""

    def __init__(self) -> None:
        super().__init__("stored")


def site_of_page(store: Store, page_url: str) -> str:
    page = store.pages.get(page_url)
    return site_of(page.final_url if page else page_url)


def topic_in(store: Store, target_url: str) -> Topic:
    """What all that is stored of a target says it was about."""
    sightings = [
        Sighting(
            link=seen.link,
            page_title=seen.page_title,
            siblings=siblings_of(seen.link, store.pages.links_of(seen.page_url)) if number < MOST_LISTS else (),
        )
        for number, seen in enumerate(store.pages.sightings(target_url))
    ]
    return topic_of(target_url, sightings, store.findings.archived(target_url))


def dead_links(store: Store, page_url: str) -> list[tuple[OutboundLink, Verdict]]:
    """The links in the page's content whose target looks dead, with its verdict."""
    found = []
    for link in store.pages.links_of(page_url):
        verdict = None if link.boilerplate else store.evidence.verdict(link.target_url)
        if verdict is not None and verdict.kind.dead:
            found.append((link, verdict))
    return found


def prospect_of(spider: CampaignSpider, page_url: str, *, now: datetime) -> Prospect | None:
    """All that is known of a page, pulled together; None when nothing on it looks dead."""
    store, campaign = spider.store, spider.campaign
    page = store.pages.get(page_url, html=True)
    found = dead_links(store, page_url)
    if page is None or not found:
        return None
    dead = tuple(
        DeadLink(
            link=link,
            verdict=verdict,
            archived=store.findings.archived(link.target_url),
            new_url=alias.new_url if (alias := store.findings.alias(link.target_url)) else "",
            match=next(iter(store.findings.matches(link.target_url)), None),
        )
        for link, verdict in found
    )
    site = site_of(page.final_url)
    contact = contact_for(page, store.prospects.contacts(site))
    flags = spam_flags(Suspect(page=page, verdicts=store.signals.verdicts(page_url), elsewhere=store.signals.targets_elsewhere(page_url)))
    score = score_prospect(
        Facts(
            page=page,
            dead_links=dead,
            checked_links=sum(not link.boilerplate for link in page.links),
            contact=contact,
            keywords=campaign.keywords,
            language=campaign.language,
            other_sites={link.target_url: len(referring_sites(store, link.target_url) - {site}) for link, _ in found},
            ranks=store.ranks.of(site),
            flags=flags,
        ),
        now=now,
        weights=campaign.weights.score_weights(),
    )
    return Prospect(
        page_url=page_url,
        page_title=page.title,
        site=site,
        language=page.language,
        dead_links=dead,
        contact=contact,
        score=score,
        stage=store.prospects.stage(page_url) or Stage.FOUND,
        flags=tuple(why_not_pitched(page, flags, score, campaign)),
    )


def contact_for(page: ResourcePage, contacts: Sequence[Contact]) -> Contact | None:
    """Of a site's contacts, best first, the one for this page: whose address stands openly on the page itself looks after it."""
    here = {contact.value.lower() for contact in contacts_on(page.html, url=page.final_url, now=page.fetched_at)}
    on_page = [contact for contact in contacts if contact.value.lower() in here]
    open_here = [contact for contact in on_page if contact.kind is ContactKind.EMAIL and not contact.deobfuscated]
    chosen = default_route(open_here) or default_route(contacts)
    return replace(chosen, source_url=page.final_url) if chosen in on_page and chosen is not None else chosen


def why_not_pitched(page: ResourcePage, flags: Sequence[Flag], score: Score, campaign: Campaign) -> Iterator[str]:
    """Reasons not to write, however dead the links, in words."""
    if wish := asks_for_no_letters(page.html):
        yield f"the page asks for no such letters: “{wish}”"
    yield from (f"{flag.name}: {flag.reason}" for flag in flags)
    if score.total < campaign.thresholds.min_score:
        yield f"its score of {score.total} is below {campaign.thresholds.min_score}"


def referring_sites(store: Store, target_url: str) -> set[str]:
    return {site_of(seen.page_url) for seen in store.pages.sightings(target_url)}


def failure_days(spider: CampaignSpider, prospect: Prospect) -> Mapping[str, list[datetime]]:
    """When each dead target of the prospect was found failing by us, since it last answered: a letter says "I saw" of nothing else."""
    days = {}
    for dead in prospect.dead_links:
        since = dead.verdict.first_failed_at
        seen = spider.store.evidence.observations(dead.link.target_url)
        ours = [one for one in seen if one.via in OUR_LOOKS and not one.offline]
        days[dead.link.target_url] = [one.observed_at for one in ours if since is not None and one.observed_at >= since]
    return days
