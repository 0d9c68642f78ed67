"""Links that are watched: of letters that were sent, and of imported profiles; what was seen of them, in the order of time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from prospector.items import Claim
from prospector.store.codecs import time_text
from prospector.store.events import Actor
from prospector.store.session import Row, Session
from prospector.watching.history import Past
from prospector.watching.states import PageLook, Seen, Source, State, Watch

_BATCH = 500  # rows of a profile at a time: the crawl writes between them


@dataclass(frozen=True, slots=True, kw_only=True)
class SentLetter:
    """A first letter that went out: its page is watched for what it asked."""

    draft_id: int
    page_url: str
    sent_at: datetime
    claims: tuple[Claim, ...]
    read_at: datetime | None  # when its page was read last, for the campaign


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLink:
    """A link to you that another tool named."""

    page_url: str
    target_url: str
    lost: bool  # the tool says so
    seen_at: datetime | None  # when the monitor looked last


class Watching:
    def __init__(self, session: Session) -> None:
        self._session = session

    # -- what to watch -----------------------------------------------------------------------------------------------------

    def letters(self) -> list[SentLetter]:
        """In the order in which they were sent."""
        rows = self._session.rows(
            """
            SELECT draft.id, draft.page_url, draft.sent_at, draft.claims, page.fetched_at FROM drafts AS draft
            LEFT JOIN resource_pages AS page ON page.url = draft.page_url
            WHERE draft.status = 'sent' AND draft.follow_up_of IS NULL AND draft.sent_at IS NOT NULL AND draft.outcome <> 'bounced'
            ORDER BY draft.sent_at, draft.id
            """
        )
        return [
            SentLetter(
                draft_id=row["id"],
                page_url=row["page_url"],
                sent_at=datetime.fromisoformat(row["sent_at"]),
                claims=tuple(Claim(**claim) for claim in json.loads(row["claims"])),
                read_at=None if row["fetched_at"] is None else datetime.fromisoformat(row["fetched_at"]),
            )
            for row in rows
        ]

    def profile(self) -> Iterator[KnownLink]:
        """All links that other tools named, those of one page together."""
        last = ("", "")
        while rows := self._session.rows(
            """
            SELECT source_url, target_url, lost, (
                SELECT max(seen_at) FROM sightings
                WHERE page_url = source_url AND wanted_url = target_url AND replaced_url = ''
            ) AS seen_at
            FROM backlinks WHERE target_url <> '' AND (source_url, target_url) > (?, ?) ORDER BY source_url, target_url LIMIT ?
            """,
            (*last, _BATCH),
        ):
            for row in rows:
                seen_at = None if row["seen_at"] is None else datetime.fromisoformat(row["seen_at"])
                yield KnownLink(page_url=row["source_url"], target_url=row["target_url"], lost=bool(row["lost"]), seen_at=seen_at)
            last = (rows[-1]["source_url"], rows[-1]["target_url"])

    def anchor(self, page_url: str, target_url: str) -> str:
        """The text that a page's link had."""
        return self._session.value("SELECT anchor FROM links WHERE page_url = ? AND target_url = ? LIMIT 1", (page_url, target_url)) or ""

    def is_own_page(self, url: str) -> bool | None:
        """Whether an address of your sites is in the index; None: nothing is indexed."""
        if self._session.value("SELECT 1 FROM site_pages LIMIT 1") is None:
            return None
        return self._session.value("SELECT 1 FROM site_pages WHERE url = ?", (url,)) is not None

    # -- what was seen -----------------------------------------------------------------------------------------------------

    def history(self, watch: Watch) -> tuple[Past, ...]:
        rows = self._session.rows(
            "SELECT seen_at, seen, state FROM sightings WHERE (page_url, wanted_url, replaced_url) = (?, ?, ?) ORDER BY seen_at, id",
            (watch.page_url, watch.wanted_url, watch.replaced_url),
        )
        return tuple(Past(at=datetime.fromisoformat(row["seen_at"]), seen=State(row["seen"]), state=State(row["state"])) for row in rows)

    def save(self, watch: Watch, look: PageLook, seen: Seen, state: State, *, run_id: str) -> None:
        """One look at one link; `state` is what counts after it."""
        self._session.run(
            """
            INSERT INTO sightings (
                page_url, wanted_url, replaced_url, source, seen_at, run_id, seen, state, reason, link_url, anchor, rel,
                in_content, hidden, indexable, status, final_url
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            (
                watch.page_url,
                watch.wanted_url,
                watch.replaced_url,
                watch.source,
                time_text(look.at),
                run_id,
                seen.state,
                state,
                seen.reason,
                seen.link_url,
                seen.anchor,
                " ".join(seen.rel),
                seen.in_content,
                seen.hidden,
                seen.indexable,
                look.status,
                look.final_url,
            ),
        )

    def states(self, page_url: str, source: Source) -> tuple[State, ...]:
        """What counts of each watched link of a page."""
        found = self._session.column("SELECT state FROM watched_links WHERE page_url = ? AND source = ?", (page_url, source))
        return tuple(map(State, found))

    def was_seen(self, page_url: str, states: Sequence[State]) -> bool:
        """Whether a letter's page was ever seen in one of these states."""
        marks = ", ".join("?" * len(states))
        query = f"SELECT 1 FROM sightings WHERE page_url = ? AND source = 'letter' AND seen IN ({marks}) LIMIT 1"  # noqa: S608  # marks
        return self._session.value(query, (page_url, *states)) is not None

    def latest(self, source: Source | None = None) -> list[Row]:
        """The view watched_links, by page."""
        if source is None:
            return self._session.rows("SELECT * FROM watched_links ORDER BY page_url, wanted_url")
        return self._session.rows("SELECT * FROM watched_links WHERE source = ? ORDER BY page_url, wanted_url", (source,))

    def stage_is_a_persons(self, page_url: str) -> bool:
        """Whether the last change of a prospect's stage was a person's."""
        actor = self._session.value(
            "SELECT actor FROM events WHERE subject = ? AND kind = 'stage' ORDER BY id DESC LIMIT 1", (f"prospect {page_url}",)
        )
        return bool(actor == Actor.PERSON)
