"""Our own outage: a run of failures asks the canaries; what failed while they are silent too is nobody's death."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from prospector.checking.checker import Checker
from prospector.checking.gate import Gate
from prospector.checking.observe import Look, Wanted
from prospector.checking.outage import Connectivity, Patience, connectivity_of
from prospector.items import Hop, Observation, Outcome, VerdictKind
from prospector.verdicts.judge import judge
from prospector.verdicts.policy import Policy
from tests.checking.conftest import MakeNetwork
from tests.misbehaving_site import MisbehavingSite

NOW = datetime(2026, 1, 5, tzinfo=UTC)
QUICK = Patience(hosts=3, hold=0.05, good_for=0.0, bad_for=10.0, again=0.01, at_most=5.0)


def look(host: str, outcome: Outcome = Outcome.REFUSED, *, hops: tuple[Hop, ...] = (), offline: bool = False) -> Look:
    url = f"http://{host}.test/"
    seen = Observation(target_url=url, observed_at=NOW, outcome=outcome, final_url=url, hops=hops, offline=offline)
    return Look(target_url=url, observations=(seen,))


class Web:
    """Canaries that answer or not, as `up` says, and how often they were asked."""

    def __init__(self, *, up: bool) -> None:
        self.up = up
        self.asked: list[str] = []

    async def ask(self, url: str) -> bool:
        self.asked.append(url)
        await asyncio.sleep(0)
        return self.up


MakeLine = Callable[..., Connectivity]


@pytest.fixture
async def make_line() -> AsyncIterator[MakeLine]:
    made: list[Connectivity] = []

    def make(web: Web, *, canaries: Iterable[str] = ("http://canary.test/",), **patience: float) -> Connectivity:
        line = Connectivity(tuple(canaries), web.ask, patience=replace(QUICK, **patience))  # type: ignore[arg-type]
        made.append(line)
        return line

    yield make
    for line in made:
        await line.close()


async def settled(line: Connectivity, *looks: Look) -> list[bool]:
    """For each of these, one after the other begun, whether it came out offline."""
    began = await line.up()
    out = await asyncio.wait_for(asyncio.gather(*(line.settle(one, began) for one in looks)), 5)
    return [any(seen.offline for seen in one.observations) for one in out]


async def test_a_run_of_failures_with_silent_canaries_is_our_own_outage(make_line: MakeLine) -> None:
    web = Web(up=False)
    line = make_line(web, hold=60.0)
    assert await settled(line, look("a"), look("b", Outcome.NO_HOST), look("c", Outcome.TIMED_OUT)) == [True, True, True]
    assert web.asked


async def test_a_run_of_failures_with_a_canary_that_answers_is_what_it_looks_like(make_line: MakeLine) -> None:
    web = Web(up=True)
    assert await settled(make_line(web, hold=60.0), look("a"), look("b"), look("c")) == [False, False, False]
    assert web.asked == ["http://canary.test/"]


async def test_one_canary_that_answers_is_enough(make_line: MakeLine) -> None:
    class One(Web):
        async def ask(self, url: str) -> bool:
            await super().ask(url)
            return "good" in url

    line = make_line(One(up=False), canaries=["http://bad.test/", "http://good.test/", "http://worse.test/"])
    assert await settled(line, look("a"), look("b"), look("c")) == [False, False, False]


async def test_fewer_failures_wait_for_an_answer_and_cost_no_canary(make_line: MakeLine) -> None:
    web = Web(up=False)
    line = make_line(web, hold=60.0)
    failing = asyncio.ensure_future(line.settle(look("a"), await line.up()))
    await asyncio.sleep(0.01)
    assert not failing.done()
    assert await settled(line, look("b", Outcome.ANSWERED)) == [False]
    assert not (await failing).observations[0].offline
    assert not web.asked


async def test_many_failures_of_one_host_are_not_a_run(make_line: MakeLine) -> None:
    web = Web(up=False)
    line = make_line(web, hold=60.0)
    failing = [asyncio.ensure_future(line.settle(look("a"), await line.up())) for _ in range(10)]
    await asyncio.sleep(0.01)
    assert not web.asked
    await settled(line, look("b", Outcome.ANSWERED))
    assert not any(seen.observations[0].offline for seen in await asyncio.gather(*failing))


async def test_when_nothing_else_is_going_on_the_canaries_are_asked_before_letting_go(make_line: MakeLine) -> None:
    assert await settled(make_line(Web(up=False)), look("a")) == [True]
    assert await settled(make_line(Web(up=True)), look("a")) == [False]


@pytest.mark.parametrize(
    "outcome", [Outcome.FORBIDDEN_BY_ROBOTS, Outcome.HOST_STOPPED, Outcome.ADDRESS_REFUSED, Outcome.BAD_URL, Outcome.GARBAGE]
)
async def test_what_says_nothing_about_the_network_goes_through_and_releases_nothing(make_line: MakeLine, outcome: Outcome) -> None:
    line = make_line(Web(up=False), hold=60.0)
    failing = asyncio.ensure_future(line.settle(look("a"), await line.up()))
    assert await settled(line, look("b", outcome)) == [False]
    await asyncio.sleep(0)
    assert not failing.done()
    failing.cancel()
    await asyncio.gather(failing, return_exceptions=True)


async def test_a_redirect_on_the_way_to_a_failure_is_an_answer(make_line: MakeLine) -> None:
    hops = (Hop(url="http://a.test/", status=301, location="http://b.test/"),)
    assert await settled(make_line(Web(up=False), hold=60.0), look("a", hops=hops)) == [False]


async def test_what_is_marked_already_is_left_alone(make_line: MakeLine) -> None:
    web = Web(up=False)
    assert await settled(make_line(web, hold=60.0), look("a", offline=True)) == [True]
    assert not web.asked


async def test_an_answer_always_counts(make_line: MakeLine) -> None:
    line = make_line(Web(up=False), again=10.0)
    began = await line.up()
    assert await settled(line, look("a"), look("b"), look("c")) == [True, True, True]
    assert not (await line.settle(look("d", Outcome.ANSWERED), began)).observations[0].offline


async def test_checking_waits_until_the_network_is_back(make_line: MakeLine, caplog: pytest.LogCaptureFixture) -> None:
    web = Web(up=False)
    line = make_line(web)
    await settled(line, look("a"), look("b"), look("c"))
    waits = asyncio.ensure_future(line.up())
    await asyncio.sleep(0.05)
    assert not waits.done()
    assert len(web.asked) > 1
    web.up = True
    await asyncio.wait_for(waits, 1)
    assert "our own network seems to be down" in caplog.text
    assert "The network is back" in caplog.text
    web.asked.clear()
    assert await settled(line, look("a"), look("b"), look("c")) == [False, False, False]


async def test_what_began_before_the_network_came_back_does_not_count(make_line: MakeLine) -> None:
    web = Web(up=False)
    line = make_line(web)
    began = await line.up()
    await settled(line, look("a"), look("b"), look("c"))
    during = await line.settle(look("d", Outcome.TIMED_OUT), began)
    web.up = True
    await asyncio.wait_for(line.up(), 1)
    after = await line.settle(look("e", Outcome.TIMED_OUT), began)
    assert during.observations[0].offline
    assert after.observations[0].offline


async def test_a_network_that_stays_away_is_not_waited_for_twice(make_line: MakeLine, caplog: pytest.LogCaptureFixture) -> None:
    web = Web(up=False)
    line = make_line(web, at_most=0.03, bad_for=0.05)
    await settled(line, look("a"), look("b"), look("c"))
    await asyncio.wait_for(line.up(), 1)
    asked = len(web.asked)
    assert await settled(line, look("d")) == [True]  # silence is believed for a while
    assert len(web.asked) == asked
    await asyncio.sleep(0.06)
    assert await settled(line, look("e"), look("f"), look("g")) == [True, True, True]
    assert len(web.asked) == asked + 1
    await asyncio.wait_for(line.up(), 0.01)
    assert caplog.text.count("did not come back") == 1
    await settled(line, look("h", Outcome.ANSWERED))  # the network is there after all
    web.up = True
    assert await settled(line, look("i"), look("j"), look("k")) == [False, False, False]


async def test_a_canary_that_answered_is_not_asked_again_at_once(make_line: MakeLine) -> None:
    web = Web(up=True)
    line = make_line(web, good_for=10.0)
    await settled(line, look("a"), look("b"), look("c"))
    assert await settled(line, look("d"), look("e"), look("f")) == [False, False, False]
    assert len(web.asked) == 1


async def test_an_answer_that_comes_while_canaries_are_silent_wins(make_line: MakeLine) -> None:
    class Slow(Web):
        async def ask(self, url: str) -> bool:
            asked.set()
            await asyncio.sleep(0.05)
            return False

    asked = asyncio.Event()
    line = make_line(Slow(up=False))
    began = await line.up()
    failing = [asyncio.ensure_future(line.settle(look(host), began)) for host in "abc"]
    await asked.wait()
    await line.settle(look("d", Outcome.ANSWERED), began)
    later = asyncio.ensure_future(line.settle(look("e"), began))
    assert not any(seen.observations[0].offline for seen in await asyncio.wait_for(asyncio.gather(*failing, later), 1))
    await asyncio.wait_for(line.up(), 0.01)


async def test_a_canary_our_own_code_trips_over_does_not_hold_checks_up(make_line: MakeLine, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Web):
        async def ask(self, url: str) -> bool:
            raise RuntimeError("no session")

    assert await settled(make_line(Broken(up=False)), look("a")) == [False]
    assert "Could not ask the canaries" in caplog.text


async def test_closing_leaves_nothing_behind(make_line: MakeLine) -> None:
    before = asyncio.all_tasks()
    line = make_line(Web(up=False), again=60.0)
    await settled(line, look("a"), look("b"), look("c"))
    held = make_line(Web(up=False), hold=60.0)
    failing = asyncio.ensure_future(held.settle(look("a"), await held.up()))
    await asyncio.sleep(0)
    failing.cancel()
    await asyncio.gather(failing, line.close(), held.close(), return_exceptions=True)
    assert asyncio.all_tasks() == before


# -- with a checker -------------------------------------------------------------------------------------------------------------


async def test_a_checker_marks_what_failed_in_an_outage_and_none_of_it_is_judged_dead(make_line: MakeLine) -> None:
    web = Web(up=True)
    line = make_line(web)
    gate = Gate(limit=1, delay=0)

    async def observe(wanted: Wanted) -> Look:
        await asyncio.sleep(0.001)
        host = wanted.url.split("/")[2].removesuffix(".test")
        if host == "h40":
            web.up = False
        return look(host, Outcome.ANSWERED if web.up else Outcome.REFUSED)

    checker = Checker(observe, gate, concurrency=4, per_host=1, now=lambda: NOW, line=line)
    for number in range(100):
        await checker.put(Wanted(url=f"http://h{number}.test/"))
    looks: list[Look] = []
    async for one in checker.results():
        looks.append(one)
        if not web.up and any(seen.offline for seen in one.observations):
            web.up = True
        if not checker.outstanding:
            checker.finish()
    await checker.close()
    assert len(looks) == 100
    failed = [one for one in looks if one.observations[0].outcome is Outcome.REFUSED]
    assert 1 <= len(failed) <= 8
    assert {judge(one.observations, Policy(), now=NOW).kind for one in failed} == {VerdictKind.UNKNOWN}


# -- with a network ---------------------------------------------------------------------------------------------------------------


async def test_without_canaries_nothing_watches(make_network: MakeNetwork) -> None:
    assert connectivity_of(make_network()) is None


async def test_canaries_that_a_hosts_file_hides_are_not_asked(make_network: MakeNetwork) -> None:
    assert connectivity_of(make_network(canaries=("http://canary.example/",), hosts_only=True)) is None
    assert connectivity_of(make_network(canaries=("http://robots-allows.test/",), hosts_only=True)) is not None


async def test_canaries_on_the_internet_say_nothing_about_hosts_on_this_machine(make_network: MakeNetwork, site: MisbehavingSite) -> None:
    public = connectivity_of(make_network(canaries=("http://93.184.215.14/",)))
    assert public is not None
    assert await settled(public, look("robots-allows")) == [False]
    await public.close()


async def test_a_canary_is_asked_through_the_network_and_any_answer_is_one(make_network: MakeNetwork, site: MisbehavingSite) -> None:
    for path in ("/status/503", "/429-seconds", "/truncated", "/ok"):
        line = connectivity_of(make_network(canaries=(site.url(path),)))
        assert line is not None
        line._patience = QUICK
        assert await settled(line, look("a")) == [False]
        await line.close()
    assert len(site.hits()) == 4
    assert not site.hits("/robots.txt")


async def test_silent_stalled_and_hijacked_canaries_are_no_answer(
    make_network: MakeNetwork, site: MisbehavingSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prospector.checking.outage.CANARY_TIMEOUT", 0.1)
    closed = f"http://127.0.0.1:{site.closed_port()}/"
    for settings in (
        {"canaries": (closed,)},
        {"canaries": (site.url("/stall"),)},
        {"canaries": ("http://robots-allows.test/",), "guard": True},
    ):
        line = connectivity_of(make_network(**settings))
        assert line is not None
        line._patience = QUICK
        assert await settled(line, look("a"), look("b"), look("c")) == [True, True, True]
        await line.close()
