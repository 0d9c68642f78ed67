"""What the review desk lists: letters by filter, how many each filter value would show, and each letter's neighbours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from prospector.items import DraftStatus
from prospector.store.session import Row, Session

PAGE_SIZE = 50
SCORES = (80, 60, 40)  # "at least" so many; the bands of desk_queue
MOST_SITES = 8
MOST_FOUND = 20_000  # of a text search: beyond that the words are no search
# whose decision is open; what the desk shows first
OPEN = (DraftStatus.READY, DraftStatus.WAITING)
_WORD = re.compile(r"\w+")
_KEY = 1 << 40  # turn and number of a draft in one, which sorts like both: a search is then gone through once for all that is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which letters. Empty means any."""

    statuses: tuple[DraftStatus, ...] = ()
    kind: str = ""  # a dead verdict kind that one of the page's links has; no kind's name stands in another's
    min_score: int = 0  # one of SCORES, or 0
    strength: str = ""  # strong, possible, none
    contact: str = ""  # email, form, tracker, none
    site: str = ""
    text: str = ""  # beginnings of words


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A letter as the queue shows it."""

    draft_id: int
    page_url: str
    site: str
    page_title: str
    subject: str
    recipient: str
    status: DraftStatus
    note: str
    edited: bool
    score: int
    contact_kind: str
    kinds: tuple[str, ...]
    strength: str
    dead_links: int
    confirmed_dead_links: int
    outcome: str  # what became of it once it was sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many letters each value of a filter would show, the other filters staying as they are."""

    total: int
    statuses: Mapping[str, int]
    kinds: Mapping[str, int]
    scores: Mapping[int, int]
    strengths: Mapping[str, int]
    contacts: Mapping[str, int]
    sites: Mapping[str, int] = field(default_factory=dict)  # those with the most letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a letter stands among those of a filter."""

    position: int  # from 1; 0: the filter doesn't show it
    total: int
    before: int | None  # draft ids
    after: int | None


class Desk:
    def __init__(self, session: Session) -> None:
        self._session = session

    def listed(self, wanted: Filter, *, page: int = 1) -> tuple[Listed, ...]:
        """A page of letters, those that are ready first, then by score. :param page: from 1."""
        where, values = _where(wanted)
        rows = self._session.rows(
            f"""
            SELECT desk_queue.*, drafts.outcome FROM (SELECT turn, draft_id FROM {_table(wanted)} WHERE {where} ORDER BY turn, draft_id LIMIT :size OFFSET :skip)
            JOIN desk_queue USING (draft_id) JOIN drafts ON drafts.id = draft_id ORDER BY desk_queue.turn, draft_id
            """,  # noqa: S608  # conditions are ours
            {**values, "size": PAGE_SIZE, "skip": (page - 1) * PAGE_SIZE},
        )
        return tuple(map(_listed, rows))

    def counts(self, wanted: Filter) -> Counts:
        """One pass over a narrow index for all filters but the sites."""
        where, values = _where(Filter(site=wanted.site, text=wanted.text))
        groups = self._session.run(
            f"""
            SELECT status, kinds, band, strength, contact_kind, count(*)
            FROM desk_queue WHERE {where} GROUP BY status, kinds, band, strength, contact_kind
            """,  # noqa: S608  # conditions are ours
            values,
        )
        return _counted(groups, wanted, self._sites(wanted))

    def _sites(self, wanted: Filter) -> dict[str, int]:
        where, values = _where(replace(wanted, site=""))
        rows = self._session.rows(
            f"SELECT site, count(*) AS number FROM desk_queue WHERE {where} GROUP BY site ORDER BY number DESC, site LIMIT {MOST_SITES}",  # noqa: S608
            values,
        )
        return {row["site"]: row["number"] for row in rows}

    def place(self, draft_id: int, wanted: Filter) -> Place:
        """Its neighbours among the filter's letters; also of one that was just decided and left the list."""
        (where, values), queue = _where(wanted), _table(wanted)
        own = self._session.row("SELECT turn, draft_id FROM desk_queue WHERE draft_id = ?", (draft_id,))
        values |= own or {"turn": 0, "draft_id": draft_id}
        row = self._session.row(
            f"""
            SELECT
                count(*) AS total,
                count(*) FILTER (WHERE (turn, draft_id) < (:turn, :draft_id)) AS ahead,
                max(draft_id = :draft_id) AS listed,
                max(turn * {_KEY} + draft_id) FILTER (WHERE (turn, draft_id) < (:turn, :draft_id)) AS before,
                min(turn * {_KEY} + draft_id) FILTER (WHERE (turn, draft_id) > (:turn, :draft_id)) AS after
            FROM {queue} WHERE {where}
            """,  # noqa: S608  # conditions are ours
            values,
        )
        assert row is not None  # a SELECT of sums always has a row
        before, after = (None if key is None else key % _KEY for key in (row["before"], row["after"]))
        return Place(position=row["ahead"] + 1 if row["listed"] else 0, total=row["total"], before=before, after=after)

    def any_draft(self) -> bool:
        return self._session.value("SELECT 1 FROM desk_queue LIMIT 1") is not None


def _table(wanted: Filter) -> str:
    """The index that has all letters in their order beats one that has the right letters in none, unless the right ones are few."""
    return "desk_queue" if wanted.site or wanted.text.strip() else "desk_queue INDEXED BY desk_queue_turns"


def _where(wanted: Filter) -> tuple[str, dict[str, Any]]:
    conditions, values = ["true"], dict[str, Any]()
    if wanted.statuses:
        names = {f"status{at}": status for at, status in enumerate(wanted.statuses)}
        conditions.append(f"status IN ({', '.join(f':{name}' for name in names)})")
        values |= names
    if wanted.kind:
        conditions.append("instr(kinds, :kind)")
        values["kind"] = wanted.kind
    if wanted.min_score:
        conditions.append("band >= :min_score")
        values["min_score"] = wanted.min_score
    for column, value in (("strength", wanted.strength), ("contact_kind", wanted.contact), ("site", wanted.site)):
        if value:
            conditions.append(f"{column} = :{column}")
            values[column] = value
    if wanted.text.strip():
        conditions.append(f"draft_id IN (SELECT rowid FROM desk_queue_fts WHERE desk_queue_fts MATCH :text LIMIT {MOST_FOUND})")  # noqa: S608  # a number of ours
        values["text"] = _query(wanted.text)
    return " AND ".join(conditions), values


def _query(text: str) -> str:
    """FTS5's own operators mean nothing here: every word is a quoted beginning of a word. Without any word nothing is found."""
    return " ".join(f'"{word}"*' for word in _WORD.findall(text)[:12]) or '""'


def _counted(groups: Iterable[tuple[str, str, int, str, str, int]], wanted: Filter, sites: Mapping[str, int]) -> Counts:
    """A group counts for a value of a filter if it passes all the other filters."""
    status, kind, score, strength, contact = (Counter[Any]() for _ in range(5))
    total = 0
    for its_status, its_kinds, band, its_strength, its_contact, number in groups:
        failed = (
            (1 if wanted.statuses and its_status not in wanted.statuses else 0)
            + (2 if wanted.kind not in its_kinds else 0)
            + (4 if band < wanted.min_score else 0)
            + (8 if wanted.strength not in {"", its_strength} else 0)
            + (16 if wanted.contact not in {"", its_contact} else 0)
        )
        if failed in {0, 1}:
            status[its_status] += number
        if failed in {0, 2}:
            kind[its_kinds] += number
        if failed in {0, 4}:
            score[band] += number
        if failed in {0, 8}:
            strength[its_strength] += number
        if failed in {0, 16}:
            contact[its_contact] += number
        total += 0 if failed else number
    kinds = Counter[str]()
    for names, number in kind.items():
        kinds.update(dict.fromkeys(names.split(), number))
    scores = {least: sum(number for band, number in score.items() if band >= least) for least in SCORES}
    return Counts(total=total, statuses=status, kinds=kinds, scores=scores, strengths=strength, contacts=contact, sites=sites)


def _listed(row: Row) -> Listed:
    shown = {name: value for name, value in row.items() if name not in {"band", "turn"}}
    return Listed(**{**shown, "status": DraftStatus(row["status"]), "edited": bool(row["edited"]), "kinds": tuple(row["kinds"].split())})
