"""The crawl of a campaign whose pages and targets are asked for by workers: owns the database, judges, matches, writes letters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, Self, cast

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response

from prospector import __version__
from prospector.checking.checker import Checker
from prospector.checking.handler import make_network_by
from prospector.checking.network import Network, NetworkSettings
from prospector.distributed.board import Board
from prospector.distributed.codec import response_from
from prospector.distributed.exchange import Exchange
from prospector.distributed.leases import LeasedGate
from prospector.distributed.robots import SharedRobots
from prospector.links.urls import normalise
from prospector.spiders.open_requests import SLOT_SETTINGS
from prospector.spiders.resources import ResourcesSpider

HANDLER = "prospector.distributed.ingest.PagesFromWorkers"
CONDITIONAL = (b"If-None-Match", b"If-Modified-Since")


class IngestSpider(ResourcesSpider):
    """`scrapy crawl resources`, with the requests made elsewhere. Those for contacts, archives and registries are its own, in turn with the workers'."""

    name = "ingest"
    custom_settings = {  # noqa: RUF012 - Scrapy's own declaration
        "DOWNLOAD_SLOTS": SLOT_SETTINGS,
        "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER},
        "CONCURRENT_REQUESTS": 1000,  # pages handed out at a time: whoever fetches them has limits of his own
    }
    exchange: Exchange | None = None
    gate: LeasedGate | None = None
    board: Board
    complete = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Raises what ResourcesSpider raises, and NoRedisError where the extra is missing."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        settings = crawler.settings
        me = f"ingest {spider.campaign.database.resolve()}"
        spider.board = Board(settings["REDIS_URL"], prefix=settings["REDIS_PREFIX"], me=me, lease=settings.getfloat("REDIS_LEASE"))
        make_network_by(crawler, spider.leased_network)
        return spider

    def leased_network(self, wanted: NetworkSettings) -> Network:
        """Contacts, archives and searches for moved pages wait for the same turns as the workers' requests."""
        self.board.outlast(wanted.timeout)
        self.gate = LeasedGate(self.board, limit=wanted.per_host, delay=wanted.delay, spare=wanted.timeout)
        return Network(wanted, gate=self.gate, share_robots=partial(SharedRobots, self.board))

    async def work(self) -> AsyncIterator[Any]:
        """The same, with a board between."""
        manners = manners_of(self.network.settings)
        if not await self.board.persistently(self.board.sit):
            self.lost_seat()
            return
        await self.board.persistently(lambda: self.board.tell(manners))
        self.exchange = Exchange(self.board, self.store, run_id=self.run_id, on_lost_seat=self.lost_seat, on_broken=self.give_up_board)
        await self.exchange.begin()
        async for item in super().work():
            yield item
        self.complete = not self.stopping and not self.spent

    def new_checker(self) -> Checker:
        """The board, which has what is needed of one."""
        return cast("Checker", self.exchange)

    def kept(self, target_urls: Iterable[str]) -> None:
        """What was seen of these targets is in the store."""
        if self.exchange is not None:
            self.exchange.kept(target_urls)

    def lost_seat(self) -> None:
        """Two databases can't share one board."""
        self.logger.error(
            "Another scrapy ingest works with this Redis and the prefix %s. Give this campaign a prefix of its own: -s REDIS_PREFIX=…",
            self.crawler.settings["REDIS_PREFIX"],
        )
        self._closing = asyncio.ensure_future(self._close("seat"))

    def give_up_board(self) -> None:
        """What is found there is of no use."""
        self.beside(self.stop())
        self._closing = asyncio.ensure_future(self._close("board"))

    async def stop(self) -> None:
        """Pages that did not come by then will not."""
        await super().stop()
        if self.exchange is not None:
            self.exchange.stop()

    async def closed(self, reason: str) -> None:
        """Scrapy's hook: leave the board as the next run, or nobody, needs it."""
        await super().closed(reason)
        if self.exchange is not None:
            with suppress(asyncio.CancelledError):
                await self.exchange.end(complete=self.complete and self.broken is None)
        if self.gate is not None:
            await self.gate.close()
        await self.board.close()


class PagesFromWorkers(BaseDownloadHandler):
    """Scrapy's pages, fetched by workers."""

    lazy = True

    async def download_request(self, request: Request) -> Response:
        spider = self.crawler.spider
        if not isinstance(spider, IngestSpider) or spider.exchange is None:
            raise TypeError(f"{type(self).__name__} works for an ingest, not for {spider!r}")
        url = normalise(request.url) or request.url
        headers = {
            name.decode("latin-1"): b",".join(values).decode("latin-1") for name, values in request.headers.items() if name in CONDITIONAL
        }
        result = await spider.exchange.page(url, headers)
        return response_from(result.found, request)


def manners_of(settings: NetworkSettings) -> dict[str, Any]:
    """What workers must know of how a campaign asks. Which names there are and where they lead is each machine's own."""
    names = ("user_agent", "robots_agent", "obey_robots", "per_host", "delay", "timeout")
    return {"version": __version__, **{name: getattr(settings, name) for name in names}}
