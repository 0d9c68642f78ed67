"""What other tools know of links, merged: a link is one row however many exports name it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from prospector.backlinks.read import Backlink, Damaged, Export, LinkedPage, LinkingSite, Row
from prospector.links.sites import site_of_normal
from prospector.store.codecs import json_text, maybe_time_text, time_text
from prospector.store.session import Row as Stored
from prospector.store.session import Session

BATCH = 10_000  # rows in a transaction: it holds the database for less than a tenth of a second
CACHE = 64 * 1024  # KiB of the table kept at hand while an import lasts; SQLite's own 2 MB make every row a read from the disk
CHECKPOINT = 20_000  # pages of 4 KiB in the write-ahead log before they go to their places; at 1,000 each page goes there again and again


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file."""

    rows: int  # that were read
    new: int  # of these, links, pages or sites that no earlier file named
    damaged: tuple[Damaged, ...]


class Backlinks:
    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, export: Export, *, file: str, now: datetime) -> Imported:
        """Read an export to its end. A link that is known takes what this file says, and keeps the earliest first and the latest last day."""
        import_id = self._begin(export, file, now)
        rows = 0
        damaged: list[Damaged] = []
        before = self._counts()
        self._session.run(f"PRAGMA cache_size = -{CACHE}")
        self._session.run(f"PRAGMA wal_autocheckpoint = {CHECKPOINT}")
        readings = iter(export.rows)
        with self._links_aside():
            while batch := list(islice(readings, BATCH)):
                rows += len(batch)
                damaged += [row for row in batch if isinstance(row, Damaged)]
                links = [_link_values(row, import_id, export.report.tool) for row in batch if isinstance(row, Backlink)]
                with self._session.aside():
                    self._session.run_many(f"INSERT INTO brought VALUES ({', '.join('?' * len(_COLUMNS))})", links, clean=True)  # noqa: S608  # ours
                with self._session.write():
                    self._write_counts(batch, import_id)
            self._merge_links()
        rows -= len(damaged)
        self._session.run(
            "UPDATE imports SET ended_at = ?, rows = ?, damaged = ? WHERE id = ?", (time_text(now), rows, len(damaged), import_id)
        )
        return Imported(rows=rows, new=self._counts() - before, damaged=tuple(damaged))

    def count(self) -> int:
        """Links known."""
        return int(self._session.value("SELECT count(*) FROM backlinks"))

    def imports(self) -> list[Stored]:
        """The files that were read, oldest first."""
        return self._session.rows("SELECT * FROM imports ORDER BY id")

    def targets(self) -> list[tuple[str, int]]:
        """Pages that are linked to, each with the number of sites that do as far as any report tells; most wanted first."""
        rows = self._session.rows(
            """
            SELECT target_url, max(sites) AS sites FROM (
                SELECT target_url, count(DISTINCT source_site) AS sites FROM backlinks WHERE target_url <> '' GROUP BY target_url
                UNION ALL
                SELECT target_url, coalesce(linking_sites, 0) FROM linked_pages
            )
            GROUP BY target_url ORDER BY sites DESC, target_url
            """
        )
        return [(row["target_url"], row["sites"]) for row in rows]

    def words_of(self, target_url: str, *, limit: int = 50) -> list[tuple[str, str, str]]:
        """What pages say of a target they link to: anchor, context, and the page's title."""
        rows = self._session.rows(
            "SELECT DISTINCT anchor, context, source_title FROM backlinks WHERE target_url = ? ORDER BY anchor = '', source_url LIMIT ?",
            (target_url, limit),
        )
        return [(row["anchor"], row["context"], row["source_title"]) for row in rows]

    def sources_of(self, target_urls: Sequence[str]) -> Iterator[str]:
        """The pages that link to any of these, as tools say; those last that a tool calls lost."""
        for target in target_urls:
            yield from self._session.column("SELECT source_url FROM backlinks WHERE target_url = ? ORDER BY lost, source_url", (target,))

    def anchors_of(self, target_url: str) -> tuple[str, ...]:
        """Texts of links to a target, at most 20."""
        found = "SELECT DISTINCT anchor FROM backlinks WHERE target_url = ? AND anchor <> '' ORDER BY anchor LIMIT 20"
        return tuple(self._session.column(found, (target_url,)))

    def _begin(self, export: Export, file: str, now: datetime) -> int:
        written = (file, export.report.tool, export.report.name, time_text(now), json_text(export.not_understood))
        inserted = self._session.run(
            "INSERT INTO imports (file, tool, report, imported_at, not_understood) VALUES (?, ?, ?, ?, ?)", written
        )
        assert inserted.lastrowid is not None
        return inserted.lastrowid

    def _counts(self) -> int:
        return sum(int(self._session.value(f"SELECT count(*) FROM {table}")) for table in ("backlinks", "linked_pages", "linking_sites"))  # noqa: S608  # ours

    @contextmanager
    def _links_aside(self) -> Iterator[None]:
        """Room for links on their way into their table: a table of this connection alone, which keeps nobody waiting and takes no memory."""
        self._session.run(f"CREATE TEMP TABLE brought ({', '.join(_COLUMNS)})")
        try:
            yield
        finally:
            self._session.run("DROP TABLE IF EXISTS brought")
            self._session.run("DROP TABLE IF EXISTS brought_sorted")

    def _merge_links(self) -> None:
        """In the order of the table, so that each of its pages is written about once: unsorted, a million rows write most of them a hundred times."""
        self._session.run("CREATE TEMP TABLE brought_sorted AS SELECT * FROM brought ORDER BY source_url, target_url, rowid")
        self._session.run("DROP TABLE brought")
        for start in range(0, self._session.value("SELECT coalesce(max(rowid), 0) FROM brought_sorted"), BATCH):
            with self._session.write():
                self._session.run(_MERGE, (start, start + BATCH))
            self._session.let_others_write()

    def _write_counts(self, rows: Sequence[Row | Damaged], import_id: int) -> None:
        self._session.run_many(
            """
            INSERT INTO linked_pages (target_url, target_status, linking_pages, linking_sites, import_id, line) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (target_url) DO UPDATE SET
                target_status = excluded.target_status, linking_pages = excluded.linking_pages, linking_sites = excluded.linking_sites,
                import_id = excluded.import_id, line = excluded.line
            """,
            [
                (row.target_url, row.target_status, row.linking_pages, row.linking_sites, import_id, row.line)
                for row in rows
                if isinstance(row, LinkedPage)
            ],
        )
        self._session.run_many(
            """
            INSERT INTO linking_sites (site, linking_pages, target_pages, import_id, line) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (site) DO UPDATE SET
                linking_pages = excluded.linking_pages, target_pages = excluded.target_pages, import_id = excluded.import_id, line = excluded.line
            """,
            [(row.site, row.linking_pages, row.target_pages, import_id, row.line) for row in rows if isinstance(row, LinkingSite)],
        )


_COLUMNS = (
    *("source_url", "target_url", "source_site", "anchor", "rel", "source_title", "source_status", "target_status", "context", "language"),
    *("first_seen", "last_seen", "lost", "authority", "external_links", "tools", "import_id", "line"),
)
_MERGE = f"""
INSERT INTO backlinks ({", ".join(_COLUMNS)})
SELECT * FROM brought_sorted WHERE rowid > ? AND rowid <= ?
ON CONFLICT (source_url, target_url) DO UPDATE SET
    anchor = iif(excluded.anchor = '', anchor, excluded.anchor),
    rel = excluded.rel,
    source_title = iif(excluded.source_title = '', source_title, excluded.source_title),
    source_status = coalesce(excluded.source_status, source_status),
    target_status = coalesce(excluded.target_status, target_status),
    context = iif(excluded.context = '', context, excluded.context),
    language = iif(excluded.language = '', language, excluded.language),
    first_seen = min(coalesce(first_seen, excluded.first_seen), coalesce(excluded.first_seen, first_seen)),
    last_seen = max(coalesce(last_seen, excluded.last_seen), coalesce(excluded.last_seen, last_seen)),
    lost = excluded.lost,
    authority = coalesce(excluded.authority, authority),
    external_links = coalesce(excluded.external_links, external_links),
    tools = iif(instr(', ' || tools || ',', ', ' || excluded.tools || ','), tools, tools || ', ' || excluded.tools),
    import_id = excluded.import_id,
    line = excluded.line
"""  # noqa: S608  # our own names


def _link_values(row: Backlink, import_id: int, tool: str) -> tuple[Any, ...]:
    return (
        row.source_url,
        row.target_url,
        site_of_normal(row.source_url),
        row.anchor,
        " ".join(row.rel),
        row.source_title,
        row.source_status,
        row.target_status,
        row.context,
        row.language,
        _day_text(row.first_seen),
        _day_text(row.last_seen),
        row.lost,
        row.authority,
        row.external_links,
        tool,
        import_id,
        row.line,
    )


_day_text = lru_cache(maxsize=4096)(maybe_time_text)  # a million rows hold few distinct days
