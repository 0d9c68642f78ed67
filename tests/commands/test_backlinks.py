"""`scrapy backlinks`: says what a file is taken for; what can't be read is named; one bad file does not cost the others."""

from __future__ import annotations

import csv
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from prospector.backlinks.reports import all_reports
from prospector.campaign import load_campaign
from prospector.commands._shared import BAD_INPUT, FAILED, run_plainly
from prospector.commands.backlinks import _backlinks
from prospector.items import Confidence, Observation, Outcome, SitePage, Verdict, VerdictKind
from prospector.store import Store
from tests.documents import ROOT

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CAMPAIGN = """\
name = "garden"
goal = "help"
[sender]
name = "Ada Lind"
email = "ada@example.org"
site = "https://example.org/"
relation = "volunteer"
"""
AHREFS = (
    "Referring page URL,Target URL,Anchor,Vibe\n"
    "https://a.example/list,https://mine.example/guide,the guide,good\n"
    "not an address,https://mine.example/guide,,\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "campaign.toml").write_text(CAMPAIGN)
    return tmp_path


def run(folder: Path, *args: str, damaged: str | None = None) -> int:
    opts = Namespace(campaign=str(folder / "campaign.toml"), damaged=damaged, replace=False)
    return run_plainly(lambda: _backlinks(list(args), opts))


def known(folder: Path) -> int:
    with Store.open(load_campaign(folder / "campaign.toml").database) as store:
        return store.backlinks.count()


def written(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text)
    return str(folder / name)


def test_it_says_what_a_file_is_and_what_could_not_be_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "import", written(folder, "a.csv", AHREFS)) == 0
    said = capsys.readouterr().err
    assert "a.csv: Ahrefs: Backlinks (utf-8). 1 row, 1 of them new." in said
    assert "columns that were not understood: Vibe" in said
    assert 'a.csv:3  no web address of a linking page: "not an address"' in said
    assert known(folder) == 1


def test_a_file_that_is_none_is_refused_and_the_others_are_taken(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "import", written(folder, "b.csv", "name,age\nx,3\n"), written(folder, "a.csv", AHREFS)) == BAD_INPUT
    assert "b.csv: not an export that is known." in capsys.readouterr().err
    assert known(folder) == 1


def test_all_damaged_lines_are_written_to_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    many = AHREFS + "nothing,https://mine.example/,,\n" * 30
    assert run(folder, "import", written(folder, "a.csv", many), damaged=str(folder / "damaged.csv")) == 0
    assert "and 11 more lines that could not be read" in capsys.readouterr().err
    with (folder / "damaged.csv").open(encoding="utf-8", newline="") as file:
        lines = [row["line"] for row in csv.DictReader(file)]
    assert lines == [str(line) for line in range(3, 34)]
    assert run(folder, "import", str(folder / "a.csv"), damaged=str(folder / "damaged.csv")) == BAD_INPUT
    assert "is there already. Add --replace" in capsys.readouterr().err


def test_mistakes_are_told_before_anything_is_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "import", str(folder / "none.csv")) == FAILED
    assert run(folder) == BAD_INPUT
    assert run(folder, "impotr", "a.csv") == BAD_INPUT
    said = capsys.readouterr().err
    assert "none.csv: there is no such file." in said
    assert "Did you mean import?" in said


def test_a_name_that_is_no_file_stops_all_and_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = (written(folder, "a.csv", AHREFS), str(folder / "none.csv"), str(folder))
    assert run(folder, "import", *names) == FAILED
    assert capsys.readouterr().err.splitlines() == [
        f"{folder / 'none.csv'}: there is no such file.",
        f"{folder}: it is a folder. Name the files in it.",
        "Nothing was read, nor changed.",
    ]
    assert not load_campaign(folder / "campaign.toml").database.exists()


def test_every_report_is_told_in_the_docs_with_what_it_was_checked_against() -> None:
    text = (ROOT / "docs" / "backlinks.md").read_text("utf-8")
    for report in all_reports():
        assert f"| {report.tool} | {report.name} | " in text
        assert f"- {report.tool}: {report.source}." in text
        (row,) = [line for line in text.splitlines() if line.startswith(f"| {report.tool} | {report.name} | ")]
        assert row.endswith(f"| {report.checked} |")


def indexed(folder: Path) -> None:
    """Pages of one's own, a dead one that others link to, and one that lives."""
    with Store.open(load_campaign(folder / "campaign.toml").database) as store:
        for topic in ("Hot composting of garden waste", "Pruning old roses in winter", "Keeping earthworms in a box"):
            path, text = topic.split()[1], f"A guide to {topic.lower()}. " * 5
            store.site.save([SitePage(url=f"https://example.org/{path}.html", title=topic, headings=(topic,), text=text, fetched_at=NOON)])
        for url in ("https://example.org/old/hot-composting-guide", "https://example.org/old/zebra-crossing"):
            seen = Observation(target_url=url, observed_at=NOON, run_id="r", outcome=Outcome.ANSWERED, status=404)
            gone = Verdict(kind=VerdictKind.GONE, reason="It is gone.", confidence=Confidence.CONFIRMED)
            store.evidence.save_checks([(seen, gone)], now=NOON)


def redirected(folder: Path, form: str, *, output: str = "-", replace: bool = False) -> int:
    opts = Namespace(campaign=str(folder / "campaign.toml"), format=form, output=output, replace=replace)
    return run_plainly(lambda: _backlinks(["redirects"], opts))


LINKED = (
    "source,target,anchor\n"
    "https://a.example/,https://example.org/old/hot-composting-guide,Hot composting of garden waste\n"
    "https://b.example/,https://example.org/old/hot-composting-guide,hot composting\n"
    "https://b.example/,https://example.org/old/zebra-crossing,zebra crossing\n"
    "https://b.example/,https://example.org/never-checked,something\n"
)


def test_dead_pages_of_ones_own_get_the_page_that_fits_or_none(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "campaign.toml").write_text(CAMPAIGN + '[[sites]]\nurl = "https://example.org/"\n')
    assert run(folder, "import", written(folder, "a.csv", LINKED)) == 0
    indexed(folder)
    assert redirected(folder, "csv") == 0
    out, err = capsys.readouterr()
    first, second = csv.DictReader(out.splitlines())
    assert (first["from"], first["to"], first["linking_sites"]) == (
        "https://example.org/old/hot-composting-guide",
        "https://example.org/composting.html",
        "2",
    )
    assert (second["to"], second["fit"]) == ("", "none")
    assert "2 dead pages of yours that others link to" in err
    assert "1 more page of yours that others link to was never checked." in err


def test_a_file_of_redirects_is_overwritten_only_when_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "campaign.toml").write_text(CAMPAIGN + '[[sites]]\nurl = "https://example.org/"\n')
    run(folder, "import", written(folder, "a.csv", LINKED))
    indexed(folder)
    output = folder / "moved.conf"
    assert redirected(folder, "nginx", output=str(output)) == 0
    assert "map $host$request_uri" in output.read_text()
    assert redirected(folder, "nginx", output=str(output)) == BAD_INPUT
    assert redirected(folder, "apache", output=str(output), replace=True) == 0
    assert "RewriteEngine On" in output.read_text()


def test_without_an_index_there_is_nowhere_to_send_visitors(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(folder, "import", written(folder, "a.csv", LINKED))
    assert redirected(folder, "csv") == FAILED
    assert "scrapy crawl site" in capsys.readouterr().err
