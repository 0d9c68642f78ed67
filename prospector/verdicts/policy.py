"""How often, how far apart and over how long a target must fail before its death is believed, and when to look again.

The defaults are the table in docs/verdicts.md; a campaign may change every one of them, the demo's are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from prospector.items import VerdictKind

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passes:
    """What confirms one kind of death: so many failed looks, each `gap` after the last, over at least `span` in all."""

    passes: int
    gap: timedelta
    span: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Passes for each dead kind, and the times after which a target is looked at again. Hijacked has none: a person confirms it."""

    gone: Passes = Passes(passes=2, gap=DAY)
    dns: Passes = Passes(passes=3, gap=DAY, span=3 * DAY)
    refused: Passes = Passes(passes=3, gap=DAY, span=7 * DAY)
    parked: Passes = Passes(passes=2, gap=DAY)
    soft404: Passes = Passes(passes=2, gap=DAY)
    redirected: Passes = Passes(passes=2, gap=DAY)

    alive: timedelta = 30 * DAY
    confirmed: timedelta = 7 * DAY  # dead links come back; a claim is looked at again each week
    hijacked: timedelta = 7 * DAY  # waits for a person
    blocked: timedelta = 7 * DAY
    unknown: timedelta = 3 * DAY
    transient: timedelta = timedelta(hours=4)  # doubled with each outage in a row …
    transient_max: timedelta = 3 * DAY  # … up to this
    offline: timedelta = timedelta(hours=1)  # our own network was down
    stands: timedelta = 30 * DAY  # so long a confirmed death outlives looks that say nothing

    def needs(self, kind: VerdictKind) -> Passes | None:
        """None: no number of passes confirms it."""
        return {
            VerdictKind.GONE: self.gone,
            VerdictKind.DNS: self.dns,
            VerdictKind.REFUSED: self.refused,
            VerdictKind.PARKED: self.parked,
            VerdictKind.SOFT404: self.soft404,
            VerdictKind.REDIRECTED: self.redirected,
        }.get(kind)
