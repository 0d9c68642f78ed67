"""The tables of a campaign that say how far and how fast it crawls, and what it leaves alone."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import Field

from prospector.campaign_types import HostName, Many, Table, WebAddress


class Crawl(Table):
    """How far and how fast. Scrapy's `-s` options win over this table, this table wins over the program's settings."""

    depth: int = Field(default=1, ge=0, le=10, description="Clicks away from a seed, on its own site; 0: the seeds alone.", examples=[1])
    pages_per_site: int = Field(default=20, ge=1, description="Pages to read of one site at most.", examples=[20])
    max_pages: int = Field(default=5000, ge=1, description="Pages to read in one run at most.", examples=[5000])
    max_requests: int | None = Field(
        default=None,
        ge=1,
        description="Requests of one run, about; then it ends, and the next one goes on. Absent: no limit.",
        examples=[20000],
    )
    max_minutes: float | None = Field(
        default=None, gt=0, description="Minutes of one run; then it ends, and the next one goes on. Absent: no limit.", examples=[120.0]
    )
    concurrency: int = Field(default=128, ge=1, le=2000, description="Requests under way at a time, over all hosts.", examples=[128])
    per_host: int = Field(default=1, ge=1, le=32, description="Requests under way at a time on one host.", examples=[1])
    delay: float = Field(default=1.0, ge=0, le=3600, description="Seconds between two requests to one host.", examples=[1.0])
    timeout: float = Field(default=20.0, gt=0, le=600, description="Seconds to wait for an answer.", examples=[20.0])
    refetch_days: float = Field(default=7.0, ge=0, le=3650, description="Days until a page is read again.", examples=[7.0])
    site_index_days: float = Field(default=7.0, ge=0, le=3650, description="Days until your own sites are indexed again.", examples=[7.0])

    def as_settings(self) -> dict[str, int | float]:
        """The Scrapy settings that the file itself names: only those win over settings.py."""
        names = {
            "concurrency": "CONCURRENT_REQUESTS",
            "per_host": "CONCURRENT_REQUESTS_PER_DOMAIN",
            "delay": "DOWNLOAD_DELAY",
            "timeout": "DOWNLOAD_TIMEOUT",
        }
        return {setting: getattr(self, key) for key, setting in names.items() if key in self.model_fields_set}


class Ignore(Table):
    """What is never looked at."""

    hosts: Many[HostName] = Field(
        default=(), description="Hosts, with all names below them: not crawled, not checked, not written to.", examples=[["facebook.com"]]
    )
    links: Many[WebAddress] = Field(
        default=(), description="Addresses that begin like this are not checked.", examples=[["https://example.edu/login"]]
    )

    def covers(self, url: str) -> bool:
        """Is this (normalised) address to be left alone?"""
        host = urlsplit(url).hostname or ""
        return any(host == name or host.endswith(f".{name}") for name in self.hosts) or url.startswith(self.links)
