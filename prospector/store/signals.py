"""What scores and the export of further seeds ask of the stored links, a query each instead of one for every link."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from prospector.items import OutboundLink, VerdictKind
from prospector.links.sites import site_of
from prospector.store.links import link_of
from prospector.store.session import Session

MOST_PAGES = 20  # of one site that a page is compared with


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedTarget:
    """A target that other people's pages link to, and how."""

    url: str
    verdict: VerdictKind | None
    links: tuple[OutboundLink, ...]
    pages: tuple[str, ...]
    sites: frozenset[str]  # of the pages


class Signals:
    def __init__(self, session: Session) -> None:
        self._session = session

    def verdicts(self, page_url: str) -> dict[str, VerdictKind]:
        """The verdicts on the targets of a page's content, of those that have one. A person's word comes before the judge's."""
        rows = self._session.rows(
            """
            SELECT DISTINCT target.target_url, target.verdict FROM links AS link JOIN target_verdicts AS target USING (target_url)
            WHERE link.page_url = ? AND link.present = 1 AND link.boilerplate = 0 AND link.own = 0 AND target.verdict IS NOT NULL
            """,
            (page_url,),
        )
        return {row["target_url"]: VerdictKind(row["verdict"]) for row in rows}

    def targets_elsewhere(self, page_url: str) -> tuple[frozenset[str], ...]:
        """For each other page of the same site: all that it links to, navigation and footer too."""
        pages = self._session.column(
            """
            SELECT other.url FROM resource_pages AS page JOIN resource_pages AS other ON other.site = page.site AND other.url <> page.url
            WHERE page.url = ? AND EXISTS (SELECT 1 FROM links WHERE links.page_url = other.url AND links.present = 1 AND links.own = 0)
            ORDER BY other.rowid LIMIT ?
            """,
            (page_url, MOST_PAGES),
        )
        linked = "SELECT DISTINCT target_url FROM links WHERE page_url = ? AND present = 1 AND own = 0"
        return tuple(frozenset(self._session.column(linked, (url,))) for url in pages)

    def linked_targets(self) -> Iterator[LinkedTarget]:
        """Every target in the content of somebody's page."""
        rows = self._session.each(
            """
            SELECT link.*, page.site AS page_site, target.verdict
            FROM links AS link
            JOIN resource_pages AS page ON page.url = link.page_url
            LEFT JOIN target_verdicts AS target ON target.target_url = link.target_url
            WHERE link.present = 1 AND link.boilerplate = 0 AND link.own = 0
            ORDER BY link.target_url, link.id
            """
        )
        for url, group in groupby(rows, key=lambda row: str(row["target_url"])):
            found = list(group)
            verdict = found[0]["verdict"]
            yield LinkedTarget(
                url=url,
                verdict=None if verdict is None else VerdictKind(verdict),
                links=tuple(map(link_of, found)),
                pages=tuple(dict.fromkeys(row["page_url"] for row in found)),
                sites=frozenset(row["page_site"] for row in found),
            )

    def seen_sites(self) -> set[str]:
        """Sites that need no finding any more: their pages were read or will be, or they are the user's own."""
        sites = set(self._session.column("SELECT DISTINCT site FROM resource_pages"))
        urls = self._session.column("SELECT url FROM visits UNION SELECT url FROM site_pages")
        return sites | {site_of(url) for url in urls}
