"""Targets: what is due, what was observed, what it came to, and a person's own word."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prospector.items import Confidence, Observation, Verdict, VerdictKind
from prospector.store.codecs import json_text, maybe_time, maybe_time_text, time_text
from prospector.store.events import Actor, Change, record
from prospector.store.links import REFERRERS
from prospector.store.observed import observation_of, save_observations
from prospector.store.session import BATCH, Row, Session

# a target's links in content, on a prospect's page or your own: without one, nobody needs it checked
_LINKED = "EXISTS (SELECT 1 FROM links AS link WHERE link.target_url = targets.url AND link.present = 1 AND link.boilerplate = 0)"
_CLAIM = "confidence = 'probable' AND override IS NULL"
_MOST_ANCHORS = 20
_BODIES_LEFT = "bodies_may_be_unused"
_ANCHORS = f"""(
    SELECT json_group_array(anchor) FROM (
        SELECT anchor FROM links
        WHERE target_url = targets.url AND present = 1 AND boilerplate = 0 AND anchor <> ''
        GROUP BY anchor ORDER BY min(id) LIMIT {_MOST_ANCHORS}
    )
)"""  # noqa: S608  # a number of ours
_FRAGMENTS = """(
    SELECT json_group_array(fragment) FROM (
        SELECT DISTINCT fragment FROM links
        WHERE target_url = targets.url AND present = 1 AND boilerplate = 0 AND fragment <> '' ORDER BY fragment LIMIT 20
    )
)"""

_SAVE_VERDICT = f"""
UPDATE targets SET
    changed_at = CASE
        WHEN verdict = :verdict AND confidence IS :confidence AND moved_to = :moved_to THEN changed_at ELSE :now
    END,
    verdict = :verdict, reason = :reason, confidence = :confidence, first_failed_at = :first_failed_at,
    confirmed_at = :confirmed_at, next_check_at = :next_check_at, moved_to = :moved_to, rules = :rules,
    (referring_pages, referring_domains) = {REFERRERS}
WHERE url = :url
"""  # noqa: S608  # REFERRERS is ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A target to ask for now."""

    url: str
    anchors: tuple[str, ...]  # distinct, oldest first, at most 20
    fragments: tuple[str, ...] = ()  # places on it that are linked


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What waits to be looked at, and until when."""

    now: int  # targets due now
    claims_now: int  # of those due now: dead, but not confirmed yet
    claims: int  # of those due later: the same
    claims_at: datetime | None  # when the first of these is due
    for_person: int  # hijacked: a claim that only a person can confirm, and never due for that
    later: int  # all targets due later
    later_at: datetime | None


def _wanted(row: Row) -> Wanted:
    return Wanted(url=row["url"], anchors=tuple(json.loads(row["anchors"])), fragments=tuple(json.loads(row["fragments"])))


class Evidence:
    def __init__(self, session: Session) -> None:
        self._session = session

    def wanted(self, now: datetime, *, after: str = "", limit: int = 1000, again: bool = True) -> list[Wanted]:
        """Targets never judged or due again, in the order of their URLs: pass the last one as `after` to read on.

        :param again: False: only those never judged.
        """
        rows = self._session.rows(
            f"""
            SELECT url, {_ANCHORS} AS anchors, {_FRAGMENTS} AS fragments
            FROM targets
            WHERE url > ? AND (verdict IS NULL OR next_check_at <= ? AND ?) AND {_LINKED}
            ORDER BY url LIMIT ?
            """,  # noqa: S608  # the pieces are ours
            (after, time_text(now), again, limit),
        )
        return [_wanted(row) for row in rows]

    def wanted_among(self, urls: Collection[str]) -> list[Wanted]:
        """These targets, due or not, as far as a page links to them."""
        rows = self._session.rows(
            f"SELECT url, {_ANCHORS} AS anchors, {_FRAGMENTS} AS fragments FROM targets WHERE url IN (SELECT value FROM json_each(?)) AND {_LINKED} ORDER BY url",  # noqa: S608  # the pieces are ours
            (json_text(sorted(urls)),),
        )
        return [_wanted(row) for row in rows]

    def due_among(self, urls: Sequence[str], now: datetime, *, again: bool = True) -> list[str]:
        """Of these targets, those never judged or (with `again`) due again, in the same order."""
        settled = "SELECT 1 FROM targets WHERE url = ? AND verdict IS NOT NULL AND (next_check_at IS NULL OR next_check_at > ? OR NOT ?)"
        return [url for url in urls if self._session.value(settled, (url, time_text(now), again)) is None]

    def due(self, now: datetime) -> Due:
        row = self._session.rows(
            f"""
            SELECT
                count(*) FILTER (WHERE verdict IS NULL OR next_check_at <= :now) AS now,
                count(*) FILTER (WHERE next_check_at <= :now AND {_CLAIM} AND verdict <> 'hijacked') AS claims_now,
                count(*) FILTER (WHERE next_check_at > :now AND {_CLAIM} AND verdict <> 'hijacked') AS claims,
                min(next_check_at) FILTER (WHERE next_check_at > :now AND {_CLAIM} AND verdict <> 'hijacked') AS claims_at,
                count(*) FILTER (WHERE {_CLAIM} AND verdict = 'hijacked') AS for_person,
                count(*) FILTER (WHERE next_check_at > :now) AS later,
                min(next_check_at) FILTER (WHERE next_check_at > :now) AS later_at
            FROM targets WHERE {_LINKED}
            """,  # noqa: S608  # the piece is ours
            {"now": time_text(now)},
        )[0]
        return Due(
            now=row["now"],
            claims_now=row["claims_now"],
            for_person=row["for_person"],
            claims=row["claims"],
            claims_at=maybe_time(row["claims_at"]),
            later=row["later"],
            later_at=maybe_time(row["later_at"]),
        )

    def save_observations(self, seen: Sequence[Observation]) -> None:
        for start in range(0, len(seen), BATCH):
            with self._session.write():
                self._append_all(seen[start : start + BATCH])

    def save_checks(self, checks: Sequence[tuple[Observation, Verdict]], *, now: datetime) -> None:
        """Observations, each with the verdict it led to: both or neither are kept."""
        for start in range(0, len(checks), BATCH):
            some = checks[start : start + BATCH]
            with self._session.write():
                self._append_all([observation for observation, _ in some])
                self._session.run_many(
                    _SAVE_VERDICT, [_verdict_row(observation.target_url, verdict, now=now) for observation, verdict in some]
                )

    def record_look(self, seen: Observation, verdict: Verdict, *, now: datetime) -> int:
        """A person's own look, with the verdict it led to; the event's number."""
        with self._session.write():
            before = self.verdict(seen.target_url)
            observation = self._append_all([seen])
            self.save_verdict(seen.target_url, verdict, now=now)
            change = Change(_in_short(before), {**_in_short(verdict), "observation": observation})
            return record(self._session, at=now, actor=Actor.PERSON, subject=f"target {seen.target_url}", kind="look", change=change)

    def forget_look(self, observation: int) -> None:
        """A person takes back what they said they saw; the verdict is the caller's to judge anew. The journal keeps that it was said."""
        with self._session.write():
            url = self._session.value("SELECT target_url FROM observations WHERE id = ?", (observation,))
            self._session.run("DELETE FROM observations WHERE id = ?", (observation,))
            self._session.run("UPDATE targets SET checks = checks - 1 WHERE url = ?", (url,))

    def last_checked_at(self, target_url: str) -> datetime | None:
        """When it was last looked at, by whomever."""
        return maybe_time(self._session.value("SELECT last_checked_at FROM targets WHERE url = ?", (target_url,)))

    def look_again(self, target_urls: Sequence[str], *, at: datetime) -> None:
        """Have targets looked at then, unless they are due before."""
        with self._session.write():
            self._session.run_many(
                "UPDATE targets SET next_check_at = min(coalesce(next_check_at, ?), ?) WHERE url = ?",
                [(time_text(at), time_text(at), url) for url in target_urls],
            )

    def override(self, target_url: str) -> tuple[VerdictKind | None, str]:
        """A person's word that stands above the judge's, and their note."""
        row = self._session.row("SELECT override, note FROM targets WHERE url = ?", (target_url,))
        return (None, "") if row is None or row["override"] is None else (VerdictKind(row["override"]), row["note"])

    def forget(self, seen: Iterable[Observation]) -> int:
        """Observations that nobody needs any more (verdicts/keeping.py says which), with their head samples. How many rows went."""
        gone = 0
        with self._session.write():
            for one in seen:
                key = (one.target_url, time_text(one.observed_at), one.run_id, one.via)
                gone += self._session.run(
                    "DELETE FROM observations WHERE target_url = ? AND observed_at = ? AND run_id = ? AND via = ?", key
                ).rowcount
            if gone:
                self._session.remember(_BODIES_LEFT, "1")
        return gone

    def drop_unused_bodies(self) -> int:
        """Head samples of forgotten observations: once after a run, for it reads the whole table. How many rows went."""
        if not self._session.recall(_BODIES_LEFT):
            return 0
        with self._session.write():
            self._session.remember(_BODIES_LEFT, "")
            unused = "DELETE FROM bodies WHERE id NOT IN (SELECT body_id FROM observations WHERE body_id IS NOT NULL)"
            return self._session.run(unused).rowcount

    def _append_all(self, seen: Sequence[Observation]) -> int:
        """Inside a transaction. The number of the last one's row."""
        self._session.run_many(
            """
            INSERT INTO targets (url, checks, last_checked_at) VALUES (:url, 1, :at)
            ON CONFLICT (url) DO UPDATE SET checks = checks + 1, last_checked_at = max(coalesce(last_checked_at, :at), :at)
            """,
            [{"url": one.target_url, "at": time_text(one.observed_at)} for one in seen],
        )
        return save_observations(self._session, seen)

    def histories(self, target_urls: Collection[str]) -> dict[str, tuple[Observation, ...]]:
        """What was seen of each of these targets, as `observations` has it; those never looked at are not in it."""
        rows = self._session.rows(
            """
            SELECT observations.*, bodies.html FROM observations LEFT JOIN bodies ON bodies.id = body_id
            WHERE target_url IN (SELECT value FROM json_each(?)) ORDER BY observed_at, observations.id
            """,
            (json_text(sorted(target_urls)),),
        )
        found: dict[str, list[Observation]] = defaultdict(list)
        for row in rows:
            found[row["target_url"]].append(observation_of(row))
        return {url: tuple(seen) for url, seen in found.items()}

    def observations(self, target_url: str) -> tuple[Observation, ...]:
        """All that was seen of a target, oldest first. Shingles are not stored: they follow from the body's html."""
        rows = self._session.rows(
            """
            SELECT observations.*, bodies.html FROM observations LEFT JOIN bodies ON bodies.id = body_id
            WHERE target_url = ? ORDER BY observed_at, observations.id
            """,
            (target_url,),
        )
        return tuple(map(observation_of, rows))

    def save_verdict(self, target_url: str, verdict: Verdict, *, now: datetime) -> None:
        """What the judge says; a person's override stands above it. Also counts who refers to the target."""
        self._session.run(_SAVE_VERDICT, _verdict_row(target_url, verdict, now=now))

    def verdict(self, target_url: str) -> Verdict | None:
        """What counts: a person's word, else the judge's; None while there is neither."""
        row = self._session.row("SELECT * FROM target_verdicts WHERE target_url = ? AND verdict IS NOT NULL", (target_url,))
        if row is None:
            return None
        return verdict_of(row)

    def claims(self, limit: int) -> list[tuple[str, Verdict, int]]:
        """Targets that look dead but are not confirmed, the soonest due first: URL, verdict, looks so far."""
        rows = self._session.rows(
            "SELECT url, checks FROM targets WHERE confidence = 'probable' AND override IS NULL ORDER BY next_check_at, url LIMIT ?",
            (limit,),
        )
        found = [(row["url"], self.verdict(row["url"]), row["checks"]) for row in rows]
        return [(url, verdict, looks) for url, verdict, looks in found if verdict is not None]

    def judged(self) -> list[str]:
        """Targets whose verdict is the judge's own, not a person's word."""
        urls: list[str] = self._session.column("SELECT url FROM targets WHERE verdict IS NOT NULL AND override IS NULL ORDER BY url")
        return urls

    def set_override(
        self, target_url: str, kind: VerdictKind | None, *, note: str = "", part_of: int | None = None, now: datetime
    ) -> int | None:
        """A person's word on a target; None takes it back. The event's number; None: no such target."""
        with self._session.write():
            before = self._session.row("SELECT override, note FROM targets WHERE url = ?", (target_url,))
            if before is None:
                return None
            at = time_text(now)
            self._session.run(
                "UPDATE targets SET override = ?, override_at = ?, note = ?, changed_at = ? WHERE url = ?",
                (kind, None if kind is None else at, note, at, target_url),
            )
            change = Change(before, {"override": kind, "note": note})
            subject = f"target {target_url}"
            return record(self._session, at=now, actor=Actor.PERSON, subject=subject, kind="override", change=change, part_of=part_of)


def _verdict_row(target_url: str, verdict: Verdict, *, now: datetime) -> Row:
    return {
        "url": target_url,
        "verdict": verdict.kind,
        "reason": verdict.reason,
        "confidence": verdict.confidence,
        "first_failed_at": maybe_time_text(verdict.first_failed_at),
        "confirmed_at": maybe_time_text(verdict.confirmed_at),
        "next_check_at": maybe_time_text(verdict.next_check_at),
        "moved_to": verdict.moved_to,
        "rules": json_text(verdict.rules),
        "now": time_text(now),
    }


def verdict_of(row: Row) -> Verdict:
    """A row of the view target_verdicts."""
    return Verdict(
        kind=VerdictKind(row["verdict"]),
        reason=row["reason"],
        confidence=None if row["confidence"] is None else Confidence(row["confidence"]),
        first_failed_at=maybe_time(row["first_failed_at"]),
        confirmed_at=maybe_time(row["confirmed_at"]),
        next_check_at=maybe_time(row["next_check_at"]),
        moved_to=row["moved_to"],
        rules=tuple(json.loads(row["rules"])),
    )


def _in_short(verdict: Verdict | None) -> dict[str, Any]:
    return {} if verdict is None else {"verdict": verdict.kind, "confidence": verdict.confidence}
