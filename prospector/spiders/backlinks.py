"""`scrapy crawl backlinks`: are the targets of imported backlinks dead? The pages that link to a dead one are read like any other page."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice

from prospector.checking.observe import Wanted
from prospector.links.sites import site_of
from prospector.spiders.clock import utc_now
from prospector.spiders.reading import own_sites
from prospector.spiders.resources import RETRY_AFTER, ResourcesSpider
from prospector.store import Visit

BATCH = 200  # targets asked for before the pages that link to the dead among them are visited
LOOKED_AT = 0.05  # seconds between two looks whether all were answered


class BacklinksSpider(ResourcesSpider):
    """Most wanted targets first. Those on the campaign's own sites are checked too, for `scrapy backlinks redirects`; the pages that link to
    them need no visit, unless a person wants letters about them.

    An export says what a tool saw once. So every target is looked at here, and a page is a prospect only when the link was seen standing on it.
    """

    name = "backlinks"
    finds_more = False
    takes_its_word = False  # the link must be seen

    def first_visits(self) -> Iterable[Visit]:
        """Pages that an earlier run found and did not get to. Which others are worth a visit is known when their targets are judged."""
        refetch_after = timedelta(days=self.campaign.crawl.refetch_days)
        left = self.store.visits.open(utc_now(), refetch_after=refetch_after, retry_after=RETRY_AFTER)
        return [visit for visit in left if visit.seed == visit.url and visit.found_on]

    async def take_up_old_work(self) -> None:
        """The imported targets that are due, and then the pages with the dead ones."""
        self.own = own_sites(self.campaign)
        self.refused: set[str] = set()
        self.again: set[str] = set()
        undecided: list[str] = []
        for batch in self.targets():
            new = self.ledger.to_ask(self.due(batch))
            await self.check(Wanted(url=url, anchors=self.store.backlinks.anchors_of(url)) for url in new)
            undecided = self.visit_pages_of_dead([*undecided, *batch])
            if self.stopping or self.spent:
                return
        while undecided and self.checker.outstanding and not self.stopping:
            await asyncio.sleep(LOOKED_AT)
            undecided = self.visit_pages_of_dead(undecided)
        await self.verdicts_stored(undecided)
        self.visit_pages_of_dead(undecided)

    def targets(self) -> Iterator[list[str]]:
        """The imported targets, less what the campaign ignores."""
        known = (url for url, _ in self.store.backlinks.targets() if not self.campaign.ignore.covers(url))
        while batch := list(islice(known, BATCH)):
            yield batch

    async def verdicts_stored(self, urls: Sequence[str]) -> None:
        """Looks are judged in batches, a moment after they came: wait for the last of them."""
        patience = 100
        while patience and not self.stopping and any(self.store.evidence.verdict(url) is None for url in urls):
            patience -= 1
            await asyncio.sleep(LOOKED_AT)

    def visit_pages_of_dead(self, urls: Sequence[str]) -> list[str]:
        """Have the pages visited that link to those of these targets that are dead. Those that have no verdict yet are returned."""
        undecided = []
        for url in urls:
            verdict = self.store.evidence.verdict(url)
            if verdict is None:
                undecided.append(url)
            elif verdict.kind.dead and (site_of(url) not in self.own or url in self.own_targets):
                self.visit_pages_with(url)
        return undecided

    def visit_pages_with(self, target: str) -> None:
        """The pages that tools know of, those first that none calls lost, within the campaign's limit for a site."""
        for source in self.store.backlinks.sources_of([target]):
            site = site_of(source)
            if source in self.refused or site in self.own or self.campaign.ignore.covers(source):
                continue
            if self.store.visits.known(source):
                self.read_anew(source, target)
                continue
            if self.visits_of_site[site] >= self.campaign.crawl.pages_per_site:
                self.refused.add(source)
                self.count("backlinks_beyond_site_limit")
                continue
            visit = Visit(url=source, depth=0, seed=source, found_on=target)
            self.store.visits.add([visit])
            self.visits_of_site[site] += 1
            self.visit(visit)

    def read_anew(self, source: str, target: str) -> None:
        """A page that was read before a person wanted letters about this page of theirs: its link was not kept then."""
        marked_at = self.own_targets.get(target)
        page = None if marked_at is None or source in self.again else self.store.pages.get(source, links=False)
        if page is not None and marked_at is not None and page.fetched_at < marked_at:
            self.again.add(source)
            self.visit(Visit(url=page.url, depth=page.depth, seed=page.seed))
