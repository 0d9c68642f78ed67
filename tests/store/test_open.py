"""Opening a database: new, older, newer, foreign, damaged, out of reach."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlite_utils import Database

from prospector.items import DraftKind
from prospector.store import Store, StoreError
from prospector.store.schema import MIGRATIONS, VERSION
from tests.store import builders as make


def version_1(path: Path) -> None:
    """A database as the first schema made it, with a page of the user's site in it."""
    path.parent.mkdir(parents=True)
    with Database(path) as db:
        MIGRATIONS.apply(db, stop_before="2 search and views")
        db.execute(
            "INSERT INTO site_pages (url, title, headings, description, url_words, text, offered)"
            " VALUES ('https://mine.example/a', 'Compost', '', '', 'a', '', 1)"
        )


def test_a_new_database_gets_its_folder_and_the_whole_schema(path: Path) -> None:
    with Store.open(path):
        assert path.is_file()
    with Database(path) as db:
        assert len(MIGRATIONS.applied(db)) == VERSION
        assert MIGRATIONS.pending(db) == []


def test_connections_use_wal_and_enforce_foreign_keys(store: Store) -> None:
    assert store._session.value("PRAGMA journal_mode") == "wal"
    assert store._session.value("PRAGMA foreign_keys") == 1
    assert store._session.value("PRAGMA synchronous") == 1


def test_a_database_of_version_1_is_migrated_and_its_rows_are_searchable(path: Path) -> None:
    version_1(path)
    with Store.open(path) as store:
        assert store.site.search(["compost"], 5) == ["https://mine.example/a"]
        assert store.reports.funnel(make.NOON).pages_fetched == 0


def test_letters_of_before_are_told_first_from_reminder_when_kinds_come(path: Path) -> None:
    path.parent.mkdir(parents=True)
    written = "INSERT INTO drafts (page_url, recipient, subject, body, template, status, note, created_at, updated_at, follow_up_of) VALUES"
    with Database(path) as db:
        MIGRATIONS.apply(db, stop_before="11 reclaiming")
        db.execute(f"{written} ('https://a.example/', '', '', '', 'short', 'sent', '', '2026-01-01', '2026-01-01', NULL)")
        db.execute(f"{written} ('https://a.example/', '', '', '', 'follow-up', 'ready', '', '2026-01-09', '2026-01-09', 1)")
    with Store.open(path) as store:
        first, reminder = store.drafts.all_of_page("https://a.example/")
        assert (first.kind, reminder.kind) == (DraftKind.FIRST, DraftKind.FOLLOW_UP)
        assert store.drafts.of_page("https://a.example/", DraftKind.FOLLOW_UP) == reminder
        assert store.drafts.of_page("https://a.example/", DraftKind.RECLAIM) is None


def test_letters_of_before_claim_the_new_addresses_that_stand_in_them(path: Path) -> None:
    path.parent.mkdir(parents=True)
    new = "https://x.example/New/planting"
    claims = [
        {"target_url": "https://x.example/1", "anchor": "Pflänzchen"},
        {"target_url": "https://x.example/2", "carries": True},
        {"target_url": "https://x.example/3"},
    ]
    written = (
        "INSERT INTO drafts (page_url, recipient, subject, body, edited_body, template, status, note, claims, created_at, updated_at)"
        " VALUES (?, '', '', ?, ?, 'short', 'approved', '', ?, '2026-01-01', '2026-01-01')"
    )
    with Database(path) as db:
        MIGRATIONS.apply(db, stop_before="13 looks at new addresses")
        for number in (1, 2):
            target = f"https://x.example/{number}"
            db.execute("INSERT INTO targets (url) VALUES (?)", (target,))
            db.execute(
                "INSERT INTO aliases (target_url, new_url, confidence, reasons) VALUES (?, ?, 0.9, '[]')", (target, f"{new}-{number}")
            )
        texts = ((f"It moved:\n{new}-2\n", None), (f"{new}-2\n", f"It moved: {new}-1.\n"), ("It is gone.\n", None))
        for page, (body, edited) in enumerate(texts):
            db.execute(written, (f"https://p.example/{page}", body, edited, json.dumps(claims)))
    with Store.open(path) as store:
        given = [[claim.new_url for claim in draft.claims] for draft in store.drafts.list()]
        assert given == [["", f"{new}-2", ""], [f"{new}-1", "", ""], ["", "", ""]]
        assert [(claim.anchor, claim.carries) for claim in store.drafts.list()[0].claims] == [
            ("Pflänzchen", False),
            ("", True),
            ("", False),
        ]


def test_a_newer_schema_is_named_and_refused_and_the_file_stays_untouched(path: Path) -> None:
    with Store.open(path):
        pass
    with Database(path) as db:
        db["_sqlite_migrations"].insert({"migration_set": "prospector", "name": "tomorrow", "applied_at": "2030-01-01"})
    before = path.read_bytes()
    with pytest.raises(
        StoreError, match=rf"gardening\.db: written by a newer Prospector \(schema {VERSION + 1}; this one knows {VERSION}\)"
    ):
        Store.open(path)
    assert path.read_bytes() == before


def test_somebody_elses_database_is_refused_and_stays_untouched(path: Path) -> None:
    path.parent.mkdir()
    with Database(path) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not one of Prospector's"):
        Store.open(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("name,email\n" * 500)
    with pytest.raises(StoreError, match=r"gardening\.db: it is not a database"):
        Store.open(path)


def test_a_damaged_database_is_named(path: Path) -> None:
    with Store.open(path) as store:
        for number in range(200):
            store.pages.save(make.page(f"https://library.example.org/{number}", html="x" * 2000))
    data = bytearray(path.read_bytes())
    data[4096 : len(data) - 4096] = b"\xa5" * (len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(StoreError, match=r"gardening\.db: it is damaged"), Store.open(path) as store:
        store.reports.funnel(make.NOON)


def test_a_missing_database_is_named_when_it_must_be_there(path: Path) -> None:
    with pytest.raises(StoreError, match=r"there is no such database yet. Run `scrapy crawl resources` first"):
        Store.open(path, create=False)
    assert not path.parent.exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "output").write_text("a file, not a folder")
    with pytest.raises(StoreError, match="output: the folder can't be made"):
        Store.open(tmp_path / "output" / "gardening.db")


def test_a_folder_in_the_databases_place_is_named(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StoreError, match="it can't be opened or created"):
        Store.open(path)


def test_a_file_that_cannot_be_written_is_named(store: Store) -> None:
    store._session.run("PRAGMA query_only = ON")  # root may write anything, so permissions can't make it so here
    with pytest.raises(StoreError, match=r"it can't be written\. Check the permissions"):
        store.pages.save(make.page())


def test_a_full_disk_is_named_and_what_was_saved_is_kept(store: Store) -> None:
    store.pages.save(make.page())
    pages = store._session.value("PRAGMA page_count")
    store._session.run(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match=r"the disk is full\. Make room, then run again"):
        store.pages.save(make.page("https://library.example.org/more", links=[make.link(context=str(n) * 500) for n in range(500)]))
    assert store.pages.get(make.PAGE) == make.page()
    assert store.pages.get("https://library.example.org/more") is None
    store._session.run(f"PRAGMA max_page_count = {pages + 10_000}")
    store.pages.save(make.page("https://library.example.org/more"))


def test_a_broken_rule_of_the_schema_is_a_bug_and_not_a_sentence_for_users(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        store._session.run("INSERT INTO runs (run_id, kind, started_at) VALUES ('1', NULL, '')")


def test_columns_reject_values_of_the_wrong_type(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        store._session.run("INSERT INTO visits (url, depth, seed, found_on) VALUES ('a', 'deep', '', '')")


def test_half_a_surrogate_pair_in_text_is_replaced_and_loses_nothing_else(store: Store) -> None:
    store.pages.save(make.page(title="caf\u00e9 \ud800", html="\udcff kept", links=[make.link(anchor="a\ud800b")]))
    page = store.pages.get(make.PAGE, html=True)
    assert page is not None
    assert page.title == "caf\u00e9 \ufffd"
    assert page.html == "\udcff kept"
    assert page.links[0].anchor == "a\ufffdb"


def test_a_python_with_an_old_sqlite_is_told_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 9))
    with pytest.raises(StoreError, match=r"3\.37 or newer is needed"):
        Store.open(path)


def test_a_transaction_that_fails_inside_another_undoes_only_itself(store: Store) -> None:
    def fail() -> None:
        with store._session.write():
            store.pages.save(make.page("https://library.example.org/more"))
            raise ZeroDivisionError

    with store._session.write():
        store.pages.save(make.page())
        with pytest.raises(ZeroDivisionError):
            fail()
    assert store.pages.get(make.PAGE) is not None
    assert store.pages.get("https://library.example.org/more") is None


def test_two_programs_write_in_turn_and_neither_is_refused(path: Path) -> None:
    program = """
import sys, pathlib
from prospector.store import Store, Visit
with Store.open(pathlib.Path(sys.argv[1])) as store:
    for number in range(100):
        store.visits.add([Visit(url=f"https://{sys.argv[2]}.example/{number}")])
"""
    started = [subprocess.Popen([sys.executable, "-c", program, str(path), name], stderr=subprocess.PIPE) for name in "ab"]
    assert [process.communicate()[1].decode() for process in started] == ["", ""]
    with Store.open(path) as store:
        assert store._session.value("SELECT count(*) FROM visits") == 200


def test_four_programs_that_open_a_new_database_at_once_all_get_it(path: Path) -> None:
    program = "import sys, pathlib; from prospector.store import Store; Store.open(pathlib.Path(sys.argv[1])).close()"
    started = [subprocess.Popen([sys.executable, "-c", program, str(path)], stderr=subprocess.PIPE) for _ in range(4)]
    assert [process.communicate()[1].decode() for process in started] == [""] * 4


def test_a_program_killed_while_it_writes_loses_nothing_it_had_saved(path: Path) -> None:
    program = """
import sys, itertools, pathlib
from tests.store import builders as make
from prospector.store import Store
store = Store.open(pathlib.Path(sys.argv[1]))
for number in itertools.count():
    link = make.link(f"https://gone.example.com/{number}")
    store.pages.save(make.page(f"https://library.example.org/{number}", links=[link] * 50, html="x" * 5000))
    print(number, flush=True)
"""
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as writer:
        assert writer.stdout is not None
        while (last := int(writer.stdout.readline())) < 40:
            pass
        writer.kill()
        last = max([last, *map(int, writer.stdout.read().split())])
    with Store.open(path) as store:
        assert all(len(store.pages.links_of(f"https://library.example.org/{number}")) == 50 for number in range(last + 1))
        assert store._session.value("PRAGMA integrity_check") == "ok"


def test_a_copy_taken_after_closing_is_whole(path: Path, tmp_path: Path) -> None:
    with Store.open(path) as store:
        store.pages.save(make.page())
    shutil.copy(path, tmp_path / "copy.db")
    with Store.open(tmp_path / "copy.db") as copy:
        assert copy.pages.get(make.PAGE) == make.page()
