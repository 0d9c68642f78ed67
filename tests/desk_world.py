"""A campaign with letters in its store, as a crawl leaves them, for tests of what a person does next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prospector.campaign import Campaign, load_campaign
from prospector.deciding import Decisions, Done, Refused
from prospector.items import Confidence, Contact, ContactKind, OutboundLink, ResourcePage, Strength, VerdictKind
from prospector.links.sites import site_of
from prospector.store import Store, StoredDraft
from prospector.store.suppressions import Suppressions
from tests.store import builders as make

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY = timedelta(days=1)
OFFER = "https://lindgarden.example/companion-planting"
OTHER_OFFER = "https://lindgarden.example/seed-saving"
PAGE = "https://library.greenlist.example/links"
TEMPLATES = Path(__file__).parent.parent / "templates"
CAMPAIGN = f"""
name = "garden"
goal = "links"
keywords = ["companion planting"]
sites = [{{ url = "https://lindgarden.example/" }}]
[sender]
name = "Ada Lind"
email = "ada@lindgarden.example"
site = "https://lindgarden.example/about"
relation = "owner"
postal_address = "Lind Garden, 1 Mill Lane, Anytown"
[templates]
folder = '{TEMPLATES}'
"""


def target(number: int = 1) -> str:
    return f"https://old{number}.example.net/planting-{number}"


@dataclass(frozen=True, slots=True)
class Dead:
    """A dead link of a page."""

    number: int = 1
    confidence: Confidence = Confidence.CONFIRMED
    strength: Strength | None = Strength.STRONG  # of the match; None: nothing fits
    kind: VerdictKind = VerdictKind.GONE


class World:
    """`look` is what a crawl finds on a page, `crawl` what it makes of it."""

    def __init__(self, folder: Path, *, extra: str = "", name: str = "garden", suppressions: Suppressions | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "campaign.toml"
        file.write_text(CAMPAIGN.replace('"garden"', f'"{name}"') + extra, "utf-8")
        self.campaign: Campaign = load_campaign(file)
        self.store = Store.open(self.campaign.database)
        self.suppressions = suppressions or Suppressions.open(folder / "suppressions.db")
        self.decisions = Decisions(self.store, self.campaign, self.suppressions)

    def close(self) -> None:
        self.store.close()
        self.suppressions.close()

    def page(self, url: str = PAGE, dead: Sequence[Dead] = (Dead(),), *, contact: Contact | None = None, now: datetime = NOW) -> None:
        """A read page with these dead links, and whom to write to: by default an address of its host."""
        links = [OutboundLink(target_url=target(one.number), anchor=f"Planting guide {one.number}", position=one.number) for one in dead]
        self.store.pages.save(
            ResourcePage(
                url=url, final_url=url, status=200, fetched_at=now, title="Gardening links", language="en", html="<p>Links",
                is_resource_page=True, links=tuple(links),
            )
        )  # fmt: skip
        for one in dead:
            self.judge(one, now=now)
            self.matches(one, now=now)
        self.contact(url, contact, now=now)

    def judge(self, one: Dead, *, now: datetime = NOW) -> None:
        """What the checker found, twice if it is confirmed."""
        first = now - 8 * DAY
        days = (first, first + 5 * DAY) if one.confidence is Confidence.CONFIRMED else (now - DAY,)
        verdict = make.dead(one.kind, one.confidence, first_failed_at=days[0], next_check_at=now + DAY, reason="It answered 404.")
        self.store.evidence.save_checks(
            [(make.seen(target(one.number), observed_at=day), verdict) for day in days if not self._seen(one.number, day)], now=now
        )
        self.store.evidence.save_verdict(target(one.number), verdict, now=now)

    def _seen(self, number: int, day: datetime) -> bool:
        return any(seen.observed_at == day for seen in self.store.evidence.observations(target(number)))

    def lives(self, number: int = 1, *, now: datetime = NOW) -> None:
        self.store.evidence.save_checks([(make.seen(target(number), observed_at=now, status=200), make.alive())], now=now)

    def matches(self, one: Dead, *, now: datetime = NOW) -> None:
        found = []
        if one.strength is not None:
            found = [
                make.match(target(one.number), rank=rank, page_url=url, page_title=title, strength=one.strength)
                for rank, url, title in ((1, OFFER, "Companion planting"), (2, OTHER_OFFER, "Seed saving"))
            ]
        self.store.findings.save_matches(target(one.number), found, now=now)

    def contact(self, url: str = PAGE, contact: Contact | None = None, *, now: datetime = NOW) -> None:
        site = site_of(url)
        given = contact or Contact(site=site, kind=ContactKind.EMAIL, value=f"bo@{site}", source_url=url, found_at=now)
        self.store.prospects.save_contacts(site, [given] if given.value else [], checked_at=now)

    def crawl(self, url: str = PAGE, *, now: datetime = NOW) -> StoredDraft:
        """What a crawl makes of what is stored of the page."""
        self.decisions.writer.redraft(url, now=now)
        return self.draft(url)

    def draft(self, url: str = PAGE) -> StoredDraft:
        found = self.store.drafts.of_page(url)
        assert found is not None
        return found


def done(result: Done | Refused) -> Done:
    assert isinstance(result, Done), result.reason
    return result


def refused(result: Done | Refused) -> str:
    assert isinstance(result, Refused), result.said
    return result.reason
