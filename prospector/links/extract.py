"""A page as a prospector reads it: title, text, headings, and every link with what a reader sees around it.

No link is lost because of its neighbour: each is judged alone, and nothing in a page raises.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from itertools import accumulate

from prospector.items import InternalLink, OutboundLink
from prospector.links.boilerplate import is_credit, is_own_profile, is_part_of_items, is_tool, rules
from prospector.links.context import context_of, line_of
from prospector.links.flat import Anchor, Flat, flatten, tidy
from prospector.links.metadata import metadata_of
from prospector.links.parsing import parse
from prospector.links.sections import Head, heads_of
from prospector.links.sites import site_of, site_of_normal
from prospector.links.urls import fragment_of, host_of, normalise

_MAX_TEXT = 20_000
_MAX_HEADINGS = 200
_MAX_ANCHOR = 300  # characters of a link text
_TOO_MUCH = 0.5  # of a page's text: what holds more, and most links, is no furniture, whatever its class says
_TOO_MUCH_FIRM = 0.8  # the same for what an element says itself
_OFTEN = 3  # a page has one footer, perhaps two
_TAIL = 0.8  # credits and copyright stand in the last fifth of a page
_MOSTLY = 0.9  # of a page's text in navigation and footer: then it is no main text that remains


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """What was read of a page."""

    title: str = ""
    language: str = ""  # the page's own claim, ISO 639, lower case, without region; "" = none
    description: str = ""
    headings: tuple[str, ...] = ()
    canonical: str = ""
    text: str = ""  # what stands outside navigation and footer
    links: tuple[OutboundLink, ...] = ()
    internal: tuple[InternalLink, ...] = ()  # the page's own site, own_sites, and the parts of a frameset


def read_page(html: str, *, url: str, own_sites: frozenset[str] = frozenset(), but: Collection[str] = ()) -> PageReading:
    """Read a page. `url` is where it was finally found. Links to `own_sites` (sites or domains) count as internal, `but` for those addresses."""
    tree = parse(html)
    page = normalise(url) or ""
    about = metadata_of(tree, page)
    flat = flatten(tree.root) if tree.root is not None else Flat()
    heads = heads_of(flat)
    headings = tuple(head.text for head in heads if head.is_heading)[:_MAX_HEADINGS]
    sorter = _Sorter(flat, heads, page=page, base=about.base, own_sites=own_sites, but=but)
    return PageReading(
        title=about.title or (headings[0] if headings else ""),
        language=about.language,
        description=about.description,
        headings=headings,
        canonical=about.canonical,
        text=_main_text(flat, sorter.furniture),
        links=sorter.outbound(),
        internal=sorter.internal(),
    )


class _Sorter:
    """Anchors → links to other sites, links within the site."""

    def __init__(self, flat: Flat, heads: list[Head], *, page: str, base: str, own_sites: frozenset[str], but: Collection[str]) -> None:
        self.flat = flat
        self.base = base
        self.own_sites = own_sites
        self.but = but
        self.site = site_of(page)
        self.host = host_of(page).removeprefix("www.")
        self.heads = heads
        self.head_starts = [head.start for head in heads]
        self.headings = [head for head in heads if head.is_heading]
        self.heading_starts = [head.start for head in self.headings]
        self.inside: list[tuple[Anchor, str]] = []
        self.profiles: set[str] = set()
        for anchor in flat.anchors:
            self.resolve(anchor)
        self.furniture = _furniture(flat)

    def resolve(self, anchor: Anchor) -> None:
        target = normalise(anchor.href, self.base)
        if target is None or anchor.href.lstrip().startswith("#"):
            return
        if not self.is_outside(target):
            self.inside.append((anchor, target))
            return
        anchor.target = target
        if "me" in _rel(anchor):
            self.profiles.add(target)

    def outbound(self) -> tuple[OutboundLink, ...]:
        leaving = (number for number, anchor in enumerate(self.flat.anchors) if anchor.target)
        return tuple(self.outbound_link(number, position) for position, number in enumerate(leaving))

    def internal(self) -> tuple[InternalLink, ...]:
        """One for each address, by the first link that has a text."""
        found: dict[str, InternalLink] = {}
        for anchor, target in self.inside:
            if target not in found or (not found[target].anchor and anchor.chars):
                found[target] = self.internal_link(anchor, target)
        for source in self.flat.frames:
            frame = normalise(source, self.base)
            if frame and not self.is_outside(frame):
                found.setdefault(frame, InternalLink(url=frame))
        return tuple(found.values())

    def is_outside(self, target: str) -> bool:
        site = site_of_normal(target)
        if site == self.site:
            return False
        if target in self.but:
            return True
        if site in self.own_sites:
            return False
        if not self.own_sites:
            return True
        labels = host_of(target).split(".")
        return not any(".".join(labels[start:]) in self.own_sites for start in range(len(labels)))

    def outbound_link(self, number: int, position: int) -> OutboundLink:
        anchor = self.flat.anchors[number]
        text = _anchor_text(self.flat, anchor)
        furniture = self.is_furniture(anchor)
        return OutboundLink(
            target_url=anchor.target,
            fragment=fragment_of(anchor.href),
            anchor=text,
            rel=_rel(anchor),
            context=context_of(self.flat, number, self.head_starts, furniture=furniture) or text,
            section=_above(self.heads, self.head_starts, anchor),
            heading=_above(self.headings, self.heading_starts, anchor),
            position=position,
            boilerplate=furniture,
        )

    def internal_link(self, anchor: Anchor, target: str) -> InternalLink:
        text = _anchor_text(self.flat, anchor)
        line = line_of(self.flat, anchor)[1][:_MAX_ANCHOR]
        return InternalLink(url=target, anchor=text, context=line or text, boilerplate=anchor.region >= 0 and self.furniture[anchor.region])

    def is_furniture(self, anchor: Anchor) -> bool:
        if (
            anchor.target in self.profiles
            or (anchor.region >= 0 and self.furniture[anchor.region])
            or rules().rel.intersection(_rel(anchor))
        ):
            return True
        at_the_end = anchor.chars_before > _TAIL * self.flat.chars
        if is_tool(anchor.target, page_host=self.host, badge=at_the_end or not anchor.chars):
            return True
        if is_own_profile(anchor.target, page_host=self.host, site=self.site):
            return True
        return at_the_end and is_credit(*line_of(self.flat, anchor))


def _rel(anchor: Anchor) -> tuple[str, ...]:
    return tuple(dict.fromkeys(anchor.rel.lower().split())) if anchor.rel else ()


def _anchor_text(flat: Flat, anchor: Anchor) -> str:
    text = flat.text_of(anchor)
    return (text or tidy(" ".join(anchor.alts)) or tidy(anchor.label))[:_MAX_ANCHOR]


def _above(heads: list[Head], starts: list[int], anchor: Anchor) -> str:
    """The nearest head that begins before the link does, or holds it."""
    number = bisect_right(starts, anchor.start) - 1
    return heads[number].text if number >= 0 else ""


def _furniture(flat: Flat) -> list[bool]:
    """Which regions are believed. One that holds most of the page's text and links is the page; a footer that comes again and again is an item's."""
    leaving = list(accumulate((bool(anchor.target) for anchor in flat.anchors), initial=0))
    times = Counter(region.why for region in flat.regions if region.parent < 0)
    believed: list[bool] = []
    for region in flat.regions:
        too_much = region.chars > (_TOO_MUCH_FIRM if region.firm else _TOO_MUCH) * flat.chars
        is_the_page = too_much and leaving[region.links_after] - leaving[region.links_before] > leaving[-1] / 2
        of_items = times[region.why] >= _OFTEN and is_part_of_items(region.why)
        inherited = region.parent >= 0 and believed[region.parent]
        believed.append(inherited or not (is_the_page or of_items))
    return believed


def _main_text(flat: Flat, furniture: list[bool]) -> str:
    """The text without navigation, footer and the like; all of it where little else is left."""
    kept: list[str] = []
    position = 0
    left_out = 0
    for region in (region for region, believed in zip(flat.regions, furniture, strict=True) if believed):
        if region.start < position:
            continue
        left_out += region.chars
        kept += flat.pieces[position : region.start]
        position = region.end
    if left_out > _MOSTLY * flat.chars:
        return tidy("".join(flat.pieces))[:_MAX_TEXT]
    kept += flat.pieces[position:]
    return tidy("".join(kept))[:_MAX_TEXT]
