"""What a second worker is worth, and whether two keep the manners of one: `python -m benchmarks.workers [--profile cpu|web] [--links 5000] [--runs 3]`

The kit's made-up web is checked by `scrapy crawl resources` alone, by `scrapy ingest` with one worker, and with two, in turns. Each worker asks from an
address of its own, and the server notes who asked which host from when to when. Prints a table; fails where a target was lost or looked at more
often than by one process, or where two asked a host at the same time. Needs the kit (README.md) and redis-server.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import resource
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.kit import nginx
from benchmarks.kit.__main__ import FILES, LONGEST, Score, score, served
from benchmarks.kit.tools import HOME, ROOT, SECONDS, TOOLS, Job, crawl_command
from benchmarks.kit.web import MadeWeb, Profile

STARTED_WITHIN = 10.0  # seconds
ENDED_WITHIN = 30.0
EARLY = 0.5  # seconds before his time-out that an asker may have begun to count
LATE = 0.005  # seconds by which the server may note the end of an answer later than its reader has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    wall: float  # seconds, from the start of the process that owns the database to its end
    asking: float  # seconds from the first request until all but the last in a hundred were begun
    cpu: float  # processor seconds: of that process,
    workers_cpu: float  # of all workers
    score: Score
    looks: Mapping[str, int]  # target → observations
    robots: int  # robots.txt asked for
    shared: int  # hosts that more than one asked
    overlaps: int  # times that two asked a host at once


@dataclass(frozen=True, slots=True, order=True)
class Asked:
    began: float
    ended: float
    who: str
    host: str
    path: str


def asked_of(log: Path, since: float) -> list[Asked]:
    """What the server noted of this run. It does not notice when somebody stops waiting for an answer that never comes: his patience is known."""
    found = []
    for line in log.read_text("ascii", "replace").splitlines():
        ended, took, who, host, path = line.split(" ", 4)
        began = float(ended) - float(took)
        if began >= since:
            found.append(Asked(began, min(float(ended), began + SECONDS - EARLY), who, host, path))
    return sorted(found)


def overlaps(requests: Iterable[Asked]) -> int:
    """Requests to a host that begin while another asker's is under way there. The lists' own host counts as the others do."""
    found = 0
    last: dict[str, Asked] = {}
    for one in requests:
        before = last.get(one.host)
        if before and before.who != one.who and one.began < before.ended - LATE:
            found += 1
        if not before or one.ended > before.ended:
            last[one.host] = one
    return found


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A server for one run. Its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder.mkdir()
    options = {"port": port, "bind": "127.0.0.1", "dir": folder, "appendonly": "yes", "save": ""}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    server = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + STARTED_WITHIN
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > until:
                    sys.exit("redis-server does not start")
                time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.kill()
        server.wait()


def end(workers: Iterable[subprocess.Popen[bytes]]) -> None:
    """Those that a mistake left running."""
    for worker in workers:
        if worker.poll() is None:
            worker.kill()


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "SCRAPY_SETTINGS_MODULE": "prospector.settings"}


def ran(job: Job, number: int, at_once: int, log: Path) -> Run:
    """One run with so many workers; none: one process does everything."""
    since = time.time()
    log.write_bytes(b"")  # the server goes on writing at the end of it
    with ExitStack() as stack:
        errors = stack.enter_context((job.folder / "errors.txt").open("wb"))
        alone = [*crawl_command(job), "-s", f"CONCURRENT_REQUESTS={at_once}"]
        flags = alone[5:]
        workers = []
        if number:
            flags += ["-s", f"REDIS_URL={stack.enter_context(redis(job.folder / 'redis'))}"]
            for n in range(number):
                command = [sys.executable, "-m", "benchmarks.kit.from_address", f"127.9.0.{n + 1}", "crawl", "worker", *flags]
                workers.append(subprocess.Popen(command, cwd=job.folder, env=environment(), stdout=errors, stderr=errors))
            stack.callback(end, workers)
            time.sleep(3)  # until they wait for work: how long a program takes to start is not the question
        owner = [sys.executable, "-m", "scrapy", "ingest", *flags] if number else alone
        began = time.monotonic()
        process = subprocess.Popen(
            ["timeout", "-k", "5", str(LONGEST), *owner], cwd=job.folder, env=environment(), stdout=errors, stderr=errors
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        if code := os.waitstatus_to_exitcode(status):
            sys.exit(
                f"{' '.join(owner)[:200]}: it ended with code {code}.\n{(job.folder / 'errors.txt').read_text('utf-8', 'replace')[-800:]}"
            )
        cpu = 0.0
        for worker in workers:
            worker.send_signal(signal.SIGINT)
            _, _, spent = os.wait4(worker.pid, 0)
            worker.returncode = 0
            cpu += spent.ru_utime + spent.ru_stime
    requests = asked_of(log, since)
    who: dict[str, set[str]] = defaultdict(set)
    for one in requests:
        who[one.host].add(one.who)
    with closing(sqlite3.connect(job.folder / "output" / "bench.db")) as db:
        looks = dict(db.execute("SELECT target_url, count(*) FROM observations GROUP BY target_url"))
    return Run(
        wall=wall,
        asking=requests[len(requests) * 99 // 100].began - requests[0].began,
        cpu=used.ru_utime + used.ru_stime,
        workers_cpu=cpu,
        score=score(job.web, TOOLS["prospector"].read(job)),
        looks=looks,
        robots=sum(one.path == "/robots.txt" for one in requests),
        shared=sum(len(askers) > 1 for askers in who.values()),
        overlaps=overlaps(requests),
    )


def lost(run: Run, web: MadeWeb) -> int:
    return len(web.links) - run.score.reported


def doubled(run: Run, alone: Run) -> int:
    """Targets with more observations than one process makes."""
    return sum(number > alone.looks.get(url, 0) for url, number in run.looks.items())


def table(web: MadeWeb, runs: Mapping[int, Sequence[Run]]) -> Iterator[str]:
    """Markdown; medians, and of what must be none the worst."""
    yield f"Profile `{web.profile}`: {len(web.links):,} links, medians of {max(map(len, runs.values()))}."
    yield ""
    yield (
        "| who | wall s | speed-up | asking s | CPU s, owner | CPU s, workers | robots.txt asked | lost | doubled | false dead | dead missed "
        "| hosts that two asked | two at once |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|---|"
    base = statistics.median(run.wall for run in runs[1])
    for number, done in runs.items():
        wall, asking, cpu, workers, robots = (
            statistics.median(getattr(run, figure) for run in done) for figure in ("wall", "asking", "cpu", "workers_cpu", "robots")
        )
        bad = [
            max(figures)
            for figures in (
                [lost(run, web) for run in done],
                [doubled(run, alone) for run, alone in zip(done, runs[0], strict=True)],
                [run.score.false_dead for run in done],
                [run.score.missed for run in done],
                [run.shared for run in done],
                [run.overlaps for run in done],
            )
        ]
        name = f"ingest, {number} worker{'s' * (number > 1)}" if number else "one process"
        yield f"| {name} | {wall:.1f} | {base / wall:.2f} | {asking:.1f} | {cpu:.1f} | {workers:.1f} | {robots:,.0f} | {' | '.join(map(str, bad))} |"


def asked_for() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.workers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--profile", type=Profile, choices=[Profile.CPU, Profile.WEB], default=Profile.CPU)
    parser.add_argument("--links", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--at-once", type=int, default=128, help="requests under way at a time in each process; default: as in settings.py")
    return parser.parse_args()


def main() -> None:
    given = asked_for()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    if why := nginx.why_not():
        sys.exit(why)
    if not shutil.which("redis-server"):
        sys.exit("redis-server is missing. On Debian: apt-get install redis-server")
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    HOME.mkdir(parents=True, exist_ok=True)
    runs: dict[int, list[Run]] = {0: [], 1: [], 2: []}
    with ExitStack() as stack:
        fcntl.flock(stack.enter_context((HOME / "lock").open("w")), fcntl.LOCK_EX)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kit-")))
        log = folder / "asked.log"
        web, authority = stack.enter_context(served(given.profile, given.links, folder, log=log))
        for turn in range(given.runs):
            for number, done in runs.items():
                work = folder / f"{number}-{turn}"
                work.mkdir()
                done.append(ran(Job(web=web, folder=work, authority=authority), number, given.at_once, log))
                print(f"  {number} workers, turn {turn + 1}: {done[-1].wall:.1f} s", file=sys.stderr)
        print("\n".join(table(web, runs)))
    wrong = [
        run
        for number, done in runs.items()
        for run, alone in zip(done, runs[0], strict=True)
        if lost(run, web) or run.overlaps or (number and doubled(run, alone))
    ]
    if wrong:
        sys.exit("Something was lost or doubled, or two asked a host at once.")


if __name__ == "__main__":
    main()
