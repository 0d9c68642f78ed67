"""The measure: aiohttp with nothing around it. GETs of a list, redirects followed, 16 KB of each body read and thrown away.

python -m benchmarks.kit.raw LIST OUT CONCURRENCY       OUT: a line of JSON for each link, {"url", "dead"}
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import aiohttp
import uvloop

SECONDS = 10  # as all tools
READ = 16 * 1024  # bytes
_FAILED = 400


async def dead(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url, max_redirects=5) as answer:
            await answer.content.read(READ)
            return answer.status >= _FAILED
    except (aiohttp.ClientError, TimeoutError):
        return True


async def ask_all(urls: list[str], out: Path, concurrency: int) -> None:
    waiting = iter(urls)
    connector = aiohttp.TCPConnector(limit=concurrency, limit_per_host=0, ttl_dns_cache=600)
    async with aiohttp.ClientSession(
        connector=connector, timeout=aiohttp.ClientTimeout(total=SECONDS), cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        with out.open("w", encoding="utf-8") as lines:

            async def work() -> None:
                for url in waiting:
                    lines.write(json.dumps({"url": url, "dead": await dead(session, url)}) + "\n")

            await asyncio.gather(*(work() for _ in range(concurrency)))


if __name__ == "__main__":
    given, to, at_a_time = sys.argv[1:]
    uvloop.run(ask_all(Path(given).read_text("utf-8").split(), Path(to), int(at_a_time)))
