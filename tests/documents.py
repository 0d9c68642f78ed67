"""The documentation as tests read it: pages, headings, links, the commands they show; and the help of our commands, as Markdown."""

from __future__ import annotations

import argparse
import contextlib
import inspect
import io
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import UnionType
from typing import Union, get_args, get_origin, get_type_hints

from scrapy import Spider
from scrapy import commands as scrapys_own
from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings, default_settings

from prospector import commands, settings, spiders
from prospector.export import WHAT
from prospector.words import label, sentence

ROOT = Path(__file__).parents[1]
PAGES = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/**/*.md")))
FENCE = re.compile(r"^(```+|~~~+)[^\n]*\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"\]\(\s*<?([^\s)>]+)>?(?:\s+\"[^\"]*\")?\s*\)|(?:src|href)=\"([^\"]+)\"")


# -- pages -----------------------------------------------------------------------------------------------------------------


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """A page without its code blocks and comments."""
    return re.sub(r"<!--.*?-->", "", FENCE.sub("", page.read_text("utf-8")), flags=re.DOTALL)


def anchors(page: Path) -> set[str]:
    """What GitHub makes of the headings: lower case, no punctuation, hyphens for spaces; a second one alike gets a number."""
    found: set[str] = set()
    for heading in re.findall(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", prose(page), re.MULTILINE):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("*", "")
        slug = re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-")
        number, unique = 0, slug
        while unique in found:
            number += 1
            unique = f"{slug}-{number}"
        found.add(unique)
    return found


def links(page: Path) -> Iterator[str]:
    """The targets of a page's links and pictures, as written."""
    for match in LINK.finditer(CODE.sub("", prose(page))):
        yield match[1] or match[2]


def inside(page: Path) -> Iterator[tuple[str, Path, str]]:
    """Links that lead to a file of the project: as written, the file, the anchor."""
    for target in links(page):
        if not re.match(r"[a-z][a-z0-9+.-]*:", target):
            path, _, anchor = target.partition("#")
            yield target, (page.parent / path).resolve() if path else page, anchor


def spans(page: Path) -> Iterator[str]:
    """Texts in backticks."""
    yield from CODE.findall(prose(page))


def rows(page: Path, columns: int) -> Iterator[list[str]]:
    """Table rows that begin with something in backticks."""
    for line in page.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == columns and cells[0].startswith("`"):
            yield cells


# -- commands --------------------------------------------------------------------------------------------------------------


def our_commands() -> dict[str, ScrapyCommand]:
    names = (module.name for module in iter_modules(commands.__path__) if not module.name.startswith("_"))
    return {name: import_module(f"prospector.commands.{name}").Command() for name in names}


def parser_of(name: str, command: ScrapyCommand) -> argparse.ArgumentParser:
    """The parser that `scrapy NAME` uses."""
    command.settings = Settings()
    command.settings.setmodule(settings, priority="project")
    parser = argparse.ArgumentParser(prog=f"scrapy {name}", conflict_handler="resolve", description=command.long_desc())
    command.add_options(parser)
    return parser


def help_text(name: str) -> str:
    """What `scrapy NAME --help` says, as Markdown; "" for the name gives the options that all have. Independent of the terminal and the Python."""
    command = our_commands()[name or "status"]
    parser = parser_of(name or "status", command)
    shared = next(group for group in parser._action_groups if group.title == "Global Options")._group_actions
    if not name:
        return _options(shared)
    own = [action for action in parser._actions if action not in shared and not isinstance(action, argparse._HelpAction)]
    sections = dict(re.findall(r"^([^\n]+)\n=+\n(.*?)(?:\n\n|\Z)", parser.epilog or "", re.MULTILINE | re.DOTALL))
    examples = "\n".join(line.strip() for line in sections["Examples"].splitlines())
    codes = [line.split(maxsplit=1) for line in sections["Exit codes"].splitlines()]
    return "\n\n".join(
        (
            f"`scrapy {name} {command.syntax()}`",
            _sentence(command.long_desc()),
            _options(own),
            f"```sh\n{examples}\n```",
            "| exit code | meaning |\n|---|---|\n" + "\n".join(f"| {code} | {meaning} |" for code, meaning in codes),
        )
    )


def words_table(members: Iterable[StrEnum]) -> str:
    """The labels and sentences of words.py for one enum, as Markdown."""
    return "\n".join(
        ("| stored as | shown as | means |", "|---|---|---|", *(f"| `{one.value}` | {label(one)} | {sentence(one)} |" for one in members))
    )


def _options(actions: list[argparse.Action]) -> str:
    lines = [
        f"| `{', '.join(action.option_strings)}{f' {action.metavar}' if action.metavar else ''}` | {_cell(action.help or '')} |"
        for action in actions
    ]
    return "\n".join(("| option | meaning |", "|---|---|", *lines))


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def commands_shown(page: Path) -> Iterator[str]:
    """Every `scrapy …` line that a page shows, in code blocks and in running text."""
    text = page.read_text("utf-8")
    blocks = [line for match in FENCE.finditer(text) for line in match[2].splitlines()]
    for shown in (*blocks, *spans(page)):
        line = re.sub(r"^(?:[$>]\s+|uv run\s+|[A-Z_]+=\S+\s+)+", "", shown.strip())
        if re.match(r"scrapy\s+\S", line):
            yield re.split(r"\s{2,}|\s#|\s\||\s&&|\s>", line)[0]


def why_wrong(line: str) -> str:
    """What is wrong with a command line of the documentation; "" for nothing. Words in capitals and in brackets stand for something."""
    words = [word for word in shlex.split(line) if not word.startswith(("[", "<")) and word not in {"…", "..."}]
    if len(words) < 2:
        return ""
    name, arguments = words[1], words[2:]
    ours = our_commands()
    if name not in ours:
        return "" if name in _scrapys() or stands_for_something(name) else f"there is no command {name}"
    parser = parser_of(name, ours[name])
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            options, rest = parser.parse_known_args(arguments)
    except SystemExit as end:  # with 0 after --help
        return said.getvalue().strip().splitlines()[-1] if end.code else ""
    if unknown := [word for word in rest if word.startswith("-") and word != "-"]:
        return f"there is no option {' '.join(unknown)}"
    for assignment in options.set:
        if not hasattr(settings, setting := assignment.partition("=")[0]) and not hasattr(default_settings, setting):
            return f"there is no setting {setting}"
    return _wrong_words(name, [word for word in rest if not stands_for_something(word)], ours[name]) or _wrong_spider_arguments(
        rest, options
    )


def _wrong_words(name: str, words: list[str], command: ScrapyCommand) -> str:
    known = set(re.findall(r"\b[a-z]+\b", command.syntax())) - {"options"}
    if name == "crawl":
        known = set(our_spiders())
    elif name == "export":
        known = set(WHAT)
    given = {part for word in words for part in word.split("|")}
    return f"{name} knows no {' '.join(sorted(given - known))}" if known and given - known else ""


def _wrong_spider_arguments(rest: list[str], options: argparse.Namespace) -> str:
    given = {assignment.partition("=")[0] for assignment in getattr(options, "spargs", ())}
    known = spider_arguments(our_spiders()[rest[0]]) if rest and rest[0] in our_spiders() else given
    return f"{rest[0]} takes no -a {' '.join(sorted(given - known))}" if given - known else ""


def stands_for_something(word: str) -> bool:
    """An address, a file, a number or a word in capitals: the reader's own."""
    return word.upper() == word or any(sign in word for sign in ":/.@")


def _scrapys() -> set[str]:
    return {module.name for module in iter_modules(scrapys_own.__path__)}


# -- spiders ---------------------------------------------------------------------------------------------------------------


@cache
def our_spiders() -> Mapping[str, type[Spider]]:
    modules = [import_module(f"prospector.spiders.{module.name}") for module in iter_modules(spiders.__path__)]
    classes = {found for module in modules for _, found in inspect.getmembers(module, inspect.isclass) if issubclass(found, Spider)}
    return {
        found.name: found
        for found in classes
        if found.__module__.startswith("prospector.") and isinstance(getattr(found, "name", None), str)
    }


def spider_arguments(spider: type[Spider]) -> set[str]:
    """What `-a NAME=VALUE` can say to a spider: the parameters that can be text."""
    found: set[str] = set()
    for kind in spider.__mro__:
        if kind.__module__.startswith("prospector."):
            for method in ("__init__", "from_crawler"):
                if method in vars(kind):
                    found |= {name for name, hint in get_type_hints(getattr(kind, method)).items() if _may_be_text(hint)}
    return found - {"return"}


def _may_be_text(hint: object) -> bool:
    return hint is str or (get_origin(hint) in {UnionType, Union} and str in get_args(hint))
