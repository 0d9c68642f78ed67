"""The queue: letters by filter, with how many each filter value would show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from prospector.items import DEAD_KINDS, ContactKind, DraftStatus, Strength, VerdictKind
from prospector.review.filters import NONE, with_query
from prospector.store import Store
from prospector.store.desk import OPEN, PAGE_SIZE, SCORES, Counts, Filter
from prospector.words import label

_SHOWN_STATUSES = (
    DraftStatus.READY,
    DraftStatus.WAITING,
    DraftStatus.APPROVED,
    DraftStatus.SNOOZED,
    DraftStatus.EXPORTED,
    DraftStatus.SENT,
    DraftStatus.REJECTED,
    DraftStatus.WITHDRAWN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value of a filter: choosing it again takes it back."""

    name: str
    count: int
    chosen: bool
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterGroup:
    name: str
    choices: tuple[Choice, ...]


def queue_values(store: Store, wanted: Filter, page: int) -> dict[str, Any]:
    """What the queue's template shows."""
    counts = store.desk.counts(wanted)
    pages = max(1, -(-counts.total // PAGE_SIZE))
    page = min(page, pages)
    listed = store.desk.listed(wanted, page=page)
    return {
        "wanted": wanted,
        "rows": [(row, with_query(f"/drafts/{row.draft_id}", wanted)) for row in listed],
        "total": counts.total,
        "first": (page - 1) * PAGE_SIZE + 1,
        "statuses": tuple(_statuses(wanted, counts)),
        "groups": tuple(group for group in _groups(wanted, counts) if group.choices),
        "narrowed": replace(wanted, statuses=OPEN) != Filter(statuses=OPEN),
        "without_filters": with_query("/", Filter(statuses=wanted.statuses)),
        "page": page,
        "pages": pages,
        "before": with_query("/", wanted, page=page - 1) if page > 1 else "",
        "after": with_query("/", wanted, page=page + 1) if page < pages else "",
        "any_draft": bool(counts.total or store.desk.any_draft()),
        "open_only": wanted.statuses == OPEN,
    }


def _statuses(wanted: Filter, counts: Counts) -> Iterator[Choice]:
    to_review = sum(counts.statuses.get(status, 0) for status in OPEN)
    yield Choice(name="To review", count=to_review, chosen=wanted.statuses == OPEN, href=with_query("/", replace(wanted, statuses=OPEN)))
    for status in _SHOWN_STATUSES:
        chosen, count = wanted.statuses == (status,), counts.statuses.get(status, 0)
        if count or chosen:
            yield Choice(name=label(status), count=count, chosen=chosen, href=with_query("/", replace(wanted, statuses=(status,))))
    everything = sum(counts.statuses.values())
    yield Choice(name="All", count=everything, chosen=not wanted.statuses, href=with_query("/", replace(wanted, statuses=())))


def _groups(wanted: Filter, counts: Counts) -> Iterator[FilterGroup]:
    kinds = [(kind.value, label(kind)) for kind in VerdictKind if kind in DEAD_KINDS]
    yield FilterGroup(name="What is dead", choices=tuple(_choices(wanted, "kind", kinds, counts.kinds)))
    strengths = [(one.value, label(one)) for one in Strength] + [(NONE, "nothing fits")]
    yield FilterGroup(name="Your page", choices=tuple(_choices(wanted, "strength", strengths, counts.strengths)))
    contacts = [(one.value, label(one)) for one in ContactKind] + [(NONE, "nobody found")]
    yield FilterGroup(name="Contact", choices=tuple(_choices(wanted, "contact", contacts, counts.contacts)))
    scores = [(one, f"{one} and more") for one in SCORES]
    yield FilterGroup(name="Score", choices=tuple(_choices(wanted, "min_score", scores, counts.scores)))
    sites = [(site, site) for site in dict.fromkeys([*filter(None, [wanted.site]), *counts.sites])]
    yield FilterGroup(name="Site", choices=tuple(_choices(wanted, "site", sites, counts.sites)) if len(sites) > 1 or wanted.site else ())


def _choices(wanted: Filter, field: str, values: Iterable[tuple[Any, str]], counts: Mapping[Any, int]) -> Iterator[Choice]:
    for value, name in values:
        chosen = getattr(wanted, field) == value
        if counts.get(value) or chosen:
            other = replace(wanted, **{field: type(value)() if chosen else value})
            yield Choice(name=name, count=counts.get(value, 0), chosen=chosen, href=with_query("/", other))
