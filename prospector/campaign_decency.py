"""The tables [decency] and [follow_ups] of a campaign: how soon the same people may be written to again."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from prospector.campaign_types import Table
from prospector.outreach.decency import COOL_DOWN, FOLLOW_UP_AFTER

_LEAST_COOL_DOWN = 30


class Decency(Table):
    """What no letter of this campaign may do, over what no letter may ever do."""

    cool_down_days: int = Field(
        default=COOL_DOWN.days,
        ge=_LEAST_COOL_DOWN,
        le=3650,
        description="Days between two letters, of whichever campaign, to one contact or site.",
        examples=[100],
    )

    @property
    def cool_down(self) -> timedelta:
        return timedelta(days=self.cool_down_days)


class FollowUps(Table):
    """One reminder at most; only where you marked that no reply came and a new look found the link still dead."""

    enabled: bool = Field(default=False, description="Whether reminders are drafted at all.", examples=[True])
    after_days: int = Field(
        default=FOLLOW_UP_AFTER, ge=FOLLOW_UP_AFTER, le=365, description="Days from the first letter until then, at least.", examples=[10]
    )
