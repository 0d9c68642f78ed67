"""The frontier of a crawl: pages to visit, and when each was."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from prospector.store.codecs import time_text
from prospector.store.session import Session

AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A page to visit, and how the crawl came to it."""

    url: str
    depth: int = 0  # 0 for a seed
    seed: str = ""
    found_on: str = ""


class Visits:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, visits: Iterable[Visit]) -> list[Visit]:
        """New ones join, and are returned; a known page keeps its history, and takes the shorter way to it."""
        new = []
        with self._session.write():
            for visit in visits:
                known = self._session.value("SELECT 1 FROM visits WHERE url = ?", (visit.url,))
                self._session.run(
                    """
                    INSERT INTO visits (url, depth, seed, found_on) VALUES (?, ?, ?, ?)
                    ON CONFLICT (url) DO UPDATE SET depth = excluded.depth, seed = excluded.seed, found_on = excluded.found_on
                    WHERE excluded.depth < depth
                    """,
                    (visit.url, visit.depth, visit.seed, visit.found_on),
                )
                if known is None:
                    new.append(visit)
        return new

    def open(self, now: datetime, *, refetch_after: timedelta, retry_after: timedelta = AT_ONCE) -> list[Visit]:
        """What is to be visited now: never visited, last read `refetch_after` ago, or failed `retry_after` ago. Seeds first."""
        rows = self._session.rows(
            """
            SELECT url, depth, seed, found_on FROM visits
            WHERE visited_at IS NULL OR (problem = '' AND visited_at <= ?) OR (problem <> '' AND visited_at <= ?)
            ORDER BY depth, rowid
            """,
            (time_text(now - refetch_after), time_text(now - retry_after)),
        )
        return [Visit(**row) for row in rows]

    def urls(self) -> list[str]:
        """All pages that were ever to be visited."""
        urls: list[str] = self._session.column("SELECT url FROM visits")
        return urls

    def known(self, url: str) -> bool:
        """It was visited, or will be."""
        return self._session.value("SELECT 1 FROM visits WHERE url = ?", (url,)) is not None

    def visited_at(self, url: str) -> str | None:
        """When it was last read or tried, as the store writes times; None if it never was."""
        at: str | None = self._session.value("SELECT visited_at FROM visits WHERE url = ?", (url,))
        return at

    def mark(self, url: str, *, at: datetime, problem: str = "") -> None:
        """:param problem: why the page could not be read, in words; "" when it was."""
        self._session.run("UPDATE visits SET visited_at = ?, problem = ? WHERE url = ?", (time_text(at), problem, url))

    def problems(self, *, seeds: Container[str] | None = None) -> dict[str, str]:
        """The pages that could not be read, and why; only those that were reached from one of `seeds`, where these are named."""
        rows = self._session.rows("SELECT url, seed, problem FROM visits WHERE problem <> '' ORDER BY depth, rowid")
        return {row["url"]: row["problem"] for row in rows if seeds is None or (row["seed"] or row["url"]) in seeds}
