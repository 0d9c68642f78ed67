"""Things that listen to Scrapy's signals: the demo's web, the progress line, the summary at the end."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from shutil import get_terminal_size
from typing import Any, Self, TextIO

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from prospector.checking.handler import network_of
from prospector.demo.web import DemoWeb
from prospector.items import DEAD_KINDS
from prospector.spiders.campaign_spider import CampaignSpider
from prospector.spiders.clock import utc_now
from prospector.store import StoreError
from prospector.summary import Ending, summary_lines
from prospector.terminal import harmless

logger = logging.getLogger(__name__)

TERMINAL_INTERVAL = 0.5  # seconds between two moves of a terminal's progress line
CLEAR_LINE = "\r\x1b[K"
DOINGS = ("pages", "site_pages", "checked", "done")  # what is counted when a run had something to do


class DemoWebServer:
    """Serves the bundled demo's sites on loopback while its campaign is crawled, and makes the network believe in them."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._web: DemoWeb | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    async def spider_opened(self, spider: Spider) -> None:
        if not (isinstance(spider, CampaignSpider) and spider.campaign.is_demo):
            return
        self._web = DemoWeb(round=spider.store.runs.count())
        await self._web.__aenter__()
        network_of(self._crawler).resolver.pretend(self._web.hosts, self._web.ports)

    async def spider_closed(self) -> None:
        if self._web is not None:
            await self._web.__aexit__(None, None, None)


class Progress:
    """One line that moves on a terminal; elsewhere a log line now and then."""

    def __init__(self, crawler: Crawler, stream: TextIO) -> None:
        self._crawler = crawler
        self._stream = stream
        self._terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._interval = TERMINAL_INTERVAL if self._terminal else crawler.settings.getfloat("PROGRESS_INTERVAL")
        self._task: asyncio.Task[None] | None = None
        self._started = 0.0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if crawler.settings.getfloat("PROGRESS_INTERVAL") <= 0:
            raise NotConfigured
        extension = cls(crawler, sys.stderr)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_opened(self, spider: Spider) -> None:
        self._started = time.monotonic()
        if self._terminal:
            for handler in logging.getLogger().handlers:
                handler.addFilter(self._clear)
        self._task = asyncio.ensure_future(self._tell(spider))

    def spider_closed(self) -> None:
        if self._task is not None:
            self._task.cancel()
        if self._terminal:
            self._stream.write(CLEAR_LINE)
            self._stream.flush()
            for handler in logging.getLogger().handlers:
                handler.removeFilter(self._clear)

    async def _tell(self, spider: Spider) -> None:
        while True:
            await asyncio.sleep(self._interval)
            line = progress_line(spider, time.monotonic() - self._started)
            if self._terminal:
                self._stream.write(f"{CLEAR_LINE}{line[: _width()]}")
                self._stream.flush()
            else:
                logger.info(line)

    def _clear(self, _record: logging.LogRecord) -> bool:
        """A log line begins where the progress line stands: make room for it."""
        self._stream.write(CLEAR_LINE)
        return True


class Summary:
    """At the end: what came of it, each loss in plain words, and what to do next."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(sys.stderr)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_closed(self, spider: Spider, reason: str) -> None:
        if not isinstance(spider, CampaignSpider):
            return
        try:
            lines = summary_lines(spider.store, spider.campaign, now=utc_now(), ending=ending_of(spider, reason))
        except StoreError as error:
            lines = [str(error)]
        for line in lines:
            self._stream.write(f"{harmless(line)}\n")


def ending_of(spider: CampaignSpider, reason: str) -> Ending:
    """How a run ended, by what its spider counted."""
    counts = spider.counts()
    return Ending(
        spider=spider.name,
        stopped=reason == "shutdown",
        broken=spider.broken is not None,
        did_nothing=spider.did_nothing(),
        idle=not spider.pages_tried and not any(counts.get(name) for name in DOINGS),
        spent=spider.spent,
        left=counts.get("left_for_next_run", 0),
    )


def progress_line(spider: Spider, seconds: float) -> str:
    """Pages, links, checked, dead, drafts, rate, what is slow, the indexing of the user's site."""
    stats: dict[str, Any] = spider.crawler.stats.get_stats() if spider.crawler.stats else {}
    checker = getattr(spider, "checker", None)
    checked = checker.checked if checker else 0
    dead = sum(stats.get(f"prospector/verdict/{kind.value}", 0) for kind in DEAD_KINDS)
    parts = [
        f"{stats.get('prospector/pages', 0)} pages",
        f"{stats.get('prospector/links', 0)} links",
        f"{checked} checked",
        f"{dead} look dead",
        f"{stats.get('prospector/drafts', 0)} drafts",
        f"{checked / max(seconds, 0.001):.0f}/s",
    ]
    if indexed := stats.get("prospector/site_pages"):
        parts.append(f"{indexed} of your pages indexed")
    if checker and checker.waiting:
        host, number = checker.slowest()
        parts.append(f"{checker.waiting} waiting, most for {host} ({number})")
    return ", ".join(parts)


def _width() -> int:
    return get_terminal_size().columns - 1
