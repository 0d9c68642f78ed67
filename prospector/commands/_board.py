"""Reaching the board in Redis before anything starts, so that what is wrong with it is one line.

No ScrapyCommand may be defined here: see `_shared.py`.
"""

from __future__ import annotations

import asyncio

from scrapy.settings import BaseSettings

from prospector.commands._shared import BAD_INPUT, CommandError
from prospector.distributed.board import Board, Status
from prospector.distributed.extra import NoRedisError, RedisError, need_redis

PATIENCE = 5.0  # seconds that Redis has to answer


def board_status(settings: BaseSettings) -> Status:
    """What stands on the board. CommandError when the extra is missing or Redis does not answer."""
    try:
        need_redis()
    except NoRedisError as error:
        raise CommandError(str(error)) from error
    loop = asyncio.new_event_loop()  # asyncio.run would leave the thread without the loop that Scrapy starts on
    try:
        return loop.run_until_complete(_status(settings))
    finally:
        loop.close()


async def _status(settings: BaseSettings) -> Status:
    try:
        board = Board(settings["REDIS_URL"], prefix=settings["REDIS_PREFIX"], me="status", lease=1.0)
    except ValueError as error:
        raise CommandError(f"REDIS_URL: {error}", BAD_INPUT) from error
    try:
        return await asyncio.wait_for(board.status(), PATIENCE)
    except RedisError as error:
        said = str(error) or "no answer in time"
        raise CommandError(f"Redis can't be used ({said}). Start it, or say where it is: -s REDIS_URL=redis://host:6379/0") from error
    finally:
        await board.close()
