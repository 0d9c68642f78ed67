"""Crawls for tests: in this process and loop, without Twisted's reactor; or as the command a user types."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import Settings

from prospector.spiders.link_rows import Rows

ROOT = Path(__file__).parent.parent
# nobody to be polite to on loopback
QUICK: Mapping[str, Any] = {
    "ADDRESS_GUARD_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
    "DOWNLOAD_TIMEOUT": 2,
    "PROGRESS_INTERVAL": 0,
    "DNS_SECOND_RESOLVER": "",
    "CANARY_URLS": [],
    "RDAP_BOOTSTRAP": "",
    "LOG_LEVEL": "ERROR",
}


async def crawl(spider: str, *, settings: Mapping[str, Any] | None = None, **arguments: Any) -> tuple[list[Any], Crawler]:
    """Run a spider of the project here. The items that came through the pipelines, and the crawler with its stats.

    settings: as if by `-s`; with None the campaign's or the project's own value counts, not the quick one of tests.
    """
    runner, crawler, items = prepared(spider, settings=settings)
    await runner.crawl(crawler, **arguments)
    return items, crawler


def prepared(spider: str, *, settings: Mapping[str, Any] | None = None) -> tuple[AsyncCrawlerRunner, Crawler, list[Any]]:
    """The same, not started yet, for tests that listen in; the list fills up as it runs."""
    found = Settings()
    found.setmodule("prospector.settings", priority="project")
    wanted = {**QUICK, "TWISTED_REACTOR_ENABLED": False, "TELNETCONSOLE_ENABLED": False, **(settings or {})}
    found.setdict({name: value for name, value in wanted.items() if value is not None}, priority="cmdline")
    runner = AsyncCrawlerRunner(found)
    crawler = runner.create_crawler(spider)
    items: list[Any] = []

    def keep(item: Any) -> None:
        items.extend(item.rows if isinstance(item, Rows) else [item])

    crawler.signals.connect(keep, signals.item_scraped, weak=False)
    return runner, crawler, items


def scrapy(*arguments: str, cwd: Path, timeout: float = 100, **settings: object) -> subprocess.CompletedProcess[str]:
    """Type a `scrapy` command in a folder. Its exit code and what it printed."""
    return subprocess.run(
        command(*arguments, **settings), cwd=cwd, env=environment(), capture_output=True, text=True, timeout=timeout, check=False
    )


def command(*arguments: str, **settings: object) -> list[str]:
    flags = [flag for name, value in settings.items() for flag in ("-s", f"{name}={value}")]
    return [sys.executable, "-m", "scrapy", *arguments, *flags]


def environment() -> dict[str, str]:
    """Like a client's folder: the project's settings, wherever the command is typed."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy") and name != "CI"}
    return {**kept, "SCRAPY_SETTINGS_MODULE": "prospector.settings", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


async def scrapy_async(*arguments: str, cwd: Path, **settings: object) -> tuple[int, str, str]:
    """The same beside a server that runs in this loop: exit code, stdout, stderr."""
    process = await asyncio.create_subprocess_exec(
        *command(*arguments, **settings), cwd=cwd, env=environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()
