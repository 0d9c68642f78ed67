"""An imported profile as an audit reads it, a person's marks on it, and who must never be disavowed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from prospector.backlinks.audit import ProfileLink
from prospector.links.urls import host_of
from prospector.store.codecs import time_text
from prospector.store.session import Session


def _mark_of(url: str, marks: Mapping[str, str]) -> str:
    """A person's word on a page, else on its host, else on what is above that."""
    if not marks:
        return ""
    names = host_of(url).split(".")
    return next((marks[one] for one in (url, *(".".join(names[start:]) for start in range(len(names)))) if one in marks), "")


class Profile:
    def __init__(self, session: Session) -> None:
        self._session = session

    def links(self) -> Iterator[ProfileLink]:
        """Every imported link, with what the monitor, a crawl and a person say of it."""
        marks = {row["what"]: row["mark"] for row in self._session.rows("SELECT what, mark FROM backlink_marks")}
        rows = self._session.each(
            """
            SELECT link.*, prospect.flags, (
                SELECT state FROM sightings
                WHERE page_url = link.source_url AND wanted_url = link.target_url AND replaced_url = ''
                ORDER BY seen_at DESC, id DESC LIMIT 1
            ) AS state
            FROM backlinks AS link LEFT JOIN prospects AS prospect ON prospect.page_url = link.source_url
            WHERE link.target_url <> ''
            """
        )
        for row in rows:
            yield ProfileLink(
                source_url=row["source_url"],
                source_site=row["source_site"],
                target_url=row["target_url"],
                anchor=row["anchor"],
                rel=row["rel"],
                title=row["source_title"],
                lost=bool(row["lost"]),
                state=row["state"] or "",
                external_links=row["external_links"],
                flags=tuple(json.loads(row["flags"])) if row["flags"] else (),
                mark=_mark_of(row["source_url"], marks),
            )

    def without_target(self) -> int:
        """Imported links of which only the linking page is known: Search Console's latest links are such."""
        return int(self._session.value("SELECT count(*) FROM backlinks WHERE target_url = ''"))

    def mark(self, what: str, kind: str, mark: str, *, note: str = "", now: datetime) -> None:
        """A person's word on a page (kind `url`) or a `domain`; the last one counts."""
        self._session.run(
            """
            INSERT INTO backlink_marks (what, kind, mark, note, marked_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (what) DO UPDATE SET mark = excluded.mark, note = excluded.note, marked_at = excluded.marked_at
            """,
            (what, kind, mark, note, time_text(now)),
        )

    def marked(self, mark: str) -> tuple[str, ...]:
        return tuple(self._session.column("SELECT what FROM backlink_marks WHERE mark = ? ORDER BY kind, what", (mark,)))

    def is_known(self, what: str) -> bool:
        """Whether an imported link comes from this page or domain."""
        found = self._session.value(
            """
            SELECT 1 FROM backlinks
            WHERE source_url = :what OR source_site = :what OR source_url LIKE 'http%://' || :what || '/%' OR source_url LIKE 'http%.' || :what || '/%'
            LIMIT 1
            """,
            {"what": what},
        )
        return found is not None

    def sites_written_to(self) -> frozenset[str]:
        """Sites with a letter that was not turned down: they are no enemies."""
        return frozenset(
            self._session.column(
                """
                SELECT DISTINCT page.site FROM drafts AS draft JOIN resource_pages AS page ON page.url = draft.page_url
                WHERE draft.status NOT IN ('rejected', 'withdrawn') AND page.site <> ''
                """
            )
        )
