"""The table [archive] of a campaign: where old copies of dead pages are looked up."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from prospector.archive.cdx import Archive as Place
from prospector.archive.cdx import Dialect
from prospector.campaign_types import Table, WebAddress

_DEFAULT = Place()


class Archive(Table):
    """A web archive: by default the Internet Archive's Wayback Machine."""

    enabled: bool = Field(default=True, description="Whether dead pages are looked up at all.", examples=[False])
    cdx: WebAddress = Field(default=_DEFAULT.cdx, description="The archive's index of captures (CDX).", examples=[_DEFAULT.cdx])
    replay: WebAddress = Field(
        default=_DEFAULT.replay,
        description="Where it shows captures: what comes before the time and the address.",
        examples=[_DEFAULT.replay],
    )
    dialect: Literal["wayback", "pywb"] = Field(
        default="wayback", description='How the index is asked: "wayback", or "pywb" as most other archives are.', examples=["pywb"]
    )
    delay: float = Field(default=1.0, ge=0, le=3600, description="Seconds between two requests to the archive.", examples=[1.5])
    timeout: float = Field(
        default=20.0,
        gt=0,
        le=600,
        description="Seconds to wait for an answer of the archive; no longer than `crawl.timeout`.",
        examples=[20.0],
    )
    wait: float = Field(
        default=60.0,
        ge=0,
        le=3600,
        description="Seconds that a page waits for the archived copies of its dead links before its letter is drafted without them.",
        examples=[60.0],
    )
    search_again_days: float = Field(
        default=30.0,
        ge=0,
        le=3650,
        description="Days until a dead page's own site is searched for its new address again, when the last search found none.",
        examples=[7.0],
    )

    def place(self) -> Place:
        replay = self.replay if self.replay.endswith("/") else f"{self.replay}/"
        return Place(cdx=self.cdx, replay=replay, dialect=Dialect(self.dialect))
