"""Does memory stay flat, and cost linear, as the store grows? `python -m benchmarks.flat [--targets 10000]... [--most 350]`

For each number a store is filled with lists that link to so many targets of the kit's made-up web, none of them judged; then `scrapy crawl recheck`
checks them all. Prints targets checked, processor time for each, and the peak of memory. Fails where the peak is above `--most` MB, or a target was left out.
"""

from __future__ import annotations

import argparse
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.kit import nginx
from benchmarks.kit.__main__ import FILES, served
from benchmarks.kit.tools import ROOT, Job, crawl_command
from benchmarks.kit.web import LINKS_A_PAGE, Link, MadeWeb, Profile
from prospector.items import OutboundLink, ResourcePage
from prospector.store import Store


def fill(database: Path, web: MadeWeb) -> None:
    """The store as crawls leave it that were stopped before they checked anything."""
    database.parent.mkdir()
    with closing(Store.open(database)) as store:
        for number, url in enumerate(web.pages):
            first = number * LINKS_A_PAGE
            store.pages.save(page(url, number, web.links[first : first + LINKS_A_PAGE]))


def page(url: str, number: int, links: Sequence[Link]) -> ResourcePage:
    found = tuple(
        OutboundLink(target_url=link.url, anchor=f"Garden guide {number * LINKS_A_PAGE + place}", position=place)
        for place, link in enumerate(links)
    )
    now = datetime.now(UTC)
    title = f"Garden links, list {number}"
    return ResourcePage(
        url=url, final_url=url, fetched_at=now, html=f"<title>{title}</title>", title=title, links=found, seed=url, status=200
    )


def checked(targets: int, most: int) -> bool:
    """One line of the table; whether all is as it should be."""
    with tempfile.TemporaryDirectory(prefix="flat-") as name, served(Profile.CPU, targets, Path(name)) as (web, _):
        folder = Path(name) / "crawl"
        folder.mkdir()
        command = crawl_command(Job(web=web, folder=folder), spider="recheck")
        database = folder / "output" / "bench.db"
        fill(database, web)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "SCRAPY_SETTINGS_MODULE": "prospector.settings"}
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()
            raise
        wall, code = time.monotonic() - began, os.waitstatus_to_exitcode(status)
        with closing(sqlite3.connect(database)) as db:
            (done,) = db.execute("SELECT count(*) FROM targets WHERE verdict IS NOT NULL").fetchone()
        size = database.stat().st_size / 1e6
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    print(f"| {targets:,} | {done:,} | {wall:.0f} | {cpu:.1f} | {1000 * cpu / targets:.2f} | {peak:.0f} | {size:.0f} |", flush=True)
    return code == 0 and done == targets and peak <= most


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.flat", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--targets", type=int, action="append", help="default: 10000 and 100000; more than once: each")
    parser.add_argument("--most", type=int, default=350, help="MB of memory (default: 350)")
    given = parser.parse_args()
    if why := nginx.why_not():
        sys.exit(why)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    print("| targets | checked | wall s | CPU s | CPU ms a target | peak MB | database MB |\n|---|---|---|---|---|---|---|")
    well = [checked(targets, given.most) for targets in given.targets or [10_000, 100_000]]
    sys.exit(0 if all(well) else "It is not flat, or something was left out: see the table.")


if __name__ == "__main__":
    main()
