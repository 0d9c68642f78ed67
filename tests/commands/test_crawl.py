"""`scrapy crawl` as it is typed: what is wrong is one line and an exit code, before anything starts; what is done is told in the end."""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader
from sqlite_utils import Database

from prospector.commands.crawl import Command
from prospector.spiders.clock import utc_now
from prospector.store import Store
from tests.crawling import ROOT, command, crawl, environment, scrapy_async
from tests.misbehaving_site import MisbehavingSite
from tests.resource_web import OWN, ResourceWeb

Typed = Callable[..., int]
# a disk on which an empty database can grow by so many pages of 4 KiB, and the command on it
SMALL_DISK = """
import sys
from prospector.store import store
prepare = store.prepare
def prepare_small(session):
    prepare(session)
    session.run(f"PRAGMA max_page_count = {{session.value('PRAGMA page_count') + {pages}}}")
store.prepare = prepare_small
from scrapy.cmdline import execute
execute(["scrapy", *sys.argv[1:]])
"""


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[ResourceWeb]:
    async with MisbehavingSite() as site:
        yield ResourceWeb(site, tmp_path)


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Type `scrapy crawl …` in a folder, as far as nothing is crawled. Its exit code."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> int:
        settings = Settings()
        settings.setmodule("prospector.settings", priority="project")
        command = Command()
        command.settings = settings
        parser = argparse.ArgumentParser(conflict_handler="resolve")
        command.add_options(parser)
        options, rest = parser.parse_known_args(arguments)
        command.process_options(rest, options)
        command.crawler_process = SimpleNamespace(spider_loader=get_spider_loader(settings))  # type: ignore[assignment]
        command.run(rest, options)
        return command.exitcode

    return run


def campaign_in(folder: Path, extra: str = "", seeds: str = 'urls = ["http://lists.test/links.html"]') -> Path:
    text = f"""name = "web"
goal = "help"
[seeds]
{seeds}
[sender]
name = "Ada Lind"
email = "ada@mine.test"
site = "http://mine.test/"
relation = "volunteer"
{extra}"""
    path = folder / "campaign.toml"
    path.write_text(text, encoding="utf-8")
    return path


class TestBeforeAnythingStarts:
    def test_an_unknown_spider(self, typed: Typed, capsys: pytest.CaptureFixture[str]) -> None:
        assert typed("resorces") == 2
        said = 'there is no spider "resorces". Did you mean: scrapy crawl resources? There are: backlinks, links, monitor, recheck, resources, site, worker.\n'
        assert capsys.readouterr().err == said

    def test_a_mistyped_argument_does_not_crawl_something_else(self, typed: Typed, capsys: pytest.CaptureFixture[str]) -> None:
        assert typed("resources", "-a", "campain=client.toml") == 2
        assert "-a campain=…: the spider resources knows no such argument. It knows -a campaign=…" in capsys.readouterr().err

    def test_a_campaign_without_seeds(self, typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        campaign_in(tmp_path, seeds="")
        assert typed("resources") == 2
        assert "campaign.toml: no seeds, so a crawl has nowhere to begin. Write under [seeds] in it:" in capsys.readouterr().err

    @pytest.mark.parametrize("seed", ["https://example.org/links", "https://www.facebook.com/groups/soil"])
    def test_seeds_that_are_all_left_out(self, typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str], seed: str) -> None:
        campaign_in(tmp_path, seeds='files = ["s.txt"]')
        path = tmp_path / "campaign.toml"
        path.write_text(path.read_text() + '[[sites]]\nurl = "https://example.org/"\n[ignore]\nhosts = ["facebook.com"]\n')
        (tmp_path / "s.txt").write_text(f"# mine\n{seed}\n")
        assert typed("resources") == 2
        assert "s.txt:2: all seeds are on your own site, or on the list of what to ignore." in capsys.readouterr().err

    @pytest.mark.parametrize("value", ["maybe", "2"])
    def test_a_switch_is_on_or_off(self, typed: Typed, capsys: pytest.CaptureFixture[str], value: str) -> None:
        assert typed("monitor", "-a", f"now={value}") == 2
        assert f"-a now={value}: it is on or off. Write it as -a now=1, or leave it out." in capsys.readouterr().err

    @pytest.mark.parametrize("spider", ["recheck", "monitor"])
    def test_what_looks_again_before_any_crawl(self, typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str], spider: str) -> None:
        campaign_in(tmp_path)
        assert typed(spider) == 1
        assert "nothing has been crawled for this campaign yet. Begin with: scrapy crawl resources" in capsys.readouterr().err
        assert not (tmp_path / "output").exists()

    def test_a_site_of_ones_own_that_nobody_else_can_see(self, typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        campaign_in(tmp_path, extra='[[sites]]\nurl = "http://localhost:8000/"')
        assert typed("site") == 2
        said = capsys.readouterr().err
        assert "campaign.toml:" in said
        assert "sites.url: http://localhost:8000/ can be reached from this machine or network only" in said

    def test_an_index_of_no_site(self, typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        campaign_in(tmp_path)
        assert typed("site") == 2
        assert "there is no [[sites]] table" in capsys.readouterr().err

    def test_mistakes_in_campaign_and_letters_come_at_once(self, typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        campaign_in(tmp_path)
        path = tmp_path / "campaign.toml"
        path.write_text(path.read_text().replace("[sender]", "[sendr]"))
        (tmp_path / "templates").mkdir()
        (tmp_path / "templates" / "mine.txt.j2").write_text("{{ nonsense")
        assert typed("resources") == 2
        said = capsys.readouterr().err
        assert "there is no table [sendr]. Did you mean [sender]?" in said
        assert "mine.txt.j2:1" in said

    def test_a_template_with_an_unknown_variable(self, typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        campaign_in(tmp_path)
        templates = tmp_path / "templates"
        templates.mkdir()
        for letter in (ROOT / "templates").iterdir():
            (templates / letter.name).write_text(letter.read_text("utf-8").replace("page.title", "page.titel"), "utf-8")
        assert typed("resources") == 2
        said = capsys.readouterr().err
        assert "page.titel" in said
        assert "page.title" in said.replace("page.titel", "")
        assert not (tmp_path / "output").exists()

    def test_a_letter_that_there_is_not(self, typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        campaign_in(tmp_path, extra='[templates]\nletter = "resource-pages"')
        assert typed("resources") == 2
        assert 'Write it as letter = "resource-page"' in capsys.readouterr().err

    def test_a_hosts_file_that_there_is_not(self, typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        campaign_in(tmp_path)
        assert typed("resources", "-s", "HOSTS_FILE=nowhere") == 2
        assert "HOSTS_FILE" in capsys.readouterr().err

    def test_an_output_folder_that_cannot_be(self, typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        campaign_in(tmp_path)
        (tmp_path / "output").write_text("a file in the way", "utf-8")
        assert typed("resources") == 1
        assert "output: the folder can't be made" in capsys.readouterr().err

    def test_a_database_that_cannot_be_written(self, typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        campaign_in(tmp_path)
        (tmp_path / "output" / "web.db").mkdir(parents=True)
        assert typed("resources") == 1
        assert "web.db: it can't be opened or created" in capsys.readouterr().err

    def test_a_database_that_is_damaged(self, typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        campaign_in(tmp_path)
        (tmp_path / "output").mkdir()
        (tmp_path / "output" / "web.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
        assert typed("resources") == 1
        assert "web.db: it is" in capsys.readouterr().err
        assert (tmp_path / "output" / "web.db").stat().st_size == 5016

    def test_a_database_of_a_newer_version(self, typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        campaign_in(tmp_path)
        with Store.open(tmp_path / "output" / "web.db") as store, Database(store.path) as db:
            db["_sqlite_migrations"].insert({"migration_set": "prospector", "name": "tomorrow", "applied_at": "2030-01-01"})
        assert typed("resources") == 1
        assert "written by a newer Prospector" in capsys.readouterr().err

    def test_a_database_that_another_crawl_writes(self, typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        campaign_in(tmp_path)
        with Store.open(tmp_path / "output" / "web.db") as store, store.lock("resources", now=utc_now()):
            assert typed("recheck") == 1
        assert "another crawl (resources, since" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            ((), 2, "name the list of links"),
            (("-a", "urls=nowhere.txt"), 2, "nowhere.txt: there is no such file"),
            (("-a", "urls=empty.txt"), 1, "empty.txt: there is no address in it"),
            (("-a", "urls=remarks.txt"), 1, "remarks.txt: there is no address in it"),
        ],
    )
    def test_a_list_of_no_links(
        self, typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, said: str
    ) -> None:
        (tmp_path / "empty.txt").touch()
        (tmp_path / "remarks.txt").write_text("# nothing\n\n", "utf-8")
        assert typed("links", *arguments) == code
        assert said in capsys.readouterr().err


def some(web: ResourceWeb) -> list[str]:
    return [web.missing("old.test", "/drying-sage-leaves"), web.page("site.test", "/page")]


async def test_when_no_page_can_be_read_it_says_so_and_fails(web: ResourceWeb) -> None:
    web.write_campaign(["http://no-such-name.test/", web.serve("pdf.test", "/", b"%PDF-1.7", kind="application/pdf")])
    code, _, said = await scrapy_async("crawl", "resources", cwd=web.folder, **web.settings)
    assert code == 1
    assert "No page could be read." in said
    assert "could not read http://no-such-name.test/ (campaign.toml:8): no such name" in said
    assert "could not read http://pdf.test/ (campaign.toml:8): it is no web page but application/pdf" in said
    assert "Traceback" not in said


async def test_a_second_run_at_once_has_nothing_to_do_and_asks_nobody(web: ResourceWeb) -> None:
    seed = web.link_list("lists.test", "/links.html", some(web))
    web.write_campaign([seed])
    await crawl("resources", settings=web.settings, campaign=web.campaign())
    asked = len(web.site.hits())
    for spider in ("resources", "recheck"):
        code, _, said = await scrapy_async("crawl", spider, cwd=web.folder, **web.settings)
        assert code == 0
        assert "Nothing is due, so nothing was asked for. The next look is due tomorrow" in said
    assert len(web.site.hits()) == asked


async def test_a_crawl_beside_another_is_told_at_once(web: ResourceWeb) -> None:
    seed = web.link_list("lists.test", "/links.html", [], delay=20)
    web.write_campaign([seed], crawl={"timeout": 30})
    first = await asyncio.create_subprocess_exec(
        *command("crawl", "resources", **web.settings), cwd=web.folder, env=environment(), stderr=asyncio.subprocess.DEVNULL
    )
    while not web.site.hits("/links.html"):  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.01)
    code, _, said = await scrapy_async("crawl", "recheck", cwd=web.folder, **web.settings)
    first.kill()
    await first.wait()
    assert code == 1
    assert said.splitlines()[-1].startswith("another crawl (resources, since")


@pytest.mark.parametrize("pages", [1, 12])
async def test_a_full_disk_ends_the_crawl_with_one_line(web: ResourceWeb, pages: int) -> None:
    targets = [web.missing(f"site{n % 9}.test", f"/page-{n}") for n in range(60)]
    web.write_campaign([web.link_list(f"lists{n}.test", "/links.html", targets) for n in range(6)])
    arguments = command("crawl", "resources", **web.settings)[3:]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SMALL_DISK.format(pages=pages), *arguments, cwd=web.folder, env=environment(), stderr=asyncio.subprocess.PIPE
    )
    _, err = await process.communicate()
    said = err.decode()
    assert process.returncode == 1
    assert "Traceback" not in said
    assert said.count("the disk is full. Make room, then run again") == 1
    assert "Ended early, because the database could take no more." in said


async def test_after_a_full_disk_the_same_command_goes_on(web: ResourceWeb) -> None:
    targets = [web.missing(f"site{n % 9}.test", f"/page-{n}") for n in range(60)]
    web.write_campaign([web.link_list(f"lists{n}.test", "/links.html", targets) for n in range(6)])
    store = Store.open(web.database)
    store._session.run(f"PRAGMA max_page_count = {store._session.value('PRAGMA page_count') + 10}")
    _, crawler = await crawl("resources", settings=web.settings | {"LOG_LEVEL": "CRITICAL"}, campaign=web.campaign(), store=store)
    assert crawler.stats is not None
    assert crawler.stats.get_value("finish_reason") == "database"
    await crawl("resources", settings=web.settings, campaign=web.campaign())
    with Store.open(web.database) as store:
        funnel = store.reports.funnel(utc_now())
    assert (funnel.pages_fetched, funnel.dead_probable) == (6, 60)


async def test_drafts_can_go_to_standard_output_which_has_nothing_else(web: ResourceWeb) -> None:
    seed = web.link_list("lists.test", "/links.html", some(web), title="Ссылки и ≥ 3 книги")
    web.write_campaign([seed])
    environ = environment() | {"PYTHONIOENCODING": "cp1252:strict"}
    process = await asyncio.create_subprocess_exec(
        *command("crawl", "resources", "-O", "-:jsonlines", **web.settings),
        cwd=web.folder,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    said = err.decode("cp1252")
    assert process.returncode == 0, said
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(row["page_url"], row["recipient"], row["status"]) for row in rows] == [(seed, "editor@lists.test", "waiting")]
    assert "Ссылки" in rows[0]["body"] + rows[0]["subject"]
    assert "Traceback" not in said
    assert "\x1b" not in said
    shown = await asyncio.to_thread(
        subprocess.run, command("drafts", "show", "1"), cwd=web.folder, env=environ, capture_output=True, check=False
    )
    assert (shown.returncode, shown.stderr.decode("cp1252").count("Traceback")) == (0, 0)
    assert b"http://lists.test/links.html" in shown.stdout


async def test_an_index_alone_says_what_is_there_and_what_comes_next(web: ResourceWeb) -> None:
    web.write_campaign([])
    code, _, said = await scrapy_async("crawl", "site", cwd=web.folder, **web.settings)
    assert code == 0
    assert "8  pages of your own are in the index" in said
    assert "Next: scrapy crawl resources" in said
    assert f"http://{OWN}" not in said
