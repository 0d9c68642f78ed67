"""The item a link belongs to, as a reader would point at it: its list entry, table row, definition, card, line or sentence.

Decided by what stands where, never by one site's markup. Every choice looks at a bounded stretch of text.
"""

import re
import tomllib
from bisect import bisect_left, bisect_right
from functools import lru_cache
from importlib.resources import files

from prospector.links.flat import Anchor, Block, Flat, tidy

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_ENTRIES = frozenset({"li", "dd"})  # one item, even if a few links stand in it
_PAGE = frozenset({"body", "main", "article"})  # never an item
_LONGEST = 1_000  # characters of a context
_LONG_LINE = 600  # more than that is a paragraph of prose: a sentence will do
_FEW_IN_ENTRY = 3
_ENTRY = 600  # characters of an entry that may hold a few links
_NEAR = 100  # characters looked at to see whether a link stands alone on its line
_LINE = 300  # characters of a line to either side of a link, where the line is not the context
_MANY_PIECES = 200  # a line of more is long, whatever its length
_CARD = 600  # characters of a box that may explain a link that says nothing itself
_BESIDE = 300  # characters taken from the lines before or after such a link
_SPEAKS_FOR_ITSELF = 40  # characters of a link text that needs no line around it
_FEW = 12  # links in a block that are worth telling apart
_STEPS = 12  # blocks climbed in search of an explanation
_SENTENCE_END = re.compile(r"(?:[.!?…]['\")\]»”]?\s+(?=\S)|[。！？])")
_NO_WORD = re.compile(r"[\W_]+")


def context_of(flat: Flat, number: int, heads: list[int], *, furniture: bool = False) -> str:
    """The text of the item around a link, at most _LONGEST characters. `heads`: where the page's headings begin.

    What furniture is about need not be looked for beside it.
    """
    anchor = flat.anchors[number]
    own = flat.text_of(anchor)
    text = _item(flat, number, heads)
    if furniture or len(text) > len(own) + 2 or not is_generic(own):
        return text
    box = _card(flat, anchor, len(own))
    if box or not is_generic(own or " ".join(anchor.alts)):
        return box or text
    return _beside(flat, number, heads, after_first=not own) or text


def line_of(flat: Flat, anchor: Anchor) -> tuple[str, str]:
    """What stands before a link on its line, and the whole line; both cut where they are long."""
    start, end = _line_around(flat, anchor)
    before = "".join(_backwards(flat, start, anchor.start, _LINE))
    return tidy(before), tidy(before + "".join(_forwards(flat, anchor.start, end, _LINE)))


def is_generic(text: str) -> bool:
    """Whether a link text says nothing about where it leads: "Visit", "here", "访问网站"."""
    return _NO_WORD.sub(" ", text.lower()).strip() in _generic_texts()


@lru_cache(maxsize=1)
def _generic_texts() -> frozenset[str]:
    data = tomllib.loads(files("prospector.links").joinpath("generic_anchors.toml").read_text(encoding="utf-8"))
    return frozenset(_NO_WORD.sub(" ", text).strip() for text in data["texts"]) | {""}


def _item(flat: Flat, number: int, heads: list[int]) -> str:
    anchor = flat.anchors[number]
    block = flat.blocks[anchor.block] if anchor.block >= 0 else None
    if block is None or block.tag in _PAGE:
        return _line(flat, number, heads)
    if block.tag == "dt":
        return _definition(flat, anchor)
    if not _one_target(flat, block):
        entry = block.tag in _ENTRIES and block.links <= _FEW_IN_ENTRY and block.chars <= _ENTRY
        return _stretch(flat, anchor, block.start, block.end) if entry else _line(flat, number, heads)
    if block.tag in _HEADINGS:
        return _with_next_line(flat, anchor, block, heads)
    return _alone(flat, anchor, block)


def _alone(flat: Flat, anchor: Anchor, block: Block) -> str:
    """The only link of its block: the block, and the row or the term where the block adds nothing to the link."""
    if block.chars - anchor.chars <= 1:
        row = _row(flat, anchor.block)
        if row:
            return _stretch(flat, anchor, row.start, row.end)
        if block.tag == "dd":
            return _definition(flat, anchor)
    return _stretch(flat, anchor, block.start, block.end)


def _one_target(flat: Flat, block: Block) -> bool:
    """Whether all links in a block that leave the site lead to one address (an image and its caption, say)."""
    if block.links <= 1:
        return True
    if block.links > _FEW:
        return False
    return len({anchor.target for anchor in flat.anchors[block.links_before : block.links_after] if anchor.target}) <= 1


def _row(flat: Flat, index: int) -> Block | None:
    """The table row, for a link that fills its cell and has the row to itself."""
    block = flat.blocks[index]
    for _ in range(_STEPS):
        if block.parent < 0 or block.tag == "table":
            return None
        parent = flat.blocks[block.parent]
        if block.tag in ("td", "th"):
            fits = parent.tag == "tr" and block.chars < parent.chars <= 2 * _LONGEST
            return parent if fits and _one_target(flat, parent) else None
        if parent.chars > block.chars:
            return None
        block = parent
    return None


def _definition(flat: Flat, anchor: Anchor) -> str:
    """A term with what defines it: from the term to the next one."""
    index = anchor.block
    block = flat.blocks[index]
    start, end = block.start, block.end
    near = range(index - 1, max(-1, index - _STEPS), -1) if block.tag == "dd" else range(index + 1, min(len(flat.blocks), index + _STEPS))
    for other in near:
        sibling = flat.blocks[other]
        if sibling.parent != block.parent:
            continue
        if block.tag == "dd":
            start = sibling.start if sibling.tag == "dt" else start
            break
        if sibling.tag != "dd" or sibling.links > 1:
            break
        end = sibling.end
    return _stretch(flat, anchor, start, end)


def _with_next_line(flat: Flat, anchor: Anchor, heading: Block, heads: list[int]) -> str:
    """A linked heading is the title of the paragraph below it, unless that is another link's line."""
    start = heading.end
    end = _next_break(flat, start + 1)
    while end < len(flat.pieces) and not flat.text(start, end):
        start, end = end, _next_break(flat, end + 1)
    if bisect_left(heads, heading.end) < bisect_left(heads, end) or _is_link_line(flat, heading.links_after, start, end):
        return _stretch(flat, anchor, heading.start, heading.end)
    return _stretch(flat, anchor, heading.start, end)


def _is_link_line(flat: Flat, number: int, start: int, end: int) -> bool:
    """Whether a line begins with the link of that number."""
    return number < len(flat.anchors) and flat.anchors[number].start < end and not flat.text(start, flat.anchors[number].start)


def _line(flat: Flat, number: int, heads: list[int]) -> str:
    """What stands between two line breaks; where a link fills its line, the line below it too, if that is plain text."""
    anchor = flat.anchors[number]
    start, end = _line_around(flat, anchor)
    own = flat.text_of(anchor)
    if (len(own) >= _SPEAKS_FOR_ITSELF or end - start > _MANY_PIECES) and _among_links(flat, number, start, end):
        return own[:_LONGEST]
    if _fills(flat, anchor, start, end) and not is_generic(own):
        end = _with_description(flat, anchor, end, heads)
    return _stretch(flat, anchor, start, end, longest=_LONG_LINE)


def _fills(flat: Flat, anchor: Anchor, start: int, end: int) -> bool:
    before, after = "".join(_backwards(flat, start, anchor.start, _NEAR)), "".join(_forwards(flat, anchor.end, end, _NEAR))
    return not _NO_WORD.sub("", before + after)


def _among_links(flat: Flat, number: int, start: int, end: int) -> bool:
    """Whether a link's neighbours on its line are links too, with no word between."""
    anchor = flat.anchors[number]
    before = flat.anchors[number - 1].end if number else start
    after = flat.anchors[number + 1].start if number + 1 < len(flat.anchors) else end
    if before <= start and after >= end:
        return False
    before, after = max(start, min(before, anchor.start)), min(end, max(after, anchor.end))
    between = _backwards(flat, before, anchor.start, _NEAR) + _forwards(flat, anchor.end, after, _NEAR)
    return not _NO_WORD.sub("", "".join(between))


def _with_description(flat: Flat, anchor: Anchor, end: int, heads: list[int]) -> int:
    """Where the line below ends, if it is a plain sentence of the same block; else `end`."""
    below = _next_break(flat, end + 1)
    if anchor.block < 0 or below > flat.blocks[anchor.block].end or bisect_left(heads, end) != bisect_left(heads, below):
        return end
    following = bisect_left(flat.anchors, end, key=lambda other: other.start)
    if following < len(flat.anchors) and flat.anchors[following].start < below:
        return end
    text = flat.text(end, min(below, end + _BESIDE))
    return below if text and len(text) <= _BESIDE and not text.endswith((":", "：")) else end


def _card(flat: Flat, anchor: Anchor, own: int) -> str:
    """The smallest box around a link that says more than the link, while it holds no other link."""
    index = anchor.block
    for _ in range(_STEPS):
        if index < 0:
            break
        block = flat.blocks[index]
        if block.tag in _PAGE or block.chars > _CARD or not _one_target(flat, block):
            break
        if block.chars > own + 2:
            return _stretch(flat, anchor, block.start, block.end)
        index = block.parent
    return ""


def _beside(flat: Flat, number: int, heads: list[int], *, after_first: bool) -> str:
    """For a link that says nothing: the text between it and its neighbours, from the last heading on."""
    anchor = flat.anchors[number]
    start = 0
    if number:
        start = _next_break(flat, flat.anchors[number - 1].end)
        start = start if start <= anchor.start else flat.anchors[number - 1].end
    head = bisect_right(heads, anchor.start) - 1
    if head >= 0 and heads[head] > start:
        start = heads[head]
    stop = flat.anchors[number + 1].start if number + 1 < len(flat.anchors) else len(flat.pieces)
    stop = min(stop, _next_break(flat, _next_break(flat, anchor.end) + 1))
    before = tidy("".join(_backwards(flat, start, anchor.start, 2 * _BESIDE)))
    before = before if len(before) <= _BESIDE else "…" + before[-_BESIDE:].partition(" ")[2]
    after = _cut(tidy("".join(_forwards(flat, anchor.end, stop, 2 * _BESIDE))), _BESIDE)
    if after_first and after:
        return after
    own = flat.text_of(anchor)
    return tidy(f"{before} {own}") if before else tidy(f"{own} {after}")


def _stretch(flat: Flat, anchor: Anchor, start: int, end: int, *, longest: int = _LONGEST) -> str:
    """The text from start to end; where that is too long, whole sentences around the link."""
    room = longest + _BESIDE
    before = tidy("".join(_backwards(flat, start, anchor.start, room)) + "\0")[:-1]  # the mark keeps the space before the link
    own = "".join(_forwards(flat, anchor.start, anchor.end, room))
    after = "".join(_forwards(flat, anchor.end, end, room))
    text = tidy(before + own + after)
    if len(text) <= longest:
        return text
    if len(before) <= longest // 3:
        return _cut(text, longest)
    ends = [match.end() for match in _SENTENCE_END.finditer(before)]
    lead = before[ends[-1] :] if ends else before
    lead = lead if len(lead) <= longest // 2 else "… " + lead[-longest // 2 :].partition(" ")[2]
    own_and_after = tidy(own + after)
    stop = _SENTENCE_END.search(own_and_after, min(len(own_and_after), len(tidy(own))))
    return _cut(tidy(lead + own_and_after[: stop.end() if stop else longest]), longest)


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    words, space, _ = text[:longest].rpartition(" ")
    return (words if space and len(words) > longest // 2 else text[: longest - 1]) + "…"


def _backwards(flat: Flat, start: int, end: int, room: int) -> list[str]:
    taken: list[str] = []
    while end > start and room > 0:
        end -= 1
        piece = flat.pieces[end]
        taken.append(piece[-room:])
        room -= len(piece)
    return taken[::-1]


def _forwards(flat: Flat, start: int, end: int, room: int) -> list[str]:
    taken: list[str] = []
    while start < end and room > 0:
        piece = flat.pieces[start]
        taken.append(piece[:room])
        room -= len(piece)
        start += 1
    return taken


def _line_around(flat: Flat, anchor: Anchor) -> tuple[int, int]:
    number = bisect_left(flat.breaks, anchor.start)
    return (flat.breaks[number - 1] if number else 0), _next_break(flat, anchor.end)


def _next_break(flat: Flat, position: int) -> int:
    number = bisect_left(flat.breaks, position)
    return flat.breaks[number] if number < len(flat.breaks) else len(flat.pieces)
