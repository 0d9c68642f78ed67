"""Names and passwords in addresses, proxies and environment reach neither the log nor the database nor an error."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from prospector.store import Store
from tests.crawling import crawl, scrapy_async
from tests.misbehaving_site import MisbehavingSite
from tests.resource_web import ResourceWeb

OUR_OWN = ("hunter2", "correcthorse")
SECRETS = (*OUR_OWN, "swordfish", "opensesame")


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[ResourceWeb]:
    async with MisbehavingSite() as site:
        yield ResourceWeb(site, tmp_path)


def build(web: ResourceWeb) -> None:
    with_password = web.missing("old.test", "/drying-sage-leaves").replace("//", "//bob:swordfish@")
    moved = web.redirect("moved.test", "/page", "http://eve:opensesame@old.test/drying-sage-leaves")
    seed = web.link_list("lists.test", "/links.html", [with_password, moved, web.page("site.test", "/ok")])
    web.write_campaign([seed.replace("//", "//ann:hunter2@"), "http://ann:hunter2@no-such-name.test/links"])


def found_in(database: Path) -> set[str]:
    """What any table holds. Saved pages are packed: what a page shows to everybody is no secret."""
    with closing(sqlite3.connect(database)) as connection:
        lines = list(connection.iterdump())
    return {line[:300] for line in lines for secret in SECRETS if secret in line}


async def test_a_password_in_an_address_is_kept_nowhere(
    web: ResourceWeb, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    build(web)
    caplog.set_level(logging.INFO)
    settings = {**web.settings, "LOG_LEVEL": "INFO"}
    await crawl("resources", settings=settings, campaign=web.campaign())
    await crawl("recheck", settings=settings, campaign=web.campaign())
    with Store.open(web.database) as store:
        assert len(store.evidence.observations("http://old.test/drying-sage-leaves")) >= 1
    out, err = capfd.readouterr()
    assert {secret for secret in SECRETS if secret in caplog.text + out + err} == set()
    assert found_in(web.database) == set()


async def test_nor_does_a_command_say_it(web: ResourceWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    build(web)
    for name in ("IMAP_PASSWORD", "PROSPECTOR_IMAP_PASSWORD", "MOZ_SECRET_KEY", "AHREFS_API_KEY"):
        monkeypatch.setenv(name, "correcthorse")
    code, out, err = await scrapy_async("crawl", "resources", cwd=web.folder, **web.settings, LOG_LEVEL="DEBUG")
    assert code == 0, err
    assert {secret for secret in OUR_OWN if secret in out + err} == set()  # at this level Scrapy shows whole pages, with all they say
    assert found_in(web.database) == set()
