"""The table [verdicts] of a campaign: when a death is believed and when a target is looked at again. Defaults are the judge's own policy."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from prospector.campaign_types import Duration, Table
from prospector.verdicts.policy import Passes, Policy

_DEFAULT = Policy()
DEAD_KINDS = ("gone", "dns", "refused", "parked", "soft404", "redirected")
INTERVALS = ("alive", "confirmed", "hijacked", "blocked", "unknown", "transient", "transient_max", "offline", "stands")


class Needs(Table):
    """What confirms one kind of death; a key that is left out keeps that kind's own default."""

    passes: int | None = Field(default=None, ge=1, le=20, description="Failed looks that are needed.", examples=[2])
    gap: Duration | None = Field(default=None, description="Time between two looks that count, at least.", examples=["24h"])
    span: Duration | None = Field(default=None, description="Time from the first to the last of them, at least.", examples=["3d"])

    def over(self, default: Passes) -> Passes:
        return Passes(
            passes=default.passes if self.passes is None else self.passes,
            gap=default.gap if self.gap is None else self.gap,
            span=default.span if self.span is None else self.span,
        )


class VerdictTimes(Table):
    """Times are those of the judge's policy, under the same names."""

    gone: Needs = Field(
        default=Needs(), description="The server says that the page is not there (404, 410).", examples=[{"passes": 2, "gap": "24h"}]
    )
    dns: Needs = Field(default=Needs(), description="The host's name does not exist.", examples=[{"passes": 3, "gap": "24h", "span": "3d"}])
    refused: Needs = Field(
        default=Needs(), description="Nothing answers at the host's addresses.", examples=[{"passes": 3, "gap": "24h", "span": "7d"}]
    )
    parked: Needs = Field(default=Needs(), description="The domain is parked or for sale.", examples=[{"passes": 2, "gap": "24h"}])
    soft404: Needs = Field(default=Needs(), description='A "not found" page that claims success.', examples=[{"passes": 2, "gap": "24h"}])
    redirected: Needs = Field(
        default=Needs(), description="Sent to a home page or elsewhere, without what was linked.", examples=[{"passes": 2, "gap": "24h"}]
    )

    alive: Duration = Field(default=_DEFAULT.alive, description="Until a living target is looked at again.", examples=["30d"])
    confirmed: Duration = Field(default=_DEFAULT.confirmed, description="Until a confirmed death is looked at again.", examples=["7d"])
    hijacked: Duration = Field(
        default=_DEFAULT.hijacked, description="Until a hijacked target, which waits for you, is looked at again.", examples=["7d"]
    )
    blocked: Duration = Field(default=_DEFAULT.blocked, description="Until a target behind a wall is looked at again.", examples=["7d"])
    unknown: Duration = Field(default=_DEFAULT.unknown, description="Until an unclear target is looked at again.", examples=["3d"])
    transient: Duration = Field(
        default=_DEFAULT.transient,
        description="Until a target with a passing fault is looked at again; doubled each time.",
        examples=["4h"],
    )
    transient_max: Duration = Field(default=_DEFAULT.transient_max, description="The longest that this doubling comes to.", examples=["3d"])
    offline: Duration = Field(default=_DEFAULT.offline, description="Until the next look after your own network was down.", examples=["1h"])
    stands: Duration = Field(
        default=_DEFAULT.stands, description="How long a confirmed death outlives looks that say nothing.", examples=["30d"]
    )

    def policy(self) -> Policy:
        kinds = {kind: getattr(self, kind).over(getattr(_DEFAULT, kind)) for kind in DEAD_KINDS}
        return replace(_DEFAULT, **kinds, **{name: getattr(self, name) for name in INTERVALS})
