"""What became of letters, over time and by what they were: counts for the dashboard. See watching/intervals.py for what they are worth."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from prospector.items import Stage
from prospector.store.codecs import parts_of, time_text
from prospector.store.session import Session

_WON = frozenset({Stage.WON, Stage.LOST})  # a lost link was won before


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    name: str  # 2026-11
    won: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """Something that letters had in common, and how many of them won a link."""

    what: str
    letters: int
    won: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Winnings:
    months: tuple[Month, ...]  # in order, those alone in which something happened
    letters: int  # sent long enough ago to count
    won: int
    templates: tuple[Trait, ...]
    verdicts: tuple[Trait, ...]  # of the dead link that carries the letter
    parts: tuple[Trait, ...]  # of the score: those letters that got points for it
    reclaims: Trait  # letters about links that were lost: those after which the link stands again


class Outcomes:
    def __init__(self, session: Session) -> None:
        self._session = session

    def winnings(self, *, sent_before: datetime) -> Winnings:
        """
        :param sent_before: younger letters say nothing yet.
        """
        rows = self._session.rows(
            """
            SELECT draft.template, draft.claims, prospect.parts, prospect.stage FROM drafts AS draft
            JOIN prospects AS prospect ON prospect.page_url = draft.page_url
            WHERE draft.status = 'sent' AND draft.kind = 'first' AND draft.sent_at <= ? AND draft.outcome <> 'bounced'
            """,
            (time_text(sent_before),),
        )
        verdicts = self._verdicts({url for row in rows if (url := _carrier(row["claims"]))})
        templates, kinds, parts = _Tally(), _Tally(), _Tally()
        for row in rows:
            won = row["stage"] in _WON
            templates.add([row["template"]], won=won)
            kinds.add(filter(None, [verdicts.get(_carrier(row["claims"]))]), won=won)
            parts.add({part.name for part in parts_of(row["parts"]) if part.points > 0}, won=won)
        return Winnings(
            months=self._months(),
            letters=len(rows),
            won=sum(row["stage"] in _WON for row in rows),
            templates=templates.traits(),
            verdicts=kinds.traits(),
            parts=parts.traits(),
            reclaims=self._reclaims(sent_before),
        )

    def _reclaims(self, sent_before: datetime) -> Trait:
        row = self._session.row(
            """
            SELECT count(*) AS letters, coalesce(sum(prospect.stage = 'won'), 0) AS won FROM drafts AS draft
            JOIN prospects AS prospect ON prospect.page_url = draft.page_url
            WHERE draft.status = 'sent' AND draft.kind = 'reclaim' AND draft.sent_at <= ? AND draft.outcome <> 'bounced'
            """,
            (time_text(sent_before),),
        )
        return Trait(what="lost link", letters=row["letters"], won=row["won"]) if row else Trait(what="lost link", letters=0, won=0)

    def _months(self) -> tuple[Month, ...]:
        rows = self._session.rows(
            """
            SELECT substr(at, 1, 7) AS name, sum(stage = 'won') AS won, sum(stage = 'lost') AS lost FROM (
                SELECT at, json_extract(after, '$.stage') AS stage FROM events
                WHERE kind = 'stage' AND subject LIKE 'prospect %' AND undone_by IS NULL
            )
            WHERE stage IN ('won', 'lost') GROUP BY name ORDER BY name
            """
        )
        return tuple(Month(name=row["name"], won=row["won"], lost=row["lost"]) for row in rows)

    def _verdicts(self, urls: Iterable[str]) -> dict[str, str]:
        """Of those that are dead still: how another was dead once is not known any more."""
        query = "SELECT target_url, verdict FROM target_verdicts WHERE target_url IN (SELECT value FROM json_each(?)) AND dead"
        return {row["target_url"]: row["verdict"] for row in self._session.rows(query, (json.dumps(sorted(urls)),))}


class _Tally:
    def __init__(self) -> None:
        self._letters: Counter[str] = Counter()
        self._won: Counter[str] = Counter()

    def add(self, traits: Iterable[str], *, won: bool) -> None:
        for trait in traits:
            self._letters[trait] += 1
            self._won[trait] += won

    def traits(self) -> tuple[Trait, ...]:
        """Those with the most letters first."""
        ranked = sorted(self._letters.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple(Trait(what=what, letters=letters, won=self._won[what]) for what, letters in ranked)


def _carrier(claims: str) -> str:
    """The dead link that a letter was written for."""
    found = json.loads(claims)
    return next((claim["target_url"] for claim in found if claim.get("carries")), found[0]["target_url"] if found else "")
