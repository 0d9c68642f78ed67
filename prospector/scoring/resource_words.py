"""By which words a page calls itself a list of links: the rows of resource_words.toml, looked up."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import unquote, urlsplit

from prospector.matching.words import CAMEL, EXTENSION, IDEOGRAPHS, WORD, fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Words found that name a list of links."""

    strong: tuple[str, ...]
    weak: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    exact: frozenset[str]
    prefixes: tuple[str, ...]
    ideographs: tuple[str, ...]  # scripts without spaces: anywhere in a run

    def found(self, word: str) -> bool:
        if word in self.exact or any(word.startswith(prefix) for prefix in self.prefixes):
            return True
        return any(each in word for each in self.ideographs) if not word.isascii() else False


@cache
def lexicons() -> tuple[Lexicon, Lexicon]:
    """The strong words and the weak ones."""
    table = tomllib.loads(files("prospector.scoring").joinpath("resource_words.toml").read_text(encoding="utf-8"))
    return _lexicon(table["row"], "strong"), _lexicon(table["row"], "weak")


def _lexicon(rows: Iterable[dict[str, list[str]]], strength: str) -> Lexicon:
    listed = [fold(word) for row in rows for word in row[strength]]
    return Lexicon(
        exact=frozenset(word for word in listed if not word.endswith("*")),
        prefixes=tuple(word[:-1] for word in listed if word.endswith("*")),
        ideographs=tuple(word for word in listed if IDEOGRAPHS.search(word)),
    )


def naming(*texts: str) -> Naming:
    strong, weak = lexicons()
    said = list(dict.fromkeys(word for text in texts for word in _words(text)))
    named = tuple(word for word in said if strong.found(word))
    return Naming(strong=named, weak=tuple(word for word in said if word not in named and weak.found(word)))


def _words(text: str) -> Iterator[str]:
    """Words as menus and file names run them together: "usefulLinks", "ora_links", "links2"."""
    for word in WORD.findall(fold(CAMEL.sub(" ", text))):
        yield re.sub(r"\d+$", "", word) or word


def path_words(url: str) -> tuple[str, str]:
    """The last segment of a URL's path and what stands before it, readable."""
    try:
        segments = [EXTENSION.sub("", unquote(segment)) for segment in urlsplit(url).path.split("/") if segment]
    except ValueError:
        return "", ""
    if len(segments) > 1 and segments[-1].lower() in {"index", "default", "home"}:
        segments.pop()
    return (segments[-1], " ".join(segments[:-1])) if segments else ("", "")
