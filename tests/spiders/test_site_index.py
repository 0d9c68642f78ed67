"""The user's own site, indexed: from its sitemaps, from a list, or by a crawl; however odd or hostile they are."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import pytest
from scrapy.crawler import Crawler

from prospector.items import SitePage
from prospector.settings import ITEM_PIPELINES
from prospector.store import Store
from tests.crawling import crawl
from tests.resource_web import HTML, OWN, TOPICS, ResourceWeb

GUIDES = {f"http://{OWN}/guides/{topic.replace(' ', '-')}.html" for topic in TOPICS}
XML = "application/xml"
LAUGHS = """<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">]>
<urlset><url><loc>http://mine.test/&f;&f;&f;&f;</loc></url></urlset>"""


async def index(web: ResourceWeb, **campaign: Any) -> Crawler:
    web.write_campaign([], **campaign)
    _, crawler = await crawl("site", settings=web.settings | {"LOG_LEVEL": "ERROR"}, campaign=web.campaign())
    return crawler


def indexed(web: ResourceWeb) -> set[str]:
    with Store.open(web.database) as store:
        return store.site.read_since(store.runs.last().started_at) if store.runs.last() else set()  # type: ignore[union-attr]


def did_nothing(crawler: Crawler) -> bool:
    assert crawler.stats is not None
    return bool(crawler.stats.get_value("prospector/did_nothing"))


def home(web: ResourceWeb, *paths: str) -> None:
    """A home page that leads to some pages."""
    links = "".join(f'<a href="{path}">{path}</a>' for path in paths)
    web.serve(OWN, "/", f"<title>Home</title><h1>Home</h1>{links}")


async def test_the_sitemap_says_what_there_is(web: ResourceWeb) -> None:
    await index(web)
    assert indexed(web) == GUIDES
    with Store.open(web.database) as store:
        assert list(store.site.search(["rhubarb"], 3)) == [f"http://{OWN}/guides/forcing-rhubarb.html"]


class SlowToStore:
    """A pipeline of somebody's own: his pages take their time."""

    async def process_item(self, item: Any) -> Any:
        if isinstance(item, SitePage):
            await asyncio.sleep(2)
        return item


async def test_nothing_is_matched_before_the_whole_site_can_be_searched(web: ResourceWeb) -> None:
    gone, late = web.missing("gone.test", "/hot-composting.html"), web.page("late.test", "/", delay=1)
    seed = web.link_list("lists.test", "/links.html", [gone, late])
    web.write_campaign([seed])
    first = {f"{SlowToStore.__module__}.{SlowToStore.__name__}": 50}
    settings = web.settings | {"LOG_LEVEL": "ERROR", "ITEM_PIPELINES": dict(ITEM_PIPELINES) | first}
    await crawl("resources", settings=settings, campaign=web.campaign())
    with Store.open(web.database) as store:
        assert store.site.document_count() == len(GUIDES)
        assert store.findings.matches(gone)


async def test_robots_txt_says_where_the_sitemap_is(web: ResourceWeb) -> None:
    web.serve(OWN, "/robots.txt", f"Sitemap: http://{OWN}/elsewhere.xml\n", kind="text/plain")
    web.serve(OWN, "/sitemap.xml", "", status=404)
    web.serve(OWN, "/elsewhere.xml", f"<urlset><url><loc>http://{OWN}/guides/hot-composting.html</loc></url></urlset>", kind=XML)
    await index(web)
    assert indexed(web) == {f"http://{OWN}/guides/hot-composting.html"}


@pytest.mark.parametrize(
    "sitemap",
    [
        "",
        "<urlset></urlset>",
        "<urlset><url><loc>http://other.test/page</loc></url></urlset>",
        "<html><body>Not found",
        "\0\1\2 neither XML nor text",
        LAUGHS,
        gzip.compress(b" " * 60_000_000),
        gzip.compress(b"<urlset>")[:-6],
        f"<sitemapindex><sitemap><loc>http://{OWN}/sitemap.xml</loc></sitemap></sitemapindex>",
    ],
    ids=["empty", "no pages", "others' pages", "a page", "garbage", "billion laughs", "gzip bomb", "broken gzip", "itself"],
)
async def test_a_sitemap_that_leads_nowhere_is_replaced_by_a_crawl(web: ResourceWeb, sitemap: str | bytes) -> None:
    web.serve(OWN, "/sitemap.xml", sitemap, kind=XML)
    home(web, "/guides/hot-composting.html", "/guides/forcing-rhubarb.html")
    crawler = await index(web)
    assert indexed(web) == {f"http://{OWN}/", f"http://{OWN}/guides/hot-composting.html", f"http://{OWN}/guides/forcing-rhubarb.html"}
    assert not did_nothing(crawler)


async def test_sitemaps_that_name_each_other_end(web: ResourceWeb) -> None:
    for name, other in (("sitemap", "b"), ("b", "sitemap")):
        more = "".join(f"<sitemap><loc>http://{OWN}/{name}-{n}.xml</loc></sitemap>" for n in range(2))
        web.serve(
            OWN, f"/{name}.xml", f"<sitemapindex><sitemap><loc>http://{OWN}/{other}.xml</loc></sitemap>{more}</sitemapindex>", kind=XML
        )
    web.serve(OWN, "/b-1.xml", f"<urlset><url><loc>http://{OWN}/guides/hot-composting.html</loc></url></urlset>", kind=XML)
    await index(web)
    assert indexed(web) == {f"http://{OWN}/guides/hot-composting.html"}
    assert max(web.asked().values()) == 1


async def test_a_site_without_pages_is_told_as_nothing_done(web: ResourceWeb) -> None:
    web.serve(OWN, "/sitemap.xml", "", status=404)
    web.serve(OWN, "/", "", status=404)
    assert did_nothing(await index(web))
    assert indexed(web) == set()


async def test_a_crawl_stays_on_the_site_and_leaves_files_alone(web: ResourceWeb) -> None:
    web.serve(OWN, "/sitemap.xml", "", status=404)
    home(web, "/guides/hot-composting.html", "http://other.test/", "/picture.jpg", "/feed.xml", "mailto:me@mine.test", "http://[bad/")
    web.serve("other.test", "/", "<h1>Other</h1>")
    await index(web)
    assert {url for url in web.asked() if not url.endswith("/sitemap.xml")} == {
        f"http://{OWN}/",
        f"http://{OWN}/guides/hot-composting.html",
    }


async def test_max_pages_holds(web: ResourceWeb) -> None:
    web.write_campaign([])
    text = (web.folder / "campaign.toml").read_text("utf-8").replace("[seeds]", "max_pages = 3\n[seeds]")
    (web.folder / "campaign.toml").write_text(text, "utf-8")
    await crawl("site", settings=web.settings, campaign=web.campaign())
    assert len(indexed(web)) == 3


async def test_an_own_page_that_leads_to_another_site_is_not_offered(web: ResourceWeb) -> None:
    web.serve("sold.test", "/", f"<title>Forcing rhubarb</title><p>{'rhubarb ' * 50}</p>")
    web.redirect(OWN, "/guides/forcing-rhubarb.html", "http://sold.test/")
    await index(web)
    with Store.open(web.database) as store:
        assert list(store.site.search(["rhubarb"], 5)) == []


async def test_a_listed_page_that_moved_on_the_site_is_offered_where_it_is_now(web: ResourceWeb) -> None:
    web.redirect(OWN, "/old-rhubarb", f"http://{OWN}/guides/forcing-rhubarb.html")
    web.write_campaign([])
    listed = f'pages = ["http://{OWN}/old-rhubarb", "http://{OWN}/guides/hot-composting.html"]\n[seeds]'
    text = (web.folder / "campaign.toml").read_text("utf-8").replace("[seeds]", listed)
    (web.folder / "campaign.toml").write_text(text, "utf-8")
    await crawl("site", settings=web.settings, campaign=web.campaign())
    assert web.asked()[f"http://{OWN}/sitemap.xml"] == 0
    with Store.open(web.database) as store:
        assert list(store.site.search(["rhubarb"], 5)) == [f"http://{OWN}/guides/forcing-rhubarb.html"]


async def test_a_page_that_is_gone_is_forgotten_one_in_trouble_is_not(web: ResourceWeb) -> None:
    await index(web)
    web.serve(OWN, "/guides/forcing-rhubarb.html", "", status=404)
    await index(web)
    with Store.open(web.database) as store:
        assert list(store.site.search(["rhubarb"], 5)) == []
    web.serve(OWN, "/guides/hot-composting.html", "", status=503)
    await index(web)
    with Store.open(web.database) as store:
        assert len(store.site.search(["composting"], 5)) == 1


async def test_dead_links_on_own_pages_are_a_list_to_fix_and_no_prospect(web: ResourceWeb) -> None:
    gone = web.missing("old.test", "/gone")
    page = web.serve(OWN, "/guides/hot-composting.html", f'<h1>Hot composting</h1><p>See <a href="{gone}">this guide</a>.</p>')
    seed = web.link_list("lists.test", "/links.html", [web.page("site.test", "/page")])
    web.write_campaign([seed])
    await crawl("resources", settings=web.settings, campaign=web.campaign())
    with Store.open(web.database) as store:
        assert [(row["page_url"], row["target_url"]) for row in store.reports.own_dead_links()] == [(page, gone)]
        assert list(store.reports.prospects()) == []


class TestTwoSites:
    SECOND = '[[sites]]\nurl = "http://second.test/"'

    async def test_one_without_a_sitemap_is_crawled_beside_one_with(self, web: ResourceWeb) -> None:
        web.serve("second.test", "/", '<title>Second</title><a href="/about">About</a>')
        web.serve("second.test", "/about", "<title>About</title><h1>About</h1>")
        await index(web, extra=self.SECOND)
        assert indexed(web) == GUIDES | {"http://second.test/", "http://second.test/about"}

    async def test_a_slow_one_is_not_forgotten_because_the_other_was_quick(self, web: ResourceWeb) -> None:
        """All of the first site is read before the second's robots.txt has come."""
        web.serve("second.test", "/sitemap.xml", "<urlset><url><loc>http://second.test/about</loc></url></urlset>", kind=XML)
        web.serve("second.test", "/about", "<title>About</title><h1>About</h1>")
        for _ in range(2):
            await index(web, extra=self.SECOND)
            web.site.serves("/robots.txt", host="second.test", status=404, headers=HTML, delay=0.5)
        assert indexed(web) == GUIDES | {"http://second.test/about"}


class TestDelay:
    async def test_the_own_site_may_be_read_faster_than_strangers(self, web: ResourceWeb) -> None:
        await self.index_with(web, own=0, others=0.3)
        assert sum(web.site.gaps(host=OWN)) < 1.5

    async def test_or_slower(self, web: ResourceWeb) -> None:
        await self.index_with(web, own=0.1, others=0)
        assert min(web.site.gaps(host=OWN)[1:]) >= 0.09

    async def index_with(self, web: ResourceWeb, *, own: float, others: float) -> None:
        web.write_campaign([], crawl={"delay": others})
        text = (web.folder / "campaign.toml").read_text("utf-8").replace("[seeds]", f"delay = {own}\n[seeds]")
        (web.folder / "campaign.toml").write_text(text, "utf-8")
        await crawl("site", settings=web.settings | {"DOWNLOAD_DELAY": None}, campaign=web.campaign())
