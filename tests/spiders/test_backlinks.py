"""`scrapy crawl backlinks`: a competitor's dead page becomes a prospect when its link still stands; tools' words alone make none."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from prospector.backlinks.read import read_export
from prospector.spiders.clock import utc_now
from prospector.store import Store
from tests.crawling import crawl
from tests.misbehaving_site import MisbehavingSite
from tests.resource_web import OWN, ResourceWeb

A_PAGE_A_SITE = {"pages_per_site": 1}


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[ResourceWeb]:
    async with MisbehavingSite() as site:
        yield ResourceWeb(site, tmp_path)


def known_links(web: ResourceWeb, *links: tuple[str, str]) -> None:
    text = "source,target\n" + "".join(f"{source},{target}\n" for source, target in links)
    with Store.open(web.campaign().database) as store:
        store.backlinks.save(read_export(io.BytesIO(text.encode()), name="x.csv"), file="x.csv", now=utc_now())


async def test_pages_with_a_dead_target_are_read_and_no_others(web: ResourceWeb) -> None:
    gone, works = web.missing("rival.test", "/drying-sage-leaves"), web.page("rival.test", "/works")
    listing, fine = web.link_list("lists.test", "/links.html", [gone]), web.link_list("fine.test", "/links.html", [works])
    removed = web.link_list("removed.test", "/links.html", [works])  # the tool saw the link, and it is gone since
    web.write_campaign([])
    known_links(web, (listing, gone), (fine, works), (removed, gone))
    await crawl("backlinks", settings=web.settings, campaign=web.campaign())
    assert web.asked()[fine] == 0
    assert web.asked()[listing] == web.asked()[removed] == 1
    with Store.open(web.campaign().database) as store:
        assert store.drafts.of_page(listing) is not None
        assert store.drafts.of_page(removed) is None
        page = store.pages.get(listing)
        assert page is not None
        assert page.seed == listing


async def test_a_second_run_asks_nothing_that_is_not_due(web: ResourceWeb) -> None:
    gone = web.missing("rival.test", "/drying-sage-leaves")
    listing = web.link_list("lists.test", "/links.html", [gone])
    web.write_campaign([])
    known_links(web, (listing, gone))
    await crawl("backlinks", settings=web.settings, campaign=web.campaign())
    before = web.asked()
    await crawl("backlinks", settings=web.settings, campaign=web.campaign())
    assert web.asked()[listing] == before[listing]
    assert web.asked()[gone] == before[gone]


async def test_a_site_is_asked_for_as_many_pages_as_the_campaign_allows(web: ResourceWeb) -> None:
    gone = web.missing("rival.test", "/drying-sage-leaves")
    first, second = (web.link_list("lists.test", path, [gone]) for path in ("/a.html", "/b.html"))
    web.write_campaign([], crawl=A_PAGE_A_SITE)
    known_links(web, (first, gone), (second, gone))
    _, crawler = await crawl("backlinks", settings=web.settings, campaign=web.campaign())
    assert web.asked()[first] + web.asked()[second] == 1
    assert crawler.stats is not None
    assert crawler.stats.get_value("prospector/backlinks_beyond_site_limit") == 1


async def test_what_a_run_left_the_next_one_visits(web: ResourceWeb) -> None:
    gone = web.missing("rival.test", "/drying-sage-leaves")
    pages = [web.link_list(f"lists{number}.test", "/links.html", [gone]) for number in range(2)]
    web.write_campaign([], crawl={"max_pages": 1})
    known_links(web, *((page, gone) for page in pages))
    for read in (1, 2, 2):
        await crawl("backlinks", settings=web.settings, campaign=web.campaign())
        assert sum(web.asked()[page] for page in pages) == read


async def test_ones_own_dead_page_is_judged_and_its_pages_are_left_alone(web: ResourceWeb) -> None:
    mine = web.missing(OWN, "/old-guide.html")
    listing = web.link_list("lists.test", "/links.html", [mine])
    web.write_campaign([])
    known_links(web, (listing, mine))
    await crawl("backlinks", settings=web.settings, campaign=web.campaign())
    assert web.asked()[listing] == 0
    with Store.open(web.campaign().database) as store:
        verdict = store.evidence.verdict(mine)
        assert verdict is not None
        assert verdict.kind.dead
