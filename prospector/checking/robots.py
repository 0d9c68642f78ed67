"""robots.txt by RFC 9309: fetched once per origin and half a day, through the same gate as everything else."""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from protego import Protego

from prospector.checking.failures import Failed

MAX_BYTES = 512 * 1024  # RFC 9309, 2.5: at least 500 KiB must be read
MAX_CRAWL_DELAY = 30.0  # seconds; a longer wish would make one host the length of the run
LIFETIME = 12 * 3600.0  # seconds; RFC 9309, 2.4: no longer than a day
FAULT_LIFETIME = 3600.0  # the same where a server that is not well forbids everything for now
REMEMBERED = 5_000  # origins; most are "everything is allowed" and take almost nothing

# a rule that forbids something, misspelt as Protego takes it too; "Disallow:" alone forbids nothing, and stands in most files
_FORBIDS = re.compile(rb"d(?:is{1,2}al{1,2}[ao]w|iasllow)[ \t]*:?[ \t]*[^\s#:]", re.IGNORECASE)

Fetch = Callable[[str], Awaitable[tuple[int, bytes]]]  # URL → status and body; raises Failed


class Rules:
    """What one origin asks of us."""

    __slots__ = ("delay", "refusal", "sitemaps", "text", "until")

    def __init__(self, *, text: Protego | None = None, refusal: str = "", delay: float = 0.0, sitemaps: tuple[str, ...] = ()) -> None:
        self.text = text  # None: no rule applies to anybody
        self.refusal = refusal  # why nothing at all may be fetched
        self.delay = delay  # seconds
        self.sitemaps = sitemaps
        self.until = 0.0  # by the clock of Robots


class Robots:
    """Asks each origin once. agent: the product token that rules name ("Prospector"); clock: monotonic seconds."""

    def __init__(
        self, fetch: Fetch, *, agent: str, slow_down: Callable[[str, float], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._agent = agent
        self._slow_down = slow_down
        self._clock = clock
        self._rules: OrderedDict[str, Rules] = OrderedDict()
        self._asking: dict[str, asyncio.Task[Rules]] = {}

    async def refusal(self, url: str) -> str:
        """Why `url` may not be fetched, in words; "" when it may."""
        rules = await self.rules(url)
        if rules.refusal:
            return rules.refusal
        if rules.text is not None and not rules.text.can_fetch(url, self._agent):
            return "the site's robots.txt asks us not to fetch it"
        return ""

    async def rules(self, url: str) -> Rules:
        """The rules of the origin (scheme, host, port) of `url`."""
        origin = _origin(url)
        known = self._rules.get(origin)
        if known is not None and known.until > self._clock():
            self._rules.move_to_end(origin)
            return known
        task = self._asking.get(origin)
        if task is None:
            task = self._asking[origin] = asyncio.ensure_future(self._ask(origin, urlsplit(url).hostname or ""))
            task.add_done_callback(lambda _: self._asking.pop(origin, None))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Stop asking: a run that ends does not wait for an answer."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, origin: str, host: str) -> Rules:
        try:
            status, body = await self._fetch(f"{origin}/robots.txt")
            rules = self._read(status, body)
        except Failed:
            # No answer is the target's own fault to show (dns, refused, an address that the guard refuses …): asking for it says
            # what is wrong, by its own name.
            rules = Rules()
        if rules.delay:
            self._slow_down(host, rules.delay)
        rules.until = self._clock() + (FAULT_LIFETIME if rules.refusal else LIFETIME)
        self._rules[origin] = rules
        if len(self._rules) > REMEMBERED:
            self._rules.popitem(last=False)
        return rules

    def _read(self, status: int, body: bytes) -> Rules:
        if status >= 500:
            return Rules(refusal=f"its robots.txt answers {status}: until it answers, nothing may be fetched (RFC 9309)")
        if status >= 300 or not body.strip():
            return Rules()
        parsed = Protego.parse(body.decode("utf-8", "replace"))
        wished = parsed.crawl_delay(self._agent) or 0.0
        return Rules(
            text=parsed if _FORBIDS.search(body) else None,
            delay=min(wished, MAX_CRAWL_DELAY),
            sitemaps=tuple(parsed.sitemaps)[:50],
        )


def _origin(url: str) -> str:
    """Scheme, host and port of a normalised URL."""
    end = url.find("/", url.find("://") + 3)
    return url if end < 0 else url[:end]
