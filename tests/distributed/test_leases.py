"""Gates of several processes at one Redis: whatever asks, a host hears from one at a time and at the pace of one."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from prospector.checking.failures import Failed
from prospector.distributed.board import Board, Done, Job
from prospector.distributed.leases import LeasedGate
from prospector.distributed.robots import SharedRobots
from prospector.items import Outcome
from tests.redis_server import RedisServer

HOST = "busy.test"
DELAY = 0.1  # seconds
EACH = 6  # requests


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    async with RedisServer(tmp_path / "redis") as server:
        yield server


@pytest.fixture
async def boards(redis: RedisServer) -> AsyncIterator[list[Board]]:
    """Two campaigns, one of them with two processes."""
    made = [Board(redis.url, prefix=prefix, me=f"process {n}", lease=5.0) for n, prefix in enumerate(["one", "one", "two"])]
    yield made
    for board in made:
        await board.close()


async def test_gates_of_several_processes_and_campaigns_let_one_in_at_a_time_at_the_pace_of_one(boards: list[Board]) -> None:
    clock = asyncio.get_running_loop().time
    gates = [LeasedGate(board, limit=2, delay=DELAY, spare=1.0) for board in boards]
    began: list[tuple[float, int]] = []
    inside: set[int] = set()

    async def ask(n: int) -> None:
        async with gates[n].turn(HOST):
            began.append((clock(), n))
            inside.add(n)
            assert inside == {n}
            await asyncio.sleep(0.03)
            inside.discard(n)

    await asyncio.gather(*(ask(n) for n in range(len(gates)) for _ in range(EACH)))
    for gate in gates:
        await gate.close()
    assert {n for _, n in began} == {0, 1, 2}
    assert len(began) == len(gates) * EACH
    gaps = [after[0] - before[0] for before, after in pairwise(began)]
    assert min(gaps) >= DELAY - 0.005  # Redis counts in milliseconds


async def test_a_pause_that_a_host_asked_for_holds_for_others(boards: list[Board]) -> None:
    clock = asyncio.get_running_loop().time
    one, other = (LeasedGate(board, limit=1, delay=0.0, spare=1.0) for board in (boards[0], boards[2]))
    async with one.turn(HOST):
        began = clock()
        one.too_many(HOST, 0.8)
    async with other.turn(HOST):
        assert clock() - began >= 0.75
    await one.close()
    await other.close()


async def test_turns_that_were_over_long_ago_are_forgotten(boards: list[Board]) -> None:
    board = boards[0]
    for n in range(20):
        assert await board.claim_turn(f"host{n}.test")
        await board.release("turn", f"host{n}.test", after=-7200.0 if n % 2 else 0.0)
    await board.sweep()
    assert await board._redis.zcard(board._scores("turn")) == 10


async def test_robots_is_asked_for_once_however_many_want_it(boards: list[Board]) -> None:
    asked: list[str] = []

    async def fetch(url: str) -> tuple[int, bytes]:
        asked.append(url)
        await asyncio.sleep(0.2)
        return 200, b"User-agent: *\nDisallow: /private\n"

    fetches = [SharedRobots(board, fetch) for board in boards]
    said = await asyncio.gather(*(fetch("http://busy.test/robots.txt") for fetch in fetches))
    assert said == [(200, b"User-agent: *\nDisallow: /private\n")] * 3
    assert asked == ["http://busy.test/robots.txt"]
    assert 0 < await boards[0]._redis.pttl("prospector-common:robots:http://busy.test/robots.txt") <= 12 * 3600 * 1000


async def test_what_failed_is_asked_again_by_another(boards: list[Board]) -> None:
    async def lost(_: str) -> tuple[int, bytes]:
        await asyncio.sleep(0.05)
        raise Failed(Outcome.TIMED_OUT, "nothing came")

    async def there(_: str) -> tuple[int, bytes]:
        return 404, b""

    one, other = SharedRobots(boards[0], lost), SharedRobots(boards[1], there)
    results = await asyncio.gather(one("http://x.test/robots.txt"), other("http://x.test/robots.txt"), return_exceptions=True)
    assert isinstance(results[0], Failed) or results[0] == (404, b"")
    assert results[1] == (404, b"")


async def test_a_server_that_is_not_well_is_asked_again_soon(boards: list[Board]) -> None:
    async def ill(_: str) -> tuple[int, bytes]:
        return 503, b""

    assert await SharedRobots(boards[0], ill)("http://x.test/robots.txt") == (503, b"")
    assert await boards[0]._redis.pttl("prospector-common:robots:http://x.test/robots.txt") <= 600_000


async def test_that_there_is_no_robots_txt_holds_for_an_hour(boards: list[Board]) -> None:
    async def turned_away(_: str) -> tuple[int, bytes]:
        return 403, b""

    assert await SharedRobots(boards[0], turned_away)("http://x.test/robots.txt") == (403, b"")
    assert 0 < await boards[0]._redis.pttl("prospector-common:robots:http://x.test/robots.txt") <= 3_600_000


@pytest.mark.parametrize("damaged", ["", "two hundred", "200 %%%", "200 AAAA"])
async def test_a_damaged_entry_is_asked_for_anew(boards: list[Board], damaged: str) -> None:
    async def fetch(_: str) -> tuple[int, bytes]:
        return 200, b"User-agent: *"

    await boards[0]._redis.set("prospector-common:robots:http://x.test/robots.txt", damaged)
    for board in boards[:2]:
        assert await SharedRobots(board, fetch)("http://x.test/robots.txt") == (200, b"User-agent: *")
    assert await boards[1].robots("http://x.test/robots.txt") == (200, b"User-agent: *")
    await boards[0]._redis.hset("prospector-common:look:x", "look", damaged)
    assert await boards[0].fresh_looks(["x"]) == {}


async def shared(board: Board, number: int) -> None:
    url = f"http://{HOST}/{number}"
    await board.hand_out([(HOST, Job(kind="check", url=url, told={}))])
    await board.take(1)
    noise = "".join(random.Random(number).choices("0123456789abcdef", k=2000))
    assert await board.done([Done(host=HOST, kind="check", url=url, found={"n": number, "noise": noise}, common=f"look {number}")]) == [
        True
    ]


async def test_shared_looks_take_only_so_much_and_the_oldest_go(boards: list[Board], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prospector.distributed.board.MOST_SHARED_TOGETHER", 10_000)
    for number in (*range(9), 8):
        await shared(boards[0], number)
    there = await boards[2].fresh_looks([f"look {number}" for number in range(9)])
    kept = sorted(look["n"] for look in there.values())
    assert kept == list(range(9 - len(kept), 9))
    assert 3 <= len(kept) < 9
    redis = boards[0]._redis
    sizes = await redis.hvals("prospector-common:looks-sizes")
    assert len(sizes) == await redis.zcard("prospector-common:looks") == len(kept)
    assert sum(map(int, sizes)) == int(await redis.get("prospector-common:looks-size")) <= 10_000
    assert await redis.pttl("prospector-common:looks") > 0


async def test_without_redis_each_asks_for_itself(redis: RedisServer, boards: list[Board]) -> None:
    async def fetch(_: str) -> tuple[int, bytes]:
        return 200, b"for me"

    await redis.kill()
    assert await SharedRobots(boards[0], fetch)("http://x.test/robots.txt") == (200, b"for me")
