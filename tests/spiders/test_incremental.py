"""A second crawl asks for what changed or is due, and a run ends when its budget is used up: both go on where the last one ended."""

from __future__ import annotations

from typing import Any

import pytest

from prospector.items import DraftStatus
from prospector.store import Store
from tests.crawling import crawl
from tests.resource_web import ResourceWeb

AT_ONCE = {"refetch_days": 0, "site_index_days": 30}


async def run(web: ResourceWeb, spider: str = "resources", **settings: Any) -> dict[str, Any]:
    """What the run counted."""
    _, crawler = await crawl(spider, settings=web.settings | {"LOG_LEVEL": "ERROR"} | settings, campaign=web.campaign())
    assert crawler.stats is not None
    return {name.removeprefix("prospector/"): value for name, value in crawler.stats.get_stats().items()}


def targets(web: ResourceWeb, number: int) -> list[str]:
    return [web.missing("gone.test", "/hot-composting.html"), *(web.page(f"site{n}.test", "/guide") for n in range(number))]


async def test_a_page_that_did_not_change_is_not_read_again_and_its_links_stand(web: ResourceWeb) -> None:
    seed = web.link_list("lists.test", "/links.html", targets(web, 3))
    html = web.site.answer_body("/links.html", host="lists.test")
    kind = {"Content-Type": "text/html", "ETag": '"v1"', "Last-Modified": "Sat, 14 Nov 2026 08:00:00 GMT"}
    web.site.serves("/links.html", host="lists.test", body=html, headers=kind)
    web.write_campaign([seed], crawl=AT_ONCE)
    await run(web)
    with Store.open(web.database) as store:
        before = store.pages.get(seed)
        drafted = store.drafts.list()

    web.serve("lists.test", "/links.html", "", status=304, ETag='"v1"')
    counted = await run(web)

    hit = web.site.hits("/links.html")[-1]
    assert (hit.headers["if-none-match"], hit.headers["if-modified-since"]) == ('"v1"', "Sat, 14 Nov 2026 08:00:00 GMT")
    assert (counted["pages_unchanged"], counted.get("pages", 0)) == (1, 0)
    with Store.open(web.database) as store:
        after = store.pages.get(seed)
        assert after is not None
        assert before is not None
        assert (after.links, after.fetched_at) == (before.links, before.fetched_at)
        assert store.drafts.list() == drafted
        assert store.visits.problems() == {}


async def test_a_second_crawl_asks_hardly_anything(web: ResourceWeb) -> None:
    seed = web.link_list("lists.test", "/links.html", targets(web, 40))
    web.serve("lists.test", "/links.html", web.site.answer_body("/links.html", host="lists.test"), ETag='"v1"')
    web.write_campaign([seed], crawl=AT_ONCE)
    await run(web)
    first = web.asked().total()
    web.serve("lists.test", "/links.html", "", status=304)
    await run(web)
    assert web.asked().total() - first == 1 <= 0.05 * first


async def test_a_claim_is_never_rested_on_what_a_server_says_did_not_change(web: ResourceWeb) -> None:
    seed = web.link_list("lists.test", "/links.html", targets(web, 1))
    web.serve("lists.test", "/links.html", web.site.answer_body("/links.html", host="lists.test"), ETag='"v1"')
    web.write_campaign([seed], extra='[verdicts]\ngone = { passes = 2, gap = "0s" }')
    await run(web)
    await run(web, "recheck")
    assert "if-none-match" not in web.site.hits("/links.html")[-1].headers


@pytest.mark.parametrize("budget", [{"max_requests": 15}, {"max_minutes": 0.02}])
async def test_a_run_ends_with_its_budget_and_later_ones_go_on(
    web: ResourceWeb, budget: dict[str, float], capsys: pytest.CaptureFixture[str]
) -> None:
    gone = web.missing("gone.test", "/hot-composting.html")
    slow = [web.page("slow.test", f"/page-{n}", delay=0.1) for n in range(25)]
    seed = web.link_list("lists.test", "/links.html", [gone, *slow])
    web.write_campaign([seed], crawl=budget)

    counted = await run(web)
    (name,) = budget
    assert counted["finish_reason"] == "finished"
    assert f"The budget of a run is used up (crawl.{name} = {budget[name]:g})" in capsys.readouterr().err
    assert 0 < counted["checked"] < 25

    while counted.get("checked"):
        counted = await run(web)
    asked = web.asked()
    assert {asked[url] for url in (gone, *slow)} == {1}
    with Store.open(web.database) as store:
        assert {draft.status for draft in store.drafts.list()} == {DraftStatus.WAITING}


async def test_an_index_that_a_budget_cut_short_is_not_taken_for_the_whole_site(web: ResourceWeb) -> None:
    rows = "".join(f"<url><loc>http://mine.test/page-{n}</loc></url>" for n in range(30))
    for n in range(30):
        web.serve("mine.test", f"/page-{n}", f"<title>{n}</title><h1>Page {n}</h1><p>Something to read.</p>", delay=0.1)
    web.serve("mine.test", "/sitemap.xml", f"<urlset>{rows}</urlset>", kind="application/xml")
    web.write_campaign([web.link_list("lists.test", "/links.html", targets(web, 1))], crawl={"max_minutes": 0.02})
    await run(web)
    with Store.open(web.database) as store:
        assert 0 < store.site.document_count() < 30
        assert store.drafts.list() == ()
    web.write_campaign([web.link_list("lists.test", "/links.html", targets(web, 1))])
    await run(web)
    with Store.open(web.database) as store:
        assert store.site.document_count() == 30
        assert {web.asked()[f"http://mine.test/page-{n}"] for n in range(30)} <= {1, 2}
