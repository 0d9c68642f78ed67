"""Looking for a dead page's new home: where it is looked for, with how many requests, and what is not believed."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from prospector.checking import moved_pages
from prospector.checking.moved_pages import MOST_REQUESTS, MovedPages, SecondLook
from prospector.items import ArchivedCopy, OutboundLink
from prospector.matching.moved import NewHome
from prospector.matching.topic import Sighting, topic_of
from tests.checking.conftest import MakeNetwork
from tests.misbehaving_site import MisbehavingSite

HOST = "mulch.test"
TITLE = "Wood chip mulch: ten years of trials"
PAGE = f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><p>On clay, loam, sand and chalk.</p></body></html>"
LOST = "<html><head><title>Page not found</title></head><body><h1>Page not found</h1></body></html>"

WALL = "<title>Just a moment...</title><script>window._cf_chl_opt={}</script><h1>Checking your browser</h1>"
LOG_IN = "<title>Sign in</title><h1>Sign in</h1><form><input type=password></form>"
OUTAGE = "<title>Maintenance</title><h1>We are down for maintenance</h1><p>We'll be back soon.</p>"


class World:
    """A site on which a page is dead, and a search for its new home."""

    def __init__(self, site: MisbehavingSite, make_network: MakeNetwork) -> None:
        self.site = site
        self.dead = site.url("/papers/wood-chip-mulch.html", host=HOST)
        self.serves("/robots.txt", "", status=404)
        self._make_network = make_network
        self._moved: MovedPages | None = None

    def serves(self, path: str, body: str = PAGE, *, status: int = 200, **headers: str) -> str:
        return self.site.serves(path, body=body, status=status, headers=headers, host=HOST)

    def sitemap(self, *paths: str, at: str = "/sitemap.xml", index: bool = False) -> None:
        outer, inner = ("sitemapindex", "sitemap") if index else ("urlset", "url")
        rows = "".join(f"<{inner}><loc>{self.site.url(path, host=HOST)}</loc></{inner}>" for path in paths)
        self.site.serves(at, body=f"<{outer}>{rows}</{outer}>", headers={"Content-Type": "application/xml"}, host=HOST)

    async def look(
        self, *, anchor: str = "Wood chip mulch", archived: ArchivedCopy | None = None, led_to: str = "", dead: str = ""
    ) -> NewHome | None:
        target = dead or self.dead
        self._moved = self._moved or MovedPages(self._make_network(obey_robots=True))
        topic = topic_of(target, [Sighting(link=OutboundLink(target_url=target, anchor=anchor))], archived)
        return await self._moved.look(topic, archived, led_to=led_to)

    async def again(self, new_url: str) -> SecondLook:
        return await MovedPages(self._make_network(obey_robots=True)).again(self.dead, new_url)

    @property
    def asked(self) -> list[str]:
        return [hit.path for hit in self.site.hits(host=HOST)]


@pytest.fixture
async def world(site: MisbehavingSite, make_network: MakeNetwork) -> World:
    return World(site, make_network)


async def test_the_sitemap_that_robots_txt_names_is_read(world: World) -> None:
    world.serves("/robots.txt", f"Sitemap: {world.site.url('/maps/all.xml', host=HOST)}\n")
    world.sitemap("/research/straw", "/research/wood-chip-mulch", at="/maps/all.xml")
    new = world.serves("/research/wood-chip-mulch")
    found = await world.look()
    assert found is not None
    assert found.url == new
    assert world.asked == ["/robots.txt", "/maps/all.xml", "/research/wood-chip-mulch"]


async def test_of_an_index_of_sitemaps_one_with_pages_is_read(world: World) -> None:
    world.sitemap("/image-sitemap.xml", "/post-sitemap.xml", index=True)
    world.sitemap("/research/wood-chip-mulch", at="/post-sitemap.xml")
    world.serves("/research/wood-chip-mulch")
    assert await world.look() is not None
    assert world.asked == ["/robots.txt", "/sitemap.xml", "/post-sitemap.xml", "/research/wood-chip-mulch"]


async def test_without_a_sitemap_the_links_of_folder_and_home_page_are_read(world: World) -> None:
    world.serves("/", '<p><a href="/research/wood-chip-mulch">Wood chip</a> <a href="/research/straw">Straw</a>')
    world.serves("/research/wood-chip-mulch")
    assert await world.look() is not None
    assert world.asked == ["/robots.txt", "/sitemap.xml", "/papers/", "/", "/research/wood-chip-mulch"]


async def test_no_more_than_five_requests_are_made_for_a_page(world: World) -> None:
    world.sitemap("/a.xml", "/b.xml", index=True)
    for path in ("/papers/", "/"):
        titles = ["Wood chip mulch", "Our wood chip mulch", "Straw", "Hay", "Slate", "Gravel", "Cocoa shells", "Leaf mould"]
        world.serves(path, "".join(f'<a href="/no/{n}">{title}</a>' for n, title in enumerate(titles)))
    for n in range(8):
        world.serves(f"/no/{n}", "<title>Something else</title>")
    assert await world.look() is None
    assert len(world.asked) == MOST_REQUESTS


async def test_the_next_dead_page_of_a_site_costs_only_what_is_new(world: World) -> None:
    world.sitemap("/research/wood-chip-mulch", "/research/straw-under-berries")
    world.serves("/research/wood-chip-mulch")
    world.serves("/research/straw-under-berries", PAGE.replace(TITLE, "Straw under berries"))
    assert await world.look() is not None
    before = len(world.asked)
    assert await world.look(anchor="Straw under berries", dead=world.site.url("/papers/straw-under-berries.html", host=HOST)) is not None
    assert world.asked[before:] == ["/research/straw-under-berries"]


async def test_where_the_archive_saw_a_redirect_lead_is_looked_at_first(world: World) -> None:
    new = world.serves("/library/7")
    found = await world.look(led_to=new)
    assert found is not None
    assert found.url == new
    assert world.asked == ["/robots.txt", "/library/7"]


async def test_a_page_is_believed_where_it_answers_in_the_end(world: World) -> None:
    world.sitemap("/research/wood-chip-mulch")
    world.serves("/research/wood-chip-mulch", "", status=301, Location="/research/mulch/wood-chip-mulch/")
    new = world.serves("/research/mulch/wood-chip-mulch/")
    found = await world.look()
    assert found is not None
    assert found.url == new


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (404, PAGE, {}),
        (503, PAGE, {}),
        (200, LOST, {}),
        (200, "", {"Content-Type": "application/pdf"}),
        (302, "", {"Location": "/"}),
        (302, "", {"Location": "/research/"}),
        (302, "", {"Location": "http://robots-allows.test/ok"}),
        (302, "", {"Location": "/papers/wood-chip-mulch.html"}),
    ],
    ids=["gone too", "in trouble", "soft 404", "no page", "home", "folder", "elsewhere", "back"],
)
async def test_a_page_that_is_not_there_is_no_new_home(world: World, status: int, body: str, headers: dict[str, str]) -> None:
    world.sitemap("/research/wood-chip-mulch")
    world.serves("/research/wood-chip-mulch", body, status=status, **headers)
    for path in ("/", "/research/", "/papers/wood-chip-mulch.html"):
        world.serves(path)
    assert await world.look() is None


async def test_what_robots_txt_forbids_is_not_asked_for(world: World) -> None:
    world.serves("/robots.txt", "User-agent: *\nDisallow: /\n")
    assert await world.look() is None
    assert world.asked == ["/robots.txt"]


async def test_a_site_in_trouble_has_no_new_homes(world: World) -> None:
    for path in ("/sitemap.xml", "/papers/", "/"):
        world.serves(path, "", status=302, Location="/reset")
    assert await world.look() is None


async def test_links_to_other_sites_are_no_homes(world: World) -> None:
    world.serves("/", '<a href="http://robots-allows.test/research/wood-chip-mulch">Wood chip mulch</a>')
    assert await world.look() is None
    assert not world.site.hits(host="robots-allows.test")


async def test_for_a_home_page_nothing_is_asked(world: World) -> None:
    assert await world.look(dead=world.site.url("/", host=HOST)) is None
    assert world.asked == []


async def test_folder_and_home_page_are_asked_for_once_also_where_nothing_is_there(world: World) -> None:
    world.serves("/papers/", LOST, status=404)
    home = '<p><a href="/research/wood-chip-mulch">Wood chip</a> <a href="/research/straw-mulch-trials">Straw</a>'
    world.serves("/", home)
    world.serves("/research/wood-chip-mulch")
    assert await world.look() is not None
    before = len(world.asked)
    await world.look(dead=world.site.url("/papers/green-manure.html", host=HOST), anchor="Green manure")
    assert world.asked[before:] == []
    new = world.serves("/research/straw-mulch-trials", PAGE.replace("Wood chip mulch: ten years of trials", "Straw mulch trials"))
    found = await world.look(dead=world.site.url("/papers/straw-mulch-trials.html", host=HOST), anchor="Straw mulch trials")
    assert found is not None
    assert found.url == new
    assert world.asked[before:] == ["/research/straw-mulch-trials"]


async def test_a_section_that_did_not_answer_is_asked_again(world: World) -> None:
    for path in ("/papers/", "/"):
        world.serves(path, status=302, Location="/reset")
    assert await world.look() is None
    before = len(world.asked)
    assert await world.look(dead=world.site.url("/papers/green-manure.html", host=HOST), anchor="Green manure") is None
    assert [path for path in world.asked[before:] if path != "/reset"] == ["/papers/", "/"]


async def test_of_many_sites_the_last_ones_are_remembered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moved_pages, "REMEMBERED", 1)
    other = world.site.url("/papers/wood-chip-mulch.html", host="other.test")
    for dead in (world.dead, other, world.dead):
        await world.look(dead=dead)
    assert world.asked.count("/sitemap.xml") == 2


@pytest.mark.parametrize(
    ("status", "body", "headers", "holds", "answer"),
    [
        (200, PAGE, {}, True, "HTTP 200"),
        (404, LOST, {}, False, "HTTP 404"),
        (410, "", {}, False, "HTTP 410"),
        (200, LOST, {}, False, "a page that says it is missing"),
        (301, "", {"Location": "/"}, False, "it leads to http://mulch.test:{port}/"),
        (301, "", {"Location": "/papers/wood-chip-mulch.html"}, False, "it leads to http://mulch.test:{port}/papers/wood-chip-mulch.html"),
        (301, "", {"Location": "/trials/wood-chip-mulch"}, True, "HTTP 200"),
        (503, "", {}, None, "HTTP 503"),
        (403, "", {}, None, "HTTP 403"),
        (200, "%PDF", {"Content-Type": "application/pdf"}, None, "application/pdf"),
        (200, WALL, {}, None, "it shows a wall against programs instead of the page"),
        (404, WALL, {}, None, "it shows a wall against programs instead of the page"),
        (200, LOG_IN, {}, None, "it shows a wall against programs instead of the page"),
        (200, OUTAGE, {}, None, "it says that the site is out of order"),
    ],
)
async def test_a_new_address_is_asked_again_with_one_request(
    world: World, status: int, body: str, headers: dict[str, str], *, holds: bool | None, answer: str
) -> None:
    for path in ("/", "/papers/wood-chip-mulch.html", "/trials/wood-chip-mulch"):
        world.serves(path)
    new = world.serves("/research/wood-chip-mulch", body, status=status, **headers)
    look = await world.again(new)
    assert (look.holds, look.answer) == (holds, answer.format(port=urlsplit(new).port))
    assert world.asked.count("/research/wood-chip-mulch") == 1


async def test_a_new_address_that_robots_txt_forbids_now_tells_nothing(world: World) -> None:
    world.serves("/robots.txt", "User-agent: *\nDisallow: /research/\n")
    assert (await world.again(world.serves("/research/wood-chip-mulch"))).holds is None
    assert world.asked == ["/robots.txt"]
