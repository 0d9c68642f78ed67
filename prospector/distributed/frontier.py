"""scrapy-redis's scheduler over the board: the pages of hosts that are this worker's, and no pickles."""

from __future__ import annotations

import json
from typing import Any, Self

from redis.exceptions import ConnectionError as Lost
from redis.exceptions import TimeoutError as Late
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy_redis.queue import Base
from scrapy_redis.scheduler import Scheduler

from prospector.spiders.open_requests import SLOT

SOME = 20  # pages of a host that are fetched at a time


class HostQueue(Base):  # type: ignore[misc]  # it has no types
    """Requests stay in Redis until their result is handed in; `key` is the prefix of the hosts' own queues.

    The spider's `pages` says of which hosts it may ask now, and takes note of what was begun.
    """

    def __init__(self, server: Any, spider: Any, key: str, serializer: Any = None) -> None:
        super().__init__(server, spider, key, serializer or json)

    def __len__(self) -> int:
        return int(self.spider.pages.waiting())

    def push(self, request: Request) -> None:
        """Scrapy's hook: a worker finds nothing of its own to ask for."""
        raise NotImplementedError

    def pop(self, timeout: int = 0) -> Request | None:  # noqa: ARG002 - scrapy-redis's signature
        """A page that may be asked for now."""
        for host in self.spider.pages.hosts():
            try:
                found = self.server.hrandfield(self.key + host, SOME, withvalues=True) or []
            except (Lost, Late):
                return None
            texts = [item.decode() if isinstance(item, bytes) else item for item in flat(found)]
            for url, told in zip(texts[::2], texts[1::2], strict=True):
                if self.spider.pages.begin(host, url):
                    return self._request(host, url, self.serializer.loads(told))
        return None

    def clear(self) -> None:
        """Scrapy's hook: what a worker leaves is another's."""

    def _request(self, host: str, url: str, headers: dict[str, str]) -> Request:
        job = {"host": host, "url": url}
        return Request(
            url,
            callback=self.spider.page,
            errback=self.spider.page_failed,
            headers=headers,
            cb_kwargs=job,
            dont_filter=True,
            meta={"download_slot": SLOT, "job": job},
        )


class HostScheduler(Scheduler):  # type: ignore[misc]  # it has no types
    """Without its stats, which Scrapy 2.19 warns of."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        scheduler: Self = cls.from_settings(crawler.settings)
        return scheduler


def flat(found: list[Any]) -> list[Any]:
    """Pairs, or their members in a row: what the client library answers depends on its version."""
    return [item for pair in found for item in pair] if found and isinstance(found[0], list | tuple) else found
