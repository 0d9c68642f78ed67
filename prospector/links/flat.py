"""Tree → reading order: a page's text as one list of pieces, with lines, blocks, links and headings as ranges over it.

One walk without recursion, a constant amount of work per node. What is inside what, and what stands before what, are
afterwards questions about numbers; `context`, `sections` and `boilerplate` ask them.
"""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from prospector.links.boilerplate import region_of

_SKIPPED = frozenset(
    {"-comment", "-doctype", "script", "style", "template", "noframes", "noembed", "head", "textarea", "select", "datalist"}
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# fmt: off
_BLOCKS = _HEADINGS | {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "legend", "li", "main", "menu", "nav", "ol", "optgroup",
    "p", "pre", "search", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}
# fmt: on
_TITLES = _HEADINGS | {"caption", "th", "dt", "legend", "summary"}
_STYLED = frozenset({"span", "font", "ins", "del", "label"})  # inline elements whose attributes may say something
_SPEAKING = frozenset({"nav", "footer", "aside", "header"})  # elements that need no attributes to say it
_BOLD = frozenset({"b", "strong", "big"})
_MAIN = frozenset({"main", "article"})
_BIG_SIZES = frozenset({"+1", "+2", "+3", "+4", "4", "5", "6", "7"})
_BIG_STYLE = re.compile(
    r"font-weight\s*:\s*(?:bold|[6-9]00)|font-size\s*:\s*(?:x*-?large\b|1\.[2-9]\d*r?em|[2-9](?:\.\d+)?r?em|1[2-9]\dp?%|2\d\dp?%|1[4-9]pt|[2-9]\dpt|19px|[2-9]\dpx)"
)
_MAX_ANCHOR_PIECES = 200  # links can hold each other, by a detour; then the sum of their texts has no bound
BREAK = "\n"  # a piece of its own; pieces of text never equal it


@dataclass(slots=True)
class Block:
    """A block element: what it covers, in pieces, characters and links."""

    tag: str
    parent: int  # index of the enclosing block, -1 for none
    start: int
    chars_before: int
    links_before: int
    end: int = 0
    chars_after: int = 0
    links_after: int = 0

    @property
    def chars(self) -> int:
        return self.chars_after - self.chars_before

    @property
    def links(self) -> int:
        return self.links_after - self.links_before


@dataclass(slots=True)
class Anchor:
    """A link as it stands in the page: an a or area element with an href."""

    href: str
    rel: str
    label: str  # title or aria-label
    start: int
    block: int
    region: int  # index of the innermost boilerplate region, -1 for none
    chars_before: int
    end: int = 0
    chars_after: int = 0
    alts: list[str] = field(default_factory=list)
    target: str = ""  # normalised, for a link to another site; filled in by whoever knows what that is

    @property
    def chars(self) -> int:
        return self.chars_after - self.chars_before


@dataclass(slots=True)
class Line:
    """A line that may work as a heading: text between two breaks, or a heading element."""

    kind: str  # the element's tag, "bold" or "capitals"
    start: int
    end: int
    chars: int
    links: int
    block: int
    alt: str = ""  # of an image in a heading without text


@dataclass(slots=True)
class Region:
    """A stretch that looks like navigation, footer, share buttons and the like."""

    why: str
    firm: bool  # said by the element itself, not only by a class or id
    parent: int
    start: int
    chars_before: int
    links_before: int
    end: int = 0
    chars_after: int = 0
    links_after: int = 0

    @property
    def chars(self) -> int:
        return self.chars_after - self.chars_before


@dataclass(slots=True)
class Flat:
    """A page in reading order."""

    pieces: list[str] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)  # indexes of the BREAK pieces
    blocks: list[Block] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)  # in the order they begin
    regions: list[Region] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)  # addresses of frames
    chars: int = 0

    def text(self, start: int, end: int) -> str:
        return tidy("".join(self.pieces[start:end]))

    def text_of(self, anchor: Anchor) -> str:
        """A link's own text, or the beginning of a very long one."""
        return self.text(anchor.start, min(anchor.end, anchor.start + _MAX_ANCHOR_PIECES))


def tidy(text: str) -> str:
    """White space as a reader sees it."""
    if "\u200b" in text or "\u00ad" in text or "\ufeff" in text:
        text = text.replace("\u200b", "").replace("\u00ad", "").replace("\ufeff", "")
    return " ".join(text.split())


def _in_capitals(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    return text.isupper() and letters >= 4 and sum(map(str.isupper, text)) > 0.7 * letters


def _is_big(style: str) -> bool:
    return _BIG_STYLE.search(style.lower()) is not None


@dataclass(slots=True)
class _Open:
    """What an open element has to put back when it closes."""

    tag: str
    block: int
    region: int  # of the surroundings
    new_region: bool = False
    bold: bool = False
    anchor: int = -1
    heading: int = -1
    main: bool = False


class _Walk:
    """The state of the one walk over a tree."""

    def __init__(self) -> None:
        self.flat = Flat()
        self.block = -1
        self.region = -1
        self.bold = 0
        self.main = 0
        self.pre = 0
        self.open_anchors: list[int] = []
        self.heading = -1
        self.line_start = 0
        self.line_chars = 0
        self.line_bold = 0
        self.line_links = 0
        self.line_block = -1

    def run(self, root: LexborNode) -> Flat:
        stack: list[tuple[LexborNode, _Open | None]] = []
        node: LexborNode | None = root
        while node is not None:
            tag = node.tag or ""
            child = None
            if tag == "-text":
                self.read(node.text_content or "")
            elif tag not in _SKIPPED:
                child = node.first_child
                opened = self.enter(node, tag)
                if child is not None:
                    stack.append((node, opened))
                    node = child
                    continue
                if opened:
                    self.leave(opened)
            following = node.next
            while following is None and stack:
                parent, opened = stack.pop()
                if opened:
                    self.leave(opened)
                following = parent.next
            node = following
        self.end_line()
        return self.flat

    def read(self, text: str) -> None:
        if self.pre and "\n" in text:
            *rows, last = text.split("\n")
            for row in rows:
                self.add(row)
                self.end_line()
            self.add(last)
        else:
            self.add(text)

    def add(self, text: str) -> None:
        chars = len(text.strip())
        if not chars:
            if text and self.line_chars:
                self.flat.pieces.append(" ")
            return
        if not self.line_chars:
            self.line_block = self.block
        self.flat.pieces.append(text)
        self.flat.chars += chars
        self.line_chars += chars
        if self.bold:
            self.line_bold += chars

    def end_line(self) -> None:
        flat = self.flat
        end = len(flat.pieces)
        if self.line_chars and self.heading < 0:
            if self.line_bold == self.line_chars and 2 <= self.line_chars <= 150:
                self.mark("bold", end)
            elif not self.line_links and 4 <= self.line_chars <= 60 and _in_capitals(flat.text(self.line_start, end)):
                self.mark("capitals", end)
        if not flat.breaks or flat.breaks[-1] != end - 1:
            flat.breaks.append(end)
            flat.pieces.append(BREAK)
        self.line_start = len(flat.pieces)
        self.line_chars = self.line_bold = 0
        self.line_links = len(self.open_anchors)

    def mark(self, kind: str, end: int) -> None:
        self.flat.lines.append(Line(kind, self.line_start, end, self.line_chars, self.line_links, self.line_block))

    def enter(self, node: LexborNode, tag: str) -> _Open | None:
        """None where nothing will have to be put back."""
        if tag in _BLOCKS:
            return self.enter_block(node, tag)
        if tag in ("a", "area"):
            attributes = node.attributes
            opened = _Open(tag, self.block, self.region)
            opened.anchor = self.open_anchor(attributes)
            self.weigh(opened, attributes)
            return opened
        if tag in _BOLD:
            self.bold += 1
            return _Open(tag, self.block, self.region, bold=True)
        if tag in _STYLED:
            attributes = node.attributes
            if attributes:
                opened = _Open(tag, self.block, self.region)
                self.weigh(opened, attributes)
                return opened
        elif tag in ("br", "hr"):
            self.end_line()
        elif tag in ("img", "input"):
            self.see_image(node.attributes)
        elif tag in ("frame", "iframe"):
            self.flat.frames.append(node.attributes.get("src") or "")
        return None

    def enter_block(self, node: LexborNode, tag: str) -> _Open:
        flat = self.flat
        opened = _Open(tag, self.block, self.region)
        self.end_line()
        flat.blocks.append(Block(tag, self.block, len(flat.pieces), flat.chars, len(flat.anchors)))
        self.block = len(flat.blocks) - 1
        if tag == "pre":
            self.pre += 1
        elif tag in _MAIN:
            self.main += 1
            opened.main = True
            if self.region >= 0 and not flat.regions[self.region].firm:
                self.region = -1
        if tag in _TITLES:
            opened.heading = len(flat.lines)
            flat.lines.append(Line(tag, len(flat.pieces), 0, -flat.chars, -len(flat.anchors), self.block))
            if tag in _HEADINGS:
                self.heading = opened.heading
        attributes = node.attributes
        if attributes or tag in _SPEAKING:
            self.weigh(opened, attributes)
        return opened

    def weigh(self, opened: _Open, attributes: dict[str, str | None]) -> None:
        """What an element's attributes say: big or bold type, a region."""
        flat = self.flat
        if opened.tag == "font":
            opened.bold = (attributes.get("size") or "").strip() in _BIG_SIZES
        elif style := attributes.get("style"):
            opened.bold = _is_big(style)
        self.bold += opened.bold
        if not (opened.tag in _SPEAKING or "class" in attributes or "id" in attributes or "role" in attributes):
            return
        why, firm = region_of(opened.tag, attributes, in_main=self.main > 0)
        if why:
            flat.regions.append(Region(why, firm, self.region, len(flat.pieces), flat.chars, len(flat.anchors) - (opened.anchor >= 0)))
            self.region = len(flat.regions) - 1
            opened.new_region = True
            if opened.anchor >= 0:
                flat.anchors[opened.anchor].region = self.region

    def open_anchor(self, attributes: dict[str, str | None]) -> int:
        href = attributes.get("href")
        if href is None:
            href = attributes.get("xlink:href")
        if href is None:
            return -1
        flat = self.flat
        if self.line_chars and flat.anchors and flat.anchors[-1].end == len(flat.pieces):
            flat.pieces.append(" ")  # two links side by side are two words
        label = attributes.get("title") or attributes.get("aria-label") or ""
        anchor = Anchor(href, attributes.get("rel") or "", label, len(flat.pieces), self.block, self.region, flat.chars)
        if alt := attributes.get("alt"):
            anchor.alts.append(alt)
        flat.anchors.append(anchor)
        self.open_anchors.append(len(flat.anchors) - 1)
        self.line_links += 1
        return len(flat.anchors) - 1

    def see_image(self, attributes: dict[str, str | None]) -> None:
        alt = attributes.get("alt")
        if not alt:
            return
        if self.open_anchors:
            self.flat.anchors[self.open_anchors[-1]].alts.append(alt)
        if self.heading >= 0 and not self.flat.lines[self.heading].alt:
            self.flat.lines[self.heading].alt = alt

    def leave(self, opened: _Open) -> None:
        flat = self.flat
        if opened.bold:
            self.bold -= 1
        if opened.anchor >= 0:
            anchor = flat.anchors[opened.anchor]
            anchor.end = len(flat.pieces)
            anchor.chars_after = flat.chars
            self.open_anchors.pop()
        if opened.heading >= 0:
            line = flat.lines[opened.heading]
            line.end = len(flat.pieces)
            line.chars += flat.chars
            line.links += len(flat.anchors)
            if self.heading == opened.heading:
                self.heading = -1
        if opened.new_region:
            region = flat.regions[self.region]
            region.end = len(flat.pieces)
            region.chars_after = flat.chars
            region.links_after = len(flat.anchors)
        self.region = opened.region
        if opened.tag in _BLOCKS:
            block = flat.blocks[self.block]
            self.end_line()
            block.end = len(flat.pieces)
            block.chars_after = flat.chars
            block.links_after = len(flat.anchors)
            self.block = opened.block
            if opened.main:
                self.main -= 1
            elif opened.tag == "pre":
                self.pre -= 1


def flatten(root: LexborNode) -> Flat:
    """A page's tree in reading order."""
    return _Walk().run(root)
