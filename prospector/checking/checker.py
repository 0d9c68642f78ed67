"""A queue of targets, a number of workers, a stream of looks: link checks beside the crawl, in the same event loop.

Scrapy's scheduler is for pages. A check is one small request, there are a hundred for each page, and the engine's way costs four times the CPU.
Hosts take turns: a worker always takes the host that is ready first, so a slow host, or one with a thousand links, holds nobody up.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from itertools import count
from urllib.parse import urlsplit

from prospector.checking.gate import Gate
from prospector.checking.observe import Look, Wanted
from prospector.checking.outage import Connectivity
from prospector.items import Observation, Outcome

logger = logging.getLogger(__name__)

# What a crash can cost, beside the checks under way:
HANDFUL, MOST = 25, 50  # looks that are enough to be handed out, and the most at a time: some hold a page of 256 KB
MOMENT, MOMENTS = 0.01, 5  # seconds; how many of them fewer are waited with
MAX_PENDING = 50_000  # targets waiting in memory (about 300 bytes each); beyond, `put` waits

Observe = Callable[[Wanted], Awaitable[Look]]


class Checker:
    """Checks targets. concurrency: checks under way at a time; per_host: of these, to one host; line: tells our own outage from theirs;
    now: the clock, UTC."""

    def __init__(
        self,
        observe: Observe,
        gate: Gate,
        *,
        concurrency: int,
        per_host: int,
        now: Callable[[], datetime],
        line: Connectivity | None = None,
    ) -> None:
        self._observe = observe if line is None else self._watched(observe, line)
        self._line = line
        self._now = now
        self._gate = gate
        self._per_host = max(1, per_host)
        self._pending: dict[str, deque[Wanted]] = {}
        self._busy: dict[str, int] = {}
        self._ready: list[tuple[float, int, str]] = []  # (when, tie-break, host): a heap
        self._queued: set[str] = set()  # hosts that stand in the heap
        self._ties = count()
        self._idle: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0  # kept here: uvloop's handle for "at once" does not know its time
        self._room = asyncio.Event()
        self._room.set()
        self._results: asyncio.Queue[Look | None] = asyncio.Queue(2 * concurrency)
        self._unread: list[Look] = []  # taken by a worker that was stopped before it could hand them out
        self._loop = asyncio.get_running_loop()
        self._workers = [asyncio.ensure_future(self._work()) for _ in range(concurrency)]
        self.waiting = 0  # targets not begun
        self.under_way = 0
        self.checked = 0

    @property
    def outstanding(self) -> int:
        """Targets asked for whose look has not been handed out."""
        return self.waiting + self.under_way + self._results.qsize() + len(self._unread)

    async def put(self, wanted: Wanted) -> None:
        """Have a target checked. Waits while too many wait already."""
        while self.waiting >= MAX_PENDING:
            self._room.clear()
            await self._room.wait()
        host = urlsplit(wanted.url).hostname or ""
        self._pending.setdefault(host, deque()).append(wanted)
        self.waiting += 1
        self._offer(host)

    async def results(self) -> AsyncIterator[Look]:
        """Looks as they come, until `finish`."""
        while (look := await self._results.get()) is not None:
            yield look

    def handfuls(self) -> AsyncIterator[list[Look]]:
        """The same, by the handful."""
        return handfuls(self._results, self._unread)

    def finish(self) -> None:
        """No more targets will come and all looks were handed out: `results` ends."""
        self._results.put_nowait(None)

    def drop_waiting(self) -> None:
        """Begin none of the checks that wait; those under way go on."""
        self._pending.clear()
        self._ready.clear()
        self._queued.clear()
        self.waiting = 0
        self._room.set()

    async def close(self) -> list[Look]:
        """Stop at once. Looks that were taken and not handed out; what was under way was not looked at."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        if self._line is not None:
            await self._line.close()
        if self._timer is not None:
            self._timer.cancel()
        while not self._results.empty():
            look = self._results.get_nowait()
            if look is not None:
                self._unread.append(look)
        unread, self._unread = self._unread, []
        return unread

    def slowest(self) -> tuple[str, int]:
        """The host with the most targets waiting, and how many: what a progress line calls slow."""
        host = max(self._pending, key=lambda name: len(self._pending[name]), default="")
        return host, len(self._pending.get(host, ()))

    async def _work(self) -> None:
        while True:
            host = await self._next_host()
            wanted = self._take(host)
            try:
                look = await self._look(wanted)
                self.checked += 1
                await self._hand_out(look)
            finally:
                self.under_way -= 1
                self._leave(host)

    async def _look(self, wanted: Wanted) -> Look:
        """A look, whatever happens: a page waits for it, and a worker that died would be missed by all."""
        try:
            return await self._observe(wanted)
        except Exception as error:
            logger.exception("Could not check %s, by a mistake of this program", wanted.url)
            said = f"{error!r}"[:300]
            ours = Observation(target_url=wanted.url, observed_at=self._now(), outcome=Outcome.OUR_ERROR, final_url=wanted.url, detail=said)
            return Look(target_url=wanted.url, observations=(ours,))

    async def _hand_out(self, look: Look) -> None:
        try:
            await self._results.put(look)
        except asyncio.CancelledError:
            self._unread.append(look)
            raise

    @staticmethod
    def _watched(observe: Observe, line: Connectivity) -> Observe:
        """The same while our network is up; what fails is handed out once it is known not to be our own doing, or marked."""

        async def watched(wanted: Wanted) -> Look:
            began = await line.up()
            return await line.settle(await observe(wanted), began)

        return watched

    async def _next_host(self) -> str:
        while True:
            now = self._loop.time()
            if self._ready and self._ready[0][0] <= now:
                _, _, host = heapq.heappop(self._ready)
                self._queued.discard(host)
                self._pass_on(now)
                return host
            self._pass_on(now)
            place: asyncio.Future[None] = self._loop.create_future()
            self._idle.append(place)
            await place

    def _take(self, host: str) -> Wanted:
        targets = self._pending[host]
        wanted = targets.popleft()
        if not targets:
            del self._pending[host]
        self.waiting -= 1
        self.under_way += 1
        self._busy[host] = self._busy.get(host, 0) + 1
        if self.waiting < MAX_PENDING:
            self._room.set()
        self._offer(host)
        return wanted

    def _leave(self, host: str) -> None:
        self._busy[host] -= 1
        if not self._busy[host]:
            del self._busy[host]
        self._offer(host)

    def _offer(self, host: str) -> None:
        """Put the host in the heap if it has targets and room, and is not there yet; wake a worker."""
        if host not in self._pending or host in self._queued or self._busy.get(host, 0) >= self._per_host:
            return
        self._queued.add(host)
        heapq.heappush(self._ready, (self._gate.ready_at(host), next(self._ties), host))
        self._wake()

    def _wake(self) -> None:
        while self._idle:
            place = self._idle.popleft()
            if not place.done():
                place.set_result(None)
                return

    def _pass_on(self, now: float) -> None:
        """See to it that the next ready host gets a worker: now, or when its time comes."""
        if not self._ready:
            return
        when = self._ready[0][0]
        if when <= now:
            self._wake()
            return
        if self._timer is not None:
            if self._timer_at <= when:
                return
            self._timer.cancel()
        self._timer, self._timer_at = self._loop.call_at(when, self._on_time), when

    def _on_time(self) -> None:
        self._timer = None
        self._wake()


async def handfuls(looks: asyncio.Queue[Look | None], unread: list[Look]) -> AsyncIterator[list[Look]]:
    """What came within a moment, until None comes: to judge, store and hand on many at once costs little more than one.

    :param unread: where a handful is gathered, so that nothing is lost should nobody ask for it any more.
    """
    while (look := await looks.get()) is not None:
        unread.append(look)
        for _ in range(MOMENTS):
            if looks.qsize() + 1 >= HANDFUL:
                break
            await asyncio.sleep(MOMENT)
        more = True
        while more and not looks.empty() and len(unread) < MOST:
            look = looks.get_nowait()
            more = look is not None
            if look is not None:
                unread.append(look)
        handful = list(unread)
        unread.clear()
        yield handful
        if not more:
            return
