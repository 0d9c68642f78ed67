"""Which looks may be forgotten: a year of rechecks must not bloat a database, and no verdict may change by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from prospector.items import Observation, VerdictKind, Via
from prospector.verdicts.looks import look, says_something

KEPT_LAST = 20  # looks, whatever they say: more unclear ones in a row lengthen no interval any more (judge doubles it 16 times at most)
KEPT_CHANGES = 40  # of what lies further back: the last times when something new was seen


class _Told(NamedTuple):
    """What a look adds to the one before it, if it is not the same."""

    kind: VerdictKind
    status: int | None
    final_url: str


def forgettable(seen: Sequence[Observation]) -> list[Observation]:
    """Of all that was seen of one target, what its verdict does not rest on and its history does not need. Oldest first.

    Kept are the last looks; all failures since the last sign of life, which are what a claim rests on; the words of persons, archives and
    registries; and of what lies further back the looks at which something changed.
    """
    ours = sorted((one for one in seen if one.via in (Via.HTTP, Via.BROWSER)), key=lambda one: one.observed_at)
    if len(ours) <= KEPT_LAST:
        return []  # as of nearly every target, each time it is judged: nothing need be weighed
    offline = [one for one in ours if not says_something(one)]
    told = [(one, _told(one)) for one in ours if says_something(one)]
    last_life = max((at for at, (_, what) in enumerate(told) if what.kind is VerdictKind.ALIVE), default=-1)
    spared: list[Observation] = []
    changes: list[Observation] = []
    before: _Told | None = None
    for at, (one, what) in enumerate(told[:-KEPT_LAST]):
        if at == last_life or (what.kind.dead and at > last_life):
            continue
        (spared if what == before else changes).append(one)
        before = what
    return sorted([*offline[:-KEPT_LAST], *spared, *changes[1:-KEPT_CHANGES]], key=lambda one: one.observed_at)


def _told(one: Observation) -> _Told:
    return _Told(look(one).kind, one.status, one.final_url)
