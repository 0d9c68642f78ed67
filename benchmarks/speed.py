"""How fast links are checked, against the same client doing nothing but the requests: `make bench`.

    benchmarks/speed.py [--links 5000] [--runs 3] [--profile cpu|web]

In turns: `scrapy crawl links` (reads, judges, writes a row for each link), and bare aiohttp GETs of the same list. `cpu`: answers at once;
`web`: answers after 20 to 600 ms. Figures are medians; compare the ratio, not the seconds: machines are noisy.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

HERE = Path(__file__).parent
CONCURRENCY = 256
HOSTS = 500


@dataclass(frozen=True, slots=True)
class Run:
    wall: float  # seconds
    cpu: float  # seconds
    memory: float  # MB, peak


def links(number: int, profile: str, port: int) -> list[str]:
    """The same list each time: 80 % pages, 14 % lost, 6 % moved, over HOSTS hosts."""
    rng = random.Random(7)  # noqa: S311 - a list to measure with, no secret
    kinds = rng.choices(["ok", "gone", "moved"], [80, 14, 6], k=number)
    many = sys.platform == "linux"
    made = []
    for n, kind in enumerate(kinds):
        host = f"127.1.{n % HOSTS // 250}.{1 + n % HOSTS % 250}" if many else "127.0.0.1"
        made.append(f"http://{host}:{port}/l/{kind}/{rng.randint(20, 600) if profile == 'web' else 0}/{n}")
    return made


def ours(listed: Path, work: Path) -> list[str]:
    settings = {
        "ADDRESS_GUARD_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "DOWNLOAD_DELAY": 0,
        "CANARY_URLS": "",
        "CONCURRENT_REQUESTS": CONCURRENCY,
        "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENCY,
        "LOG_LEVEL": "ERROR",
    }
    flags = [flag for name, value in settings.items() for flag in ("-s", f"{name}={value}")]
    return [sys.executable, "-m", "scrapy", "crawl", "links", "-a", f"urls={listed}", "-O", str(work / "verdicts.jsonl"), *flags]


def bare(listed: Path) -> list[str]:
    return [sys.executable, str(Path(__file__).resolve()), "--bare", str(listed)]


async def get_all(urls: list[str]) -> None:
    """Bare GETs, the first 256 KB of each body read."""
    queue = iter(urls)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def work() -> None:
            for url in queue:
                async with session.get(url) as response:
                    await response.content.read(256 * 1024)

        await asyncio.gather(*(work() for _ in range(CONCURRENCY)))


def measured(command: list[str], work: Path) -> Run:
    """One run of a command as the operating system accounts for it."""
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=HERE.parent, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"speed: {command} failed in {work}")
    return Run(time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


@contextmanager
def web(port: int) -> Iterator[None]:
    server = subprocess.Popen([sys.executable, str(HERE / "local_web.py"), str(port)], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        server.stdout.readline()
        yield
    finally:
        server.terminate()
        server.wait()
        assert server.stdout
        server.stdout.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--links", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--profile", choices=["cpu", "web"], default="cpu")
    parser.add_argument("--bare", metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        asyncio.run(get_all(Path(options.bare).read_text(encoding="utf-8").split()))
        return
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, web(port):
        work = Path(folder)
        listed = work / "links.txt"
        listed.write_text("\n".join(links(options.links, options.profile, port)), encoding="utf-8")
        runs: dict[str, list[Run]] = {"scrapy crawl links": [], "bare aiohttp GETs": []}
        for _ in range(options.runs):
            runs["scrapy crawl links"].append(measured(ours(listed, work), work))
            runs["bare aiohttp GETs"].append(measured(bare(listed), work))
    print(f"{options.links} links, profile {options.profile}, {CONCURRENCY} at a time, median of {options.runs}")
    print(f"{'':22}{'links/s':>9}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}")
    for name, found in runs.items():
        wall, cpu, memory = (statistics.median(getattr(run, field) for run in found) for field in ("wall", "cpu", "memory"))
        print(f"{name:22}{options.links / wall:9.0f}{wall:9.2f}{cpu:9.2f}{memory:9.0f}")
    pairs = zip(runs["scrapy crawl links"], runs["bare aiohttp GETs"], strict=True)
    print(f"wall, ours / bare: {statistics.median(a.wall / b.wall for a, b in pairs):.2f}")


if __name__ == "__main__":
    main()
