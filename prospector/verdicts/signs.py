"""The rows of `signs/*.toml`, and which of them fire on a page.

A new bot wall, parking page or error wording is one new row there, with a page it catches and one it spares; never a new branch here.
Phrases are looked for as plain text, folded to lower case with single spaces; patterns are linear regular expressions over the same text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from itertools import chain
from typing import Any

THIN_TEXT = 800  # characters of visible text: so little that the marks of a page outweigh its words
SHORT_TEXT = 3000  # error pages are short: only there is wording in running text looked for
KEPT_TEXT = 8_000  # characters of a text or a document whose rows are remembered
HEADLINES = 6  # headings read for wording …
HEADLINE_CHARS = 600  # … and how much of them


class Means(StrEnum):
    NOT_FOUND = "not_found"
    CHALLENGE = "challenge"
    LOGIN = "login"
    CONSENT = "consent"
    GEO = "geo"
    PARKED = "parked"
    SUSPENDED = "suspended"
    SERVER_DEFAULT = "server_default"
    OUTAGE = "outage"
    HIJACK = "hijack"
    APP_SHELL = "app_shell"


WALLS = frozenset({Means.CHALLENGE, Means.LOGIN, Means.CONSENT, Means.GEO})
ABANDONED = frozenset({Means.PARKED, Means.SUSPENDED, Means.SERVER_DEFAULT})


class Where(StrEnum):
    TITLE = "title"
    HEADING = "heading"
    TITLE_HEADING = "title_heading"
    META = "meta"  # description and keywords
    TEXT = "text"  # visible text of a short page
    HTML = "html"  # markup and scripts
    URL = "url"  # the address that answered in the end
    HEADER = "header"  # "name: value", lower case


_LONG = frozenset({Where.TEXT, Where.HTML})
HEADLINE = frozenset({Where.TITLE, Where.HEADING, Where.TITLE_HEADING, Where.URL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One row: what it means when these words stand there."""

    id: str
    means: Means
    where: Where
    source: str  # where the knowledge comes from
    catches: tuple[str, ...]
    spares: tuple[str, ...]
    phrases: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    beside: re.Pattern[str] | None = None  # must stand in the markup too
    thin: bool = False  # counts only on a page with hardly any text
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """The parts of a page that rows look at. `deep`: read everything, however long the page is."""

    title: str = ""
    headings: tuple[str, ...] = ()
    meta: str = ""
    text: str = ""
    html: str = ""
    url: str = ""
    deep: bool = False


def folded(text: str) -> str:
    """Lower case, single spaces, straight apostrophes: how phrases are written in the rows."""
    return " ".join(text.replace("’", "'").casefold().split())


def fired(pieces: Pieces) -> tuple[str, ...]:
    """Ids of the rows that fire, in the order of the tables."""
    length = len(pieces.text)
    html = ""
    found = []
    for where, hay in _hays(pieces):
        for sign in _hits(where, hay):
            if sign.thin and length > THIN_TEXT:
                continue
            if sign.beside:
                html = html or pieces.html.lower()
                if not sign.beside.search(html):
                    continue
            found.append(sign.id)
    return tuple(found)


def fired_by_headers(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Ids of the rows about response headers."""
    if not headers:
        return ()
    lines = "\n".join(f"{name.lower()}: {value.lower()}" for name, value in headers.items())
    return tuple(sign.id for sign in _hits(Where.HEADER, lines))


def terms(means: Means, text: str) -> frozenset[str]:
    """The different phrases of a meaning that stand in a text; of one inside another only the longer."""
    hay = folded(text)
    found: set[str] = set()
    for sign in all_signs():
        if sign.means is means:
            found.update(phrase for phrase in sign.phrases if phrase in hay)
            if sign.pattern:
                found.update(match.group() for match in sign.pattern.finditer(hay))
    return frozenset(term for term in found if not any(term != other and term in other for other in found))


def known(ids: Collection[str]) -> tuple[Sign, ...]:
    """The rows behind ids; ids of rows that no longer exist are left out."""
    if not ids:
        return ()
    table = _by_id()
    return tuple(table[name] for name in ids if name in table)


@lru_cache(maxsize=1)
def all_signs() -> tuple[Sign, ...]:
    folder = resources.files(__package__) / "signs"
    rows: list[Sign] = []
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            rows += (_sign(row) for row in tomllib.loads(file.read_text(encoding="utf-8"))["sign"])
    return tuple(rows)


@lru_cache(maxsize=1)
def _by_id() -> dict[str, Sign]:
    return {sign.id: sign for sign in all_signs()}


def _sign(row: dict[str, Any]) -> Sign:
    return Sign(
        id=row["id"],
        means=Means(row["means"]),
        where=Where(row["where"]),
        source=row["source"],
        catches=tuple(row["catches"]),
        spares=tuple(row["spares"]),
        phrases=tuple(folded(phrase) for phrase in row.get("phrases", ())),
        pattern=re.compile(row["pattern"], re.MULTILINE) if "pattern" in row else None,
        beside=re.compile(row["beside"]) if "beside" in row else None,
        thin=row.get("thin", False),
        languages=tuple(row.get("languages", ())),
    )


def _hays(pieces: Pieces) -> Iterator[tuple[Where, str]]:
    title = folded(pieces.title)
    heading = "\n".join(folded(text) for text in pieces.headings[:HEADLINES])[:HEADLINE_CHARS]
    yield Where.TITLE, title
    yield Where.HEADING, heading
    yield Where.TITLE_HEADING, f"{title}\n{heading}"
    yield Where.META, folded(pieces.meta)
    yield Where.URL, pieces.url.lower()
    if pieces.deep or len(pieces.text) <= SHORT_TEXT:
        yield Where.TEXT, folded(pieces.text[:SHORT_TEXT])
    if pieces.deep or len(pieces.text) <= THIN_TEXT:
        yield Where.HTML, pieces.html.lower()


@dataclass(frozen=True, slots=True)
class _Index:
    """What to look for in one place. Most of a thousand phrases are ruled out by their first three letters."""

    phrases: tuple[tuple[str, Sign], ...]
    patterns: tuple[tuple[re.Pattern[str], Sign], ...]
    by_start: Mapping[str, tuple[tuple[str, Sign], ...]]
    short: tuple[str, ...]  # starts of phrases that have no three letters


@lru_cache(maxsize=1)
def _index() -> dict[Where, _Index]:
    table = {}
    for where in Where:
        rows = [sign for sign in all_signs() if sign.where is where]
        phrases = tuple((phrase, sign) for sign in rows for phrase in sign.phrases)
        starts: dict[str, list[tuple[str, Sign]]] = {}
        for phrase, sign in phrases:
            starts.setdefault(phrase[:3], []).append((phrase, sign))
        by_start = {start: tuple(pairs) for start, pairs in starts.items()}
        patterns = tuple((sign.pattern, sign) for sign in rows if sign.pattern)
        table[where] = _Index(phrases, patterns, by_start, tuple(start for start in by_start if len(start) < 3))
    return table


def _hits(where: Where, hay: str) -> Sequence[Sign]:
    if not hay or hay == "\n":
        return ()
    if where in _LONG and len(hay) <= KEPT_TEXT:
        return _kept_hits(where, hay)
    return _find_hits(where, hay)


@lru_cache(maxsize=128)
def _kept_hits(where: Where, hay: str) -> Sequence[Sign]:
    """A host's error pages are alike to the letter, and are met many times in a row."""
    return _find_hits(where, hay)


def _find_hits(where: Where, hay: str) -> Sequence[Sign]:
    index = _index()[where]
    candidates: Iterable[tuple[str, Sign]] = index.phrases
    if where is Where.TITLE_HEADING:
        starts = [hay[at : at + 3] for at in range(len(hay) - 2)]
        starts += [start for start in index.short if start in hay]
        candidates = chain.from_iterable([index.by_start[start] for start in index.by_start.keys() & starts])
    hits = {sign for phrase, sign in candidates if phrase in hay}
    hits.update(sign for pattern, sign in index.patterns if pattern.search(hay))
    return sorted(hits, key=_order) if len(hits) > 1 else tuple(hits)


def _order(sign: Sign) -> int:
    return _places()[sign.id]


@lru_cache(maxsize=1)
def _places() -> dict[str, int]:
    return {sign.id: place for place, sign in enumerate(all_signs())}
