"""`scrapy ingest` and `scrapy crawl worker`, where something is missing: one line that says what."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy.settings import Settings

from prospector.commands import _board
from prospector.commands._shared import CommandError
from prospector.distributed import extra
from tests.commands.test_backlinks import CAMPAIGN
from tests.crawling import scrapy, scrapy_async
from tests.redis_server import RedisServer

NOBODY = "redis://127.0.0.1:1/0"


@pytest.mark.parametrize("words", [("ingest",), ("ingest", "--status"), ("crawl", "worker")])
def test_without_a_redis_it_says_so(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = scrapy(*words, cwd=tmp_path, REDIS_URL=NOBODY)
    assert done.returncode == 1
    assert "Redis can't be used" in done.stderr
    assert "-s REDIS_URL=" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra, "AsyncRedis", None)
    with pytest.raises(CommandError, match=r"pip install \"prospector\[redis\]\""):
        _board.board_status(Settings())


async def test_the_status_of_an_empty_board_and_the_demo(tmp_path: Path) -> None:
    async with RedisServer(tmp_path / "redis") as redis:
        code, out, _ = await scrapy_async("ingest", "--status", cwd=tmp_path, REDIS_URL=redis.url)
        assert (code, out.splitlines()[:2]) == (0, ["ingest:   none at work", "to fetch: 0 pages, 0 links"])
        code, _, said = await scrapy_async("ingest", cwd=tmp_path, REDIS_URL=redis.url)
        assert code == 2
        assert "one machine only" in said


async def test_seeds_that_are_all_ones_own_are_refused_as_by_a_crawl(tmp_path: Path) -> None:
    (tmp_path / "campaign.toml").write_text(
        CAMPAIGN + '[[sites]]\nurl = "https://mine.example.org/"\n[seeds]\nurls = ["https://mine.example.org/links"]\n', "utf-8"
    )
    async with RedisServer(tmp_path / "redis") as redis:
        code, _, said = await scrapy_async("ingest", cwd=tmp_path, REDIS_URL=redis.url)
    assert code == 2
    assert "all seeds are on your own site" in said
    assert not (tmp_path / "output").exists()
