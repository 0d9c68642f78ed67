"""One connection to one database: every statement of the store goes through here, so errors and odd text are met in one place."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlite_utils import Database

from prospector.store.errors import is_busy, plain_errors

Parameters = Sequence[Any] | dict[str, Any]
Row = dict[str, Any]

# seconds a statement waits for another program's write. Ours last milliseconds, but a user's own tool may hold on for longer
BUSY_TIMEOUT = 15.0
BUSY_STEP = 0.001  # seconds between two tries to get the write lock
BREATH = 5 * BUSY_STEP  # seconds between two long transactions of one work
BATCH = 100  # rows in a write transaction: short enough that a person's approval never waits noticeably


class Session:
    """A sqlite-utils Database with typed reads, immediate write transactions and plain errors. Bound to the thread that opened it."""

    def __init__(self, path: Path) -> None:
        """Connect. Nothing is read or written yet.

        :raises StoreError: the file can't be opened.
        """
        self.path = path
        with plain_errors(path):
            self.db = Database(sqlite3.connect(path, timeout=BUSY_TIMEOUT), execute_plugins=False)

    def close(self) -> None:
        with plain_errors(self.path):
            self.db.close()

    @contextmanager
    def write(self) -> Iterator[None]:
        """All or nothing. Takes the write lock at once: a transaction that reads first and writes later fails if another program wrote between."""
        with plain_errors(self.path):
            if self.db.conn.in_transaction:
                with self.db.atomic():
                    yield
                return
            self._begin()
            try:
                yield
                self.db.commit()
            except BaseException:
                self.db.rollback()
                raise

    @contextmanager
    def aside(self) -> Iterator[None]:
        """All or nothing, for tables of this connection alone (TEMP): nobody else waits."""
        with plain_errors(self.path), self.db.atomic():
            yield

    def let_others_write(self) -> None:
        """Between long transactions that follow at once: who waits tries again each BUSY_STEP, and would find the lock taken each time."""
        sleep(BREATH)

    def _begin(self) -> None:
        """Take the write lock. SQLite's own wait sleeps longer and longer, up to 100 ms, and misses a busy crawl's short pauses again and again."""
        until = monotonic() + BUSY_TIMEOUT
        self.db.execute("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    self.db.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as error:
                    if not is_busy(error) or monotonic() > until:
                        raise
                    sleep(BUSY_STEP)
                else:
                    return
        finally:
            self.db.execute(f"PRAGMA busy_timeout = {round(BUSY_TIMEOUT * 1000)}")

    def run(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        with plain_errors(self.path):
            try:
                return self.db.execute(sql, parameters)
            except UnicodeEncodeError:
                return self.db.execute(sql, _storable(parameters))

    def run_many(self, sql: str, rows: Iterable[Parameters], *, clean: bool = False) -> None:
        """One statement for many rows, inside a transaction: `write()` or `aside()` must be open.

        :param clean: their text was decoded from bytes, so that it holds no half surrogate pair: looking for them takes as long as storing.
        """
        with plain_errors(self.path):
            self.db.conn.executemany(sql, rows if clean else map(_storable, rows))

    def each(self, sql: str, parameters: Parameters = ()) -> Iterator[Row]:
        """Rows as they are asked for, so that a large result needs no memory."""
        cursor = self.run(sql, parameters)
        with plain_errors(self.path):
            first = cursor.fetchone()
            if first is None:
                return
            names = [column[0] for column in cursor.description]
            yield dict(zip(names, first, strict=True))
            for row in cursor:
                yield dict(zip(names, row, strict=True))

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        return list(self.each(sql, parameters))

    def tuples(self, sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """Rows without the columns' names, for what is asked a thousand times a second."""
        with plain_errors(self.path):
            return self.run(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Parameters = ()) -> Row | None:
        return next(iter(self.rows(sql, parameters)), None)

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row; None when there is no row."""
        with plain_errors(self.path):
            row = self.run(sql, parameters).fetchone()
        return row[0] if row else None

    def column(self, sql: str, parameters: Parameters = ()) -> list[Any]:
        with plain_errors(self.path):
            return [row[0] for row in self.run(sql, parameters)]

    def remember(self, key: str, value: str) -> None:
        self.run("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value))

    def recall(self, key: str) -> str | None:
        value: str | None = self.value("SELECT value FROM meta WHERE key = ?", (key,))
        return value


def _storable(parameters: Parameters) -> Parameters:
    """Headers and entities can smuggle half a surrogate pair into text, which UTF-8 has no bytes for."""
    if isinstance(parameters, dict):
        return {name: _storable_value(value) for name, value in parameters.items()}
    return [_storable_value(value) for value in parameters]


def _storable_value(value: Any) -> Any:
    if not isinstance(value, str) or value.isascii():
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
