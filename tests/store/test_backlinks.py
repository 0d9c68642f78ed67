"""Links as other tools know them: one row each, however many files name it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest

from prospector.backlinks.read import Backlink, Row, read_export
from prospector.store import Store, backlinks
from tests.store import builders as make

AHREFS = (
    "Referring page URL,Target URL,Anchor,Nofollow,First seen,Last seen\n"
    "https://a.example/list,https://mine.example/guide,the guide,true,2024-01-01,2026-01-01\n"
    "https://b.example/list,https://mine.example/guide,,false,,\n"
    "not an address,https://mine.example/guide,,false,,\n"
)
PLAIN = "source,target,anchor,first_seen,last_seen\nhttps://a.example/list,https://mine.example/guide,,2023-05-05,2025-01-01\n"


def imported(store: Store, text: str, file: str = "export.csv") -> tuple[int, int, list[int]]:
    done = store.backlinks.save(read_export(io.BytesIO(text.encode()), name=file), file=file, now=make.NOON)
    return done.rows, done.new, [one.line for one in done.damaged]


def test_a_link_is_one_row_however_many_files_name_it(store: Store) -> None:
    assert imported(store, AHREFS) == (2, 2, [4])
    assert imported(store, AHREFS) == (2, 0, [4])
    assert imported(store, PLAIN, "mine.csv") == (1, 0, [])
    assert store.backlinks.count() == 2
    row = store._session.row("SELECT * FROM backlinks WHERE source_url = 'https://a.example/list'")
    assert row is not None
    assert (row["anchor"], row["tools"], row["import_id"], row["line"]) == ("the guide", "Ahrefs, CSV", 3, 2)
    assert (row["first_seen"][:10], row["last_seen"][:10]) == ("2023-05-05", "2026-01-01")


def test_of_two_lines_about_one_link_the_later_counts(store: Store) -> None:
    text = "source,target,anchor\n" + "".join(
        f"https://{name}.example/,https://mine.example/,{name} {turn}\n" for turn in (1, 2) for name in "zam"
    )
    assert imported(store, text) == (6, 3, [])
    rows = store._session.tuples("SELECT anchor, line FROM backlinks ORDER BY source_url")
    assert rows == [("a 2", 6), ("m 2", 7), ("z 2", 5)]


def test_an_import_that_breaks_off_changes_no_link_and_leaves_nothing_behind(store: Store) -> None:
    def rows() -> Iterator[Row]:
        yield Backlink(line=2, source_url="https://a.example/", target_url="https://mine.example/")
        raise OSError("the disk is gone")

    export = replace(read_export(io.BytesIO(PLAIN.encode()), name="mine.csv"), rows=rows())
    with pytest.raises(OSError, match="the disk is gone"):
        store.backlinks.save(export, file="mine.csv", now=make.NOON)
    assert store.backlinks.count() == 0
    assert imported(store, PLAIN) == (1, 1, [])


def test_a_long_import_pauses_for_others_who_write(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlinks, "BATCH", 50)
    pauses: list[int] = []
    with Store.open(store.path) as other:

        def write() -> None:
            other.seeds.choose(f"https://a.example/{len(pauses)}", "kept", now=make.NOON)
            pauses.append(other.backlinks.count())

        monkeypatch.setattr(store._session, "let_others_write", write)
        imported(store, "source,target\n" + "".join(f"https://a.example/{n},https://mine.example/\n" for n in range(120)))
    assert pauses == [50, 100, 120]


def test_the_files_that_were_read_are_kept_with_what_was_not_understood(store: Store) -> None:
    imported(store, "source,target,Vibe\nhttps://a.example/,https://b.example/,x\nbroken\n", "mine.csv")
    (row,) = store.backlinks.imports()
    assert (row["file"], row["tool"], row["rows"], row["damaged"], row["not_understood"]) == ("mine.csv", "CSV", 1, 1, '["Vibe"]')


def test_targets_come_with_the_sites_that_want_them_and_their_sources(store: Store) -> None:
    imported(store, AHREFS)
    imported(store, "source,target\nhttps://a.example/2,https://old.example/\n")
    assert store.backlinks.targets() == [("https://mine.example/guide", 2), ("https://old.example/", 1)]
    assert list(store.backlinks.sources_of(["https://mine.example/guide"])) == ["https://a.example/list", "https://b.example/list"]


def test_pages_and_sites_that_a_tool_counted_are_kept_too(store: Store) -> None:
    assert imported(store, 'Site,Linking pages,Target pages\nlibrary.example.org,"1,240",12\n') == (1, 1, [])
    assert imported(store, 'Target page,Incoming links,Linking sites\nhttps://mine.example/guide,"1,240",96\n') == (1, 1, [])
    assert store._session.value("SELECT linking_pages FROM linking_sites") == 1240
    assert store._session.value("SELECT linking_sites FROM linked_pages") == 96
