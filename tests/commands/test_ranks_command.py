"""`scrapy ranks import`: lists as they are published, packed or not; mistakes in a line of words."""

from __future__ import annotations

import gzip
import json
import threading
import zipfile
from argparse import Namespace
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from scrapy.settings import Settings

from prospector import settings as settings_module
from prospector.campaign import load_campaign
from prospector.commands._shared import run_plainly
from prospector.commands.ranks import _ranks
from prospector.items import ResourcePage
from prospector.scoring.authority import Rank
from prospector.spiders.clock import utc_now
from prospector.store import Store

CAMPAIGN = """\
name = "garden"
goal = "help"
[sender]
name = "Ada Lind"
email = "ada@example.org"
site = "https://example.org/"
relation = "volunteer"
"""
TRANCO = "1,search.example.com\n2,example.com\n12345,example.org\n"


OUR_SETTINGS = {name: getattr(settings_module, name) for name in dir(settings_module) if name.isupper()}
OUR_SETTINGS |= {"ADDRESS_GUARD_ENABLED": False, "DOWNLOAD_DELAY": 0, "DNS_SECOND_RESOLVER": "", "CANARY_URLS": []}


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    path = tmp_path / "campaign.toml"
    path.write_text(CAMPAIGN)
    page = ResourcePage(url="https://www.example.org/links", final_url="https://www.example.org/links", status=200, fetched_at=utc_now())
    with Store.open(load_campaign(path).database) as store:
        store.pages.save(page)
    return path


def imported(campaign: Path, *args: str, source: str = "", **settings: Any) -> int:
    return run_plainly(lambda: _ranks(list(args), Namespace(campaign=str(campaign), source=source), Settings(OUR_SETTINGS | settings)))


def ranks(campaign: Path) -> tuple[Rank, ...]:
    with Store.open(load_campaign(campaign).database) as store:
        return store.ranks.of("example.org")


def packed(path: Path, kind: str, text: str) -> Path:
    match kind:
        case "gz":
            path.write_bytes(gzip.compress(text.encode()))
        case "zip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("readme.md", "a list")
                archive.writestr("top-1m.csv", text)
        case _:
            path.write_bytes(text.encode(kind))
    return path


@pytest.mark.parametrize("kind", ["utf-8", "utf-8-sig", "utf-16", "gz", "zip"])
def test_a_list_is_read_however_it_is_packed(campaign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    assert imported(campaign, "import", str(packed(tmp_path / "top-1m", kind, TRANCO))) == 0
    assert ranks(campaign) == (Rank(domain="example.org", source="Tranco", rank=12_345),)
    assert "Tranco: 1 of the 1 sites" in capsys.readouterr().err


def test_a_list_may_be_given_a_name_and_else_bears_its_files(campaign: Path, tmp_path: Path) -> None:
    path = packed(tmp_path / "ratings.2026.csv", "utf-8", "Domain;DR\nexample.org;54,5\n")
    assert imported(campaign, "import", str(path)) == 0
    assert imported(campaign, "import", str(path), source="our  tool") == 0
    assert [(rank.source, rank.rating) for rank in ranks(campaign)] == [("our tool", 54.5), ("ratings", 54.5)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "list.csv: it is empty"),
        ("name,colour\nrose,red\n", 'list.csv: its first line is "name,colour", which names no column of domains'),
        ("domain,rank\nexample.org,many\n", 'list.csv: "many" is no rank'),
        ("domain,rating\nexample.org,540\n", 'list.csv: "540" in the column "rating" is no rating of 0 to 100'),
    ],
)
def test_what_is_no_list_of_ranks_is_said_in_a_line(
    campaign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    assert imported(campaign, "import", str(packed(tmp_path / "list.csv", "utf-8", text))) == 2
    assert said in capsys.readouterr().err
    assert ranks(campaign) == ()


@pytest.mark.parametrize("args", [["import"], ["export", "x"], []])
def test_a_wrong_call_says_what_is_right(campaign: Path, capsys: pytest.CaptureFixture[str], args: list[str]) -> None:
    assert imported(campaign, *args) == 2
    assert "Usage: scrapy ranks import FILE [--source NAME] | scrapy ranks fetch" in capsys.readouterr().err


def test_a_missing_file_is_said_by_its_name(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert imported(campaign, "import", "missing.csv") == 1
    assert "missing.csv: there is no such file" in capsys.readouterr().err


def test_a_file_that_breaks_off_is_named(campaign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "top.csv.gz"
    path.write_bytes(gzip.compress(b"1,a.com\n" * 10_000)[:60])
    assert imported(campaign, "import", str(path)) == 1
    assert "top.csv.gz: it breaks off or is damaged" in capsys.readouterr().err


def test_a_zip_file_without_a_list_is_named(campaign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.md", "a list")
    assert imported(campaign, "import", str(path)) == 2
    assert "there is no .csv, .txt or .tsv file in it" in capsys.readouterr().err


class FakeService:
    """Open PageRank as it answers, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []  # key and sites of each request
        self.refuses: dict[int, int] = {}  # number of a request → status
        self.body: bytes | None = None
        self.places = {"example.org": "1234", "site7.example": None}
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                sites = parse_qs(urlsplit(self.path).query).get("domains[]", [])
                status = service.refuses.get(len(service.asked), 200)
                service.asked.append((self.headers.get("API-OPR", ""), sites))
                body = service.answer(sites) if service.body is None else service.body
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Location", f"http://127.0.0.1:{service.server.server_port}/elsewhere")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/api/v1.0/getPageRank"

    def answer(self, sites: list[str]) -> bytes:
        rows: list[dict[str, Any]] = [{"status_code": 404, "error": "Domain not found", "domain": "other.example", "rank": None}]
        for site in sites:
            known = site in self.places
            decimal = 4.25 if known else ""
            rows.append({"status_code": 200 if known else 404, "domain": site, "rank": self.places.get(site), "page_rank_decimal": decimal})
        return json.dumps({"status_code": 200, "response": rows, "last_updated": "1st Nov 2026"}).encode()


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeService]:
    monkeypatch.setenv("OPEN_PAGERANK_KEY", "secret-key")
    fake = FakeService()
    serving = threading.Thread(target=fake.server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    yield fake
    fake.server.shutdown()
    serving.join()
    fake.server.server_close()


def with_many_sites(campaign: Path, number: int) -> None:
    with Store.open(load_campaign(campaign).database) as store:
        for each in range(number):
            url = f"https://site{each}.example/"
            store.pages.save(ResourcePage(url=url, final_url=url, status=200, fetched_at=utc_now()))


class TestFetch:
    def test_a_hundred_sites_are_asked_about_at_a_time_with_the_key(
        self, campaign: Path, service: FakeService, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with_many_sites(campaign, 149)
        assert imported(campaign, "fetch", OPEN_PAGERANK_URL=service.url) == 0
        assert [(key, len(sites)) for key, sites in service.asked] == [("secret-key", 100), ("secret-key", 50)]
        assert ranks(campaign) == (Rank(domain="example.org", source="Open PageRank", rank=1234),)
        with Store.open(load_campaign(campaign).database) as store:
            assert store.ranks.of("site7.example") == (Rank(domain="site7.example", source="Open PageRank", rating=42.5),)
        assert "Open PageRank: asked about 150 of the 150 sites of this campaign; it knows 2." in capsys.readouterr().err

    def test_what_is_known_is_not_asked_again_for_a_month(self, campaign: Path, service: FakeService) -> None:
        assert imported(campaign, "fetch", OPEN_PAGERANK_URL=service.url) == 0
        assert imported(campaign, "fetch", OPEN_PAGERANK_URL=service.url) == 0
        assert len(service.asked) == 1
        with Store.open(load_campaign(campaign).database) as store:
            store.ranks.add(store.ranks.of("example.org"), now=utc_now() - timedelta(days=31))
        assert imported(campaign, "fetch", OPEN_PAGERANK_URL=service.url) == 0
        assert len(service.asked) == 2

    @pytest.mark.parametrize("key", ["", "  ", "bad\nkey", "schlüssel"])
    def test_without_a_key_nothing_is_asked(
        self, campaign: Path, service: FakeService, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], key: str
    ) -> None:
        monkeypatch.setenv("OPEN_PAGERANK_KEY", key)
        assert imported(campaign, "fetch", OPEN_PAGERANK_URL=service.url) == 2
        assert "there is no key for Open PageRank in the environment variable OPEN_PAGERANK_KEY" in capsys.readouterr().err
        assert service.asked == []

    @pytest.mark.parametrize(
        ("status", "said"),
        [(403, "it doesn't know the key"), (429, "used up for now"), (500, "it answers 500. Go on later"), (302, "it answers 302")],
    )
    def test_a_refusal_is_said_and_what_came_before_it_is_kept(
        self, campaign: Path, service: FakeService, capsys: pytest.CaptureFixture[str], status: int, said: str
    ) -> None:
        with_many_sites(campaign, 149)
        service.refuses = {1: status}
        assert imported(campaign, "fetch", OPEN_PAGERANK_URL=service.url) == 1
        assert said in (told := capsys.readouterr().err)
        assert "secret-key" not in told
        assert len(service.asked) == 2  # the key followed no redirect
        assert ranks(campaign) == (Rank(domain="example.org", source="Open PageRank", rank=1234),)

    @pytest.mark.parametrize(
        "body", [b"", b"<html>", b"[]", b"{}", b'{"response": 3}', b'{"response": [3]}', b'{"response": null}', b"[" * 99_999]
    )
    def test_nonsense_is_said_to_be_that(
        self, campaign: Path, service: FakeService, capsys: pytest.CaptureFixture[str], body: bytes
    ) -> None:
        service.body = body
        assert imported(campaign, "fetch", OPEN_PAGERANK_URL=service.url) == 1
        assert "Open PageRank: its answer is not what the service promises" in capsys.readouterr().err

    def test_a_service_that_is_not_there(self, campaign: Path, service: FakeService, capsys: pytest.CaptureFixture[str]) -> None:
        assert imported(campaign, "fetch", OPEN_PAGERANK_URL="http://nowhere.test/", HOSTS_ONLY=True) == 1
        assert "Open PageRank: The name has no address" in capsys.readouterr().err
