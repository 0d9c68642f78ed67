"""A page → reasons to think that it is a farm of links, or sold, or broken into. A flagged page is kept and shown, but not pitched.

Each flag alone keeps letters back, so each must spare every list that somebody tends: where in doubt there is none. Words are rows in
spam_words.toml; shape is judged here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from prospector.items import OutboundLink, ResourcePage, VerdictKind
from prospector.links.parsing import parse
from prospector.links.sites import site_of
from prospector.links.urls import normalise
from prospector.scoring.hidden import MAX_HTML, hidden_links
from prospector.scoring.spam_words import spam_words

MAX_SHOWN = 80  # characters of a title or link text in a reason
FEWEST_PUSHED = 3  # link texts that push goods: one is an accident, two a sponsor
FEWEST_TRADES = 5  # unrelated trades in one list
SOLD_SHARE = 0.1  # of the link texts, that must be a shop's for the trades to count
HUNDREDS = 200  # other sites on one page …
PER_HEADING = 60  # … that are not sorted: so many under each heading …
BARE_SHARE = 0.8  # … and not described: so many links without a word beside them
MANY_SITEWIDE = 25  # other sites linked from each page of a site: no blogroll is that long
FEWEST_PAGES = 3  # pages of a site that can be compared
FEWEST_CHECKED = 10  # targets with a verdict
MOST_DEAD = 0.75  # below that a page is merely let go, which its score says
FEWEST_TAKEN_OVER = 5
TAKEN_OVER_SHARE = 0.3  # of the targets, parked or hijacked
FEWEST_HIDDEN = 3
_TAKEN_OVER = frozenset({VerdictKind.PARKED, VerdictKind.HIJACKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A reason not to pitch a page."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """What is known of a page: itself (with its html where it is at hand), what became of its targets, what other pages of its site link to."""

    page: ResourcePage
    verdicts: Mapping[str, VerdictKind] = field(default_factory=dict)
    elsewhere: Sequence[Collection[str]] = ()  # for each other page of the site that was read: the targets it links to

    @property
    def content(self) -> list[OutboundLink]:
        return [link for link in self.page.links if not link.boilerplate]


def spam_flags(suspect: Suspect) -> tuple[Flag, ...]:
    """Never raises on what a page holds."""
    judges: tuple[Callable[[Suspect], Flag | None], ...] = (
        _pushed_goods,
        _unrelated_trades,
        _asks_for_links,
        _hundreds,
        _hidden,
        _site_wide,
        _dead,
        _taken_over,
    )
    return tuple(flag for judge in judges if (flag := judge(suspect)) is not None)


def _pushed_goods(suspect: Suspect) -> Flag | None:
    words = spam_words()
    if goods := words.goods(suspect.page.title):
        return Flag(name="pushes goods", reason=f"its title pushes {goods}: {_shown(suspect.page.title)}")
    texts = {link.anchor: goods for link in suspect.page.links if link.anchor and (goods := words.goods(link.anchor))}
    if len(texts) < FEWEST_PUSHED:
        return None
    goods = ", ".join(name for name, _ in Counter(texts.values()).most_common(3))
    return Flag(name="pushes goods", reason=f"{len(texts)} link texts push {goods}, such as {_shown(next(iter(texts)))}")


def _unrelated_trades(suspect: Suspect) -> Flag | None:
    words = spam_words()
    texts = list(dict.fromkeys(link.anchor for link in suspect.page.links if link.anchor))
    sold = {text: trade for text in texts if (trade := words.trade(text))}
    trades = Counter(sold.values())
    if len(trades) < FEWEST_TRADES or len(sold) < SOLD_SHARE * len(texts):
        return None
    listed = ", ".join(trade for trade, _ in trades.most_common(4))
    return Flag(name="unrelated topics", reason=f"{len(sold)} of {len(texts)} link texts sell goods of {len(trades)} trades: {listed} …")


def _asks_for_links(suspect: Suspect) -> Flag | None:
    for text in (suspect.page.title, *_own_words(suspect.page)):
        if spam_words().asks_for_links(text):
            return Flag(name="asks for links", reason=f"it collects or swaps links: {_shown(text)}")
    return None


def _own_words(page: ResourcePage) -> Iterator[str]:
    """Headings, and the texts of links into the own site."""
    tree = parse(page.html[:MAX_HTML])
    for heading in tree.css("h1, h2, h3")[:200]:
        yield " ".join(heading.text().split())[:200]
    site = site_of(page.final_url)
    for anchor in tree.css("a[href]")[:5_000]:
        target = normalise(anchor.attributes.get("href") or "", page.final_url)
        if target and site_of(target) == site:
            yield " ".join(anchor.text().split())[:200]


def _hundreds(suspect: Suspect) -> Flag | None:
    links = suspect.content
    sites = {site_of(link.target_url) for link in links}
    headings = {link.section for link in links}
    bare = sum(link.context in ("", link.anchor) for link in links)
    if len(sites) < HUNDREDS or len(links) < PER_HEADING * len(headings) or bare < BARE_SHARE * len(links):
        return None
    return Flag(name="hundreds of links", reason=f"{len(links)} links to {len(sites)} sites, neither sorted nor described")


def _hidden(suspect: Suspect) -> Flag | None:
    hidden = hidden_links(suspect.page.html, url=suspect.page.final_url)
    if len({site_of(target) for target in hidden}) < FEWEST_HIDDEN:
        return None
    return Flag(name="hidden links", reason=f"{len(hidden)} links to other sites that no reader can see, such as {hidden[0]}")


def _site_wide(suspect: Suspect) -> Flag | None:
    """The same block of links on every page of the site."""
    if len(suspect.elsewhere) + 1 < FEWEST_PAGES:
        return None
    here = {link.target_url for link in suspect.page.links}
    everywhere = here.intersection(*suspect.elsewhere)
    sites = {site_of(target) for target in everywhere}
    if len(sites) < MANY_SITEWIDE:
        return None
    return Flag(
        name="site-wide links",
        reason=f"{len(sites)} other sites are linked from each of its site's {len(suspect.elsewhere) + 1} pages that were read",
    )


def _judged(suspect: Suspect) -> list[VerdictKind]:
    targets = {link.target_url for link in suspect.content}
    return [kind for target, kind in suspect.verdicts.items() if target in targets]


def _dead(suspect: Suspect) -> Flag | None:
    kinds = _judged(suspect)
    dead = sum(kind.dead for kind in kinds)
    if len(kinds) < FEWEST_CHECKED or dead < MOST_DEAD * len(kinds):
        return None
    return Flag(name="mostly dead", reason=f"{dead} of its {len(kinds)} checked targets are dead: nobody looks after it")


def _taken_over(suspect: Suspect) -> Flag | None:
    kinds = _judged(suspect)
    taken = sum(kind in _TAKEN_OVER for kind in kinds)
    if taken < FEWEST_TAKEN_OVER or taken < TAKEN_OVER_SHARE * len(kinds):
        return None
    return Flag(name="taken over", reason=f"{taken} of its {len(kinds)} checked targets are parked or belong to somebody else by now")


def _shown(text: str) -> str:
    return f'"{text}"' if len(text) <= MAX_SHOWN else f'"{text[:MAX_SHOWN].rstrip()} …"'
