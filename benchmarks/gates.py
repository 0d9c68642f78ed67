"""Quality gates: run everything that labelled data can measure, and hold the figures to benchmarks/floors.toml.

    benchmarks/gates.py DIR [GATE…]      DIR has the folders verdicts/, pages/ and matching/, each with its scorer

A figure below its floor is an error (exit code 1). A floor is raised when the program gets better; lowering one needs its reason in the file.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
PYTHON = sys.executable
SCRAPY = [PYTHON, "-m", "scrapy"]
POLITE_TO_OURSELVES = ["-s", "DOWNLOAD_DELAY=0", "-s", "CONCURRENT_REQUESTS=64", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=4"]
LOOPBACK = ["-s", "ADDRESS_GUARD_ENABLED=False", "-s", "DOWNLOAD_TIMEOUT=10", "-L", "WARNING"]

Figures = dict[str, float]


def pages(data: Path, work: Path) -> Figures:
    """Links, sections, contexts and page kinds on stored pages, by the crawl's own extraction."""
    rows = work / "pages.jsonl"
    run([PYTHON, str(HERE / "pages.py"), str(data / "pages"), str(rows)])
    scored = json.loads(run([PYTHON, str(data / "pages/score.py"), str(data / "pages"), str(rows)]))
    links = scored["links_all"]
    figures = {f"links.{name}": links[name] for name in ("recall", "recall_main", "precision_main", "section_match", "context_best")}
    figures |= {f"pages.{name}": scored["classifier"][name] for name in ("accuracy", "precision", "recall")}
    if scored["contacts"]["by_kind"]["email"][0] != "0":
        figures |= {"contacts.hit_at_1": scored["contacts"]["hit_at_1"], "contacts.traps_taken": scored["contacts"]["traps_taken"]}
    return figures


def verdicts(data: Path, work: Path) -> Figures:
    """Dead or alive, on a loopback web of real stored pages, through `scrapy crawl links`."""
    web = data / "verdicts/verdict_web.py"
    urls, found = work / "urls.txt", work / "verdicts.jsonl"
    urls.write_text(run([PYTHON, str(web), "urls", str(data / "verdicts")]), encoding="utf-8")
    with serving([PYTHON, str(web), "serve", str(data / "verdicts")]):
        run([*SCRAPY, "crawl", "links", "-a", f"urls={urls}", "-O", str(found), *POLITE_TO_OURSELVES, *LOOPBACK])
    return rate("verdicts", run([PYTHON, str(web), "score", str(data / "verdicts"), str(found)]))


def crawl(data: Path, work: Path) -> Figures:
    """The main job on real resource pages under their own names (needs ports 80 and 443, so root)."""
    web = data / "pages/page_web.py"
    hosts, campaign = work / "hosts.txt", work / "campaign.toml"
    hosts.write_text(run([PYTHON, str(web), "hosts", str(data / "pages")]), encoding="utf-8")
    (work / "seeds.txt").write_text(run([PYTHON, str(web), "seeds", str(data / "pages")]), encoding="utf-8")
    campaign.write_text(CAMPAIGN, encoding="utf-8")
    with serving([PYTHON, str(web), "serve", str(data / "pages")]):
        hosts_settings = ["-s", f"HOSTS_FILE={hosts}", "-s", "HOSTS_ONLY=True"]
        run([*SCRAPY, "crawl", "resources", "--campaign", str(campaign), *hosts_settings, *POLITE_TO_OURSELVES, *LOOPBACK])
    return rate("crawl", run([PYTHON, str(web), "score", str(data / "pages"), str(work / "output/gate.db")]))


def matching(data: Path, work: Path) -> Figures:
    """Which page of a site replaces a dead one, if any."""
    rows = work / "matching.jsonl"
    run([PYTHON, str(HERE / "matching.py"), str(data / "matching"), "dev", str(rows)])
    text = run([PYTHON, str(data / "matching/score.py"), str(data / "matching"), "dev", str(rows)])
    print(text)
    found = re.search(r"^all .*hit@1 ([\d.]+) hit@3 ([\d.]+)", text, re.MULTILINE)
    strong = re.search(
        r"^conf>=0\.7 .*precision\(top1\) ([\d.]+).*'far': '([\d.]+)', 'other': '([\d.]+)', 'near': '([\d.]+)'", text, re.MULTILINE
    )
    assert found, text
    assert strong, text
    names = ("matching.strong_precision", "matching.false_far", "matching.false_other", "matching.false_near")
    return {
        "matching.hit_at_1": float(found[1]),
        "matching.hit_at_3": float(found[2]),
        **dict(zip(names, map(float, strong.groups()), strict=True)),
    }


GATES: dict[str, Callable[[Path, Path], Figures]] = {"pages": pages, "verdicts": verdicts, "crawl": crawl, "matching": matching}

CAMPAIGN = """\
name = "gate"
goal = "help"
keywords = ["resources"]

[seeds]
files = ["seeds.txt"]

[sender]
name = "Gate Keeper"
email = "gate@example.org"
site = "https://example.org/"
relation = "volunteer"

[crawl]
depth = 0
"""


def rate(name: str, text: str) -> Figures:
    """The scorers' last line: "false dead 0/632  dead found 352/361"."""
    print(text)
    false = re.search(r"false dead (\d+)/(\d+)", text)
    found = re.search(r"dead found (\d+)/(\d+)", text)
    assert false, text
    assert found, text
    figures = {f"{name}.false_dead": float(false[1]), f"{name}.dead_found": int(found[1]) / int(found[2])}
    if extracted := re.search(r"extracted (\d+)/(\d+)", text):
        figures[f"{name}.extracted"] = int(extracted[1]) / int(extracted[2])
    return figures


def run(command: Sequence[str]) -> str:
    """Its stdout. What it says on stderr is shown; a failure ends the gates."""
    print("$", " ".join(command), file=sys.stderr, flush=True)
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=False, cwd=HERE.parent, env={**os.environ, "PYTHONHASHSEED": "0"}
    )
    if done.returncode:
        print(done.stdout)
        sys.exit(f"gates: {command[0]} … ended with {done.returncode}")
    return done.stdout


@contextmanager
def serving(command: Sequence[str]) -> Iterator[None]:
    """A server for the time of a crawl; ready when it has said so."""
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        if not server.stdout.readline():
            sys.exit(f"gates: {command[1]} does not start (its ports must be free, and below 1024 only root may open them)")
        time.sleep(0.3)
        yield
    finally:
        server.terminate()
        server.wait(10)
        assert server.stdout
        server.stdout.close()


def held(figures: Figures) -> bool:
    """Print each figure with its floor (or ceiling); False when one is not kept."""
    floors = tomllib.loads((HERE / "floors.toml").read_text(encoding="utf-8"))
    kept = True
    for name, value in figures.items():
        least, most = floors["at_least"].get(name), floors["at_most"].get(name)
        bad = (least is not None and value < least) or (most is not None and value > most)
        bound = f"≥ {least}" if least is not None else f"≤ {most}" if most is not None else "(no floor)"
        print(f"{'FAIL' if bad else 'ok  '} {name:32} {value:8.4f}  {bound}")
        kept = kept and not bad
    return kept


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DIR")
    parser.add_argument("gates", nargs="*", metavar="GATE", help=f"of {', '.join(GATES)}; default all")
    options = parser.parse_args()
    if not options.data.is_dir():
        sys.exit(f"gates: {options.data}: there is no such folder. Name the folder with the labelled data: make eval EVAL=DIR")
    kept = True
    for name in options.gates or GATES:
        with tempfile.TemporaryDirectory() as work:
            began = time.monotonic()
            figures = GATES[name](options.data.resolve(), Path(work))
            kept = held(figures) and kept
            print(f"     {name}: {time.monotonic() - began:.1f} s\n", flush=True)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
