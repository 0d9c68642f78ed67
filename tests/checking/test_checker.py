"""The queue of checks: every target once, hosts in turns, nobody held up by a slow host."""

import asyncio
from datetime import UTC, datetime

import pytest

from prospector.checking.checker import MOMENT, MOST, Checker
from prospector.checking.gate import Gate
from prospector.checking.observe import Look, Wanted
from prospector.items import Observation, Outcome, VerdictKind
from prospector.verdicts.judge import judge
from prospector.verdicts.policy import Policy

NOW = datetime(2026, 1, 5, tzinfo=UTC)


class World:
    """Answers every target after a while that its host decides."""

    def __init__(self, gate: Gate, *, seconds: dict[str, float] | None = None) -> None:
        self.gate = gate
        self.seconds = seconds or {}
        self.under_way = self.most = 0
        self.asked: list[str] = []

    async def observe(self, wanted: Wanted) -> Look:
        host = wanted.url.split("/")[2]
        async with self.gate.turn(host):
            self.asked.append(wanted.url)
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            await asyncio.sleep(self.seconds.get(host, 0))
            self.under_way -= 1
        seen = Observation(target_url=wanted.url, observed_at=NOW, outcome=Outcome.ANSWERED, status=200)
        return Look(target_url=wanted.url, observations=(seen,))


async def all_results(checker: Checker, number: int) -> list[str]:
    found: list[str] = []
    async for look in checker.results():
        found.append(look.target_url)
        if len(found) == number:
            break
    return found


@pytest.fixture
async def gate() -> Gate:
    return Gate(limit=1, delay=0)


async def test_every_target_is_checked_once_and_no_more_than_the_limit_at_a_time(gate: Gate) -> None:
    world = World(gate)
    checker = Checker(world.observe, gate, concurrency=5, per_host=1, now=lambda: NOW)
    urls = [f"http://h{number % 30}.test/{number}" for number in range(300)]
    for url in urls:
        await checker.put(Wanted(url=url))
    assert sorted(await all_results(checker, 300)) == sorted(urls)
    assert sorted(world.asked) == sorted(urls)
    assert world.most <= 5
    assert checker.outstanding == 0
    await checker.close()


async def test_a_slow_host_with_many_targets_does_not_hold_up_the_others(gate: Gate) -> None:
    world = World(gate, seconds={"slow.test": 0.05})
    checker = Checker(world.observe, gate, concurrency=3, per_host=1, now=lambda: NOW)
    for number in range(20):
        await checker.put(Wanted(url=f"http://slow.test/{number}"))
    for number in range(100):
        await checker.put(Wanted(url=f"http://h{number}.test/"))
    first = await all_results(checker, 101)
    assert sum("slow.test" in url for url in first) <= 3
    await checker.close()


async def test_a_host_that_must_wait_is_taken_up_when_its_time_comes() -> None:
    gate = Gate(limit=1, delay=0.02)
    world = World(gate)
    checker = Checker(world.observe, gate, concurrency=4, per_host=1, now=lambda: NOW)
    for number in range(4):
        await checker.put(Wanted(url=f"http://a.test/{number}"))
    assert len(await asyncio.wait_for(all_results(checker, 4), 2)) == 4
    await checker.close()


async def test_results_end_when_told_to(gate: Gate) -> None:
    world = World(gate)
    checker = Checker(world.observe, gate, concurrency=2, per_host=1, now=lambda: NOW)
    await checker.put(Wanted(url="http://a.test/"))
    found = []
    async for look in checker.results():
        found.append(look.target_url)
        if not checker.outstanding:
            checker.finish()
    assert found == ["http://a.test/"]
    await checker.close()


async def test_put_waits_while_too_much_is_pending(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prospector.checking.checker.MAX_PENDING", 3)
    world = World(gate, seconds={"a.test": 0.005})
    checker = Checker(world.observe, gate, concurrency=1, per_host=1, now=lambda: NOW)

    async def feed() -> None:
        for number in range(12):
            await checker.put(Wanted(url=f"http://a.test/{number}"))
            assert checker.waiting <= 3

    feeding = asyncio.ensure_future(feed())
    assert len(await all_results(checker, 12)) == 12
    await feeding
    await checker.close()


async def test_the_progress_line_learns_which_host_is_slowest(gate: Gate) -> None:
    checker = Checker(World(gate, seconds={"a.test": 1}).observe, gate, concurrency=1, per_host=1, now=lambda: NOW)
    for number in range(5):
        await checker.put(Wanted(url=f"http://a.test/{number}"))
    await checker.put(Wanted(url="http://b.test/"))
    assert checker.slowest() == ("a.test", 5)
    await checker.close()


async def test_a_mistake_of_our_own_costs_one_target_a_look_that_says_nothing(gate: Gate, caplog: pytest.LogCaptureFixture) -> None:
    world = World(gate)

    async def observe(wanted: Wanted) -> Look:
        if wanted.url.endswith("/3"):
            raise ZeroDivisionError("a bug")
        return await world.observe(wanted)

    checker = Checker(observe, gate, concurrency=2, per_host=1, now=lambda: NOW)
    for number in range(8):
        await checker.put(Wanted(url=f"http://h.test/{number}"))
    looks = {}
    async with asyncio.timeout(5):
        async for look in checker.results():
            looks[look.target_url] = look.observations
            if not checker.outstanding:
                checker.finish()
    assert len(looks) == 8
    (broken,) = looks["http://h.test/3"]
    assert (broken.outcome, broken.detail) == (Outcome.OUR_ERROR, "ZeroDivisionError('a bug')")
    assert judge([broken], Policy(), now=NOW).kind is VerdictKind.UNKNOWN
    assert "Could not check http://h.test/3, by a mistake of this program" in caplog.text


async def test_what_was_looked_at_is_not_lost_when_nobody_reads_and_it_is_closed(gate: Gate) -> None:
    world = World(gate)
    checker = Checker(world.observe, gate, concurrency=3, per_host=3, now=lambda: NOW)
    for number in range(40):
        await checker.put(Wanted(url=f"http://h{number}.test/"))
    while checker.under_way < 3 or checker.checked < 9:  # noqa: ASYNC110 - it has no event for it
        await asyncio.sleep(0)
    unread = await checker.close()
    assert len({look.target_url for look in unread}) == len(unread) == checker.checked == 9
    assert await checker.close() == []


async def test_looks_come_by_the_handful_and_one_that_nobody_asks_for_is_not_lost(gate: Gate) -> None:
    checker = Checker(World(gate).observe, gate, concurrency=64, per_host=4, now=lambda: NOW)
    urls = [f"http://h{number}.test/" for number in range(120)]
    for url in urls:
        await checker.put(Wanted(url=url))
    sizes = []
    async for looks in checker.handfuls():
        sizes.append(len(looks))
        if not checker.outstanding:
            checker.finish()
    assert sum(sizes) == 120
    assert len(sizes) < 120 / 2
    assert max(sizes) <= MOST
    await checker.put(Wanted(url="http://last.test/"))
    handful = asyncio.ensure_future(anext(checker.handfuls()))
    await asyncio.sleep(MOMENT)  # it is being gathered
    assert checker.outstanding == 1
    handful.cancel()
    assert [look.target_url for look in await checker.close()] == ["http://last.test/"]
