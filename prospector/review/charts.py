"""Numbers → the geometry of charts. Pure: what is drawn where, in percents of the width; the templates make SVG of it.

Percents, because a chart is as wide as its reader's window and its letters must not shrink with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LEAST = 0.4  # percent: what there is at all can be seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    x: float  # percent of the chart's width
    width: float
    look: str  # names a fill in the style sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A line of words with its bar below."""

    label: str
    value: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    x: float  # percent of the chart's width
    width: float
    height: float  # percent of the chart's height
    label: str  # what it stands on
    number: int


def bar(label: str, parts: Sequence[tuple[int, str]], whole: int, *, value: str = "") -> Bar:
    """A bar of one or more parts (number, look), on a line that stands for `whole`."""
    return Bar(label=label, value=value or number(sum(size for size, _ in parts)), segments=tuple(_segments(parts, whole)))


def _segments(parts: Sequence[tuple[int, str]], whole: int) -> Iterator[Segment]:
    x = 0.0
    for size, look in parts:
        if size <= 0 or whole <= 0:
            continue
        width = max(LEAST, 100 * size / whole)
        width = min(width, 100 - x) if x < 100 - LEAST else LEAST
        yield Segment(x=round(min(x, 100 - width), 3), width=round(width, 3), look=look)
        x += width


def columns(numbers: Sequence[int], labels: Sequence[str], *, highest: int) -> tuple[Column, ...]:
    """Columns side by side.

    :param highest: the number that fills the whole height, the same for charts that are to be compared.
    """
    step = 100 / max(1, len(numbers))
    return tuple(
        Column(
            x=round(place * step, 3),
            width=round(step * 0.86, 3),
            height=0.0 if not size or highest <= 0 else round(max(1.0, 100 * size / highest), 3),
            label=label,
            number=size,
        )
        for place, (size, label) in enumerate(zip(numbers, labels, strict=True))
    )


def number(value: int) -> str:
    return f"{value:,}"


def short(value: int) -> str:
    """In at most four letters, for the top of a narrow column."""
    for unit, size in (("m", 1_000_000), ("k", 1000)):
        if value >= size:
            return f"{value / size:.1f}{unit}" if value < 10 * size else f"{value // size}{unit}"
    return str(value)


def share(part: int, whole: int) -> str:
    """In percent; never 0 % of something or 100 % of not all."""
    if whole <= 0:
        return ""
    percent = 100 * part / whole
    if 0 < percent < 1:
        return "< 1 %"
    if 99 < percent < 100:
        return "> 99 %"
    return f"{percent:.0f} %"


def per(part: int, whole: int) -> str:
    """How many of the one there are to each of the other; "" where there is none of the other."""
    return f"{part / whole:,.1f}" if whole > 0 else ""
