"""Items on their way into the store: what is judged when, which contact a page gets, what goes no further and how quietly."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.signalmanager import SignalManager

from prospector import pipelines
from prospector.checking.observe import Look
from prospector.contacts.wishes import Wish
from prospector.drafting import Writer, contact_for
from prospector.items import Draft, DraftStatus, Verdict, VerdictKind
from prospector.pipelines import Dropped, FindContacts, JudgeTargets, StorePages
from prospector.spiders.campaign_spider import CampaignSpider, Looks, looks_judged
from prospector.store import Store, StoreError
from prospector.store.suppressions import Reason, Suppressions
from prospector.verdicts.keeping import KEPT_LAST
from tests.crawling import crawl
from tests.misbehaving_site import MisbehavingSite
from tests.resource_web import ResourceWeb
from tests.store import builders as make


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[ResourceWeb]:
    async with MisbehavingSite() as site:
        yield ResourceWeb(site, tmp_path)


class Spider(CampaignSpider):
    """One that only lends its store."""

    name = "lends"

    def give_up(self, error: StoreError) -> None:
        self.broken = error


@pytest.fixture
def crawler(web: ResourceWeb, tmp_path: Path) -> Any:
    web.write_campaign([])
    spider = Spider()
    spider.campaign, spider.store = web.campaign(), Store.open(tmp_path / "garden.db")
    spider.writer = Writer(spider.store, spider.campaign, Suppressions.open(tmp_path / "suppressions.db"))
    crawler = SimpleNamespace(spider=spider, stats=None)
    crawler.signals = SignalManager(crawler)
    spider.crawler = crawler  # type: ignore[assignment]
    return crawler


def look(number: int = 0, **fields: Any) -> Look:
    url = f"https://gone.example.com/{number}"
    return Look(target_url=url, observations=(make.seen(url, **fields),))


class TestJudgeTargets:
    async def test_looks_are_judged_and_told_of_at_once_each_on_its_own(self, crawler: Any) -> None:
        pipeline, store = JudgeTargets(crawler), crawler.spider.store
        told: list[tuple[Look, Verdict]] = []

        def listen(judged: list[tuple[Look, Verdict]]) -> None:
            told.extend(judged)

        crawler.signals.connect(listen, looks_judged)
        looks = [look(0), look(1, status=200)]
        with pytest.raises(Dropped):
            await pipeline.process_item(Looks(looks))
        assert [one for one, _ in told] == looks
        kinds = [verdict.kind for _, verdict in told]
        assert kinds == [VerdictKind.GONE, VerdictKind.ALIVE]
        assert [store.evidence.verdict(one.target_url).kind for one in looks] == kinds

    async def test_a_year_of_looks_at_what_works_leaves_a_few_rows(self, crawler: Any) -> None:
        pipeline, store = JudgeTargets(crawler), crawler.spider.store
        for day in range(365):
            with pytest.raises(Dropped):
                await pipeline.process_item(Looks([look(status=200, observed_at=make.NOON + day * make.DAY)]))
        kept = store.evidence.observations("https://gone.example.com/0")
        assert len(kept) <= KEPT_LAST + 2
        assert (kept[0].observed_at, kept[-1].observed_at) == (make.NOON, make.NOON + 364 * make.DAY)

    async def test_earlier_looks_count(self, crawler: Any) -> None:
        pipeline, store = JudgeTargets(crawler), crawler.spider.store
        for days in (0, 2):
            with pytest.raises(Dropped):
                await pipeline.process_item(Looks([look(observed_at=make.NOON + days * make.DAY)]))
        verdict = store.evidence.verdict("https://gone.example.com/0")
        assert (verdict.kind, verdict.confidence) == (VerdictKind.GONE, "confirmed")

    async def test_of_two_looks_in_one_handful_the_second_knows_the_first(self, crawler: Any) -> None:
        pipeline, store = JudgeTargets(crawler), crawler.spider.store
        with pytest.raises(Dropped):
            await pipeline.process_item(Looks([look(observed_at=make.NOON), look(observed_at=make.NOON + 2 * make.DAY)]))
        assert store.evidence.verdict("https://gone.example.com/0").confidence == "confirmed"

    async def test_what_nobody_has_read_at_the_end_is_judged_all_the_same(self, crawler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        async def left() -> list[Look]:
            return [look(7)]

        monkeypatch.setattr(crawler.spider, "unread_looks", left)
        await JudgeTargets(crawler).close_spider()
        assert crawler.spider.store.evidence.judged() == ["https://gone.example.com/7"]

    async def test_a_store_that_takes_nothing_more_is_told_once_even_at_the_end(
        self, crawler: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: Any, **__: Any) -> None:
            raise StoreError("the disk is full")

        async def left() -> list[Look]:
            return [look(7)]

        monkeypatch.setattr(crawler.spider.store.evidence, "save_checks", full)
        monkeypatch.setattr(crawler.spider, "unread_looks", left)
        pipeline = JudgeTargets(crawler)
        await pipeline.close_spider()
        assert str(crawler.spider.broken) == "the disk is full"
        with pytest.raises(Dropped):
            await pipeline.process_item(Looks([look(1)]))
        await pipeline.close_spider()


class TestABrokenStore:
    async def test_ends_the_crawl_with_the_first_item_and_drops_the_others(self, crawler: Any) -> None:
        pipeline = StorePages(crawler)
        crawler.spider.store.close()
        with pytest.raises(Exception, match="closed"):  # what a mistake of ours looks like stays what it is
            await pipeline.process_item(make.page())
        assert crawler.spider.broken is None
        crawler.spider.give_up(StoreError("the disk is full"))
        with pytest.raises(Dropped):
            await pipeline.process_item(make.page())


class TestContacts:
    async def test_all_read_pages_of_a_site_tell_of_its_contacts_whichever_is_done_first(self, web: ResourceWeb) -> None:
        gone = [web.missing("old.test", f"/drying-sage-leaves-{n}") for n in range(2)]
        silent = web.serve("lists.test", "/a.html", f'<title>Links A</title><h1>Links</h1><a href="{gone[0]}">drying sage leaves</a>')
        seeds = [silent, web.link_list("lists.test", "/b.html", gone[1:])]
        web.write_campaign(seeds)
        items, _ = await crawl("resources", settings=web.settings, campaign=web.campaign())
        assert {item.page_url: item.recipient for item in items} == dict.fromkeys(seeds, "editor@lists.test")

    async def test_an_address_that_is_gone_from_its_page_is_forgotten(self, web: ResourceWeb) -> None:
        gone = [web.missing("old.test", "/drying-sage-leaves")]
        for name in ("old", "new"):
            seed = web.link_list("lists.test", "/links.html", gone, contact=f"{name}@lists.test")
            web.write_campaign([seed], crawl={"refetch_days": 0})
            await crawl("resources", settings=web.settings, campaign=web.campaign())
        with Store.open(web.database) as store:
            assert [draft.recipient for draft in store.drafts.list()] == ["new@lists.test"]

    def test_the_address_on_the_page_itself_comes_before_the_sites_best(self) -> None:
        url = "https://library.herbs.test/links"
        page = make.page(url, html='<p>Found a broken link? Please tell <a href="mailto:ada@herbs.test">Ada Lind</a></p>')
        contacts = [make.contact("webmaster@herbs.test", rank=1), make.contact("ada@herbs.test", rank=2, source_url="elsewhere")]
        chosen = contact_for(page, contacts)
        assert chosen is not None
        assert (chosen.value, chosen.source_url) == ("ada@herbs.test", url)

    def test_a_page_without_one_gets_the_sites(self) -> None:
        assert contact_for(make.page(html="<p>nobody</p>"), [make.contact()]) == make.contact()
        assert contact_for(make.page(html="<p>nobody</p>"), []) is None

    async def test_a_contact_page_is_looked_for_once_a_site_and_stays_on_it(self, web: ResourceWeb) -> None:
        web.redirect("lists.test", "/contact", "http://elsewhere.test/contact")
        web.serve("elsewhere.test", "/contact", '<a href="mailto:me@elsewhere.test">me</a> <a href="mailto:you@lists.test">you</a>')
        gone = web.missing("old.test", "/drying-sage-leaves")
        seeds = []
        for number in range(3):
            page = f'<title>Links {number}</title><h1>Links {number}</h1><ul><li><a href="{gone}">drying sage leaves</a></li></ul>'
            seeds.append(web.serve("lists.test", f"/links-{number}.html", f'{page}<a href="/contact">Contact us</a>'))
        web.write_campaign(seeds)
        await crawl("resources", settings=web.settings, campaign=web.campaign())
        assert web.asked()["http://lists.test/contact"] == 1
        with Store.open(web.database) as store:
            assert store.prospects.contacts("lists.test") == ()
            assert {draft.note.rpartition("; ")[2] for draft in store.drafts.list()} == {"no contact found"}


async def test_only_letters_come_out_and_the_rest_goes_quietly(web: ResourceWeb, caplog: pytest.LogCaptureFixture) -> None:
    targets = [web.missing("old.test", "/drying-sage-leaves"), *(web.page(f"site{n}.test", "/page") for n in range(20))]
    web.write_campaign([web.link_list("lists.test", "/links.html", targets)])
    with caplog.at_level(logging.INFO):
        items, crawler = await crawl("resources", settings=web.settings | {"LOG_LEVEL": "INFO"}, campaign=web.campaign())
    assert [type(item) for item in items] == [Draft]
    assert not [record for record in caplog.records if record.message.startswith(("Dropped", "Scraped"))]
    assert crawler.stats is not None
    assert crawler.stats.get_value("item_error_count") is None


async def test_a_page_that_gets_no_letter_keeps_the_reason(web: ResourceWeb) -> None:
    seed = web.link_list("lists.test", "/links.html", [web.missing("old.test", "/quantum-chromodynamics")])
    web.write_campaign([seed])
    items, _ = await crawl("resources", settings=web.settings, campaign=web.campaign())
    assert items == []
    with Store.open(web.database) as store:
        (row,) = store.reports.prospects()
        assert row["flags"] == ["none of your pages fits what its dead links were about"]
        assert store.pages.undone() == []


async def test_a_letter_whose_page_is_no_prospect_any_more_is_withdrawn(web: ResourceWeb) -> None:
    gone = web.missing("old.test", "/drying-sage-leaves")
    seed = web.link_list("lists.test", "/links.html", [gone])
    web.write_campaign([seed], crawl={"refetch_days": 0})
    await crawl("resources", settings=web.settings, campaign=web.campaign())
    web.link_list("lists.test", "/links.html", [])
    await crawl("resources", settings=web.settings, campaign=web.campaign())
    with Store.open(web.database) as store:
        assert [(draft.status, draft.note) for draft in store.drafts.list()] == [
            (DraftStatus.WITHDRAWN, "none of its links looks dead any more")
        ]


async def test_whoever_was_forgotten_does_not_come_back_in_what_their_site_asks_for(crawler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url, contact = "https://lists.test/links", "https://lists.test/contact"
    crawler.spider.writer.suppressions.add("lind@lists.test", reason=Reason.FORGOTTEN, now=make.NOON)
    crawler.spider.store.pages.save(make.page(url, html='<a href="/contact">Contact us</a>'))
    html = b"<p>No link requests to lind@lists.test, please.</p>"
    answer = SimpleNamespace(status=200, body=html, headers={"content-type": "text/html"}, url=contact)

    async def get(_url: str, **_: Any) -> Any:
        return answer

    async def takes_mail(_domain: str) -> bool:
        return True

    network = SimpleNamespace(get=get, resolver=SimpleNamespace(takes_mail=takes_mail))
    monkeypatch.setattr(pipelines, "network_of", lambda _: network)
    await FindContacts(crawler)._find("lists.test")
    wish = crawler.spider.store.prospects.wish("lists.test")
    assert wish == Wish(sentence="No link requests to [forgotten], please.", source_url=contact)
