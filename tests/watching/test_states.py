"""What one visit of a page says of a watched link: each state, and what is never taken for a loss."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from prospector.items import OutboundLink, Outcome
from prospector.watching.addresses import same_page
from prospector.watching.states import LOSSES, PageLook, Source, State, Watch, Yours, judge
from prospector.watching.words import seen as in_words
from prospector.watching.words import watched

AT = datetime(2026, 4, 1, 9, tzinfo=UTC)
PAGE, GUIDE, OLD = "https://library.example.edu/links", "https://mine.example/guide", "https://old.example.net/guide"
OTHER = "https://mine.example/other"
WATCH = Watch(page_url=PAGE, wanted_url=GUIDE, replaced_url=OLD, anchor="The guide")
WON_BEFORE = replace(WATCH, had_link=True)
PROFILE = Watch(page_url=PAGE, wanted_url=GUIDE, source=Source.PROFILE, had_link=True)
YOURS = Yours(sites=frozenset({"mine.example"}), is_page=lambda url: url in {GUIDE, OTHER})


def look(*targets: str | OutboundLink, **fields: object) -> PageLook:
    links = tuple(link if isinstance(link, OutboundLink) else OutboundLink(target_url=link) for link in targets)
    found = PageLook(at=AT, outcome=Outcome.ANSWERED, status=200, final_url=PAGE, links=links)
    return replace(found, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (look(GUIDE), State.LINKED),
        (look("http://www.mine.example/guide/?utm_source=them"), State.LINKED),
        (look(OutboundLink(target_url=GUIDE, rel=("noopener", "ugc"))), State.NOFOLLOW),
        (look(GUIDE, robots="index, nofollow"), State.NOFOLLOW),
        (look(OTHER), State.MOVED),
        (look("https://mine.example/giude"), State.WRONG_TARGET),
        (look(internal=("https://library.example.edu/mine.example/guide",)), State.WRONG_TARGET),
        (look("https://count.example.com/?go=https%3A%2F%2Fmine.example%2Fguide"), State.WRONG_TARGET),
        (look("https://somebody.example.com/"), State.FIXED),
        (look(OLD), State.UNCHANGED),
        (look(status=404), State.PAGE_GONE),
        (look(status=410), State.PAGE_GONE),
        (look(outcome=Outcome.NO_HOST, status=None), State.PAGE_GONE),
        (look("https://x.example.com/", final_url="https://library.example.edu/"), State.PAGE_GONE),
    ],
)
def test_what_a_letters_page_shows(seen: PageLook, state: State) -> None:
    assert judge(WATCH, seen, YOURS).state is state


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome not in (Outcome.ANSWERED, Outcome.NO_HOST)])
@pytest.mark.parametrize("watch", [WON_BEFORE, PROFILE])
def test_what_did_not_come_is_never_a_loss(outcome: Outcome, watch: Watch) -> None:
    assert judge(watch, look(outcome=outcome, status=None), YOURS).state is State.UNCLEAR


@pytest.mark.parametrize("status", [401, 403, 405, 418, 429, 451, 500, 502, 503, 504, 520])
@pytest.mark.parametrize("watch", [WON_BEFORE, PROFILE])
def test_walls_and_servers_in_trouble_are_never_a_loss(status: int, watch: Watch) -> None:
    assert judge(watch, look(status=status), YOURS).state is State.UNCLEAR


def test_a_page_that_broke_off_shows_what_it_has_and_hides_nothing() -> None:
    assert judge(WON_BEFORE, look(complete=False), YOURS).state is State.UNCLEAR
    assert judge(WON_BEFORE, look(GUIDE, complete=False), YOURS).state is State.LINKED


def test_no_web_page_is_no_page_without_a_link() -> None:
    assert judge(PROFILE, look(readable=False, detail="it is no web page but application/pdf"), YOURS).state is State.UNCLEAR


@pytest.mark.parametrize("watch", [WON_BEFORE, PROFILE])
def test_a_link_that_was_there_and_is_not_is_lost(watch: Watch) -> None:
    seen = judge(watch, look("https://somebody.example.com/"), YOURS)
    assert seen.state is State.LOST
    assert seen.state in LOSSES


def test_a_page_that_linked_to_you_before_the_letter_is_not_won_by_it() -> None:
    assert judge(replace(WATCH, before=frozenset({OTHER})), look(OTHER, OLD), YOURS).state is State.UNCHANGED
    assert judge(replace(WATCH, before=frozenset({OTHER})), look(OTHER, GUIDE), YOURS).state is State.LINKED


def test_with_no_older_page_to_compare_another_link_of_yours_counts_only_where_the_dead_one_is_gone() -> None:
    unknown = replace(WATCH, before=None)
    assert judge(unknown, look(OTHER, OLD), YOURS).state is State.UNCHANGED
    assert judge(unknown, look(OTHER), YOURS).state is State.MOVED


def test_links_of_a_profile_are_watched_each_for_itself() -> None:
    other_is_watched = replace(PROFILE, before=frozenset({OTHER}))
    assert judge(other_is_watched, look(OTHER), YOURS).state is State.LOST


def test_the_best_of_several_links_is_told_with_where_it_stands() -> None:
    weak = OutboundLink(target_url=GUIDE, rel=("nofollow",))
    in_the_footer = OutboundLink(target_url=GUIDE, anchor="mine", boilerplate=True)
    seen = judge(WATCH, look(weak, in_the_footer, robots="noindex"), YOURS)
    assert (seen.state, seen.anchor, seen.in_content, seen.indexable) == (State.LINKED, "mine", False, False)
    assert "footer" in seen.reason
    assert "not to list it" in seen.reason


def test_a_link_that_nobody_can_see_is_told() -> None:
    seen = judge(WATCH, look(GUIDE, hidden=frozenset({GUIDE})), YOURS)
    assert (seen.state, seen.hidden) == (State.LINKED, True)


def test_what_stands_in_the_dead_links_place_is_named() -> None:
    seen = judge(WATCH, look(OutboundLink(target_url="https://new.example.net/guide", anchor="The guide")), YOURS)
    assert (seen.state, seen.link_url) == (State.FIXED, "https://new.example.net/guide")


def test_two_addresses_of_one_page() -> None:
    assert same_page("http://www.a.example/b/", "https://a.example/b?utm_campaign=x")
    assert not same_page("https://a.example/b?id=1", "https://a.example/b?id=2")
    assert not same_page("", "")


@pytest.mark.parametrize("state", State)
def test_every_state_has_its_words(state: State) -> None:
    assert watched(state, 1)
    assert watched(state, 2)
    assert in_words(state)
