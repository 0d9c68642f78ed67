"""The main job: seed pages → their outbound links → checks; a page whose targets are all judged is handed on as PageDone."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from scrapy.http import Response

from prospector.checking.browser import browser_of, whole_page
from prospector.checking.observe import Look, Wanted
from prospector.items import OutboundLink, PageDone, ResourcePage, SitePage, Verdict
from prospector.links.sites import same_site, site_of
from prospector.spiders.campaign_spider import ITEMS_LOOKED_FOR, CampaignSpider, Looks, looks_judged
from prospector.spiders.clock import utc_now
from prospector.spiders.ledger import Ledger
from prospector.spiders.reading import frames_worth_a_visit, in_words, not_a_page, own_sites, read_resource_page, worth_a_visit
from prospector.spiders.site_index import SiteIndexer
from prospector.spiders.twins import Twins
from prospector.store import Visit
from prospector.store import Wanted as Due

RETRY_AFTER = timedelta(hours=1)  # a page that could not be read is tried again by a later run, not by one that resumes
AT_ONCE = timedelta(0)
LONG = timedelta(days=1)
PAGES_AT_ONCE = 100  # that are worked through: each waits for its archived copies, and takes a few kilobytes meanwhile
NOT_MODIFIED = 304


class ResourcesSpider(CampaignSpider):
    """Crawls the campaign's seeds and what looks like resource pages on their sites."""

    name = "resources"
    finds_more = True
    takes_its_word = True  # a page that says it has not changed is not read again
    looks_again = True  # at what is due, by the way; False: only at what was never judged

    async def work(self) -> AsyncIterator[Any]:
        """Ask for pages; then looks as the checker takes them, and pages that are done."""
        self.all_begun = False
        self.ledger = Ledger()
        self.done: deque[str] = deque()
        self.handed_on: set[str] = set()
        self.crawler.signals.connect(self.on_judged, looks_judged)
        self.visits_of_site = Counter(site_of(url) for url in self.store.visits.urls())
        self.twins = Twins(self.store)
        self.open = self.new_requests(self.finish_if_idle)
        self.checker = self.new_checker()
        self.indexer = SiteIndexer(self, on_page=self.check_own_links, on_done=self.finish_if_idle)
        self.feeding = self.beside(self.take_up_old_work())
        self.feeding.add_done_callback(lambda _: self.finish_if_idle())
        for visit in self.first_visits():
            self.visit(visit)
        if self.indexer.needed:
            await self.indexer.start()
        self.all_begun = True
        self.finish_if_idle()
        async for looks in self.checker.handfuls():
            for look in looks:
                self.done.extend(self.ledger.answered(look.target_url))
            yield Looks(looks)
            for page_done in self.ready_pages():
                yield page_done
            self.finish_if_idle()
        if self.stopping:
            return
        if not self.feeding.cancelled():
            self.feeding.result()  # what went wrong there must not pass unseen
        await self.items_done()
        self.done.extend(self.store.pages.undone())
        while self.done and self.may_hand_on() and not self.stopping:
            for page_done in self.ready_pages():
                yield page_done
            await asyncio.sleep(ITEMS_LOOKED_FOR)
        await self.items_done()

    # -- pages -------------------------------------------------------------------------------------------------------------

    def first_visits(self) -> Iterable[Visit]:
        """The seeds, pages that an earlier run found and did not get to, and those on which a claim stands that is due."""
        own = own_sites(self.campaign)
        seeds = []
        for url, place in self.campaign.seed_places().items():
            if site_of(url) in own:
                self.logger.warning("%s (%s) is on your own site, so it is no prospect: left out.", url, place)
            elif self.campaign.ignore.covers(url):
                self.logger.warning("%s (%s) is on the campaign's list of what to ignore: left out.", url, place)
            else:
                seeds.append(Visit(url=url, depth=0, seed=url))
        self.visits_of_site.update(site_of(visit.url) for visit in self.store.visits.add(seeds))
        wanted = {seed.url for seed in seeds}
        retry_after = RETRY_AFTER if len(self.twins) else AT_ONCE  # as long as nothing could be read, somebody is mending the seeds
        found = self.store.visits.open(utc_now(), refetch_after=timedelta(days=self.campaign.crawl.refetch_days), retry_after=retry_after)
        claims = self.visits_of_claims() if self.looks_again else []
        # once each; a seed that was taken out of the campaign is not visited again
        return {visit.url: visit for visit in (*claims, *found) if visit.seed in wanted}.values()

    def visits_of_claims(self) -> list[Visit]:
        """Pages with a claim that is due: the link may be gone from there."""
        return self.visits_again(self.store.pages.with_due_claims(utc_now()))

    def visits_again(self, urls: Iterable[str]) -> list[Visit]:
        pages = [page for url in urls if not self.campaign.ignore.covers(url) and (page := self.store.pages.get(url))]
        return [Visit(url=page.url, depth=page.depth, seed=page.seed) for page in pages]

    def visit(self, visit: Visit) -> None:
        """Ask for a page that may be a resource page; seeds first. Beyond the run's limit it is left for the next run."""
        if self.pages_tried >= self.campaign.crawl.max_pages:
            self.count("left_for_next_run")
            return
        if self.spent:
            return
        self.pages_tried += 1
        unchanged_since = self.store.pages.validators(visit.url) if self.takes_its_word else None
        self.open.ask(visit.url, self.page, self.page_failed, priority=-visit.depth, headers=unchanged_since, visit=visit)

    async def page(self, response: Response, visit: Visit) -> AsyncIterator[Any]:
        """A page came: have what looks like more of its kind visited, hand it on, have its links checked."""
        if response.status == NOT_MODIFIED:
            self.pages_read += 1
            self.count("pages_unchanged")
            self.store.pages.unchanged(visit.url, now=utc_now())
            self.store.visits.mark(visit.url, at=utc_now())
            await self.check_links(visit.url, self.store.pages.links_of(visit.url))
            return
        if why := not_a_page(response):
            self.not_read(visit, why)
            return
        response = await whole_page(response, browser_of(self.crawler))
        page = read_resource_page(response, visit, self.campaign, now=utc_now())
        if why := self.leads_astray(page, visit):
            self.not_read(visit, why)
            return
        self.pages_read += 1
        known = self.store.pages.get(visit.url)
        further: list[Visit] = []
        if twin := self.twins.of(page):
            self.logger.info("%s is the same page as %s.", page.url, twin)
            self.store.visits.mark(visit.url, at=page.fetched_at)
            if known is None:
                return
            page = replace(page, links=())  # what could be said of it is said of its twin
        else:
            self.twins.add(page)
            further = self.further_pages(page, visit)  # before the page is stored: after that it is not read again for days
        if visit.depth and not page.is_resource_page and not (known and known.is_resource_page):
            page = replace(page, links=())  # it only showed the way
        yield page
        for found in further:
            self.visit(found)
        if not await self.check_links(page.url, page.links):
            self.done.append(page.url)

    def leads_astray(self, page: ResourcePage, visit: Visit) -> str:
        """Why a page is no prospect, although it is a page, in words; "" when it may be one."""
        if site_of(page.final_url) in own_sites(self.campaign):
            return "it leads to your own site"
        if self.campaign.ignore.covers(page.final_url):
            return f"it leads to {page.final_url}, which the campaign ignores"
        if visit.depth and not same_site(page.final_url, visit.url):
            return f"it leads to another site, {page.final_url}"
        return ""

    def page_failed(self, error: Exception, visit: Visit) -> None:
        """No page came, or it could not be read."""
        if not self.stopping:  # else it is our own doing
            self.not_read(visit, in_words(error))

    def not_read(self, visit: Visit, why: str) -> None:
        """Keep the reason; a later run tries again."""
        self.store.visits.mark(visit.url, at=utc_now(), problem=why)
        self.count("pages_not_read")
        self.logger.warning("Could not read %s: %s", visit.url, why)

    def further_pages(self, page: ResourcePage, visit: Visit) -> list[Visit]:
        """Same-site pages that look like resource pages, new to the store, within the campaign's limits; the parts of a frameset are itself."""
        limits = self.campaign.crawl
        if not self.finds_more:
            return []
        site = site_of(page.final_url)
        ways = [(url, visit.depth) for url in frames_worth_a_visit(page)]
        if visit.depth < limits.depth:
            ways += [(url, visit.depth + 1) for url in worth_a_visit(page)]
        likely = [(url, depth) for url, depth in ways if not self.campaign.ignore.covers(url) and not self.twins.led_to(url)]
        room = max(0, limits.pages_per_site - self.visits_of_site[site])
        found = self.store.visits.add(Visit(url=url, depth=depth, seed=visit.seed, found_on=page.url) for url, depth in likely[:room])
        self.visits_of_site[site] += len(found)
        return found

    # -- links -------------------------------------------------------------------------------------------------------------

    async def check_links(self, page_url: str, links: Iterable[OutboundLink]) -> bool:
        """Have those of a page's targets checked that are due. True when the page must wait for one."""
        targets = wanted_by_url(links)
        new = self.ledger.to_ask(self.due(list(targets)))
        waits = self.ledger.wait(page_url, list(targets))
        await self.check(targets[url] for url in new)
        return waits

    async def check_own_links(self, page: SitePage) -> None:
        """The user's own pages are no prospects; their dead links are a list to fix."""
        targets = wanted_by_url(page.links)
        new = self.ledger.to_ask(self.due(list(targets)))
        await self.check(targets[url] for url in new)

    def due(self, urls: Sequence[str]) -> list[str]:
        """Of these targets those to be asked now."""
        return self.store.evidence.due_among(urls, utc_now(), again=self.looks_again)

    async def take_up_old_work(self) -> None:
        """Targets that an earlier run left without an answer, or that are due again."""
        for batch in self.old_work():
            targets = {wanted.url: wanted for wanted in batch if not self.campaign.ignore.covers(wanted.url)}
            new = self.ledger.to_ask(targets)
            await self.check(Wanted(url=url, anchors=targets[url].anchors, fragments=targets[url].fragments) for url in new)

    def old_work(self) -> Iterable[Sequence[Due]]:
        """In batches, read when they are wanted."""
        after = ""
        while batch := self.store.evidence.wanted(utc_now(), after=after, again=self.looks_again):
            yield batch
            after = batch[-1].url

    async def check(self, targets: Iterable[Wanted]) -> None:
        for wanted in targets:
            if self.stopping or self.spent:
                return
            await self.checker.put(wanted)

    # -- the end -----------------------------------------------------------------------------------------------------------

    def ready_pages(self) -> Iterable[PageDone]:
        """Pages whose targets are all judged, once each: when the site is indexed, and all pages that speak of the same targets are read."""
        while self.done and self.may_hand_on() and self.items_at_work() < PAGES_AT_ONCE:
            url = self.done.popleft()
            if url not in self.handed_on:
                self.handed_on.add(url)
                yield PageDone(page_url=url)

    def may_hand_on(self) -> bool:
        return self.indexer.done and not self.open.number

    def on_judged(self, judged: Sequence[tuple[Look, Verdict]]) -> None:
        """What is not due for long is not asked again, whether or not it is remembered that this run did."""
        soon = utc_now() + LONG
        self.ledger.settled(look.target_url for look, verdict in judged if verdict.next_check_at is None or verdict.next_check_at > soon)

    def finish_if_idle(self) -> None:
        """End the stream of looks when no page is open and no target is outstanding."""
        if self.all_begun and self.feeding.done() and self.indexer.idle and not self.open.number and not self.checker.outstanding:
            self.checker.finish()

    def stop_asking(self) -> None:
        """Leave what waits for the next run."""
        if hasattr(self, "indexer"):
            self.open.stop()
            self.indexer.stop()
            self.feeding.cancel()
            self.checker.drop_waiting()
            self.finish_if_idle()

    def waited_for(self) -> list[str]:
        """Hosts with a page under way."""
        return [*self.open.hosts(), *self.indexer.hosts()] if hasattr(self, "indexer") else []

    async def unread_looks(self) -> list[Look]:
        """The crawl ends early: stop checking. Looks that were taken, and that nobody has seen yet."""
        self.stop_asking()
        if not hasattr(self, "checker"):
            return []
        return await self.checker.close()

    async def closed(self, reason: str) -> None:
        """Scrapy's hook: stop what runs beside the crawl."""
        await super().closed(reason)
        if hasattr(self, "checker"):
            await self.checker.close()


def wanted_by_url(links: Iterable[OutboundLink]) -> Mapping[str, Wanted]:
    """The distinct targets of links in content, each with its anchor texts and the places on it that are linked."""
    found: dict[str, Wanted] = {}
    for link in links:
        if not link.boilerplate:
            known = found.get(link.target_url) or Wanted(url=link.target_url)
            fragments = (*known.fragments, link.fragment) if link.fragment else known.fragments
            found[link.target_url] = Wanted(url=link.target_url, anchors=(*known.anchors, link.anchor), fragments=fragments)
    return found
