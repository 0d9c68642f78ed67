"""Runs: when which crawl worked, how it ended, what it counted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from prospector.store.codecs import json_text, maybe_time, time_text
from prospector.store.session import Row, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    run_id: str
    kind: str  # the spider's name
    started_at: datetime
    ended_at: datetime | None  # None: it still runs, or was killed
    reason: str
    stats: Mapping[str, object]


class Runs:
    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(self, kind: str, *, now: datetime) -> str:
        """A new run's id: its start to the second, with a number for the rare second run in one second. Sorts by time."""
        stem = now.astimezone(UTC).strftime("%Y%m%d-%H%M%S")
        with self._session.write():
            same_second = self._session.value("SELECT count(*) FROM runs WHERE run_id >= ? AND run_id < ?", (stem, stem + "."))
            run_id = f"{stem}-{same_second:02}" if same_second else stem
            self._session.run("INSERT INTO runs (run_id, kind, started_at) VALUES (?, ?, ?)", (run_id, kind, time_text(now)))
        return run_id

    def end(self, run_id: str, *, now: datetime, reason: str, stats: Mapping[str, object]) -> None:
        """:param stats: counts and texts; values JSON doesn't know are kept as text."""
        counted = json.dumps(dict(stats), default=str)
        self._session.run(
            "UPDATE runs SET ended_at = ?, reason = ?, stats = ? WHERE run_id = ?",
            (time_text(now), reason, json_text(json.loads(counted)), run_id),
        )

    def count(self) -> int:
        return int(self._session.value("SELECT count(*) FROM runs"))

    def last(self) -> Run | None:
        row = self._session.row("SELECT * FROM runs ORDER BY started_at DESC, run_id DESC LIMIT 1")
        return None if row is None else _run(row)


def _run(row: Row) -> Run:
    return Run(
        run_id=row["run_id"],
        kind=row["kind"],
        started_at=datetime.fromisoformat(row["started_at"]),
        ended_at=maybe_time(row["ended_at"]),
        reason=row["reason"] or "",
        stats=json.loads(row["stats"] or "{}"),
    )
