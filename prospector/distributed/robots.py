"""robots.txt for all processes: one asks, the others read what it was told, until that is too old."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from prospector.checking.robots import Fetch
from prospector.distributed.board import Board
from prospector.distributed.extra import RedisError

LOOK_EVERY = 0.1  # seconds between two looks whether another has its answer


class SharedRobots:
    """Has what Robots expects of a fetch. A failure is not shared: it may be this machine's own."""

    def __init__(self, board: Board, fetch: Fetch) -> None:
        self._board = board
        self._fetch = fetch

    async def __call__(self, url: str) -> tuple[int, bytes]:
        """Raises Failed."""
        try:
            while (said := await self._board.robots(url)) == "wait":  # noqa: ASYNC110 - another process has no event for it
                await asyncio.sleep(LOOK_EVERY)
        except RedisError:
            return await self._fetch(url)  # its turn waits for Redis
        if isinstance(said, tuple):
            return said
        answer = None
        try:
            answer = await self._fetch(url)
            return answer
        finally:
            with suppress(*RedisError):
                await self._board.robots_said(url, answer)
