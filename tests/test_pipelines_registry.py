"""Registries in the flow of a crawl: their word is evidence in the store, asked for once, and a crawl without it is none the worse."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from prospector import pipelines_registry
from prospector.checking.rdap_client import Registration
from prospector.items import Via
from prospector.pipelines_registry import in_words
from prospector.store import Store
from prospector.verdicts.evidence import REGISTERED_LATER
from tests.crawling import crawl
from tests.misbehaving_site import MisbehavingSite
from tests.resource_web import ResourceWeb

LOST, CASINO = "http://vanished.test/drying-sage-leaves", "http://taken.test/hot-composting"
SPAM = "<title>Slot gacor, judi online</title><h1>Situs togel dan poker online</h1><p>" + "Daftar sekarang. " * 60


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[ResourceWeb]:
    async with MisbehavingSite() as site:
        web = ResourceWeb(site, tmp_path)
        web.serve("taken.test", "/hot-composting", SPAM)
        web.serve("taken.test", "/", "<title>Slots</title>")
        web.write_campaign(
            [web.link_list("lists.test", "/links.html", [LOST, CASINO])], extra='[verdicts]\ndns = { passes = 3, gap = "0s", span = "0s" }'
        )
        services = {"services": [[["test"], ["http://registry.test/"]]]}
        web.serve("registry.test", "/dns.json", json.dumps(services), kind="application/json")
        yield web


async def run(web: ResourceWeb, spider: str = "resources", **settings: Any) -> dict[str, Any]:
    with_registry = {"RDAP_BOOTSTRAP": "http://registry.test/dns.json", "EXTENSIONS": {}, **settings}
    _, crawler = await crawl(spider, settings=web.settings | with_registry, campaign=web.campaign())
    assert crawler.stats
    return {name.removeprefix("prospector/"): value for name, value in crawler.stats.get_stats().items()}


async def test_no_such_domain_is_an_earlier_look_and_a_young_name_speaks_for_a_hijack(web: ResourceWeb) -> None:
    web.serve("registry.test", "/domain/vanished.test", "", status=404)
    event = {"eventAction": "registration", "eventDate": "2099-01-01T00:00:00Z"}
    web.serve("registry.test", "/domain/taken.test", json.dumps({"ldhName": "taken.test", "events": [event]}), kind="application/rdap+json")
    counted = await run(web)
    assert (counted["registry/absent"], counted["registry/exists"]) == (1, 1)
    with Store.open(web.database) as store:
        lost, casino = store.evidence.verdict(LOST), store.evidence.verdict(CASINO)
        assert lost is not None
        assert (lost.kind, lost.confidence) == ("dns", "probable")
        assert [one.via for one in store.evidence.observations(LOST)] == [Via.HTTP, Via.RDAP]
        assert casino is not None
        assert (casino.kind, casino.confidence) == ("hijacked", "probable")  # a person confirms, whatever speaks for it
        assert "registered-later" in casino.rules
        assert "taken.test was registered on 2099-01-01, says registry.test; that is younger than the link" in casino.reason
    again = await run(web, "recheck")
    assert not [name for name in again if name.startswith("registry/")]
    assert web.asked()["http://registry.test/domain/vanished.test"] == 1
    with Store.open(web.database) as store:
        lost = store.evidence.verdict(LOST)
        assert lost is not None
        assert lost.confidence == "confirmed"  # at the second look of ours: the registry's word is one of three


@pytest.mark.parametrize("bootstrap", ["", "http://registry.test/none.json", "http://nowhere.test/dns.json"])
async def test_a_crawl_without_a_registrys_word_is_none_the_worse(web: ResourceWeb, bootstrap: str) -> None:
    await run(web, RDAP_BOOTSTRAP=bootstrap)
    with Store.open(web.database) as store:
        lost = store.evidence.verdict(LOST)
        assert lost is not None
        assert (lost.kind, lost.confidence) == ("dns", "probable")
        assert [one.via for one in store.evidence.observations(LOST)] == [Via.HTTP]


async def test_a_bug_in_asking_is_told_and_costs_nothing_else(
    web: ResourceWeb, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def trip(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("prospector.checking.rdap_client.RdapClient.ask", trip)
    counted = await run(web)
    assert counted["verdict/dns"] == 1
    assert "Could not ask the registry of vanished.test" in caplog.text


def test_a_name_that_is_older_than_the_link_says_nothing_against_it() -> None:
    registered = Registration(domain="lake.test", registry="r.test", exists=True, registered_at=datetime(2001, 5, 6, tzinfo=UTC))
    assert in_words(registered, datetime(2010, 1, 1, tzinfo=UTC)) == "lake.test was registered on 2001-05-06, says r.test"
    assert REGISTERED_LATER in in_words(registered, datetime(1999, 1, 1, tzinfo=UTC))
    assert REGISTERED_LATER not in in_words(registered, None)


async def test_only_so_many_targets_wait_for_a_registry(web: ResourceWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def never(_: object, domain: str) -> None:
        asked.append(domain)
        await asyncio.Event().wait()

    monkeypatch.setattr("prospector.checking.rdap_client.RdapClient.ask", never)
    monkeypatch.setattr(pipelines_registry, "MOST_WAITING", 1)
    monkeypatch.setattr(pipelines_registry, "LAST_WAIT", 0.1)
    counted = await run(web)
    assert (len(asked), counted["registry/not_asked"]) == (1, 1)
