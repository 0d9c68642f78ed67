"""What a list of the web's sites says of one: its place there, or its rating. From files that anybody may download; no service is asked."""

from __future__ import annotations

import math
from dataclasses import dataclass

TOP_RANK = 1_000  # full worth from here up
LAST_RANK = 10_000_000  # no worth from here down
BEST_RATING = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """A site's place in a list (1 is best), or its rating of 0 to 100 there; one of the two."""

    domain: str
    source: str  # the list's name
    rank: int | None = None
    rating: float | None = None

    @property
    def worth(self) -> float:
        """0..1; each tenfold of places is worth as much as the one before."""
        if self.rank is not None:
            span = math.log10(LAST_RANK / TOP_RANK)
            return min(1.0, max(0.0, math.log10(LAST_RANK / max(1, self.rank)) / span))
        return min(1.0, max(0.0, (self.rating or 0.0) / BEST_RATING))

    @property
    def in_words(self) -> str:
        return f"rank {self.rank:,} of {self.source}" if self.rank is not None else f"rated {self.rating:g} of 100 by {self.source}"
