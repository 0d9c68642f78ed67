"""Resource pages, their links, and which pages still wait for a verdict."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from prospector.items import OutboundLink, PageSignal, ResourcePage
from prospector.links.sites import site_of
from prospector.store.codecs import json_text, packed, time_text, unpacked
from prospector.store.links import link_of, links_of, recount_referrers_of_dead, sync_links
from prospector.store.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSighting:
    """A link to a target, and the page it stands on."""

    link: OutboundLink
    page_url: str
    page_title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPage:
    """What tells whether two addresses show one page."""

    url: str
    final_url: str
    site: str
    title: str


class Pages:
    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, page: ResourcePage) -> None:
        """A page as just read, with its links; its targets join those to check. The page is no longer done."""
        content = [link for link in page.links if not link.boilerplate]
        values = {
            "url": page.url,
            "final_url": page.final_url,
            "site": site_of(page.final_url),
            "title": page.title,
            "language": page.language,
            "status": page.status,
            "fetched_at": time_text(page.fetched_at),
            "etag": page.etag,
            "last_modified": page.last_modified,
            "outbound_links": len(content),
            "outbound_domains": len({site_of(link.target_url) for link in content}),
            "is_resource_page": page.is_resource_page,
            "signals": json_text([{"name": signal.name, "points": signal.points, "reason": signal.reason} for signal in page.signals]),
            "depth": page.depth,
            "seed": page.seed,
            "done_at": None,
            "snapshot": packed(page.html),
        }
        columns = list(values)
        with self._session.write():
            self._session.run(
                f"INSERT INTO resource_pages ({', '.join(columns)}) VALUES ({', '.join(f':{column}' for column in columns)})"  # noqa: S608  # ours
                f" ON CONFLICT (url) DO UPDATE SET {', '.join(f'{column} = excluded.{column}' for column in columns[1:])}",
                values,
            )
            sync_links(self._session, page.url, page.links, seen_at=page.fetched_at, own=False)
            recount_referrers_of_dead(self._session, page.url)

    def get(self, url: str, *, html: bool = False) -> ResourcePage | None:
        """A page as it was saved, without the links into its own site, which are not kept.

        :param html: also unpack the snapshot.
        """
        row = self._session.row("SELECT * FROM resource_pages WHERE url = ?", (url,))
        if row is None:
            return None
        return ResourcePage(
            url=row["url"],
            final_url=row["final_url"],
            status=row["status"],
            fetched_at=datetime.fromisoformat(row["fetched_at"]),
            title=row["title"],
            language=row["language"],
            etag=row["etag"],
            last_modified=row["last_modified"],
            html=unpacked(row["snapshot"]) if html else "",
            links=self.links_of(url),
            is_resource_page=bool(row["is_resource_page"]),
            signals=tuple(PageSignal(**signal) for signal in json.loads(row["signals"])),
            depth=row["depth"],
            seed=row["seed"],
        )

    def validators(self, url: str) -> dict[str, str]:
        """The headers that ask whether the page changed since it was read (RFC 9110, section 13.1); none for one that never was, or can't tell."""
        row = self._session.row("SELECT etag, last_modified FROM resource_pages WHERE url = ?", (url,))
        asked = {"If-None-Match": row["etag"], "If-Modified-Since": row["last_modified"]} if row else {}
        return {name: value for name, value in asked.items() if value}

    def unchanged(self, url: str, *, now: datetime) -> None:
        """The page was asked for again, and says that it is as it was: its links stand there still."""
        self._session.run("UPDATE links SET last_seen = ? WHERE page_url = ? AND own = 0 AND present = 1", (time_text(now), url))

    def known(self) -> list[KnownPage]:
        """All pages that were ever read, in the order they were first."""
        return [KnownPage(**row) for row in self._session.rows("SELECT url, final_url, site, title FROM resource_pages ORDER BY rowid")]

    def html(self, url: str) -> str | None:
        """The page's snapshot; None if it was never fetched."""
        packed_html = self._session.value("SELECT snapshot FROM resource_pages WHERE url = ?", (url,))
        return None if packed_html is None else unpacked(packed_html)

    def links_of(self, url: str, *, present_only: bool = True) -> tuple[OutboundLink, ...]:
        """Links of a page, in document order.

        :param present_only: leave out those that were gone when the page was last read.
        """
        return links_of(self._session, url, own=False, present_only=present_only)

    def first_seen(self, url: str) -> dict[str, datetime]:
        """Target URL → when a link to it was first seen on this page."""
        rows = self._session.rows(
            "SELECT target_url, min(first_seen) AS at FROM links WHERE page_url = ? AND own = 0 GROUP BY target_url", (url,)
        )
        return {row["target_url"]: datetime.fromisoformat(row["at"]) for row in rows}

    def linked_since(self, target_url: str) -> datetime | None:
        """When a link to the target was first seen on somebody's page."""
        at = self._session.value("SELECT min(first_seen) FROM links WHERE target_url = ? AND own = 0", (target_url,))
        return None if at is None else datetime.fromisoformat(at)

    def sightings(self, target_url: str) -> tuple[LinkSighting, ...]:
        """Every content link to a target that stands on somebody's page now, in an order that does not depend on which page was read first."""
        rows = self._session.rows(
            """
            SELECT link.*, page.title AS page_title FROM links AS link JOIN resource_pages AS page ON page.url = link.page_url
            WHERE link.target_url = ? AND link.present = 1 AND link.boilerplate = 0 AND link.own = 0
            ORDER BY link.page_url, link.position, link.id
            """,
            (target_url,),
        )
        return tuple(LinkSighting(link=link_of(row), page_url=row["page_url"], page_title=row["page_title"]) for row in rows)

    def unjudged(self) -> Mapping[str, set[str]]:
        """Page URL → its targets that have no verdict yet. Pages whose targets all have one are not in it."""
        rows = self._session.each(
            """
            SELECT DISTINCT link.page_url, link.target_url FROM links AS link JOIN targets ON targets.url = link.target_url
            WHERE link.present = 1 AND link.boilerplate = 0 AND link.own = 0 AND targets.verdict IS NULL
            """
        )
        waiting: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            waiting[row["page_url"]].add(row["target_url"])
        return dict(waiting)

    def undone(self) -> list[str]:
        """Pages whose targets are all judged, but that were not worked through since the last thing happened that their letter rests on.

        That is: they were read; a verdict changed; a dead target of theirs was found on another page, which tells more about it and
        makes it worth more; the user's site was indexed, and may offer something else for a dead target.
        """
        urls: list[str] = self._session.column(
            """
            WITH
            judged AS (
                SELECT link.page_url, max(targets.verdict IS NULL) AS unjudged, max(targets.changed_at) AS changed_at
                FROM links AS link JOIN targets ON targets.url = link.target_url
                WHERE link.present = 1 AND link.boilerplate = 0 AND link.own = 0
                GROUP BY link.page_url
            ),
            wanted AS (
                SELECT link.page_url, max(elsewhere.first_seen) AS seen_at
                FROM target_verdicts AS target
                JOIN links AS link
                    ON link.target_url = target.target_url AND link.present = 1 AND link.boilerplate = 0 AND link.own = 0
                LEFT JOIN links AS elsewhere
                    ON elsewhere.target_url = target.target_url AND elsewhere.present = 1 AND elsewhere.boilerplate = 0
                    AND elsewhere.own = 0 AND elsewhere.page_url <> link.page_url
                WHERE target.dead
                GROUP BY link.page_url
            )
            SELECT url FROM resource_pages
            LEFT JOIN judged ON judged.page_url = resource_pages.url
            LEFT JOIN wanted ON wanted.page_url = resource_pages.url
            WHERE coalesce(unjudged, 0) = 0 AND (
                done_at IS NULL
                OR changed_at > done_at
                OR seen_at > done_at
                OR wanted.page_url IS NOT NULL AND done_at < (SELECT value FROM meta WHERE key = 'site_indexed_at')
            )
            ORDER BY resource_pages.rowid
            """
        )
        return urls

    def with_due_claims(self, now: datetime) -> list[str]:
        """Pages of other people with a link to a target that looked dead and is due for another look."""
        urls: list[str] = self._session.column(
            """
            SELECT DISTINCT link.page_url FROM links AS link JOIN targets ON targets.url = link.target_url
            WHERE link.present = 1 AND link.boilerplate = 0 AND link.own = 0
                AND targets.confidence IS NOT NULL AND targets.next_check_at <= ?
            ORDER BY link.page_url
            """,
            (time_text(now),),
        )
        return urls

    def linking_to(self, targets: Collection[str]) -> list[str]:
        """Pages of other people with a link to one of these targets."""
        urls: list[str] = self._session.column(
            """
            SELECT DISTINCT page_url FROM links
            WHERE present = 1 AND boilerplate = 0 AND own = 0 AND target_url IN (SELECT value FROM json_each(?))
            ORDER BY page_url
            """,
            (json_text(sorted(targets)),),
        )
        return urls

    def mark_done(self, url: str, *, now: datetime) -> None:
        """:param now: when the work on it began: a verdict that changes meanwhile makes it undone again."""
        self._session.run("UPDATE resource_pages SET done_at = ? WHERE url = ?", (time_text(now), url))
