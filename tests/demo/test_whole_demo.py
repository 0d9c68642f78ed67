"""The demo, crawled as its users crawl it, comes to what its manifest says: every verdict, match, contact and letter."""

from __future__ import annotations

import email
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.policy import default
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from prospector.campaign import DEMO, Thresholds, find_campaign, load_campaign
from prospector.deciding import Decisions, Done
from prospector.demo.truth import Offer, PageTruth, load_truth
from prospector.drafting import open_suppressions
from prospector.items import Claim, Confidence, ContactKind, DraftStatus, Strength, Verdict, VerdictKind
from prospector.links.sites import site_of
from prospector.matching.rank import Ranker
from prospector.offers import topic_in
from prospector.spiders.clock import utc_now
from prospector.store import Actor, Store, StoredDraft
from tests.crawling import scrapy

TRUTH = load_truth()
MOST_ROUNDS = 6
CLOSE = 0.05  # of a confidence to a threshold
CHANGING = {url for url, kinds in TRUTH.kinds.items() if len(kinds) > 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What the crawls said, and what they left."""

    said: tuple[str, ...]  # stderr of each
    verdicts: tuple[Mapping[str, Verdict], ...]  # after each: target → verdict
    database: Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Crawl, then look again whenever a claim is due, until none waits for another look."""
    home = tmp_path_factory.mktemp("demo")
    database = home / "output" / "demo.db"
    said, verdicts = [], []
    for turn in range(MOST_ROUNDS):
        done = scrapy("crawl", "recheck" if turn else "resources", cwd=home)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        said.append(done.stderr)
        with Store.open(database) as store:
            verdicts.append({url: verdict for url in store.evidence.judged() if (verdict := store.evidence.verdict(url))})
            if turn + 1 >= TRUTH.rounds and not claims(store):
                break
        wait_until_due(database)
    return Demo(said=tuple(said), verdicts=tuple(verdicts), database=database)


def claims(store: Store) -> int:
    due = store.evidence.due(utc_now())
    return due.claims + due.claims_now


def wait_until_due(database: Path) -> None:
    with Store.open(database) as store:
        while store.evidence.due(utc_now()).claims:
            time.sleep(0.1)


@pytest.fixture
def store(demo: Demo) -> Store:
    return Store.open(demo.database)


@pytest.mark.parametrize("turn", range(TRUTH.rounds))
def test_every_verdict_of_every_round(demo: Demo, turn: int) -> None:
    found = {url: verdict.kind for url, verdict in demo.verdicts[turn].items()}
    assert found == {url: TRUTH.kind(url, turn=turn) for url in found}


def test_every_link_is_judged_but_those_to_share_a_page(demo: Demo, store: Store) -> None:
    missing = {url for url in TRUTH.kinds if not url.endswith("/*")} - set(demo.verdicts[0])
    assert {urlsplit(url).hostname for url in missing} == {"share-this.test"}
    links = [link for page in store.pages.known() for link in store.pages.links_of(page.url)]
    assert {link.target_url for link in links if not link.boilerplate} <= set(demo.verdicts[0])


def test_dead_is_confirmed_by_looking_again_only(demo: Demo) -> None:
    """Or by a web archive that met the same answer a month apart and more, long before."""
    at_once = [url for url, verdict in demo.verdicts[0].items() if verdict.confidence is Confidence.CONFIRMED]
    assert at_once == ["http://statehort.test/factsheets/apple-pruning.html"]
    unsure = {url for url, verdict in demo.verdicts[-1].items() if verdict.kind.dead and verdict.confidence is not Confidence.CONFIRMED}
    assert unsure == {url for url, kinds in TRUTH.kinds.items() if kinds[-1] is VerdictKind.HIJACKED}


def test_a_page_that_moved_is_alive_where_it_lives_now(demo: Demo) -> None:
    moved = {url: new for url, new in TRUTH.moved.items() if TRUTH.kind(url, turn=TRUTH.rounds) is VerdictKind.ALIVE}
    assert moved
    assert {url: demo.verdicts[-1][url].moved_to for url in moved} == moved


@pytest.mark.parametrize("offer", TRUTH.offers, ids=lambda offer: offer.target)
def test_every_match(store: Store, offer: Offer) -> None:
    found = store.findings.matches(offer.target)
    if offer.strength is None:
        assert [(match.page_url, match.strength) for match in found] == []
    else:
        assert found[0].page_url in offer.pages
        assert found[0].strength is offer.strength


def test_no_match_is_a_close_call(demo: Demo, store: Store) -> None:
    """The demo decides by the thresholds that every campaign has unless it says otherwise, and another sentence on a page turns nothing round."""
    campaign, _ = find_campaign(None, demo.database.parent.parent)
    assert campaign.thresholds == Thresholds()
    ranker = Ranker(store.site)
    for offer in TRUTH.offers:
        topic = topic_in(store, offer.target)
        (nearest,) = ranker.nearest(topic, strong=campaign.thresholds.strong, limit=1)
        for threshold in (campaign.thresholds.strong, campaign.thresholds.possible):
            assert abs(nearest.confidence - threshold) > CLOSE, offer.target


def test_the_demo_shows_every_kind_of_match() -> None:
    strengths = [offer.strength for offer in TRUTH.offers]
    assert strengths.count(Strength.STRONG) >= 5
    assert strengths.count(Strength.POSSIBLE) >= 2
    assert strengths.count(None) >= 5


def test_nothing_else_is_offered_unasked(store: Store, demo: Demo) -> None:
    told = {offer.target for offer in TRUTH.offers}
    dead = [url for url, verdict in demo.verdicts[-1].items() if verdict.kind.dead and url not in told]
    assert {url: match for url in dead for match in store.findings.matches(url) if match.strength is Strength.STRONG} == {}


@pytest.mark.parametrize("page", TRUTH.pages, ids=lambda page: page.url)
def test_every_contact(store: Store, page: PageTruth) -> None:
    found = store.prospects.contacts(site_of(page.url))
    if not page.contact:
        assert found == ()
    else:
        assert found[0].kind is ContactKind(page.kind)
        assert page.contact in {found[0].value, found[0].source_url}


@pytest.mark.parametrize("page", TRUTH.pages, ids=lambda page: page.url)
def test_every_letter(store: Store, page: PageTruth) -> None:
    draft = store.drafts.of_page(page.url)
    if not page.draft:
        assert draft is None or (draft.status is DraftStatus.WAITING and "choose the offer" in draft.note), draft
        return
    assert draft is not None
    assert draft.recipient == page.contact
    assert draft.status is (DraftStatus.READY if page.contact and not page.waits else DraftStatus.WAITING), draft.note
    assert page.waits in draft.note
    assert_it_says_what_it_should(store, draft)


def assert_it_says_what_it_should(store: Store, draft: StoredDraft) -> None:
    """The dead links of the page that are confirmed, as text; the best page for one of them; nothing that works."""
    verdicts = {link.target_url: store.evidence.verdict(link.target_url) for link in store.pages.links_of(draft.page_url)}
    confirmed = {url: one.kind for url, one in verdicts.items() if one and one.confidence is Confidence.CONFIRMED}
    alive = {url for url, one in verdicts.items() if one and one.kind is VerdictKind.ALIVE}
    named = {url for url, kind in confirmed.items() if url in draft.body or kind in {VerdictKind.PARKED, VerdictKind.HIJACKED}}
    assert len(named) >= min(len(confirmed), 8)
    new_addresses = {alias.new_url for url in confirmed if (alias := store.findings.alias(url))}
    assert not [url for url in alive - new_addresses if f"{url}\n" in draft.body]
    offers = {match.page_url for url in confirmed for match in store.findings.matches(url)}
    assert any(url in draft.body for url in offers)
    assert "Robin Ashgrove" in draft.body


def test_letters_have_the_numbers_of_their_seeds_whichever_page_was_read_first(store: Store) -> None:
    sites = [site_of(url) for url in load_campaign(DEMO).seed_urls()]
    drafts = store.drafts.list()
    assert drafts
    assert [sites[draft.id - 1] for draft in drafts] == [site_of(draft.page_url) for draft in drafts]


def test_what_comes_back_is_no_longer_claimed(store: Store) -> None:
    back = [url for url in CHANGING if not TRUTH.kinds[url][-1].dead]
    assert back
    assert not [url for url in back for draft in store.drafts.list() if url in draft.body]


def test_each_run_tells_what_waits_and_what_to_do_next(demo: Demo) -> None:
    assert "claims can be looked at again now: scrapy crawl recheck" in demo.said[0]
    assert "Next: scrapy crawl recheck" in demo.said[0]
    assert "letters are ready for your review" in demo.said[-1]
    assert "Next: scrapy review" in demo.said[-1]


def test_approved_letters_are_looked_at_again_before_they_go_out(demo: Demo, tmp_path: Path) -> None:
    """The looks are made two days old; meanwhile one of the letters names a link that works."""
    home = tmp_path / "home"
    shutil.copytree(demo.database.parent, home / "output")
    campaign, _ = find_campaign(None, home)
    with Store.open(campaign.database) as store, open_suppressions(campaign, None) as suppressions:
        decisions = Decisions(store, campaign, suppressions)
        now = utc_now()
        approved = [
            draft.id
            for draft in store.drafts.list(DraftStatus.READY)
            if isinstance(decisions.approve(draft.id, now=now), Done) and "@" in draft.recipient
        ]
        age = "UPDATE observations SET observed_at = strftime('%Y-%m-%dT%H:%M:%f+00:00', observed_at, '-2 days') WHERE via <> 'archive'"
        store._session.run(age)
        lying = store.drafts.get(approved[0])
        assert lying is not None
        works = next(
            url for url in store.evidence.judged() if (verdict := store.evidence.verdict(url)) and verdict.kind is VerdictKind.ALIVE
        )
        claims = (*lying.claims, Claim(target_url=works, anchor="A page that works"))
        store.drafts.change(lying, {"claims": claims, "edited_subject": "My own words"}, actor=Actor.PERSON, kind="edited", now=now)
    assert len(approved) > 2
    done = scrapy("export", "outreach", "-o", "letters", cwd=home)
    assert done.returncode == 0, done.stderr
    assert "looking first (--no-recheck skips it)" in done.stderr
    assert f"draft {approved[0]}, withdrawn: " in done.stderr
    assert "INFO" not in done.stderr
    files = sorted((home / "letters").iterdir())
    assert [int(file.name[:4]) for file in files] == approved[1:]
    for file in files:
        mail = email.message_from_bytes(file.read_bytes(), policy=default)
        assert len(mail["To"].addresses) == 1
    with Store.open(campaign.database) as store:
        assert [draft.id for draft in store.drafts.list(DraftStatus.EXPORTED)] == approved[1:]
    again = scrapy("export", "outreach", "-o", "letters", cwd=home)
    assert "No letter may go out now." in again.stderr
    assert sorted((home / "letters").iterdir()) == files
