"""Is a page a list of links for its readers? Signals with points, each with its reason; a page is one when they add up to more than 0.

The points were set by looking at labelled pages of 30 sites and rounded: shape decides (many sites, few words for each, the words standing
at the links), names help. No signal knows a site, a topic or a language but the words in resource_words.toml.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

from prospector.items import InternalLink, OutboundLink, PageSignal
from prospector.links.extract import PageReading
from prospector.links.sites import site_of
from prospector.links.urls import host_of
from prospector.matching.words import IDEOGRAPHS
from prospector.scoring.resource_words import naming, path_words

FEWEST_SITES = 5  # fewer other sites make no list worth a letter
USUAL_SITES = 11.0
USUAL_WORDS_PER_SITE = 30.0
USUAL_INTERNAL = 0.7  # links into the own site for each link out
LINE_WORDS = 60  # of one link's context; beyond that it is a paragraph, not an entry
MOST = 3.0  # points, of one signal: none decides alone
MOST_OUTWARD = 1.4  # points: an article on a site of its own has no links inward either
STARTS_WITHIN = 4  # characters: a bullet, a number
DATED = re.compile(r"/(?:19|20)\d\d/\d{1,2}(?:/|$)|/(?:blog|news|posts?|article|artikel|story)/.")
NO_PAGE = re.compile(
    r"\.(?:pdf|jpe?g|png|gif|svg|webp|zip|gz|tar|rar|7z|exe|dmg|mp[34]|avi|mov|docx?|xlsx?|pptx?|xml|rss|atom|css|js|json|ics)$",
    re.IGNORECASE,
)
NO_LIST = frozenset(
    {"login", "logout", "signin", "signup", "register", "cart", "checkout", "search", "privacy", "terms"}
    | {"imprint", "impressum", "contact", "kontakt", "tag", "tags", "print", "feed"}
)
HOST_NAMES_LISTS = 0.6  # links.example.org
HOST_MAY_NAME_LISTS = 0.4  # library.libguides.com/gardening
FOLDER_NAMES_LISTS = 0.5  # /resources/organizations
HOME_AT_MOST = 0.5  # a home page that is called "… resources" is mostly that of an organisation
CURATED_LIST = 0.8
CURATED = re.compile(r"(?:^|[/.])awesome-[a-z0-9]", re.IGNORECASE)  # what lists that many people tend are called by custom
CODE = 0.5  # times, where words are names in a program
CODE_HOST = re.compile(
    r"^(?:www\.)?(?:github|gitlab|bitbucket|codeberg|sourceforge)\.|^(?:docs?|api|developer)\.|\.readthedocs\.", re.IGNORECASE
)
DOTTED_NAME = re.compile(r"^[a-z_]\w*(?:\.[a-z_]\w*)+$", re.IGNORECASE)  # importlib.resources
BESIDE = 0.1  # the words around a link call what it leads to a list of links
MOST_LIKELY = 0.95
HEADLINE_WORDS = 8  # a link text this long is a headline, and may say "links" by chance


def page_signals(reading: PageReading, url: str) -> tuple[PageSignal, ...]:
    """`url` is where the page was found."""
    links = [link for link in reading.links if not link.boilerplate]
    sites = Counter(site_of(link.target_url) for link in links)
    if len(sites) < FEWEST_SITES:
        reason = f"{len(sites)} other sites linked in the content, fewer than {FEWEST_SITES}"
        return (PageSignal(name="few sites", points=-10.0, reason=reason),)
    signals = [
        _many_sites(len(sites)),
        _wordiness(reading.text, len(sites)),
        _entries(links),
        _at_links(reading.text, links),
        _outward(reading, len(sites)),
        _named(reading, url),
        _home(url),
        _dated(url),
    ]
    return tuple(signal for signal in signals if signal is not None)


def is_resource_page(signals: Sequence[PageSignal]) -> bool:
    return sum(signal.points for signal in signals) > 0.0


def likely_resource_page(link: InternalLink) -> float:
    """0..1, before the page was seen: do its URL and the text of the link to it name a list of links?"""
    last, before = path_words(link.url)
    path = _path(link.url)
    if NO_PAGE.search(path) or not NO_LIST.isdisjoint(path.lower().strip("/").split("/")):
        return 0.0
    by_url, by_folder, by_anchor = naming(last), naming(before), naming(link.anchor)
    likely = 0.0
    if by_url.strong or by_anchor.strong:
        likely = 0.9 if by_url.strong and by_anchor.strong else 0.8
    elif by_url.weak and by_anchor.weak:
        likely = 0.5
    elif by_url.weak or by_anchor.weak or by_folder.strong:
        likely = 0.3
    if not by_url.strong and len(link.anchor.split()) > HEADLINE_WORDS:
        likely /= 2.0
    return likely / 2.0 if DATED.search(path) else likely


def looks_like_resource_page(link: OutboundLink) -> float:
    """0..1, of a link to another site: does it lead to a further list of links? See `why_it_looks_like_one`."""
    return _rated(link)[0]


def why_it_looks_like_one(link: OutboundLink) -> str:
    """What in a link's address and words names a list of links, in words; "" where nothing does."""
    return _rated(link)[1]


def _rated(link: OutboundLink) -> tuple[float, str]:
    if NO_PAGE.search(_path(link.target_url)):
        return 0.0, ""
    anchor = "" if "://" in link.anchor or link.anchor.startswith("www.") else link.anchor  # an address says nothing twice
    likely = likely_resource_page(InternalLink(url=link.target_url, anchor=anchor))
    last, before = path_words(link.target_url)
    host = host_of(link.target_url)
    said = {
        "in its address": naming(last, before),
        "in its host's name": naming(" ".join(host.split(".")[:-1])),
        "in its link text": naming(anchor) if len(anchor.split()) <= HEADLINE_WORDS else naming(),
        "beside it": naming(link.context.replace(link.anchor, " ")),
    }
    if said["in its host's name"].strong:
        likely = max(likely, HOST_NAMES_LISTS)
    elif said["in its host's name"].weak and last:
        likely = max(likely, HOST_MAY_NAME_LISTS)
    if likely and naming(before).strong and not DATED.search(_path(link.target_url)):
        likely = max(likely, FOLDER_NAMES_LISTS)
    if not last:
        likely = min(likely, HOME_AT_MOST)
    curated = CURATED.search(host + _path(link.target_url))
    if curated:
        likely = max(likely, CURATED_LIST)
    if said["beside it"].strong:
        likely += BESIDE
    if CODE_HOST.search(host) or DOTTED_NAME.search(last):
        likely *= CODE
    words = ['"awesome-…" in its address'] if curated else []
    words += [
        f'"{(found.strong + found.weak)[0]}" {where}'
        for where, found in said.items()
        if found.strong or (found.weak and where != "beside it")
    ]
    return round(min(MOST_LIKELY, likely), 2), ", ".join(words)


def _signal(name: str, points: float, reason: str) -> PageSignal:
    return PageSignal(name=name, points=round(max(-MOST, min(MOST, points)), 2), reason=reason)


def _many_sites(sites: int) -> PageSignal:
    return _signal("many sites", 1.2 * math.log((1 + sites) / (1.0 + USUAL_SITES)), f"{sites} other sites linked in the content")


def _wordiness(text: str, sites: int) -> PageSignal:
    """An article takes many words between two links, a list few."""
    each = max(1.0, _length(text)) / sites
    return _signal("words for each site", -1.4 * math.log(each / USUAL_WORDS_PER_SITE), f"{each:.0f} words of text for each site linked")


def _entries(links: Sequence[OutboundLink]) -> PageSignal:
    """In a list the link is the entry, or begins it; in an article it stands amid a sentence."""
    leading = sum(not link.anchor or 0 <= link.context.find(link.anchor) <= STARTS_WITHIN for link in links)
    share = leading / len(links)
    return _signal("links lead entries", 1.5 * (share - 0.6), f"{share:.0%} of the links begin their line or entry")


def _at_links(text: str, links: Sequence[OutboundLink]) -> PageSignal:
    words = sum(min(LINE_WORDS, _length(context)) for context in {link.context for link in links})
    share = min(1.0, words / max(1.0, _length(text)))
    return _signal("words at links", 4.0 * (share - 0.4), f"{share:.0%} of the words stand at links to other sites")


def _outward(reading: PageReading, sites: int) -> PageSignal:
    """Portals and home pages link inward."""
    inward = sum(not link.boilerplate for link in reading.internal)
    reason = f"{inward} links into the own site, {sites} other sites"
    points = -1.3 * math.log((inward + 5.0) / (sites + 5.0) / USUAL_INTERNAL)
    return _signal("looks outward", min(MOST_OUTWARD, points), reason)


def _named(reading: PageReading, url: str) -> PageSignal:
    last, before = path_words(url)
    found = naming(last, reading.title, *reading.headings[:1])
    strong = found.strong or naming(before).strong
    if strong:
        return _signal("named a list of links", 2.5, f'"{strong[0]}" in its URL, title or heading')
    if found.weak:
        return _signal("perhaps named a list of links", 1.5, f'"{found.weak[0]}" in its URL, title or heading')
    return _signal("not named a list of links", -1.5, "no word for a list of links in its URL, title or heading")


def _home(url: str) -> PageSignal | None:
    last, _ = path_words(url)
    return None if last else _signal("home page", -2.0, "the front page of its site")


def _dated(url: str) -> PageSignal | None:
    return _signal("article", -1.0, "its URL is that of a dated article or post") if DATED.search(_path(url)) else None


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _length(text: str) -> float:
    """Words; of scripts without spaces two characters are one."""
    ideographs = len(IDEOGRAPHS.findall(text))
    return len(text.split()) + ideographs / 2.0
