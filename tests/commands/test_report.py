"""`scrapy report`: one file, never over another, nothing beside it."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from prospector.commands.report import Command
from prospector.store import Store
from tests.crawling import scrapy
from tests.store import builders as make


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the demo was crawled, with one dead link."""
    monkeypatch.chdir(tmp_path)
    with Store.open(tmp_path / "output" / "demo.db") as store:
        store.pages.save(make.page(links=[make.link(anchor="Ссылка")]))
        store.evidence.save_verdict(make.TARGET, make.dead(), now=make.NOON)
    return tmp_path


def typed(*arguments: str, output: str | None = None, replace: bool = False) -> int:
    command = Command()
    command.run(list(arguments), Namespace(campaign=None, output=output, replace=replace))
    return command.exitcode


def test_it_is_named_after_the_campaign_and_says_where_it_is(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed() == 0
    assert "Ссылка" in (here / "demo-report.html").read_text("utf-8")
    assert capsys.readouterr().err.splitlines()[-1] == "The report is in demo-report.html: open it in a browser."
    assert sorted(path.name for path in here.iterdir()) == ["demo-report.html", "output"]


def test_a_file_is_overwritten_only_when_asked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "out.html").write_text("mine", "utf-8")
    assert typed(output="out.html") == 2
    assert "--replace" in capsys.readouterr().err
    assert (here / "out.html").read_text("utf-8") == "mine"
    assert typed(output="out.html", replace=True) == 0
    assert (here / "out.html").read_text("utf-8") != "mine"


def test_a_folder_is_no_file_and_a_missing_one_is_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(output="output", replace=True) == 2
    assert "it is a folder" in capsys.readouterr().err
    assert typed(output="nowhere/out.html") == 1
    assert "nowhere" in capsys.readouterr().err


def test_a_mistyped_option_is_no_file_name(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("--replcae") == 2
    assert "Did you mean --replace?" in capsys.readouterr().err
    assert not (here / "demo-report.html").exists()


def test_before_the_first_crawl_it_says_how_to_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert typed() == 1
    assert "scrapy crawl resources" in capsys.readouterr().err
    assert not (tmp_path / "demo-report.html").exists()


def test_standard_output_has_the_page_and_nothing_else(here: Path) -> None:
    done = scrapy("report", "-o", "-", cwd=here)
    assert done.returncode == 0
    assert done.stdout.startswith("<!doctype html>")
    assert done.stdout.rstrip().endswith("</html>")
    assert "campaign demo" in done.stderr
    assert not (here / "demo-report.html").exists()
