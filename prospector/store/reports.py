"""What people ask of a campaign: the funnel in numbers, and the rows of the exports, read from the views."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from prospector.items import DraftStatus
from prospector.store.codecs import parts_of
from prospector.store.evidence import Evidence
from prospector.store.session import Row, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """From pages to letters, each count in the order of the work. Targets are those linked in the content of somebody's page."""

    pages_fetched: int
    resource_pages: int
    links: int
    targets: int
    checked: int
    alive: int
    dead_probable: int
    dead_confirmed: int
    blocked: int
    transient: int
    unknown: int
    matched_strong: int
    matched_possible: int
    no_fit: int
    pages_with_dead_links: int
    pages_with_contact: int  # of those with dead links
    drafts: Mapping[DraftStatus, int]  # every status
    due_later: int  # claims that wait for their next look
    next_due_at: datetime | None  # when the first of them is due


class Reports:
    def __init__(self, session: Session) -> None:
        self._session = session

    def funnel(self, now: datetime) -> Funnel:
        counts = {row["step"]: row["number"] for row in self._session.rows("SELECT step, number FROM funnel ORDER BY position")}
        drafts = {status: counts.pop(f"drafts_{status}") for status in DraftStatus}
        due = Evidence(self._session).due(now)
        return Funnel(**counts, drafts=drafts, due_later=due.claims, next_due_at=due.claims_at)

    def prospects(self) -> Iterator[Row]:
        """Best first. `parts` as texts, such as "+20 same topic: 6 of 9 words shared"."""
        for row in self._session.each("SELECT * FROM prospect_list ORDER BY score DESC, page_url"):
            parts = [f"{part.points:+g} {part.name}: {part.reason}" for part in parts_of(row["parts"])]
            yield {**row, "parts": parts, "flags": json.loads(row["flags"])}

    def claims(self, page_url: str) -> list[Row]:
        """A page's dead links, each target once, in page order: target_url, anchor, verdict, confidence, reason, last_checked_at."""
        return self._session.rows(
            """
            SELECT dead.target_url, dead.anchor, dead.verdict, dead.confidence, dead.reason, target.last_checked_at, min(dead.position) AS place
            FROM dead_links AS dead JOIN targets AS target ON target.url = dead.target_url
            WHERE dead.page_url = ? GROUP BY dead.target_url ORDER BY place
            """,
            (page_url,),
        )

    def drafts(self) -> Iterator[Row]:
        """Every draft, whatever its status, with a person's wording where there is one."""
        for row in self._session.each("SELECT * FROM draft_list ORDER BY id"):
            yield {**row, "edited": bool(row["edited"])}

    def dead_links(self) -> Iterator[Row]:
        """What most sites want first: one dead page wanted by twelve sites is one piece to write and twelve letters. Each in page order."""
        return self._session.each(
            "SELECT * FROM dead_links ORDER BY referring_domains DESC, referring_pages DESC, target_url, page_url, position"
        )

    def own_dead_links(self) -> Iterator[Row]:
        """Dead links on your own pages: the fix list."""
        return self._session.each("SELECT * FROM own_dead_links ORDER BY page_url, target_url")

    def content_gaps(self) -> Iterator[Row]:
        """What your site has nothing for; most wanted first."""
        for row in self._session.each("SELECT * FROM content_gaps ORDER BY referring_domains DESC, referring_pages DESC, target_url"):
            yield {**row, "anchors": [anchor for anchor in json.loads(row["anchors"]) if anchor]}
