"""The end of a run in plain words: each number, each loss with its reason, the next command."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from prospector.campaign import DEMO, Campaign, load_campaign
from prospector.items import Confidence, DraftStatus, Stage, VerdictKind
from prospector.store import Actor, Store, Visit
from prospector.summary import Ending, summary_lines
from tests.store import builders as make

GONE, SOFT = "https://gone.example.com/guide", "https://soft.example.com/guide"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "garden.db")


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return load_campaign(DEMO, home=tmp_path)


def told(store: Store, campaign: Campaign, **ending: bool | str | int) -> str:
    return "\n".join(summary_lines(store, campaign, now=make.NOON, ending=Ending(**ending)))  # type: ignore[arg-type]


def a_page_with_dead_links(store: Store, url: str = make.PAGE) -> None:
    store.pages.save(make.page(url, links=[make.link(GONE), make.link(SOFT)]))


def test_an_empty_campaign_shows_no_table_of_zeros(store: Store, campaign: Campaign) -> None:
    assert told(store, campaign, did_nothing=True).splitlines() == [
        "",
        "No page could be read. Are the addresses right, and is the network there? See: scrapy doctor",
        "",
        "Next: look after the network and the seeds in campaign.toml, then scrapy crawl resources",
        f"Everything is in {campaign.database}",
    ]


@pytest.mark.parametrize("spider", ["", "recheck"])
def test_before_any_crawl_no_seed_is_blamed(store: Store, campaign: Campaign, spider: str) -> None:
    assert "Next: scrapy crawl resources" in told(store, campaign, spider=spider, idle=True).splitlines()


def test_the_funnel_is_told_step_by_step(store: Store, campaign: Campaign) -> None:
    a_page_with_dead_links(store)
    store.evidence.save_verdict(GONE, make.dead(), now=make.NOON)
    store.evidence.save_verdict(SOFT, make.alive(kind=VerdictKind.BLOCKED), now=make.NOON)
    said = told(store, campaign)
    assert "  1  pages read, 1 of them resource pages\n" in said
    assert "  2  links to other sites, to 2 addresses\n" in said
    assert "  2  addresses checked: 0 work, 1 turn programs away, 0 are in trouble just now, 0 not known\n" in said
    assert "  1  look dead: 1 confirmed, 0 to be looked at again\n" in said


@pytest.mark.parametrize(
    ("due", "line"),
    [
        (timedelta(), "  1 claim can be looked at again now: scrapy crawl recheck"),
        (timedelta(seconds=50), "  1 claim waits for another look, in 50 seconds: scrapy crawl recheck"),
        (timedelta(days=1), "  1 claim waits for another look, tomorrow "),
    ],
)
def test_claims_are_told_with_when_they_are_due(store: Store, campaign: Campaign, due: timedelta, line: str) -> None:
    a_page_with_dead_links(store)
    store.evidence.save_verdict(GONE, make.dead(confidence=Confidence.PROBABLE, next_check_at=make.NOON + due), now=make.NOON)
    assert line in told(store, campaign)


def test_several_claims_are_counted_from_the_first_one_on(store: Store, campaign: Campaign) -> None:
    a_page_with_dead_links(store)
    for hours, url in enumerate((GONE, SOFT), start=1):
        due = make.NOON + timedelta(seconds=40 * hours)
        store.evidence.save_verdict(url, make.dead(confidence=Confidence.PROBABLE, next_check_at=due), now=make.NOON)
    assert "  2 claims wait for another look, the first in 40 seconds: scrapy crawl recheck" in told(store, campaign)


def test_what_only_a_person_can_confirm_is_not_sent_to_a_recheck(store: Store, campaign: Campaign) -> None:
    a_page_with_dead_links(store)
    store.evidence.save_verdict(GONE, make.dead(VerdictKind.HIJACKED, Confidence.PROBABLE, next_check_at=make.NOON), now=make.NOON)
    said = told(store, campaign)
    assert "  1 address seems taken over, which only you can confirm: scrapy review" in said
    assert "recheck" not in said


def test_pages_that_could_not_be_read_are_named_up_to_five(store: Store, campaign: Campaign) -> None:
    visits = [Visit(url=f"https://site{n}.example.org/", seed=campaign.seed_urls()[0]) for n in range(7)]
    store.visits.add(visits)
    for visit in visits:
        store.visits.mark(visit.url, at=make.NOON, problem="timed out")
    said = told(store, campaign)
    assert "  could not read https://site4.example.org/: timed out\n  and 2 more pages that could not be read" in said


def test_letters_that_wait_are_told_with_what_they_wait_for(store: Store, campaign: Campaign) -> None:
    notes = [
        "choose the offer first",
        "choose the offer first; waits until “Guide” is confirmed dead: next look on Friday",
        "waits until “Guide” is confirmed dead: next look on Friday; no contact found",
        "choose the offer first",
    ]
    for number, note in enumerate(notes):
        url = f"https://site{number}.example.org/"
        a_page_with_dead_links(store, url)
        store.drafts.save(make.draft(url, status=DraftStatus.WAITING, note=note), now=make.NOON)
    said = told(store, campaign)
    command = ": scrapy drafts list --status waiting"
    assert f"  2 letters wait for your choice of the offer{command}" in said
    assert f"  1 letter waits for your choice of the offer and a claim to be confirmed{command}" in said
    assert f"  1 letter waits for a claim to be confirmed and somebody to write to{command}" in said
    assert said.splitlines()[-2] == "Next: scrapy review, or scrapy drafts list"


def test_letters_that_were_exported_are_told_to_await_word_of_being_sent(store: Store, campaign: Campaign) -> None:
    a_page_with_dead_links(store)
    store.drafts.save(make.draft(), now=make.NOON)
    (draft,) = store.drafts.list()
    assert "not marked as sent" not in told(store, campaign)
    store.drafts.change(
        draft, {"status": DraftStatus.EXPORTED, "exported_at": make.NOON}, actor=Actor.PERSON, kind="exported", now=make.NOON
    )
    assert "  1  letters exported and not marked as sent: scrapy mark DRAFT sent" in told(store, campaign)


def test_pages_without_a_letter_are_told_with_the_reason(store: Store, campaign: Campaign) -> None:
    flags = ["the page asks for no such letters: “no link requests”", "the page asks for no such letters: “keine Anfragen”"]
    for number, flag in enumerate([*flags, "none of your pages fits what its dead links were about"]):
        url = f"https://site{number}.example.org/"
        a_page_with_dead_links(store, url)
        store.evidence.save_verdict(GONE, make.dead(), now=make.NOON)
        store.prospects.save(make.prospect(url, flags=(flag,)), now=make.NOON)
    said = told(store, campaign)
    assert "  2 pages get no letter (the page asks for no such letters): scrapy export prospects" in said
    assert "  1 page gets no letter (none of your pages fits what its dead links were about): scrapy export prospects" in said


def test_a_page_with_several_reasons_is_counted_once_by_the_first(store: Store, campaign: Campaign) -> None:
    farm = ("unrelated topics: 98 of 122 link texts sell goods", "asks for links: it collects or swaps links")
    reasons = [farm, ("asks for links: add your link",), *((f"reason {number}",) for number in range(6)), ()]
    for number, flags in enumerate(reasons):
        url = f"https://site{number}.example.org/"
        a_page_with_dead_links(store, url)
        store.prospects.save(make.prospect(url, flags=flags), now=make.NOON)
    store.evidence.save_verdict(GONE, make.dead(), now=make.NOON)
    lines = [line for line in told(store, campaign).splitlines() if "no letter" in line]
    assert lines[:2] == [
        "  1 page gets no letter (unrelated topics): scrapy export prospects",
        "  1 page gets no letter (asks for links): scrapy export prospects",
    ]
    assert lines[-1] == "  4 pages get no letter (other reasons): scrapy export prospects"
    assert sum(int(line.split()[0]) for line in lines) == store.reports.funnel(make.NOON).pages_with_dead_links == len(reasons)


def test_a_seed_that_could_not_be_read_is_shown_with_its_line(store: Store, tmp_path: Path) -> None:
    (tmp_path / "seeds.txt").write_text("# gardens\nhttps://a.example.org/\nhttps://b.example.org/\n")
    head, tail = DEMO.read_text("utf-8").split("[seeds]")
    (tmp_path / "campaign.toml").write_text(f'{head}[seeds]\nfiles = ["seeds.txt"]\n[sender]{tail.split("[sender]")[1]}')
    store.visits.add([Visit(url="https://b.example.org/")])
    store.visits.mark("https://b.example.org/", at=make.NOON, problem="timed out")
    assert "  could not read https://b.example.org/ (seeds.txt:3): timed out" in told(store, load_campaign(tmp_path / "campaign.toml"))


def test_where_the_seeds_stand_is_named_when_no_page_could_be_read(store: Store, tmp_path: Path) -> None:
    (tmp_path / "seeds.txt").write_text("https://a.example.org/\n")
    head, tail = DEMO.read_text("utf-8").split("[seeds]")
    (tmp_path / "campaign.toml").write_text(f'{head}[seeds]\nfiles = ["seeds.txt"]\n[sender]{tail.split("[sender]")[1]}')
    campaign = load_campaign(tmp_path / "campaign.toml")
    assert "Next: look after the network and the seeds in seeds.txt, then" in told(store, campaign, spider="resources", did_nothing=True)
    assert "Next: look after the network, then scrapy crawl backlinks" in told(store, campaign, spider="backlinks", did_nothing=True)


def test_a_stopped_look_at_backlinks_goes_on_from_there_and_tells_no_other_runs_losses(store: Store, campaign: Campaign) -> None:
    seed = campaign.seed_urls()[0]
    store.visits.add([Visit(url=seed)])
    store.visits.mark(seed, at=make.NOON, problem="timed out")
    assert f"could not read {seed}" in told(store, campaign, spider="resources", stopped=True)
    said = told(store, campaign, spider="backlinks", stopped=True)
    assert "could not read" not in said
    assert "Next: scrapy crawl backlinks" in said.splitlines()
    a_page_with_dead_links(store)
    assert "Next: scrapy crawl resources" in told(store, campaign, spider="resources", stopped=True).splitlines()


def test_what_a_seed_led_to_that_was_taken_out_again_is_no_worry(store: Store, campaign: Campaign) -> None:
    store.visits.add([Visit(url="https://once.example.org/")])
    store.visits.mark("https://once.example.org/", at=make.NOON, problem="timed out")
    assert "could not read" not in told(store, campaign)


def test_a_prospect_with_a_letter_is_no_loss_whatever_was_thought_of_it_before(store: Store, campaign: Campaign) -> None:
    a_page_with_dead_links(store)
    store.evidence.save_verdict(GONE, make.dead(), now=make.NOON)
    store.prospects.save(make.prospect(stage=Stage.DRAFTED, flags=("none fits",)), now=make.NOON)
    store.drafts.save(make.draft(), now=make.NOON)
    said = told(store, campaign)
    assert "no letter" not in said
    assert said.splitlines()[-2] == "Next: scrapy review, the desk in your browser (or scrapy drafts list --status ready)"


def test_dead_addresses_that_fit_nothing_are_content_gaps_unless_no_page_is_known(store: Store, campaign: Campaign) -> None:
    a_page_with_dead_links(store)
    store.evidence.save_verdict(GONE, make.dead(), now=make.NOON)
    store.findings.save_matches(GONE, [], now=make.NOON)
    assert "no page of your own site could be read, so none can be offered: scrapy crawl site" in told(store, campaign)
    store.site.save([make.site_page()])
    assert "1 dead address fits none of your pages: scrapy export content-gaps" in told(store, campaign)


@pytest.mark.parametrize(
    ("ending", "first"),
    [
        ({"stopped": True}, "Stopped. What was found is kept; the same command goes on from here."),
        (
            {"broken": True},
            "Ended early, because the database could take no more. What was saved is kept; the same command goes on from here.",
        ),
        ({"idle": True}, "Nothing is due, so nothing was asked for."),
    ],
)
def test_how_it_ended_comes_first(store: Store, campaign: Campaign, ending: dict[str, bool], first: str) -> None:
    assert told(store, campaign, **ending).splitlines()[1] == first


def test_pages_beyond_the_limit_are_told(store: Store, campaign: Campaign) -> None:
    assert "3 pages are left for the next run (crawl.max_pages): scrapy crawl resources" in told(store, campaign, left=3)


def test_after_an_index_alone_only_the_index_is_told(store: Store, campaign: Campaign) -> None:
    a_page_with_dead_links(store)
    store.site.save([make.site_page(links=[make.link(SOFT)])])
    store.evidence.save_verdict(SOFT, make.dead(), now=make.NOON)
    assert told(store, campaign, spider="site").splitlines()[1:3] == [
        "  1  page of your own is in the index",
        "  1  links on them look dead: scrapy export own-dead-links",
    ]
