"""Two crawls on one database: with real processes, one of them killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from prospector.store import Store, StoreError
from tests.store import builders as make

HOLD = """
import sys, time, pathlib
from datetime import UTC, datetime
from prospector.store import Store
store = Store.open(pathlib.Path(sys.argv[1]))
lock = store.lock("resources", now=datetime(2026, 3, 1, 14, 2, tzinfo=UTC))
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def other_crawl(path: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_crawl_is_told_who_writes_and_since_when(other_crawl: subprocess.Popen[str], path: Path) -> None:
    with Store.open(path) as store, pytest.raises(StoreError) as refused:
        store.lock("resources", now=make.NOON)
    assert str(refused.value) == (
        f"another crawl (resources, since 2026-03-01 14:02 UTC, process {other_crawl.pid}) is writing {path}. Wait for it or stop it."
    )


def test_readers_and_a_persons_decisions_need_no_lock(other_crawl: subprocess.Popen[str], path: Path) -> None:
    with Store.open(path) as store:
        store.pages.save(make.page())
        assert store.pages.get(make.PAGE) == make.page()


def test_a_killed_crawl_leaves_no_lock_behind(other_crawl: subprocess.Popen[str], path: Path) -> None:
    other_crawl.kill()
    other_crawl.wait()
    with Store.open(path) as store, store.lock("recheck", now=make.NOON):
        pass


def test_a_released_lock_can_be_taken_again_also_within_one_process(path: Path) -> None:
    with Store.open(path) as store, Store.open(path) as other:
        lock = store.lock("resources", now=make.NOON)
        with pytest.raises(StoreError, match=r"another crawl \(resources, since 2026-03-01 12:00 UTC"):
            other.lock("links", now=make.NOON)
        lock.release()
        lock.release()
        with other.lock("links", now=make.NOON):
            pass


def test_a_lock_file_that_cannot_be_made_is_named(path: Path) -> None:
    with Store.open(path) as store:
        path.with_name("gardening.db-lock").mkdir()
        with pytest.raises(StoreError, match=r"gardening\.db-lock: it can't be opened or created"):
            store.lock("resources", now=make.NOON)


def test_a_lock_file_with_something_else_in_it_is_named(path: Path) -> None:
    with Store.open(path) as store:
        path.with_name("gardening.db-lock").write_text("my notes\n" * 200)
        with pytest.raises(StoreError, match=r"gardening\.db-lock: it is not a database"):
            store.lock("resources", now=make.NOON)
