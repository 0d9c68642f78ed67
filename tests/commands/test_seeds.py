"""`scrapy seeds`: what is brought goes into the list once, what was decided stays decided, and a search service is asked only when named."""

from __future__ import annotations

import io
import json
import threading
from argparse import Namespace
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from scrapy.settings import Settings

from prospector import settings as settings_module
from prospector.campaign import load_campaign
from prospector.commands._shared import BAD_INPUT, FAILED, run_plainly
from prospector.commands.seeds import _seeds
from prospector.items import OutboundLink, ResourcePage, Verdict, VerdictKind
from prospector.spiders.clock import utc_now
from prospector.store import Store
from prospector.store.suppressions import Suppressions

CAMPAIGN = """\
name = "garden"
goal = "help"
keywords = ["garden"]
[[sites]]
url = "https://mine.example/"
[seeds]
files = ["seeds.txt"]
[sender]
name = "Ada Lind"
email = "ada@mine.example"
site = "https://mine.example/"
relation = "volunteer"
"""
SEED, SEEN, FURTHER = "https://a.example/links", "https://b.example/links", "https://c.example/useful-links"
OURS = {name: getattr(settings_module, name) for name in dir(settings_module) if name.isupper()}
OURS |= {"DOWNLOAD_DELAY": 0, "DNS_SECOND_RESOLVER": "", "CANARY_URLS": []}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "campaign.toml").write_text(CAMPAIGN)
    (tmp_path / "seeds.txt").write_text(SEED)  # without a line end
    link = OutboundLink(target_url=FURTHER, anchor="Useful links", context="Useful links")
    dead = OutboundLink(target_url="https://gone.example/", anchor="A guide", context="A guide")
    page = ResourcePage(url=SEEN, final_url=SEEN, status=200, fetched_at=utc_now(), title="Links", links=(link, dead), seed=SEED)
    with Store.open(load_campaign(tmp_path / "campaign.toml").database) as store:
        store.pages.save(page)
        store.evidence.save_verdict(dead.target_url, Verdict(kind=VerdictKind.GONE, reason="It is gone."), now=utc_now())
    return tmp_path


def run(folder: Path, *args: str, **options: Any) -> int:
    given = {"output": "searches.html", "replace": False, "searxng": None, "brave": False, "query": None, **options}
    settings = Settings(OURS | {"SUPPRESSIONS_DB": str(folder / "suppressions.db")})
    return run_plainly(lambda: _seeds(list(args), Namespace(campaign=str(folder / "campaign.toml"), **given), settings))


def seeds(folder: Path) -> list[str]:
    return [line for line in (folder / "seeds.txt").read_text().splitlines() if not line.startswith("#")]


def test_what_is_new_joins_the_list_once_and_the_rest_is_told_apart(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Suppressions.open(folder / "suppressions.db") as suppressions:
        suppressions.add("asked.example", now=utc_now())
    new = "https://new.example/resources"
    urls = [new, new, SEED, SEEN, "https://mine.example/x", "https://asked.example/links"]
    (folder / "brought.txt").write_text("\n".join(urls))
    assert run(folder, "add", str(folder / "brought.txt")) == 0
    out, err = capsys.readouterr()
    assert out.split() == [new]
    assert (
        "6 addresses: 1 new, 1 named twice, 1 a seed already, 1 on a site of yours, 1 on a site that asked to be left alone, 1 read already."
        in err
    )
    assert seeds(folder) == [SEED, new]
    assert ", brought.txt" in (folder / "seeds.txt").read_text()
    assert run(folder, "add", str(folder / "brought.txt")) == 0
    assert seeds(folder) == [SEED, new]
    assert load_campaign(folder / "campaign.toml").seed_urls() == (SEED, new)


def test_files_without_a_web_address_are_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = folder / "empty.txt"
    empty.write_text("nothing here\n")
    assert run(folder, "add", str(empty)) == 0
    assert f"There is no web address in {empty}." in capsys.readouterr().err


def test_searches_are_written_to_a_page_that_is_not_overwritten(folder: Path) -> None:
    output = str(folder / "searches.html")
    assert run(folder, "queries", output=output) == 0
    assert "-site:mine.example" in Path(output).read_text("utf-8")
    assert run(folder, "queries", output=output) == BAD_INPUT


def test_what_was_decided_is_not_asked_again(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("what?\nd\n"))
    assert run(folder, "review") == 0
    assert FURTHER in capsys.readouterr().out
    assert seeds(folder) == [SEED]
    assert run(folder, "review") == 0
    assert "No candidate waits" in capsys.readouterr().err


def test_what_is_kept_becomes_a_seed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("k\n"))
    assert run(folder, "review") == 0
    assert seeds(folder) == [SEED, FURTHER]


def test_each_seed_is_listed_with_what_it_brought(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "list") == 0
    heading, row = capsys.readouterr().out.splitlines()
    assert heading.split() == ["pages", "dead", "links", "drafts", "wins", "seed"]
    assert row.split() == ["1", "1", "0", "0", SEED]


@pytest.fixture
def service() -> Iterator[tuple[str, list[str]]]:
    """A SearXNG, and what it was asked."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            asked.append(query["q"][0])
            if query["q"] == ["elsewhere"]:
                self.send_response(302)
                self.send_header("Location", "/search?format=json&q=followed")
                self.end_headers()
                return
            body = json.dumps({"results": [{"url": "https://found.example/links"}]}).encode()
            self.send_response(200 if query["format"] == ["json"] and query["q"] != ["refuse"] else 403)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", asked
        server.shutdown()


def test_a_search_service_is_asked_once_when_it_is_named(
    folder: Path, service: tuple[str, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    address, asked = service
    assert run(folder, "add", searxng=address, query="garden links") == 0
    assert asked == ["garden links"]
    assert seeds(folder) == [SEED, "https://found.example/links"]
    assert run(folder, "add", searxng=address, query="refuse") == FAILED
    assert "it answers 403" in capsys.readouterr().err


def test_a_service_on_this_machine_is_asked_though_the_guard_is_on_and_leads_nowhere_else(
    folder: Path, service: tuple[str, list[str]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, asked = service
    assert OURS["ADDRESS_GUARD_ENABLED"] is True
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")  # it would be asked for any other machine
    assert run(folder, "add", searxng=address.replace("127.0.0.1", "localhost"), query="garden links") == 0
    assert run(folder, "add", searxng=address, query="elsewhere") == FAILED
    assert "is not followed" in capsys.readouterr().err
    assert asked == ["garden links", "elsewhere"]


def test_an_address_of_a_service_that_is_none_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "add", searxng="localhost:8888", query="garden") == BAD_INPUT
    assert "Write it as http://localhost:8888" in capsys.readouterr().err


def test_without_a_key_or_a_query_nobody_is_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BRAVE_SEARCH_KEY", raising=False)
    assert run(folder, "add", brave=True, query="garden") == BAD_INPUT
    assert run(folder, "add", searxng="http://127.0.0.1:1/") == BAD_INPUT


def test_mistakes_in_the_command_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder) == BAD_INPUT
    assert run(folder, "reveiw") == BAD_INPUT
    assert run(folder, "add", str(folder / "none.txt")) == FAILED
    assert "Did you mean review?" in capsys.readouterr().err
