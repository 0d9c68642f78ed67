"""How quick the review desk is with many prospects: makes a campaign of 50,000 letters and asks for each kind of page.

.venv/bin/python -m benchmarks.desk_speed
.venv/bin/python -m benchmarks.desk_speed --prospects 5000 --runs 20
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import statistics
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from prospector.campaign import DEMO, load_campaign
from prospector.deciding import Decisions
from prospector.review.serving import Desk, serving
from prospector.store import Store
from prospector.store.suppressions import Suppressions

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AT = NOW.isoformat()
KINDS = ("gone", "gone", "gone", "dns", "refused", "parked", "soft404", "redirected", "hijacked")
STATUSES = ("ready",) * 4 + ("waiting",) * 4 + ("approved", "snoozed", "rejected", "exported", "sent", "withdrawn")
WORDS = [
    "garden",
    "herbs",
    "compost",
    "soil",
    "mint",
    "rosemary",
    "library",
    "guide",
    "reading",
    "list",
    "further",
    "links",
    "kitchen",
    "worm",
    "seed",
    "school",
    "allotment",
    "pruning",
    "apple",
]
SNAPSHOT = zlib.compress(
    b"<title>Links</title><h1>Links</h1>" + b"<li><a href='https://dead0.example/guide'>A guide</a> to read.</li>" * 40
)
URLS = (
    "/",
    "/?status=any",
    "/?status=any&page=900",
    "/?status=ready&kind=gone&score=60",
    "/?status=any&contact=form&strength=possible",
    "/?status=any&site=site77.example.org",
    "/?status=any&q=compost",
    "/?status=any&q=garden+lib",
    "/drafts/1",
    "/drafts/25000?status=any",
    "/drafts/25000?q=compost",
    "/drafts/25000/page?link=75001",
    "/export",
    "/dashboard",
)


def fill(path: Path, prospects: int) -> None:
    """As a crawl would leave it, written in bulk."""
    Store.open(path).close()
    chance = random.Random(7)  # noqa: S311  # the same campaign each time
    db = sqlite3.connect(path)
    dead = max(10, prospects // 10)
    with db:
        db.executemany(_insert("targets", 9), _targets(dead, chance))
        db.executemany(_insert("observations", 11, "target_url, observed_at, run_id, via, outcome, status, final_url, hops, elapsed_ms, body_id, evidence"), _looks(dead))  # fmt: skip
        db.executemany(_insert("matches", 8), _matches(dead, chance))
        db.executemany(_insert("resource_pages", 17), _pages(prospects, chance))
        db.executemany(_insert("links", 15), _links(prospects, dead, chance))
        db.executemany(_insert("contacts", 12), _contacts(prospects))
        db.executemany(_insert("prospects", 7), _prospects(prospects, chance))
        db.executemany(_insert("drafts", 10, "id, page_url, recipient, subject, body, template, status, note, created_at, updated_at"), _drafts(prospects, chance))  # fmt: skip
    db.close()


_COLUMNS = {"targets": "url, verdict, reason, confidence, first_failed_at, confirmed_at, referring_pages, referring_domains, matched_at"}


def _insert(table: str, count: int, columns: str = "") -> str:
    named = columns or _COLUMNS.get(table, "")
    return f"INSERT INTO {table} {f'({named})' if named else ''} VALUES ({', '.join('?' * count)})"  # noqa: S608


def _page(number: int) -> str:
    return f"https://www.site{number // 3}.example.org/links/{number}.html"


def _target(number: int) -> str:
    return f"https://dead{number}.example/guide"


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(WORDS, k=count)).capitalize()


def _targets(dead: int, chance: random.Random) -> Iterator[Sequence[Any]]:
    for number in range(dead):
        confidence = chance.choice(("confirmed", "confirmed", "probable"))
        yield _target(number), chance.choice(KINDS), "The server said 404 each time.", confidence, AT, AT, 30, 10, AT


def _looks(dead: int) -> Iterator[Sequence[Any]]:
    for number in range(dead):
        for day in range(3):
            yield (
                _target(number),
                (NOW - timedelta(days=day)).isoformat(),
                "run",
                "http",
                "answered",
                404,
                _target(number),
                "[]",
                80,
                None,
                "{}",
            )


def _matches(dead: int, chance: random.Random) -> Iterator[Sequence[Any]]:
    for number in range(dead):
        for rank in range(1, chance.choice((1, 2, 4))):
            yield (
                _target(number),
                rank,
                f"https://mine.example/{rank}",
                _words(chance, 3),
                5.0,
                0.8,
                chance.choice(("strong", "possible")),
                "[]",
            )


def _pages(prospects: int, chance: random.Random) -> Iterator[Sequence[Any]]:
    for number in range(prospects):
        url = _page(number)
        yield url, url, f"site{number // 3}.example.org", _words(chance, 4), "en", 200, AT, "", "", 40, 20, 1, "[]", 0, url, AT, SNAPSHOT


def _links(prospects: int, dead: int, chance: random.Random) -> Iterator[Sequence[Any]]:
    number = 0
    for page in range(prospects):
        for position in range(3):
            number += 1
            # a few dead pages are linked from everywhere, most from a few places
            target = _target(int(dead * chance.random() ** 2))
            anchor = _words(chance, 2)
            yield (
                number,
                _page(page),
                target,
                "",
                anchor,
                "",
                f"{anchor}, a page to read.",
                "Further reading",
                "",
                position,
                0,
                0,
                1,
                AT,
                AT,
            )


def _contacts(prospects: int) -> Iterator[Sequence[Any]]:
    for number in range(prospects // 3 + 1):
        site, kind = f"site{number}.example.org", ("email", "email", "form", "tracker")[number % 4]
        value = f"editor@{site}" if kind == "email" else f"https://{site}/{kind}"
        yield number + 1, site, kind, value, "A. Lind", "librarian", f"https://{site}/", AT, 1, "on the page itself", 0, None


def _prospects(prospects: int, chance: random.Random) -> Iterator[Sequence[Any]]:
    for number in range(prospects):
        parts = '[{"name":"same topic","points":20,"reason":"6 of 9 words shared"}]'
        yield _page(number), chance.randrange(100), parts, "drafted", number // 3 + 1, "[]", AT


def _drafts(prospects: int, chance: random.Random) -> Iterator[Sequence[Any]]:
    for number in range(prospects):
        kind = ("email", "email", "form", "tracker")[number // 3 % 4]
        recipient = f"editor@site{number // 3}.example.org" if kind == "email" else f"https://site{number // 3}.example.org/{kind}"
        body = f"Hello,\n\n{_words(chance, 60)}.\n\nRobin"
        yield (
            number + 1,
            _page(number),
            recipient,
            f"A dead link on {_words(chance, 2)}",
            body,
            "resource-page",
            chance.choice(STATUSES),
            "",
            AT,
            AT,
        )


async def measure(path: Path, urls: Sequence[str], runs: int) -> None:
    campaign = load_campaign(DEMO)
    with Store.open(path) as store, Suppressions.open(path.with_name("suppressions.db")) as suppressions:
        decisions = Decisions(store, campaign, suppressions)
        desk = Desk(store=store, campaign=campaign, decisions=decisions, now=lambda: datetime.now(UTC))
        async with serving(desk, port=0) as origin, aiohttp.ClientSession() as client:
            print("| URL | median ms | slowest ms | KB |\n|---|---|---|---|")
            for url in urls:
                await _measure_one(client, origin, url, runs)


async def _measure_one(client: aiohttp.ClientSession, origin: str, url: str, runs: int) -> None:
    took = []
    for _ in range(runs):
        began = time.perf_counter()
        async with client.get(origin + url, headers={"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "same-origin"}) as answer:
            body = await answer.read()
            assert answer.status == 200, (url, answer.status)
        took.append((time.perf_counter() - began) * 1000)
    print(f"| `{url}` | {statistics.median(took):.0f} | {max(took):.0f} | {len(body) / 1024:.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prospects", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--database", type=Path, help="keep the made campaign here, and use it again the next time")
    opts = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = opts.database or Path(folder) / "desk.db"
        if not path.exists():
            began = time.perf_counter()
            fill(path, opts.prospects)
            print(f"made {opts.prospects} prospects in {time.perf_counter() - began:.0f} s\n")
        asyncio.run(measure(path, URLS, opts.runs))


if __name__ == "__main__":
    main()
