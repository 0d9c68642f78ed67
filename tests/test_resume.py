"""Killed at any moment and started again, a crawl ends where it would have ended: nothing lost, nothing doubled, nobody asked twice."""

from __future__ import annotations

import asyncio
import random
import re
import signal
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from prospector.items import DraftStatus
from prospector.spiders.clock import utc_now
from prospector.store import Store
from tests.crawling import command, crawl, environment, scrapy_async
from tests.misbehaving_site import MisbehavingSite
from tests.resource_web import TOPICS, ResourceWeb
from tests.store.deeds import decide, edit

LISTS, LINKS_EACH = 4, 50
LOST_AT_MOST = 50  # looks that a kill may cost: a handful, and the checks under way
PATIENCE = 40.0  # seconds for a stopped crawl to end on a busy machine; its slowest page would take 60
# What a run leaves, less times and ids. A living target's referrers are counted when it is judged, at whatever moment that is.
TABLES = {
    "visits": "SELECT url, depth, seed, found_on, problem, visited_at IS NULL FROM visits",
    "pages": "SELECT url, final_url, title, outbound_links, is_resource_page, depth, seed, done_at IS NULL FROM resource_pages",
    "links": "SELECT page_url, target_url, anchor, context, section, position, boilerplate, own, present FROM links",
    "targets": "SELECT url, verdict, confidence, checks, matched_at IS NULL, iif(confidence IS NULL, 0, referring_pages) FROM targets",
    "observations": "SELECT target_url, outcome, status FROM observations",
    "site": "SELECT url, title, text, offered FROM site_pages",
    "matches": "SELECT target_url, rank, page_url, strength, score FROM matches",
    "contacts": "SELECT site, kind, value, rank, source_url FROM contacts",
    "prospects": "SELECT page_url, score, stage, flags, contacts.value FROM prospects LEFT JOIN contacts ON contacts.id = contact_id",
    "drafts": "SELECT page_url, recipient, subject, body, status FROM drafts",
    "events": "SELECT kind, actor, count(*) FROM events GROUP BY kind, actor",
}


Tables = dict[str, Counter[Any]]


def tables(database: Path) -> Tables:
    with closing(sqlite3.connect(database)) as connection:
        return {name: Counter(connection.execute(query).fetchall()) for name, query in TABLES.items()}


def differences(found: Tables, wanted: Tables) -> dict[str, list[Any]]:
    """Table → rows that are in one of them only, with their number there more than in the other."""
    only = {name: list((found[name] - wanted[name]).items()) for name in TABLES}
    missing = {name: [(row, -number) for row, number in (wanted[name] - found[name]).items()] for name in TABLES}
    return {name: only[name] + missing[name] for name in TABLES if only[name] or missing[name]}


def build(web: ResourceWeb, **campaign: Any) -> None:
    """Lists on four hosts, each with a second one further on, that share targets on thirty hosts; a fifth of these is gone."""
    rng = random.Random(1)
    paths = [f"/{rng.choice(TOPICS).replace(' ', '-')}-{n}.html" for n in range(120)]
    targets = [(web.missing if n % 5 == 0 else web.page)(f"site{n % 30}.test", path) for n, path in enumerate(paths)]
    seeds = []
    for n in range(LISTS):
        web.link_list(f"lists{n}.test", "/resources.html", rng.sample(targets, LINKS_EACH), title=f"Resources {n}")
        seeds.append(web.link_list(f"lists{n}.test", "/links.html", rng.sample(targets, LINKS_EACH), more=["/resources.html"]))
    # somebody who takes his time, so that letters are written while checks are still under way
    slow = [web.page("slow.test", f"/page-{n}", delay=0.06) for n in range(20)]
    seeds.append(web.link_list("lists9.test", "/links.html", slow))
    web.write_campaign([*seeds, "http://no-such-name.test/"], **campaign)


@asynccontextmanager
async def started(web: ResourceWeb) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *command("crawl", "resources", **web.settings, CONCURRENT_REQUESTS=8),
        cwd=web.folder,
        env=environment(),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def stopped(web: ResourceWeb, happened: Callable[[], bool]) -> str:
    """By Ctrl-C, when it happened. What it said."""
    async with started(web) as process:
        await when(happened, process)
        process.send_signal(signal.SIGINT)
        _, err = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert process.returncode == 130
        assert not re.search("Traceback|ERROR|destroyed", err.decode())
        return err.decode()


async def when(happened: Callable[[], bool], process: asyncio.subprocess.Process) -> None:
    """Wait until it happened; the crawl must not end before."""
    while not happened():
        assert process.returncode is None, "ended too soon"
        await asyncio.sleep(0.002)


async def killed(web: ResourceWeb, happened: Callable[[], bool]) -> None:
    async with started(web) as process:
        await when(happened, process)
        process.kill()
        assert await process.wait() == -signal.SIGKILL


async def finished(web: ResourceWeb, spider: str = "resources") -> str:
    code, _, said = await scrapy_async("crawl", spider, cwd=web.folder, **web.settings, CONCURRENT_REQUESTS=8)
    assert code == 0, said
    assert "Traceback" not in said
    return said


def enough_hits(web: ResourceWeb, number: int) -> Callable[[], bool]:
    return lambda: sum(web.asked().values()) >= number


def drafts_in(web: ResourceWeb) -> int:
    if not web.database.exists():
        return 0
    try:
        with closing(sqlite3.connect(web.database)) as connection:
            return int(connection.execute("SELECT count(*) FROM drafts").fetchone()[0])
    except sqlite3.OperationalError:  # the tables are not made yet
        return 0


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """What a crawl leaves that nobody stops."""
    folder = tmp_path_factory.mktemp("undisturbed")

    async def run() -> None:
        async with MisbehavingSite() as site:
            web = ResourceWeb(site, folder)
            build(web)
            await crawl_on(web)

    asyncio.run(run())
    found = tables(folder / "output" / "web.db")
    assert (found["pages"].total(), found["drafts"].total()) == (2 * LISTS + 1, 2 * LISTS)
    return found


async def crawl_on(web: ResourceWeb) -> None:
    """To the end, here."""
    await crawl("resources", settings={**web.settings, "LOG_LEVEL": "CRITICAL", "CONCURRENT_REQUESTS": 8}, campaign=web.campaign())


async def a_kill_costs_at_most_a_batch(folder: Path, undisturbed: Tables, seed: int) -> None:
    async with MisbehavingSite() as site:
        web = ResourceWeb(site, folder)
        build(web)
        everything = len(web.targets) + len(TOPICS) + 2 * LISTS
        await killed(web, enough_hits(web, random.Random(seed).randrange(1, everything)))
        await asyncio.sleep(0.1)  # what it had asked for arrives
        at_the_kill = tables(web.database)
        judged = {url for url, verdict, *_ in at_the_kill["targets"] if verdict is not None}
        read = {url for url, *_, unread in at_the_kill["visits"] if not unread}

        await crawl_on(web)
        in_the_end = tables(web.database)
    assert differences(in_the_end, undisturbed) == {}
    assert not at_the_kill["observations"] - in_the_end["observations"]
    assert {url: number for url, number in web.asked().items() if url in judged | read and number > 1} == {}
    assert len([url for url in web.targets if web.asked()[url] > 1]) <= LOST_AT_MOST
    assert max(web.asked()[url] for url in web.targets) <= 2


@pytest.mark.parametrize("seed", range(3))
async def test_a_kill_costs_at_most_a_batch(tmp_path: Path, undisturbed: Tables, seed: int) -> None:
    await a_kill_costs_at_most_a_batch(tmp_path, undisturbed, seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(100, 150))
async def test_a_kill_costs_at_most_a_batch_whenever_it_comes(tmp_path: Path, undisturbed: Tables, seed: int) -> None:
    await a_kill_costs_at_most_a_batch(tmp_path, undisturbed, seed)


async def test_what_a_person_did_between_kill_and_resume_stands(tmp_path: Path) -> None:
    async with MisbehavingSite() as site:
        web = ResourceWeb(site, tmp_path)
        build(web, goal="help", extra='[verdicts]\ngone = { passes = 2, gap = "0s" }')
        await killed(web, lambda: drafts_in(web) >= 2)
        with Store.open(web.database) as store:
            edited, rejected, *_ = store.drafts.list()
            edit(store, edited.id, subject="My own words", body="Dear Ada, …", now=utc_now())
            decide(store, rejected.id, DraftStatus.REJECTED, note="not my kind of page", now=utc_now())
        await finished(web)
        await finished(web, "recheck")
        with Store.open(web.database) as store:
            mine, no = store.drafts.get(edited.id), store.drafts.get(rejected.id)
            others = [draft for draft in store.drafts.list() if draft.id not in {edited.id, rejected.id}]
    assert mine is not None
    assert no is not None
    assert (mine.final_subject, mine.final_body, mine.status) == ("My own words", "Dear Ada, …", DraftStatus.READY)
    assert (no.status, no.note) == (DraftStatus.REJECTED, "not my kind of page")
    assert {draft.status for draft in others} == {DraftStatus.READY}


async def test_ctrl_c_keeps_everything_that_was_found_and_says_so(tmp_path: Path, undisturbed: Tables) -> None:
    async with MisbehavingSite() as site:
        web = ResourceWeb(site, tmp_path)
        build(web)
        said = await stopped(web, enough_hits(web, 60))
        assert "Stopped. What was found is kept" in said
        assert "pages read" in said
        observed = {url for url, *_ in tables(web.database)["observations"]}
        assert len([url for url in web.targets if web.asked()[url] and url not in observed]) <= 8  # those under way: CONCURRENT_REQUESTS
        await finished(web)
        assert differences(tables(web.database), undisturbed) == {}


async def test_ctrl_c_does_not_wait_for_a_page_that_never_comes(tmp_path: Path) -> None:
    async with MisbehavingSite() as site:
        web = ResourceWeb(site, tmp_path)
        seed = web.link_list("never.test", "/links.html", [], delay=60)
        web.write_campaign([seed], crawl={"timeout": 60})
        said = await stopped(web, lambda: bool(site.hits("/links.html")))
        assert "could not read" not in said
        with Store.open(web.database) as store:
            assert store.visits.problems() == {}
            assert [visit.url for visit in store.visits.open(utc_now(), refetch_after=utc_now() - utc_now())] == [seed]
