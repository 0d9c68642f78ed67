"""What a person brings back (pasted text, a saved page of results, bookmarks, OPML, a sitemap, a table) → addresses. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

from prospector.links.charset import decode
from prospector.links.sitemaps import read_sitemap
from prospector.links.sites import registrable_domain, site_of
from prospector.links.urls import host_of, normalise

_ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^\u201c\u201d]+", re.IGNORECASE)
_HREF = re.compile(r"<a\b[^>]*?\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_OUTLINE = re.compile(r"<outline\b[^>]*>", re.IGNORECASE)
# what it says of a feed is its site, else a link: the feed itself lists nothing but the site's own pages
_OUTLINED = tuple(re.compile(rf"\b{name}\s*=\s*(?:\"([^\"]*)\"|'([^']*)')") for name in ("htmlUrl", "url"))
_END = ".,;:!?)]}»"  # what follows an address in a sentence
_WRAPPED = ("uddg", "url", "q", "u")  # where engines keep the address that a result leads to
_ENGINES = frozenset(
    ("google", "bing", "duckduckgo", "brave", "mojeek", "yahoo", "yandex", "startpage", "ecosia", "qwant", "gstatic", "googleusercontent")
)
_ENTITIES = {"&amp;": "&", "&quot;": '"', "&#39;": "'", "&lt;": "<", "&gt;": ">"}


# why something that was pasted is no seed
NO_ADDRESS = "without http:// or https:// before an address"
OF_AN_ENGINE = "a search engine's own page"
BROKEN = "an address with a mistake in it"


class Fate(StrEnum):
    """What becomes of an address that was brought."""

    NEW = "new"
    TWICE = "named twice"
    SEED = "a seed already"
    OWN = "on a site of yours"
    IGNORED = "on the campaign's list of what to ignore"
    SUPPRESSED = "on a site that asked to be left alone"
    SEEN = "read already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of addresses, as questions."""

    seeds: frozenset[str]
    own_sites: frozenset[str]
    ignored: Callable[[str], bool]
    suppressed: Callable[[str], bool]
    seen: Callable[[str], bool]


def addresses_in(data: bytes) -> list[str]:
    """The addresses in what was brought, normalised, in order; search engines' own pages and links left out."""
    text = decode(data, "")
    found = _unwrapped(data, text)
    return _distinct((match.rstrip(_END) for match in _ADDRESS.findall(text)) if found is None else found)


def passed_over(data: bytes) -> dict[str, list[str]]:
    """Of plain text, what is taken for no seed, by the reason. In a saved page most links are the page's own, so nothing is told of one."""
    text = decode(data, "")
    if _unwrapped(data, text) is not None:
        return {}
    over: dict[str, list[str]] = {NO_ADDRESS: [], OF_AN_ENGINE: [], BROKEN: []}
    for line in filter(None, map(str.strip, text.removeprefix("\ufeff").splitlines())):
        found = [match.rstrip(_END) for match in _ADDRESS.findall(line)]
        if not found and not line.startswith("#"):
            over[NO_ADDRESS].append(line)
        for address in found:
            url = _led_to(address)
            if url is None:
                over[BROKEN].append(address)
            elif _is_engine(url):
                over[OF_AN_ENGINE].append(address)
    return {why: what for why, what in over.items() if what}


def _unwrapped(data: bytes, text: str) -> Iterable[str] | None:
    """What JSON, OPML, a sitemap or a web page names; None for plain text."""
    start = text[:2000].lstrip("\ufeff \t\r\n").lower()
    if start.startswith(("{", "[")) and (found := _from_json(text)) is not None:
        return found
    if "<opml" in start:
        return filter(None, map(_outlined, _OUTLINE.findall(text)))
    if "<urlset" in start or "<sitemapindex" in start:
        return read_sitemap(data, url="http://sitemap.invalid/").pages
    if "<html" in start or "<!doctype" in start or "<dl" in start or "<a " in start:
        return ("".join(groups) for groups in _HREF.findall(text))
    return None


def results_in(answer: str) -> list[str]:
    """The addresses in a search service's answer (SearXNG's or Brave's JSON).

    :raises ValueError: it is no such answer.
    """
    found = _from_json(answer)
    if found is None:
        raise ValueError("its answer is no list of results")
    return _distinct(found)


def _outlined(outline: str) -> str:
    """The page that an outline of an OPML file names; "" for a folder, or a feed without its site."""
    found = next(filter(None, (attribute.search(outline) for attribute in _OUTLINED)), None)
    return found[1] or found[2] or "" if found else ""


def _from_json(text: str) -> list[str] | None:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(said, Mapping) and isinstance(said.get("web"), Mapping):
        said = said["web"]
    results = said.get("results") if isinstance(said, Mapping) else said
    if not isinstance(results, list):
        return None
    return [one["url"] for one in results if isinstance(one, Mapping) and isinstance(one.get("url"), str)]


def sorted_out(urls: Iterable[str], known: Known) -> Iterator[tuple[str, Fate]]:
    """Each address with what becomes of it."""
    met: set[str] = set()
    for url in urls:
        yield url, _fate(url, known, met)
        met.add(url)


def _fate(url: str, known: Known, met: set[str]) -> Fate:
    if url in met:
        return Fate.TWICE
    if url in known.seeds:
        return Fate.SEED
    if site_of(url) in known.own_sites:
        return Fate.OWN
    if known.ignored(url):
        return Fate.IGNORED
    if known.suppressed(url):
        return Fate.SUPPRESSED
    return Fate.SEEN if known.seen(url) else Fate.NEW


def _distinct(texts: Iterable[str]) -> list[str]:
    found = (_led_to(text.strip()) for text in texts)
    return [url for url in found if url and not _is_engine(url)]


def _led_to(text: str) -> str | None:
    """Where a link of a page of results leads: engines wrap them in a redirect of their own."""
    for entity, mark in _ENTITIES.items():
        text = text.replace(entity, mark)
    if text.startswith("//"):
        text = f"https:{text}"
    if text.startswith("/url?"):
        text = f"https://www.google.com{text}"
    url = normalise(text)
    if url is None or not _is_engine(url):
        return url
    try:
        inside = parse_qs(urlsplit(url).query)
    except ValueError:
        return url
    for name in _WRAPPED:
        for value in inside.get(name, ()):
            if value.startswith(("http://", "https://")) and (wrapped := normalise(value)):
                return wrapped
    return url


def _is_engine(url: str) -> bool:
    return registrable_domain(host_of(url)).partition(".")[0] in _ENGINES
