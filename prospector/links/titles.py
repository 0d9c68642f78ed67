"""The site's name in its pages' titles ("Soil pH - Thyme & Tilth"): found by what most titles share, and left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

LEAST_PAGES = 4  # fewer titles can share an ending by chance
SHARE = 0.5  # of a site's titles: what half of them end with is the site's, not the page's
_SEPARATOR = re.compile(r"\s+[-–—|·•:»/]\s+|\s*[|»]\s*")


def without_site_name(titles: Sequence[str]) -> list[str]:
    """The titles of one site, in the same order, without the beginning or ending that at least half of them share."""
    heads, tails = Counter(_head(title) for title in titles), Counter(_tail(title) for title in titles)
    least = max(LEAST_PAGES, SHARE * len(titles))
    shared_heads = {head for head, number in heads.items() if head and number >= least}
    shared_tails = {tail for tail, number in tails.items() if tail and number >= least}
    return [_cut(title, shared_heads, shared_tails) for title in titles]


def _cut(title: str, heads: set[str], tails: set[str]) -> str:
    if (tail := _tail(title)) in tails:
        title = title[: -len(tail)]
    if (head := _head(title)) in heads:
        title = title[len(head) :]
    return title.strip()


def _tail(title: str) -> str:
    """From the last separator to the end; "" without one, or when nothing would be left."""
    last = None
    for found in _SEPARATOR.finditer(title):
        last = found
    return title[last.start() :] if last and title[: last.start()].strip() else ""


def _head(title: str) -> str:
    """From the beginning through the first separator; "" likewise."""
    first = _SEPARATOR.search(title)
    return title[: first.end()] if first and title[first.end() :].strip() else ""
