"""What every spider of a campaign shares: campaign, store, network, and how a crawl begins, is stopped and ends."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from prospector import __version__
from prospector.campaign import Campaign, find_campaign
from prospector.checking.browser import browser_of, looking_twice
from prospector.checking.checker import Checker
from prospector.checking.handler import network_of
from prospector.checking.network import Network
from prospector.checking.observe import Look, Observer
from prospector.checking.outage import connectivity_of
from prospector.drafting import Writer, open_suppressions
from prospector.spiders.clock import utc_now
from prospector.spiders.closing import see_scrapy_close
from prospector.spiders.open_requests import SLOT_SETTINGS, OpenRequests
from prospector.store import Store, StoreError

STOP_GRACE = 3.0  # seconds that a stopped crawl gives to the pages that are under way
ITEMS_LOOKED_FOR = 0.02  # seconds between two looks whether the last items are through
BUDGET_LOOKED_AT = 0.1  # seconds between two looks whether the run's budget is used up


@dataclass(frozen=True, slots=True)
class Looks:
    """An item: what was seen of several targets. One by one they cost more on their way through Scrapy than in being judged."""

    looks: Sequence[Look]


looks_judged = object()
"""A signal: looks were judged and are in the store; `judged` has each with its target's verdict."""

ON, OFF = ("1", "yes", "true", "on"), ("", "0", "no", "false", "off")  # what `-a` may say of a switch


class CampaignSpider(Spider):
    """A spider that works for a campaign and its database.

    `-a campaign=FILE` names the campaign file; else `campaign.toml` here or above, else the bundled demo.
    """

    arguments: ClassVar[tuple[str, ...]] = ()  # what `-a` may say to it beside the campaign
    switches: ClassVar[tuple[str, ...]] = ()  # those of them that are on or off: ON or OFF
    custom_settings = {"DOWNLOAD_SLOTS": SLOT_SETTINGS}  # noqa: RUF012 - Scrapy's own declaration

    campaign: Campaign
    store: Store
    writer: Writer
    run_id: str
    broken: StoreError | None = None  # the database takes nothing any more
    stopping = False  # by Ctrl-C, or because of `broken`
    spent = ""  # the run's budget that is used up, in words; what is under way is brought to its end, nothing more is begun
    pages_tried = 0  # pages that this run asked for, and of these
    pages_read = 0  # those that came: none of many is a run that did nothing
    background: set[asyncio.Task[None]]  # what runs beside the crawl
    _closing: asyncio.Future[None] | None = None

    @classmethod
    def from_crawler(
        cls, crawler: Crawler, *args: Any, campaign: Campaign | str | None = None, store: Store | None = None, **kwargs: Any
    ) -> Self:
        """Raises CampaignError for a bad campaign file, StoreError for a database that can't be used."""
        if not isinstance(campaign, Campaign):
            campaign, _ = find_campaign(campaign, Path.cwd())
        for name, value in campaign_settings(campaign).items():
            crawler.settings.set(name, value, priority="spider")
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.campaign = campaign
        spider.store = store or Store.open(campaign.database)
        spider.writer = Writer(spider.store, campaign, open_suppressions(campaign, crawler.settings.get("SUPPRESSIONS_DB")))
        spider.background = set()
        crawler.signals.connect(spider.end_run, signals.engine_stopped)
        return spider

    @property
    def network(self) -> Network:
        return network_of(self.crawler)

    # -- from beginning to end ---------------------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Any]:
        """Scrapy's hook: note that a run began, then what the spider does."""
        self.beside(see_scrapy_close(self.crawler, lambda: self.beside(self.stop())))
        try:
            self.run_id = self.store.runs.begin(self.name, now=utc_now())
            self.beside(self.watch_budget())
            self.store.prospects.expire_contacts(now=utc_now())  # addresses that no letter used are not kept for ever
            self.store.drafts.wake(now=utc_now())
            async for item in self.work():
                yield item
        except StoreError as error:
            self.give_up(error)

    def work(self) -> AsyncIterator[Any]:
        """Ask for pages; yield items that no page yields. The crawl goes on until this and all requests have ended."""
        raise NotImplementedError

    async def watch_budget(self) -> None:
        """Let the run end when it has asked, or lasted, as much as the campaign allows."""
        limits, began = self.campaign.crawl, asyncio.get_running_loop().time()
        while not self.spent:
            await asyncio.sleep(BUDGET_LOOKED_AT)
            if limits.max_minutes is not None and asyncio.get_running_loop().time() - began >= 60 * limits.max_minutes:
                self.spent = f"crawl.max_minutes = {limits.max_minutes:g}"
            elif limits.max_requests is not None and self.network.requests.total() >= limits.max_requests:
                self.spent = f"crawl.max_requests = {limits.max_requests}"
        self.stop_asking()

    def stop_asking(self) -> None:
        """Nothing new is begun from now on."""

    def kept(self, target_urls: Iterable[str]) -> None:
        """What was seen of these targets is in the store."""

    async def unread_looks(self) -> list[Look]:
        """The crawl ends: stop checking. Looks that were taken, and that no pipeline has seen yet."""
        return []

    def did_nothing(self) -> bool:
        """All pages failed, which is not the same as having had nothing to do."""
        return self.pages_tried > 0 and self.pages_read == 0

    async def closed(self, _reason: str) -> None:
        """Scrapy's hook: stop what runs beside the crawl."""
        if self.crawler.stats and self.did_nothing():
            self.crawler.stats.set_value("prospector/did_nothing", value=True)
        for task in self.background:
            task.cancel()
        await asyncio.gather(*self.background, return_exceptions=True)

    def end_run(self) -> None:
        """The last thing in a run: its record, and the end of the store."""
        reason = str(self.crawler.stats.get_value("finish_reason", "")) if self.crawler.stats else ""
        with suppress(StoreError):  # told already, or it only costs the record of this run
            if hasattr(self, "run_id"):
                self.store.runs.end(self.run_id, now=utc_now(), reason=reason, stats=self.counts())
        with suppress(StoreError):
            self.writer.suppressions.close()
            self.store.close()

    def counts(self) -> dict[str, Any]:
        """What this run did, for the record."""
        stats = self.crawler.stats.get_stats() if self.crawler.stats else {}
        return {name.removeprefix("prospector/"): value for name, value in stats.items() if name.startswith("prospector/")}

    def count(self, name: str, number: int = 1) -> None:
        if self.crawler.stats:
            self.crawler.stats.inc_value(f"prospector/{name}", number)

    # -- being stopped -----------------------------------------------------------------------------------------------------

    def give_up(self, error: StoreError) -> None:
        """The database can't take what is found: say so once, and end the crawl."""
        if self.broken is not None:
            return
        self.broken = error
        self.logger.error("%s", error)
        self.beside(self.stop())
        self._closing = asyncio.ensure_future(self._close("database"))

    async def _close(self, reason: str) -> None:
        with suppress(RuntimeError):  # it is closed already
            await self.crawler.engine.close_spider_async(reason=reason)

    async def items_done(self) -> None:
        """Wait for what the pipelines are at: when they end after `work`, Scrapy takes up to five seconds to notice."""
        slot = self.crawler.engine.scraper.slot
        while slot and not slot.is_idle() and not self.stopping:  # noqa: ASYNC110 - Scrapy has no event for it
            await asyncio.sleep(ITEMS_LOOKED_FOR)

    def items_at_work(self) -> int:
        """How many the pipelines are at."""
        slot = self.crawler.engine.scraper.slot
        return slot.itemproc_size if slot else 0

    async def stop(self) -> None:
        """Scrapy waits for all pages that are under way: they get a moment, then no more."""
        if self.stopping:
            return
        self.stopping = True
        self.stop_asking()
        await asyncio.sleep(STOP_GRACE)
        for host in self.waited_for():
            self.network.gate.too_many(host, math.inf)  # whoever waits for a turn there waits no longer
        await self.network.close()

    def waited_for(self) -> list[str]:
        """Hosts with a page under way."""
        return []

    # -- what it works with ------------------------------------------------------------------------------------------------

    def beside(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something beside the crawl; it ends with the spider at the latest."""
        task = asyncio.ensure_future(work)
        self.background.add(task)
        task.add_done_callback(self.background.discard)
        return task

    def new_requests(self, on_none_left: Callable[[], None]) -> OpenRequests:
        return OpenRequests(self.crawler, on_none_left=on_none_left, on_store_error=self.give_up)

    def new_checker(self) -> Checker:
        """A checker on this crawl's network. Close it when the spider closes."""
        return make_checker(self.crawler, self.run_id)


def campaign_settings(campaign: Campaign) -> dict[str, Any]:
    """Scrapy settings that the campaign decides; `-s` on the command line still wins."""
    settings: dict[str, Any] = {**campaign.crawl.as_settings(), "USER_AGENT": user_agent(campaign)}
    if campaign.is_demo:
        # its web is on loopback, which is what the guard is there to refuse; nothing else can be reached
        settings |= {"ADDRESS_GUARD_ENABLED": False, "HOSTS_ONLY": True, "CANARY_URLS": []}
    return settings


def user_agent(campaign: Campaign) -> str:
    """Who we are, and where a webmaster finds out more and can complain: https://www.rfc-editor.org/rfc/rfc9110#section-10.1.5."""
    return f"Prospector/{__version__} (+{campaign.sender.site}; link check for {campaign.name})"


def make_checker(crawler: Crawler, run_id: str) -> Checker:
    """A checker with the concurrency of Scrapy's settings."""
    network = network_of(crawler)
    rng = random.Random()  # noqa: S311 - not for secrets: it makes up addresses that no site has
    observer = Observer(network, run_id=run_id, now=utc_now, rng=rng)
    eyes = Observer(browser_of(crawler), run_id=run_id, now=utc_now, rng=rng)
    return Checker(
        looking_twice(observer.observe, eyes.observe),
        network.gate,
        concurrency=crawler.settings.getint("CONCURRENT_REQUESTS"),
        per_host=crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"),
        now=utc_now,
        line=connectivity_of(network),
    )
