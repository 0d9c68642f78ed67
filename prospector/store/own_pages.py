"""A person's word on dead pages of their own: whether those who link there get a letter, because no redirect can be put there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from prospector.store.codecs import time_text
from prospector.store.session import Session


class OwnPages:
    def __init__(self, session: Session) -> None:
        self._session = session

    def mark(self, url: str, mark: str, *, note: str = "", now: datetime) -> Sequence[str]:
        """`letter` or `redirect`; the last one counts. The pages whose letters that may change."""
        with self._session.write():
            self._session.run(
                """
                INSERT INTO own_page_marks (url, mark, note, marked_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (url) DO UPDATE SET mark = excluded.mark, note = excluded.note, marked_at = excluded.marked_at
                """,
                (url, mark, note, time_text(now)),
            )
            pages: Sequence[str] = self._session.column(
                "SELECT DISTINCT page_url FROM links WHERE target_url = ? AND present = 1 AND own = 0 ORDER BY page_url", (url,)
            )
            if mark != "letter":  # links to one's own site are kept for such letters alone
                self._session.run("UPDATE links SET present = 0 WHERE target_url = ? AND own = 0", (url,))
        return pages

    def to_write_about(self) -> Mapping[str, datetime]:
        """Dead pages of yours that get letters instead of a redirect, and since when."""
        rows = self._session.rows("SELECT url, marked_at FROM own_page_marks WHERE mark = 'letter' ORDER BY url")
        return {row["url"]: datetime.fromisoformat(row["marked_at"]) for row in rows}
