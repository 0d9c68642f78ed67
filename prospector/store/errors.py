"""What can go wrong with a database, in the user's words: the only place that knows SQLite's error codes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

# SQLite's primary result codes (the low byte of the extended ones) → what to tell, and what to do
_WORDS = {
    sqlite3.SQLITE_BUSY: "another program keeps it locked. Close it or try again",
    sqlite3.SQLITE_LOCKED: "another program keeps it locked. Close it or try again",
    sqlite3.SQLITE_READONLY: "it can't be written. Check the permissions of the file and its folder",
    sqlite3.SQLITE_PERM: "it can't be written. Check the permissions of the file and its folder",
    sqlite3.SQLITE_IOERR: "the disk reports an error. Check the disk, then run again",
    sqlite3.SQLITE_CORRUPT: "it is damaged. Save what can be read of a campaign with `scrapy doctor --repair`, or restore a copy",
    sqlite3.SQLITE_FULL: "the disk is full. Make room, then run again: what was saved is kept",
    sqlite3.SQLITE_CANTOPEN: "it can't be opened or created. Is its folder there, and may you write to it?",
    sqlite3.SQLITE_NOTADB: "it is not a database. If it was one, `scrapy doctor --repair` may save its rows; else move it away, or choose another campaign name",
}
_OUR_OWN_BUGS = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError, sqlite3.NotSupportedError)


class StoreError(Exception):
    """The database can't do what was asked. The message is one line that says what to do next."""


class plain_errors:  # noqa: N801 - a context manager, entered for every statement: a generator would take as long as the statement
    """Turn what SQLite says about the file at `path` into a StoreError; broken constraints are bugs and stay as they are."""

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, _OUR_OWN_BUGS):
            raise StoreError(f"{self._path}: {_WORDS.get(_code(error), 'unexpected answer of the database')} ({error}).") from error


def is_busy(error: BaseException | None) -> bool:
    """Somebody else holds the lock."""
    return isinstance(error, sqlite3.Error) and _code(error) == sqlite3.SQLITE_BUSY


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
