"""Looks over time → what counts, and when to look again. Pure: `at` and `now` are handed in.

A loss needs two looks at least a day apart that agree, with no sign of life between them; what is unclear changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from prospector.watching.states import LOSSES, State

APART = timedelta(hours=24)  # between the two looks that a loss needs
MOST_TRIES = 3  # looks in a row that saw nothing, before the next appointed day is waited for


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An earlier look: what it saw, and what counted after it."""

    at: datetime
    seen: State
    state: State


def concluded(seen: State, past: Sequence[Past], *, at: datetime, apart: timedelta = APART) -> State:
    """What counts after this look. `past` is in the order of time."""
    before = past[-1].state if past else State.UNCLEAR
    if seen is State.UNCLEAR:
        return before
    if seen not in LOSSES or before in LOSSES:
        return seen
    first = _loss_since(past)
    return seen if first is not None and at - first >= apart else before


def due_at(began: datetime, days: Sequence[int], past: Sequence[Past], *, apart: timedelta = APART) -> datetime | None:
    """When to look at a letter's page next; None: never again.

    :param began: when the letter was sent.
    :param days: after it, in order.
    """
    if not past:
        return began + timedelta(days=days[0]) if days else None
    last = past[-1]
    if is_suspected(past) or _tries(past) in range(1, MOST_TRIES):
        return last.at + apart
    return next((moment for day in days if (moment := began + timedelta(days=day)) > last.at), None)


def is_suspected(past: Sequence[Past]) -> bool:
    """It looked lost, and a second look must say so too."""
    return _loss_since(past) is not None and past[-1].state not in LOSSES


def looks_at_end(past: Sequence[Past], states: Collection[State]) -> tuple[datetime, ...]:
    """The last looks that all saw one of these states, oldest first; those between them that saw nothing are passed over."""
    found: list[datetime] = []
    for look in reversed(past):
        if look.seen in states:
            found.append(look.at)
        elif look.seen is not State.UNCLEAR:
            break
    return tuple(reversed(found))


def _loss_since(past: Sequence[Past]) -> datetime | None:
    return next(iter(looks_at_end(past, LOSSES)), None)


def _tries(past: Sequence[Past]) -> int:
    """Looks at the end that saw nothing."""
    number = 0
    for look in reversed(past):
        if look.seen is not State.UNCLEAR:
            break
        number += 1
    return number
