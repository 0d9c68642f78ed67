"""A page of the user's site, cut into comparable words once and kept for the next target."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from operator import mul

from prospector.items import SitePage
from prospector.matching.words import (
    LISTING_SEGMENTS,
    OUTDATED_SEGMENTS,
    is_dated,
    name_words,
    pairs,
    slug_segments,
    stem,
    trigrams,
    words,
)

MAX_BODY = 2500  # characters read of a page's text: what the weights were fitted on; a page says early what it is about
MAX_HEADINGS = 25


@cache
def damped(count: int) -> float:
    """The tenth mention of a word says less than the second. Cached so that a thousand pages share the few numbers there are."""
    return 1.0 + math.log(count)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWords:
    url: str
    name: str  # its title as written
    title: frozenset[str]
    slug: frozenset[str]
    place: frozenset[str]  # title and all readable parts of the URL
    headings: tuple[frozenset[str], ...]
    lead: frozenset[str]  # title, slug, headings, description
    body: Mapping[str, float]  # stem → damped count, of everything above and the text
    squares: float  # sum of the squared counts
    pairs: array[int]  # of words that follow each other, anywhere on the page
    title_grams: frozenset[str]
    slug_grams: frozenset[str]
    runs: frozenset[str]  # title and headings, each a line of words
    title_run: str
    slug_run: str
    depth: int
    listing: bool  # a list of pages, a legal page, an account
    outdated: bool  # a copy kept for old versions
    dated: bool  # a post or an event of a certain day
    surface: Mapping[str, str]  # stem of title, URL and headings → a form that was seen: what the index can be asked for


def page_words(page: SitePage) -> PageWords:
    segments = slug_segments(page.url)
    slug = segments[-1] if segments else ""
    surface: dict[str, str] = {}

    def named(found: list[str]) -> list[str]:
        stems = list(map(stem, found))
        for one, word in zip(stems, found, strict=True):
            surface.setdefault(one, word)
        return stems

    title_words, slug_words = words(page.title), words(slug)
    title, slug_stems = named(name_words(page.title, title_words)), named(name_words(slug, slug_words))
    path = [*(word for segment in segments[:-1] for word in named(name_words(segment))), *slug_stems]
    headings = [words(heading) for heading in page.headings[:MAX_HEADINGS]]
    heading_stems = [named(heading) for heading in headings]
    description = list(map(stem, words(page.description)))
    text = map(stem, words(page.text[:MAX_BODY]))
    in_line = [*title, *(word for heading in heading_stems for word in heading), *description, *text]
    title_run = " ".join(title_words)
    counts = Counter(in_line)
    body = dict(zip(counts, map(damped, counts.values()), strict=True))
    body |= dict.fromkeys(set(slug_stems) - counts.keys(), 1.0)
    return PageWords(
        url=page.url,
        name=page.title,
        title=frozenset(title),
        slug=frozenset(slug_stems),
        place=frozenset(title).union(path),
        headings=tuple(frozenset(heading) for heading in heading_stems if heading),
        lead=frozenset(title).union(slug_stems, description, *heading_stems),
        body=body,
        squares=sum(map(mul, body.values(), body.values())),
        pairs=pairs(in_line),
        title_grams=trigrams(page.title),
        slug_grams=trigrams(slug),
        runs=frozenset([title_run, *(" ".join(heading) for heading in headings)]) - {""},
        title_run=title_run,
        slug_run=" ".join(slug_words),
        depth=len(segments),
        listing=any(segment.lower() in LISTING_SEGMENTS for segment in segments[-2:]),
        outdated=any(segment.lower() in OUTDATED_SEGMENTS for segment in segments),
        dated=is_dated(page.url),
        surface=surface,
    )
