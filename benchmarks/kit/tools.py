"""Who is measured: how each tool is told to check the made-up web, and how its report is read. Each with the best settings we found for it.

The peers are installed by benchmarks/kit/peers.sh. What they report is theirs: a link they don't mention counts as alive.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.kit.web import MadeWeb, Profile

ROOT = Path(__file__).parents[2]
HOME = Path(os.environ.get("BENCH_HOME", Path.home() / ".cache" / "prospector-kit"))
SECONDS = 10  # to wait for an answer
_DEAD_KINDS = ("gone", "dns", "refused", "parked", "soft404", "redirected", "hijacked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One tool's work on one made-up web."""

    web: MadeWeb
    folder: Path  # to work in; also where its output goes, as out.txt
    authority: Path | None = None  # whom to trust for HTTPS

    @property
    def output(self) -> Path:
        return self.folder / "out.txt"

    @property
    def concurrency(self) -> int:
        return 1000 if self.web.profile is Profile.WEB else 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    says: str
    command: Callable[[Job], list[str]]
    read: Callable[[Job], Mapping[str, bool]]  # URL → whether the tool calls it dead
    needs: Path | None = None  # where it must be installed
    codes: frozenset[int] = frozenset({0})  # with which it may end
    never_on: frozenset[Profile] = frozenset()

    @property
    def there(self) -> bool:
        return self.needs is None or self.needs.exists()


# -- ours -----------------------------------------------------------------------------------------------------------------

_CAMPAIGN = """
name = "bench"
goal = "help"
keywords = ["garden"]
[seeds]
files = ["seeds.txt"]
[sender]
name = "Robin Ashgrove"
email = "robin@example.org"
site = "https://example.org/about"
relation = "volunteer"
[crawl]
depth = 0
max_pages = 100000
concurrency = {concurrency}
per_host = 32
delay = 0
timeout = {seconds}
[archive]
enabled = false
"""
# the made-up web is on loopback, and nobody else may be asked
_SETTINGS = {
    "ADDRESS_GUARD_ENABLED": False,
    "CANARY_URLS": "",
    "DNS_SECOND_RESOLVER": "",
    "PROSPECTOR_BROWSER": "off",
    "LOG_LEVEL": "ERROR",
}
_FLAGS = [flag for name, value in _SETTINGS.items() for flag in ("-s", f"{name}={value}")]


def _crawl(job: Job) -> list[str]:
    (job.folder / "campaign.toml").write_text(_CAMPAIGN.format(concurrency=job.concurrency, seconds=SECONDS), "utf-8")
    (job.folder / "seeds.txt").write_text("\n".join(job.web.pages), "utf-8")
    return [sys.executable, "-m", "scrapy", "crawl", "resources", *_FLAGS]


def _crawled(job: Job) -> Mapping[str, bool]:
    with closing(sqlite3.connect(job.folder / "output" / "bench.db")) as db:
        return {url: verdict in _DEAD_KINDS for url, verdict in db.execute("SELECT url, verdict FROM targets WHERE verdict IS NOT NULL")}


def _check(job: Job) -> list[str]:
    polite = {
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS": job.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 32,
        "DOWNLOAD_TIMEOUT": SECONDS,
    }
    flags = [flag for name, value in polite.items() for flag in ("-s", f"{name}={value}")]
    return [sys.executable, "-m", "scrapy", "crawl", "links", "-a", f"urls={_listed(job)}", "-O", "verdicts.jsonl", *_FLAGS, *flags]


def _checked(job: Job) -> Mapping[str, bool]:
    rows = map(json.loads, (job.folder / "verdicts.jsonl").read_text("utf-8").splitlines())
    return {row["url"]: row["verdict"] in _DEAD_KINDS for row in rows}


def _listed(job: Job) -> Path:
    listed = job.folder / "links.txt"
    listed.write_text("\n".join(link.url for link in job.web.links), "utf-8")
    return listed


# -- the measure ----------------------------------------------------------------------------------------------------------


def _raw(job: Job) -> list[str]:
    return [sys.executable, "-m", "benchmarks.kit.raw", str(_listed(job)), str(job.folder / "raw.jsonl"), str(job.concurrency)]


def _raw_found(job: Job) -> Mapping[str, bool]:
    rows = map(json.loads, (job.folder / "raw.jsonl").read_text("utf-8").splitlines())
    return {row["url"]: row["dead"] for row in rows}


# -- peers ----------------------------------------------------------------------------------------------------------------

_BIN = HOME / "node_modules" / ".bin"
_LINKCHECKER = HOME / "venv" / "bin" / "linkchecker"


def _linkinator(job: Job) -> list[str]:
    options = ["--concurrency", str(job.concurrency), "--timeout", str(1000 * SECONDS), "--format", "json"]
    return [str(_BIN / "node"), str(_BIN / "linkinator"), *job.web.pages, *options]


def _linkinator_found(job: Job) -> Mapping[str, bool]:
    report = job.output.read_text("utf-8")
    return {link["url"]: link["state"] == "BROKEN" for link in json.loads(report[report.index("{") :])["links"]}


def _blc(job: Job) -> list[str]:
    options = ["--requests", str(job.concurrency), "--host-requests", "8", "--filter-level", "0"]
    return [str(_BIN / "node"), str(_BIN / "blc"), job.web.start, "--recursive", "--follow", *options]


def _blc_found(job: Job) -> Mapping[str, bool]:
    return {url: said != "OK" for said, url in re.findall(r"─(OK|BROKEN)─+ (\S+)", job.output.read_text("utf-8"))}


def _linkchecker_command(job: Job) -> list[str]:
    settings = job.folder / "linkcheckerrc"
    trust = f"sslverify={job.authority}" if job.authority else "sslverify=0"
    settings.write_text(f"[checking]\nmaxrequestspersecond=10000\n{trust}\n", "utf-8")
    options = [
        "--threads",
        "100",
        "--check-extern",
        "--no-robots",
        f"--timeout={SECONDS}",
        "--no-status",
        "--no-warnings",
        "-o",
        "csv/utf-8",
    ]
    return [str(_LINKCHECKER), "--config", str(settings), "--recursion-level", "2", *options, job.web.start]


def _linkchecker_found(job: Job) -> Mapping[str, bool]:
    """It reports only what is broken: address;parent;base;result;…"""
    broken = {line.split(";", 1)[0] for line in job.output.read_text("utf-8").splitlines() if line.startswith("http")}
    return {link.url: link.url in broken for link in job.web.links}


_BROKEN_LINKS = frozenset({0, 1})  # peers say with 1 that there are some

TOOLS: Mapping[str, Tool] = {
    "prospector": Tool(says="crawl, read, judge, store: scrapy crawl resources", command=_crawl, read=_crawled),
    "prospector-list": Tool(says="a plain list: scrapy crawl links", command=_check, read=_checked),
    "aiohttp": Tool(says="bare GETs of the list, nothing read or judged", command=_raw, read=_raw_found),
    "linkinator": Tool(
        says="linkinator 8.1.0", command=_linkinator, read=_linkinator_found, needs=_BIN / "linkinator", codes=_BROKEN_LINKS
    ),
    "blc": Tool(
        says="broken-link-checker 0.7.8; not on web, because it has no time limit, and waits for what never answers",
        command=_blc,
        read=_blc_found,
        needs=_BIN / "blc",
        codes=_BROKEN_LINKS,
        never_on=frozenset({Profile.WEB}),
    ),
    "linkchecker": Tool(
        says="LinkChecker 10.6.0", command=_linkchecker_command, read=_linkchecker_found, needs=_LINKCHECKER, codes=_BROKEN_LINKS
    ),
}
