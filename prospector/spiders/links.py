"""`scrapy crawl links -a urls=FILE -O verdicts.jsonl`: check a plain list of links. Needs no campaign and no database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from prospector.checking.checker import Checker
from prospector.checking.observe import Look, Wanted
from prospector.items import Observation, Outcome, Verdict
from prospector.links.urls import fragment_of, normalise
from prospector.spiders.campaign_spider import make_checker
from prospector.spiders.clock import utc_now
from prospector.spiders.closing import see_scrapy_close
from prospector.spiders.link_rows import EXPORTERS, Rows
from prospector.verdicts.judge import judge
from prospector.verdicts.policy import Policy

POLICY = Policy()


class LinksSpider(Spider):
    """One row for each URL of a list: url (as written), verdict, reason, confidence, status, final_url, observations."""

    name = "links"
    custom_settings = {  # noqa: RUF012 - Scrapy's own declaration
        "ITEM_PIPELINES": {"prospector.spiders.links.LastRows": 100},  # nothing to store here
        "FEED_EXPORTERS": EXPORTERS,
    }

    def __init__(self, urls: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.urls = urls
        self.checker: Checker | None = None
        self.feeding: asyncio.Task[None] | None = None
        self.closing: asyncio.Task[None] | None = None
        self.rows: list[dict[str, Any]] = []  # not handed on yet
        self.written: dict[str, list[str]] = {}  # URL asked for → as the list has it, where that differs or repeats

    async def start(self) -> AsyncIterator[Rows]:
        """Rows, in the order in which answers come."""
        self.checker = make_checker(self.crawler, run_id="")
        unusable = self.read_through()
        self.closing = asyncio.ensure_future(see_scrapy_close(self.crawler))
        self.feeding = asyncio.ensure_future(self.feed(self.checker))
        self.feeding.add_done_callback(lambda _: self.finish_if_idle())
        async for looks in self.checker.handfuls():
            for look in looks:
                self.rows += self.rows_of(look)
            yield self.take_rows()
            self.finish_if_idle()
        self.feeding.result()
        for url in unusable:
            observation = Observation(target_url=url, observed_at=utc_now(), outcome=Outcome.BAD_URL, detail="not a web address")
            self.rows.append(row(url, judge([observation], POLICY, now=utc_now()), [observation]))
        if self.rows:
            yield self.take_rows()

    def rows_of(self, look: Look) -> list[dict[str, Any]]:
        """One for each text under which the list has the URL."""
        verdict = judge(look.observations, POLICY, now=utc_now())
        return [row(url, verdict, look.observations) for url in self.written.pop(look.target_url, [look.target_url])]

    def take_rows(self) -> Rows:
        rows, self.rows = self.rows, []
        return Rows(tuple(rows))

    async def last_rows(self) -> Rows:
        """The crawl ends early: rows of what was looked at, and not written yet."""
        if self.checker and self.feeding:
            self.feeding.cancel()
            for look in await self.checker.close():
                self.rows += self.rows_of(look)
        return self.take_rows()

    async def feed(self, checker: Checker) -> None:
        """Give each URL of the list to the checker, once."""
        asked: set[int] = set()
        for text in lines(Path(self.urls)):
            url = normalise(text)
            if url is not None and hash(url) not in asked:
                asked.add(hash(url))
                fragment = fragment_of(text)
                await checker.put(Wanted(url=url, fragments=(fragment,) if fragment else ()))

    def read_through(self) -> list[str]:
        """Note under which texts the list has a URL, where they differ or repeat. What is no web address is returned."""
        seen: set[int] = set()
        unusable = []
        for text in lines(Path(self.urls)):
            url = normalise(text)
            if url is None:
                unusable.append(text)
            elif hash(url) in seen:
                self.written.setdefault(url, [url]).append(text)
            elif url != text:
                self.written[url] = [text]
            if url is not None:
                seen.add(hash(url))
        return unusable

    def finish_if_idle(self) -> None:
        """End the stream when the list is at its end and no check is outstanding."""
        if self.checker and self.feeding and self.feeding.done() and not self.checker.outstanding:
            self.checker.finish()

    async def closed(self, _reason: str) -> None:
        """Scrapy's hook: stop what runs beside the crawl."""
        if self.checker and self.feeding and self.closing:
            self.feeding.cancel()
            self.closing.cancel()
            await asyncio.gather(self.feeding, self.closing, return_exceptions=True)
            await self.checker.close()


class LastRows:
    """A pipeline that is only there for its end: once a crawl was stopped, Scrapy takes no more items from its spider."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        """Scrapy's hook."""
        return item

    async def close_spider(self) -> None:
        """Scrapy's hook, before the files are closed."""
        spider = self.crawler.spider
        if isinstance(spider, LinksSpider):
            last = await spider.last_rows()
            if last.rows:
                await self.crawler.signals.send_catch_log_async(signals.item_scraped, item=last, response=None, spider=spider)


def lines(path: Path) -> Iterator[str]:
    """URLs of a list: one a line, `#` begins a comment line."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for line in file:
            text = line.strip()
            if text and not text.startswith("#"):
                yield text


def row(url: str, verdict: Verdict, observations: Sequence[Observation]) -> dict[str, Any]:
    """What is written for one URL of the list. Of two observations the last is that of the address as it was linked."""
    last = observations[-1]
    return {
        "url": url,
        "verdict": verdict.kind.value,
        "reason": verdict.reason,
        "confidence": verdict.confidence.value if verdict.confidence else None,
        "status": last.status,
        "final_url": last.final_url,
        "observations": [seen(observation) for observation in observations],
    }


def seen(observation: Observation) -> dict[str, Any]:
    """An observation as JSON, without the page itself."""
    body = observation.body
    return {
        "observed_at": observation.observed_at.isoformat(timespec="seconds"),
        "outcome": observation.outcome.value,
        "offline": observation.offline,
        "status": observation.status,
        "final_url": observation.final_url,
        "hops": [{"url": hop.url, "status": hop.status, "location": hop.location} for hop in observation.hops],
        "elapsed_ms": observation.elapsed_ms,
        "title": body.title if body else "",
        "signs": list(body.signs) if body else [],
        "controls": [
            {"kind": control.kind.value, "url": control.url, "status": control.status, "similarity": control.similarity}
            for control in observation.controls
        ],
        "certificate": observation.certificate,
        "detail": observation.detail,
    }
