"""Looking again inside another command: what is due is looked at first, unless it is forbidden; the command's own output stays clean."""

from __future__ import annotations

import asyncio
import csv
import io
import sys
from argparse import Namespace
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from scrapy.settings import Settings

from prospector.commands._recheck import recheck
from prospector.commands._shared import CommandError
from prospector.commands.export import Command
from prospector.spiders.clock import utc_now
from prospector.store import Store, StoreError
from tests.crawling import crawl, environment, scrapy_async
from tests.misbehaving_site import MisbehavingSite
from tests.resource_web import ResourceWeb

DUE_AT_ONCE = '[verdicts]\ngone = { passes = 2, gap = "0s" }'
# … and what was seen a moment ago is old already
STALE_AT_ONCE = f"{DUE_AT_ONCE}\n[export]\nfresh_hours = 0.0001"
# recheck(only=…) as a command of its own
ONLY = """
import sys
from argparse import Namespace
from scrapy.utils.project import get_project_settings
from prospector.commands._recheck import recheck
from prospector.commands._shared import run_plainly
from prospector.commands.export import Command
settings = get_project_settings()
for flag in sys.argv[2:]:
    name, _, value = flag.partition("=")
    settings.set(name, value, "cmdline")
command = Command()
command.settings = settings
sys.exit(run_plainly(lambda: recheck(command, Namespace(campaign=None), only=sys.argv[1].split())))
"""


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[ResourceWeb]:
    async with MisbehavingSite() as site:
        yield ResourceWeb(site, tmp_path)


async def crawled(web: ResourceWeb, extra: str = DUE_AT_ONCE) -> tuple[str, str, str]:
    """A list with a dead link and one that works, crawled once: its address and theirs."""
    gone, works = web.missing("old.test", "/drying-sage-leaves"), web.page("site.test", "/page")
    seed = web.link_list("lists.test", "/links.html", [gone, works])
    web.write_campaign([seed], extra=extra)
    await crawl("resources", settings=web.settings, campaign=web.campaign())
    return seed, gone, works


async def test_an_export_looks_first_at_what_is_due(web: ResourceWeb) -> None:
    seed, gone, works = await crawled(web, extra=STALE_AT_ONCE)
    await asyncio.sleep(0.5)
    code, out, said = await scrapy_async("export", "dead-links", cwd=web.folder, **web.settings)
    assert code == 0, said
    assert "1 address is due for another look: looking first (--no-recheck skips it)." in said
    asked = web.asked()
    assert (asked[gone], asked[seed], asked[works]) == (2, 2, 1)
    (row,) = csv.DictReader(io.StringIO(out.removeprefix("\ufeff")))
    assert row["confidence"] == "confirmed"


async def test_what_was_seen_within_the_campaigns_hours_is_not_asked_for_again(web: ResourceWeb) -> None:
    _, gone, _ = await crawled(web)
    code, out, said = await scrapy_async("export", "dead-links", cwd=web.folder, **web.settings)
    assert code == 0, said
    assert "due for another look" not in said
    assert "probable" in out
    assert web.asked()[gone] == 1


async def test_no_recheck_exports_what_is_known(web: ResourceWeb) -> None:
    _, gone, _ = await crawled(web, extra=STALE_AT_ONCE)
    await asyncio.sleep(0.5)
    code, out, _ = await scrapy_async("export", "dead-links", "--no-recheck", cwd=web.folder, **web.settings)
    assert code == 0
    assert "probable" in out
    assert web.asked()[gone] == 1


async def test_with_nothing_due_nobody_is_asked(web: ResourceWeb) -> None:
    await crawled(web, extra="")
    asked = len(web.site.hits())
    code, _, said = await scrapy_async("export", "dead-links", cwd=web.folder, **web.settings)
    assert code == 0
    assert "due for another look" not in said
    assert len(web.site.hits()) == asked


async def test_named_targets_are_looked_at_before_their_time(web: ResourceWeb) -> None:
    seed, gone, works = await crawled(web, extra="")
    web.page("old.test", "/drying-sage-leaves")
    flags = [f"{name}={value}" for name, value in web.settings.items()]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ONLY, gone, *flags, cwd=web.folder, env=environment(), stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()
    assert b"1 address is to be looked at once more" in said
    asked = web.asked()
    assert (asked[gone], asked[seed], asked[works]) == (2, 2, 1)
    with Store.open(web.database) as store:
        verdict = store.evidence.verdict(gone)
        assert verdict is not None
        assert verdict.kind == "alive"
        assert [draft.status for draft in store.drafts.list()] == ["withdrawn"]


def command() -> Command:
    found = Command()
    found.settings = Settings()
    found.settings.setmodule("prospector.settings", priority="project")
    return found


async def test_what_is_due_is_left_to_a_crawl_that_is_at_work(
    web: ResourceWeb, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, gone, _ = await crawled(web, extra=STALE_AT_ONCE)
    await asyncio.sleep(0.5)
    monkeypatch.chdir(web.folder)
    with Store.open(web.database) as store, store.lock("resources", now=utc_now()):
        recheck(command(), Namespace(campaign=None, no_recheck=False))
        assert "What is due is left to it." in capsys.readouterr().err
        with pytest.raises(StoreError, match="another crawl"):
            recheck(command(), Namespace(campaign=None), only=[gone])


async def test_settings_that_can_not_be_used_are_told_before_anything_starts(web: ResourceWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    await crawled(web, extra=STALE_AT_ONCE)
    await asyncio.sleep(0.5)
    monkeypatch.chdir(web.folder)
    broken = command()
    assert broken.settings is not None
    broken.settings.set("HOSTS_FILE", str(web.folder / "none"))
    with pytest.raises(CommandError, match="HOSTS_FILE"):
        recheck(broken, Namespace(campaign=None))


async def test_resources_looks_again_by_itself_and_reads_the_page_anew(web: ResourceWeb) -> None:
    seed, gone, works = await crawled(web)
    code, _, said = await scrapy_async("crawl", "resources", "--no-recheck", cwd=web.folder, **web.settings)
    assert code == 0, said
    assert (web.asked()[gone], web.asked()[seed]) == (1, 1)
    code, _, said = await scrapy_async("crawl", "resources", cwd=web.folder, **web.settings)
    assert code == 0, said
    assert (web.asked()[gone], web.asked()[seed], web.asked()[works]) == (2, 2, 1)


async def test_only_resources_can_be_told_not_to_look_again(web: ResourceWeb) -> None:
    await crawled(web)
    code, _, said = await scrapy_async("crawl", "recheck", "--no-recheck", cwd=web.folder, **web.settings)
    assert code == 2
    assert "--no-recheck is for scrapy crawl resources" in said
