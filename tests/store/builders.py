"""Builders of just enough of each thing that is stored: what a test doesn't name is ordinary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from prospector.items import (
    Confidence,
    Contact,
    ContactKind,
    Draft,
    DraftStatus,
    Match,
    Observation,
    OutboundLink,
    Outcome,
    Part,
    Prospect,
    ResourcePage,
    Score,
    SitePage,
    Stage,
    Strength,
    Verdict,
    VerdictKind,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PAGE = "https://library.example.org/links"
TARGET = "https://gone.example.com/guide"


def link(target_url: str = TARGET, **fields: Any) -> OutboundLink:
    return OutboundLink(target_url=target_url, **{"anchor": "Guide", **fields})


def page(url: str = PAGE, *, links: Sequence[OutboundLink] = (), **fields: Any) -> ResourcePage:
    ordinary: dict[str, Any] = {"final_url": url, "status": 200, "fetched_at": NOON, "title": "Links", "is_resource_page": True}
    return ResourcePage(url=url, links=tuple(links), **{**ordinary, **fields})


def seen(target_url: str = TARGET, **fields: Any) -> Observation:
    return Observation(target_url=target_url, **{"observed_at": NOON, "outcome": Outcome.ANSWERED, "status": 404, **fields})


def alive(**fields: Any) -> Verdict:
    return Verdict(**{"kind": VerdictKind.ALIVE, "reason": "It answers.", "next_check_at": NOON + timedelta(days=30), **fields})


def dead(kind: VerdictKind = VerdictKind.GONE, confidence: Confidence = Confidence.CONFIRMED, **fields: Any) -> Verdict:
    return Verdict(kind=kind, confidence=confidence, **{"reason": "It is gone.", "first_failed_at": NOON, **fields})


def match(target_url: str = TARGET, **fields: Any) -> Match:
    ordinary: dict[str, Any] = {
        "rank": 1,
        "page_url": "https://mine.example/guide",
        "page_title": "My guide",
        "score": 7.5,
        "confidence": 0.9,
        "strength": Strength.STRONG,
        "reasons": (Part(name="title", points=4, reason="2 of 2 words"),),
    }
    return Match(target_url=target_url, **{**ordinary, **fields})


def site_page(url: str = "https://mine.example/guide", **fields: Any) -> SitePage:
    return SitePage(url=url, **{"title": "My guide", "fetched_at": NOON, **fields})


def contact(value: str = "lind@library.example.org", **fields: Any) -> Contact:
    return Contact(site="example.org", value=value, **{"kind": ContactKind.EMAIL, "found_at": NOON, **fields})


def prospect(page_url: str = PAGE, *, stage: Stage = Stage.FOUND, contact: Contact | None = None, **fields: Any) -> Prospect:
    ordinary: dict[str, Any] = {
        "page_title": "Links",
        "site": "example.org",
        "language": "en",
        "dead_links": (),
        "score": Score(parts=(Part(name="same topic", points=20, reason="6 of 9 words shared"),)),
    }
    return Prospect(page_url=page_url, stage=stage, contact=contact, **{**ordinary, **fields})


def draft(page_url: str = PAGE, *, status: DraftStatus = DraftStatus.READY, **fields: Any) -> Draft:
    ordinary: dict[str, Any] = {
        "recipient": "lind@library.example.org",
        "subject": "A dead link",
        "body": "Dear A. Lind",
        "template": "resource-page",
    }
    return Draft(page_url=page_url, status=status, **{**ordinary, **fields})
