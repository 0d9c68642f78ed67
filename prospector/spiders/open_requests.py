"""What a spider has asked Scrapy for: hosts take turns, and when nothing is open any more, nothing more will be found."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from prospector.store import StoreError

NO_ITEMS: tuple[Any, ...] = ()  # what a callback yields that only asks for more

# Scrapy's downloader keeps a delay and a limit for each slot. The gate of our network keeps them for pages and checks together, so all our
# requests share one slot that does neither: two delays would add up, and a stopped crawl would sit out the downloader's queue.
SLOT = "network"
SLOT_SETTINGS = {SLOT: {"concurrency": 1_000_000, "delay": 0, "jitter": 0}}


class OpenRequests:
    """Requests whose callback has not ended, or whose items are not through the pipelines: what builds on "nothing is open" finds all of it stored.

    Of one host, `CONCURRENT_REQUESTS_PER_DOMAIN` are with Scrapy at a time and the others wait here: a host with a thousand pages takes
    nobody's place. Scrapy's spider middlewares don't see these requests, so none of them can drop one without a word.
    """

    def __init__(self, crawler: Crawler, *, on_none_left: Callable[[], None], on_store_error: Callable[[StoreError], None]) -> None:
        self.number = 0  # open, those that wait here included
        self._crawler = crawler
        self._per_host = max(1, crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"))
        self._on_none_left = on_none_left
        self._on_store_error = on_store_error
        self._under_way: dict[str, int] = {}
        self._waiting: dict[str, deque[Request]] = {}
        self._items: Counter[int] = Counter()  # id of the answer that they came from → items in the pipelines
        self._stopped = False
        for through in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(self._item_through, through)

    def ask(
        self,
        url: str,
        callback: Callable[..., AsyncIterator[Any]],
        failed: Callable[..., None],
        *,
        priority: int = 0,
        headers: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Have `url` (normalised) fetched, for `callback(response, **kwargs)` or `failed(error, **kwargs)`.

        `failed` is also called when the callback itself raises: a page that our code trips over costs itself only.
        """
        if self._stopped:
            return
        host = urlsplit(url).hostname or ""
        handed_on = partial(self._handed_on, host, failed, kwargs)

        async def on_response(response: Response) -> AsyncIterator[Any]:
            async for item in handed_on(callback(response, **kwargs)):
                self._items[id(response)] += 1
                self.number += 1
                yield item

        async def on_failure(failure: Failure) -> AsyncIterator[Any]:
            async for item in handed_on(_raise(failure.value or RuntimeError("no reason given"))):
                yield item

        meta = {"download_slot": SLOT}
        request = Request(url, callback=on_response, errback=on_failure, headers=headers, dont_filter=True, priority=priority, meta=meta)
        self.number += 1
        if self._under_way.get(host, 0) < self._per_host:
            self._give(host, request)
        else:
            self._waiting.setdefault(host, deque()).append(request)

    def hosts(self) -> list[str]:
        """Those with a request under way."""
        return list(self._under_way)

    def stop(self) -> None:
        """Ask for nothing more: not for what waits here either."""
        self._stopped = True
        if self._waiting:
            self.number -= sum(map(len, self._waiting.values()))
            self._waiting.clear()
            self._tell_if_none_left()

    async def _handed_on(
        self, host: str, failed: Callable[..., None], kwargs: dict[str, Any], found: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        try:
            async for item in found:
                yield item
        except StoreError as error:
            self._on_store_error(error)
        except Exception as error:  # noqa: BLE001 - `failed` names it
            self._tell(failed, error, kwargs)
        finally:
            self._end(host)

    def _tell(self, failed: Callable[..., None], error: Exception, kwargs: dict[str, Any]) -> None:
        try:
            failed(error, **kwargs)
        except StoreError as broken:
            self._on_store_error(broken)

    def _give(self, host: str, request: Request) -> None:
        self._under_way[host] = self._under_way.get(host, 0) + 1
        self._crawler.engine.crawl(request)

    def _end(self, host: str) -> None:
        self.number -= 1
        self._under_way[host] -= 1
        if not self._under_way[host]:
            del self._under_way[host]
        if waiting := self._waiting.get(host):
            request = waiting.popleft()
            if not waiting:
                del self._waiting[host]
            self._give(host, request)
        self._tell_if_none_left()

    def _item_through(self, response: Response | Failure | None) -> None:
        """Scrapy's signals: the pipelines are done with an item, for better or worse."""
        if id(response) not in self._items:
            return  # somebody else's
        self._items[id(response)] -= 1
        if not self._items[id(response)]:
            del self._items[id(response)]
        self.number -= 1
        self._tell_if_none_left()

    def _tell_if_none_left(self) -> None:
        if not self.number:
            asyncio.get_running_loop().call_soon(self._on_none_left)


async def _raise(error: BaseException) -> AsyncIterator[Any]:
    """A callback for what never came."""
    for item in NO_ITEMS:
        yield item
    raise error
