"""One crawl at a time on a database. Readers and a person's approvals never wait for it.

The lock is SQLite's own file lock on an empty file beside the database: it works on every system and falls with the process that holds it,
even a killed one. Who holds it stands in the database's `meta` table, for the message.
"""

from __future__ import annotations

import json
import os
import sqlite3
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from prospector.store.codecs import json_text, time_text
from prospector.store.errors import StoreError, is_busy, plain_errors
from prospector.store.session import Session

_HOLDER = "writer"


class CrawlLock:
    """Held from its making until `release()`; also a context manager."""

    def __init__(self, session: Session, kind: str, *, now: datetime) -> None:
        """:raises StoreError: another crawl holds it; the message says which, since when, and its process id."""
        self._path = session.path.with_name(session.path.name + "-lock")
        with plain_errors(self._path):
            self._connection: sqlite3.Connection | None = sqlite3.connect(self._path, timeout=0, isolation_level=None)
        try:
            self._take(session, kind, now)
        except BaseException:
            self.release()
            raise

    def _take(self, session: Session, kind: str, now: datetime) -> None:
        assert self._connection is not None
        try:
            with plain_errors(self._path):
                self._connection.execute("BEGIN EXCLUSIVE")
        except StoreError as error:
            if not is_busy(error.__cause__):
                raise
            raise StoreError(f"another crawl ({_holder(session)}) is writing {session.path}. Wait for it or stop it.") from error
        session.remember(_HOLDER, json_text({"kind": kind, "since": time_text(now), "pid": os.getpid()}))

    def release(self) -> None:
        """Let others in. Does nothing the second time."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()


def _holder(session: Session) -> str:
    found = json.loads(session.recall(_HOLDER) or "{}")
    if not found:  # it has the lock and is about to say who it is
        return "just started"
    since = datetime.fromisoformat(found["since"]).astimezone(UTC)
    return f"{found['kind']}, since {since:%Y-%m-%d %H:%M} UTC, process {found['pid']}"
