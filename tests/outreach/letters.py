"""Prospects and campaigns as the tests of letters need them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from prospector.items import (
    ArchivedCopy,
    Confidence,
    Contact,
    ContactKind,
    DeadLink,
    Match,
    OutboundLink,
    Prospect,
    Score,
    Strength,
    Verdict,
    VerdictKind,
)
from prospector.outreach.templates import Template, load_templates
from prospector.outreach.views import Previous

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
OF_DEAD_LINKS = (
    "resource-page", "resource-page-de", "short", "short-de", "librarian", "librarian-de", "help", "help-de", "follow-up", "follow-up-de",
)  # fmt: skip
TEMPLATES = (*OF_DEAD_LINKS, "own-page", "own-page-de", "reclaim", "reclaim-de")
SHIPPED = Path(__file__).parents[2] / "templates"
OFFER = "https://lindgarden.example/companion-planting"


def november(day: int) -> datetime:
    return datetime(2026, 11, day, 9, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Sender:
    name: str = "Ada Lind"
    email: str = "ada@lindgarden.example"
    site: str = "https://lindgarden.example/about"
    relation: str = "owner"
    client: str | None = None
    postal_address: str | None = "Lind Garden\n1 Mill Lane, Anytown"
    opt_out: str = ""


@dataclass(frozen=True, kw_only=True)
class Letters:
    letter: str = "resource-page"
    letters: tuple[str, ...] = ()
    own_pages: int = 1
    offer_for_moved: bool = False
    consent: str = "warn"


@dataclass(frozen=True, kw_only=True)
class Campaign:
    goal: str = "links"
    sender: Sender = field(default_factory=Sender)
    templates: Letters = field(default_factory=Letters)
    language: str = "en"
    languages: tuple[str, ...] = ()


PREVIOUS = Previous(sent_at=november(5), subject="Broken link on “Gardening resources”")


def target(number: int) -> str:
    return f"http://old{number}.example.org/guides/planting-{number}.html"


def dead(
    number: int,
    kind: VerdictKind = VerdictKind.GONE,
    *,
    confidence: Confidence = Confidence.CONFIRMED,
    offer: Strength | None = None,
    archived: bool = False,
    new_url: str = "",
    anchor: str = "Planting chart",
    section: str = "Vegetables",
) -> DeadLink:
    url = target(number)
    return DeadLink(
        link=OutboundLink(target_url=url, anchor=anchor, section=section, position=number),
        verdict=Verdict(kind=kind, reason="It answered 404 three times.", confidence=confidence, first_failed_at=november(3), next_check_at=november(22)),
        archived=ArchivedCopy(target_url=url, captured_at=datetime(2019, 4, 5, tzinfo=UTC), archive_url=f"https://archive.example/web/2019/{url}") if archived else None,
        new_url=new_url,
        match=Match(target_url=url, rank=1, page_url=OFFER, page_title="Companion planting", score=9, confidence=0.9, strength=offer) if offer else None,
    )  # fmt: skip


EMAIL = Contact(
    site="greenlist.example",
    kind=ContactKind.EMAIL,
    value="bo@greenlist.example",
    source_url="https://greenlist.example/about",
    found_at=NOW,
)


def prospect(
    *links: DeadLink, contact: Contact | None = EMAIL, title: str = "Gardening resources | Green List", flags: tuple[str, ...] = ()
) -> Prospect:
    return Prospect(
        page_url="https://greenlist.example/resources.html",
        page_title=title,
        site="greenlist.example",
        language="en",
        dead_links=links,
        contact=contact,
        score=Score(parts=()),
        flags=flags,
    )


@cache
def _all_shipped() -> Mapping[str, Template]:
    return load_templates(SHIPPED)


def shipped(name: str = "resource-page") -> Template:
    return _all_shipped()[name]
