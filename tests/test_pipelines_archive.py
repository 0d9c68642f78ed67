"""The archive in the flow: copies, old evidence and new addresses are in the store when a page's letter is drafted, and nothing waits for ever."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from prospector.campaign import DEMO, Campaign, load_campaign
from prospector.checking import archive_client
from prospector.demo.truth import load_truth
from prospector.demo.web import DemoWeb
from prospector.items import Confidence, Via
from prospector.settings import ITEM_PIPELINES
from prospector.store import Store
from tests.crawling import crawl

TRUTH = load_truth()
WITNESSED = "http://statehort.test/factsheets/apple-pruning.html"
UNMOVED = "http://netsafety.test/worms-and-viruses.html"
MOVED = "http://mulch-lab.test/papers/woodchip.html"


def campaign(folder: Path, **archive: Any) -> Campaign:
    """The demo's, with another archive."""
    changed = load_campaign(DEMO, home=folder)
    return changed.model_copy(update={"archive": changed.archive.model_copy(update=archive)})


async def run(
    folder: Path,
    settings: dict[str, Any],
    *,
    spider: str = "resources",
    only: frozenset[str] | None = None,
    without: str = "",
    **archive: Any,
) -> dict[str, Any]:
    """Crawl the demo's web once, perhaps without one of its hosts. What the run counted."""
    async with DemoWeb() as web:
        hosts = folder / "hosts"
        hosts.write_text("".join(f"{address} {name}\n" for name, (address,) in web.hosts.items() if name != without))
        _, crawler = await crawl(
            spider,
            settings={
                "ITEM_PIPELINES": {**ITEM_PIPELINES, "prospector.pipelines_archive.LookIntoArchive": 250},
                "HOSTS_FILE": str(hosts),
                "HOSTS_ONLY": True,
                "HOSTS_PORTS": dict(web.ports),
                "EXTENSIONS": {},
                **settings,
            },
            campaign=campaign(folder, **archive),
            **({} if only is None else {"only": only}),
        )
    assert crawler.stats
    return {name.removeprefix("prospector/"): value for name, value in crawler.stats.get_stats().items()}


async def test_all_that_an_archive_can_tell_is_known_when_the_letters_are_drafted(tmp_path: Path) -> None:
    counted = await run(tmp_path, {})
    assert counted["archive/found"] == 12
    assert counted["archive/witness"] == 1
    assert counted["moved"] == 1
    assert not counted.get("archive/late")
    store = Store.open(campaign(tmp_path).database)
    try:
        witnessed = store.evidence.verdict(WITNESSED)
        assert witnessed is not None
        assert witnessed.confidence is Confidence.CONFIRMED  # on the first day
        assert [one.status for one in store.evidence.observations(WITNESSED) if one.via is Via.ARCHIVE] == [200, 404, 404, 404]
        alias = store.findings.alias(MOVED)
        assert alias is not None
        assert alias.new_url == TRUTH.moved[MOVED]
        copy = store.findings.archived("http://drying-room.test/herbs/dry-and-store.html")
        assert copy is not None
        assert copy.archive_url.endswith("/web/20140121150000/http://drying-room.test/handbook/drying-herbs.html")
        none = store.findings.archived(UNMOVED)
        assert none is not None
        assert none.captured_at is None
        searched_at = store.findings.home_searched_at(UNMOVED)
        assert searched_at is not None
        assert store.findings.alias(UNMOVED) is None
    finally:
        store.close()

    again = await run(tmp_path, {})
    assert "archive/found" not in again  # what it said once is not asked again
    assert "archive/witness" not in again
    assert last_search(tmp_path) == searched_at  # nor is its site searched again for what was not there

    for _ in range(5):  # a page is gone through again once a look at one of its links is due: seconds later
        await run(tmp_path, {}, search_again_days=0.0)
        if last_search(tmp_path) > searched_at:
            return
        await asyncio.sleep(1)
    pytest.fail("its site was not searched again")


def last_search(folder: Path) -> datetime:
    store = Store.open(campaign(folder).database)
    try:
        searched_at = store.findings.home_searched_at(UNMOVED)
        assert searched_at is not None
        return searched_at
    finally:
        store.close()


async def test_an_archive_that_does_not_answer_delays_nothing_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_client, "BACKOFF", (0.0,))
    counted = await run(tmp_path, {}, cdx="http://gasping-pond.test/cdx", timeout=0.1)
    assert "archive/found" not in counted
    assert counted["archive/failed"] > 3
    assert counted["drafts"] > 0
    assert "moved" not in counted  # without the archived text a name of one word is not believed


async def test_a_slow_archive_is_waited_for_no_longer_than_the_campaign_says(tmp_path: Path) -> None:
    counted = await run(tmp_path, {"DOWNLOAD_TIMEOUT": 5}, cdx="http://tortoise-garden.test/cdx", timeout=60.0, wait=0.1)
    assert counted["archive/late"] > 0
    assert counted["drafts"] > 0


async def test_an_archive_that_is_switched_off_is_not_asked(tmp_path: Path) -> None:
    counted = await run(tmp_path, {}, enabled=False)
    assert {name for name in counted if name.startswith("archive/")} <= {"archive/late"}
    assert counted["drafts"] > 0


async def test_when_a_moved_page_is_looked_at_again_so_is_its_new_address(tmp_path: Path) -> None:
    await run(tmp_path, {})
    where = campaign(tmp_path).database
    with Store.open(where) as store:
        known = store.findings.alias(MOVED)
        assert known is not None
        (page,) = {seen.page_url for seen in store.pages.sightings(MOVED)}
    counted = await run(tmp_path, {}, spider="recheck", only=frozenset({MOVED}))
    assert counted["moved/asked again"] == 1
    assert "moved" not in counted  # nothing was searched for
    with Store.open(where) as store:
        again = store.findings.alias(MOVED)
        assert again is not None
        assert again.seen_at is not None
        assert known.seen_at is not None
        assert again.seen_at > known.seen_at
        stale = replace(known, new_url="http://mulch-lab.test/papers/nowhere.html")
        store.findings.save_alias(stale, now=again.seen_at)

    counted = await run(tmp_path, {}, spider="recheck", only=frozenset({MOVED}))
    assert (counted["moved/asked again"], counted["moved"]) == (1, 1)  # it no longer held, so another was searched for
    with Store.open(where) as store:
        alias = store.findings.alias(MOVED)
        assert alias is not None
        assert alias.new_url == TRUTH.moved[MOVED]
        draft = store.drafts.of_page(page)
        assert draft is not None
        assert {claim.new_url for claim in draft.claims if claim.target_url == MOVED} <= {TRUTH.moved[MOVED]}


async def test_a_new_address_is_asked_again_when_the_old_host_has_vanished(tmp_path: Path) -> None:
    await run(tmp_path, {})
    where = campaign(tmp_path).database
    with Store.open(where) as store:
        known = store.findings.alias(MOVED)
        assert known is not None
        assert known.seen_at is not None
    counted = await run(tmp_path, {}, spider="recheck", only=frozenset({MOVED}), without="mulch-lab.test")
    assert (counted["verdict/dns"], counted["moved/asked again"]) == (1, 1)
    assert "moved" not in counted
    with Store.open(where) as store:
        assert store.findings.alias(MOVED) == known  # that nothing answers says nothing
    with closing(sqlite3.connect(where)) as database:
        (asked_at,) = database.execute("SELECT asked_at FROM aliases WHERE target_url = ?", (MOVED,)).fetchone()
    assert datetime.fromisoformat(asked_at) > known.seen_at
