"""What won: counts of letters by template, verdict and part of the score, over months; and what may be said of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from prospector.items import Claim, Confidence, DraftKind, DraftStatus, Stage, VerdictKind
from prospector.review.winnings import says, won
from prospector.store import Actor, Store
from prospector.store.codecs import time_text
from prospector.watching.intervals import LEAST_SAMPLE, wilson
from tests.store import builders as make

DEAD = "https://old.example.net/guide"


def sent(store: Store, number: int, stage: Stage, *, template: str = "short", days: int = 30) -> str:
    """A letter that went out so many days ago, and how far its prospect got."""
    url = f"https://site{number}.example.org/links"
    at = make.NOON - timedelta(days=days)
    store.pages.save(make.page(url))
    store.drafts.save(make.draft(url, status=DraftStatus.SENT, template=template, claims=(Claim(target_url=DEAD, carries=True),)), now=at)
    store._session.run("UPDATE drafts SET sent_at = ? WHERE page_url = ?", (time_text(at), url))
    store.prospects.save(make.prospect(url, stage=Stage.DRAFTED), now=at)
    store.prospects.set_stage(url, Stage.CONTACTED, now=at)
    store.prospects.set_stage(url, stage, actor=Actor.CRAWL, now=make.NOON)
    return url


@pytest.fixture
def sold(store: Store) -> Store:
    for number in range(LEAST_SAMPLE):
        sent(store, number, Stage.WON if number < 5 else Stage.CONTACTED)
    lost = sent(store, 50, Stage.WON, template="long")
    store.prospects.set_stage(lost, Stage.LOST, actor=Actor.CRAWL, now=make.NOON + timedelta(days=40))
    sent(store, 51, Stage.CONTACTED, days=2)
    store.evidence.save_checks([(make.seen(DEAD), make.dead(VerdictKind.GONE, Confidence.CONFIRMED))], now=make.NOON)
    return store


def test_letters_are_counted_by_what_they_were(sold: Store) -> None:
    found = sold.outcomes.winnings(sent_before=make.NOON - timedelta(days=14))
    assert (found.letters, found.won) == (LEAST_SAMPLE + 1, 6)
    assert [(trait.what, trait.letters, trait.won) for trait in found.templates] == [("short", LEAST_SAMPLE, 5), ("long", 1, 1)]
    assert [(trait.what, trait.letters) for trait in found.verdicts] == [("gone", LEAST_SAMPLE + 1)]
    assert [(trait.what, trait.won) for trait in found.parts] == [("same topic", 6)]


def test_a_target_that_lives_again_is_counted_under_no_kind_of_death(sold: Store) -> None:
    sold.evidence.save_checks([(make.seen(DEAD, status=200), make.alive())], now=make.NOON)
    assert sold.outcomes.winnings(sent_before=make.NOON).verdicts == ()


def test_letters_about_lost_links_are_counted_for_themselves(sold: Store) -> None:
    url, at = "https://site0.example.org/links", make.NOON - timedelta(days=20)
    first = sold.drafts.of_page(url)
    assert first is not None
    sold.drafts.save(make.draft(url, status=DraftStatus.SENT, kind=DraftKind.RECLAIM, follow_up_of=first.id, template="reclaim"), now=at)
    sold._session.run("UPDATE drafts SET sent_at = ? WHERE kind = 'reclaim'", (time_text(at),))
    found = sold.outcomes.winnings(sent_before=make.NOON - timedelta(days=14))
    assert (found.letters, found.won) == (LEAST_SAMPLE + 1, 6), "the first letters are what they were"
    assert (found.reclaims.letters, found.reclaims.won) == (1, 1)
    assert won(found).groups[-1].lines[0].says == "too few to say"


def test_months_count_what_was_won_and_lost_in_them(sold: Store) -> None:
    months = {month.name: (month.won, month.lost) for month in sold.outcomes.winnings(sent_before=make.NOON).months}
    assert months == {f"{make.NOON:%Y-%m}": (6, 0), f"{make.NOON + timedelta(days=40):%Y-%m}": (0, 1)}


def test_of_too_few_letters_nothing_is_said(sold: Store) -> None:
    shown = won(sold.outcomes.winnings(sent_before=make.NOON - timedelta(days=14)))
    templates = {line.what: (line.counted, line.says) for line in shown.groups[0].lines}
    assert templates == {"short": ("5 of 20", "25%: between 11% and 47%"), "long": ("1 of 1", "too few to say")}
    assert says(wilson(LEAST_SAMPLE - 1, LEAST_SAMPLE - 1)) == "too few to say"


def test_nothing_sent_is_no_figure(store: Store) -> None:
    shown = won(store.outcomes.winnings(sent_before=make.NOON))
    assert (shown.months, shown.all_letters, shown.groups) == ((), None, ())
