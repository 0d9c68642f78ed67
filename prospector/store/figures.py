"""The dashboard's figures, each asked for in a way that stays quick at half a million targets: see figure_tables.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prospector.items import Confidence, DraftStatus, Stage, Strength, VerdictKind
from prospector.store.codecs import maybe_time, time_text
from prospector.store.figure_tables import CLAIM, DEAD, NO_FIT
from prospector.store.session import Row, Session

_ANCHORS_SHOWN = 3
_LINKS_LOOKED_AT = 200  # for the anchors of a target that thousands of pages link to


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCounts:
    read: int
    resource_pages: int
    unreadable: int  # asked for, with no page to show for it


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetCount:
    """Targets alike, of those linked in the content of somebody's page."""

    verdict: VerdictKind | None  # None: not checked yet
    confidence: Confidence | None
    strength: Strength | None  # of the best page of yours
    tried: bool  # whether pages of yours were looked for
    targets: int
    links: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProspectCount:
    """Prospects alike."""

    stage: Stage
    draft: DraftStatus | None  # of the first letter; None: there is none
    contact: bool
    score: int  # lower end of the group
    prospects: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A dead target, and how much it is wanted."""

    url: str
    verdict: VerdictKind
    confidence: Confidence | None
    referring_domains: int
    referring_pages: int
    anchors: tuple[str, ...]  # some of them, the most frequent first
    tried: bool  # whether pages of yours were looked for
    match_url: str = ""
    match_title: str = ""
    match_strength: Strength | None = None
    archive_url: str = ""
    archived_title: str = ""
    archived_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterWaits:
    snoozed_until: datetime | None  # the first of them
    approved_in_advance: int  # they go out once their claims are confirmed
    notes: tuple[tuple[str, int], ...]  # what those that wait say of themselves, each with how many do


class Figures:
    def __init__(self, session: Session) -> None:
        self._session = session

    def pages(self) -> PageCounts:
        kinds = {
            row["is_resource_page"]: row["number"]
            for row in self._session.rows("SELECT is_resource_page, count(*) AS number FROM resource_pages GROUP BY is_resource_page")
        }
        unreadable = self._session.value("SELECT count(*) FROM visits WHERE problem <> ''")
        return PageCounts(read=sum(kinds.values()), resource_pages=kinds.get(1, 0), unreadable=unreadable)

    def targets(self) -> tuple[TargetCount, ...]:
        rows = self._session.rows("SELECT verdict, confidence, fit, targets, links FROM target_counts WHERE targets > 0")
        return tuple(
            TargetCount(
                verdict=VerdictKind(row["verdict"]) if row["verdict"] else None,
                confidence=Confidence(row["confidence"]) if row["confidence"] else None,
                strength=_strength(row["fit"]),
                tried=row["fit"] != "",
                targets=row["targets"],
                links=row["links"],
            )
            for row in rows
        )

    def prospects(self) -> tuple[ProspectCount, ...]:
        rows = self._session.rows("SELECT * FROM prospect_counts WHERE prospects > 0")
        return tuple(
            ProspectCount(
                stage=Stage(row["stage"]),
                draft=DraftStatus(row["draft_status"]) if row["draft_status"] else None,
                contact=bool(row["has_contact"]),
                score=row["score"],
                prospects=row["prospects"],
            )
            for row in rows
        )

    def claims_due(self, until: Sequence[datetime]) -> tuple[int, ...]:
        """Claims to be looked at again: those due at the first of these moments, those due after it until the second …, and later ones.

        :param until: in order.
        """
        ends = [time_text(moment) for moment in until]
        group = " ".join(f"WHEN next_check_at <= ? THEN {number}" for number in range(len(ends)))
        counts: Mapping[int, int] = {
            row["part"]: row["number"]
            for row in self._session.rows(
                f"""
                SELECT CASE {group} ELSE {len(ends)} END AS part, count(*) AS number FROM targets
                WHERE {CLAIM} AND verdict <> 'hijacked' AND next_check_at IS NOT NULL GROUP BY part
                """,  # noqa: S608  # the pieces are ours
                ends,
            )
        }
        return tuple(counts.get(number, 0) for number in range(len(ends) + 1))

    def next_claim_at(self, now: datetime) -> datetime | None:
        """When the first claim that is not due yet will be."""
        return maybe_time(
            self._session.value(
                f"SELECT min(next_check_at) FROM targets WHERE {CLAIM} AND verdict <> 'hijacked' AND next_check_at > ?",  # noqa: S608  # ours
                (time_text(now),),
            )
        )

    def letter_waits(self) -> LetterWaits:
        return LetterWaits(
            snoozed_until=maybe_time(self._session.value("SELECT min(snoozed_until) FROM drafts WHERE status = 'snoozed'")),
            approved_in_advance=self._session.value(
                "SELECT count(*) FROM drafts WHERE status = 'approved' AND released_at IS NULL AND follow_up_of IS NULL"
            ),
            notes=tuple(
                (row["note"] or "", row["number"])
                for row in self._session.rows(
                    "SELECT note, count(*) AS number FROM drafts WHERE status = 'waiting' AND follow_up_of IS NULL GROUP BY note"
                )
            ),
        )

    def most_wanted(self, limit: int) -> tuple[Wish, ...]:
        """Dead targets, those first that the most sites link to."""
        return self._wishes("", limit)

    def gaps(self, limit: int) -> tuple[Wish, ...]:
        """Of these, those for which your site has nothing."""
        return self._wishes(f"AND fit = '{NO_FIT}'", limit)

    def _wishes(self, condition: str, limit: int) -> tuple[Wish, ...]:
        rows = self._session.rows(
            f"""
            SELECT
                target.url, coalesce(override, verdict) AS verdict,
                CASE WHEN override IS NULL THEN target.confidence ELSE 'confirmed' END AS confidence,
                referring_domains, referring_pages, fit,
                match.page_url AS match_url, match.page_title AS match_title, match.strength AS match_strength,
                archived.archive_url, archived.title AS archived_title, archived.captured_at AS archived_at
            FROM (
                SELECT * FROM targets WHERE {DEAD} {condition} AND linked > 0
                ORDER BY referring_domains DESC, referring_pages DESC, url LIMIT ?
            ) AS target
            LEFT JOIN matches AS match ON match.target_url = target.url AND match.rank = 1
            LEFT JOIN archived_copies AS archived ON archived.target_url = target.url AND archived.captured_at IS NOT NULL
            ORDER BY referring_domains DESC, referring_pages DESC, target.url
            """,  # noqa: S608  # the pieces are ours
            (limit,),
        )
        return tuple(self._wish(row) for row in rows)

    def _wish(self, row: Row) -> Wish:
        anchors = self._session.column(
            f"""
            SELECT anchor FROM (
                SELECT anchor FROM links
                WHERE target_url = ? AND present = 1 AND boilerplate = 0 AND own = 0 AND anchor <> '' LIMIT {_LINKS_LOOKED_AT}
            )
            GROUP BY anchor ORDER BY count(*) DESC, anchor LIMIT {_ANCHORS_SHOWN}
            """,  # noqa: S608  # numbers of ours
            (row["url"],),
        )
        return Wish(
            url=row["url"],
            verdict=VerdictKind(row["verdict"]),
            confidence=Confidence(row["confidence"]) if row["confidence"] else None,
            referring_domains=row["referring_domains"],
            referring_pages=row["referring_pages"],
            anchors=tuple(anchors),
            tried=row["fit"] != "",
            match_url=row["match_url"] or "",
            match_title=row["match_title"] or "",
            match_strength=Strength(row["match_strength"]) if row["match_strength"] else None,
            archive_url=row["archive_url"] or "",
            archived_title=row["archived_title"] or "",
            archived_at=maybe_time(row["archived_at"]),
        )


def _strength(fit: str) -> Strength | None:
    return Strength(fit) if fit in set(Strength) else None
