"""What was found out about dead targets: pages of yours that fit, archived copies, new addresses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from prospector.items import ArchivedCopy, Match, Part, Strength
from prospector.store.codecs import json_text, maybe_time, maybe_time_text, one_line_each, parts_json, parts_of, time_text
from prospector.store.session import Row, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A target's new address on its own site."""

    target_url: str
    new_url: str
    confidence: float  # 0..1
    reasons: tuple[Part, ...] = ()
    seen_at: datetime | None = None  # when it last answered, and was that page; None: not asked since it was found, by an older Prospector


@dataclass(frozen=True, slots=True)
class OfferChoice:
    """A person's word on what to offer for a dead target."""

    offer_url: str | None  # None: nothing


class Findings:
    def __init__(self, session: Session) -> None:
        self._session = session

    def save_matches(self, target_url: str, matches: Sequence[Match], *, topic_words: Sequence[str] = (), now: datetime) -> None:
        """Replaces what fitted before. No matches: it was tried, and nothing fits.

        :param topic_words: what the target was about, the most telling word first.
        """
        with self._session.write():
            self._session.run("DELETE FROM matches WHERE target_url = ?", (target_url,))
            self._session.run_many(
                """
                INSERT INTO matches (target_url, rank, page_url, page_title, score, confidence, strength, reasons)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    (
                        target_url,
                        match.rank,
                        match.page_url,
                        match.page_title,
                        match.score,
                        match.confidence,
                        match.strength,
                        parts_json(match.reasons),
                    )
                    for match in matches
                ],
            )
            self._session.run(
                "UPDATE targets SET matched_at = ?, topic_words = ? WHERE url = ?",
                (time_text(now), json_text(list(topic_words)), target_url),
            )

    def matched_at(self, target_url: str) -> datetime | None:
        """When it was last tried to match a target, whether or not anything fitted."""
        return maybe_time(self._session.value("SELECT matched_at FROM targets WHERE url = ?", (target_url,)))

    def matchable(self) -> list[str]:
        """Dead targets that somebody's page links to in its content, and whose page was worked through: what a crawl would have matched."""
        urls: list[str] = self._session.column(
            """
            SELECT target_url FROM target_verdicts AS target
            WHERE dead AND EXISTS (
                SELECT 1 FROM links AS link JOIN resource_pages AS page ON page.url = link.page_url
                WHERE link.target_url = target.target_url AND link.present = 1 AND link.boilerplate = 0 AND link.own = 0
                    AND page.done_at IS NOT NULL
            )
            ORDER BY target_url
            """
        )
        return urls

    def matches(self, target_url: str) -> tuple[Match, ...]:
        """Best first."""
        return tuple(map(_match, self._session.rows("SELECT * FROM matches WHERE target_url = ? ORDER BY rank", (target_url,))))

    def chosen_offers(self, page_url: str) -> dict[str, str | None]:
        """What a person chose to offer a page for some of its dead targets; None: nothing."""
        rows = self._session.rows("SELECT target_url, offer_url FROM offer_choices WHERE page_url = ?", (page_url,))
        return {row["target_url"]: row["offer_url"] for row in rows}

    def choose_offer(self, page_url: str, target_url: str, choice: OfferChoice | None, *, now: datetime) -> None:
        """What to offer a page for one of its dead targets; None: as if no person had chosen. Its event is the caller's."""
        key = (page_url, target_url)
        if choice is None:
            self._session.run("DELETE FROM offer_choices WHERE page_url = ? AND target_url = ?", key)
            return
        self._session.run(
            """
            INSERT INTO offer_choices (page_url, target_url, offer_url, chosen_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (page_url, target_url) DO UPDATE SET offer_url = excluded.offer_url, chosen_at = excluded.chosen_at
            """,
            (*key, choice.offer_url, time_text(now)),
        )

    def save_archived(self, copy: ArchivedCopy, *, now: datetime) -> None:
        """Also that the archive has none, so that it isn't asked again."""
        self._session.run(
            """
            INSERT INTO archived_copies (target_url, captured_at, archive_url, title, headings, text, failures, asked_at)
            VALUES (:target_url, :captured_at, :archive_url, :title, :headings, :text, :failures, :asked_at)
            ON CONFLICT (target_url) DO UPDATE SET
                captured_at = :captured_at, archive_url = :archive_url, title = :title, headings = :headings,
                text = :text, failures = :failures, asked_at = :asked_at
            """,
            {
                "target_url": copy.target_url,
                "captured_at": maybe_time_text(copy.captured_at),
                "archive_url": copy.archive_url,
                "title": copy.title,
                "headings": one_line_each(copy.headings),
                "text": copy.text,
                "failures": json_text([time_text(moment) for moment in copy.failures]),
                "asked_at": time_text(now),
            },
        )

    def archived(self, target_url: str) -> ArchivedCopy | None:
        """None: the archive was never asked. A copy without `captured_at`: it has none."""
        row = self._session.row("SELECT * FROM archived_copies WHERE target_url = ?", (target_url,))
        if row is None:
            return None
        return ArchivedCopy(
            target_url=row["target_url"],
            captured_at=maybe_time(row["captured_at"]),
            archive_url=row["archive_url"],
            title=row["title"],
            headings=tuple(row["headings"].splitlines()),
            text=row["text"],
            failures=tuple(datetime.fromisoformat(text) for text in json.loads(row["failures"])),
        )

    def save_alias(self, alias: Alias, *, now: datetime) -> None:
        """As found: it was read just now."""
        self._session.run(
            """
            INSERT INTO aliases (target_url, new_url, confidence, reasons, holds, seen_at, asked_at, answer)
            VALUES (:target_url, :new_url, :confidence, :reasons, 1, :now, :now, '')
            ON CONFLICT (target_url) DO UPDATE SET
                new_url = :new_url, confidence = :confidence, reasons = :reasons, holds = 1, seen_at = :now, asked_at = :now, answer = ''
            """,
            {
                "target_url": alias.target_url,
                "new_url": alias.new_url,
                "confidence": alias.confidence,
                "reasons": parts_json(alias.reasons),
                "now": time_text(now),
            },
        )

    def save_alias_look(self, target_url: str, *, holds: bool | None, answer: str, now: datetime) -> None:
        """The new address was asked again.

        :param holds: None: it can't be told.
        :param answer: what was seen, in words.
        """
        self._session.run(
            """
            UPDATE aliases SET
                holds = coalesce(:holds, holds), seen_at = CASE WHEN :holds THEN :now ELSE seen_at END, asked_at = :now, answer = :answer
            WHERE target_url = :target_url
            """,
            {"target_url": target_url, "holds": holds, "answer": answer, "now": time_text(now)},
        )

    def alias(self, target_url: str) -> Alias | None:
        """Where it lives now. None: not known, or it is there no more."""
        row = self._session.row("SELECT * FROM aliases WHERE target_url = ? AND holds", (target_url,))
        if row is None:
            return None
        return Alias(
            target_url=row["target_url"],
            new_url=row["new_url"],
            confidence=row["confidence"],
            reasons=parts_of(row["reasons"]),
            seen_at=maybe_time(row["seen_at"]),
        )

    def save_home_search(self, target_url: str, *, now: datetime) -> None:
        """The target's new address was searched for, whether or not there is one."""
        self._session.run(
            "INSERT INTO home_searches (target_url, asked_at) VALUES (?, ?) ON CONFLICT (target_url) DO UPDATE SET asked_at = excluded.asked_at",
            (target_url, time_text(now)),
        )

    def home_searched_at(self, target_url: str) -> datetime | None:
        """When its new address was last searched for; None: never."""
        return maybe_time(self._session.value("SELECT asked_at FROM home_searches WHERE target_url = ?", (target_url,)))


def _match(row: Row) -> Match:
    return Match(
        target_url=row["target_url"],
        rank=row["rank"],
        page_url=row["page_url"],
        page_title=row["page_title"],
        score=row["score"],
        confidence=row["confidence"],
        strength=Strength(row["strength"]),
        reasons=parts_of(row["reasons"]),
    )
