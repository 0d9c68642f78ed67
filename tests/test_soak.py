"""A crawl that goes on and on keeps nothing open and grows no heap: files, tasks and memory are counted on the way and at its end."""

from __future__ import annotations

import asyncio
import gc
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from prospector.spiders.clock import utc_now
from prospector.store import Store
from tests.crawling import crawl
from tests.misbehaving_site import MisbehavingSite
from tests.resource_web import ResourceWeb

MB = 1_000_000


@dataclass(slots=True)
class Gauge:
    """What this process holds, looked at while a crawl runs."""

    files: list[int] = field(default_factory=list)
    tasks: list[int] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)

    def look(self) -> None:
        self.files.append(open_files())
        self.tasks.append(len(asyncio.all_tasks()))
        self.memory.append(resident())

    async def watch(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(0.05)


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - the folder itself must not be held open while counting


def resident() -> int:
    """Bytes in memory now."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def build(web: ResourceWeb, lists: int, links: int) -> None:
    """Lists whose links answer, are gone, refuse, stall or break off in the middle."""
    seeds = []
    for number in range(lists):
        targets = []
        for n in range(links):
            host, path = f"site{(number * links + n) % 40}.test", f"/page-{number}-{n}"
            targets.append((web.missing, web.page)[n % 2](host, path) if n % 10 else web.page(host, path, delay=0.02))
        seeds.append(web.link_list(f"lists{number % 7}.test", f"/links-{number}.html", targets))
    web.write_campaign([*seeds, "http://no-such-name.test/"], crawl={"pages_per_site": lists})


async def soak(folder: Path, *, rounds: int, lists: int, links: int, growth: int) -> None:
    held: list[tuple[int, int]] = []
    sizes: list[int] = []
    for turn in range(rounds):
        place = folder / str(turn)
        place.mkdir()
        gauge = Gauge()
        async with MisbehavingSite() as site:
            web = ResourceWeb(site, place)
            build(web, lists, links)
            watching = asyncio.create_task(gauge.watch())
            await crawl("resources", settings={**web.settings, "LOG_LEVEL": "CRITICAL", "CONCURRENT_REQUESTS": 16}, campaign=web.campaign())
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        await asyncio.sleep(0.1)  # closed connections are taken away in the loop's next rounds
        gc.collect()
        with Store.open(web.database) as store:
            assert store.reports.funnel(utc_now()).pages_fetched == lists
        held.append((open_files(), len(asyncio.all_tasks())))
        sizes.append(resident())
        assert max(gauge.files) < 200
        assert max(gauge.tasks) < 400
    first, *later = held[1:]  # in the first round modules are loaded and caches filled
    assert all(files <= first[0] + 2 and tasks <= first[1] + 1 for files, tasks in later), held
    assert sizes[-1] - sizes[1] < growth, sizes


async def test_crawl_after_crawl_nothing_stays_open_and_nothing_piles_up(tmp_path: Path) -> None:
    await soak(tmp_path, rounds=3, lists=5, links=10, growth=12 * MB)


@pytest.mark.torture
async def test_hour_after_hour_nothing_stays_open_and_nothing_piles_up(tmp_path: Path) -> None:
    await soak(tmp_path, rounds=12, lists=60, links=60, growth=40 * MB)
