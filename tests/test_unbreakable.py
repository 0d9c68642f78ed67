"""Crawls that things happen to, at seeded moments: the disk fills or can't be written, the clock jumps, two are started at once.

What must hold each time: the run ends by itself and says why, nothing saved is lost, nothing is doubled, and the same command goes on to the
end that an undisturbed crawl has. Kills are in test_resume.py, damaged files in store/test_salvage.py, leaks in test_soak.py.
"""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from prospector import pipelines, pipelines_archive, pipelines_registry
from prospector.items import Confidence, VerdictKind
from prospector.spiders import campaign_spider, recheck, resources, site_index
from prospector.store import Store
from tests.crawling import command, crawl, environment, prepared
from tests.misbehaving_site import MisbehavingSite
from tests.resource_web import TOPICS, ResourceWeb
from tests.test_resume import UNHURRIED, Tables, differences, tables

CLOCKED: tuple[ModuleType, ...] = (campaign_spider, recheck, resources, site_index, pipelines, pipelines_archive, pipelines_registry)
LISTS, LINKS_EACH = 3, 16
SEEDS, MORE_SEEDS = range(3), range(100, 150)
QUIET = {"LOG_LEVEL": "CRITICAL", "CONCURRENT_REQUESTS": 8, "DOWNLOAD_TIMEOUT": None}  # the campaign's time-out, which is unhurried


def build(web: ResourceWeb) -> None:
    """Lists on three hosts that share targets on ten; a third of these is gone."""
    rng = random.Random(1)
    paths = [f"/{rng.choice(TOPICS).replace(' ', '-')}-{n}.html" for n in range(30)]
    targets = [(web.missing if n % 3 == 0 else web.page)(f"site{n % 10}.test", path) for n, path in enumerate(paths)]
    web.write_campaign(
        [web.link_list(f"lists{n}.test", "/links.html", rng.sample(targets, LINKS_EACH)) for n in range(LISTS)],
        crawl={"timeout": UNHURRIED},
    )


async def run(web: ResourceWeb, spider: str = "resources") -> None:
    await crawl(spider, settings={**web.settings, **QUIET}, campaign=web.campaign())


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder = tmp_path_factory.mktemp("undisturbed")

    async def once() -> None:
        async with MisbehavingSite() as site:
            web = ResourceWeb(site, folder)
            build(web)
            await run(web)

    asyncio.run(once())
    found = tables(folder / "output" / "web.db")
    assert found["pages"].total() == LISTS
    assert found["observations"].total() > 20
    return found


# -- the disk ----------------------------------------------------------------------------------------------------------------


def fills(store: Store) -> None:
    store._session.run(f"PRAGMA max_page_count = {store._session.value('PRAGMA page_count')}")


def becomes_read_only(store: Store) -> None:
    store._session.run("PRAGMA query_only = ON")


DISKS = {"full": (fills, "the disk is full"), "read-only": (becomes_read_only, "it can't be written")}


async def a_disk_that_fails_costs_nothing_saved(
    folder: Path, caplog: pytest.LogCaptureFixture, undisturbed: Tables, what: str, seed: int
) -> None:
    fail, words = DISKS[what]
    async with MisbehavingSite() as site:
        web = ResourceWeb(site, folder)
        build(web)
        store = Store.open(web.database)
        runner, crawler, _ = prepared("resources", settings={**web.settings, **QUIET})
        moment = random.Random(seed).randrange(1, 25)  # requests; some thirty are made

        async def strike() -> None:
            while len(site.hits()) < moment:  # noqa: ASYNC110 - the server has no event for it
                await asyncio.sleep(0.001)
            fail(store)

        striking = asyncio.create_task(strike())
        await runner.crawl(crawler, campaign=web.campaign(), store=store)
        assert crawler.stats is not None
        assert striking.done()
        assert crawler.stats.get_value("finish_reason") == "database"
        said = [record.getMessage() for record in caplog.records if words in record.getMessage()]
        assert len(said) == 1
        at_the_end = tables(web.database)
        await run(web)
        after = tables(web.database)
    assert differences(after, undisturbed) == {}
    assert not at_the_end["observations"] - after["observations"]


@pytest.mark.parametrize("what", DISKS)
@pytest.mark.parametrize("seed", SEEDS)
async def test_a_disk_that_fails_costs_nothing_that_was_saved(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, undisturbed: Tables, what: str, seed: int
) -> None:
    await a_disk_that_fails_costs_nothing_saved(tmp_path, caplog, undisturbed, what, seed)


@pytest.mark.torture
@pytest.mark.parametrize("what", DISKS)
@pytest.mark.parametrize("seed", MORE_SEEDS)
async def test_a_disk_that_fails_costs_nothing_that_was_saved_whenever_it_does(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, undisturbed: Tables, what: str, seed: int
) -> None:
    await a_disk_that_fails_costs_nothing_saved(tmp_path, caplog, undisturbed, what, seed)


# -- the clock ---------------------------------------------------------------------------------------------------------------


class Clock:
    """Goes on as clocks do, but for jumps of seconds to months in both directions."""

    def __init__(self, seed: int, *, jumps: float) -> None:
        self.rng = random.Random(seed)
        self.jumps = jumps  # how likely one is each time somebody looks
        self.now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=5)
        if self.rng.random() < self.jumps:
            self.jump()
        return self.now

    def jump(self) -> None:
        self.now += timedelta(seconds=self.rng.choice([1, 3_600, 86_400, 90 * 86_400]) * self.rng.uniform(-1, 1))


async def no_jump_of_the_clock_makes_a_false_verdict(folder: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    clock = Clock(seed, jumps=0.02)
    for module in CLOCKED:
        monkeypatch.setattr(module, "utc_now", clock)
    async with MisbehavingSite() as site:
        web = ResourceWeb(site, folder)
        build(web)
        for spider in ("resources", "recheck", "recheck", "resources"):
            clock.jump()
            await run(web, spider)
        with Store.open(web.database) as store:
            seen = {url: len(store.evidence.observations(url)) for url in web.targets if store.evidence.observations(url)}
            verdicts = {url: store.evidence.verdict(url) for url in seen}
        asked = web.asked()
    assert len(seen) > 20
    for url, verdict in verdicts.items():
        gone = url in web.gone
        assert verdict is not None
        assert (verdict.kind is VerdictKind.GONE) == gone, (url, verdict)
        assert verdict.confidence is not Confidence.CONFIRMED or seen[url] >= 2
        assert seen[url] <= asked[url]


@pytest.mark.parametrize("seed", SEEDS)
async def test_no_jump_of_the_clock_makes_a_false_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    await no_jump_of_the_clock_makes_a_false_verdict(tmp_path, monkeypatch, seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", MORE_SEEDS)
async def test_no_jump_of_the_clock_makes_a_false_verdict_whenever_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    await no_jump_of_the_clock_makes_a_false_verdict(tmp_path, monkeypatch, seed)


# -- two at once -------------------------------------------------------------------------------------------------------------


async def two_at_once_are_one(folder: Path, undisturbed: Tables, seed: int) -> None:
    async with MisbehavingSite() as site:
        web = ResourceWeb(site, folder)
        build(web)
        line = command("crawl", "resources", **web.settings, CONCURRENT_REQUESTS=8)

        async def start(after: float) -> tuple[int | None, str]:
            await asyncio.sleep(after)
            process = await asyncio.create_subprocess_exec(
                *line, cwd=folder, env=environment(), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
            )
            _, err = await process.communicate()
            return process.returncode, err.decode()

        ends = await asyncio.gather(start(0), start(random.Random(seed).uniform(0, 0.3)))
        asked = web.asked()
    assert all("Traceback" not in said for _, said in ends)
    for code, said in ends:
        assert code == 0 or "another crawl" in said, said  # one that came when the other was done has nothing to do
    assert any(code == 0 for code, _ in ends)
    assert differences(tables(web.database), undisturbed) == {}
    assert max(asked[url] for url in web.targets) == 1


async def test_two_crawls_started_at_once_are_one(tmp_path: Path, undisturbed: Tables) -> None:
    await two_at_once_are_one(tmp_path, undisturbed, 0)


@pytest.mark.torture
@pytest.mark.parametrize("seed", MORE_SEEDS)
async def test_two_crawls_started_at_once_are_one_however_close(tmp_path: Path, undisturbed: Tables, seed: int) -> None:
    await two_at_once_are_one(tmp_path, undisturbed, seed)
