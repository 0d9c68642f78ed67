"""The user's own pages: what may be offered, and the full-text search over them. Fits matching's PageIndex."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from prospector.items import SitePage
from prospector.links.titles import without_site_name
from prospector.store.codecs import maybe_time, maybe_time_text, one_line_each, time_text
from prospector.store.links import links_of, sync_links
from prospector.store.session import BATCH, Row, Session

_INDEXED = "site_indexed_at"
_BEGUN = "site_index_begun_at"
_TIES = 10  # pages looked at beyond the limit, to see where the equals of the last one end
_MOST_WORDS = 64  # of a query: more only cost time, and FTS5 limits how deep an expression may be
_COUNTED_AT_ONCE = 20  # words in one statement: half the time of one by one
# title, headings, description, URL words, text: how much a hit there weighs
_WEIGHTS = "4.0, 2.0, 2.0, 3.0, 1.0"


class SiteIndex:
    def __init__(self, session: Session) -> None:
        self._session = session

    def title(self, url: str) -> str:
        """Of a page of yours; "" if it is not indexed."""
        return self._session.value("SELECT title FROM site_pages WHERE url = ?", (url,)) or ""

    def save(self, pages: Sequence[SitePage]) -> None:
        """Pages as just read, with their links to other sites, whose targets join those to check: your own fix list."""
        for start in range(0, len(pages), BATCH):
            with self._session.write():
                for page in pages[start : start + BATCH]:
                    self._save(page)

    def _save(self, page: SitePage) -> None:
        self._session.run(
            """
            INSERT INTO site_pages (url, title, headings, description, url_words, text, fetched_at, offered)
            VALUES (:url, :title, :headings, :description, :url_words, :text, :fetched_at, :offered)
            ON CONFLICT (url) DO UPDATE SET
                title = :title, headings = :headings, description = :description, url_words = :url_words,
                text = :text, fetched_at = :fetched_at, offered = :offered
            """,
            {
                "url": page.url,
                "title": page.title,
                "headings": one_line_each(page.headings),
                "description": page.description,
                "url_words": _url_words(page.url),
                "text": page.text,
                "fetched_at": maybe_time_text(page.fetched_at),
                "offered": page.offered,
            },
        )
        if page.fetched_at is not None:
            sync_links(self._session, page.url, page.links, seen_at=page.fetched_at, own=True)

    def get(self, url: str) -> SitePage | None:
        row = self._session.row("SELECT * FROM site_pages WHERE url = ?", (url,))
        return None if row is None else _page(row, self._session)

    def begin(self, now: datetime) -> datetime:
        """A reading of the whole site begins, or one that was cut off goes on. When it began."""
        began = maybe_time(self._session.recall(_BEGUN) or None)
        if began is None:
            began = now
            self._session.remember(_BEGUN, time_text(now))
        return began

    def read_since(self, began: datetime) -> set[str]:
        """The pages that this reading of the site has already."""
        return set(self._session.column("SELECT url FROM site_pages WHERE fetched_at >= ?", (time_text(began),)))

    def finish(self, *, began: datetime, now: datetime, whole: bool) -> int:
        """The site was read. How many pages were forgotten, because the reading did not meet them.

        :param whole: no page failed; else nothing is forgotten: an outage of the site says nothing about its pages. A reading that met
            no page at all does not count, and the index stays as old as it was.
        """
        started = time_text(began)
        with self._session.write():
            self._session.remember(_BEGUN, "")
            if not self._session.value("SELECT count(*) FROM site_pages WHERE fetched_at >= ?", (started,)):
                return 0
            self._session.remember(_INDEXED, time_text(now))
            self._leave_out_site_names()
            if not whole:
                return 0
            unseen = "fetched_at IS NULL OR fetched_at < ?"
            self._session.run(
                f"UPDATE links SET present = 0 WHERE own = 1 AND page_url IN (SELECT url FROM site_pages WHERE {unseen})",  # noqa: S608  # ours
                (started,),
            )
            return self._session.run(f"DELETE FROM site_pages WHERE {unseen}", (started,)).rowcount  # noqa: S608  # ours

    def _leave_out_site_names(self) -> None:
        """Inside a transaction. What every title of a site says is about no page, and would stand in every letter."""
        by_host: dict[str, list[Row]] = defaultdict(list)
        for row in self._session.rows("SELECT id, url, title FROM site_pages"):
            by_host[urlsplit(row["url"]).hostname or ""].append(row)
        for rows in by_host.values():
            titles = without_site_name([row["title"] for row in rows])
            changed = [(title, row["id"]) for title, row in zip(titles, rows, strict=True) if title != row["title"]]
            self._session.run_many("UPDATE site_pages SET title = ? WHERE id = ?", changed)

    def age(self, now: datetime) -> timedelta | None:
        """Since the whole site was last read; None: never."""
        indexed_at = maybe_time(self._session.recall(_INDEXED))
        return None if indexed_at is None else now - indexed_at

    def search(self, words: Sequence[str], limit: int) -> list[str]:
        """URLs of pages that may be offered and have one of the words, best first (BM25); equals in the order of their URLs."""
        query = " OR ".join(dict.fromkeys(map(_quoted, words[:_MOST_WORDS])))
        looked_at = limit
        while query:
            looked_at += _TIES
            found = self._session.tuples(
                f"""
                SELECT page.url, best.score FROM (
                    SELECT rowid AS id, bm25(site_pages_fts, {_WEIGHTS}) AS score
                    FROM site_pages_fts
                    WHERE site_pages_fts MATCH ? AND rowid NOT IN (SELECT id FROM site_pages WHERE offered = 0)
                    ORDER BY score LIMIT ?
                ) AS best JOIN site_pages AS page ON page.id = best.id
                ORDER BY best.score, page.url
                """,  # noqa: S608  # the weights are ours; sorting two numbers, not whole pages, is a third faster
                (query, looked_at),
            )
            if len(found) < looked_at or found[-1][1] > found[limit - 1][1]:
                return [url for url, _ in found[:limit]]
            looked_at *= 2  # equals were cut off, and which of them come first must not depend on the order in which the site was read
        return []

    def page(self, url: str) -> SitePage | None:
        """Without its links, which nobody needs to compare pages."""
        row = self._session.row("SELECT * FROM site_pages WHERE url = ?", (url,))
        return None if row is None else _page(row, None)

    def names(self) -> Iterator[tuple[str, str]]:
        """URL and title of every page that may be offered."""
        for row in self._session.each("SELECT url, title FROM site_pages WHERE id NOT IN (SELECT id FROM site_pages WHERE offered = 0)"):
            yield row["url"], row["title"]

    def document_count(self) -> int:
        return int(self._session.value("SELECT count(*) FROM site_pages"))

    def document_frequency(self, words: Sequence[str]) -> Mapping[str, int]:
        """Word → how many pages have it, in the index's own folding of case and accents."""
        counted: dict[str, int] = {}
        for start in range(0, len(words), _COUNTED_AT_ONCE):
            batch = words[start : start + _COUNTED_AT_ONCE]
            count = "(SELECT count(*) FROM site_pages_fts WHERE site_pages_fts MATCH ?)"
            (counts,) = self._session.tuples(f"SELECT {', '.join([count] * len(batch))}", tuple(map(_quoted, batch)))
            counted |= zip(batch, counts, strict=True)
        return counted


def _quoted(word: str) -> str:
    """A word as an FTS5 string, in which nothing is syntax. FTS5 reads a query up to its first NUL."""
    return '"' + word.replace("\0", " ").replace('"', '""') + '"'


def _url_words(url: str) -> str:
    """What a reader could read in a URL: path and query, unescaped, cut at everything that is no letter or digit."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return " ".join(re.findall(r"[^\W_]+", unquote(f"{parts.path} {parts.query}")))


def _page(row: Row, session: Session | None) -> SitePage:
    return SitePage(
        url=row["url"],
        title=row["title"],
        headings=tuple(row["headings"].splitlines()),
        description=row["description"],
        text=row["text"],
        fetched_at=maybe_time(row["fetched_at"]),
        offered=bool(row["offered"]),
        links=() if session is None else links_of(session, row["url"], own=True, present_only=True),
    )
