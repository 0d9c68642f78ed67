"""Prospector and its peers against the same made-up web, in turns: `make bench`.

python -m benchmarks.kit [--profile cpu|web|tls|dns]... [--links 20000] [--runs 3] [--tools prospector,aiohttp,…]

Prints, for each profile, one line a tool: links it reported, links/s, wall and processor seconds, peak memory (medians), and what was wrong in
its report: living links called dead, dead ones missed, soft 404s found. Never two measurements at once; compare figures of one go only.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from benchmarks.kit import certificates, names, nginx
from benchmarks.kit.tools import HOME, ROOT, TOOLS, Job, Tool
from benchmarks.kit.web import MadeWeb, Profile, Truth, build

LONGEST = 900  # seconds of one run
FILES = 19_000  # open at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    reported: int
    false_dead: int
    missed: int
    soft_found: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    wall: float  # seconds
    cpu: float  # seconds
    memory: float  # MB, peak of the largest process
    score: Score


def score(web: MadeWeb, said: Mapping[str, bool]) -> Score:
    """:param said: URL → whether the tool calls it dead; links that are not in it were not reported."""
    told = [(link.truth, said[link.url]) for link in web.links if link.url in said]
    dead = sum(link.truth is Truth.DEAD for link in web.links)
    return Score(
        reported=len(told),
        false_dead=sum(truth is Truth.ALIVE and said_dead for truth, said_dead in told),
        missed=dead - sum(truth is Truth.DEAD and said_dead for truth, said_dead in told),
        soft_found=sum(truth is Truth.SOFT and said_dead for truth, said_dead in told),
    )


def measured(tool: Tool, job: Job) -> Run:
    """One run, as the operating system accounts for it."""
    command = tool.command(job)
    if job.web.profile is Profile.DNS:
        command = names.inside(command, job.folder)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SCRAPY_SETTINGS_MODULE": "prospector.settings"}
    if job.authority:
        environment |= {"SSL_CERT_FILE": str(job.authority), "NODE_EXTRA_CA_CERTS": str(job.authority)}
    with job.output.open("wb") as out, (job.folder / "errors.txt").open("wb") as errors:
        began = time.monotonic()
        process = subprocess.Popen(
            ["timeout", "-k", "5", str(LONGEST), *command], cwd=job.folder, env=environment, stdout=out, stderr=errors
        )
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()  # timeout(1) hands it on
            process.wait()
            raise
        wall = time.monotonic() - began
    if (code := os.waitstatus_to_exitcode(status)) not in tool.codes:
        _give_up(command, f"it ended with code {code}", job)
    try:
        said = tool.read(job)
    except (OSError, ValueError, KeyError) as error:
        _give_up(command, f"no report to read ({error})", job)
    return Run(wall=wall, cpu=used.ru_utime + used.ru_stime, memory=used.ru_maxrss / 1024, score=score(job.web, said))


def _give_up(command: Sequence[str], why: str, job: Job) -> NoReturn:
    tail = (job.folder / "errors.txt").read_text("utf-8", "replace")[-800:]
    sys.exit(f"{' '.join(command)[:200]}: {why}.\n{tail}")


def table(web: MadeWeb, runs: Mapping[str, Sequence[Run]]) -> Iterator[str]:
    """Markdown, so that it can be kept as it is."""
    soft = sum(link.truth is Truth.SOFT for link in web.links)
    dead = sum(link.truth is Truth.DEAD for link in web.links)
    yield f"Profile `{web.profile}`: {len(web.links):,} links, {dead:,} dead, {soft:,} soft 404s, medians of {max(map(len, runs.values()))}."
    yield ""
    yield "| tool | links | links/s | wall s | CPU s | peak MB | false dead | dead missed | soft 404 found |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for name, done in runs.items():
        wall, cpu, memory = (statistics.median(getattr(run, figure) for run in done) for figure in ("wall", "cpu", "memory"))
        reported, false, missed, found = (
            statistics.median_low([getattr(run.score, figure) for run in done])
            for figure in ("reported", "false_dead", "missed", "soft_found")
        )
        rate = reported / wall
        yield f"| {name} | {reported:,} | {rate:,.0f} | {wall:.1f} | {cpu:.1f} | {memory:.0f} | {false:,} | {missed:,} | {found:,} |"


@contextmanager
def served(profile: Profile, number: int, folder: Path, *, log: Path | None = None) -> Iterator[tuple[MadeWeb, Path | None]]:
    """The made-up web, up; and whom to trust. log: see nginx.py."""
    lists, own = folder / "lists", folder / "nginx"
    lists.mkdir()
    own.mkdir()
    web = build(profile, number, lists)
    with ExitStack() as stack:
        files = certificates.made_in(folder) if profile is Profile.TLS else None
        if files:
            stack.enter_context(nginx.serving(lists, own, certificate=files.certificate, key=files.key, log=log))
        else:
            stack.enter_context(nginx.serving(lists, own, log=log))
        if profile is Profile.DNS:
            stack.enter_context(names.resolving())
        yield web, files.authority if files else None


def bench(profile: Profile, number: int, chosen: Sequence[str], turns: int) -> None:
    runs: dict[str, list[Run]] = {name: [] for name in chosen}
    with tempfile.TemporaryDirectory(prefix="kit-") as folder, served(profile, number, Path(folder)) as (web, authority):
        for turn in range(turns):
            for name in chosen:
                work = Path(folder) / f"{name}-{turn}"
                work.mkdir()
                run = measured(TOOLS[name], Job(web=web, folder=work, authority=authority))
                runs[name].append(run)
                print(f"  {profile} {name}, turn {turn + 1}: {run.wall:.1f} s, {run.cpu:.1f} s CPU", file=sys.stderr)
    print("\n".join(table(web, runs)), end="\n\n", flush=True)


def asked_for() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.kit",
        description=__doc__,
        epilog="tools:\n" + "\n".join(f"  {name:<18}{tool.says}" for name, tool in TOOLS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--profile", action="append", type=Profile, choices=list(Profile), help="default: cpu and web; more than once: each"
    )
    parser.add_argument("--links", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--tools", default=",".join(TOOLS), help="default: all that are installed")
    return parser.parse_args()


def main() -> None:
    given = asked_for()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that servers are stopped too
    if why := nginx.why_not():
        sys.exit(why)
    wanted = given.tools.split(",")
    if unknown := set(wanted) - set(TOOLS):
        sys.exit(f"no such tool: {', '.join(sorted(unknown))}. There are: {', '.join(TOOLS)}")
    missing = [name for name in wanted if not TOOLS[name].there]
    if missing:
        print(f"not installed, and left out: {', '.join(missing)} (benchmarks/kit/peers.sh)", file=sys.stderr)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for profile in given.profile or [Profile.CPU, Profile.WEB]:
            bench(profile, given.links, [name for name in wanted if TOOLS[name].there and profile not in TOOLS[name].never_on], given.runs)


if __name__ == "__main__":
    main()
