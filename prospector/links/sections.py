"""What heads each link: the nearest heading above it, and the nearest line that works as one."""

from bisect import bisect_left
from dataclasses import dataclass

from prospector.links.flat import Block, Flat, Line

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS = frozenset({"td", "th"})
_FEW = 5
_LONGEST = 200  # characters; more is prose, whatever its type


@dataclass(frozen=True, slots=True)
class Head:
    """A line that heads what follows it."""

    start: int
    end: int
    text: str
    is_heading: bool


def heads_of(flat: Flat) -> list[Head]:
    """All lines of a page that head something, in reading order."""
    groups = _category_terms(flat)
    return [
        Head(line.start, line.end, text, line.kind in _HEADINGS)
        for number, line in enumerate(flat.lines)
        if (number in groups or _heads_something(flat, line)) and (text := _text(flat, line))
    ]


def _text(flat: Flat, line: Line) -> str:
    """A heading that was never closed swallows the page: then its first line is the heading."""
    end = line.end
    if line.chars > _LONGEST:
        first = bisect_left(flat.breaks, line.start)
        end = next(
            (place for place in flat.breaks[first : first + _FEW] if flat.text(line.start, min(place, line.start + _LONGEST))), line.start
        )
    return (flat.text(line.start, end) or " ".join(line.alt.split()))[:_LONGEST]


def _heads_something(flat: Flat, line: Line) -> bool:
    if line.kind in _HEADINGS:
        return True
    if not 0 < line.chars <= _LONGEST or line.kind == "dt":
        return False
    if line.kind in ("caption", "legend", "summary"):
        return True
    if line.kind == "th":
        return _alone_in_row(flat, flat.blocks[line.block])
    return _stands_out(flat, line)


def _stands_out(flat: Flat, line: Line) -> bool:
    """A bold line, or one in capitals, that is neither a linked item nor the label of a table row."""
    if line.block < 0:
        return line.links == 0
    block = flat.blocks[line.block]
    cell = _cell_of(flat, line.block)
    if cell and cell.chars == line.chars and not _alone_in_row(flat, cell):
        return False
    if line.kind == "capitals":
        return block.chars == line.chars and block.tag in ("p", "div", "td", "center")
    return line.links == 0


def _cell_of(flat: Flat, index: int) -> Block | None:
    while index >= 0:
        block = flat.blocks[index]
        if block.tag in _CELLS:
            return block
        index = block.parent
    return None


def _alone_in_row(flat: Flat, cell: Block) -> bool:
    return cell.parent >= 0 and flat.blocks[cell.parent].chars == cell.chars


def _category_terms(flat: Flat) -> set[int]:
    """Terms that are no links, in definition lists where one of them stands above two links or more: categories, not items."""
    terms: dict[int, list[int]] = {}
    categories: set[int] = set()
    next_term: dict[int, Block] = {}
    for number in range(len(flat.lines) - 1, -1, -1):
        line = flat.lines[number]
        if line.kind != "dt":
            continue
        block = flat.blocks[line.block]
        following = next_term.get(block.parent)
        last = following.links_before if following else flat.blocks[block.parent].links_after
        if 0 < line.chars <= _LONGEST and not line.links:
            terms.setdefault(block.parent, []).append(number)
            if last - block.links_after >= 2:
                categories.add(block.parent)
        next_term[block.parent] = block
    return {number for parent in categories for number in terms[parent]}
