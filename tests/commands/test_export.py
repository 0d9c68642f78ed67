"""`scrapy export`: a table as a file, or on standard output and nothing else there."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from argparse import Namespace
from pathlib import Path

import pytest

from prospector.commands.export import Command
from prospector.export import TABLES
from prospector.store import Store
from tests.crawling import scrapy
from tests.store import builders as make


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the demo was crawled, with one letter."""
    monkeypatch.chdir(tmp_path)
    with Store.open(tmp_path / "output" / "demo.db") as store:
        store.pages.save(make.page(links=[make.link()]))
        store.evidence.save_verdict(make.TARGET, make.dead(), now=make.NOON)
        store.prospects.save(make.prospect(contact=make.contact()), now=make.NOON)
        store.drafts.save(make.draft(subject="=1+1 Ссылка"), now=make.NOON)
    return tmp_path


def typed(*arguments: str, form: str | None = None, output: str = "-", replace: bool = False) -> int:
    command = Command()
    command.run(list(arguments), Namespace(campaign=None, format=form, output=output, replace=replace, no_recheck=True))
    return command.exitcode


def run(here: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return scrapy("export", "--no-recheck", *arguments, cwd=here)


@pytest.mark.parametrize("table", TABLES)
def test_every_table_can_be_written_and_says_how_much(here: Path, capsys: pytest.CaptureFixture[str], table: str) -> None:
    assert typed(table, output="out.csv") == 0
    rows = list(csv.DictReader(io.StringIO((here / "out.csv").read_text("utf-8-sig"))))
    noun = "row" if len(rows) == 1 else "rows"
    assert capsys.readouterr().err.splitlines()[-1] == f"{len(rows)} {noun}: {TABLES[table].says}, in out.csv"


def test_the_files_ending_decides_on_the_format(here: Path) -> None:
    assert typed("drafts", output="out.jsonl") == 0
    assert json.loads((here / "out.jsonl").read_text("utf-8"))["subject"] == "=1+1 Ссылка"
    assert typed("drafts", output="out.csv") == 0
    assert "'=1+1" in (here / "out.csv").read_text("utf-8-sig")


def test_a_file_is_overwritten_only_when_asked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "out.csv").write_text("mine", "utf-8")
    assert typed("drafts", output="out.csv") == 1
    assert "--replace" in capsys.readouterr().err
    assert (here / "out.csv").read_text("utf-8") == "mine"
    assert typed("drafts", output="out.csv", replace=True) == 0
    assert (here / "out.csv").read_text("utf-8") != "mine"


def test_a_folder_that_there_is_not(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("drafts", output="nowhere/out.csv") == 1
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "said"), [((), "which table?"), (("draughts",), "there is no table 'draughts'")])
def test_an_unknown_table_is_named_with_those_there_are(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert typed(*arguments) == 2
    assert f"{said} There are: prospects, drafts, dead-links" in capsys.readouterr().err


def test_standard_output_has_the_table_and_nothing_else(here: Path) -> None:
    done = run(here, "drafts", "--format", "jsonl")
    assert done.returncode == 0
    assert [json.loads(line)["subject"] for line in done.stdout.splitlines()] == ["=1+1 Ссылка"]
    assert "campaign demo" in done.stderr
