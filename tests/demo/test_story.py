"""docs/tutorial.md tells what happens: every answer that it shows is the program's, and what it says came of it did."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from prospector.campaign import find_campaign
from prospector.items import DraftKind, Stage
from prospector.store import Store
from prospector.watching.states import Source, State
from tests.demo.story import BLOCK, PAGE, SKIPPED, Step, folder_with_exports, run, steps

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY = re.compile(rf"\d\d:\d\d:\d\d|\d{{4}}-\d\d-\d\d(?: \d\d:\d\d)?|\d{{1,2}} (?:{_MONTHS}) \d{{4}}")
HOW_MANY = 5  # lines shown of a longer answer


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[Step, list[str]]]]:
    """The story as it goes: its folder, and each step with what the program answers."""
    folder = folder_with_exports(tmp_path_factory.mktemp("story") / "story")
    found = [(step, [line.replace(f"{folder}/", "") for line in run(step.typed, folder)]) for step in steps(PAGE.read_text("utf-8"))]
    if os.environ.get("WRITE_DOCS"):
        write(found)
        return folder, [(step, answer) for step, (_, answer) in zip(steps(PAGE.read_text("utf-8")), found, strict=True)]
    return folder, found


def write(found: list[tuple[Step, list[str]]]) -> None:
    """Put the program's answers into the page; where it left lines out, it does so again."""
    answers = iter(found)

    def block(match: re.Match[str]) -> str:
        lines = []
        for _ in re.findall(r"^\$ ", match[1], re.MULTILINE):
            step, answer = next(answers)
            cut = SKIPPED in step.answer and len(answer) > HOW_MANY
            lines += [f"$ {step.typed}", *(answer[:HOW_MANY] if cut else answer), *([SKIPPED] if cut else []), ""]
        return "```text\n" + "\n".join(lines).rstrip() + "\n```\n"

    PAGE.write_text(BLOCK.sub(block, PAGE.read_text("utf-8")), "utf-8")


def test_every_answer_shown_is_the_programs(told: tuple[Path, list[tuple[Step, list[str]]]]) -> None:
    for step, answer in told[1]:
        if SKIPPED not in step.answer:
            assert _undated(answer) == _undated(step.answer), step.typed
            continue
        for line in step.answer:
            assert line == SKIPPED or _undated([line]) in map(_undated, ([each] for each in answer)), step.typed


def _undated(lines: Sequence[str]) -> str:
    """In one line, because a letter is wrapped otherwise on another day."""
    return _DAY.sub("DAY", " ".join(" ".join(lines).split()))


def test_what_it_says_came_of_it_did(told: tuple[Path, list[tuple[Step, list[str]]]]) -> None:
    folder, _ = told
    campaign, _ = find_campaign(None, folder)
    with Store.open(campaign.database) as store:
        stages = {row["page_url"].split("/")[2]: Stage(row["stage"]) for row in store.reports.prospects()}
        watched = {row["page_url"].split("/")[2]: State(row["state"]) for row in store.watching.latest(Source.LETTER)}
        profile = {row["wanted_url"].rpartition("/")[2]: State(row["state"]) for row in store.watching.latest(Source.PROFILE)}
        letters = {draft.page_url.split("/")[2]: draft for draft in store.drafts.list()}
        assert all(draft.kind is DraftKind.FIRST for draft in letters.values()), "letters about lost links are off"
    assert stages == {
        "garden-notebook.test": Stage.WON,
        "plot-holders.test": Stage.LOST,
        "seedling-swap.test": Stage.CONTACTED,
    }
    assert watched == {
        "garden-notebook.test": State.LINKED,
        "plot-holders.test": State.LOST,
        "seedling-swap.test": State.UNCHANGED,
    }
    assert profile["thyme.html"] in {State.LINKED, State.PAGE_GONE}
    assert letters["seedling-swap.test"].template == "own-page"
    assert "http://thymeandtilth.test/guides/leaf-mould.html" in letters["seedling-swap.test"].body
    assert "http://thymeandtilth.test/guides/hot-composting.html" in letters["garden-notebook.test"].body
    assert "shop/leaf-mould" not in (folder / "moved.conf").read_text("utf-8")
    assert "domain:linkheap.example" in (folder / "disavow.txt").read_text("utf-8")
    assert "seedling-swap" not in (folder / "disavow.txt").read_text("utf-8")
