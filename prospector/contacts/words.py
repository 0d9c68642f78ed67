"""Reads words.toml: what the contact finder knows of names, roles and pages, ready to be looked up.

A new word is a new entry in words.toml; this module only folds and indexes.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


def fold(text: str) -> str:
    """Lower case, no accents, one space between words: what two spellings of a word have in common."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = "".join(char for char in unicodedata.normalize("NFKD", text.replace("’", "'")) if not unicodedata.combining(char))
    return " ".join(unicodedata.normalize("NFC", plain).lower().split())


class Phrases:
    """A set of words and phrases that can be looked for in running text in one pass."""

    __slots__ = ("_pattern",)

    def __init__(self, phrases: Iterable[str]) -> None:
        folded = sorted({fold(phrase) for phrase in phrases}, key=len, reverse=True)
        # scripts that write no spaces have no word boundary to look for
        spaced = [re.escape(phrase) for phrase in folded if not _unspaced(phrase)]
        unspaced = [re.escape(phrase) for phrase in folded if _unspaced(phrase)]
        parts = [rf"(?<![^\W_])(?:{'|'.join(spaced)})(?![^\W_])"] if spaced else []
        self._pattern = re.compile("|".join([*parts, *unspaced]))

    def first(self, folded: str) -> str:
        """The first phrase in already folded text, or ""."""
        found = self._pattern.search(folded)
        return found[0] if found else ""

    def ends(self, folded: str) -> Iterator[int]:
        """Where each phrase in already folded text ends, in order."""
        return (found.end() for found in self._pattern.finditer(folded))

    def last_end(self, folded: str) -> int:
        """Where the last phrase in already folded text ends, or -1."""
        return max(self.ends(folded), default=-1)


def _unspaced(phrase: str) -> bool:
    return any("\u2e80" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af" for char in phrase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    name: str
    points: int
    locals: frozenset[str]
    words: Phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class PageKind:
    kind: str
    points: int
    words: Phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    never_locals: frozenset[str]
    placeholders: frozenset[str]
    never_labels: frozenset[str]
    never_suffixes: tuple[str, ...]
    never_within: tuple[str, ...]
    endings: frozenset[str]
    reserved: frozenset[str]
    tops: frozenset[str]
    freemail: frozenset[str]
    freemail_labels: frozenset[str]
    roles: tuple[Role, ...]
    maintainer: Phrases
    label: Phrases
    maker: Phrases
    elsewhere: Phrases
    refusals: Phrases
    pages: tuple[PageKind, ...]
    form_hosts: tuple[str, ...]
    for_mail: frozenset[str]
    not_for_mail: frozenset[str]
    tracker_anchors: Phrases


@cache
def words() -> Words:
    rows: Mapping[str, Any] = tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
    never, beside = rows["never"], rows["beside"]
    return Words(
        never_locals=frozenset(never["locals"]),
        placeholders=frozenset(never["placeholders"]),
        never_labels=frozenset(never["domain_labels"]),
        never_suffixes=tuple(never["domain_suffixes"]),
        never_within=tuple(never["within"]),
        endings=frozenset(never["endings"]),
        reserved=frozenset(never["reserved"]),
        tops=frozenset(rows["tops"]["labels"]),
        freemail=frozenset(rows["freemail"]["domains"]),
        freemail_labels=frozenset(rows["freemail"]["labels"]),
        roles=tuple(
            Role(name=row["name"], points=row["points"], locals=frozenset(row["locals"]), words=Phrases(row["words"]))
            for row in rows["role"]
        ),
        maintainer=Phrases(beside["maintainer"]),
        label=Phrases(beside["label"]),
        maker=Phrases(beside["maker"]),
        elsewhere=Phrases(beside["elsewhere"]),
        refusals=Phrases(rows["refusals"]["phrases"]),
        pages=tuple(PageKind(kind=row["kind"], points=row["points"], words=Phrases(row["words"])) for row in rows["page"]),
        form_hosts=tuple(rows["form"]["hosts"]),
        for_mail=frozenset(rows["form"]["for_mail"]),
        not_for_mail=frozenset(rows["form"]["not_for_mail"]),
        tracker_anchors=Phrases(rows["tracker"]["anchors"]),
    )
