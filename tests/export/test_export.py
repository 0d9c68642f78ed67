"""Exports: what a spreadsheet must not run, and files that are whole or absent."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospector.export import TABLES, ExportError, Table, export_table
from prospector.export.as_csv import cell, write_rows
from prospector.items import Draft, DraftStatus, OutboundLink, ResourcePage, Verdict, VerdictKind
from prospector.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "x.db") as opened:
        link = OutboundLink(target_url="https://gone.example.com/", anchor="=cmd|'/C calc'!A0", context="Пчёлы, “bees”")
        opened.pages.save(
            ResourcePage(
                url="https://a.example/",
                final_url="https://a.example/",
                status=200,
                fetched_at=NOON,
                title="Bienen – Übersicht",
                links=(link,),
            )
        )
        opened.evidence.save_verdict(link.target_url, Verdict(kind=VerdictKind.GONE, reason="It is gone."), now=NOON)
        draft = Draft(
            page_url="https://a.example/",
            recipient="a@a.example",
            subject="Re",
            body="Dear A,\n\n-- \nB",
            template="t",
            status=DraftStatus.READY,
        )
        opened.drafts.save(draft, now=NOON)
        yield opened


@given(st.text(st.characters(codec=None, categories=None)))
def test_no_text_is_a_formula_and_none_breaks_the_row(text: str) -> None:
    out = io.StringIO(newline="")
    write_rows([{"a": text, "b": 1}, {"a": None, "b": True}], ["a", "b"], out)
    rows = list(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert rows[0] == ["a", "b"]
    assert len(rows) == 3
    assert rows[1][1] == "1"
    assert rows[2] == ["", "yes"]
    shown = rows[1][0]
    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert shown.removeprefix("'") == "".join(
        letter for letter in text if letter in "\t\n\r" or (letter >= " " and letter != "\x7f")
    ).removeprefix("'")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("\x00=1+1", "'=1+1"),
        ("a=1", "a=1"),
        (-5, "-5"),
        (-0.5, "-0.5"),
        (False, "no"),
        (None, ""),
        (["+20 same topic: x", "-5 far away: y"], "'+20 same topic: x; -5 far away: y"),
        ([], ""),
        ({"é": 1}, '{"é": 1}'),
    ],
)
def test_cells_show_what_a_person_expects(value: object, shown: str) -> None:
    assert cell(value) == shown


VIEWS = {"prospects": "prospect_list", "drafts": "draft_list", "dead-links": "dead_links", "content-gaps": "content_gaps"}


@pytest.mark.parametrize(("name", "view"), VIEWS.items())
def test_the_columns_of_a_table_are_those_the_store_has(name: str, view: str, store: Store) -> None:
    assert list(TABLES[name].columns) == store._session.column("SELECT name FROM pragma_table_info(?)", (view,))


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_table_can_be_written_in_every_format(table: Table, form: str, store: Store, tmp_path: Path) -> None:
    rows = len(list(table.rows(store)))
    assert export_table(store, table, to=str(tmp_path / "out"), form=form) == rows
    assert (tmp_path / "out").exists()


def test_a_csv_file_opens_in_excel_with_its_letters_and_without_its_formulas(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "dead.csv"
    assert export_table(store, TABLES["dead-links"], to=str(out), form="csv") == 1
    assert out.read_bytes().startswith(b"\xef\xbb\xbfpage_url,")
    (row,) = csv.DictReader(io.StringIO(out.read_text("utf-8-sig"), newline=""))
    assert (row["page_title"], row["anchor"], row["context"]) == ("Bienen – Übersicht", "'=cmd|'/C calc'!A0", "Пчёлы, “bees”")


def test_json_lines_hold_the_values_themselves(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "dead.jsonl"
    export_table(store, TABLES["dead-links"], to=str(out), form="jsonl")
    text = out.read_text("utf-8")
    assert "Пчёлы" in text
    row = json.loads(text)
    assert (row["anchor"], row["position"], row["confirmed_at"]) == ("=cmd|'/C calc'!A0", 0, None)
    assert list(row) == list(TABLES["dead-links"].columns)


def test_a_letter_keeps_its_lines_in_a_csv_cell(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "drafts.csv"
    export_table(store, TABLES["drafts"], to=str(out), form="csv")
    with out.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["body"] == "Dear A,\n\n-- \nB"


def test_standard_output_gets_utf_8_without_a_mark_and_stays_open(store: Store) -> None:
    stdout = io.BytesIO()
    assert export_table(store, TABLES["dead-links"], to="-", form="csv", stdout=stdout) == 1
    assert stdout.getvalue().startswith(b"page_url,")
    assert "Übersicht".encode() in stdout.getvalue()


def test_an_existing_file_is_overwritten_only_when_asked(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "dead.csv"
    out.write_text("mine")
    with pytest.raises(ExportError, match=r"dead\.csv: it is there already. Add --replace"):
        export_table(store, TABLES["dead-links"], to=str(out), form="csv")
    assert out.read_text() == "mine"
    export_table(store, TABLES["dead-links"], to=str(out), form="csv", replace=True)
    assert "page_url" in out.read_text("utf-8-sig")


def test_an_export_that_breaks_off_leaves_the_old_file_and_no_litter(store: Store, tmp_path: Path) -> None:
    def rows(_: Store) -> Iterator[dict[str, object]]:
        yield {"a": "1"}
        raise ZeroDivisionError

    out = tmp_path / "there.csv"
    out.write_text("mine")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ZeroDivisionError):
        export_table(store, Table(name="x", says="", columns=("a",), rows=rows), to=str(out), form="csv", replace=True)
    assert out.read_text() == "mine"
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(("to", "words"), [("nowhere/x.csv", "can't be written"), (".", "it is a folder")])
def test_a_place_that_cannot_be_written_is_named(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ExportError, match=words):
        export_table(store, TABLES["drafts"], to=to, form="csv")


def test_an_unknown_format_is_named_with_those_there_are(store: Store) -> None:
    with pytest.raises(ExportError, match=r"pdf: no such format. There are csv, jsonl\."):
        export_table(store, TABLES["drafts"], to="-", form="pdf")
