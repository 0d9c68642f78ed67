"""Seeing to it that Scrapy ends when it should: what it tells nobody, and what it forgets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from scrapy.crawler import Crawler

LOOK_EVERY = 0.2  # seconds


async def see_scrapy_close(crawler: Crawler, on_stop: Callable[[], object] | None = None) -> None:
    """Run this beside a crawl until its spider is closed.

    on_stop: called once when the crawl is to be stopped. Scrapy has no signal for it before all downloads have ended.
    """
    while True:
        await asyncio.sleep(LOOK_EVERY)
        if on_stop is not None and not crawler.crawling:
            on_stop()
            on_stop = None
        slot = crawler.engine.scraper.slot
        # Scrapy 2.19 waits for items that `start` yielded, but does not look again when the last of them is through: it would wait for ever
        if slot is not None and slot.closing is not None and not slot.closing.called and slot.is_idle() and crawler.spider is not None:
            slot.closing.callback(crawler.spider)
