"""Filters ↔ the queue's address: what is shown can be kept as a bookmark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from prospector.items import DEAD_KINDS, ContactKind, DraftStatus, Strength
from prospector.store.desk import OPEN, SCORES, Filter

ANY = "any"
NONE = "none"
MAX_TEXT = 200


def read_filter(query: Mapping[str, str]) -> Filter:
    """From an address somebody may have typed: what makes no sense is left out."""
    score = query.get("score", "")
    return Filter(
        statuses=_statuses(query.get("status", "")),
        kind=_one_of(query.get("kind", ""), DEAD_KINDS),
        min_score=int(score) if score in map(str, SCORES) else 0,
        strength=_one_of(query.get("strength", ""), {*Strength, NONE}),
        contact=_one_of(query.get("contact", ""), {*ContactKind, NONE}),
        site=query.get("site", "")[:MAX_TEXT],
        text=query.get("q", "")[:MAX_TEXT],
    )


def query_of(wanted: Filter, *, page: int = 1) -> str:
    """Always in the same order, without what is not chosen: equal filters have equal addresses."""
    pairs = {
        "status": _status_name(wanted.statuses),
        "kind": wanted.kind,
        "score": str(wanted.min_score or ""),
        "strength": wanted.strength,
        "contact": wanted.contact,
        "site": wanted.site,
        "q": wanted.text,
        "page": "" if page == 1 else str(page),
    }
    return urlencode({name: value for name, value in pairs.items() if value})


def with_query(path: str, wanted: Filter, *, page: int = 1) -> str:
    query = query_of(wanted, page=page)
    return f"{path}?{query}" if query else path


def read_page(query: Mapping[str, str]) -> int:
    text = query.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _statuses(name: str) -> tuple[DraftStatus, ...]:
    if name == ANY:
        return ()
    return (DraftStatus(name),) if name in set(DraftStatus) else OPEN


def _status_name(statuses: tuple[DraftStatus, ...]) -> str:
    if statuses == OPEN:
        return ""
    return ",".join(statuses) or ANY


def _one_of(value: str, known: Iterable[str]) -> str:
    return value if value in set(known) else ""
