"""Which links are a page's furniture: navigation, footer, share buttons, counters, licences, the owner's own profiles.

Words, hosts and phrases are rows in boilerplate.toml; here stands only how they are applied. A mistake is cheap in one
direction: a link called boilerplate is still kept and still checked, it only weighs less.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NO_WORD = re.compile(r"[^a-z0-9]+")
_SIMPLE = re.compile(r"[^a-z0-9]")
_SHORTEST_NAME = 4  # characters of a site's name that a profile must share with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """URLs of one purpose: a host (or what is below it), how the path begins, a query parameter."""

    host: str
    path: str
    query: str = ""
    badge: bool = False  # only where it looks like one


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """boilerplate.toml."""

    class_words: frozenset[str]
    class_words_anywhere: frozenset[str]
    class_starts: tuple[str, ...]
    class_ends: tuple[str, ...]
    class_excuses: frozenset[str]
    roles: frozenset[str]
    tags: frozenset[str]
    rel: frozenset[str]
    credit_phrases: tuple[str, ...]
    copyright_marks: tuple[str, ...]
    profile_hosts: frozenset[str]
    badge_words: frozenset[str]
    patterns: Mapping[str, tuple[Pattern, ...]]  # by host


@lru_cache(maxsize=1)
def rules() -> Rules:
    """The rows of boilerplate.toml."""
    data: dict[str, Any] = tomllib.loads(files("prospector.links").joinpath("boilerplate.toml").read_text(encoding="utf-8"))
    patterns: dict[str, tuple[Pattern, ...]] = {}
    for kind in ("share", "tool", "badge"):
        for row in data[kind]:
            patterns[row["host"]] = (*patterns.get(row["host"], ()), Pattern(badge=kind == "badge", **row))
    return Rules(
        class_words=frozenset(data["class_words"] + data["class_words_anywhere"]),
        class_words_anywhere=frozenset(data["class_words_anywhere"]),
        class_starts=tuple(data["class_starts"]),
        class_ends=tuple(data["class_ends"]),
        class_excuses=frozenset(data["class_excuses"]),
        roles=frozenset(data["roles"]),
        tags=frozenset(data["tags"]),
        rel=frozenset(data["rel"]),
        credit_phrases=tuple(data["credit_phrases"]),
        copyright_marks=tuple(data["copyright_marks"]),
        profile_hosts=frozenset(data["profile_hosts"]),
        badge_words=frozenset(data["badge_words"]),
        patterns=patterns,
    )


def region_of(tag: str, attributes: Mapping[str, str | None], *, in_main: bool) -> tuple[str, bool]:
    """Why an element's content is furniture ("" if it is not), and whether the element itself says so, not just a class."""
    role = attributes.get("role") or ""
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return _region(tag, role, names[:200], in_main)


@lru_cache(maxsize=4096)
def _region(tag: str, role: str, names: str, in_main: bool) -> tuple[str, bool]:  # noqa: FBT001 (a cache key)
    known = rules()
    if tag in known.tags and not (in_main and tag in ("header", "aside")):
        return f"<{tag}>", True
    if role.strip().lower() in known.roles:
        return f"role={role.strip().lower()}", True
    if tag in ("body", "main", "article") or len(names) < 3:
        return "", False
    unwanted = known.class_words_anywhere if in_main else known.class_words
    for name in names.split():
        words = [word for word in _NO_WORD.split(_HUMP.sub("-", name).lower()) if word]
        if known.class_excuses.intersection(words):
            continue
        whole = "".join(words)
        if unwanted.intersection(words) or (not in_main and (whole.startswith(known.class_starts) or whole.endswith(known.class_ends))):
            return f"class {name}", False
    return "", False


def is_part_of_items(why: str) -> bool:
    """Whether a kind of region may belong to each item of a list rather than to the page: heads and feet of entries."""
    return why in ("<header>", "<footer>", "<aside>") or "foot" in why.lower()


def is_tool(url: str, *, page_host: str, badge: bool) -> bool:
    """Whether a URL is furniture wherever it stands: a share button, a counter, a tool pointed at this very page.

    `badge`: the link is an image, or stands at the page's end; elsewhere a counter's site is a link like any other.
    """
    _, _, rest = url.partition("//")
    host, _, rest = rest.partition("/")
    path, _, query = rest.partition("?")
    path = "/" + path.lower()
    known = rules()
    parts = host.partition(":")[0].split(".")
    for start in range(len(parts) - 1):
        for pattern in known.patterns.get(".".join(parts[start:]), ()):
            if path.startswith(pattern.path) and f"{pattern.query}=" in f"={query}" and (badge or not pattern.badge):
                return True
    if badge and not known.badge_words.isdisjoint(_NO_WORD.split(host + path[:60])):
        return True
    return bool(query and page_host and page_host in unquote(query).lower())


def is_own_profile(url: str, *, page_host: str, site: str) -> bool:
    """A profile or a repository that bears the name of the page's own site."""
    _, _, rest = url.partition("//")
    host, _, path = rest.lower().partition("/")
    if host.removeprefix("www.").removeprefix("m.") not in rules().profile_hosts:
        return False
    names = {_simple(name) for name in (site.partition(".")[0], page_host.removeprefix("www.").partition(".")[0], site.partition("/~")[2])}
    segments = {_simple(segment) for segment in path.partition("?")[0].split("/")[:3]}
    return any(len(name) >= _SHORTEST_NAME for name in names & segments)


def is_credit(before: str, line: str) -> bool:
    """Near a page's end: the words before a link name who made the page, or its line speaks of rights."""
    known = rules()
    lowered = before.lower().rstrip(" :»|-–")
    return lowered.endswith(known.credit_phrases) or any(mark in line.lower() for mark in known.copyright_marks)


def _simple(name: str) -> str:
    return _SIMPLE.sub("", name)
