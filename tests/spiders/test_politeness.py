"""Manners, over a whole crawl: whatever kind a request is of, its host sees one visitor who waits his turn and reads robots.txt."""

from __future__ import annotations

from typing import Any

import pytest

from prospector.items import VerdictKind
from prospector.store import Store
from tests.crawling import crawl
from tests.resource_web import ResourceWeb

DELAY = 0.07
AS_CAMPAIGN_SAYS = {"DOWNLOAD_DELAY": None, "DOWNLOAD_TIMEOUT": None}


def assert_spaced(web: ResourceWeb, host: str, delay: float) -> None:
    """On a busy machine a request may arrive late, and the next one then seems to follow too soon."""
    gaps = web.site.gaps(host=host)
    assert sum(gaps) / len(gaps) >= delay * 0.95
    assert min(gaps) >= delay * 0.4


def everything_about(web: ResourceWeb, host: str) -> tuple[str, str]:
    """Two seeds by which a host is asked for its robots.txt, pages, link targets, made-up neighbours of one, and contact pages."""
    soft = web.serve(host, "/old-guide.html", "<title>Page not found</title><h1>Page not found</h1>")
    web.serve(host, "/", "<title>Home</title><h1>Home</h1>")
    web.serve(host, "/contact.html", '<title>Contact</title><h1>Contact</h1><a href="mailto:me@lists.test">me@lists.test</a>')
    items = "".join(f'<li><a href="{web.page("site.test", f"/page-{n}")}">page {n}</a></li>' for n in range(8))
    web.serve(host, "/resources.html", f"<title>More links</title><h1>More links</h1><ul>{items}</ul>")
    links = "".join(f'<li><a href="{web.missing("old.test", f"/gone-{n}")}">a page about herbs {n}</a></li>' for n in range(3))
    further = '<a href="/resources.html">More useful links</a> <a href="/contact.html">Contact</a>'
    seed = web.serve(host, "/links.html", f"<title>Useful links</title><h1>Useful links</h1><ul>{links}</ul>{further}")
    other = web.link_list("other.test", "/links.html", [soft, web.missing(host, "/gone.html"), web.page(host, "/works.html")])
    return seed, other


async def run(web: ResourceWeb, *seeds: str, settings: dict[str, Any] | None = None, **campaign: Any) -> None:
    web.write_campaign(seeds, **campaign)
    await crawl("resources", settings={**web.settings, **AS_CAMPAIGN_SAYS, **(settings or {})}, campaign=web.campaign())


async def test_one_connection_and_the_delay_for_everything_that_goes_to_a_host(web: ResourceWeb) -> None:
    await run(web, *everything_about(web, "lists.test"), crawl={"delay": DELAY})
    paths = {hit.path for hit in web.site.hits(host="lists.test")}
    assert paths >= {"/robots.txt", "/links.html", "/resources.html", "/contact.html", "/old-guide.html", "/gone.html", "/works.html"}
    assert_spaced(web, "lists.test", DELAY)
    assert web.site.most_at_once("lists.test") == 1


async def test_other_hosts_do_not_wait_for_it(web: ResourceWeb) -> None:
    seeds = [web.link_list(f"lists{n}.test", "/links.html", []) for n in range(8)]
    await run(web, *seeds, crawl={"delay": 0.25})
    times = [hit.at for hit in web.site.hits() if hit.path == "/links.html"]
    assert len(times) == 8
    assert max(times) - min(times) < 0.25


async def test_a_crawl_delay_in_robots_txt_is_kept(web: ResourceWeb) -> None:
    web.serve("lists.test", "/robots.txt", "User-agent: *\nCrawl-delay: 0.2\n", kind="text/plain")
    await run(web, *everything_about(web, "lists.test"), crawl={"delay": 0})
    assert_spaced(web, "lists.test", 0.2)


async def test_robots_txt_holds_for_pages_links_and_contact_pages(web: ResourceWeb) -> None:
    forbidden = ("/resources.html", "/contact.html", "/works.html")
    rules = "".join(f"Disallow: {path}\n" for path in forbidden)
    web.serve("lists.test", "/robots.txt", f"User-agent: Prospector\n{rules}", kind="text/plain")
    await run(web, *everything_about(web, "lists.test"))
    assert not {hit.path for hit in web.site.hits(host="lists.test")} & set(forbidden)
    with Store.open(web.database) as store:
        verdict = store.evidence.verdict("http://lists.test/works.html")
        assert store.visits.problems()["http://lists.test/resources.html"] == "robots.txt says no"
    assert verdict is not None
    assert verdict.kind is VerdictKind.UNKNOWN


async def test_a_seed_that_robots_txt_forbids_is_not_read(web: ResourceWeb) -> None:
    web.serve("lists.test", "/robots.txt", "User-agent: *\nDisallow: /\n", kind="text/plain")
    await run(web, web.link_list("lists.test", "/links.html", []))
    assert [hit.path for hit in web.site.hits(host="lists.test")] == ["/robots.txt"]


async def test_with_robotstxt_obey_off_it_is_not_even_asked_for(web: ResourceWeb) -> None:
    web.serve("lists.test", "/robots.txt", "User-agent: *\nDisallow: /\n", kind="text/plain")
    seed = web.link_list("lists.test", "/links.html", [])
    await run(web, seed, settings={"ROBOTSTXT_OBEY": False})
    assert [hit.path for hit in web.site.hits(host="lists.test")] == ["/links.html"]


async def test_every_request_says_whose_it_is(web: ResourceWeb) -> None:
    await run(web, *everything_about(web, "lists.test"))
    agents = {hit.headers["user-agent"] for hit in web.site.hits()}
    assert len(agents) == 1
    assert "(+http://mine.test/; link check for web)" in agents.pop()


@pytest.mark.parametrize(
    ("typed", "campaign", "delay", "per_host"),
    [
        ({}, {}, 0, 1),  # ResourceWeb's campaign names a delay; per_host is settings.py's
        ({}, {"delay": 0.2, "per_host": 3}, 0.2, 3),
        ({"DOWNLOAD_DELAY": 0.1, "CONCURRENT_REQUESTS_PER_DOMAIN": 2}, {"delay": 0.2, "per_host": 3}, 0.1, 2),
    ],
    ids=["settings.py", "campaign", "-s"],
)
async def test_what_is_typed_beats_the_campaign_beats_the_settings_file(
    web: ResourceWeb, typed: dict[str, Any], campaign: dict[str, Any], delay: float, per_host: int
) -> None:
    seeds = [web.link_list("lists.test", f"/links-{n}.html", [], delay=0.5) for n in range(4)]
    await run(web, *seeds, settings=typed, crawl=campaign)
    assert web.site.most_at_once("lists.test") == per_host
    assert_spaced(web, "lists.test", delay)
