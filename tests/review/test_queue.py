"""The queue: what the table of the desk keeps in step with, filters, counts and neighbours."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospector.items import DEAD_KINDS, ContactKind, DraftStatus, Part, Score, Strength
from prospector.review.filters import query_of, read_filter
from prospector.review.serving import Desk
from prospector.store.desk import OPEN, SCORES, Filter
from tests.review.desk_world import CLUB, LIBRARY, NOW, TAKEN
from tests.store import builders as make

ANY = Filter()


def ids(desk: Desk, **wanted: object) -> set[int]:
    return {row.draft_id for row in desk.store.desk.listed(replace(ANY, **wanted))}  # type: ignore[arg-type]


def test_a_letter_is_listed_with_what_its_page_has(desk: Desk) -> None:
    (row,) = desk.store.desk.listed(Filter(site="hostile.test"))
    assert (row.kinds, row.dead_links, row.confirmed_dead_links) == (("gone", "hijacked"), 2, 1)
    assert (row.contact_kind, row.strength, row.status) == ("email", "strong", DraftStatus.READY)
    assert row.score == desk.store.dossiers.of(row.draft_id).score.total  # type: ignore[union-attr]


def test_each_filter_finds_its_letters(desk: Desk) -> None:
    desk.decisions.reject(4, now=NOW)
    assert ids(desk, kind="hijacked") == {1}
    assert ids(desk, kind="dns") == {2, 3, 4}
    assert ids(desk, statuses=(DraftStatus.REJECTED,)) == {4}
    assert ids(desk, statuses=OPEN) == {1, 2, 3}
    assert ids(desk, strength="possible") == set()
    assert ids(desk, contact="email") == {1, 2, 3, 4}
    assert ids(desk, site="library.test") == {2}
    assert ids(desk, text="herb lin") == {1}
    assert ids(desk, text="EDITOR club") == {4}
    assert ids(desk, text='" OR *') == set()


def test_the_list_follows_every_change(desk: Desk) -> None:
    desk.decisions.edit(2, subject="Mint, broken", body=None, now=NOW)
    assert [row.subject for row in desk.store.desk.listed(Filter(text="mint broken"))] == ["Mint, broken"]
    assert desk.store.desk.listed(Filter(site="library.test"))[0].edited
    routes = desk.store.dossiers.of(4).routes  # type: ignore[union-attr]
    form = next(route for route in routes if route.contact.kind is ContactKind.FORM)
    desk.decisions.choose_contact(4, form.id, now=NOW)
    assert ids(desk, contact="form") == {4}
    desk.decisions.alive(TAKEN, now=NOW)
    assert ids(desk, kind="hijacked") == set()
    desk.store.prospects.save(make.prospect(CLUB, score=Score(parts=(Part(name="x", points=90, reason="y"),))), now=NOW)
    assert ids(desk, min_score=80) == {4}
    desk.store._session.run("DELETE FROM drafts WHERE id = 3")
    assert ids(desk) == {1, 2, 4}
    assert ids(desk, text="school") == set()


def test_the_counts_say_what_a_click_would_show(desk: Desk) -> None:
    desk.decisions.reject(4, now=NOW)
    for wanted in (
        ANY,
        Filter(statuses=OPEN),
        Filter(kind="dns"),
        Filter(statuses=OPEN, kind="gone", contact="email"),
        Filter(text="links"),
    ):
        counts = desk.store.desk.counts(wanted)
        assert counts.total == len(desk.store.desk.listed(wanted))
        for status in DraftStatus:
            assert counts.statuses.get(status, 0) == len(desk.store.desk.listed(replace(wanted, statuses=(status,))))
        for kind in DEAD_KINDS:
            assert counts.kinds.get(kind, 0) == len(desk.store.desk.listed(replace(wanted, kind=kind)))
        for score in SCORES:
            assert counts.scores.get(score, 0) == len(desk.store.desk.listed(replace(wanted, min_score=score)))
        for site, number in counts.sites.items():
            assert number == len(desk.store.desk.listed(replace(wanted, site=site)))


def test_neighbours_walk_the_list_from_end_to_end(desk: Desk) -> None:
    wanted = Filter(statuses=OPEN)
    order = [row.draft_id for row in desk.store.desk.listed(wanted)]
    for at, draft_id in enumerate(order):
        place = desk.store.desk.place(draft_id, wanted)
        assert (place.position, place.total) == (at + 1, 4)
        assert place.before == (order[at - 1] if at else None)
        assert place.after == (order[at + 1] if at < 3 else None)


def test_a_letter_that_left_the_list_still_has_neighbours(desk: Desk) -> None:
    desk.decisions.reject(2, now=NOW)
    place = desk.store.desk.place(2, Filter(statuses=OPEN))
    assert (place.position, place.total) == (0, 3)
    assert place.before in {1, 3, 4}


kinds = st.sampled_from(["", *DEAD_KINDS])
filters = st.builds(
    Filter,
    statuses=st.sampled_from([OPEN, (), *((status,) for status in DraftStatus)]),
    kind=kinds,
    min_score=st.sampled_from([0, *SCORES]),
    strength=st.sampled_from(["", "none", *Strength]),
    contact=st.sampled_from(["", "none", *ContactKind]),
    site=st.text(max_size=50),
    text=st.text(max_size=50),
)


@given(filters)
def test_a_filter_survives_its_address(wanted: Filter) -> None:
    assert read_filter(dict(parse_qsl(query_of(wanted), errors="surrogatepass"))) == wanted


@pytest.mark.parametrize(
    "query", ["status=nonsense", "score=7", "score=-1", "kind=alive", "page=0", "page=99999999999", "page=x", "contact=';--", "q=%00%22"]
)
async def test_an_address_that_makes_no_sense_shows_a_page_all_the_same(client: aiohttp.ClientSession, query: str) -> None:
    async with client.get(f"/?{query}") as answer:
        assert answer.status == 200


async def test_an_empty_campaign_says_what_to_run(client: aiohttp.ClientSession, desk: Desk) -> None:
    for table in ("drafts",):
        desk.store._session.run(f"DELETE FROM {table}")
    async with client.get("/") as answer:
        text = await answer.text()
    assert "No letters yet" in text
    assert "scrapy crawl resources" in text


async def test_when_all_is_reviewed_the_next_step_is_the_export(client: aiohttp.ClientSession, desk: Desk) -> None:
    for stored in desk.store.drafts.list():
        desk.decisions.reject(stored.id, now=NOW)
    async with client.get("/") as answer:
        assert 'href="/export">Export what you approved' in await answer.text()


async def test_filters_that_fit_nothing_can_be_cleared(client: aiohttp.ClientSession) -> None:
    async with client.get("/?kind=parked&q=nothing") as answer:
        text = await answer.text()
    assert "No letter fits these filters" in text
    assert LIBRARY not in text
