"""Reaching the board in Redis before anything starts, so that what is wrong with it is one line.

No ScrapyCommand may be defined here: see `_shared.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

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
        return loop.run_until_complete(reached(settings))
    finally:
        loop.close()


async def reached(settings: Mapping[str, Any]) -> Status:
    """The same, within a running loop."""
    try:
        board = Board(settings["REDIS_URL"], prefix=settings["REDIS_PREFIX"], me="status", lease=1.0)
    except ValueError as error:
        raise CommandError(f"REDIS_URL: {error}", BAD_INPUT) from error
    try:
        return await asyncio.wait_for(board.status(), PATIENCE)
    except RedisError as error:
        raise CommandError(f"Redis can't be used ({in_words(error)}). {what_helps(error, str(settings['REDIS_URL']))}") from error
    finally:
        await board.close()


def in_words(error: BaseException) -> str:
    return str(error).strip().rstrip(".") or "no answer in time"


def what_helps(error: BaseException, url: str) -> str:
    """The password that `url` may hold is not repeated."""
    said = str(error).lower()
    safe = url.startswith("rediss:")
    if "certificate" in said:
        return "Its certificate is from nobody that this machine trusts: name the file of its authority, rediss://…?ssl_ca_certs=/path/to/ca.pem"
    if "password" in said or "auth" in said:
        return "Give the password: REDIS_URL=redis://:PASSWORD@host:6379/0, in the settings file of the folder or in the environment of the service"
    if safe and isinstance(error, TimeoutError):
        return "rediss:// speaks TLS. If that server doesn't: redis://host:6379/0"
    if not safe and ("closed by server" in said or "reset" in said):
        return "It hung up: if it speaks TLS, say rediss://host:6379/0"
    return "Start it, or say where it is: -s REDIS_URL=redis://host:6379/0"
