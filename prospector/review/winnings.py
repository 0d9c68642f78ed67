"""Links won and lost, and what won them, for the dashboard. Nothing is claimed of fewer letters than intervals.LEAST_SAMPLE. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prospector.items import VerdictKind
from prospector.review.charts import number
from prospector.store.winnings import Month, Trait, Winnings
from prospector.watching.intervals import LEAST_SAMPLE, Share, wilson
from prospector.words import label

MONTHS_SHOWN = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What letters had in common, and what came of them."""

    what: str
    counted: str  # 7 of 40
    says: str  # the interval, or that there are too few


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Won:
    months: tuple[Month, ...]
    all_letters: Line | None  # None: none was sent long enough ago
    groups: tuple[Group, ...]
    least: int


def won(found: Winnings) -> Won:
    groups = (
        _group("Template", found.templates, str),
        _group("How the link was dead", found.verdicts, lambda kind: label(VerdictKind(kind))),
        _group("Part of the score", found.parts, str),
        _group("Asked for again", [found.reclaims] if found.reclaims.letters else [], str),
    )
    return Won(
        months=found.months[-MONTHS_SHOWN:],
        all_letters=_line("All letters", found.won, found.letters) if found.letters else None,
        groups=tuple(group for group in groups if group.lines),
        least=LEAST_SAMPLE,
    )


def _group(name: str, traits: Sequence[Trait], named: Callable[[str], str]) -> Group:
    return Group(name=name, lines=tuple(_line(named(trait.what), trait.won, trait.letters) for trait in traits))


def _line(what: str, part: int, whole: int) -> Line:
    return Line(what=what, counted=f"{number(part)} of {number(whole)}", says=says(wilson(part, whole)))


def says(share: Share) -> str:
    """The share with its interval; of too few letters nothing."""
    if not share.enough:
        return "too few to say"
    return f"{share.part / share.whole:.0%}: between {share.low:.0%} and {share.high:.0%}"
