"""A share with the interval that it is known to: Wilson's, which holds for few and for extreme counts too. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

LEAST_SAMPLE = 20  # letters below which no share is named
_Z = 1.959964  # 95 %


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many, and between which shares the truth lies, in 19 of 20 cases."""

    part: int
    whole: int
    low: float  # 0..1
    high: float

    @property
    def enough(self) -> bool:
        """Whether anything may be said of it."""
        return self.whole >= LEAST_SAMPLE


def wilson(part: int, whole: int) -> Share:
    if whole <= 0:
        return Share(part=0, whole=0, low=0.0, high=1.0)
    share = part / whole
    spread = _Z * _Z / whole
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * sqrt(share * (1 - share) / whole + spread / (4 * whole)) / (1 + spread)
    low = 0.0 if part == 0 else max(0.0, middle - half)
    high = 1.0 if part == whole else min(1.0, middle + half)
    return Share(part=part, whole=whole, low=low, high=high)
