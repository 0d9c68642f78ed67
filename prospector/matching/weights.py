"""The fitted numbers: one versioned file, made by `benchmarks/fit_matching.py`, never by hand."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

VERSION = 3  # of the features' meaning: weights fitted for another version would be nonsense


class Shape(StrEnum):
    """How a feature's value enters the score."""

    PLAIN = "plain"
    SQUARED = "squared"  # half a match is worth a quarter: a page whose name is said in full beats two half-said names
    CUBED = "cubed"
    RELATIVE = "relative"  # to the best candidate's value: with much to compare, "more than all others" tells more than "much"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One way of judging: a feature without a weight counts nothing."""

    rank: Mapping[Shape, Mapping[str, float]]  # shape → feature → weight, none negative: what speaks for a page never speaks against it
    confidence: Mapping[str, float]  # feature of the best page, or of its lead over the others → weight of the logistic
    intercept: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    with_archive: Vector
    without_archive: Vector

    def of(self, *, archived: bool) -> Vector:
        return self.with_archive if archived else self.without_archive


def parse_weights(text: str) -> Weights:
    """:raises ValueError: not weights of this version."""
    table = tomllib.loads(text)
    if table.get("version") != VERSION:
        raise ValueError(f"these matching weights are of version {table.get('version')}, the features of version {VERSION}: fit them again")
    return Weights(with_archive=_vector(table["with_archive"]), without_archive=_vector(table["without_archive"]))


def _vector(table: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Vector:
    confidence = dict(table["confidence"]["weights"])
    intercept = confidence.pop("intercept")
    return Vector(rank={Shape(shape): weights for shape, weights in table["rank"].items()}, confidence=confidence, intercept=intercept)


@cache
def shipped_weights() -> Weights:
    return parse_weights(files("prospector.matching").joinpath("weights.toml").read_text(encoding="utf-8"))
