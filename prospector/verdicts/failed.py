"""Which looks found a target dead: what a letter may say it saw, and what keeps a claim fresh."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from prospector.items import Observation
from prospector.verdicts.looks import OURS, look, says_something


def failed_looks(seen: Sequence[Observation], *, since: datetime | None = None) -> tuple[Observation, ...]:
    """Our own looks that found the target dead, from `since` on. One that a bot wall, an outage or a time-out ended found nothing."""
    return tuple(
        one
        for one in seen
        if one.via in OURS and (since is None or one.observed_at >= since) and says_something(one) and look(one).kind.dead
    )
