"""Places of sites in lists of the web, imported from files: only those of sites that this campaign has met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from prospector.links.sites import site_of
from prospector.scoring.authority import Rank
from prospector.store.codecs import time_text
from prospector.store.session import BATCH, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class RankSource:
    """A list that was imported."""

    source: str
    sites: int
    imported_at: datetime


class Ranks:
    def __init__(self, session: Session) -> None:
        self._session = session

    def wanted(self) -> set[str]:
        """The sites whose rank may be asked for: of pages read and of targets. A place on a shared host has no rank of its own."""
        sites = set(self._session.column("SELECT DISTINCT site FROM resource_pages"))
        sites |= {site_of(row["url"]) for row in self._session.each("SELECT url FROM targets")}
        return {site for site in sites if site and "/" not in site}

    def save(self, source: str, ranks: Iterable[Rank], *, now: datetime) -> int:
        """A list in place of what was imported under its name before. How many sites it knows.

        Written in small batches, so that a crawl beside it goes on; what `ranks` raises leaves the earlier import in place as far as
        the list has not renewed it.
        """
        at = time_text(now)
        saved = self.add(ranks, now=now)
        with self._session.write():
            self._session.run("DELETE FROM ranks WHERE source = ? AND imported_at <> ?", (source, at))
        self.renew_scores(source)
        return saved

    def add(self, ranks: Iterable[Rank], *, now: datetime) -> int:
        """Beside what is there; each in place of what its list said of the site before. How many they were."""
        at, saved, rows = time_text(now), 0, iter(ranks)
        while batch := list(islice(rows, BATCH)):
            with self._session.write():
                self._session.run_many(
                    """
                    INSERT INTO ranks (domain, source, rank, rating, imported_at) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (domain, source) DO UPDATE SET rank = excluded.rank, rating = excluded.rating, imported_at = excluded.imported_at
                    """,
                    [(rank.domain, rank.source, rank.rank, rank.rating, at) for rank in batch],
                )
            saved += len(batch)
        return saved

    def renew_scores(self, source: str) -> None:
        """The scores of sites in this list say something else now: the next crawl works their pages through again."""
        with self._session.write():
            self._session.run(
                """
                UPDATE resource_pages SET done_at = NULL
                WHERE url IN (SELECT page_url FROM prospects) AND site IN (SELECT domain FROM ranks WHERE source = ?)
                """,
                (source,),
            )

    def since(self, source: str, moment: datetime) -> set[str]:
        """The sites of which the list has said something since then."""
        return set(self._session.column("SELECT domain FROM ranks WHERE source = ? AND imported_at >= ?", (source, time_text(moment))))

    def of(self, site: str) -> tuple[Rank, ...]:
        """The site's place in every list, in the order of their names."""
        rows = self._session.rows("SELECT domain, source, rank, rating FROM ranks WHERE domain = ? ORDER BY source", (site,))
        return tuple(Rank(**row) for row in rows)

    def sources(self) -> tuple[RankSource, ...]:
        rows = self._session.rows(
            "SELECT source, count(*) AS sites, max(imported_at) AS imported_at FROM ranks GROUP BY source ORDER BY source"
        )
        return tuple(
            RankSource(source=row["source"], sites=row["sites"], imported_at=datetime.fromisoformat(row["imported_at"])) for row in rows
        )
