"""`scrapy ranks import`: lists as they are published, packed or not; mistakes in a line of words."""

from __future__ import annotations

import gzip
import zipfile
from argparse import Namespace
from pathlib import Path

import pytest

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


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    path = tmp_path / "campaign.toml"
    path.write_text(CAMPAIGN)
    page = ResourcePage(url="https://www.example.org/links", final_url="https://www.example.org/links", status=200, fetched_at=utc_now())
    with Store.open(load_campaign(path).database) as store:
        store.pages.save(page)
    return path


def imported(campaign: Path, *args: str, source: str = "") -> int:
    return run_plainly(lambda: _ranks(list(args), Namespace(campaign=str(campaign), source=source)))


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


@pytest.mark.parametrize(("args", "code"), [(["import"], 2), (["export", "x"], 2), ([], 2), (["import", "missing.csv"], 1)])
def test_a_wrong_call_says_what_is_right(campaign: Path, capsys: pytest.CaptureFixture[str], args: list[str], code: int) -> None:
    assert imported(campaign, *args) == code
    assert "Usage: scrapy ranks import FILE" in (said := capsys.readouterr().err) or "there is no such file" in said


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
