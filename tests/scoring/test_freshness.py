"""When a page was last changed, as far as it, its server or its copyright note tell."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospector.scoring.freshness import Change, last_changed

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ROWS = tomllib.loads(files("prospector.scoring").joinpath("dates.toml").read_text(encoding="utf-8"))


def changed(html: str, last_modified: str = "") -> Change | None:
    return last_changed(f"<html><body>{html}</body></html>", last_modified=last_modified, fetched_at=NOW)


def day(html: str, last_modified: str = "") -> date | None:
    found = changed(html, last_modified)
    return found.on if found else None


@pytest.mark.parametrize("words", ROWS["changed"])
def test_each_way_of_saying_it_is_understood(words: str) -> None:
    assert day(f"<p>Bees</p><p>{words} 2024-03-12</p>") == date(2024, 3, 12)


@pytest.mark.parametrize("name", ROWS["meta"])
@pytest.mark.parametrize("key", ["name", "property"])
def test_each_meta_is_read(name: str, key: str) -> None:
    head = f'<head><meta {key}="{name}" content="2024-03-12T10:00:00Z"></head>'
    assert last_changed(head, last_modified="", fetched_at=NOW) == Change(on=date(2024, 3, 12), told_by="says its head")


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("Last updated: 2024-03-12", date(2024, 3, 12)),
        ("Letzte Änderung: 12.3.2024", date(2024, 3, 12)),
        ("Last modified 03/25/2024", date(2024, 3, 25)),
        ("Last updated on Tuesday, March 12, 2024", date(2024, 3, 28)),  # the month is enough
        ("Last updated 12 March 2024", date(2024, 3, 28)),
        ("Dernière mise à jour : 12 février 2024", date(2024, 12, 31)),  # and so is the year
        ("最終更新 2024年3月12日", date(2024, 3, 12)),
        ("Last updated: November 2026", date(2026, 11, 20)),  # not later than today
    ],
)
def test_dates_are_read_as_exactly_as_matters(text: str, on: date) -> None:
    assert day(f"<p>{text}</p>") == on


def test_the_latest_word_counts() -> None:
    html = '<time itemprop="dateModified" datetime="2021-01-01">x</time><script type="application/ld+json">{"dateModified": "2022-02-02"}</script>'
    assert day(f"{html}<p>Last updated 2020-05-05</p>") == date(2022, 2, 2)
    assert day(f"{html}<p>Last updated 2020-05-05</p>", "Wed, 01 May 2024 10:00:00 GMT") == date(2024, 5, 1)


@pytest.mark.parametrize(
    "header", ["", "yesterday", "Fri, 20 Nov 2026 09:00:30 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 20 Nov 2099 09:00:00 GMT"]
)
def test_a_header_that_says_nothing_of_the_page_is_passed_over(header: str) -> None:
    assert changed("<p>Bees</p>", header) is None


def test_a_copyright_note_is_the_last_resort_and_not_sure() -> None:
    assert changed("<p>&copy; 1998-2019 The bees</p>") == Change(on=date(2019, 12, 31), told_by="copyright 2019", sure=False)
    assert changed("<p>Copyright (c) 2026 The bees</p>") == Change(on=NOW.date(), told_by="copyright 2026", sure=False)
    assert day("<p>&copy; 2026 The bees</p><p>Last updated 2011-01-01</p>") == date(2011, 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "Updated daily",
        "Last updated: never",
        "The 2024 edition",
        "Last updated 2024-13-45",
        "Last updated 1850-01-01",
        "Last updated 2050-01-01",
    ],
)
def test_what_is_no_date_of_the_page_is_none(text: str) -> None:
    assert changed(f"<p>{text}</p>") is None


@given(st.text(max_size=200), st.text(max_size=40))
def test_nothing_in_a_page_or_header_is_an_error(html: str, header: str) -> None:
    last_changed(html, last_modified=header, fetched_at=NOW)
