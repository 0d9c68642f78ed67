"""One gate per host for everything that goes to it: pages, link checks, robots.txt, probes, contacts.

The gate knows nothing of HTTP. It spaces the starts of requests to one host, limits how many are under way, pauses a
host that asks for it, and stops one that asks twice.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

MAX_PAUSE = 120.0  # seconds; a host that wants more than this is left for a later run
DEFAULT_PAUSE = 30.0  # seconds, when a host says "too many requests" but not how long to wait
FORGET_ABOVE = 20_000  # idle hosts kept in mind; one takes about 300 bytes


class HostStoppedError(Exception):
    """The host told us twice to slow down, or wants a longer pause than a run can give: it is left alone in this run."""


class Lane:
    """What the gate knows of one host."""

    __slots__ = ("active", "delay", "limit", "next_at", "stopped", "timer", "waiting", "warnings")

    def __init__(self, limit: int, delay: float) -> None:
        self.limit = limit
        self.delay = delay
        self.active = 0
        self.next_at = 0.0
        self.warnings = 0
        self.stopped = ""
        self.waiting: deque[asyncio.Future[None]] = deque()
        self.timer: asyncio.TimerHandle | None = None


class _Turn:
    """`async with` it."""

    __slots__ = ("_gate", "_lane", "_urgent")

    def __init__(self, gate: Gate, lane: Lane, *, urgent: bool) -> None:
        self._gate = gate
        self._lane = lane
        self._urgent = urgent

    async def __aenter__(self) -> None:
        await self._gate.enter(self._lane, urgent=self._urgent)

    async def __aexit__(self, *_: object) -> None:
        self._gate.leave(self._lane)


class Gate:
    """Turns for hosts.

    limit: requests under way to one host; delay: seconds between the starts of two requests to one host;
    clock: monotonic seconds, the event loop's own by default.
    """

    def __init__(self, *, limit: int, delay: float, clock: Callable[[], float] | None = None) -> None:
        self._limit = max(1, limit)
        self._delay = delay
        self._clock = clock or asyncio.get_running_loop().time
        self._lanes: dict[str, Lane] = {}
        self._forget_above = FORGET_ABOVE

    def turn(self, host: str, *, urgent: bool = False) -> AbstractAsyncContextManager[None]:
        """To be entered: wait for this host's next turn and hold it. Urgent ones (pages) go before those already waiting.

        Entering raises HostStoppedError when the host is to be left alone.
        """
        return _Turn(self, self.lane(host), urgent=urgent)

    async def enter(self, lane: Lane, *, urgent: bool) -> None:
        """Wait for the lane's next turn and take it."""
        if lane.stopped:
            raise HostStoppedError(lane.stopped)
        if lane.waiting or lane.active >= lane.limit or lane.next_at > self._clock():
            await self._wait(lane, urgent=urgent)
        else:
            self._enter(lane)

    def leave(self, lane: Lane) -> None:
        """Give the turn back."""
        lane.active -= 1
        self._admit(lane)

    def ready_at(self, host: str) -> float:
        """When this host's next request may start (the gate's clock). In the past: at once."""
        lane = self._lanes.get(host)
        return lane.next_at if lane else 0.0

    def lane(self, host: str) -> Lane:
        lane = self._lanes.get(host)
        if lane is None:
            if len(self._lanes) >= self._forget_above:
                self._forget_idle()
                # of those that must be kept there may be as many: looking through them for each new host would cost the square of it
                self._forget_above = max(FORGET_ABOVE, 2 * len(self._lanes))
            lane = self._lanes[host] = Lane(self._limit, self._delay)
        return lane

    def slow_down(self, host: str, delay: float) -> None:
        """Keep at least `delay` seconds between requests to this host (a robots.txt Crawl-delay)."""
        lane = self.lane(host)
        lane.delay = max(lane.delay, delay)
        lane.next_at = max(lane.next_at, self._clock() + delay)

    def too_many(self, host: str, retry_after: float | None) -> None:
        """The host said "too many requests": pause it once, stop it the second time or when it wants too long a pause."""
        lane = self.lane(host)
        lane.warnings += 1
        pause = DEFAULT_PAUSE if retry_after is None else retry_after
        if lane.warnings > 1:
            self._stop(lane, "it said twice that we ask too much")
        elif pause > MAX_PAUSE:
            self._stop(lane, f"it asked us to come back in {pause:.0f} seconds")
        else:
            lane.next_at = max(lane.next_at, self._clock() + pause)

    def stopped(self, host: str) -> str:
        """Why this host is left alone in this run; "" when it isn't."""
        lane = self._lanes.get(host)
        return lane.stopped if lane else ""

    async def _wait(self, lane: Lane, *, urgent: bool) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if urgent:
            lane.waiting.appendleft(place)
        else:
            lane.waiting.append(place)
        self._admit(lane)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:  # let in and cancelled at once: give the turn back
                lane.active -= 1
            self._admit(lane)
            raise
        # a busy process may have let it in well before it gets to ask
        lane.next_at = max(lane.next_at, self._clock() + lane.delay)

    def _admit(self, lane: Lane) -> None:
        while lane.waiting and lane.active < lane.limit:
            if lane.waiting[0].done():  # cancelled while it waited
                lane.waiting.popleft()
                continue
            wait = lane.next_at - self._clock()
            if wait > 0:
                if lane.timer is None:
                    lane.timer = asyncio.get_running_loop().call_later(wait, self._wake, lane)
                return
            self._enter(lane)
            lane.waiting.popleft().set_result(None)

    def _wake(self, lane: Lane) -> None:
        lane.timer = None
        self._admit(lane)

    def _enter(self, lane: Lane) -> None:
        lane.active += 1
        lane.next_at = self._clock() + lane.delay

    def _stop(self, lane: Lane, why: str) -> None:
        lane.stopped = why
        for place in lane.waiting:
            if not place.done():
                place.set_exception(HostStoppedError(why))
        lane.waiting.clear()

    def _forget_idle(self) -> None:
        """Drop hosts that nothing more is known of than a default lane would know."""
        now = self._clock()
        for host, lane in list(self._lanes.items()):
            if not (lane.active or lane.waiting or lane.warnings or lane.next_at > now or lane.delay > self._delay):
                del self._lanes[host]
