"""Repairing a database: damage of every kind, at seeded places."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from prospector.items import DraftStatus
from prospector.store import Store, StoreError, salvage, why_damaged
from prospector.store.carving import Pages
from prospector.store.codecs import packed
from prospector.store.salvage import DERIVED
from tests.store import builders as make

PAGE = 4096
PAGES = 40
ROWS = "SELECT url, title, snapshot FROM resource_pages"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with something in most tables: long and short rows, some deleted ones, of an odd number of pages."""
    path = tmp_path_factory.mktemp("sound") / "garden.db"
    rng = random.Random(7)
    with Store.open(path) as store:
        for number in range(PAGES):
            url = f"https://library{number}.example.org/links"
            links = [make.link(f"https://gone.example.com/{number}/{n}", context="words " * rng.randrange(1, 40)) for n in range(10)]
            store.pages.save(
                make.page(url, links=links, html=rng.randbytes(rng.randrange(50, 6000)).hex(), title=f"Links {number} — für alle")
            )
        for number in range(PAGES):
            target = f"https://gone.example.com/{number}/0"
            store.evidence.save_checks(
                [(make.seen(target, observed_at=make.NOON + n * make.HOUR), make.dead()) for n in range(3)], now=make.NOON
            )
            store.findings.save_matches(target, [make.match(target)], now=make.NOON)
        for number in range(0, PAGES, 2):
            url = f"https://library{number}.example.org/links"
            store.prospects.save(make.prospect(url), now=make.NOON)
            store.drafts.save(make.draft(url), now=make.NOON)
        store.site.save([make.site_page(f"https://mine.example/{n}", title=f"Compost {n}", text="soil " * 300) for n in range(30)])
    return path


def rows(path: Path, sql: str = ROWS) -> set[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute(sql).fetchall())


def tables(path: Path) -> list[str]:
    named = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_%' ESCAPE '\\'"
    return sorted(str(name) for (name,) in rows(path, named))


def everything(path: Path) -> dict[str, set[tuple[object, ...]]]:
    return {name: rows(path, f'SELECT * FROM "{name}"') for name in tables(path)}


Damage = Callable[[bytearray, random.Random], None]


def truncated(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data) // 2, len(data)) :]


def overwritten(data: bytearray, rng: random.Random) -> None:
    for _ in range(8):
        at = rng.randrange(1, len(data) // PAGE) * PAGE
        data[at : at + PAGE] = rng.randbytes(PAGE)


def blanked(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(PAGE, len(data) - 40_000)
    data[at : at + 40_000] = bytes(40_000)


def headless(data: bytearray, rng: random.Random) -> None:
    data[:100] = rng.randbytes(100)


def without_first_page(data: bytearray, rng: random.Random) -> None:
    data[:PAGE] = rng.randbytes(PAGE)


def flipped(data: bytearray, rng: random.Random) -> None:
    for _ in range(60):
        data[rng.randrange(PAGE, len(data))] ^= 1 << rng.randrange(8)


DAMAGES: tuple[Damage, ...] = (truncated, overwritten, blanked, headless, without_first_page, flipped)


def what_is_readable_is_saved(sound: Path, folder: Path, damage: Damage, seed: int) -> None:
    path = folder / "garden.db"
    data = bytearray(sound.read_bytes())
    damage(data, random.Random(seed))
    path.write_bytes(data)
    found = salvage(path, now=make.NOON)
    assert found.kept_at.read_bytes() == bytes(data)
    assert why_damaged(path) == ""
    before = rows(sound)
    saved = rows(path)
    assert saved
    if damage is not flipped:  # a flipped bit within a text can't be told
        whole = everything(sound)
        for name, all_rows in everything(path).items():
            if name not in {*DERIVED, "targets", "prospects", "drafts", "observations"}:  # counted or emptied where something else is lost
                text_lost = {row for row in all_rows if row[-1] == packed("")}
                assert all_rows - text_lost <= whole[name], name
    if damage in {headless, without_first_page}:
        assert saved == before
    assert len(saved) >= len(before) * 0.1
    assert found.rows["resource_pages"] == len(saved)
    with Store.open(path) as store:  # and it can be worked with
        store.pages.save(make.page("https://new.example.org/"))
        assert store.reports.funnel(make.NOON).pages_fetched == len(saved) + 1
        assert not store._session.rows("PRAGMA foreign_key_check")


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("seed", range(3))
def test_what_is_readable_is_saved(sound: Path, tmp_path: Path, damage: Damage, seed: int) -> None:
    what_is_readable_is_saved(sound, tmp_path, damage, seed)


@pytest.mark.torture
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("seed", range(100, 150))
def test_what_is_readable_is_saved_wherever_the_damage_is(sound: Path, tmp_path: Path, damage: Damage, seed: int) -> None:
    what_is_readable_is_saved(sound, tmp_path, damage, seed)


def test_of_a_sound_database_all_comes_over(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "garden.db"
    shutil.copy(sound, path)
    assert why_damaged(path) == ""
    found = salvage(path, now=make.NOON)
    assert (found.left_out, found.deleted_may_be_back) == (0, False)
    assert everything(path) == everything(sound)
    with Store.open(path) as store:
        assert store.site.search(["compost"], 3)


WRITER = """
import os, sys, pathlib
from tests.store import builders as make
from prospector.store import Store
store = Store.open(pathlib.Path(sys.argv[1]))
for number in range(50):
    store.pages.save(make.page(f"https://library.example.org/{number}", html="x" * 5000))
os._exit(0)
"""


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """What a crawl leaves that was killed: most of it still in the log."""
    path = tmp_path / "garden.db"
    subprocess.run([sys.executable, "-c", WRITER, str(path)], check=True, cwd=Path(__file__).parents[2])
    assert path.with_name("garden.db-wal").stat().st_size > PAGE
    return path


def test_what_is_still_in_the_log_is_saved_too(killed: Path) -> None:
    data = bytearray(killed.read_bytes())
    data[:100] = bytes(100)
    killed.write_bytes(data)
    found = salvage(killed, now=make.NOON)
    assert found.rows["resource_pages"] == 50
    assert found.kept_at.with_name(found.kept_at.name + "-wal").exists()


def test_without_its_log_a_database_is_opened_or_repaired(killed: Path) -> None:
    killed.with_name("garden.db-wal").unlink()
    killed.with_name("garden.db-shm").unlink(missing_ok=True)
    try:
        if why_damaged(killed):
            salvage(killed, now=make.NOON)
        with Store.open(killed) as store:
            assert store.reports.funnel(make.NOON).pages_fetched <= 50
    except StoreError as error:  # nothing had reached the file yet
        assert "nothing in it can be read" in str(error)  # noqa: PT017 - either is right


def test_a_log_that_was_cut_counts_up_to_its_last_whole_transaction(killed: Path) -> None:
    log = killed.with_name("garden.db-wal")
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])
    with closing(sqlite3.connect(killed)) as connection:
        sqlites_own = connection.execute("SELECT url FROM resource_pages").fetchall()
        pages = Pages(killed.read_bytes(), log.read_bytes())
        assert pages.header_readable
        carved = {row.values[0] for number in pages.leaves() for row in pages.leaf(number).rows if len(row.values) == 17}
    assert carved == {url for (url,) in sqlites_own}


def test_what_was_deleted_stays_deleted(tmp_path: Path) -> None:
    path = tmp_path / "garden.db"
    with Store.open(path) as store:
        for number in range(200):
            store.pages.save(make.page(f"https://library.example.org/{number}", html=f"{number}" * 2000))
        with store._session.write():
            store._session.run("DELETE FROM resource_pages WHERE url NOT LIKE '%/1_'")
    assert Pages(path.read_bytes()).free
    assert salvage(path, now=make.NOON).rows["resource_pages"] == 10


@pytest.mark.parametrize("content", [b"my notes\n" * 3000, bytes(50_000), b"SQLite format 3\0" + b"\xff" * 9000])
def test_what_holds_nothing_of_ours_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "garden.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="nothing in it can be read any more, so it was left as it is"):
        salvage(path, now=make.NOON)
    assert path.read_bytes() == content
    assert sorted(each.name for each in tmp_path.iterdir()) == ["garden.db", "garden.db-lock"]


def test_beside_a_crawl_nothing_is_repaired(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "garden.db"
    shutil.copy(sound, path)
    with Store.open(path) as store, store.lock("resources", now=make.NOON), pytest.raises(StoreError, match="a crawl is writing it"):
        salvage(path, now=make.NOON)
    assert everything(path).keys() == everything(sound).keys()


def test_a_second_repair_keeps_both_damaged_ones(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "garden.db"
    shutil.copy(sound, path)
    one, two = (salvage(path, now=make.NOON).kept_at for _ in range(2))
    assert one != two
    assert one.exists()
    assert two.exists()
    assert salvage(path, now=make.NOON + timedelta(days=1)).rows["drafts"] == PAGES // 2
    with Store.open(path) as store:
        assert {draft.status for draft in store.drafts.list()} == {DraftStatus.READY}


def test_a_table_that_has_no_rowid_is_one_that_is_made_anew(sound: Path) -> None:
    without = rows(sound, "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND wr AND name NOT LIKE 'sqlite%'")
    assert {name for (name,) in without} <= DERIVED
