"""The main job on pages that are not as one would like them: each costs at most itself."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from scrapy.crawler import Crawler

from prospector.contacts.wishes import Wish
from prospector.items import Draft, ResourcePage, VerdictKind
from prospector.spiders import reading, resources
from prospector.store import Store
from tests.crawling import crawl
from tests.resource_web import OWN, ResourceWeb


async def run(web: ResourceWeb, *seeds: str, spider: str = "resources", **campaign: Any) -> tuple[list[Any], Crawler]:
    web.write_campaign(seeds, **campaign)
    return await crawl(spider, settings=web.settings | {"LOG_LEVEL": "ERROR"}, campaign=web.campaign())


@pytest.fixture
def store(web: ResourceWeb) -> Store:
    """The database after the crawl: ask for nothing of it before."""
    return Store.open(web.database)


def some(web: ResourceWeb, number: int = 3) -> list[str]:
    return [web.missing("old.test", "/drying-sage-leaves"), *(web.page(f"site{n}.test", f"/page-{n}") for n in range(number - 1))]


async def test_a_seed_becomes_a_letter(web: ResourceWeb) -> None:
    seed = web.link_list("lists.test", "/links.html", some(web))
    items, _ = await run(web, seed)
    (draft,) = items
    assert isinstance(draft, Draft)
    assert (draft.page_url, draft.recipient) == (seed, "editor@lists.test")
    assert "http://mine.test/guides/drying-sage-leaves.html" in draft.body


async def test_a_page_without_links_is_done_at_once(web: ResourceWeb) -> None:
    seed = web.link_list("lists.test", "/links.html", [])
    await run(web, seed)
    with Store.open(web.database) as store:
        assert [page.url for page in store.pages.known()] == [seed]
        assert store.pages.undone() == []


async def test_a_target_is_asked_once_however_many_pages_link_to_it(web: ResourceWeb) -> None:
    targets = some(web)
    seeds = [web.link_list(f"lists{n}.test", "/links.html", targets) for n in range(4)]
    items, _ = await run(web, *seeds)
    assert {web.asked()[url] for url in targets} == {1}
    assert {item.page_url for item in items} == set(seeds)


async def test_every_letter_is_written_once_with_all_that_is_known_of_its_targets(web: ResourceWeb) -> None:
    """The second list is slow: the first one's letter waits for it, because it tells more about the same dead page."""
    targets = some(web)
    quick = web.link_list("quick.test", "/links.html", targets)
    slow = web.link_list("slow.test", "/links.html", targets, delay=0.5)
    items, _ = await run(web, quick, slow)
    assert sorted(item.page_url for item in items) == [quick, slow]
    with Store.open(web.database) as store:
        parts = {row["page_url"]: " ".join(row["parts"]) for row in store.reports.prospects()}
    assert all("1 other site" in parts[url] for url in (quick, slow))


async def test_a_page_that_links_to_what_another_has_is_worked_on_again_with_it(web: ResourceWeb) -> None:
    targets = some(web)
    first = web.link_list("first.test", "/links.html", targets)
    await run(web, first)
    second = web.link_list("second.test", "/links.html", targets)
    await run(web, first, second)
    with Store.open(web.database) as store:
        parts = {row["page_url"]: " ".join(row["parts"]) for row in store.reports.prospects()}
        assert "1 other site" in parts[first]
        assert store.pages.undone() == []
    assert web.asked()[first] == 1


async def test_a_seed_that_is_a_frameset_is_read_with_its_frames(web: ResourceWeb) -> None:
    listed = web.link_list("old.lists.test", "/main.html", some(web))
    menu = web.serve("old.lists.test", "/menu.html", "<title>Menu</title><a href='main.html' target='main'>Home</a>")
    foreign = web.serve("banners.test", "/top.html", "<title>Banner</title>")
    frames = (
        f'<frame src="{foreign}"><frame src="menu.html"><frameset rows="9%,*"><frame src="main.html"><frame src="index.html"></frameset>'
    )
    seed = web.serve("old.lists.test", "/index.html", f"<title>Links</title><frameset cols='20%,*'>{frames}</frameset>")
    items, _ = await run(web, seed, crawl={"depth": 0})
    assert [item.page_url for item in items] == [listed]
    assert [web.asked()[url] for url in (seed, listed, menu, foreign)] == [1, 1, 1, 0]


class TestFindingAContactCosts:
    """At most four requests a site, none when the page itself answers."""

    ASIDE = tuple(f"{name}.html" for name in ("contact", "contact-us", "about", "about-us", "imprint", "staff", "team", "feedback"))

    def lists(self, web: ResourceWeb, footer: str) -> list[str]:
        """Two pages of links of one site, with many pages that promise an address."""
        targets = some(web)
        for path in self.ASIDE:
            web.serve("lists.test", f"/{path}", f"<title>{path}</title><p>Nobody to be found here.</p>")
        menu = "".join(f'<p><a href="/{path}">{path.removesuffix(".html").replace("-", " ").capitalize()}</a></p>' for path in self.ASIDE)
        items = "".join(f'<li><a href="{url}">Drying sage {n}</a>, worth a visit</li>' for n, url in enumerate(targets))
        html = "<title>Useful links {0}</title><h1>Useful links {0}</h1><ul>{1}</ul>{2}{3}"
        one = web.serve("lists.test", "/links.html", html.format(1, items, menu, footer))
        more = f'<li><a href="{web.page("more.test", "/sage")}">More of sage</a>, worth a visit</li>'
        return [one, web.serve("lists.test", "/resources.html", html.format(2, items + more, menu, footer))]

    async def test_four_requests_for_all_pages_of_a_site(self, web: ResourceWeb) -> None:
        seeds = self.lists(web, "")
        await run(web, *seeds, crawl={"depth": 0})
        asked = {url: times for url, times in web.asked().items() if "//lists.test/" in url and url not in seeds}
        assert set(asked.values()) == {1}
        assert len(asked) == 4
        await run(web, *seeds, crawl={"depth": 0, "refetch_days": 0})
        assert {url: times for url, times in web.asked().items() if url in asked} == asked

    async def test_what_a_contact_page_asks_for_holds_for_the_whole_site(self, web: ResourceWeb) -> None:
        seeds = self.lists(web, "")
        contact = "http://lists.test/contact.html"
        web.serve(
            "lists.test", "/contact.html", "<p>Write to ann@lists.test about the garden. No link requests, and no guest posts, please.</p>"
        )
        await run(web, *seeds, crawl={"depth": 0})
        with Store.open(web.database) as store:
            said = [row["flags"] for row in store.reports.prospects() if "//lists.test/" in str(row["page_url"])]
            assert len(said) == 2
            for flags in said:
                assert f"its site asks for no such letters: “No link requests, and no guest posts, please.” ({contact})" in str(flags)
            assert [draft.page_url for draft in store.drafts.list() if draft.page_url in seeds] == []

    async def test_what_was_asked_for_holds_until_its_page_says_otherwise(self, web: ResourceWeb) -> None:
        seeds = self.lists(web, "")
        contact = web.serve("lists.test", "/contact.html", "<p>No link requests, please.</p>")

        async def wish() -> Wish | None:
            await run(web, *seeds, crawl={"depth": 0, "refetch_days": 0})
            with Store.open(web.database) as store:
                return store.prospects.wish("lists.test")

        asked = Wish(sentence="No link requests, please.", source_url=contact)
        assert await wish() == asked
        with closing(sqlite3.connect(web.database)) as database, database:  # its contacts are so old that they are forgotten
            database.execute("DELETE FROM sites")
        web.serve("lists.test", "/contact.html", "", status=503)
        assert await wish() == asked
        web.serve("lists.test", "/contact.html", "<title>Just a moment...</title><script>window._cf_chl_opt={}</script>")
        assert await wish() == asked
        with closing(sqlite3.connect(web.database)) as database, database:
            database.execute("DELETE FROM sites")
        web.serve("lists.test", "/contact.html", "<p>Write to us about anything.</p>")
        assert await wish() is None

    async def test_a_contact_page_that_did_not_answer_is_asked_again_by_the_next_run(self, web: ResourceWeb) -> None:
        seeds = self.lists(web, "")
        web.serve("lists.test", "/contact.html", "", status=503)
        await run(web, *seeds, crawl={"depth": 0})
        web.serve("lists.test", "/contact.html", "<p>No link requests, please.</p>")
        await run(web, *seeds, crawl={"depth": 0, "refetch_days": 0})
        with Store.open(web.database) as store:
            assert store.prospects.wish("lists.test") is not None

    async def test_none_when_the_page_answers(self, web: ResourceWeb) -> None:
        seeds = self.lists(web, "<p>Broken link? Write to <a href='mailto:ann@lists.test'>Ann</a></p>")
        items, _ = await run(web, *seeds, crawl={"depth": 0})
        assert {item.recipient for item in items} == {"ann@lists.test"}
        assert [url for url in web.asked() if "//lists.test/" in url] == seeds


class TestTheSamePage:
    async def test_by_a_redirect_to_a_seed_is_read_once(self, web: ResourceWeb) -> None:
        seed = web.link_list("lists.test", "/links.html", some(web))
        old = web.redirect("lists.test", "/old-links.html", seed)
        items, _ = await run(web, old, seed)
        assert [item.page_url for item in items] == [seed]

    async def test_by_two_redirects_to_a_third_address_is_read_once(self, web: ResourceWeb) -> None:
        target = web.link_list("lists.test", "/links.html", some(web))
        seeds = [web.redirect("lists.test", f"/old{n}", target) for n in range(2)]
        items, _ = await run(web, *seeds)
        assert [item.page_url for item in items] == [seeds[0]]

    async def test_is_known_again_by_a_later_run(self, web: ResourceWeb) -> None:
        target = web.link_list("lists.test", "/links.html", some(web))
        old = web.redirect("lists.test", "/old", target)
        await run(web, old)
        items, _ = await run(web, old, target)
        assert items == []

    async def test_without_a_redirect_is_known_by_its_links(self, web: ResourceWeb) -> None:
        targets = some(web)
        seeds = [web.link_list("lists.test", path, targets) for path in ("/links/", "/links/index.html")]
        items, _ = await run(web, *seeds)
        assert [item.page_url for item in items] == seeds[:1]

    async def test_is_not_assumed_of_another_list_with_the_same_title(self, web: ResourceWeb) -> None:
        seeds = [
            web.link_list("lists.test", path, [web.missing("old.test", f"{path}drying-sage-leaves-{n}") for n in range(3)])
            for path in ("/herbs/", "/trees/")
        ]
        items, _ = await run(web, *seeds)
        assert {item.page_url for item in items} == set(seeds)


@pytest.mark.parametrize(
    ("leads_to", "why"),
    [
        (f"http://{OWN}/guides/hot-composting.html", "it leads to your own site"),
        ("http://ignored.test/links.html", "which the campaign ignores"),
    ],
)
async def test_a_seed_that_leads_astray_is_no_prospect(web: ResourceWeb, leads_to: str, why: str) -> None:
    web.link_list("ignored.test", "/links.html", some(web))
    seed = web.redirect("lists.test", "/links.html", leads_to)
    items, crawler = await run(web, seed, extra='[ignore]\nhosts = ["ignored.test"]')
    assert items == []
    with Store.open(web.database) as store:
        assert why in store.visits.problems()[seed]
    assert crawler.stats is not None
    assert crawler.stats.get_value("prospector/did_nothing")


async def test_a_seed_whose_site_moved_is_a_page_of_the_new_site(web: ResourceWeb) -> None:
    new = web.link_list("new.test", "/links.html", some(web))
    items, _ = await run(web, web.redirect("lists.test", "/links.html", new))
    assert [item.recipient for item in items] == ["editor@new.test"]


async def test_a_page_further_on_that_leads_to_another_site_is_left_alone(web: ResourceWeb) -> None:
    web.link_list("elsewhere.test", "/", some(web))
    web.redirect("lists.test", "/resources", "http://elsewhere.test/")
    seed = web.link_list("lists.test", "/links.html", some(web), more=["/resources"])
    items, _ = await run(web, seed)
    assert [item.page_url for item in items] == [seed]


async def test_seeds_on_the_own_site_or_ignored_are_left_out(web: ResourceWeb) -> None:
    seed = web.link_list("lists.test", "/links.html", some(web))
    ignored = web.link_list("ignored.test", "/links.html", some(web))
    await run(web, f"http://{OWN}/guides/hot-composting.html", ignored, seed, extra='[ignore]\nhosts = ["ignored.test"]')
    assert web.asked()[ignored] == 0
    with Store.open(web.database) as store:
        assert [page.url for page in store.pages.known()] == [seed]


async def test_ignored_links_are_never_asked_for_not_even_those_found_before(web: ResourceWeb) -> None:
    ignored = web.page("ignored.test", "/page")
    seed = web.link_list("lists.test", "/links.html", [*some(web), ignored])
    with Store.open(web.folder / "output" / "web.db") as store:  # as if it had been found before it was ignored
        store.evidence.save_observations([])
    await run(web, seed, extra='[ignore]\nlinks = ["http://ignored.test/"]')
    assert web.asked()[ignored] == 0


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"body": b"%PDF-1.7 not a page", "kind": "application/pdf"}, "no web page but application/pdf"),
        ({"body": b"%PDF-1.7 not a page", "kind": "text/html"}, "no web page but application/pdf"),
        ({"body": b"", "kind": "text/html"}, "it is empty"),
        ({"body": b"gone", "status": 410}, "status 410"),
        ({"body": b"PNG", "kind": "image/png"}, "no web page but image/png"),
    ],
)
async def test_a_seed_that_is_no_page_says_so_and_others_go_on(web: ResourceWeb, answer: dict[str, Any], why: str) -> None:
    good = web.link_list("lists.test", "/links.html", some(web))
    bad = web.serve("odd.test", "/links", **answer)
    items, crawler = await run(web, bad, good)
    assert [item.page_url for item in items] == [good]
    with Store.open(web.database) as store:
        assert why in store.visits.problems()[bad]
    assert crawler.stats is not None
    assert not crawler.stats.get_value("prospector/did_nothing")


@pytest.mark.parametrize("host", ["no-such-name.test", "refusing.test:8081", "lists.test"])
async def test_when_no_seed_can_be_read_the_run_did_nothing_and_ends(web: ResourceWeb, host: str) -> None:
    items, crawler = await run(web, f"http://{host}/links.html")
    assert items == []
    assert crawler.stats is not None
    assert crawler.stats.get_value("prospector/did_nothing")
    assert crawler.stats.get_value("finish_reason") == "finished"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html; charset=utf-8", "<title>Länkar</title><h1>Länkar</h1>".encode("latin-1")),
        ("text/html; charset=klingon", "<meta charset=iso-8859-1><title>Länkar</title><h1>Länkar</h1>".encode("latin-1")),
        ("text/html; charset=utf-16", "<title>Länkar</title><h1>Länkar</h1>".encode()),
        ("text/html", "<title>Länkar</title><h1>Länkar</h1>".encode("utf-16")),
    ],
)
async def test_a_wrong_charset_costs_no_link(web: ResourceWeb, kind: str, body: bytes) -> None:
    targets = some(web)
    links = "".join(f'<li><a href="{url}">en sida</a></li>' for url in targets)
    wide = body.startswith((b"\xff\xfe", b"\xfe\xff"))
    seed = web.serve("lists.test", "/links.html", body + links.encode("utf-16-le" if wide else "latin-1"), kind=kind)
    await run(web, seed)
    with Store.open(web.database) as store:
        assert {link.target_url for link in store.pages.links_of(seed)} == set(targets)


async def test_an_address_too_long_for_anybody_costs_itself_only(web: ResourceWeb) -> None:
    good = web.link_list("lists.test", "/links.html", some(web))
    items, _ = await run(web, f"http://lists.test/{'x' * 9000}", good)
    assert [item.page_url for item in items] == [good]


async def test_a_page_that_our_own_code_trips_over_costs_itself_only(
    web: ResourceWeb, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    read = reading.read_resource_page

    def trip(response: Any, *rest: Any, **named: Any) -> ResourcePage:
        if "odd" in response.url:
            raise TypeError("never seen before")
        return read(response, *rest, **named)

    monkeypatch.setattr(resources, "read_resource_page", trip)
    good = web.link_list("lists.test", "/links.html", some(web))
    odd = web.link_list("odd.test", "/links.html", some(web))
    with caplog.at_level(logging.ERROR):
        items, _ = await run(web, odd, good)
    assert [item.page_url for item in items] == [good]
    with Store.open(web.database) as store:
        assert "TypeError: never seen before" in store.visits.problems()[odd]
    assert [record.exc_info is not None for record in caplog.records] == [True]


class TestLimits:
    async def test_pages_per_site_hold_over_all_runs(self, web: ResourceWeb) -> None:
        more = [f"/resources-{n}.html" for n in range(6)]
        for path in more:
            web.link_list("lists.test", path, [web.page("site.test", path)])
        seed = web.link_list("lists.test", "/links.html", some(web), more=more)
        for _ in range(2):
            await run(web, seed, crawl={"pages_per_site": 3, "refetch_days": 0})
        asked = [url for url in web.asked() if url.startswith("http://lists.test/")]
        assert len(asked) == 3

    async def test_max_pages_leaves_the_rest_for_the_next_run(self, web: ResourceWeb) -> None:
        seeds = [web.link_list(f"lists{n}.test", "/links.html", some(web)) for n in range(3)]
        _, crawler = await run(web, *seeds, crawl={"max_pages": 2})
        assert crawler.stats is not None
        assert crawler.stats.get_value("prospector/left_for_next_run") == 1
        await run(web, *seeds, crawl={"max_pages": 2})
        assert [web.asked()[seed] for seed in seeds] == [1, 1, 1]

    async def test_depth_0_reads_the_seeds_alone(self, web: ResourceWeb) -> None:
        web.link_list("lists.test", "/resources.html", some(web))
        seed = web.link_list("lists.test", "/links.html", some(web), more=["/resources.html"])
        await run(web, seed, crawl={"depth": 0})
        assert web.asked()["http://lists.test/resources.html"] == 0

    async def test_one_host_with_many_pages_holds_nobody_up(self, web: ResourceWeb) -> None:
        """Twenty slow seeds on one host, one on another: the other does not wait behind them."""
        slow = [web.link_list("slow.test", f"/links{n}.html", [], delay=0.05) for n in range(20)]
        other = web.link_list("other.test", "/links.html", [])
        web.write_campaign([*slow, other])
        settings = {**web.settings, "LOG_LEVEL": "ERROR", "CONCURRENT_REQUESTS": 2, "CONCURRENT_REQUESTS_PER_DOMAIN": 1}
        await crawl("resources", settings=settings, campaign=web.campaign())
        hosts = [hit.host for hit in web.site.hits() if hit.path.endswith(".html") and hit.host in {"slow.test", "other.test"}]
        assert hosts.index("other.test") <= 2
        assert web.site.most_at_once("slow.test") == 1


async def test_nothing_is_asked_again_within_its_time(web: ResourceWeb) -> None:
    seed = web.link_list("lists.test", "/links.html", some(web))
    await run(web, seed)
    before = len(web.site.hits())
    _, crawler = await run(web, seed)
    assert len(web.site.hits()) == before
    assert crawler.stats is not None
    assert not crawler.stats.get_value("prospector/did_nothing")


async def test_a_seed_that_failed_is_tried_again_at_once_only_as_long_as_nothing_was_read(web: ResourceWeb) -> None:
    bad = web.serve("lists.test", "/links.html", "", status=500)
    for _ in range(2):
        await run(web, bad)
    assert web.asked()[bad] == 2
    good = web.link_list("good.test", "/links.html", some(web))
    await run(web, bad, good)
    await run(web, bad, good)
    assert web.asked()[bad] == 3


async def test_a_recheck_reads_the_page_again_and_withdraws_what_fell(web: ResourceWeb) -> None:
    gone = web.missing("old.test", "/drying-sage-leaves")
    seed = web.link_list("lists.test", "/links.html", [gone])
    quick = '[verdicts]\ngone = { passes = 2, gap = "0s" }\nalive = "0s"'
    await run(web, seed, extra=quick)
    web.page("old.test", "/drying-sage-leaves")
    await run(web, seed, spider="recheck", extra=quick)
    assert web.asked()[seed] == 2
    with Store.open(web.database) as store:
        verdict = store.evidence.verdict(gone)
        assert verdict is not None
        assert verdict.kind is VerdictKind.ALIVE
        assert [draft.status for draft in store.drafts.list()] == ["withdrawn"]


async def test_a_recheck_keeps_how_the_page_was_found(web: ResourceWeb) -> None:
    web.link_list("lists.test", "/resources.html", some(web, 10))
    seed = web.link_list("lists.test", "/links.html", [], more=["/resources.html"])
    quick = '[verdicts]\ngone = { passes = 2, gap = "0s" }'
    for spider in ("resources", "recheck"):
        await run(web, seed, spider=spider, extra=quick)
    with Store.open(web.database) as store:
        page = store.pages.get("http://lists.test/resources.html")
    assert page is not None
    assert (page.depth, page.seed) == (1, seed)
    assert len(page.links) == 10


async def test_matches_follow_when_the_own_site_is_indexed_anew(web: ResourceWeb) -> None:
    """The own site was down at first: nothing could be offered, and no letter was written."""
    seed = web.link_list("lists.test", "/links.html", some(web))
    web.write_campaign([seed])
    web.serve(OWN, "/sitemap.xml", "", status=503)
    web.serve(OWN, "/", "", status=503)
    await crawl("resources", settings=web.settings | {"LOG_LEVEL": "CRITICAL"}, campaign=web.campaign())
    with Store.open(web.database) as store:
        assert store.drafts.list() == ()
    web.serve_own_site()
    items, _ = await run(web, seed)
    assert [item.page_url for item in items] == [seed]
    assert web.asked()[seed] == 1
