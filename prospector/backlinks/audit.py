"""Links that other tools name → what the profile is made of, and what in it looks bought or farmed, each with reasons and examples. Pure.

A signal is a reason to look, never a verdict: what to disavow is a person's to say.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from urllib.parse import urlsplit

from prospector.scoring.spam_words import spam_words

SHOWN = 20  # rows of a section
EXAMPLES = 3
MANY_PAGES = 50  # of one site with the same link text: it stands on every page
MANY_SITES = 5  # that push goods with the same words
MANY_LINKS = 200  # to other sites, on one page
MOST_SIGNALS = 500
_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileLink:
    """A link to you as it is known."""

    source_url: str
    source_site: str
    target_url: str
    anchor: str = ""
    rel: str = ""  # tokens, separated by blanks
    title: str = ""
    lost: bool = False  # the tool says so
    state: str = ""  # the monitor's word; "" where it has not looked
    external_links: int | None = None
    flags: tuple[str, ...] = ()  # what a crawl of ours held against the page
    mark: str = ""  # a person's: disavow or keep


@dataclass(frozen=True, slots=True, kw_only=True)
class You:
    """Whose profile it is."""

    names: tuple[str, ...]  # of the sites, the sender, the client: what makes a link text a brand
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    what: str
    number: int
    share: float  # 0..1 of the section's whole
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    name: str
    says: str
    rows: tuple[Row, ...]
    more: int = 0  # rows that are not shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A reason to look at a site."""

    site: str
    name: str
    reason: str
    links: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    links: int
    pages: int
    sites: int
    sections: tuple[Section, ...]
    signals: tuple[Signal, ...]
    more_signals: int = 0


class _Tally:
    """Counts with a few examples each."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = {}

    def add(self, what: str, example: str) -> None:
        self.count[what] += 1
        held = self.examples.setdefault(what, [])
        if len(held) < EXAMPLES and example and example not in held:
            held.append(example)

    def section(self, name: str, says: str, *, whole: int | None = None) -> Section:
        total = self.count.total() if whole is None else whole
        rows = [
            Row(what=what, number=number, share=number / total if total else 0.0, examples=tuple(self.examples[what]))
            for what, number in sorted(self.count.items(), key=lambda pair: (-pair[1], pair[0]))
        ]
        return Section(name=name, says=says, rows=tuple(rows[:SHOWN]), more=max(0, len(rows) - SHOWN))


@dataclass(slots=True)
class _Site:
    """What is known of a site that links to you."""

    pages: int = 0
    texts: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    pushed: dict[str, str] = field(default_factory=dict)  # link text → the goods it pushes
    reasons: dict[str, str] = field(default_factory=dict)  # of its pages: name → reason


def audit(links: Iterable[ProfileLink], you: You) -> Audit:
    """Read the profile once, however long it is."""
    alive, rel, mix, texts, kinds, tlds, targets, marks = (_Tally() for _ in range(8))
    sites: dict[str, _Site] = {}
    pages: set[int] = set()
    total = 0
    words = _words(you)
    for link in links:
        total += 1
        pages.add(hash(link.source_url))
        kind = anchor_kind(link.anchor, words)
        alive.add(_alive(link), link.source_url)
        for token in link.rel.split() or ["follow"]:
            if token in {"follow", "nofollow", "ugc", "sponsored"}:
                rel.add(token, link.source_url)
        mix.add(kind, link.anchor or link.source_url)
        texts.add(link.anchor or "(no text)", link.source_url)
        kinds.add(page_kind(link.source_url), link.source_url)
        targets.add(link.target_url, link.source_url)
        if link.mark:
            marks.add(link.mark, link.source_url)
        site = sites.setdefault(link.source_site, _Site())
        if not site.pages:
            tlds.add(_ending(link.source_site), link.source_site)
        _note(site, link)
    diversity = Section(
        name="Diversity of sites",
        says="How many links come from the sites that link most. A few sites with most of the links are one voice, not many.",
        rows=tuple(_concentration(Counter({name: site.pages for name, site in sites.items()}), total)),
    )
    signals = sorted(_signals(sites), key=lambda signal: (-signal.links, signal.site, signal.name))
    sections = [
        alive.section("Alive or not", "By the monitor where it has looked (scrapy crawl monitor -a profile=1), else by the tool's word."),
        rel.section("Rel", "A link may have several; links without nofollow, ugc or sponsored are followed.", whole=total),
        mix.section("Link texts by kind", "Brand: your names. URL: an address. Topic: your keywords. Money: words that push goods."),
        texts.section("Link texts", "The most frequent. Real links are worded in many ways."),
        diversity,
        tlds.section("Endings of names", "Sites by the last part of their names; two letters are a country's."),
        kinds.section("Kinds of pages", "As far as their addresses tell."),
        targets.section("Your pages", "Where the links lead."),
    ]
    if marks.count:
        sections.append(marks.section("Your marks", "What you said of them.", whole=total))
    return Audit(
        links=total,
        pages=len(pages),
        sites=len(sites),
        sections=tuple(sections),
        signals=tuple(signals[:MOST_SIGNALS]),
        more_signals=max(0, len(signals) - MOST_SIGNALS),
    )


def _alive(link: ProfileLink) -> str:
    if link.state:
        return {"linked": "there", "nofollow": "there, with nofollow", "moved": "there, to another page of yours"}.get(
            link.state, link.state.replace("_", " ")
        )
    return "lost, says the tool" if link.lost else "there, says the tool"


# -- words -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    names: tuple[str, ...]
    topics: frozenset[str]


def _words(you: You) -> _Words:
    names = {_joined(name) for name in you.names} - {""}
    topics = {word for keyword in you.keywords for word in _WORD.findall(keyword.casefold()) if len(word) > 2}
    return _Words(names=tuple(sorted(names)), topics=frozenset(topics))


def anchor_kind(anchor: str, words: _Words) -> str:
    """Of a link's text: brand, url, topic, money, says nothing, none, other."""
    text = " ".join(anchor.split())
    if not text:
        return "none"
    if _ADDRESS.fullmatch(text):
        return "url"
    if _pushed(text):
        return "money"
    joined = _joined(text)
    if any(name in joined for name in words.names):
        return "brand"
    said = _WORD.findall(text.casefold())
    if words.topics.intersection(said):
        return "topic"
    return "says nothing" if " ".join(said) in _generic() else "other"


@lru_cache(maxsize=65_536)  # a profile says the same words again and again
def _pushed(text: str) -> str:
    """The goods or trade that a link text pushes, or ""."""
    return spam_words().goods(text) or spam_words().trade(text)


def _joined(text: str) -> str:
    return "".join(_WORD.findall(text.casefold()))


@lru_cache(maxsize=1)
def _generic() -> frozenset[str]:
    return frozenset(tomllib.loads(files("prospector.links").joinpath("generic_anchors.toml").read_text(encoding="utf-8"))["texts"])


@lru_cache(maxsize=1)
def page_kinds() -> tuple[tuple[str, frozenset[str], str], ...]:
    """The rows of page_kinds.toml: name, words, example."""
    table = tomllib.loads(files("prospector.backlinks").joinpath("page_kinds.toml").read_text(encoding="utf-8"))
    return tuple((row["name"], frozenset(row["words"]), row["example"]) for row in table["kind"])


def page_kind(url: str) -> str:
    parts = urlsplit(url)
    if parts.path in ("", "/") and not parts.query:
        return "first page of a site"
    said = set(_WORD.findall(f"{parts.netloc} {parts.path}".casefold()))
    return next((name for name, words, _ in page_kinds() if words & said), "other page")


def _ending(site: str) -> str:
    ending = site.partition("/")[0].rpartition(".")[2]
    return f".{ending} (a country's)" if len(ending) == 2 else f".{ending}"


# -- what stands out ---------------------------------------------------------------------------------------------------------


def _concentration(counted: Counter[str], total: int) -> Iterator[Row]:
    if not total:
        return
    ranked = counted.most_common()
    for most in (1, 10, 100):
        if most == 1 or len(ranked) > most // 10:
            among = ranked[:most]
            number = sum(size for _, size in among)
            name = "the site that links most" if most == 1 else f"the {most} sites that link most"
            yield Row(what=name, number=number, share=number / total, examples=tuple(site for site, _ in among[:EXAMPLES]))
    evenness = 1 / sum((size / total) ** 2 for _, size in ranked)
    yield Row(
        what="as many voices as so many sites with equal shares (inverse Herfindahl)", number=round(evenness), share=evenness / len(ranked)
    )


def _note(site: _Site, link: ProfileLink) -> None:
    site.pages += 1
    if len(site.examples) < EXAMPLES:
        site.examples.append(link.source_url)
    if link.anchor:
        site.texts[link.anchor] += 1
        if goods := _pushed(" ".join(link.anchor.split())):
            site.pushed.setdefault(link.anchor, goods)
    if goods := spam_words().goods(link.title):
        site.reasons.setdefault("pushes goods", f'the title of a page pushes {goods}: "{link.title[:80]}"')
    if spam_words().asks_for_links(link.title):
        site.reasons.setdefault("asks for links", f'a page collects or swaps links: "{link.title[:80]}"')
    if link.external_links is not None and link.external_links >= MANY_LINKS:
        site.reasons.setdefault("hundreds of links", f"a page has {link.external_links:,} links to other sites")
    for flag in link.flags:
        name, _, reason = flag.partition(": ")
        site.reasons.setdefault(name, reason or name)


def _signals(sites: dict[str, _Site]) -> Iterator[Signal]:
    shared: Counter[str] = Counter()
    for site in sites.values():
        shared.update(site.pushed.keys())
    for name, site in sites.items():
        for found, reason in _reasons(site, shared):
            yield Signal(site=name, name=found, reason=reason, links=site.pages, examples=tuple(site.examples))


def _reasons(site: _Site, shared: Counter[str]) -> Iterator[tuple[str, str]]:
    yield from site.reasons.items()
    if site.pushed:
        text, goods = next(iter(site.pushed.items()))
        yield "money text", f'{len(site.pushed)} of its link texts push {goods}, such as "{text[:80]}"'
        often = max(site.pushed, key=lambda text: shared[text])
        if shared[often] >= MANY_SITES:
            yield "same money text", f'{shared[often]} sites link with the same words, "{often[:80]}"'
    text, number = max(site.texts.items(), key=lambda pair: pair[1], default=("", 0))
    if number >= MANY_PAGES:
        yield "site-wide", f'{number:,} of its pages have the same link, "{text[:80]}"'


def names_of(sites: Collection[str], people: Sequence[str]) -> tuple[str, ...]:
    """What makes a link text a brand: the names in your sites' addresses, and people's and firms'."""
    labels = [site.partition("/")[0].split(".")[0] for site in sites]
    return tuple(dict.fromkeys([*(label for label in labels if len(label) > 2), *(name for name in people if name)]))
