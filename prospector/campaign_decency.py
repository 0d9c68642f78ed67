"""The tables [decency], [follow_ups], [monitor] and [reclaim] of a campaign: how soon to write again, and when to look what came of it."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, field_validator

from prospector.campaign_types import Duration, Many, Table, wrong, wrong_but
from prospector.outreach.decency import COOL_DOWN, FOLLOW_UP_AFTER
from prospector.watching.history import APART

_LEAST_COOL_DOWN = 30
MONITOR_DAYS = (14, 30, 90)  # after a letter was sent
_LAST_DAY = 3650


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


class Reclaims(Table):
    """One letter at most to people who had linked to you, about a link that is gone again. Off: they may have meant it."""

    enabled: bool = Field(default=False, description="Whether letters about lost links are drafted at all.", examples=[True])


class Monitor(Table):
    """When the pages of sent letters are visited again."""

    days: Many[int] = Field(
        default=MONITOR_DAYS,
        min_length=1,
        max_length=12,
        description="Days after a letter was sent on which its page is looked at, in order.",
        examples=[[14, 30, 90]],
    )
    apart: Duration = Field(
        default=APART,
        description="Time between the two looks that a loss needs, at least; and between two visits of a page.",
        examples=["24h"],
    )

    @field_validator("days", mode="after")
    @classmethod
    def _are_in_order(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if any(day < 1 or day > _LAST_DAY for day in days):
            wrong(f"has a day that is not between 1 and {_LAST_DAY}.")
        if list(days) != sorted(set(days)):
            wrong_but(f"{list(days)} is not in order. Write it as {sorted(set(days))}.")
        return days
