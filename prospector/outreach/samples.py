"""Made-up prospects on which templates are tried: what a template does with each is seen before the first page is crawled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

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
from prospector.outreach.context import LetterView
from prospector.outreach.views import Previous, SenderSettings, letter_view

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LOOKS = tuple(datetime(2026, 11, day, 9, tzinfo=UTC) for day in (3, 7, 12))
PAGE = "https://greenlist.example/resources.html"
OFFER = "https://lindgarden.example/companion-planting"
PREVIOUS = Previous(sent_at=datetime(2026, 11, 5, 9, tzinfo=UTC), subject="Broken link on “Gardening resources”")
_HOSTILE = "{{ 7*7 }}{% raw %}\r\nBcc: x@y.example\n\n\u202eevil\u200b\x00\x1b[31m https://evil.example/ " + "x" * 5_000
_WORDS = (
    "Planting chart",
    "Seed saving",
    "Soil test",
    "Hot compost",
    "Herb spiral",
    "Rain barrels",
    "Bee hotels",
    "Leaf mould",
    "Pond life",
)
_PLACES = ("Vegetables", "Soil", "Wildlife")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSender:
    """A sender for templates that no campaign stands behind."""

    name: str = "Ada Lind"
    email: str = "ada@lindgarden.example"
    site: str = "https://lindgarden.example/about"
    relation: str = "owner"
    client: str | None = None
    postal_address: str | None = "Lind Garden, 1 Mill Lane, Anytown"
    opt_out: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleLetters:
    own_pages: int = 1
    offer_for_moved: bool = False
    consent: str = "warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCampaign:
    goal: str = "links"
    sender: SenderSettings = SampleSender()
    templates: SampleLetters = SampleLetters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One case that a template has to carry."""

    name: str
    prospect: Prospect
    hostile: bool = False

    @property
    def seen(self) -> Mapping[str, Sequence[datetime]]:
        """Looks at each dead target: all on the same days but for every fourth."""
        return {one.link.target_url: LOOKS[: 2 if at % 4 == 3 else 3] for at, one in enumerate(self.prospect.dead_links)}


def sample_prospects() -> tuple[Sample, ...]:
    """One link, many, parked, none to offer, a form, hostile words."""
    one = _dead(0, offer=True, archived=True, moved=True)
    many = tuple(_dead(at, offer=at == 1, archived=at % 3 == 0, moved=at % 4 == 2) for at in range(12))
    parked = (_dead(0, VerdictKind.PARKED, archived=True), _dead(1, VerdictKind.HIJACKED), _dead(2, offer=True))
    hostile = replace(one, link=replace(one.link, anchor=_HOSTILE, section=_HOSTILE), match=replace(_match(0), page_title=_HOSTILE))
    bare = replace(_dead(0, offer=True), link=OutboundLink(target_url=_target(0)))
    return (
        Sample(name="one link", prospect=_prospect(one)),
        Sample(name="many links", prospect=_prospect(*many)),
        Sample(name="parked and taken over", prospect=_prospect(*parked)),
        Sample(name="nothing to offer", prospect=_prospect(_dead(0, archived=True), _dead(1))),
        Sample(name="a form to write to", prospect=_prospect(one, contact=replace(EMAIL, kind=ContactKind.FORM, value=f"{PAGE}#form"))),
        Sample(name="a link without words", prospect=_prospect(bare, title="")),
        Sample(name="nobody to write to", prospect=_prospect(bare, contact=None)),
        Sample(name="hostile names", prospect=_prospect(hostile, title=_HOSTILE, contact=replace(EMAIL, name=_HOSTILE)), hostile=True),
    )


def samples(locale: str, *, follow_up: bool = False) -> Iterator[LetterView]:
    """The variables of a letter in each case."""
    for sample in sample_prospects():
        yield letter_view(
            sample.prospect,
            SampleSender(),
            sample.prospect.dead_links,
            listed=min(8, len(sample.prospect.dead_links)),
            locale=locale,
            seen=sample.seen,
            previous=PREVIOUS if follow_up else None,
        )


EMAIL = Contact(
    site="greenlist.example",
    kind=ContactKind.EMAIL,
    value="bo@greenlist.example",
    source_url="https://greenlist.example/about",
    found_at=NOW,
)


def _target(at: int) -> str:
    return f"http://old{at}.example.org/guides/planting-{at}.html"


def _match(at: int) -> Match:
    return Match(
        target_url=_target(at), rank=1, page_url=OFFER, page_title="Companion planting", score=9, confidence=0.9, strength=Strength.STRONG
    )


def _dead(at: int, kind: VerdictKind = VerdictKind.GONE, *, offer: bool = False, archived: bool = False, moved: bool = False) -> DeadLink:
    url = _target(at)
    copy = ArchivedCopy(target_url=url, captured_at=datetime(2019, 4, 5, tzinfo=UTC), archive_url=f"https://archive.example/web/2019/{url}")
    return DeadLink(
        link=OutboundLink(target_url=url, anchor=_WORDS[at % len(_WORDS)], section=_PLACES[at % len(_PLACES)], position=at),
        verdict=Verdict(
            kind=kind,
            reason="It answered 404 three times.",
            confidence=Confidence.CONFIRMED,
            first_failed_at=LOOKS[0],
            confirmed_at=LOOKS[-1],
            next_check_at=NOW + timedelta(days=7),
        ),
        archived=copy if archived else None,
        new_url=f"http://old{at}.example.org/new/planting" if moved else "",
        match=_match(at) if offer else None,
    )


def _prospect(*dead: DeadLink, contact: Contact | None = EMAIL, title: str = "Gardening resources | Green List") -> Prospect:
    return Prospect(
        page_url=PAGE, page_title=title, site="greenlist.example", language="", dead_links=dead, contact=contact, score=Score(parts=())
    )
