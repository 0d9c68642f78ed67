"""What became of seeds, and what a person decided about further ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from prospector.links.sites import site_of
from prospector.store.codecs import time_text
from prospector.store.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """What a seed brought, with all pages that it led to."""

    seed: str
    pages: int
    dead_links: int
    drafts: int
    wins: int


class SeedBook:
    def __init__(self, session: Session) -> None:
        self._session = session

    def yields(self) -> dict[str, Yield]:
        """Of every seed that a page was read from; letters that were withdrawn don't count."""
        rows = self._session.rows(
            """
            WITH
            dead AS (
                SELECT page.seed, count(DISTINCT link.target_url) AS number
                FROM target_verdicts AS target
                JOIN links AS link ON link.target_url = target.target_url AND link.present = 1 AND link.boilerplate = 0 AND link.own = 0
                JOIN resource_pages AS page ON page.url = link.page_url
                WHERE target.dead GROUP BY page.seed
            ),
            written AS (
                SELECT page.seed, count(DISTINCT drafts.page_url) AS number
                FROM drafts JOIN resource_pages AS page ON page.url = drafts.page_url
                WHERE drafts.status <> 'withdrawn' GROUP BY page.seed
            ),
            won AS (
                SELECT page.seed, count(*) AS number
                FROM prospects JOIN resource_pages AS page ON page.url = prospects.page_url
                WHERE prospects.stage = 'won' GROUP BY page.seed
            )
            SELECT
                page.seed, count(*) AS pages, coalesce(max(dead.number), 0) AS dead_links, coalesce(max(written.number), 0) AS drafts,
                coalesce(max(won.number), 0) AS wins
            FROM resource_pages AS page
            LEFT JOIN dead ON dead.seed = page.seed
            LEFT JOIN written ON written.seed = page.seed
            LEFT JOIN won ON won.seed = page.seed
            GROUP BY page.seed
            """
        )
        return {row["seed"]: Yield(**row) for row in rows}

    def choose(self, url: str, choice: Literal["kept", "dropped"], *, now: datetime) -> None:
        self._session.run(
            """
            INSERT INTO seed_choices (url, site, choice, decided_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (url) DO UPDATE SET choice = excluded.choice, decided_at = excluded.decided_at
            """,
            (url, site_of(url), choice, time_text(now)),
        )

    def decided_sites(self) -> set[str]:
        """Sites of which a person kept or dropped a page."""
        return set(self._session.column("SELECT site FROM seed_choices"))
