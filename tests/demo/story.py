"""`make story`: the commands of docs/tutorial.md, typed one after the other in an empty folder, with what they answer.

The page is the script: whatever it shows as `$ scrapy …` is run, in its order. tests/demo/test_story.py holds its answers to the program's.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from scrapy.cmdline import execute

from prospector.campaign import find_campaign
from prospector.deciding import Decisions
from prospector.demo.sites import HERE
from prospector.drafting import open_suppressions
from prospector.items import DraftStatus
from prospector.spiders.clock import utc_now
from prospector.store import Store
from tests.crawling import ROOT, scrapy

PAGE = ROOT / "docs" / "tutorial.md"
EXPORTS = HERE / "story"
BLOCK = re.compile(r"^```text\n(\$ .*?)^```\n", re.MULTILINE | re.DOTALL)
SKIPPED = "…"  # in the page: lines that are left out
ANSWERS = "k\n" * 20  # to whatever is asked: keep it
_NOISE = ("campaign demo: ", "Everything is in ", "Next: ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A command of the page, and what the page says it answers."""

    typed: str
    answer: tuple[str, ...]


def steps(page: str) -> Iterator[Step]:
    for block in BLOCK.finditer(page):
        for typed, answer in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block[1], re.MULTILINE):
            yield Step(typed=typed, answer=tuple(tidy(answer.splitlines())))


def folder_with_exports(folder: Path) -> Path:
    """Empty but for what a user would have downloaded."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(EXPORTS, folder)
    return folder


def run(typed: str, folder: Path) -> list[str]:
    """What a command answers, less what says where things lie and what comes next."""
    words = shlex.split(typed, comments=True)
    if words[:2] == ["scrapy", "review"]:
        return at_the_desk(folder)
    if words[0] == "cat":
        return tidy((folder / words[1]).read_text("utf-8").splitlines())
    if words[1] == "crawl":
        done = scrapy(*words[1:], cwd=folder)
        code, said = done.returncode, done.stdout + done.stderr
    else:
        code, said = typed_here(words, folder)
    if code:
        raise SystemExit(f"{typed} failed with {code}:\n{said}")
    return tidy(said.splitlines())


def tidy(lines: Iterable[str]) -> list[str]:
    """Without noise; one empty line where several were."""
    kept = [line.rstrip() for line in lines if not line.startswith(_NOISE)]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n")
    return text.splitlines()


def typed_here(words: Sequence[str], folder: Path) -> tuple[int, str]:
    """A command that crawls nothing, in this process: half of the story would else be the start of Python."""
    said = io.StringIO()
    before = os.environ.get("SCRAPY_SETTINGS_MODULE"), sys.stdin
    os.environ["SCRAPY_SETTINGS_MODULE"] = "prospector.settings"
    sys.stdin = io.StringIO(ANSWERS)
    try:
        with chdir(folder), redirect_stdout(said), redirect_stderr(said):
            execute(list(words))
    except SystemExit as end:
        return int(end.code or 0), said.getvalue()
    finally:
        sys.stdin = before[1]
        os.environ.pop("SCRAPY_SETTINGS_MODULE")
        if before[0] is not None:
            os.environ["SCRAPY_SETTINGS_MODULE"] = before[0]
    return 0, said.getvalue()


def at_the_desk(folder: Path) -> list[str]:
    """What a person would do there: read the letters that are ready, and approve them."""
    campaign, _ = find_campaign(None, folder)
    with Store.open(campaign.database) as store, open_suppressions(campaign, None) as suppressions:
        decisions = Decisions(store, campaign, suppressions)
        ready = store.drafts.list(DraftStatus.READY)
        for draft in ready:
            decisions.approve(draft.id, now=utc_now())
        return [f"(you read {len(ready)} letters and approve them)"]


def main() -> None:
    folder = folder_with_exports(ROOT / "output" / "story")
    print(f"\nA story through seeds, backlinks, letters and what becomes of them: docs/tutorial.md, typed in {folder}.")  # noqa: T201
    print("The demo web is served on this machine while each command runs. Nothing leaves it, nothing is sent.")  # noqa: T201
    for step in steps(PAGE.read_text("utf-8")):
        print(f"\n$ {step.typed}", flush=True)  # noqa: T201
        shown = run(step.typed, folder)
        most = len(step.answer) + 3 if SKIPPED in step.answer else len(shown)
        print("\n".join(shown[:most] + ([SKIPPED] if len(shown) > most else [])), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
