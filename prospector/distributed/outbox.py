"""Results on their way to the stream, many in one message: over a network each message costs its way there and back."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from prospector.distributed.board import Board, Done, put_an_end_to
from prospector.distributed.extra import RedisError

AT_ONCE = 100
MOST = 500  # that wait; beyond, `put` waits too


class Outbox:
    """on_handed: is told of each, and whether it was still wanted."""

    def __init__(self, board: Board, on_handed: Callable[[Done, bool], None]) -> None:
        self._board = board
        self._on_handed = on_handed
        self._waiting: deque[Done] = deque()
        self._something = asyncio.Event()
        self._room = asyncio.Event()
        self._sending = asyncio.ensure_future(self._send())

    async def put(self, done: Done) -> None:
        while len(self._waiting) >= MOST:
            self._room.clear()
            await self._room.wait()
        self._waiting.append(done)
        self._something.set()

    async def close(self) -> None:
        """Hand in the rest, unless Redis is away: then it is another's to find again."""
        await put_an_end_to(self._sending)
        with suppress(*RedisError):
            while self._waiting:
                await self._hand_in()

    async def _send(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            while self._waiting:
                await self._board.persistently(self._hand_in)
                self._room.set()

    async def _hand_in(self) -> None:
        """May be done twice: what was handed in is on the board no more."""
        some = [self._waiting[n] for n in range(min(AT_ONCE, len(self._waiting)))]
        handed = await self._board.done(some)
        for one, wanted in zip(some, handed, strict=True):
            self._waiting.popleft()
            self._on_handed(one, wanted)
