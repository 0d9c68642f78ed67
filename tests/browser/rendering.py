"""A crawl that renders what it is told to: one JSON object a line comes in, one goes out. Run as a program by the tests beside it.

A process of its own, because scrapy-playwright needs Twisted's reactor, which the rest of the tests does without.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib import import_module
from random import Random
from threading import Thread
from typing import Any, cast

from scrapy import Spider
from scrapy.crawler import CrawlerProcess
from scrapy.settings import Settings

from prospector.checking.browser import browser_of, looking_twice
from prospector.checking.failures import Failed
from prospector.checking.handler import network_of
from prospector.checking.network import Network
from prospector.checking.observe import Observer, Wanted
from prospector.verdicts.judge import judge
from prospector.verdicts.policy import Policy


class Rendering(Spider):
    """Renders every address that comes in, all at once; ends when no more come."""

    name = "rendering"

    async def start(self) -> AsyncIterator[Any]:
        browser = browser_of(self.crawler)
        self.say(id=0, available=browser.available, loaded=sorted({"playwright", "scrapy_playwright"} & set(sys.modules)))
        lines: asyncio.Queue[str] = asyncio.Queue()
        Thread(target=read_on, args=(asyncio.get_running_loop(), lines), daemon=True).start()
        tasks = []
        while line := await lines.get():
            asked = json.loads(line)
            work = self.judge if asked["judge"] else self.render
            task = asyncio.ensure_future(work(asked["id"], asked["url"]))
            tasks.append(task)
            if asked["cancel_after"]:
                asyncio.get_running_loop().call_later(asked["cancel_after"], task.cancel)
        await asyncio.gather(*tasks, return_exceptions=True)
        yield {}

    async def render(self, number: int, url: str) -> None:
        browser = browser_of(self.crawler)
        began = time.monotonic()
        try:
            answer = await browser.render(url)
        except asyncio.CancelledError:
            self.say(id=number, outcome="cancelled")
            raise
        except Failed as failed:
            said: dict[str, Any] = {
                "outcome": failed.outcome,
                "detail": failed.detail,
                "url": failed.url,
                "hops": [[hop.url, hop.status, hop.location] for hop in failed.hops],
            }
        else:
            said = {
                "outcome": "answered",
                "html": answer.body.decode("utf-8"),
                "url": answer.url,
                "status": answer.status,
                "complete": answer.complete,
                "content_type": answer.headers.get("content-type"),
                "hops": [[hop.url, hop.status, hop.location] for hop in answer.hops],
            }
        stats = self.crawler.stats.get_stats() if self.crawler.stats else {}
        self.say(
            id=number,
            took=time.monotonic() - began,
            stats={k: v for k, v in stats.items() if isinstance(v, int)},
            available=browser.available,
            **said,
        )

    async def judge(self, number: int, url: str) -> None:
        """As a crawl does: look, look again through the browser where that helps, and judge."""
        network = network_of(self.crawler)
        with_browser = cast("Network", browser_of(self.crawler))
        first, second = (Observer(through, run_id="", now=lambda: datetime.now(UTC), rng=Random(7)) for through in (network, with_browser))
        seen = await looking_twice(first.observe, second.observe)(Wanted(url=url))
        verdict = judge(seen.observations, Policy(), now=datetime.now(UTC))
        self.say(id=number, verdict=verdict.kind, reason=verdict.reason, rules=verdict.rules, via=[one.via for one in seen.observations])

    def say(self, **said: Any) -> None:
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


def read_on(loop: asyncio.AbstractEventLoop, lines: asyncio.Queue[str]) -> None:
    """What comes in, line by line; "" at the end. A thread that nobody waits for: a crawl that is interrupted ends."""
    while line := sys.stdin.readline():
        loop.call_soon_threadsafe(lines.put_nowait, line)
    loop.call_soon_threadsafe(lines.put_nowait, "")


def main() -> None:
    settings = Settings()
    settings.setmodule("prospector.settings", priority="project")
    settings.setdict(
        {"ITEM_PIPELINES": {}, "EXTENSIONS": {}, "TELNETCONSOLE_ENABLED": False, **json.loads(sys.argv[1])}, priority="cmdline"
    )
    for name, value in json.loads(sys.argv[2]).items():
        module, _, constant = name.partition(".")
        setattr(import_module(f"prospector.checking.{module}"), constant, value)
    process = CrawlerProcess(settings)
    process.crawl(Rendering)
    process.start()


if __name__ == "__main__":
    main()
