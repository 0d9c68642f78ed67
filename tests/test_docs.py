"""The documentation against the code: nothing that exists is missing, nothing that is told is wrong, every link leads somewhere.

The help texts in docs/commands.md and the words in docs/glossary.md are the program's own. After a change to a command or a label, write them anew:

    WRITE_DOCS=1 python -m pytest tests/test_docs.py
"""

from __future__ import annotations

import ast
import dataclasses
import json
import os
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import get_args, get_origin, get_type_hints

import pytest
from scrapy.settings import default_settings

from prospector import settings
from prospector.items import Confidence, DraftStatus, Stage, Strength, VerdictKind
from prospector.outreach import context
from prospector.outreach.templates import load_templates
from tests.documents import (
    PAGES,
    ROOT,
    anchors,
    commands_shown,
    help_text,
    inside,
    name_of,
    our_commands,
    our_spiders,
    prose,
    rows,
    spans,
    spider_arguments,
    why_wrong,
    words_table,
)

DOCS = ROOT / "docs"
COMMANDS = DOCS / "commands.md"
SETTINGS = DOCS / "settings.md"
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
HELP = re.compile(r"(<!-- help of (\w*) ?-->\n\n)(.*?)(\n\n<!-- end of help -->)", re.DOTALL)
WORDS = re.compile(r"(<!-- words of (\w+) -->\n\n)(.*?)(\n\n<!-- end of words -->)", re.DOTALL)
ENUMS: Mapping[str, type[StrEnum]] = {enum.__name__: enum for enum in (VerdictKind, Confidence, Strength, DraftStatus, Stage)}
# what a folder holds that is made, not written
MADE = {".venv", ".git", "output", "build", "dist", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"}
WRITTEN = {".py", ".md", ".toml", ".yml", ".cfg", ".j2", ".in", ".svg", ""}


# -- commands and spiders ----------------------------------------------------------------------------------------------------


def test_every_command_has_its_chapter_with_its_own_help() -> None:
    text = COMMANDS.read_text("utf-8")
    if os.environ.get("WRITE_DOCS"):
        text = HELP.sub(lambda match: f"{match[1]}{help_text(match[2])}{match[4]}", text)
        COMMANDS.write_text(text, "utf-8")
    shown = {name: said for _, name, said, _ in HELP.findall(text)}
    assert shown == {name: help_text(name) for name in ("", *our_commands())}
    assert {f"scrapy-{name}" for name in our_commands()} <= anchors(COMMANDS)


def test_every_spider_has_its_paragraph_with_its_arguments() -> None:
    told = {cells[0].strip("`"): set(re.findall(r"`-a (\w+)=", cells[2])) for cells in rows(COMMANDS, 3)}
    assert told == {name: spider_arguments(spider) for name, spider in our_spiders().items()}


def test_the_readme_lists_every_command_and_every_spider() -> None:
    listed = {cells[0].strip("`") for cells in rows(ROOT / "README.md", 2)}
    wanted = {f"scrapy {name}" for name in our_commands() if name != "crawl"} | {f"scrapy crawl {name}" for name in our_spiders()}
    assert wanted <= {re.match(r"scrapy (?:crawl )?\w+|", text)[0] for text in listed}  # type: ignore[index]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_line_shown_can_be_typed(page: Path) -> None:
    assert [f"{line}: {wrong}" for line in commands_shown(page) if (wrong := why_wrong(line))] == []


def test_every_command_that_the_program_itself_names_is_there() -> None:
    """In messages, help texts and comments; of crawls and exports with the word that follows."""
    named = re.compile(r"\bscrapy ((?:crawl|export) [a-z-]+|(?!import\b)[a-z]+)")
    texts = {
        path: path.read_text("utf-8")
        for folder in ("prospector", "templates")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".toml", ".j2"}
    }
    said = {(name_of(path), line) for path, text in texts.items() for line in named.findall(text)}
    assert [f"{path}: scrapy {line}: {wrong}" for path, line in sorted(said) if (wrong := why_wrong(f"scrapy {line}"))] == []


@pytest.mark.parametrize("name", re.findall(r"^([a-z]+):.*##", MAKEFILE, re.MULTILINE))
def test_every_make_target_is_told(name: str) -> None:
    assert f"`make {name}`" in (ROOT / "README.md").read_text("utf-8") + (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_no_make_target_is_told_that_is_not_there() -> None:
    told = {match[1] for page in PAGES for span in spans(page) if (match := re.match(r"make ([a-z]+)", span))}
    assert told <= set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))


# -- settings ----------------------------------------------------------------------------------------------------------------


def settings_named() -> list[str]:
    """Every name that settings.py sets, also where only some systems have it."""
    tree = ast.parse(Path(settings.__file__).read_text("utf-8"))
    found = [
        node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
    ]
    return [target.id for target in found if isinstance(target, ast.Name) and target.id.isupper()]


def value_in(module: ModuleType, name: str) -> str:
    value = getattr(module, name)
    if isinstance(value, Mapping) and value:
        return "a table"
    if isinstance(value, list) and len(value) > 1:
        return "a list"
    return f"`{json.dumps(value) if isinstance(value, str | list) else repr(value)}`"


def test_every_setting_is_told_and_no_other() -> None:
    assert sorted(cells[0].strip("`") for cells in rows(SETTINGS, 4)) == sorted(settings_named())


@pytest.mark.parametrize("cells", list(rows(SETTINGS, 4)), ids=lambda cells: cells[0].strip("`"))
def test_a_setting_has_the_value_that_is_told(cells: list[str]) -> None:
    name, here, scrapys, meaning = cells[0].strip("`"), *cells[1:]
    if hasattr(settings, name):  # uvloop's is not on Windows
        assert here == value_in(settings, name)
    assert scrapys == (value_in(default_settings, name) if hasattr(default_settings, name) else "ours")
    assert meaning.endswith(".")


def test_every_setting_that_the_code_reads_is_told_here_or_by_scrapy() -> None:
    reading = re.compile(r"settings(?:\.get\w*\(|\[)\"([A-Z_]+)\"")
    read = {name for path in (ROOT / "prospector").rglob("*.py") for name in reading.findall(path.read_text("utf-8"))}
    assert {name for name in read if not hasattr(default_settings, name)} <= set(settings_named())


# -- the house ---------------------------------------------------------------------------------------------------------------


def test_the_architecture_shows_exactly_the_rooms_there_are() -> None:
    text = (DOCS / "architecture.md").read_text("utf-8")
    shown = re.findall(r"^  ([a-z_]+(?:\.py|/))", text.partition("prospector/\n")[2].partition("```")[0], re.MULTILINE)
    files = {path.name for path in (ROOT / "prospector").glob("*.py") if not path.name.startswith(("__", "campaign_"))}
    rooms = {f"{path.parent.name}/" for path in (ROOT / "prospector").glob("*/__init__.py")}
    assert sorted(shown) == sorted(files | rooms)


def test_every_decision_says_context_decision_and_consequences() -> None:
    for page in (DOCS / "decisions").glob("*.md"):
        if page.name != "README.md":
            assert re.findall(r"^## (.+)$", page.read_text("utf-8"), re.MULTILINE) == ["Context", "Decision", "Consequences"], page.name


def test_the_glossary_has_every_word_that_results_use() -> None:
    page = DOCS / "glossary.md"
    text = page.read_text("utf-8")
    if os.environ.get("WRITE_DOCS"):
        text = WORDS.sub(lambda match: f"{match[1]}{words_table(ENUMS[match[2]])}{match[4]}", text)
        page.write_text(text, "utf-8")
    assert {name: table for _, name, table, _ in WORDS.findall(text)} == {name: words_table(members) for name, members in ENUMS.items()}


def letter_variables() -> Iterator[str]:
    yield from _parts(context.LetterView, "")


def _parts(kind: type, path: str) -> Iterator[str]:
    hints = get_type_hints(kind)
    for field in dataclasses.fields(kind):
        inner = hints[field.name]
        listed = get_origin(inner) is tuple
        inner = next((one for one in (*get_args(inner), inner) if dataclasses.is_dataclass(one)), None)
        name = "link" if listed else f"{path}{field.name}"
        yield f"{path}{field.name}"
        if isinstance(inner, type):
            yield from _parts(inner, f"{name}.")


def test_every_variable_of_a_letter_is_told_and_no_other() -> None:
    told = [cells[0].strip("`") for cells in rows(DOCS / "letters.md", 2)]
    assert sorted(name for name in told if "/" not in name) == sorted(letter_variables())
    assert sorted(name for name in told if "/" in name) == sorted(name_of(path) for path in (ROOT / "templates").iterdir())


def test_the_letter_that_the_docs_show_is_a_good_one(tmp_path: Path) -> None:
    shown = re.search(r"```jinja\n(.*?)```", (DOCS / "letters.md").read_text("utf-8"), re.DOTALL)
    assert shown is not None
    (tmp_path / "my-letter.txt.j2").write_text(shown[1], "utf-8")
    assert load_templates(tmp_path)["my-letter"].purpose == "links"


# -- pages -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = [written for written, path, anchor in inside(page) if not path.exists() or (anchor and anchor not in anchors(path))]
    assert broken == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, to_read = set(), [ROOT / "README.md"]
    while to_read:
        page = to_read.pop()
        if page not in reached:
            reached.add(page)
            to_read += [path for _, path, _ in inside(page) if path.suffix == ".md" and path.exists()]
    assert [name_of(page) for page in PAGES if page not in reached] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_and_test_that_is_named_exists(page: Path) -> None:
    for span in spans(page):
        path, _, test = span.partition("::")
        if re.fullmatch(r"(?:prospector|tests|docs|benchmarks|templates|requirements)/[\w./*-]*", path) and "NAME" not in path:
            found = list(ROOT.glob(path.rstrip("/")))
            assert found, span
            assert not test or re.search(rf"def {test}\(", found[0].read_text("utf-8")), span


def test_every_row_of_the_threat_model_names_a_test() -> None:
    tables = re.findall(r"^\|---\|---\|---\|\n((?:\|.*\n)+)", (DOCS / "threat-model.md").read_text("utf-8"), re.MULTILINE)
    told = [line for table in tables for line in table.splitlines()]
    assert len(told) > 30
    assert [line for line in told if not re.search(r"`tests/[\w/]+\.py::test_\w+`", line.split("|")[-2])] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_code_block_says_what_it_is_written_in_or_is_plain(page: Path) -> None:
    known = {"", "sh", "toml", "python", "jinja", "json", "sql", "powershell", "text"}
    assert set(re.findall(r"^```(\w+)$", page.read_text("utf-8"), re.MULTILINE)) <= known


def written_files() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*")):
        if (
            path.suffix in WRITTEN
            and path.is_file()
            and not path.name.startswith(".coverage")
            and not MADE & set(path.relative_to(ROOT).parts)
        ):
            yield path


def test_nothing_names_a_place_on_somebodys_machine() -> None:
    place = re.compile(r"(?<![\w.:/)}\]*-])/(?:root|Users|work|farm|mnt|srv)(?:/|\b)(?!\.)")
    assert [f"{name_of(path)}: {found[0]}" for path in written_files() if (found := place.search(path.read_text("utf-8", "replace")))] == []


def test_nothing_is_put_off_without_a_reason() -> None:
    """A TODO in a comment says why in brackets: `TODO (waits for …)`."""
    put_off = re.compile(r"(?:#|//|<!--)\s*(?:TODO|FIXME|XXX)\b(?!\s*\([^)]+\))")
    assert [name_of(path) for path in written_files() if put_off.search(path.read_text("utf-8", "replace"))] == []


def test_a_page_is_short_enough_to_be_read() -> None:
    lookups = {"data-dictionary.md", "campaign.md", "commands.md"}  # read a row at a time
    assert {name_of(page): count for page in PAGES if page.name not in lookups and (count := len(prose(page).splitlines())) > 200} == {}
