"""Which looks found a target dead: what a letter may say it saw, and what keeps a claim fresh."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from prospector.items import Observation, Outcome, Via
from prospector.verdicts.looks import look

OURS = frozenset({Via.HTTP, Via.BROWSER, Via.PERSON})  # an archive's captures and a registry's word are evidence, but nothing that we saw


def failed_looks(seen: Sequence[Observation], *, since: datetime | None = None) -> tuple[Observation, ...]:
    """Our own looks that found the target dead, from `since` on. One that a bot wall, an outage or a time-out ended found nothing."""
    return tuple(
        one
        for one in seen
        if one.via in OURS
        and (since is None or one.observed_at >= since)
        and not (one.offline and one.outcome is not Outcome.ANSWERED)
        and look(one).kind.dead
    )
