"""The dashboard and the report: their numbers are the store's, their losses add up, and no stranger's text is more than text."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from prospector.campaign import Campaign, find_campaign
from prospector.items import ArchivedCopy, Confidence, DraftStatus, Part, Score, Stage, VerdictKind
from prospector.links.parsing import parse
from prospector.outreach.letter import HIDDEN_ADDRESS
from prospector.review import dashboard
from prospector.review.funnel import Stretch, funnel
from prospector.store import Actor, Store
from tests.store import builders as make
from tests.store.deeds import decide

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7 * 7 }}\u202egnp.exe"
LETTERS = (
    (DraftStatus.WAITING, Stage.DRAFTED),
    (DraftStatus.READY, Stage.DRAFTED),
    (DraftStatus.APPROVED, Stage.DRAFTED),
    (DraftStatus.REJECTED, Stage.DRAFTED),
    (DraftStatus.SNOOZED, Stage.DRAFTED),
    (DraftStatus.WITHDRAWN, Stage.DRAFTED),
    (DraftStatus.EXPORTED, Stage.CONTACTED),
    (DraftStatus.SENT, Stage.CONTACTED),
    (DraftStatus.SENT, Stage.REPLIED),
    (DraftStatus.SENT, Stage.DO_NOT_CONTACT),
    (DraftStatus.SENT, Stage.WON),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "garden.db") as opened:
        yield opened


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return find_campaign(None, tmp_path)[0]


def target(number: int) -> str:
    return f"https://host-{number}.example.com/guide"


def fill(store: Store) -> None:
    """Eleven pages with letters of every fate, one without a letter and one without a contact; targets of every kind."""
    kinds = (*VerdictKind, None)
    links = [make.link(target(number), position=number) for number in range(len(kinds))]
    pages = [f"https://library-{number}.example.org/links" for number in range(len(LETTERS) + 2)]
    for page in pages:
        store.pages.save(make.page(page, links=links))
    for number, kind in enumerate(kinds):
        if kind is not None and kind.dead:
            confidence = Confidence.CONFIRMED if number % 2 else Confidence.PROBABLE
            due = make.NOON + number * make.DAY
            store.evidence.save_verdict(target(number), make.dead(kind, confidence, next_check_at=due), now=make.NOON)
            store.findings.save_matches(target(number), [make.match(target(number))] if number % 3 else [], now=make.NOON)
        elif kind is not None:
            store.evidence.save_verdict(target(number), make.alive(kind=kind), now=make.NOON)
    for number, page in enumerate(pages):
        score = Score(parts=(Part(name="same topic", points=9 * number, reason="words"),))
        contact = make.contact(f"a{number}@library.example.org") if number < len(LETTERS) + 1 else None
        store.prospects.save(make.prospect(page, score=score, contact=contact), now=make.NOON)
    for number, (status, stage) in enumerate(LETTERS):
        store.drafts.save(make.draft(pages[number]), now=make.NOON)
        decide(store, number + 1, status, now=make.NOON)
        store.prospects.set_stage(pages[number], stage, now=make.NOON)


def stretches(store: Store) -> tuple[Stretch, ...]:
    return funnel(store.figures.pages(), store.figures.targets(), store.figures.prospects())


def test_the_numbers_are_the_stores(store: Store) -> None:
    fill(store)
    read, addresses, letters = ({step.name: step.number for step in stretch.steps} for stretch in stretches(store))
    counted = store.reports.funnel(make.NOON)
    assert read == {"Pages": counted.pages_fetched, "Links": counted.links} == {"Pages": 13, "Links": 156}
    assert addresses["Addresses"] == counted.targets == 12
    assert addresses["Checked"] == counted.checked == 11
    assert addresses["Dead"] == counted.dead_probable + counted.dead_confirmed == 7
    assert addresses["Confirmed dead"] == counted.dead_confirmed == 4
    assert addresses["Matched"] == 3
    assert letters["Pages with dead links"] == counted.pages_with_dead_links == 13
    assert letters["With a contact"] == counted.pages_with_contact == 12
    assert letters["Drafts"] == sum(counted.drafts.values()) == 11
    assert [letters[step] for step in ("Approved", "Exported", "Sent", "Won")] == [6, 5, 4, 1]


def test_each_step_and_what_fell_out_before_it_are_the_step_before(store: Store) -> None:
    fill(store)
    for stretch in stretches(store)[1:]:
        for before, step in zip(stretch.steps, stretch.steps[1:], strict=False):
            assert step.number + sum(loss.number for loss in step.losses) == before.number, step.name
            assert all(loss.number > 0 for loss in step.losses)


def test_a_letter_that_is_out_stays_in_the_funnel_when_its_contact_is_forgotten(store: Store) -> None:
    fill(store)
    with store._session.write():
        store._session.run("UPDATE prospects SET contact_id = NULL")
    letters = {step.name: step.number for step in stretches(store)[2].steps}
    assert [letters[step] for step in ("With a contact", "Drafts", "Approved", "Exported", "Sent", "Won")] == [5, 5, 5, 5, 4, 1]


def test_verdicts_say_how_many_are_confirmed(store: Store) -> None:
    fill(store)
    rows = {row.kind: row for row in dashboard.kinds(store.figures.targets())}
    assert set(rows) == {*VerdictKind, None}
    assert (rows[VerdictKind.GONE].confirmed, rows[VerdictKind.GONE].probable) == (1, 0)
    assert (rows[VerdictKind.DNS].confirmed, rows[VerdictKind.DNS].probable) == (0, 1)
    assert (rows[VerdictKind.ALIVE].confirmed, rows[VerdictKind.ALIVE].probable) == (0, 0)
    assert sum(row.total for row in rows.values()) == 12


def test_scores_stand_under_the_decision_that_was_made(store: Store) -> None:
    fill(store)
    totals = {decision: total for decision, total, _ in dashboard.scores(store.figures.prospects())}
    assert totals == {"approved": 6, "rejected": 1, "undecided": 3}
    columns = {decision: columns for decision, _, columns in dashboard.scores(store.figures.prospects())}
    assert [column.label for column in columns["rejected"] if column.number] == ["20–29"]


def test_what_waits_says_until_when_and_what_moves_it(store: Store, campaign: Campaign) -> None:
    fill(store)
    (approved,) = store.drafts.list(DraftStatus.APPROVED)
    store.drafts.change(approved, {"released_at": make.NOON}, actor=Actor.CRAWL, kind="released", now=make.NOON)
    waits = {(row.what, row.until): (row.number, row.do) for row in dashboard.figures(store, campaign, make.NOON)["waiting"]}
    assert waits["approved letters", "you export them"] == (1, "scrapy export outreach -o letters/")
    assert waits["letters for your review", "you decide"] == (1, "scrapy review")
    assert waits["letters you put aside", "their day comes"][0] == 1
    assert [number for (what, _), (number, _) in waits.items() if what == "claims for another look"] == [3]
    (waiting,) = store.drafts.list(DraftStatus.WAITING)
    note = f"{HIDDEN_ADDRESS}; waits until “Guide” is confirmed dead: next look on Friday"
    store.drafts.change(waiting, {"note": note}, actor=Actor.CRAWL, kind="noted", now=make.NOON)
    rows = dashboard.figures(store, campaign, make.NOON)["waiting"]
    assert [
        row.number for row in rows if row.what == "letters for a claim to be confirmed and your word that a hidden address may be used"
    ] == [1]
    later = dashboard.figures(store, campaign, make.NOON + timedelta(days=30))["waiting"]
    assert [(row.number, row.until) for row in later if row.what == "claims for another look"] == [(3, "it can happen now")]


def test_an_empty_campaign_says_what_to_do_next(store: Store, campaign: Campaign) -> None:
    text = dashboard.page(store, campaign, make.NOON)
    assert "scrapy crawl resources" in text
    assert "<svg" not in text


def test_a_campaign_whose_pages_link_nowhere_still_makes_a_page(store: Store, campaign: Campaign) -> None:
    store.pages.save(make.page())
    text = dashboard.page(store, campaign, make.NOON)
    assert "link to no other site" in text
    assert "No dead link has been found so far" in text


def test_the_words_of_strangers_stay_words(store: Store, campaign: Campaign) -> None:
    wanted = f"https://gone.example.com/{HOSTILE}"
    store.pages.save(make.page(title=HOSTILE, links=[make.link(wanted, anchor=HOSTILE)]))
    store.evidence.save_verdict(wanted, make.dead(reason=HOSTILE), now=make.NOON)
    store.findings.save_matches(wanted, [make.match(wanted, page_title=HOSTILE, page_url="javascript:alert(3)")], now=make.NOON)
    store.findings.save_archived(
        ArchivedCopy(target_url=wanted, captured_at=make.NOON, archive_url="data:text/html,x", title=HOSTILE), now=make.NOON
    )
    for text in (dashboard.page(store, campaign, make.NOON), dashboard.report(store, campaign, make.NOON)):
        tree = parse(text)
        assert not tree.css("script, img, iframe, object, form, base, link[rel=preload]")
        assert "\u202e" not in text
        assert "alert(1)" in (tree.text() or "")
        assert "{{ 7 * 7 }}" in (tree.text() or "")
        assert all((node.attributes["href"] or "").startswith("https://gone.example.com/") for node in tree.css("a"))
        assert not [name for node in tree.css("*") for name in node.attributes if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("kind", [VerdictKind.HIJACKED, VerdictKind.PARKED])
def test_what_was_taken_over_is_never_clickable(store: Store, campaign: Campaign, kind: VerdictKind) -> None:
    store.pages.save(make.page(links=[make.link()]))
    store.evidence.save_verdict(make.TARGET, make.dead(kind), now=make.NOON)
    store.findings.save_matches(make.TARGET, [], now=make.NOON)  # it is in both lists
    text = dashboard.report(store, campaign, make.NOON)
    assert text.count(make.TARGET) == 2
    assert not parse(text).css("a")
    store.evidence.set_override(make.TARGET, VerdictKind.GONE, now=make.NOON)
    assert len(parse(dashboard.report(store, campaign, make.NOON)).css("a")) == 2


def test_the_report_allows_its_own_style_and_nothing_else(store: Store, campaign: Campaign) -> None:
    fill(store)
    tree = parse(dashboard.report(store, campaign, make.NOON))
    policy = tree.css("meta[http-equiv]")[0].attributes["content"] or ""
    style = tree.css("style")[0].text()
    fingerprint = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{fingerprint}'; base-uri 'none'; form-action 'none'"
    assert not re.search(r"url\(|@import", style)


def test_the_desk_takes_the_page_as_it_is_and_brings_its_style(store: Store, campaign: Campaign) -> None:
    text = dashboard.page(store, campaign, make.NOON)
    assert hasattr(text, "__html__")
    (sheet,) = parse(text).css("link")
    assert (sheet.attributes["rel"], sheet.attributes["href"]) == ("stylesheet", "/static/dashboard.css")
    assert not parse(dashboard.report(store, campaign, make.NOON)).css("link")


def test_every_picture_has_a_title_a_description_and_a_table(store: Store, campaign: Campaign) -> None:
    fill(store)
    tree = parse(dashboard.page(store, campaign, make.NOON))
    pictures = tree.css("svg[role=img]")
    assert len(pictures) == 6  # overview, kinds of death, three decisions, claims
    for picture in pictures:
        title, desc = (picture.attributes["aria-labelledby"] or "").split()
        assert tree.css(f"title#{title}")
        assert tree.css(f"desc#{desc}")
    identities = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(identities) == len(set(identities))
    assert all(svg.attributes.get("aria-hidden") == "true" for svg in tree.css("svg:not([role])"))
    assert len(tree.css("section")) == 7
    assert all(section.css("table, ol") for section in tree.css("section"))
