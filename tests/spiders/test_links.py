"""A plain list of links: one row for each line that has one, whatever the lines look like."""

from __future__ import annotations

import asyncio
import csv
import json
import pickle
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.settings import default_settings

from prospector.spiders.link_rows import EXPORTERS
from prospector.spiders.links import LinksSpider
from tests.crawling import crawl, prepared
from tests.resource_web import ResourceWeb


async def rows(web: ResourceWeb, text: str | bytes, **settings: Any) -> list[dict[str, Any]]:
    path = web.folder / "links.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    items, _ = await crawl("links", settings=web.settings | settings, urls=str(path))
    return items


async def test_each_link_gets_a_row_with_its_verdict_as_it_was_written(web: ResourceWeb) -> None:
    works, gone = web.page("site.test", "/page"), web.missing("old.test", "/gone")
    found = {row["url"]: row for row in await rows(web, f"{works}\n{gone}\nHTTP://Site.test:80/page#part\nhttp://nowhere.test/\n")}
    assert {url: row["verdict"] for url, row in found.items()} == {
        works: "alive",
        gone: "gone",
        "HTTP://Site.test:80/page#part": "alive",
        "http://nowhere.test/": "dns",
    }
    assert found[gone]["confidence"] == "probable"
    assert [seen["status"] for seen in found[gone]["observations"]] == [404]
    assert web.asked()[works] == 1


async def test_a_list_with_junk_gives_a_row_for_every_line_but_remarks(web: ResourceWeb) -> None:
    works = web.page("site.test", "/page")
    text = f"\ufeff# links\n\n  {works}  \nnot a link\nmailto:me@site.test\nhttp://[bad/\n{works}\n".encode() + b"http://\xff\xfe.test/\n"
    found = await rows(web, text)
    assert len(found) == 6
    assert [row["verdict"] for row in found if row["url"] == works] == ["alive", "alive"]
    assert {row["verdict"] for row in found if row["url"] != works} <= {"unknown", "dns"}


async def test_windows_line_ends_and_a_missing_last_one_are_fine(web: ResourceWeb) -> None:
    urls = [web.page("site.test", f"/page-{n}") for n in range(3)]
    assert sorted(row["url"] for row in await rows(web, "\r\n".join(urls))) == urls


async def test_when_everything_fails_it_ends(web: ResourceWeb, tmp_path: Path) -> None:
    found = await rows(web, "".join(f"http://nowhere{n}.test/\n" for n in range(300)), CONCURRENT_REQUESTS=10, DOWNLOAD_TIMEOUT=60)
    assert {row["verdict"] for row in found} == {"dns"}
    assert len(found) == 300


async def test_a_list_that_is_stopped_has_a_row_for_all_that_was_looked_at(web: ResourceWeb) -> None:
    """It is stopped at its first row, when many more looks are taken than rows are written."""
    path = web.folder / "links.txt"
    path.write_text("".join(f"http://nowhere{n}.test/\n" for n in range(5000)), "utf-8")
    runner, crawler, items = prepared("links", settings=web.settings | {"CONCURRENT_REQUESTS": 64})
    stopping: list[asyncio.Task[None]] = []

    def stop() -> None:
        if not stopping:
            stopping.append(asyncio.ensure_future(crawler.stop_async()))

    crawler.signals.connect(stop, signals.item_scraped)
    await runner.crawl(crawler, urls=str(path))
    await stopping[0]
    spider = crawler.spider
    assert isinstance(spider, LinksSpider)
    assert spider.checker is not None
    assert 2 < spider.checker.checked < 5000
    assert len({item["url"] for item in items}) == len(items) == spider.checker.checked


async def test_a_file_has_a_row_for_each_link_in_every_format_of_scrapys(web: ResourceWeb) -> None:
    urls = sorted(web.page(f"site{n}.test", "/page") for n in range(20))
    files = {web.folder / f"rows.{name}": {"format": name} for name in EXPORTERS}
    await rows(web, "\n".join(urls), FEEDS={str(path): options for path, options in files.items()})
    found = {path.suffix[1:]: path.read_bytes() for path in files}
    for name in ("jsonlines", "jsonl", "jl"):
        assert sorted(json.loads(line)["url"] for line in found[name].splitlines()) == urls
    assert sorted(row["url"] for row in json.loads(found["json"])) == urls
    assert sorted(row["url"] for row in csv.DictReader(found["csv"].decode().splitlines())) == urls
    assert found["xml"].count(b"<item>") == found["marshal"].count(b"verdict") == 20
    assert pickle.loads(found["pickle"])["verdict"] == "alive"


def test_every_format_of_scrapys_can_be_written() -> None:
    assert EXPORTERS.keys() == default_settings.FEED_EXPORTERS_BASE.keys()
