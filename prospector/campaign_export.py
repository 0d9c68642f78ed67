"""The tables [export] and [mail] of a campaign: how many letters a day, how fresh their claims, and where drafts may be put."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from prospector.campaign_types import Line, Table


class Export(Table):
    """What may go out."""

    per_day: int = Field(
        default=20,
        ge=0,
        le=500,
        description="Letters to hand over on one day at most, by `scrapy export outreach` and `scrapy drafts push` together.",
        examples=[20],
    )
    fresh_hours: float = Field(
        default=24.0,
        gt=0,
        le=168,
        description="How old, in hours, the last look at a dead link may be when its letter goes out.",
        examples=[24.0],
    )

    @property
    def fresh(self) -> timedelta:
        return timedelta(hours=self.fresh_hours)


class Mail(Table):
    """The mail account whose folder of drafts `scrapy drafts push` fills. The password never stands here."""

    host: Line = Field(default="", description="The IMAP server's name; its certificate is checked.", examples=["imap.example.org"])
    port: int = Field(default=993, ge=1, le=65535, description="Its port, which must speak TLS from the first byte.", examples=[993])
    user: str = Field(default="", description="Your name there; absent: `sender.email`.", examples=["ada@example.org"])
    folder: str = Field(
        default="", description="The folder to put drafts in; absent: the one that the server marks for drafts.", examples=["Drafts"]
    )
