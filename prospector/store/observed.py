"""Observation ↔ its row. What has no column of its own stands in `evidence`, fields at their defaults left out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from prospector.items import BodySample, Control, ControlKind, Hop, Observation, Outcome, Via
from prospector.store.codecs import json_text, packed, sparse, time_text, tuples, unpacked
from prospector.store.session import Row, Session

_EVIDENCE = ("address", "certificate", "headers", "detail", "offline", "expected")


def save_observations(session: Session, seen: Sequence[Observation]) -> int:
    """Append. Inside a transaction. Their targets must have rows. The number of the last row."""
    session.run_many(
        """
        INSERT INTO observations (target_url, observed_at, run_id, via, outcome, status, final_url, hops, elapsed_ms, body_id, evidence)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
            (
                one.target_url,
                time_text(one.observed_at),
                one.run_id,
                one.via,
                one.outcome,
                one.status,
                one.final_url,
                json_text([[hop.url, hop.status, hop.location] for hop in one.hops]) if one.hops else "[]",
                one.elapsed_ms,
                _body_id(session, one.body),
                json_text(_evidence(one)),
            )
            for one in seen
        ],
    )
    return int(session.value("SELECT last_insert_rowid()"))


def _body_id(session: Session, body: BodySample | None) -> int | None:
    """The stored head sample: one row however many targets answer with it. Its hash is of the stored text: charsets may differ by header."""
    if body is None or body.html is None:
        return None
    digest = hashlib.sha256(body.html.encode("utf-8", "surrogatepass")).hexdigest()
    known = session.value("SELECT id FROM bodies WHERE sha256 = ?", (digest,))
    if known is None:
        known = session.run("INSERT INTO bodies (sha256, html) VALUES (?, ?)", (digest, packed(body.html))).lastrowid
    return int(known)


def _evidence(seen: Observation) -> dict[str, Any]:
    evidence = {name: value for name, value in sparse(seen).items() if name in _EVIDENCE}
    if seen.headers:
        evidence["headers"] = dict(seen.headers)
    if seen.body is not None:
        evidence["body"] = sparse(seen.body, without=("shingles", "html"))
    if seen.controls:
        evidence["controls"] = [sparse(control) for control in seen.controls]
    return evidence


def observation_of(row: Row) -> Observation:
    """:param row: an observation's columns, and `html` of its body."""
    evidence: dict[str, Any] = json.loads(row["evidence"])
    body = evidence.pop("body", None)
    controls = evidence.pop("controls", [])
    return Observation(
        target_url=row["target_url"],
        observed_at=datetime.fromisoformat(row["observed_at"]),
        outcome=Outcome(row["outcome"]),
        run_id=row["run_id"],
        via=Via(row["via"]),
        status=row["status"],
        final_url=row["final_url"],
        hops=tuple(Hop(url=url, status=status, location=location) for url, status, location in json.loads(row["hops"])),
        elapsed_ms=row["elapsed_ms"],
        body=None if body is None else _body(body, row["html"]),
        controls=tuple(map(_control, controls)),
        **tuples(evidence),
    )


def _body(stored: Mapping[str, Any], html: bytes | None) -> BodySample:
    return BodySample(**tuples(stored), html=None if html is None else unpacked(html))


def _control(stored: Mapping[str, Any]) -> Control:
    values = tuples(stored)
    return Control(kind=ControlKind(values.pop("kind")), outcome=Outcome(values.pop("outcome")), **values)
