"""`scrapy crawl worker`: fetch and check what a `scrapy ingest` hands out through Redis, on as many machines as you like. Keeps nothing itself."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from prospector import __version__
from prospector.checking.checker import Checker
from prospector.checking.handler import network_settings, use_network
from prospector.checking.network import Network
from prospector.checking.observe import Wanted
from prospector.distributed.board import Board, Done, Held, Job, Kind, put_an_end_to
from prospector.distributed.codec import common_name, failure_as_json, is_of_use_to_others, look_as_json, page_as_json
from prospector.distributed.extra import RedisError, need_redis
from prospector.distributed.leases import LeasedGate
from prospector.distributed.outbox import Outbox
from prospector.distributed.robots import SharedRobots
from prospector.spiders.campaign_spider import make_checker
from prospector.spiders.closing import see_scrapy_close
from prospector.spiders.open_requests import SLOT_SETTINGS

LOOK_EVERY = 0.1  # seconds between two looks at the board while it has nothing new
LOOK_SOON = 0.03  # the same while it has
ROOM = 2  # hosts for each request that may be under way: when one is done with, the next is at hand
TAKE = 8  # hosts at a time, or a quarter of what there is room for: others want some too
MANNERS_EVERY = 1.0  # seconds between two looks whether there is an ingest yet


@dataclass(slots=True)
class Desk:
    """A host whose jobs are this worker's."""

    begun: dict[Kind, set[str]] = field(default_factory=lambda: {"page": set(), "check": set()})
    finished: list[tuple[Kind, str]] = field(default_factory=list)  # handed in; an answer on its way from the board may still name them
    pages: int = 0  # on the board
    checks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An item: what came of a page or a target."""

    host: str
    kind: Kind
    url: str
    found: dict[str, Any]


class Pages:
    """Which pages the scheduler may begin."""

    def __init__(self, desks: dict[str, Desk], per_host: int) -> None:
        self._desks = desks
        self._per_host = per_host

    def hosts(self) -> list[str]:
        return [host for host, desk in self._desks.items() if len(desk.begun["page"]) < min(desk.pages, self._per_host)]

    def waiting(self) -> int:
        return len(self.hosts())

    def begin(self, host: str, url: str) -> bool:
        """False: it is under way."""
        begun = self._desks[host].begun["page"]
        if url in begun:
            return False
        begun.add(url)
        return True


class WorkerSpider(Spider):
    """Works until it is stopped. What it had begun is then another's."""

    name = "worker"
    custom_settings = {  # noqa: RUF012 - Scrapy's own declaration
        "SCHEDULER": "prospector.distributed.frontier.HostScheduler",
        "SCHEDULER_PERSIST": True,
        "SCHEDULER_QUEUE_CLASS": "prospector.distributed.frontier.HostQueue",
        "DUPEFILTER_CLASS": "scrapy_redis.dupefilter.RFPDupeFilter",
        "ITEM_PIPELINES": {"prospector.spiders.worker.HandIn": 100},
        "DOWNLOAD_SLOTS": SLOT_SETTINGS,
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.desks: dict[str, Desk] = {}
        self.background: list[asyncio.Task[None]] = []
        self.ending: asyncio.Future[None] | None = None
        self.checker: Checker | None = None
        self.gate: LeasedGate | None = None
        self.outbox: Outbox | None = None
        self.manners: dict[str, Any] = {}
        self.sharing = False  # another campaign may want what is found for this one, or know it already
        self.common: dict[str, str] = {}  # target → the name under which its look is shared
        self.stopping = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Raises NoRedisError where the extra is missing."""
        need_redis()
        prefix = crawler.settings["REDIS_PREFIX"]
        crawler.settings.set("SCHEDULER_QUEUE_KEY", f"{prefix}:jobs:page:".replace("%", "%%"), priority="spider")
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.pages = Pages(spider.desks, max(1, crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")))
        crawler.signals.connect(spider.end, signals.engine_stopped)
        return spider

    pages: Pages
    board: Board

    async def start(self) -> AsyncIterator[Any]:
        """Scrapy's hook: results of checks; pages come by the scheduler."""
        settings = self.crawler.settings
        me = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:6]}"
        self.board = Board(settings["REDIS_URL"], prefix=settings["REDIS_PREFIX"], me=me, lease=settings.getfloat("REDIS_LEASE"))
        self.background.append(asyncio.ensure_future(see_scrapy_close(self.crawler, self.stop)))
        manners = await self.wait_for_manners()
        if manners is None:
            return
        version = manners.get("version", "of an earlier version")  # which did not tell
        if version != __version__:
            self.logger.error("The ingest is Prospector %s and this worker %s. Install the same version.", version, __version__)
            self.end_by_itself("version")
            return
        self.manners = manners
        wanted = replace(network_settings(settings), **{name: value for name, value in manners.items() if name != "version"})
        self.board.outlast(wanted.timeout)
        self.pages = Pages(self.desks, wanted.per_host)
        self.gate = LeasedGate(self.board, limit=wanted.per_host, delay=wanted.delay, spare=wanted.timeout)
        self.outbox = Outbox(self.board, self.handed)
        use_network(self.crawler, Network(wanted, gate=self.gate, share_robots=partial(SharedRobots, self.board)))
        self.checker = make_checker(self.crawler, run_id="")
        self.background.append(asyncio.ensure_future(self.work(self.checker)))
        self.logger.info("%s works. Ctrl-C stops it.", me)
        async for look in self.checker.results():
            yield Found(host=urlsplit(look.target_url).hostname or "", kind="check", url=look.target_url, found=look_as_json(look))

    async def wait_for_manners(self) -> dict[str, Any] | None:
        """How to ask is told by the ingest: it knows the campaign. None: stopped before there was one."""
        told = False
        while not self.stopping:
            manners = await self.board.persistently(self.board.manners)
            if manners is not None:
                return manners
            if not told:
                self.logger.info("Nothing was handed out yet: waiting for a scrapy ingest.")
            told = True
            await asyncio.sleep(MANNERS_EVERY)
        return None

    # -- work --------------------------------------------------------------------------------------------------------------

    async def work(self, checker: Checker) -> None:
        """Take hosts, begin their jobs, give up those that have none left."""
        while not self.stopping:
            new = False
            try:
                if await self.board.manners() != self.manners:
                    self.logger.info("The campaign's manners have changed: this worker ends, start it again.")
                    self.end_by_itself("manners")
                    return
                new = await self.look_at_board(checker)
            except RedisError:
                self.logger.debug("Redis is away")
            await asyncio.sleep(LOOK_SOON if new else LOOK_EVERY)

    async def look_at_board(self, checker: Checker) -> bool:
        """Whether there was something new."""
        new = False
        for desk in self.desks.values():
            new = new or bool(desk.finished)
            for kind, url in desk.finished:
                desk.begun[kind].discard(url)
            desk.finished.clear()
        renewed = await self.board.renew("work", list(self.desks))
        for host, held in renewed.items():
            await self.see_to(host, held)
        room = ROOM * self.crawler.settings.getint("CONCURRENT_REQUESTS") - len(self.desks)
        self.sharing = await self.board.other_campaigns()
        taken = await self.board.take(min(room, max(TAKE, room // 4))) if room > 0 else {}
        for host, (pages, checks) in taken.items():
            self.desks[host] = Desk(pages=pages, checks=checks)
        for host, desk in list(self.desks.items()):
            if desk.checks > len(desk.begun["check"]):
                await self.begin_checks(checker, host, desk)
        slot = self.crawler.engine._slot  # noqa: SLF001 - Scrapy has no other way to be told
        if self.pages.waiting() and slot is not None:
            # Scrapy looks at its scheduler every five seconds when nothing else happens
            slot.nextcall.schedule()
        return new or bool(taken)

    async def see_to(self, host: str, held: Held) -> None:
        desk = self.desks[host]
        desk.pages, desk.checks = (held.pages, held.checks) if held.mine else (0, 0)
        at_work = any(desk.begun.values())
        if not held.mine and not at_work:
            del self.desks[host]
        elif not (held.pages or held.checks or at_work):
            del self.desks[host]
            await self.board.release("work", host)

    async def begin_checks(self, checker: Checker, host: str, desk: Desk) -> None:
        jobs = [job for job in await self.board.some("check", host) if job.url not in desk.begun["check"]]
        known = await self.looks_of_others(jobs) if self.sharing else {}
        for job in jobs:
            desk.begun["check"].add(job.url)
            if job.url in known:
                await self.hand_in(Found(host=host, kind="check", url=job.url, found=known[job.url]))
                self.count("looks_of_others")
            else:
                await checker.put(Wanted(url=job.url, anchors=tuple(job.told["anchors"]), fragments=tuple(job.told["fragments"])))

    async def looks_of_others(self, jobs: list[Job]) -> dict[str, dict[str, Any]]:
        """Looks that another campaign's worker had a short while ago, by target. What is not among them will be shared with others."""
        names = {job.url: common_name(job, self.manners) for job in jobs}
        looks = await self.board.fresh_looks(list(names.values()))
        self.common |= {url: name for url, name in names.items() if name not in looks}
        return {url: looks[name] for url, name in names.items() if name in looks}

    async def page(self, response: Response, host: str, url: str) -> AsyncIterator[Found]:
        """A page came."""
        yield Found(host=host, kind="page", url=url, found=page_as_json(response))

    async def page_failed(self, failure: Failure) -> AsyncIterator[Found]:
        """No page came. When this worker is being stopped, that is its own doing, and another asks."""
        job = failure.request.meta["job"]  # type: ignore[attr-defined]  # Scrapy puts it there
        if not self.stopping:
            error = failure.value or RuntimeError("no reason given")
            yield Found(host=job["host"], kind="page", url=job["url"], found=failure_as_json(error))

    async def hand_in(self, item: Found) -> None:
        """Have it put into the stream, unless the host is another's by then."""
        name = self.common.pop(item.url, "") if item.kind == "check" else ""
        shared = name if name and is_of_use_to_others(item.found) else ""
        if self.outbox is not None:
            await self.outbox.put(Done(host=item.host, kind=item.kind, url=item.url, found=item.found, common=shared))

    def handed(self, done: Done, wanted: bool) -> None:  # noqa: FBT001 - what came of it
        desk = self.desks.get(done.host)
        if desk is not None:
            desk.finished.append((done.kind, done.url))
        self.count(f"{done.kind}s_{'handed_in' if wanted else 'not_needed'}")

    def count(self, name: str) -> None:
        if self.crawler.stats:
            self.crawler.stats.inc_value(f"prospector/{name}")

    # -- the end -----------------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Scrapy was told to stop: nothing new is begun, and what is under way gets no further."""
        self.stopping = True
        if self.checker is not None:
            self.checker.drop_waiting()
            self.checker.finish()
        if self.gate is not None:
            for host in self.desks:
                self.gate.too_many(host, float("inf"))

    def end_by_itself(self, reason: str) -> None:
        """Not as one of those tasks whose end `closed` waits for."""
        self.ending = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=reason))

    async def closed(self, _reason: str) -> None:
        """Scrapy's hook: what runs beside the crawl ends."""
        self.stopping = True
        for task in self.background:
            await put_an_end_to(task)
        if self.checker is not None:
            await self.checker.close()

    async def end(self) -> None:
        """Give everything back."""
        if not hasattr(self, "board"):
            return
        if self.outbox is not None:
            await self.outbox.close()
        if self.gate is not None:
            await self.gate.close()
        with suppress(*RedisError):
            for host in self.desks:
                await self.board.release("work", host)
        await self.board.close()


class HandIn:
    """The worker's pipeline: items → the outbox."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        """Scrapy's hook."""
        spider = self._crawler.spider
        if isinstance(spider, WorkerSpider) and isinstance(item, Found):
            await spider.hand_in(item)
        return item
