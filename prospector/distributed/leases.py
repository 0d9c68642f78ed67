"""A gate whose turns hold across machines: a host hears from one of them at a time, at the pace of one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count

from prospector.checking.gate import Gate, HostStoppedError
from prospector.distributed.board import Board, put_an_end_to
from prospector.distributed.extra import RedisError

ASKED_EVERY = 0.05  # seconds between two attempts to get a host that another has
KEPT_IDLE = 1.0  # seconds that a host is kept after the last request to it
RENEWED_BY = 10  # renewals in the life of a lease
SWEPT_EVERY = 20  # renewals: turns that were over long ago are forgotten
OFTEN = 0.25  # seconds; whoever wants a host waits no longer than that and the request under way


class _Turn:
    """A host that this process may send requests to."""

    __slots__ = ("asking", "good_until", "idle_since", "users", "wanted")

    def __init__(self) -> None:
        self.users = 0  # requests under way, or in the host's queue
        self.good_until = 0.0  # by this process's clock; the lease in Redis lasts a little longer
        self.idle_since = 0.0
        self.wanted = False  # by another: those under way are the last
        self.asking = asyncio.Lock()


class LeasedGate(Gate):
    """spare: seconds that a lease must be good for when a request begins, which is how long one may take."""

    def __init__(self, board: Board, *, limit: int, delay: float, spare: float) -> None:
        super().__init__(limit=limit, delay=delay)
        self._board = board
        self._spare = spare
        self._now = asyncio.get_running_loop().time
        self._turns: dict[str, _Turn] = {}
        self._keeping = asyncio.ensure_future(self._keep())

    @asynccontextmanager
    async def turn(self, host: str, *, urgent: bool = False) -> AsyncIterator[None]:
        """Wait for the right to ask this host, then for its next turn, and hold both."""
        while True:
            turn = await self._mine(host)
            turn.users += 1
            try:
                async with super().turn(host, urgent=urgent):
                    if turn.good_until - self._spare >= self._now():
                        yield
                        return
            finally:
                turn.users -= 1
                turn.idle_since = self._now()

    async def close(self) -> None:
        """Give all hosts back."""
        await put_an_end_to(self._keeping)
        for host in list(self._turns):
            with suppress(*RedisError):
                await self._give_back(host)

    async def _mine(self, host: str) -> _Turn:
        while True:
            if why := self.stopped(host):
                raise HostStoppedError(why)
            turn = self._turns.get(host)
            if turn is not None and not turn.wanted and turn.good_until - self._spare >= self._now():
                return turn
            if turn is None:
                turn = self._turns[host] = _Turn()
            if turn.wanted:
                await asyncio.sleep(ASKED_EVERY)
                continue
            async with turn.asking:
                if turn.good_until - self._spare < self._now() and self._turns.get(host) is turn:
                    await self._claim(host, turn)

    async def _claim(self, host: str, turn: _Turn) -> None:
        began = self._now()
        if await self._board.persistently(lambda: self._board.claim_turn(host)):
            turn.good_until = began + self._board.lease
            turn.idle_since = self._now()
        else:
            await asyncio.sleep(ASKED_EVERY)

    async def _keep(self) -> None:
        """Renew what is in use, give back what is wanted or idle."""
        for number in count():
            await asyncio.sleep(min(OFTEN, self._board.lease / RENEWED_BY))
            began = self._now()
            held = [host for host, turn in self._turns.items() if turn.good_until]
            try:
                renewed = await self._board.renew("turn", held)
                for host, lease in renewed.items():
                    turn = self._turns[host]
                    if not lease.mine:
                        turn.good_until = 0.0
                    else:
                        turn.good_until = began + self._board.lease
                        turn.wanted = turn.wanted or lease.wanted
                    idle = not turn.users and not turn.asking.locked()
                    if idle and (turn.wanted or not lease.mine or began - turn.idle_since >= KEPT_IDLE):
                        await self._give_back(host)
                if number % SWEPT_EVERY == 0:
                    await self._board.sweep()
            except RedisError:
                continue  # what is not renewed runs out; nobody else gets it meanwhile

    async def _give_back(self, host: str) -> None:
        """Others may have it when the pause that it was promised is over."""
        turn = self._turns[host]
        turn.wanted = True  # nobody here begins anything meanwhile
        if turn.good_until:
            await self._board.release("turn", host, after=max(0.0, self.ready_at(host) - self._now()))
        del self._turns[host]
