"""Exports: what a spreadsheet must not run, and files that are whole or absent."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from prospector.export import TABLES, ExportError, Table, write_table
from prospector.export.as_csv import write_rows
from prospector.export.cells import CUT, MAX_CELL, cell
from prospector.export.files import form_of
from prospector.export.whole import TakenError, whole_file
from prospector.items import Confidence, Draft, DraftStatus, OutboundLink, ResourcePage, Verdict, VerdictKind
from prospector.store import Store
from prospector.store.suppressions import Suppressions
from tests.store import builders as make

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


def export_table(store: Store, table: Table, *, to: str, form: str, replace: bool = False, stdout: io.BytesIO | None = None) -> int:
    return write_table(table.rows(store), table.columns, to=to, form=form, name=table.name, replace=replace, stdout=stdout)


ANY = st.text(st.characters(codec=None, categories=None))
HIDDEN = set(
    map(chr, (*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0xFFFE, 0xFFFF))
)


def shown_of(text: str) -> str:
    """What of a text a spreadsheet may show."""
    return "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text if letter not in HIDDEN)


@settings(deadline=None)
@given(ANY)
def test_no_text_is_a_formula_and_none_breaks_the_row(text: str) -> None:
    out = io.StringIO(newline="")
    write_rows([{"a": text, "b": 1}, {"a": None, "b": True}], ["a", "b"], out)
    rows = list(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert rows[0] == ["a", "b"]
    assert len(rows) == 3
    assert rows[1][1] == "1"
    assert rows[2] == ["", "yes"]
    shown = rows[1][0]
    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert shown.removeprefix("'") == shown_of(text).removeprefix("'")
    shown.encode("utf-8")


def workbook(path: Path, rows: list[dict[str, object]]) -> list[list[object]]:
    """A workbook of these rows, as another program reads it."""
    columns = list(rows[0])
    assert write_table(rows, columns, to=str(path), form="xlsx", name="x", replace=True) == len(rows)
    book = openpyxl.load_workbook(path)
    assert all(cell.data_type in "sn" for row in book.active for cell in row)
    return [[cell.value for cell in row] for row in book.active]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANY)
@example(text="_x0041_")
@example(text="=1+1")
def test_a_workbook_holds_texts_as_texts(text: str, tmp_path: Path) -> None:
    heading, row = workbook(tmp_path / "x.xlsx", [{"a": text, "b": -1.5, "c": None, "d": False}])
    assert heading == ["a", "b", "c", "d"]
    assert row[1:] == [-1.5, None, "no"]
    shown = unescape(str(row[0] or ""))  # Excel does it by itself
    assert shown.removeprefix("'") == re.sub("\r\n?", "\n", shown_of(text).removeprefix("'"))


@pytest.mark.parametrize("letter", ["x", "é", "🐝", "=", "\ud800"])
def test_a_text_too_long_for_a_cell_is_cut_and_says_so(letter: str, tmp_path: Path) -> None:
    _, (shown, after) = workbook(tmp_path / "x.xlsx", [{"a": letter * 10_000_000, "b": "next"}])
    assert str(shown).endswith(CUT)
    assert len(str(shown).encode("utf-16-le")) // 2 in {MAX_CELL, MAX_CELL - 1}
    assert after == "next"


def test_a_text_that_just_fits_is_not_cut(tmp_path: Path) -> None:
    assert workbook(tmp_path / "x.xlsx", [{"a": "x" * MAX_CELL}])[1] == ["x" * MAX_CELL]


def test_csv_and_json_lines_keep_ten_megabytes_whole(tmp_path: Path) -> None:
    for form in ("csv", "jsonl"):
        write_table([{"a": "é" * 5_000_000}], ["a"], to=str(tmp_path / f"x.{form}"), form=form, name="x")
        assert (tmp_path / f"x.{form}").stat().st_size > 10_000_000


def test_half_a_character_stops_no_export(tmp_path: Path) -> None:
    for form in ("csv", "jsonl", "xlsx"):
        assert write_table([{"a": "a\ud800b\0"}], ["a"], to=str(tmp_path / f"x.{form}"), form=form, name="x") == 1


def test_a_workbook_needs_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(ExportError, match=r"pip install 'prospector\[xlsx\]'"):
        workbook(tmp_path / "x.xlsx", [{"a": 1}])
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_needs_a_file() -> None:
    with pytest.raises(ExportError, match="a workbook needs a file"):
        write_table([], ["a"], to="-", form="xlsx", name="x")


@pytest.mark.parametrize(
    ("to", "given", "form"),
    [
        ("-", None, "csv"),
        ("x", None, "csv"),
        ("x.XLSX", None, "xlsx"),
        ("x.jsonl", None, "jsonl"),
        ("x.txt", "csv", "csv"),
        ("-", "jsonl", "jsonl"),
    ],
)
def test_the_format_follows_the_ending(to: str, given: str | None, form: str) -> None:
    assert form_of(to, given, ("csv", "jsonl", "xlsx"), default="csv") == form


@pytest.mark.parametrize(
    ("to", "given", "said"),
    [
        ("x.ods", None, "x.ods: which format? Its ending is none of csv, xlsx."),
        ("x.xlsx", "csv", "x.xlsx ends like xlsx, but --format says csv."),
        ("-", "pdf", "there is no format 'pdf' for this. There are csv, xlsx."),
    ],
)
def test_a_format_that_is_not_clear_is_asked_for(to: str, given: str | None, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        form_of(to, given, ("csv", "xlsx"), default="csv")


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
    made = {"verdict_text", "checked_on", "contact_source", "contact_hidden"} if name == "prospects" else set()
    columns = [column for column in TABLES[name].columns if column not in made]
    assert columns == store._session.column("SELECT name FROM pragma_table_info(?)", (view,))


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx"])
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


def test_a_device_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(TakenError, match="no ordinary file"), whole_file(pipe, replace=True):
        pass
    assert pipe.is_fifo()


@pytest.mark.parametrize(("to", "words"), [("nowhere/x.csv", "can't be written"), (".", "it is a folder")])
def test_a_place_that_cannot_be_written_is_named(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ExportError, match=words):
        export_table(store, TABLES["drafts"], to=to, form="csv")


def test_a_prospect_says_what_was_seen_when_and_where_the_contact_stands(store: Store, tmp_path: Path) -> None:
    page, gone, moved = make.PAGE, make.TARGET, "https://moved.example.net/"
    store.pages.save(make.page(page, links=[make.link(gone, anchor="Bee guide"), make.link(moved, anchor="", position=1)]))
    store.evidence.save_checks([(make.seen(gone, observed_at=make.NOON + make.DAY), make.dead(reason="It answers 404."))], now=make.NOON)
    store.evidence.save_checks([(make.seen(moved), make.dead(VerdictKind.DNS, Confidence.PROBABLE))], now=make.NOON)
    contact = make.contact(source_url="https://library.example.org/team")
    store.prospects.save(make.prospect(contact=contact), now=make.NOON)
    (row,) = TABLES["prospects"].rows(store)
    assert row["verdict_text"] == ["Bee guide: answers “not found” (404)"]
    assert row["checked_on"] == "2026-03-02"
    assert row["contact_source"] == "https://library.example.org/team, seen 2026-03-01"
    with Suppressions.open(tmp_path / "suppressions.db") as suppressions:
        assert TABLES["prospects"].doubt(row, suppressions) == ""
        assert TABLES["prospects"].doubt({**row, "confirmed_dead_links": 0}, suppressions) == "no dead link on the page is confirmed yet"
        suppressions.add("lind@library.example.org", now=make.NOON)
        assert TABLES["prospects"].doubt(row, suppressions) == "this address asked not to be written to"
