"""Made-up prospects on which templates are tried: what a template does with each is seen before the first page is crawled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

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
from prospector.outreach.views import Previous, Reclaim, SenderSettings, letter_view

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LOOKS = tuple(datetime(2026, 11, day, 9, tzinfo=UTC) for day in (3, 7, 12))
PAGE = "https://greenlist.example/resources.html"
OWN = "https://lindgarden.example"
OFFER = f"{OWN}/companion-planting"
MANY = "many links"
PREVIOUS = Previous(sent_at=datetime(2026, 11, 5, 9, tzinfo=UTC), subject="Broken link on “Gardening resources”")
MISSED = tuple(datetime(2026, 11, day, 9, tzinfo=UTC) for day in (16, 18))
SLIP = "https://lindgarden.example/compagnion-planting"
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
    reclaim: Reclaim | None = None  # only for letters about a lost link

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
        Sample(name=MANY, prospect=_prospect(*many)),
        Sample(name="parked and taken over", prospect=_prospect(*parked)),
        Sample(name="nothing to offer", prospect=_prospect(_dead(0, archived=True), _dead(1))),
        Sample(name="a form to write to", prospect=_prospect(one, contact=replace(EMAIL, kind=ContactKind.FORM, value=f"{PAGE}#form"))),
        Sample(name="a link without words", prospect=_prospect(bare, title="")),
        Sample(name="nobody to write to", prospect=_prospect(bare, contact=None)),
        Sample(name="hostile names", prospect=_prospect(hostile, title=_HOSTILE, contact=replace(EMAIL, name=_HOSTILE)), hostile=True),
    )


def samples_for(purpose: str) -> tuple[Sample, ...]:
    """The cases that a template of this purpose has to carry."""
    return {"reclaim": lost_links, "own-page": own_pages}.get(purpose, sample_prospects)()


def own_pages() -> tuple[Sample, ...]:
    """Links to pages of the sender's own that are gone: one with a page near to it, several, one that nothing replaces, hostile words."""
    near, moved, ended, *more = (_of_own(_dead(at, offer=at == 0, moved=at == 1)) for at in range(12))
    hostile = replace(near, link=replace(near.link, anchor=_HOSTILE, section=_HOSTILE))
    return (
        Sample(name="one link", prospect=_prospect(near)),
        Sample(name=MANY, prospect=_prospect(near, moved, ended, *more)),
        Sample(name="it moved", prospect=_prospect(moved)),
        Sample(name="nothing replaces it", prospect=_prospect(ended)),
        Sample(
            name="a link without words", prospect=_prospect(replace(ended, link=OutboundLink(target_url=ended.link.target_url)), title="")
        ),
        Sample(name="hostile names", prospect=_prospect(hostile, title=_HOSTILE), hostile=True),
    )


def _of_own(one: DeadLink) -> DeadLink:
    return replace(
        one,
        link=replace(one.link, target_url=f"{OWN}{urlsplit(one.link.target_url).path}"),
        new_url=one.new_url and f"{OWN}/moved",
        own=True,
    )


def lost_links() -> tuple[Sample, ...]:
    """A link that is gone, one whose place another has, one with a slip, one without words, hostile words."""
    gone = Reclaim(
        url=OFFER, title="Companion planting", anchor="Planting chart", seen_at=datetime(2026, 11, 13, tzinfo=UTC), missed_at=MISSED
    )
    form = replace(EMAIL, kind=ContactKind.FORM, value=f"{PAGE}#form")
    hostile = replace(gone, title=_HOSTILE, anchor=_HOSTILE, instead="https://evil.example/" + "x" * 500)
    return (
        Sample(name="a lost link", prospect=_prospect(), reclaim=gone),
        Sample(name="another in its place", prospect=_prospect(), reclaim=replace(gone, instead="https://other.example/chart")),
        Sample(name="a slip in the address", prospect=_prospect(), reclaim=replace(gone, seen_at=None, wrong=SLIP)),
        Sample(name="a link without words", prospect=_prospect(title="", contact=form), reclaim=replace(gone, title="", anchor="")),
        Sample(
            name="hostile names",
            prospect=_prospect(title=_HOSTILE, contact=replace(EMAIL, name=_HOSTILE)),
            hostile=True,
            reclaim=hostile,
        ),
    )


def samples(locale: str, purpose: str = "links") -> Iterator[LetterView]:
    """The variables of a letter in each case."""
    for sample in samples_for(purpose):
        yield letter_view(
            sample.prospect,
            SampleSender(),
            sample.prospect.dead_links,
            listed=min(8, len(sample.prospect.dead_links)),
            locale=locale,
            seen=sample.seen,
            previous=PREVIOUS if purpose in ("follow-up", "reclaim") else None,
            reclaim=sample.reclaim,
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
