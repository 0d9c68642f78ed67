"""The board in Redis on which work is handed out and results are handed in. The only module that knows its keys."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from prospector.distributed import scripts
from prospector.distributed.extra import AsyncRedis, RedisError, need_redis

logger = logging.getLogger(__name__)

T = TypeVar("T")
Lease = Literal["work", "turn"]
Kind = Literal["page", "check"]
KINDS: tuple[Kind, ...] = ("page", "check")
WISH = 2.0  # seconds that a wish for another's turn holds, unless it is repeated
HEARD_IN = 0.5  # seconds in which a task that is cancelled ends
TRY_AGAIN = 0.2  # seconds between two attempts while Redis is away
SOME = 200  # jobs of a host that are fetched at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A page or a target to ask for. `told`: headers of a page, anchors and fragments of a target."""

    kind: Kind
    url: str
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a renewal says of a host."""

    mine: bool
    wanted: bool  # by another, for a request of its own
    pages: int
    checks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a worker handed in."""

    entry: str  # its number in the stream
    kind: Kind
    url: str
    found: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What stands on the board."""

    pages: int
    checks: int
    results: int
    hosts: Mapping[str, int]  # worker → hosts whose jobs are its own
    ingest: bool  # somebody takes the results


async def put_an_end_to(task: asyncio.Task[None]) -> None:
    """Cancel until it is heard: a client library may take a cancellation for its own."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=HEARD_IN)


class Board:
    """me: this process, as others know it; lease: seconds."""

    def __init__(self, url: str, *, prefix: str, me: str, lease: float) -> None:
        need_redis()
        self._redis = AsyncRedis.from_url(url, decode_responses=True, socket_timeout=10, socket_connect_timeout=5)
        self._prefix = prefix
        self.me = me
        self.lease = lease

    @property
    def _lease(self) -> int:
        return round(self.lease * 1000)

    def outlast(self, timeout: float) -> None:
        """A lease must be longer than a request may take."""
        self.lease = max(self.lease, 1.5 * timeout + 1)

    def key(self, name: str) -> str:
        return f"{self._prefix}:{name}"

    async def close(self) -> None:
        await self._redis.aclose()

    async def persistently(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do it, however long Redis is away. Only for what may be done twice."""
        told = False
        while True:
            try:
                return await work()
            except RedisError as error:
                if not told:
                    logger.warning("Redis does not answer (%s). Waiting for it.", str(error).strip() or type(error).__name__)
                told = True
                await asyncio.sleep(TRY_AGAIN)

    # -- leases ------------------------------------------------------------------------------------------------------------

    async def take(self, number: int) -> list[str]:
        """At most that many hosts with jobs that nobody is at; they are mine from now on."""
        keys = [self._scores("work"), self._owners("work")]
        hosts: list[str] = await self._run(
            scripts.TAKE, keys, [self.me, self._lease, number, self.jobs("page", ""), self.jobs("check", "")]
        )
        return hosts

    async def claim_turn(self, host: str) -> bool:
        """The right to send requests to a host; False while another has it, who hears of the wish."""
        keys = [self._scores("turn"), self._owners("turn"), self.key("wanted")]
        return bool(await self._run(scripts.CLAIM, keys, [self.me, self._lease, host, round(WISH * 1000)]))

    async def renew(self, lease: Lease, hosts: Sequence[str]) -> dict[str, Held]:
        if not hosts:
            return {}
        keys = [self._scores(lease), self._owners(lease), self.key("wanted")]
        told = await self._run(scripts.RENEW, keys, [self.me, self._lease, self.jobs("page", ""), self.jobs("check", ""), *hosts])
        return {
            host: Held(mine=bool(mine), wanted=bool(wanted), pages=pages, checks=checks)
            for host, (mine, wanted, pages, checks) in zip(hosts, told, strict=True)
        }

    async def release(self, lease: Lease, host: str, *, after: float = 0.0) -> None:
        """:param after: seconds until another may have it."""
        await self._run(scripts.RELEASE, [self._scores(lease), self._owners(lease)], [self.me, host, round(after * 1000)])

    async def sit(self) -> bool:
        """Take, or keep, the one seat of an ingest; False while another has it."""
        return bool(await self._run(scripts.SEAT, [self.key("ingest")], [self.me, self._lease]))

    async def leave(self) -> None:
        await self._redis.delete(self.key("ingest"))

    # -- jobs --------------------------------------------------------------------------------------------------------------

    async def hand_out(self, jobs: Iterable[tuple[str, Job]]) -> None:
        """Jobs, each with its host. One that is on the board already stays as it is."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for host, job in jobs:
                pipe.hsetnx(self.jobs(job.kind, host), job.url, json.dumps(dict(job.told)))
                pipe.zadd(self._scores("work"), {host: 0}, nx=True)
            await pipe.execute()

    async def some(self, kind: Kind, host: str) -> list[Job]:
        """Some of a host's jobs: they stay on the board until they are done."""
        found = await self._redis.hrandfield(self.jobs(kind, host), SOME, withvalues=True)
        flat: list[str] = [text for pair in found for text in pair] if found and isinstance(found[0], list | tuple) else list(found or ())
        return [Job(kind=kind, url=url, told=json.loads(told)) for url, told in zip(flat[::2], flat[1::2], strict=True)]

    async def done(self, host: str, kind: Kind, url: str, found: Mapping[str, Any]) -> bool:
        """Hand in what came of a job. False: the host is another's by now, or it was handed in before."""
        keys = [self._owners("work"), self.jobs(kind, host), self.key("results")]
        return bool(await self._run(scripts.DONE, keys, [self.me, host, kind, url, json.dumps(found)]))

    async def clear(self) -> None:
        """Take all jobs off the board."""
        for kind in KINDS:
            async for key in self._redis.scan_iter(match=self.jobs(kind, "*"), count=1000):
                await self._redis.unlink(key)

    # -- results -----------------------------------------------------------------------------------------------------------

    async def results(self, *, after: str, wait: float) -> list[Result]:
        """Results behind an entry of the stream, oldest first, some at a time. wait: seconds, when there is none."""
        found = await self._redis.xread({self.key("results"): after}, count=500, block=max(1, round(wait * 1000)))
        entries = found[0][1] if isinstance(found, list) and found else next(iter(found.values()))[0] if found else []
        return [Result(entry=entry, kind=one["kind"], url=one["url"], found=json.loads(one["found"])) for entry, one in entries]

    async def forget(self, entries: Sequence[str]) -> None:
        """Results that are in the database, or that nobody wants."""
        if entries:
            await self._redis.xdel(self.key("results"), *entries)

    # -- what all must know --------------------------------------------------------------------------------------------------

    async def tell(self, manners: Mapping[str, Any]) -> None:
        """How workers are to ask: as whom, how often."""
        await self._redis.set(self.key("manners"), json.dumps(dict(manners), sort_keys=True))

    async def manners(self) -> dict[str, Any] | None:
        told = await self._redis.get(self.key("manners"))
        return None if told is None else dict(json.loads(told))

    async def status(self) -> Status:
        numbers: dict[str, int] = {}
        for kind in KINDS:
            keys = [key async for key in self._redis.scan_iter(match=self.jobs(kind, "*"), count=1000)]
            numbers[kind] = sum([await self._redis.hlen(key) for key in keys])
        owners = await self._redis.hgetall(self._owners("work"))
        hosts: dict[str, int] = {}
        for owner in owners.values():
            hosts[owner] = hosts.get(owner, 0) + 1
        return Status(
            pages=numbers["page"],
            checks=numbers["check"],
            results=await self._redis.xlen(self.key("results")),
            hosts=hosts,
            ingest=bool(await self._redis.exists(self.key("ingest"))),
        )

    def jobs(self, kind: Kind, host: str) -> str:
        return self.key(f"jobs:{kind}:{host}")

    def _scores(self, lease: Lease) -> str:
        return self.key(f"{lease}:free-from")

    def _owners(self, lease: Lease) -> str:
        return self.key(f"{lease}:owners")

    async def _run(self, script: str, keys: Sequence[str], values: Sequence[Any]) -> Any:
        return await self._redis.eval(script, len(keys), *keys, *values)
