"""Lines of a list of ranked sites → the ranks of those that are wanted. Streamed: a list may have a hundred million lines.

Known by their shape: Tranco (`rank,domain`, no heading), Majestic Million (CSV), Common Crawl domain and host ranks (tabs, names reversed),
and any CSV with a heading in which a column holds domains and one a rank or a rating.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from prospector.links.urls import host_of, normalise
from prospector.scoring.authority import BEST_RATING, Rank

_DOMAIN_HEADINGS = ("domain", "root domain", "domain name", "host", "hostname", "site", "website", "url", "target", "target url")
_RANK_HEADINGS = ("rank", "globalrank", "global rank", "position", "pos", "place", "ahrefs rank", "semrush rank", "#", "ar")
_RATING_HEADINGS = (
    "domain rating", "dr", "domain authority", "da", "authority score", "authority", "ascore", "rating", "score", "trustflow", "trust flow", "tf", "citation flow",
)  # fmt: skip
_COMMON_CRAWL = re.compile(r"#?harmonicc?_?pos", re.IGNORECASE)
_TRANCO = re.compile(r"\s*\d{1,9}\s*,\s*[^,\s]+\.[^,\s]+\s*")
_SEPARATORS = ",;\t"


class RankListError(ValueError):
    """The list can't be read. The message says what was found and what would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankList:
    """A list, its name, and a reader of its lines."""

    name: str
    read: Callable[[Collection[str]], Iterator[Rank]]  # wanted sites → their ranks, in the list's order


def rank_list(lines: Iterable[str], *, source: str = "", fallback: str = "list") -> RankList:
    """Look at the first line, and read the others when asked to.

    :param source: the list's name; "": the one that its shape tells.
    :param fallback: its name where the shape tells none.
    :raises RankListError: it is empty, or no list of ranks that is known; also by `read`, for a line that breaks the rule of the first.
    """
    rest = iter(lines)
    first = next((line for line in rest if line.strip()), None)
    if first is None:
        raise RankListError("it is empty")
    first = first.lstrip("\ufeff")
    if _COMMON_CRAWL.match(first):
        name = source or "Common Crawl"
        return RankList(name=name, read=lambda wanted: _common_crawl(rest, wanted, name))
    if _TRANCO.fullmatch(first):
        name = source or "Tranco"
        return RankList(name=name, read=lambda wanted: _tranco(chain([first], rest), wanted, name))
    heading = _heading(first)
    name = source or ("Majestic Million" if {"GlobalRank", "TldRank", "Domain"} <= set(heading.cells) else fallback)
    return RankList(name=name, read=lambda wanted: _table(rest, heading, wanted, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heading:
    cells: Sequence[str]
    separator: str
    domain: int
    number: int
    is_rating: bool


def _heading(line: str) -> _Heading:
    separator = max(_SEPARATORS, key=line.count)
    cells = next(_rows([line], separator), [])
    names = [" ".join(cell.lower().replace("_", " ").split()) for cell in cells]
    domain = _place(names, _DOMAIN_HEADINGS)
    rank, rating = _place(names, _RANK_HEADINGS), _place(names, _RATING_HEADINGS)
    if domain is None or (rank is None and rating is None):
        raise RankListError(
            f'its first line is "{line.strip()[:80]}", which names no column of domains and none of ranks or ratings. '
            'Write a heading such as "domain,rank" or "domain,rating".'
        )
    number = rank if rank is not None else rating
    assert number is not None
    return _Heading(cells=[cell.strip() for cell in cells], separator=separator, domain=domain, number=number, is_rating=rank is None)


def _place(names: Sequence[str], known: Sequence[str]) -> int | None:
    return next((names.index(name) for name in known if name in names), None)


def _common_crawl(lines: Iterable[str], wanted: Collection[str], source: str) -> Iterator[Rank]:
    """`harmonicc_pos harmonicc_val pr_pos pr_val host_rev …`: org.example for example.org."""
    missing = {".".join(reversed(site.split("."))): site for site in wanted}
    for line in lines:
        fields = line.split("\t", 5)
        site = missing.pop(fields[4].strip(), None) if len(fields) > 4 else None
        if site is not None:
            yield Rank(domain=site, source=source, rank=_whole(fields[0], line))
            if not missing:
                return


def _tranco(lines: Iterable[str], wanted: Collection[str], source: str) -> Iterator[Rank]:
    missing = set(wanted)
    for line in lines:
        place, _, domain = line.partition(",")
        domain = domain.strip().lower()
        if domain in missing:
            missing.discard(domain)
            yield Rank(domain=domain, source=source, rank=_whole(place, line))
            if not missing:
                return


def _table(lines: Iterable[str], heading: _Heading, wanted: Collection[str], source: str) -> Iterator[Rank]:
    missing = set(wanted)
    for row in _rows(lines, heading.separator):
        if len(row) <= max(heading.domain, heading.number):
            continue
        domain = _domain(row[heading.domain])
        if domain not in missing or not (text := row[heading.number].strip()):
            continue
        missing.discard(domain)
        if heading.is_rating:
            yield Rank(domain=domain, source=source, rating=_rating(text, heading))
        else:
            yield Rank(domain=domain, source=source, rank=_whole(text, ",".join(row)))
        if not missing:
            return


def _rows(lines: Iterable[str], separator: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=separator)
    except csv.Error as error:
        raise RankListError(f"it is no table of values separated by {separator!r}: {error}") from error


def _domain(cell: str) -> str:
    """A cell as people fill it: a name, with www. or not, or a whole address."""
    cell = cell.strip().lower()
    host = host_of(normalise(cell if "://" in cell else f"http://{cell}/") or "")
    return host.removeprefix("www.")


def _whole(text: str, line: str) -> int:
    digits = re.sub(r"[\s.,'\u00a0]", "", text)
    if not digits.isascii() or not digits.isdigit() or not int(digits):
        raise RankListError(f'"{text.strip()[:40]}" is no rank (a whole number from 1), in the line "{line.strip()[:80]}"')
    return int(digits)


def _rating(text: str, heading: _Heading) -> float:
    try:
        rating = float(text.replace(",", "."))
    except ValueError:
        rating = -1.0
    if not 0.0 <= rating <= BEST_RATING:
        raise RankListError(f'"{text[:40]}" in the column "{heading.cells[heading.number]}" is no rating of 0 to 100')
    return rating
