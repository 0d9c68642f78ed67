"""One gate per host: spacing, limits, pauses, stops. Time is real but short; what is asserted is order and least distance."""

import asyncio
from itertools import pairwise
from time import monotonic

import pytest

from prospector.checking.gate import MAX_PAUSE, Gate, HostStoppedError


async def starts(gate: Gate, host: str, number: int) -> list[float]:
    """The times at which that many turns at once began."""
    began: list[float] = []

    async def one() -> None:
        async with gate.turn(host):
            began.append(monotonic())

    await asyncio.gather(*(one() for _ in range(number)))
    return began


async def test_requests_to_one_host_start_no_closer_than_the_delay() -> None:
    began = await starts(Gate(limit=5, delay=0.02), "a.test", 5)
    assert all(later - earlier >= 0.019 for earlier, later in pairwise(began))


async def test_hosts_do_not_wait_for_each_other() -> None:
    gate = Gate(limit=1, delay=5.0)
    began = [*(await starts(gate, "a.test", 1)), *(await starts(gate, "b.test", 1))]
    assert began[1] - began[0] < 5.0


async def test_no_more_than_the_limit_are_under_way_on_one_host() -> None:
    gate = Gate(limit=2, delay=0)
    under_way = most = 0

    async def one() -> None:
        nonlocal under_way, most
        async with gate.turn("a.test"):
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0.001)
            under_way -= 1

    await asyncio.gather(*(one() for _ in range(20)))
    assert most == 2


async def test_pages_go_before_checks_that_wait() -> None:
    gate = Gate(limit=1, delay=0)
    order: list[str] = []

    async def one(name: str, *, urgent: bool) -> None:
        async with gate.turn("a.test", urgent=urgent):
            order.append(name)
            await asyncio.sleep(0.001)

    first = asyncio.ensure_future(one("first", urgent=False))
    await asyncio.sleep(0)
    checks = [asyncio.ensure_future(one("check", urgent=False)) for _ in range(3)]
    await asyncio.sleep(0)
    page = asyncio.ensure_future(one("page", urgent=True))
    await asyncio.gather(first, page, *checks)
    assert order == ["first", "page", "check", "check", "check"]


async def test_a_cancelled_wait_does_not_lose_the_turn() -> None:
    gate = Gate(limit=1, delay=0)
    async with gate.turn("a.test"):
        waits = asyncio.ensure_future(starts(gate, "a.test", 1))
        await asyncio.sleep(0)
        waits.cancel()
        await asyncio.gather(waits, return_exceptions=True)
    assert len(await asyncio.wait_for(starts(gate, "a.test", 1), 1)) == 1


async def test_a_turn_granted_to_a_task_that_is_cancelled_in_that_moment_goes_on() -> None:
    gate = Gate(limit=1, delay=0)

    async def hold() -> None:
        async with gate.turn("a.test"):
            await asyncio.sleep(0.01)

    holder = asyncio.ensure_future(hold())
    await asyncio.sleep(0)
    waits = asyncio.ensure_future(hold())
    await asyncio.sleep(0)
    holder.cancel()
    asyncio.get_running_loop().call_soon(waits.cancel)
    await asyncio.gather(holder, waits, return_exceptions=True)
    assert gate.lane("a.test").active == 0


async def test_the_first_429_pauses_a_host_and_the_second_stops_it() -> None:
    gate = Gate(limit=1, delay=0)
    gate.too_many("a.test", 0.03)
    before = monotonic()
    await starts(gate, "a.test", 1)
    assert monotonic() - before >= 0.029
    gate.too_many("a.test", 0.03)
    assert gate.stopped("a.test")
    with pytest.raises(HostStoppedError, match="twice"):
        await starts(gate, "a.test", 1)


async def test_who_waits_when_a_host_is_stopped_is_told() -> None:
    gate = Gate(limit=1, delay=0)
    async with gate.turn("a.test"):
        waits = asyncio.ensure_future(starts(gate, "a.test", 1))
        await asyncio.sleep(0)
        gate.too_many("a.test", MAX_PAUSE + 1)
        with pytest.raises(HostStoppedError, match="come back"):
            await waits


async def test_a_crawl_delay_is_kept_from_now_on() -> None:
    gate = Gate(limit=5, delay=0)
    gate.slow_down("a.test", 0.02)
    before = monotonic()
    began = await starts(gate, "a.test", 3)
    assert began[0] - before >= 0.019
    assert began[2] - began[0] >= 0.039


async def test_idle_hosts_are_forgotten_and_stopped_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prospector.checking.gate.FORGET_ABOVE", 10)
    gate = Gate(limit=1, delay=0)
    gate.too_many("bad.test", MAX_PAUSE + 1)
    for number in range(50):
        await starts(gate, f"{number}.test", 1)
    assert len(gate._lanes) <= 12
    assert gate.stopped("bad.test")
