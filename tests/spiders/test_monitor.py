"""`scrapy crawl monitor`: a page for each state on loopback, over days that the test turns; and no loss that is none."""

from __future__ import annotations

import io

import pytest

from prospector.backlinks.read import read_export
from prospector.items import Stage
from prospector.store import Actor, Store
from prospector.watching.states import State
from tests.resource_web import OWN, ResourceWeb
from tests.store import builders as make
from tests.watched_web import GUIDE, OLD, OTHER, SENT, WALL, Watched, link


@pytest.fixture
def watched(web: ResourceWeb, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(web, monkeypatch)


async def test_each_state_is_told_from_the_page(watched: Watched) -> None:
    pages = {
        "linked": State.LINKED,
        "nofollow": State.NOFOLLOW,
        "moved": State.MOVED,
        "wrong": State.WRONG_TARGET,
        "fixed": State.FIXED,
        "unchanged": State.UNCHANGED,
        "gone": State.PAGE_GONE,
        "slow": State.UNCLEAR,
        "walled": State.UNCLEAR,
        "refusing": State.UNCLEAR,
        "busy": State.UNCLEAR,
        "broken": State.UNCLEAR,
    }
    for name in pages:
        watched.letter(name)
    with Store.open(watched.web.database) as store:
        store.site.save([make.site_page(GUIDE), make.site_page(OTHER)])
    watched.page("linked", link(GUIDE))
    watched.page("nofollow", link(GUIDE, "nofollow noopener"))
    watched.page("moved", link(OTHER))
    watched.page("wrong", link(f"http://{OWN}/guides/hot-composting.htm"))
    watched.page("fixed", link("http://new.test/compost"))
    watched.page("unchanged", link(OLD))
    watched.page("gone", "<title>Not found</title>", status=404)
    watched.page("slow", link("http://x.test/"), delay=9)
    watched.page("walled", WALL, status=403)
    watched.page("refusing", WALL)
    watched.page("busy", "Too many", status=429)
    watched.page("broken", "Oops", status=503)
    seen = await watched.look(14.1)
    assert {name: saw for name, (saw, _) in seen.items()} == pages
    assert {name for name, (_, state) in seen.items() if state in {State.LOST, State.PAGE_GONE}} == set()
    assert [watched.stage(name) for name in ("linked", "nofollow", "moved", "fixed", "unchanged", "gone", "slow")] == [
        Stage.WON, Stage.WON, Stage.WON, Stage.FIXED, Stage.CONTACTED, Stage.CONTACTED, Stage.CONTACTED,
    ]  # fmt: skip


async def test_nothing_that_could_not_be_seen_is_a_loss_however_often(watched: Watched) -> None:
    names = ("slow", "walled", "refusing", "broken")
    for name in names:
        watched.letter(name)
        watched.page(name, link(GUIDE))
    assert set((await watched.look(14)).values()) == {(State.LINKED, State.LINKED)}
    watched.page("slow", link("http://x.test/"), delay=9)
    watched.page("walled", WALL, status=403)
    watched.page("refusing", WALL)
    watched.page("broken", "Oops", status=500)
    for day in (30, 31.1, 32.2, 90, 91.1):
        assert set((await watched.look(day)).values()) == {(State.UNCLEAR, State.LINKED)}
    assert {watched.stage(name) for name in names} == {Stage.WON}


async def test_a_won_link_is_lost_after_two_looks_a_day_apart_and_may_come_back(watched: Watched) -> None:
    url = watched.letter("lists")
    watched.page("lists", link(GUIDE))
    assert await watched.look(13) == {}
    assert await watched.look(14) == {"lists": (State.LINKED, State.LINKED)}
    watched.page("lists", link("http://x.test/"))
    assert await watched.look(20) == {"lists": (State.LINKED, State.LINKED)}, "it is not due"
    assert await watched.look(30) == {"lists": (State.LOST, State.LINKED)}
    assert watched.stage("lists") is Stage.WON
    assert await watched.look(31.1) == {"lists": (State.LOST, State.LOST)}
    assert watched.stage("lists") is Stage.LOST
    watched.page("lists", link(GUIDE))
    assert await watched.look(90) == {"lists": (State.LINKED, State.LINKED)}
    assert watched.stage("lists") is Stage.WON
    with Store.open(watched.web.database) as store:
        events = store._session.rows(
            "SELECT actor, after FROM events WHERE subject = ? AND kind = 'stage' ORDER BY id", (f"prospect {url}",)
        )
    assert [event["actor"] for event in events][2:] == [Actor.CRAWL] * 3


async def test_a_persons_mark_wins_and_an_older_link_is_no_win(watched: Watched) -> None:
    declined = watched.letter("declined")
    watched.letter("linked-before", before=f'<a href="{OTHER}">Roses</a>')
    with Store.open(watched.web.database) as store:
        store.prospects.set_stage(declined, Stage.DECLINED, now=SENT)
    watched.page("declined", link(GUIDE))
    watched.page("linked-before", link(OTHER) + link(OLD))
    seen = await watched.look(14)
    assert seen == {"declined": (State.LINKED, State.LINKED), "linked-before": (State.UNCHANGED, State.UNCHANGED)}
    assert watched.stage("declined") is Stage.DECLINED
    assert watched.stage("linked-before") is Stage.CONTACTED


async def test_what_a_link_is_like_is_kept(watched: Watched) -> None:
    watched.letter("lists")
    watched.page("lists", f'<p>Text</p><footer><a href="{GUIDE}">mine</a></footer>', robots="noindex")
    await watched.look(14)
    with Store.open(watched.web.database) as store:
        (row,) = store.watching.latest()
    assert (row["link_url"], row["anchor"], row["in_content"], row["hidden"], row["indexable"], row["status"]) == (
        GUIDE,
        "mine",
        0,
        0,
        0,
        200,
    )


async def test_a_link_that_no_reader_can_see_is_kept_as_such(watched: Watched) -> None:
    watched.letter("lists")
    watched.page("lists", f'<p>Text</p><div style="display:none"><p>See <a href="{GUIDE}">mine</a></p></div>')
    assert await watched.look(14) == {"lists": (State.LINKED, State.LINKED)}
    with Store.open(watched.web.database) as store:
        (row,) = store.watching.latest()
    assert (row["in_content"], row["hidden"]) == (1, 1)
    assert "No reader can see it." in row["reason"]


async def test_no_link_of_a_profile_is_lost_by_what_could_not_be_seen(watched: Watched) -> None:
    answers = {
        "slow": (link("http://x.test/"), 200, 9.0),
        "walled": (WALL, 403, 0.0),
        "refusing": (WALL, 200, 0.0),
        "busy": ("Too many", 429, 0.0),
        "broken": ("Oops", 500, 0.0),
        "shell": ('<title>App</title><div id="root"></div><script src="/static/js/main.1a2b3c.js"></script>', 200, 0.0),
    }
    pages = {name: watched.page(name, link(GUIDE)) for name in answers}
    with Store.open(watched.web.database) as store:
        make_import(store, "source,target\n" + "".join(f"{page},{GUIDE}\n" for page in pages.values()))
    assert set((await watched.look(1, profile="1")).values()) == {(State.LINKED, State.LINKED)}
    for name, (body, status, delay) in answers.items():
        watched.page(name, body, status=status, delay=delay)
    for day in (2.1, 3.2, 30):
        assert set((await watched.look(day, profile="1")).values()) == {(State.UNCLEAR, State.LINKED)}


async def test_a_profile_is_visited_when_asked_for_and_only_for_your_own_sites(watched: Watched) -> None:
    there, lost = watched.page("there", link(GUIDE)), watched.page("lost", link("http://x.test/"))
    rows = f"source,target\n{there},{GUIDE}\n{lost},{GUIDE}\n{lost},http://competitor.test/\nhttp://{OWN}/x,{GUIDE}\n"
    with Store.open(watched.web.database) as store:
        make_import(store, rows)
    assert await watched.look(1) == {}
    assert await watched.look(1, profile="1") == {"there": (State.LINKED, State.LINKED), "lost": (State.LOST, State.UNCLEAR)}
    asked = watched.web.asked()
    await watched.look(1.5, profile="1")
    assert watched.web.asked() == asked, "within a day nothing is asked twice"
    assert await watched.look(2.1, profile="1") == {"there": (State.LINKED, State.LINKED), "lost": (State.LOST, State.LOST)}


def make_import(store: Store, rows: str) -> None:
    store.backlinks.save(read_export(io.BytesIO(rows.encode()), name="mine.csv"), file="mine.csv", now=SENT)
