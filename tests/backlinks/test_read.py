"""Exports of other tools: recognised and read whatever their encoding, delimiter and damage; what is none is refused with a reason."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospector.backlinks.read import Backlink, Damaged, Export, ExportError, LinkedPage, LinkingSite, Row, read_export
from prospector.backlinks.records import encoding_of
from prospector.backlinks.reports import Report, all_reports
from prospector.backlinks.values import date_of, number_of
from tests.backlinks.exports import ANCHORS, rows_of, written

REPORTS = all_reports()
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252")
DELIMITERS = (",", ";", "\t", "|")


def read(data: bytes, name: str = "export.csv") -> tuple[Export, list[Row], list[Damaged]]:
    export = read_export(io.BytesIO(data), name=name)
    found = list(export.rows)
    return export, [row for row in found if not isinstance(row, Damaged)], [row for row in found if isinstance(row, Damaged)]


def by_id(report_id: str) -> Report:
    return next(report for report in REPORTS if report.id == report_id)


@pytest.mark.parametrize("report", REPORTS, ids=lambda one: one.id)
def test_its_own_sample_is_read_whole(report: Report) -> None:
    export, rows, damaged = read(report.sample.encode())
    assert export.report is report
    assert (len(rows), damaged, export.not_understood) == (1, [], ())


@pytest.mark.parametrize("delimiter", DELIMITERS, ids=repr)
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("report", REPORTS, ids=lambda one: one.id)
def test_every_tool_in_every_encoding_with_every_delimiter(report: Report, encoding: str, delimiter: str) -> None:
    export, rows, damaged = read(written(report, rows_of(report, 12), delimiter=delimiter, encoding=encoding))
    assert (export.report, export.delimiter, export.not_understood) == (report, delimiter, ())
    assert (len(rows), damaged) == (12, [])
    if isinstance(rows[0], Backlink) and any(row.anchor for row in rows if isinstance(row, Backlink)):
        assert [row.anchor for row in rows if isinstance(row, Backlink)] == [ANCHORS[n % len(ANCHORS)] for n in range(12)]


@pytest.mark.parametrize("damage", ["short", "never closed", "no address", "too long", "zeros", "breaks", "blank"])
@pytest.mark.parametrize("report", REPORTS, ids=lambda one: one.id)
def test_a_damaged_line_costs_itself_only_and_is_named(report: Report, damage: str) -> None:
    rows = rows_of(report, 9)
    text = written(report, rows, delimiter=",", encoding="utf-8", end="\n").decode().split("\n")
    at = len(text) - 6  # in the middle of the rows
    line = text[at]
    text[at] = {
        "short": line.split(",")[0][:1],
        "never closed": f'"{line}' if '"' not in line else line.replace('"', "", 1),
        "no address": re.sub(r"https?://|[\w-]+\.example(?:\.\w+)?", "-", line),
        "too long": line + "x" * 300_000,
        "zeros": line + "\0",
        "breaks": line,
        "blank": f"\n\n{line}\n",
    }[damage]
    export, found, damaged = read("\n".join(text).encode())
    assert export.report is report
    if damage in {"zeros", "breaks", "blank"}:
        assert (len(found), damaged) == (9, [])
    else:
        assert len(found) == 8
        assert [one.line for one in damaged] == [at + 1]
        assert damaged[0].why


def test_a_cell_may_hold_line_breaks() -> None:
    text = 'source,target,anchor\nhttps://a.example/,https://b.example/,"two\nlines"\nhttps://c.example/,https://d.example/,one\n'
    _, rows, damaged = read(text.encode())
    assert damaged == []
    assert [(row.line, row.anchor) for row in rows if isinstance(row, Backlink)] == [(2, "two lines"), (4, "one")]


def test_everything_a_row_says_is_kept() -> None:
    _, (row,), _ = read(by_id("ahrefs-broken-backlinks").sample.encode())
    assert row == Backlink(
        line=2,
        source_url="https://library.example.org/garden.html",
        target_url="http://old.example.com/compost.html",
        anchor="composting guide",
        source_title="Garden links",
        source_status=200,
        target_status=404,
        context="See the composting guide of the county",
        language="en",
        first_seen=datetime(2021, 3, 4, 10, 20, 30, tzinfo=UTC),
        last_seen=datetime(2026, 10, 1, 8, 0, tzinfo=UTC),
        authority=61.0,
        external_links=52,
    )


def test_nofollow_is_read_however_a_tool_says_it() -> None:
    semrush = by_id("semrush-backlinks").sample.replace(",false,false,false,true", ",true,false,true,true", 1)
    frog = by_id("screaming-frog-inlinks").sample.replace(",true,,,", ",false,,ugc,", 1)
    (first,), (second,) = read(semrush.encode())[1], read(frog.encode())[1]
    assert isinstance(first, Backlink)
    assert isinstance(second, Backlink)
    assert (set(first.rel), set(second.rel)) == ({"nofollow", "ugc"}, {"nofollow", "ugc"})


@pytest.mark.parametrize(
    ("headings", "row", "report", "made"),
    [
        ("Página de enlace;Último rastreo", "https://a.example/x;2026-10-01", "gsc-latest-links", Backlink),
        ("Site web;Pages;Cibles", "a.example;1 240;12", "gsc-linking-sites", LinkingSite),
        ("ページ,数,サイト", 'https://mine.example/a,"1,240",96', "gsc-linked-pages", LinkedPage),
        ("דף מקשר,נסרק לאחרונה", "https://a.example/x,01/08/2026", "gsc-latest-links", Backlink),
        ("אתר,דפים מקשרים,דפי יעד", 'a.example,"1,240",12', "gsc-linking-sites", LinkingSite),
        ("Verlinkende Seite,Zuletzt gecrawlt", "https://a.example/x,01.10.2026", "gsc-latest-links", Backlink),
    ],
)
def test_search_console_in_other_languages(headings: str, row: str, report: str, made: type[Row]) -> None:
    export, rows, damaged = read(f"{headings}\n{row}\n{row.replace('a.example', 'b.example')}\n".encode())
    assert (export.report.id, len(rows), damaged) == (report, 2, [])
    assert isinstance(rows[0], made)


def test_what_ahrefs_writes_today_is_understood() -> None:
    headings = (
        "Referring page title\tReferring page URL\tLanguage\tPlatform\tReferring page HTTP code\tDomain rating\tUR\tDomain traffic\tReferring domains\t"
        "Linked domains\tExternal links\tPage traffic\tKeywords\tTarget URL\tTarget page HTTP code\tLeft context\tAnchor\tRight context\t"
        "Redirect Chain URLs\tRedirect Chain status codes\tType\tIs spam\tContent\tNofollow\tUGC\tSponsored\tRendered\tRaw\tTarget checked\t"
        "Ref. page checked\tAuthor\tPage type\tPage category"
    )
    row = (
        "Links\thttps://a.example/x\ten\t\t200\t61\t14\t12\t9\t44\t52\t3\t2\thttps://b.example/y\t404\tsee\tthe guide\there\t\t\ttext\tfalse\ttrue\ttrue\t"
        "false\tfalse\tfalse\ttrue\t2026-09-01 08:00:00\t2026-10-01 08:00:00\t\t\t"
    )
    export, (found,), damaged = read(f"{headings}\r\n{row}\r\n".encode("utf-16"))
    assert (export.report.id, export.not_understood, damaged) == ("ahrefs-broken-backlinks", (), [])
    assert isinstance(found, Backlink)
    assert (found.target_status, found.rel, found.last_seen) == (404, ("nofollow",), datetime(2026, 10, 1, 8, tzinfo=UTC))


def test_a_cell_with_spaces_around_it_is_the_cell() -> None:
    _, (row,), _ = read(
        b"source , target,anchor,nofollow,date\n https://a.example/ , https://b.example/ , the  guide , true , 2026-10-01 \n"
    )
    assert row == Backlink(
        line=2,
        source_url="https://a.example/",
        target_url="https://b.example/",
        anchor="the guide",
        rel=("nofollow",),
        last_seen=datetime(2026, 10, 1, tzinfo=UTC),
    )


def test_a_line_that_breaks_off_is_told_with_how_many_columns_it_has() -> None:
    _, _, damaged = read(b"source,anchor,target\nhttps://a.example/\nhttps://a.example/,x\nhttps://a.example/,x,https://b.example/\n")
    assert [one.why for one in damaged] == ["it has 1 column, and should have 3", "it has 2 columns, and should have 3"]


def test_columns_that_mean_nothing_to_us_are_named() -> None:
    export, _, _ = read(b"source,target,Vibe,anchor,Mood\nhttps://a.example/,https://b.example/,x,y,z\n")
    assert export.not_understood == ("Vibe", "Mood")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is empty"),
        (b"\xef\xbb\xbf\r\n", "it is empty"),
        (b"PK\x03\x04...", "a spreadsheet or zip"),
        (b"%PDF-1.7", "a PDF"),
        (b"<html><body>Log in</body></html>", "a web page"),
        (b'[{"url": "x"}]', "JSON"),
        (b"name,age\nAda,36\n", 'Its first line is "name,age"'),
        (b"just some words\nand more\n", "Known are"),
        ("Überschrift\n".encode("utf-16"), "not an export that is known"),
        (bytes(range(256)) * 40, "it is no text"),
        ("\u00dc\u00a0b;c\n".encode("cp1252"), "Its first line is"),
    ],
)
def test_what_is_no_export_is_refused_with_a_reason(data: bytes, why: str) -> None:
    with pytest.raises(ExportError, match=re.escape(why)):
        read(data)


@given(st.binary(max_size=400), st.sampled_from(REPORTS))
def test_no_bytes_break_the_reader(data: bytes, report: Report) -> None:
    _, rows, _ = read(report.sample.encode() + data)
    assert rows


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,240", 1240),
        ("1.240", 1240),
        ("1 240", 1240),
        ("1\u202f240", 1240),
        ("12.5", 12.5),
        ("12,5", 12.5),
        ("7", 7),
        ("-", None),
        ("", None),
        ("61%", 61),
    ],
)
def test_numbers_of_every_country(cell: str, value: float | None) -> None:
    assert number_of(cell) == value


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-10-01", "2026-10-01"),
        ("2026-10-01 08:00:00", "2026-10-01"),
        ("2026-10-01T23:30:00-05:00", "2026-10-02"),
        ("01.10.2026", "2026-10-01"),
        ("1 Oct 2026", "2026-10-01"),
        ("Oct 1, 2026", "2026-10-01"),
        ("31/10/2026", "2026-10-31"),
        ("10/31/2026", "2026-10-31"),
        ("03/04/2026", None),
        ("soon", None),
    ],
)
def test_a_day_is_read_when_it_can_be_one_day_only(cell: str, day: str | None) -> None:
    found = date_of(cell)
    assert (found.date().isoformat() if found else None) == day


def test_the_encoding_is_told_without_a_mark() -> None:
    assert [encoding_of("a,b\nü".encode(name)) for name in ("utf-8", "utf-16-le", "utf-16-be", "cp1252")] == [
        "utf-8",
        "utf-16-le",
        "utf-16-be",
        "cp1252",
    ]


def test_every_report_says_where_its_headings_are_from() -> None:
    assert len({report.id for report in REPORTS}) == len(REPORTS) >= 9
    for report in REPORTS:
        assert report.source
        assert report.checked
        assert report.sample
