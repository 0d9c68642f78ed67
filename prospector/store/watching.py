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

_IN_HAND = frozenset({"waiting", "ready", "approved", "snoozed", "exported"})
_BATCH = 500  # rows of a profile at a time: the crawl writes between them


@dataclass(frozen=True, slots=True, kw_only=True)
class SentLetter:
    """A first letter that went out: its page is watched for what it asked."""

    draft_id: int
    page_url: str
    sent_at: datetime
    spoke_at: datetime  # when last was written to the page, or heard from it, but for a letter about a lost link
    began: datetime  # since when its days are counted: a later letter about a lost link begins them anew
    asks_again: bool  # a letter about a lost link is in hand: it must not go out on old news
    claims: tuple[Claim, ...]
    read_at: datetime | None  # when its page was read last, for the campaign


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLink:
    """A link to you that another tool named."""

    page_url: str
    target_url: str
    lost: bool  # the tool says so
    seen_at: datetime | None  # when the monitor looked last


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One look at one link that a letter asked for."""

    at: datetime
    wanted_url: str
    replaced_url: str
    seen: State
    state: State  # what counted after it
    reason: str
    link_url: str
    anchor: str
    rel: str
    in_content: bool | None  # None: there was no link
    hidden: bool
    indexable: bool | None
    status: int | None


class Watching:
    def __init__(self, session: Session) -> None:
        self._session = session

    # -- what to watch -----------------------------------------------------------------------------------------------------

    def letters(self) -> list[SentLetter]:
        """In the order in which they were sent."""
        rows = self._session.rows(
            """
            SELECT draft.id, draft.page_url, draft.sent_at, draft.claims, page.fetched_at, later.sent_at AS later_at, later.status AS later, (
                SELECT max(max(sent_at, coalesce(outcome_at, sent_at))) FROM drafts
                WHERE page_url = draft.page_url AND kind <> 'reclaim' AND sent_at IS NOT NULL
            ) AS spoke_at
            FROM drafts AS draft
            LEFT JOIN resource_pages AS page ON page.url = draft.page_url
            LEFT JOIN drafts AS later ON later.page_url = draft.page_url AND later.kind = 'reclaim'
            WHERE draft.status = 'sent' AND draft.kind = 'first' AND draft.sent_at IS NOT NULL AND draft.outcome <> 'bounced'
            ORDER BY draft.sent_at, draft.id
            """
        )
        return [
            SentLetter(
                draft_id=row["id"],
                page_url=row["page_url"],
                sent_at=datetime.fromisoformat(row["sent_at"]),
                spoke_at=datetime.fromisoformat(row["spoke_at"]),
                began=datetime.fromisoformat(row["later_at"] or row["sent_at"]),
                asks_again=row["later"] in _IN_HAND,
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

    def anchor_seen(self, watch: Watch) -> str:
        """The text that your link had there when it was last seen; "" if it never was."""
        found = self._session.value(
            """
            SELECT anchor FROM sightings
            WHERE (page_url, wanted_url, replaced_url) = (?, ?, ?) AND seen IN ('linked', 'nofollow', 'moved')
            ORDER BY seen_at DESC, id DESC LIMIT 1
            """,
            (watch.page_url, watch.wanted_url, watch.replaced_url),
        )
        return found or ""

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

    def sightings_of(self, page_url: str) -> list[Sighting]:
        """All looks at a page for the letters about it, oldest first."""
        rows = self._session.rows("SELECT * FROM sightings WHERE page_url = ? AND source = 'letter' ORDER BY seen_at, id", (page_url,))
        return [
            Sighting(
                at=datetime.fromisoformat(row["seen_at"]),
                wanted_url=row["wanted_url"],
                replaced_url=row["replaced_url"],
                seen=State(row["seen"]),
                state=State(row["state"]),
                reason=row["reason"],
                link_url=row["link_url"],
                anchor=row["anchor"],
                rel=row["rel"],
                in_content=None if row["in_content"] is None else bool(row["in_content"]),
                hidden=bool(row["hidden"]),
                indexable=None if row["indexable"] is None else bool(row["indexable"]),
                status=row["status"],
            )
            for row in rows
        ]

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
