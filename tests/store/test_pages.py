"""Runs, the frontier, pages and their links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospector.items import PageSignal
from prospector.store import Store, Visit
from prospector.store.codecs import json_text, packed, time_text, unpacked
from tests.store import builders as make

OTHER = "https://gone.example.com/other"


def test_runs_have_sortable_ids_that_differ_within_a_second(store: Store) -> None:
    ids = [store.runs.begin("resources", now=make.NOON) for _ in range(3)] + [store.runs.begin("links", now=make.NOON + make.HOUR)]
    assert ids == sorted(set(ids))
    store.runs.end(ids[-1], now=make.NOON + 2 * make.HOUR, reason="finished", stats={"pages": 3, "start": make.NOON})
    last = store.runs.last()
    assert store.runs.count() == 4
    assert last is not None
    assert (last.run_id, last.kind, last.reason, last.stats["pages"]) == (ids[-1], "links", "finished", 3)


def test_visits_stay_open_until_made_and_open_again_when_the_page_is_old(store: Store) -> None:
    store.visits.add([Visit(url="https://a.example/", seed="https://a.example/"), Visit(url="https://b.example/", depth=1)])
    week = timedelta(days=7)
    store.visits.mark("https://a.example/", at=make.NOON)
    assert [visit.url for visit in store.visits.open(make.NOON + make.DAY, refetch_after=week)] == ["https://b.example/"]
    assert [visit.url for visit in store.visits.open(make.NOON + week, refetch_after=week)] == ["https://a.example/", "https://b.example/"]


def test_a_page_that_could_not_be_read_is_tried_by_the_next_run(store: Store) -> None:
    store.visits.add([Visit(url="https://a.example/")])
    store.visits.mark("https://a.example/", at=make.NOON, problem="no such host")
    assert store.visits.problems() == {"https://a.example/": "no such host"}
    assert store.visits.problems(seeds={"https://b.example/"}) == {}
    assert store.visits.open(make.NOON + make.HOUR, refetch_after=make.DAY)
    assert not store.visits.open(make.NOON + make.HOUR, refetch_after=make.DAY, retry_after=make.DAY)


def test_adding_a_visit_again_keeps_its_history_and_takes_the_shorter_way(store: Store) -> None:
    store.visits.add([Visit(url="https://a.example/x", depth=2, seed="https://a.example/", found_on="https://a.example/y")])
    store.visits.mark("https://a.example/x", at=make.NOON)
    again = [Visit(url="https://a.example/x", depth=0, seed="https://a.example/x"), Visit(url="https://a.example/x", depth=3)]
    new = Visit(url="https://a.example/z", depth=3)
    assert store.visits.add([*again, new]) == [new]
    store.visits.mark(new.url, at=make.NOON)
    assert store.visits.open(make.NOON, refetch_after=make.DAY) == []
    assert store.visits.open(make.NOON + make.DAY, refetch_after=make.DAY) == [again[0], new]


def test_a_page_comes_back_as_it_was_saved(store: Store) -> None:
    page = make.page(
        language="fr",
        etag='"abc"',
        last_modified="Sun, 01 Mar 2026 10:00:00 GMT",
        html="<p>déjà vu</p>",
        depth=1,
        seed="https://library.example.org/",
        signals=(PageSignal(name="many links", points=0.5, reason="81 links to 60 sites"),),
        links=[
            make.link(rel=("nofollow", "noopener"), context="Guide to bees", section="Bees", heading="Insects", fragment="top"),
            make.link(OTHER, position=1, boilerplate=True),
        ],
    )
    store.pages.save(page)
    assert store.pages.get(page.url, html=True) == page
    assert store.pages.html(page.url) == page.html
    assert store.pages.get(page.url) == replace(page, html="")
    assert store.pages.get("https://never.example/") is None
    assert store.pages.html("https://never.example/") is None


def test_outbound_domains_count_sites_of_content_links(store: Store) -> None:
    links = [make.link(f"https://{host}/") for host in ("a.example.com", "b.example.com", "other.org")]
    store.pages.save(make.page(links=[*links, make.link("https://share.example.net/", boilerplate=True)]))
    row = store._session.row("SELECT outbound_links, outbound_domains, site FROM resource_pages")
    assert row == {"outbound_links": 3, "outbound_domains": 2, "site": "example.org"}


def test_links_keep_their_ids_through_refetches_wherever_they_move(store: Store) -> None:
    first, twin, other = make.link(), make.link(context="the second of two alike", position=1), make.link(OTHER, position=2)
    store.pages.save(make.page(links=[first, twin, other]))
    ids = store._session.column("SELECT id FROM links ORDER BY position")
    later = make.NOON + make.DAY
    moved = [replace(other, position=0, context="new words"), replace(first, position=1), replace(twin, position=2)]
    store.pages.save(make.page(links=moved, fetched_at=later))
    assert store._session.column("SELECT id FROM links ORDER BY position") == [ids[2], ids[0], ids[1]]
    assert store.pages.links_of(make.PAGE) == tuple(moved)
    assert store._session.column("SELECT DISTINCT first_seen FROM links") == [time_text(make.NOON)]
    assert store._session.column("SELECT DISTINCT last_seen FROM links") == [time_text(later)]


def test_a_link_that_left_the_page_keeps_its_row_and_may_come_back(store: Store) -> None:
    store.pages.save(make.page(links=[make.link(), make.link(OTHER, position=1)]))
    store.pages.save(make.page(links=[make.link()], fetched_at=make.NOON + make.DAY))
    assert [link.target_url for link in store.pages.links_of(make.PAGE)] == [make.TARGET]
    assert len(store.pages.links_of(make.PAGE, present_only=False)) == 2
    assert store._session.value("SELECT last_seen FROM links WHERE target_url = ?", (OTHER,)) == time_text(make.NOON)
    assert store.pages.sightings(OTHER) == ()
    store.pages.save(make.page(links=[make.link(OTHER)], fetched_at=make.NOON + 2 * make.DAY))
    assert store.pages.first_seen(make.PAGE)[OTHER] == make.NOON
    assert store._session.value("SELECT count(*) FROM links") == 2


def test_boilerplate_is_checked_only_where_content_has_it_too(store: Store) -> None:
    store.pages.save(make.page(links=[make.link(boilerplate=True)]))
    assert store.evidence.wanted(make.NOON) == []
    store.pages.save(make.page("https://else.example.org/", links=[make.link(anchor="Bees")]))
    assert [(wanted.url, wanted.anchors) for wanted in store.evidence.wanted(make.NOON)] == [(make.TARGET, ("Bees",))]


def test_sightings_pool_the_links_of_all_pages(store: Store) -> None:
    store.pages.save(make.page(links=[make.link(), make.link(boilerplate=True)]))
    store.pages.save(make.page("https://else.example.org/", title="Elsewhere", links=[make.link(anchor="Bees")]))
    found = [(seen.page_url, seen.page_title, seen.link.anchor) for seen in store.pages.sightings(make.TARGET)]
    assert found == [("https://else.example.org/", "Elsewhere", "Bees"), (make.PAGE, "Links", "Guide")]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_sightings_do_not_depend_on_which_page_was_read_first(store: Store, order: Sequence[int]) -> None:
    for number in order:
        store.pages.save(make.page(f"https://{number}.example.org/", links=[make.link(anchor="B", position=1), make.link(anchor="A")]))
    found = [(seen.page_url, seen.link.anchor) for seen in store.pages.sightings(make.TARGET)]
    assert found == [(f"https://{number}.example.org/", anchor) for number in range(3) for anchor in "AB"]


def test_a_page_is_undone_once_all_its_targets_are_judged_and_until_it_is_marked(store: Store) -> None:
    store.pages.save(make.page(links=[make.link(), make.link(OTHER, position=1), make.link("https://nav.example.com/", boilerplate=True)]))
    assert store.pages.unjudged() == {make.PAGE: {make.TARGET, OTHER}}
    assert store.pages.undone() == []
    store.evidence.save_verdict(make.TARGET, make.dead(), now=make.NOON)
    assert store.pages.unjudged() == {make.PAGE: {OTHER}}
    store.evidence.save_verdict(OTHER, make.alive(), now=make.NOON)
    assert store.pages.unjudged() == {}
    assert store.pages.undone() == [make.PAGE]
    store.pages.mark_done(make.PAGE, now=make.NOON)
    assert store.pages.undone() == []


def test_a_page_is_undone_again_when_a_verdict_changes_or_the_page_is_read_again(store: Store) -> None:
    page = make.page(links=[make.link()])
    store.pages.save(page)
    store.evidence.save_verdict(make.TARGET, make.alive(), now=make.NOON)
    store.pages.mark_done(page.url, now=make.NOON)
    store.evidence.save_verdict(make.TARGET, make.alive(reason="It still answers."), now=make.NOON + make.HOUR)
    assert store.pages.undone() == []
    store.evidence.save_verdict(make.TARGET, make.dead(), now=make.NOON + 2 * make.HOUR)
    assert store.pages.undone() == [page.url]
    store.pages.mark_done(page.url, now=make.NOON + 2 * make.HOUR)
    store.pages.save(replace(page, links=(), fetched_at=make.NOON + make.DAY))
    assert store.pages.undone() == [page.url]


def test_pages_with_due_claims_are_those_that_link_to_something_dead_and_due(store: Store) -> None:
    store.pages.save(make.page(links=[make.link()]))
    store.pages.save(make.page("https://else.example.org/", links=[make.link(OTHER)]))
    store.evidence.save_verdict(make.TARGET, make.dead(next_check_at=make.NOON + make.DAY), now=make.NOON)
    store.evidence.save_verdict(OTHER, make.alive(next_check_at=make.NOON), now=make.NOON)
    assert store.pages.with_due_claims(make.NOON) == []
    assert store.pages.with_due_claims(make.NOON + make.DAY) == [make.PAGE]


def test_a_page_without_links_is_undone_at_once(store: Store) -> None:
    store.pages.save(make.page())
    assert store.pages.undone() == [make.PAGE]


@given(st.text(st.characters(codec=None, categories=None)))
def test_any_text_survives_packing_and_json(text: str) -> None:
    assert unpacked(packed(text)) == text
    json_text([text]).encode()


@given(st.datetimes(timezones=st.timezones(no_cache=True)), st.datetimes(timezones=st.timezones(no_cache=True)))
def test_stored_times_sort_as_the_times_do(one: datetime, other: datetime) -> None:
    try:
        one, other = one.astimezone(UTC), other.astimezone(UTC)
    except OverflowError:  # the year 0 or 10000 in UTC
        return
    assert (time_text(one) < time_text(other)) == (one < other)
