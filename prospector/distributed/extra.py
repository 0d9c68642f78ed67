"""The libraries of the extra `redis`, and what to say where they are missing."""

from __future__ import annotations

from typing import Any

try:
    from redis.asyncio import Redis
    from redis.exceptions import ConnectionError as _Lost
    from redis.exceptions import ResponseError as _Refused
    from redis.exceptions import TimeoutError as _Late
except ImportError:  # the extra is not installed
    AsyncRedis: Any = None
    RedisError: tuple[type[Exception], ...] = ()
else:
    AsyncRedis = Redis
    # a server that has just been started answers with an error until its data is loaded
    RedisError = (_Lost, _Late, _Refused, OSError)

MISSING = 'This needs the extra "redis": pip install "prospector[redis]", here and on every machine that works with it.'


class NoRedisError(Exception):
    """The extra is missing; the message says how to get it."""


def need_redis() -> None:
    """Raises NoRedisError where the extra is not installed."""
    if AsyncRedis is None:
        raise NoRedisError(MISSING)
