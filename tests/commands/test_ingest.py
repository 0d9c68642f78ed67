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
from tests.misbehaving_tls import contexts
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


async def refused(url: str) -> str:
    with pytest.raises(CommandError) as caught:
        await _board.reached({"REDIS_URL": url, "REDIS_PREFIX": "prospector"})
    return str(caught.value)


async def test_a_password_is_used_and_asked_for_where_it_is_missing_or_wrong(tmp_path: Path) -> None:
    async with RedisServer(tmp_path / "redis", password="correcthorse") as redis:
        assert not (await _board.reached({"REDIS_URL": redis.url, "REDIS_PREFIX": "prospector"})).ingest
        for wrong in (redis.url.replace("correcthorse", "hunter2"), redis.url.replace(":correcthorse@", "")):
            said = await refused(wrong)
            assert "Give the password" in said
            assert "hunter2" not in said
            assert "correcthorse" not in said


async def test_a_redis_behind_tls_is_used_when_its_authority_is_trusted_and_refused_with_a_reason_when_not(tmp_path: Path) -> None:
    made = contexts()
    authority = tmp_path / "authority.pem"
    authority.write_text(made.authority, "ascii")
    (tmp_path / "redis").mkdir()
    async with RedisServer(tmp_path / "redis", password="correcthorse", certificate=(made.certificates["good"], made.key)) as redis:
        trusting = f"{redis.url}?ssl_ca_certs={authority}"
        code, out, said = await scrapy_async("ingest", "--status", cwd=tmp_path, REDIS_URL=trusting)
        assert (code, out.splitlines()[0]) == (0, "ingest:   none at work"), said
        said = await refused(redis.url)
        assert "ssl_ca_certs" in said
        assert "correcthorse" not in said
        assert "rediss://" in await refused(redis.url.replace("rediss:", "redis:"))
    async with RedisServer(tmp_path / "plain") as redis:
        assert "rediss:// speaks TLS" in await refused(redis.url.replace("redis:", "rediss:"))


async def test_seeds_that_are_all_ones_own_are_refused_as_by_a_crawl(tmp_path: Path) -> None:
    (tmp_path / "campaign.toml").write_text(
        CAMPAIGN + '[[sites]]\nurl = "https://mine.example.org/"\n[seeds]\nurls = ["https://mine.example.org/links"]\n', "utf-8"
    )
    async with RedisServer(tmp_path / "redis") as redis:
        code, _, said = await scrapy_async("ingest", cwd=tmp_path, REDIS_URL=redis.url)
    assert code == 2
    assert "all seeds are on your own site" in said
    assert not (tmp_path / "output").exists()


async def test_a_site_that_nobody_else_can_see_is_refused_and_haste_remarked_on_as_by_a_crawl(tmp_path: Path) -> None:
    seeds = '[seeds]\nurls = ["https://lists.example.net/links"]\n'
    (tmp_path / "campaign.toml").write_text(CAMPAIGN + '[[sites]]\nurl = "http://localhost:8000/"\n' + seeds, "utf-8")
    async with RedisServer(tmp_path / "redis") as redis:
        code, _, said = await scrapy_async("ingest", cwd=tmp_path, REDIS_URL=redis.url)
        assert code == 2
        assert "http://localhost:8000/ can be reached from this machine or network only" in said
        (tmp_path / "campaign.toml").write_text(f"{CAMPAIGN}{seeds}[crawl]\ndelay = 0.1\n", "utf-8")
        _, _, said = await scrapy_async("ingest", "-s", "HOSTS_FILE=nowhere", cwd=tmp_path, REDIS_URL=redis.url)
        assert "crawl.delay: 0.1 is less than a second" in said
    assert not (tmp_path / "output").exists()
