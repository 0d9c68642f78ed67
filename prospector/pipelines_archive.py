"""Dead targets → archived copies and new addresses. They are looked up beside the crawl; a page waits a little for those of its own.

Stands between JudgeTargets and MatchOffers. What is not known when a page's letter is drafted joins it when the page is done again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from scrapy.crawler import Crawler

from prospector.archive.observations import archive_observations
from prospector.archive.replay import shown_at
from prospector.checking.archive_client import ArchiveClient
from prospector.checking.handler import network_of
from prospector.checking.moved_pages import MAY_HAVE_MOVED, MovedPages
from prospector.checking.observe import Look
from prospector.items import UNCLICKABLE_KINDS, ArchivedCopy, PageDone, Verdict, VerdictKind, Via
from prospector.matching.topic import Sighting, topic_of
from prospector.pipelines import CampaignPipeline
from prospector.spiders.campaign_spider import looks_judged
from prospector.spiders.clock import utc_now
from prospector.store import Alias, StoreError
from prospector.verdicts.judge import judge

logger = logging.getLogger(__name__)

STOP_NOTICED_IN = 0.2  # seconds
SEARCHES = 16  # pages whose new addresses are searched for at a time; the archive is asked for one page at a time
MOST_EARLY = 1000  # targets that wait to be asked about before their page is done; more would be a list that grows with the crawl


class LookIntoArchive(CampaignPipeline):
    """The archive's word on each dead target, and the new address of those that have merely moved."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._client: ArchiveClient | None = None
        self._moved: MovedPages | None = None
        self._searches = asyncio.Semaphore(SEARCHES)
        self._to_ask: OrderedDict[str, VerdictKind] = OrderedDict()
        self._answers: dict[str, asyncio.Future[None]] = {}  # of those that are being asked about; done when nothing more is to come
        self._asked: set[int] = set()  # of this run, by hash: there may be a hundred thousand
        self._looked: set[int] = set()  # dead targets that were looked at in this run, likewise
        self._asking: asyncio.Task[None] | None = None

    async def open_spider(self) -> None:
        network = network_of(self.crawler)
        archive = self.spider.campaign.archive
        if archive.enabled:
            self._client = ArchiveClient(network, archive.place(), delay=archive.delay, timeout=archive.timeout)
        self._moved = MovedPages(network)
        self.crawler.signals.connect(self._looks_judged, looks_judged)

    async def work(self, item: Any) -> Any:
        if isinstance(item, PageDone):
            await self._wait_for(item.page_url)
        return item

    def _looks_judged(self, judged: Sequence[tuple[Look, Verdict]]) -> None:
        """Begin early: an archive takes seconds for each page, and the crawl goes on meanwhile."""
        for look, verdict in judged:
            if verdict.kind.dead:
                self._looked.add(hash(look.target_url))
                if len(self._to_ask) < MOST_EARLY:
                    self._ask(look.target_url, verdict.kind)

    async def _wait_for(self, page_url: str) -> None:
        dead = {link.target_url: verdict for link, verdict in self.spider.store.pages.dead_links(page_url)}
        answers = (self._ask(url, verdict.kind, at_once=True) for url, verdict in dead.items())
        late = await self._late(answer for answer in answers if answer is not None)
        if late:
            self.count("archive/late", late)
        for url, verdict in dead.items():
            if verdict.kind is VerdictKind.GONE:
                self._tell_the_judge(url)

    async def _late(self, answers: Iterable[asyncio.Future[None]]) -> int:
        """Wait for answers, but not for ever, and not when the crawl is being stopped. How many are still to come."""
        waiting = {answer for answer in answers if not answer.done()}
        clock = asyncio.get_running_loop().time
        until = clock() + self.spider.campaign.archive.wait
        while waiting and not self.spider.stopping and (left := until - clock()) > 0:
            _, waiting = await asyncio.wait(waiting, timeout=min(left, STOP_NOTICED_IN))
        return len(waiting)

    # -- asking ------------------------------------------------------------------------------------------------------------

    def _ask(self, target_url: str, kind: VerdictKind, *, at_once: bool = False) -> asyncio.Future[None] | None:
        """Have a target looked up, if it wasn't: once in a run. None when nothing more is to come."""
        answer = self._answers.get(target_url)
        if answer is None:
            if hash(target_url) in self._asked:
                return None
            self._asked.add(hash(target_url))
            answer = self._answers[target_url] = asyncio.get_running_loop().create_future()
            self._to_ask[target_url] = kind
            if self._asking is None or self._asking.done():
                self._asking = self.spider.beside(self._ask_all())
        if at_once and target_url in self._to_ask:
            self._to_ask.move_to_end(target_url, last=False)
        return answer

    async def _ask_all(self) -> None:
        while self._to_ask and not self.spider.stopping:
            target_url, kind = self._to_ask.popitem(last=False)
            async with self._answering(target_url) as answering:
                if await self._look_up(target_url, kind):
                    await self._searches.acquire()
                    answering.later = True
                    self.spider.beside(self._find_home(target_url, kind)).add_done_callback(lambda _: self._searches.release())

    @asynccontextmanager
    async def _answering(self, target_url: str) -> AsyncIterator[_Answering]:
        """Whatever happens to a target: those who wait for it hear that it is over, and the others are asked all the same."""
        answering = _Answering()
        try:
            yield answering
        except StoreError as error:
            self.spider.give_up(error)
        except Exception:
            if not self.spider.stopping:  # else it is the end of the network that shows
                logger.exception("Could not look up %s", target_url)
        finally:
            if not answering.later and not (answer := self._answers.pop(target_url)).done():
                answer.set_result(None)

    async def _look_up(self, target_url: str, kind: VerdictKind) -> bool:
        """Ask the archive, unless it was asked. True when the page's new address is to be searched for, or asked: an archived copy tells what to look for."""
        findings = self.spider.store.findings
        findings.expect(target_url)  # one that no page was read with yet is stored when its look is judged, which may be later
        copy = findings.archived(target_url)
        news = False
        if copy is None and self._client is not None:
            copy = await self._client.lookup(target_url)
            if copy is not None:
                findings.save_archived(copy, now=utc_now())
                news = copy.captured_at is not None
            self.count(f"archive/{_what_came(copy)}")
        if findings.alias(target_url) is not None:  # letters give it, also where the old host is silent by now
            return kind not in UNCLICKABLE_KINDS and hash(target_url) in self._looked
        return kind in MAY_HAVE_MOVED and (news or self._search_due(target_url))

    def _search_due(self, target_url: str) -> bool:
        """Its new address was not searched for, or not for long."""
        searched_at = self.spider.store.findings.home_searched_at(target_url)
        return searched_at is None or utc_now() - searched_at >= timedelta(days=self.spider.campaign.archive.search_again_days)

    async def _find_home(self, target_url: str, kind: VerdictKind) -> None:
        """Ask the new address that is known; search for one where there is none, or none any more, and the site can be searched."""
        async with self._answering(target_url):
            alias = self.spider.store.findings.alias(target_url)
            if (alias is None or not await self._holds(alias)) and kind in MAY_HAVE_MOVED:
                await self._search(target_url)

    async def _holds(self, alias: Alias) -> bool:
        """As dead links are looked at again, so is what a letter says of them. An answer that says nothing changes nothing."""
        assert self._moved is not None
        look = await self._moved.again(alias.target_url, alias.new_url)
        if self.spider.stopping:
            return True
        self.spider.store.findings.save_alias_look(alias.target_url, holds=look.holds, answer=look.answer, now=utc_now())
        self.count("moved/asked again")
        return look.holds is not False

    async def _search(self, target_url: str) -> None:
        store, archive = self.spider.store, self.spider.campaign.archive.place()
        copy = store.findings.archived(target_url)
        shown = shown_at(archive, copy.archive_url) if copy else None
        sightings = [Sighting(link=seen.link, page_title=seen.page_title) for seen in store.pages.sightings(target_url)]
        assert self._moved is not None
        home = await self._moved.look(topic_of(target_url, sightings, copy), copy, led_to=shown.url if shown else "")
        if self.spider.stopping:
            return  # the network may be closed: that nothing was found says nothing
        now = utc_now()
        store.findings.save_home_search(target_url, now=now)
        if home is not None:
            found = Alias(target_url=target_url, new_url=home.url, confidence=home.confidence, reasons=home.reasons)
            store.findings.save_alias(found, now=now)
            self.count("moved")

    # -- telling -----------------------------------------------------------------------------------------------------------

    def _tell_the_judge(self, target_url: str) -> None:
        """Old captures in which the page was missing count as earlier passes."""
        evidence = self.spider.store.evidence
        copy = self.spider.store.findings.archived(target_url)
        if copy is None or not copy.failures:
            return
        seen = evidence.observations(target_url)
        told = {one.observed_at for one in seen if one.via is Via.ARCHIVE}
        new = [one for one in archive_observations(copy, run_id=self.spider.run_id) if one.observed_at not in told]
        if new:
            now = utc_now()
            verdict = judge([*seen, *new], self.spider.campaign.verdicts.policy(), now=now)
            evidence.save_checks([(one, verdict) for one in new], now=now)
            self.count("archive/witness")


@dataclass(slots=True)
class _Answering:
    later: bool = False  # somebody else will say that it is over


def _what_came(copy: ArchivedCopy | None) -> str:
    if copy is None:
        return "failed"
    return "found" if copy.captured_at is not None else "none"
