"""Who may know whom: the rules of docs/architecture.md, read from the import statements themselves."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "prospector"
PURE = {"archive", "backlinks", "links", "seeding", "verdicts", "matching", "contacts", "scoring", "outreach", "watching"}
# what a pure room may not have: a clock, a socket, a database, a process, an engine
IMPURE = {
    "scrapy",
    "twisted",
    "aiohttp",
    "playwright",
    "redis",
    "scrapy_redis",
    "sqlite3",
    "sqlite_utils",
    "socket",
    "asyncio",
    "subprocess",
    "time",
    "requests",
}
MAY_IMPORT_SCRAPY = {
    "spiders",
    "checking",
    "pipelines",
    "pipelines_archive",
    "pipelines_registry",
    "extensions",
    "distributed",
    "settings",
    "commands",
}
ONE_ROOM_EACH = {
    "tldextract": "links",
    "playwright": "checking",
    "redis": "distributed",
    "scrapy_redis": "distributed",
    "sqlite_utils": "store",
}
POSIX_ONLY = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "posix", "syslog", "uvloop"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0].removesuffix(".py")


def imports(path: Path, *, top_level_only: bool = False) -> Iterator[str]:
    """Dotted names of all that a module imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body if top_level_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def foreign(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(path)}


def rooms_used(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports(path) if name.startswith("prospector.")}


def ids(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", [path for path in MODULES if room_of(path) in PURE], ids=ids)
def test_pure_rooms_have_no_network_no_store_and_no_clock(path: Path) -> None:
    assert not foreign(path) & IMPURE
    assert not rooms_used(path) & {"store", "checking", "spiders", "pipelines", "extensions", "commands", "review"}
    assert "datetime.now(" not in path.read_text(encoding="utf-8")


def test_the_vocabulary_imports_nothing_of_ours() -> None:
    assert not rooms_used(PACKAGE / "items.py")


@pytest.mark.parametrize("path", [path for path in MODULES if room_of(path) not in MAY_IMPORT_SCRAPY], ids=ids)
def test_only_the_edges_know_scrapy(path: Path) -> None:
    assert not foreign(path) & {"scrapy", "twisted"}


@pytest.mark.parametrize(("library", "room"), ONE_ROOM_EACH.items())
def test_one_room_each_for_these_libraries(library: str, room: str) -> None:
    users = {room_of(path) for path in MODULES if library in foreign(path)}
    assert users <= {room}


def test_only_the_store_writes_sql() -> None:
    users = {room_of(path) for path in MODULES if "sqlite3" in foreign(path)}
    # doctor asks for SQLite's version, nothing else
    assert users <= {"store", "commands"}


@pytest.mark.parametrize("path", [path for path in MODULES if room_of(path) in {"export", "review"}], ids=ids)
def test_what_shows_results_does_not_crawl(path: Path) -> None:
    assert "spiders" not in rooms_used(path)


def test_one_room_serves_pages() -> None:
    users = {room_of(path) for path in MODULES if any(name.startswith("aiohttp.web") for name in imports(path))}
    assert users <= {"review", "demo"}


@pytest.mark.parametrize("path", [path for path in MODULES if room_of(path) == "review"], ids=ids)
def test_the_desk_changes_nothing_but_through_decisions(path: Path) -> None:
    """No page of it writes into the store by itself, asks the web for anything, or knows what time it is."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"store\.\w+\.(save|edit|decide|withdraw|set_|mark_|record|choose)\w*\(", text)
    assert "ClientSession" not in text
    assert "datetime.now(" not in text


@pytest.mark.parametrize("path", [path for path in MODULES if room_of(path) != "commands"], ids=ids)
def test_nobody_imports_commands(path: Path) -> None:
    assert "commands" not in rooms_used(path)


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_no_module_needs_a_posix_only_import(path: Path) -> None:
    assert not {name.partition(".")[0] for name in imports(path, top_level_only=True)} & POSIX_ONLY


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_every_module_says_its_job_in_its_first_line(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if not text.strip():
        return  # an empty __init__.py
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring
    assert len(docstring.splitlines()[0]) > 20


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_no_module_has_two_jobs(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 450


def test_the_standard_library_is_what_we_think_it_is() -> None:
    assert POSIX_ONLY - {"uvloop"} <= set(sys.stdlib_module_names) | {"posix"}


def test_crawled_html_is_parsed_in_one_place() -> None:
    """Which prunes what would make the parser grow without bounds: see links/parsing.py."""
    users = {ids(path) for path in MODULES if "LexborHTMLParser(" in path.read_text(encoding="utf-8")}
    assert {name.replace("\\", "/") for name in users} == {"links/parsing.py"}
