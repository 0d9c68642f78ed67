"""Two workers, one ingest and a Redis do what one process does: nothing lost, nothing doubled, each host one at a time, whatever is killed."""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from prospector import __version__
from prospector.distributed.board import Board, Done
from tests.crawling import command, crawl, environment
from tests.misbehaving_site import MisbehavingSite
from tests.redis_server import RedisServer
from tests.resource_web import ResourceWeb
from tests.test_resume import LISTS, Tables, build, differences, tables

PATIENCE = 100.0  # seconds for a whole run on a busy machine
DELAY = 0.1  # seconds between two requests to a host
MANNERS = {"delay": DELAY, "timeout": 4}
UNHURRIED = {**MANNERS, "timeout": 15}  # where other long tests keep the machine busy
LEASE = 7.0  # seconds; made longer by workers than a request may take
PASSWORD = "correcthorse"  # of Redis: must be told to nobody
SLACK = 0.6  # seconds by which a busy machine may delay a host's first request


class World:
    """A web, a Redis, and programs that are started and killed."""

    def __init__(self, web: ResourceWeb, redis: RedisServer, *, patience: float) -> None:
        self.web = web
        self.patience = patience
        self.redis = redis
        self.settings: dict[str, Any] = {**web.settings, "REDIS_URL": redis.url, "REDIS_LEASE": LEASE, "CONCURRENT_REQUESTS": 8}
        self.settings |= {"RDAP_BOOTSTRAP": "", "CANARY_URLS": "", "DNS_SECOND_RESOLVER": ""}
        self.running: list[asyncio.subprocess.Process] = []

    async def start(self, *words: str, **more: Any) -> asyncio.subprocess.Process:
        """Each process asks from an address of its own."""
        here = {name: value for name, value in self.settings.items() if words[0] != "ingest" or name != "CONCURRENT_REQUESTS"}
        line = command(*words, **here, **more)
        line[2:3] = ["benchmarks.kit.from_address", f"127.9.0.{len(self.running) + 1}"]
        log = (self.web.folder / f"{words[-1]}-{len(self.running)}.log").open("wb")
        with log:
            process = await asyncio.create_subprocess_exec(*line, cwd=self.web.folder, env=environment(), stdout=log, stderr=log)
        self.running.append(process)
        return process

    async def stopped(self, *workers: asyncio.subprocess.Process) -> None:
        """By Ctrl-C."""
        for worker in workers:
            worker.send_signal(signal.SIGINT)
        codes = [await asyncio.wait_for(worker.wait(), PATIENCE) for worker in workers]
        assert set(codes) == {130}, self.said()

    def said(self) -> str:
        return "\n".join(f"--- {log.name}\n{log.read_text('utf-8', 'replace')}" for log in sorted(self.web.folder.glob("*.log")))

    async def ended(self, ingest: asyncio.subprocess.Process) -> None:
        """The run is through, and nobody complained of a mistake of ours."""
        try:
            code = await asyncio.wait_for(ingest.wait(), self.patience)
        except TimeoutError:
            pytest.fail(f"the run does not end\n{self.said()}")
        assert code == 0, self.said()
        assert "Traceback" not in self.said(), self.said()


@asynccontextmanager
async def world(folder: Path, manners: Mapping[str, object] = MANNERS) -> AsyncIterator[World]:

    async with MisbehavingSite() as site, RedisServer(folder / "redis", password=PASSWORD) as redis:
        web = ResourceWeb(site, folder)
        build(web, crawl=manners)
        there = World(web, redis, patience=PATIENCE if manners is MANNERS else 6 * PATIENCE)
        try:
            yield there
        finally:
            for process in there.running:
                if process.returncode is None:
                    process.kill()
                    await process.wait()


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """What one process leaves."""
    folder = tmp_path_factory.mktemp("alone")

    async def run() -> None:
        async with MisbehavingSite() as site:
            web = ResourceWeb(site, folder)
            build(web, crawl=UNHURRIED)
            await crawl(
                "resources",
                settings={**web.settings, "LOG_LEVEL": "CRITICAL", "DOWNLOAD_DELAY": None, "DOWNLOAD_TIMEOUT": None},
                campaign=web.campaign(),
            )

    asyncio.run(run())
    found = tables(folder / "output" / "web.db")
    assert (found["pages"].total(), found["drafts"].total()) == (2 * LISTS + 1, 2 * LISTS)
    return found


def held_politely(web: ResourceWeb) -> None:
    """Whoever asked: never two at a time of a host, nor faster than one alone may."""
    assert [host for host in web.hosts if web.site.most_at_once(host=host) > 1] == []
    hits = {host: [hit.at for hit in web.site.hits(host=host)] for host in web.hosts}
    took = {host: (times[-1] - times[0], (len(times) - 1) * DELAY) for host, times in hits.items() if times}
    assert {host: seconds for host, seconds in took.items() if seconds[0] < seconds[1] - SLACK} == {}


async def test_two_workers_do_what_one_process_does(tmp_path: Path, alone: Tables) -> None:
    async with world(tmp_path) as there:
        workers = [await there.start("crawl", "worker") for _ in range(2)]
        await there.ended(await there.start("ingest"))
        await there.stopped(*workers)
        assert differences(tables(there.web.database), alone) == {}
        held_politely(there.web)
        assert [url for url in there.web.targets if there.web.asked()[url] > 1] == []
        assert {host: len(there.web.site.hits("/robots.txt", host=host)) for host in there.web.hosts} == dict.fromkeys(there.web.hosts, 1)
        assert {"127.9.0.1", "127.9.0.2"} <= {hit.sender for hit in there.web.site.hits()}
        assert "Traceback" not in there.said(), there.said()
        assert PASSWORD not in there.said()
        with closing(sqlite3.connect(there.web.database)) as connection:
            assert [line for line in connection.iterdump() if PASSWORD in line] == []


async def test_what_one_campaign_has_just_seen_another_need_not_ask_for(tmp_path: Path, alone: Tables) -> None:
    def folder(name: str) -> Path:
        (tmp_path / name).mkdir()
        return tmp_path / name

    async with world(folder("one")) as there:
        another = Board(there.redis.url, prefix="other", me="other", lease=1)
        assert await another.sit()  # it was at work here before: what nobody else may want is not kept
        await another.leave()
        await another.close()
        worker = await there.start("crawl", "worker")
        await there.ended(await there.start("ingest", REDIS_PREFIX="prospector"))
        await there.stopped(worker)
        before = there.web.asked()
        other = ResourceWeb(there.web.site, folder("other"))
        build(other, crawl=MANNERS)
        there.web = other
        worker = await there.start("crawl", "worker", REDIS_PREFIX="other")
        await there.ended(await there.start("ingest", REDIS_PREFIX="other"))
        await there.stopped(worker)
        assert differences(tables(other.database), alone) == {}
        assert {url for url in other.targets if other.asked()[url] > before[url]} == set()
        assert len(there.web.site.hits("/robots.txt")) == len(other.hosts)


async def test_what_nobody_can_read_ends_the_run_with_a_line(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ingest = await there.start("ingest")
        board = Board(there.redis.url, prefix="prospector", me="somebody", lease=5)
        async with asyncio.timeout(PATIENCE):
            while not (status := await board.status()).pages:  # noqa: ASYNC110 - another process has no event for it
                await asyncio.sleep(0.02)
        assert status.ingest
        hosts = await board.take(100)
        (job, *_) = [job for host in hosts for job in await board.some("page", host)]
        assert await board.done(
            [Done(host=urlsplit(job.url).hostname or "", kind="check", url=job.url, found={"observations": "none"})]
        ) == [False]
        await board._redis.xadd(board.key("results"), {"kind": "check", "url": job.url, "found": "not JSON"})
        assert await asyncio.wait_for(ingest.wait(), PATIENCE) == 1
        assert "The results of workers can't be read" in there.said()
        await board.close()


async def test_a_second_ingest_at_the_same_board_says_so_and_ends(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        board = Board(there.redis.url, prefix="prospector", me="ingest of another campaign", lease=60)
        assert await board.sit()
        await board.close()
        assert await asyncio.wait_for((await there.start("ingest")).wait(), PATIENCE) == 1
        assert "Another scrapy ingest works with this Redis and the prefix prospector" in there.said()
        assert "Traceback" not in there.said()


async def test_when_the_manners_change_a_worker_ends_and_one_that_is_started_anew_has_them(tmp_path: Path, alone: Tables) -> None:
    async with world(tmp_path) as there:
        board = Board(there.redis.url, prefix="prospector", me="an ingest before", lease=5)
        manners = {
            "version": __version__,
            "user_agent": "x",
            "robots_agent": "x",
            "obey_robots": True,
            "per_host": 1,
            "delay": 9.0,
            "timeout": 4.0,
        }
        await board.tell(manners)
        before = await there.start("crawl", "worker")
        async with asyncio.timeout(PATIENCE):
            while "works. Ctrl-C stops it" not in there.said():  # noqa: ASYNC110 - another process has no event for it
                await asyncio.sleep(0.05)
        await board.close()
        ingest = await there.start("ingest")
        assert await asyncio.wait_for(before.wait(), PATIENCE) == 1
        worker = await there.start("crawl", "worker")
        await there.ended(ingest)
        await there.stopped(worker)
        assert differences(tables(there.web.database), alone) == {}


@pytest.mark.parametrize("told", [{"version": "0.0.1"}, {}])  # the first ingests told none
async def test_a_worker_of_another_version_says_so_and_ends(tmp_path: Path, told: dict[str, str]) -> None:
    async with world(tmp_path) as there:
        board = Board(there.redis.url, prefix="prospector", me="ingest", lease=5)
        await board.tell({**told, "obey_robots": True})
        await board.close()
        worker = await there.start("crawl", "worker")
        assert await asyncio.wait_for(worker.wait(), PATIENCE) == 1
        assert "Install the same version" in there.said()
        assert "Traceback" not in there.said()


async def killed_at_a_moment(folder: Path, alone: Tables, seed: int, victim: str, manners: Mapping[str, object] = MANNERS) -> None:
    rng = random.Random(f"{victim} {seed}")
    async with world(folder, manners) as there:
        workers = [await there.start("crawl", "worker") for _ in range(2)]
        ingest = await there.start("ingest")
        hits = rng.randrange(5, len(there.web.targets) + len(there.web.hosts))  # each target and each robots.txt is asked for, and more
        async with asyncio.timeout(there.patience):
            while len(there.web.site.hits()) < hits and ingest.returncode is None:  # noqa: ASYNC110 - the site counts, and tells nobody
                await asyncio.sleep(0.002)
        assert ingest.returncode is None, there.said()
        match victim:
            case "worker":
                workers[0].kill()
            case "ingest":
                ingest.kill()
                await ingest.wait()
                ingest = await there.start("ingest")
            case "redis":
                await there.redis.kill()
                await asyncio.sleep(rng.random())
                await there.redis.start()
        await there.ended(ingest)
        assert differences(tables(there.web.database), alone) == {}
        held_politely(there.web)


@pytest.mark.parametrize("victim", ["worker", "ingest", "redis"])
@pytest.mark.parametrize("seed", range(3))
async def test_a_kill_costs_nothing(tmp_path: Path, alone: Tables, seed: int, victim: str) -> None:
    await killed_at_a_moment(tmp_path, alone, seed, victim)


@pytest.mark.torture
@pytest.mark.parametrize("victim", ["worker", "ingest", "redis"])
@pytest.mark.parametrize("seed", range(100, 150))
async def test_a_kill_costs_nothing_whenever_it_comes(tmp_path: Path, alone: Tables, seed: int, victim: str) -> None:
    await killed_at_a_moment(tmp_path, alone, seed, victim, UNHURRIED)
