"""Our own outage: telling a dead web from a dead line.

Failures of many hosts with no answer between them may be our own network's. They are held back until something answers or, when nothing does,
until the canaries were asked: well-known hosts that don't all go down at once. When none of them answers, the failures are marked `offline`,
which the judge leaves out, and checking waits for the network to come back. An answer always counts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from prospector.checking.failures import Failed
from prospector.checking.network import Network, Purpose
from prospector.checking.observe import Look
from prospector.items import Outcome

logger = logging.getLogger(__name__)

CANARY_TIMEOUT = 10.0  # seconds
# what a host and a dead line have in common
SILENT = frozenset({Outcome.NO_HOST, Outcome.DNS_FAILED, Outcome.REFUSED, Outcome.TIMED_OUT, Outcome.TLS_FAILED})
# what only a line that works can bring. GARBAGE is neither: it is also what a fault of our own looks like.
_ANSWERS = frozenset({Outcome.ANSWERED, Outcome.TRUNCATED, Outcome.REDIRECT_LOOP, Outcome.TOO_MANY_HOPS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How soon the canaries are asked, and how long a lost network is waited for. Seconds."""

    hosts: int = 5  # distinct hosts that fail in a row: then the canaries are asked at once
    hold: float = 1.5  # with fewer, a failure waits so long for an answer from anywhere before they are
    good_for: float = 5.0  # an answer of a canary need not be asked for again
    bad_for: float = 30.0  # nor their silence, once the wait for the network was given up
    again: float = 5.0  # between two attempts while the network is lost
    at_most: float = 600.0  # then checking goes on, with failures marked


class Connectivity:
    """Decides on failures. ask: whether this canary answers; counts: whether a failure of this URL could be our network's."""

    def __init__(
        self,
        canaries: Sequence[str],
        ask: Callable[[str], Awaitable[bool]],
        *,
        counts: Callable[[str], bool] = lambda _: True,
        patience: Patience | None = None,
    ) -> None:
        self._canaries = tuple(canaries)
        self._ask = ask
        self._counts = counts
        self._patience = patience or Patience()
        self._clock = asyncio.get_running_loop().time
        self._held: list[asyncio.Future[bool]] = []  # each: whether the network was up
        self._hosts: set[str] = set()  # of those held
        self._timer: asyncio.TimerHandle | None = None
        self._asking: asyncio.Task[None] | None = None
        self._up = asyncio.Event()
        self._up.set()
        self._good_until = self._bad_until = self._lost_until = -1.0
        self._answers = 0
        self._gave_up = False

    async def up(self) -> float:
        """Wait until the network is there, or was waited for long enough. When that was, on the loop's clock."""
        if not self._up.is_set():
            await self._up.wait()
        return self._clock()

    async def settle(self, look: Look, began: float) -> Look:
        """The same look once it is known to be the other side's doing, or marked `offline`. began: what `up` said before it."""
        if any(seen.outcome in _ANSWERS or seen.hops for seen in look.observations):
            self._heard()
            return look
        if not all(seen.outcome in SILENT and not seen.offline for seen in look.observations) or not self._counts(look.target_url):
            return look
        now = self._clock()
        if not self._up.is_set() or began < self._lost_until or now < self._bad_until:
            return _offline(look)
        if now < self._good_until:
            return look
        return look if await self._hold(look.target_url) else _offline(look)

    async def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    async def _hold(self, url: str) -> bool:
        place: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._held.append(place)
        self._hosts.add(urlsplit(url).hostname or "")
        if len(self._hosts) >= self._patience.hosts:
            self._begin_asking()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._patience.hold, self._begin_asking)
        return await place

    def _heard(self) -> None:
        """Something answered: what failed before failed by itself."""
        self._answers += 1
        self._bad_until = -1.0
        self._gave_up = False
        if self._held:
            self._decide(up=True)

    def _decide(self, *, up: bool) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for place in self._held:
            if not place.done():
                place.set_result(up)
        self._held.clear()
        self._hosts.clear()

    def _begin_asking(self) -> None:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self._find_out())

    async def _find_out(self) -> None:
        before = self._answers
        if await self._any_answers() or self._answers > before:
            self._good_until = self._clock() + self._patience.good_for
            self._decide(up=True)
        elif self._gave_up:
            self._bad_until = self._clock() + self._patience.bad_for
            self._decide(up=False)
        else:
            self._up.clear()
            self._decide(up=False)
            await self._sit_out()
            self._lost_until = self._clock()
            self._up.set()

    async def _sit_out(self) -> None:
        canaries, minutes = ", ".join(self._canaries), self._patience.at_most / 60
        logger.warning(
            "Nothing answers, not even %s: our own network seems to be down. Waiting for it, at most %.0f minutes.", canaries, minutes
        )
        if await self._wait_for_network():
            logger.warning("The network is back.")
            return
        self._gave_up = True
        self._bad_until = self._clock() + self._patience.bad_for
        logger.warning("The network did not come back. Going on; what fails until something answers is kept, but not held against anybody.")

    async def _wait_for_network(self) -> bool:
        give_up = self._clock() + self._patience.at_most
        while self._clock() < give_up:
            await asyncio.sleep(self._patience.again)
            if await self._any_answers():
                return True
        return False

    async def _any_answers(self) -> bool:
        """Whether one of the canaries does; the first to answer decides."""
        asked = [asyncio.ensure_future(self._ask(url)) for url in self._canaries]
        try:
            for first in asyncio.as_completed(asked):
                if await first:
                    return True
        except Exception:
            # checks wait for this answer: they must not wait for ever because our own code tripped
            logger.exception("Could not ask the canaries")
            return True
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        return False


def connectivity_of(network: Network) -> Connectivity | None:
    """What watches over this network's line; None when there are no canaries to ask."""
    canaries = [url for url in network.settings.canaries if not network.resolver.hosts_only or _listed(network, url)]
    if not canaries:
        return None

    async def ask(url: str) -> bool:
        network.resolver.forget_doubts()
        try:
            async with asyncio.timeout(CANARY_TIMEOUT):
                await network.get(url, limit=1024, urgent=True, robots=False, purpose=Purpose.CANARY)
        except TimeoutError:
            return False
        except Failed as failed:
            # a private address in place of a well-known host's is what a captive portal answers
            return bool(failed.hops) or failed.outcome not in SILENT | {Outcome.ADDRESS_REFUSED}
        return True

    # Canaries on the internet say nothing about hosts that are on this machine
    local = any(network.is_local(url) for url in canaries)
    return Connectivity(canaries, ask, counts=lambda url: local or not network.is_local(url))


def _listed(network: Network, url: str) -> bool:
    return (urlsplit(url).hostname or "") in network.resolver.hosts


def _offline(look: Look) -> Look:
    return replace(look, observations=tuple(replace(seen, offline=True) for seen in look.observations))
