"""The board in Redis on which work is handed out and results are handed in. The only module that knows its keys."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import zlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
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
SWEPT = 50  # hosts that are forgotten at a time
COMMON = "prospector-common"  # begins the keys that all campaigns share: a host is one process's at a time, whichever campaign asks
ROBOTS_KEPT = 12 * 3600.0  # seconds; each process may remember it as long: together the day of RFC 9309, 2.4
ROBOTS_FAULT_KEPT = 600.0  # the same for an answer that says "not now"
ROBOTS_NONE_KEPT = 3600.0  # the same for one that says "there is none", as a server may that turns this machine alone away
LOOK_KEPT = 3600.0  # seconds in which a look of one campaign may spare another the request
SITS_FOR = 24 * 3600.0  # seconds for which a campaign counts as one that may want the looks of others
MOST_UNPACKED = 16 * 1024 * 1024
MOST_SHARED = 64 * 1024  # bytes of a look that is kept for others
MOST_SHARED_TOGETHER = 64 * 1024 * 1024  # bytes of all of them; then the oldest go
DAMAGED = (ValueError, zlib.error, RecursionError)  # what reading raises when Redis gives back something else than was put in


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A page or a target to ask for. `told`: headers of a page, anchors and fragments of a target."""

    kind: Kind
    url: str
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of a job. common: a name under which other campaigns may find it too; "": it is of no use to them."""

    host: str
    kind: Kind
    url: str
    found: Mapping[str, Any]
    common: str = ""


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


def common(name: str) -> str:
    """A key that all campaigns share."""
    return f"{COMMON}:{name}"


def packed(text: str | bytes) -> str:
    return base64.b64encode(zlib.compress(text.encode() if isinstance(text, str) else text, 4)).decode("ascii")


def unpacked(text: str) -> bytes:
    """Raises one of DAMAGED."""
    unpacking = zlib.decompressobj()
    found = unpacking.decompress(base64.b64decode(text, validate=True), MOST_UNPACKED)
    if not unpacking.eof and len(found) < MOST_UNPACKED:
        raise ValueError("it ends too early")
    return found


def _look(small: str | None) -> dict[str, Any] | None:
    """None: there is none, or it is damaged."""
    try:
        look = json.loads(unpacked(small)) if small else None
    except DAMAGED:
        return None
    return look if isinstance(look, dict) else None


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

    async def take(self, number: int) -> dict[str, tuple[int, int]]:
        """At most that many hosts with jobs that nobody is at, each with how many pages and checks; they are mine from now on."""
        keys = [self._scores("work"), self._owners("work")]
        told = await self._run(scripts.TAKE, keys, [self.me, self._lease, number, self.jobs("page", ""), self.jobs("check", "")])
        return {host: (pages, checks) for host, pages, checks in told}

    async def claim_turn(self, host: str) -> bool:
        """The right to send requests to a host; False while another has it, who hears of the wish."""
        return bool(await self._run(scripts.CLAIM, self._turns, [self._who("turn"), self._lease, host, round(WISH * 1000)]))

    async def sweep(self) -> None:
        """Forget turns that were over long ago."""
        await self._run(scripts.SWEEP, self._turns, [SWEPT])

    async def renew(self, lease: Lease, hosts: Sequence[str]) -> dict[str, Held]:
        if not hosts:
            return {}
        keys = [self._scores(lease), self._owners(lease), self._wishes]
        told = await self._run(scripts.RENEW, keys, [self._who(lease), self._lease, self.jobs("page", ""), self.jobs("check", ""), *hosts])
        return {
            host: Held(mine=bool(mine), wanted=bool(wanted), pages=pages, checks=checks)
            for host, (mine, wanted, pages, checks) in zip(hosts, told, strict=True)
        }

    async def release(self, lease: Lease, host: str, *, after: float = 0.0) -> None:
        """:param after: seconds until another may have it."""
        await self._run(scripts.RELEASE, [self._scores(lease), self._owners(lease)], [self._who(lease), host, round(after * 1000)])

    async def sit(self) -> bool:
        """Take, or keep, the one seat of an ingest; False while another has it."""
        values = [self.me, self._lease, self._prefix, round(SITS_FOR * 1000)]
        return bool(await self._run(scripts.SEAT, [self.key("ingest"), common("campaigns")], values))

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

    async def done(self, jobs: Sequence[Done]) -> list[bool]:
        """Hand in what came of jobs. False: the host is another's by now, or it was handed in before."""
        texts = [json.dumps(job.found) for job in jobs]
        async with self._redis.pipeline(transaction=False) as pipe:
            for job, text in zip(jobs, texts, strict=True):
                keys = [self._owners("work"), self.jobs(job.kind, job.host), self.key("results")]
                pipe.eval(scripts.DONE, len(keys), *keys, self.me, job.host, job.kind, job.url, text)
            handed = [bool(one) for one in await pipe.execute()]
        async with self._redis.pipeline(transaction=False) as pipe:
            for job, text in zip(jobs, texts, strict=True):
                if job.common and len(small := packed(text)) <= MOST_SHARED:
                    keys = [common(name) for name in (f"look:{job.common}", "looks", "looks-sizes", "looks-size")]
                    pipe.eval(scripts.SHARE, len(keys), *keys, small, self._prefix, round(LOOK_KEPT * 1000), MOST_SHARED_TOGETHER)
            with suppress(*RedisError):  # what was handed in is safe; others may ask for themselves
                await pipe.execute()
        return handed

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

    # -- what spares others a request ----------------------------------------------------------------------------------------

    async def other_campaigns(self) -> bool:
        """Whether another campaign was at work here in the last day."""
        return bool(await self._redis.zcard(common("campaigns")) > 1)

    async def fresh_looks(self, names: Sequence[str]) -> dict[str, dict[str, Any]]:
        """By their common names: looks that another campaign had made in the last hour, each given to this one once."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.eval(scripts.FRESH, 1, common(f"look:{name}"), self._prefix)
            found = await pipe.execute()
        return {name: look for name, small in zip(names, found, strict=True) if (look := _look(small)) is not None}

    async def robots(self, url: str) -> tuple[int, bytes] | Literal["ask", "wait"]:
        """What a robots.txt said to any process, status and body; or whether to ask for it, or to wait for another that does."""
        values = [self._who("turn"), self._lease]
        said = await self._run(scripts.ROBOTS, [common(f"robots:{url}"), common(f"robots-asked:{url}")], values)
        if not said:
            return "wait" if said is None else "ask"
        status, _, body = said.partition(" ")
        try:
            return int(status), unpacked(body)
        except DAMAGED:
            await self._redis.delete(common(f"robots:{url}"))
            return await self.robots(url)

    async def robots_said(self, url: str, answer: tuple[int, bytes] | None) -> None:
        """For all processes, for a while. None: nothing came, another may ask."""
        async with self._redis.pipeline(transaction=True) as pipe:
            if answer is not None:
                status, body = answer
                seconds = ROBOTS_FAULT_KEPT if status >= 500 or status == 429 else ROBOTS_NONE_KEPT if status >= 400 else ROBOTS_KEPT
                pipe.set(common(f"robots:{url}"), f"{status} {packed(body)}", px=round(seconds * 1000))
            pipe.delete(common(f"robots-asked:{url}"))
            await pipe.execute()

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

    def _who(self, lease: Lease) -> str:
        """Campaigns share turns, and two may have a process of the same name."""
        return self.me if lease == "work" else f"{self._prefix}/{self.me}"

    def _scores(self, lease: Lease) -> str:
        return (self.key if lease == "work" else common)(f"{lease}:free-from")

    def _owners(self, lease: Lease) -> str:
        return (self.key if lease == "work" else common)(f"{lease}:owners")

    @property
    def _wishes(self) -> str:
        return common("wanted")

    @property
    def _turns(self) -> list[str]:
        return [self._scores("turn"), self._owners("turn"), self._wishes]

    async def _run(self, script: str, keys: Sequence[str], values: Sequence[Any]) -> Any:
        return await self._redis.eval(script, len(keys), *keys, *values)
