"""HTML text → tree, safely: the one place that calls the HTML parser on crawled pages.

The parser follows the HTML standard to the letter, and the letter has two traps: unclosed formatting elements are
rebuilt in every block that follows (40 KB of them become 700 MB of tree), and deep nesting or a tag with thousands of
attributes costs the square of its size. Pages that could do that, by counting, are pruned before they are parsed;
no link is touched. Ordinary pages pass through unchanged. What comes after very many tags is not read at all.
"""

import re
from itertools import islice

from selectolax.lexbor import LexborHTMLParser

_HARMLESS_TAGS = 1_500  # a page with fewer tags cannot grow to more than some 300,000 nodes
_MAX_NODES = 2_000_000  # what formatting elements may multiply to
_MAX_TAGS = 350_000  # several times the longest honest list; a page of nothing but links costs some 1.2 KB for each
_MAX_DEPTH = 500  # about what browsers allow
_LONG_TAG = 50_000  # characters of one tag before its attributes are counted
_MANY_ATTRIBUTES = 2_000

_FORMATTING = "b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u"
_FORMATTING_START = re.compile(rf"<(?:{_FORMATTING})(?=[\s/>])[^<>]*", re.IGNORECASE)
_FORMATTING_ANY = re.compile(rf"<(/?)(?:{_FORMATTING})(?=[\s/>])", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_TAG_START = re.compile(r"<[a-zA-Z]")
# never on the parser's stack, or popped by what follows them, or formatting, which the count above looks after
_FLAT = frozenset(
    "a area base body br col dd dt embed head hr html img input li link meta option optgroup p param source tbody td tfoot th thead title tr "
    f"track wbr {_FORMATTING.replace('|', ' ')}".split()
)


def parse(html: str) -> LexborHTMLParser:
    """The tree of a page. Lone surrogates become U+FFFD; everything else is the standard's business."""
    return LexborHTMLParser(_pruned(html))


def _pruned(html: str) -> str:
    if len(html) > _LONG_TAG:
        html = _without_attribute_floods(html)
    tags = html.count("<")
    if tags <= _HARMLESS_TAGS:
        return html
    if tags > _MAX_TAGS:
        html = html[: next(islice(re.finditer("<", html), _MAX_TAGS, None)).start()]
        tags = _MAX_TAGS
    starts = _FORMATTING_START.findall(html)
    # the standard keeps at most three identical formatting elements open
    if min(len(starts), 3 * len(set(starts))) * tags > _MAX_NODES and _left_open(html) * tags > _MAX_NODES:
        html = _FORMATTING_ANY.sub(r"<\1wbr", html)
    if tags > 5 * _HARMLESS_TAGS:
        html = _flattened(html)
    return html


def _left_open(html: str) -> int:
    """The most formatting elements open at once, tags counted in the order they stand."""
    opened = most = 0
    for match in _FORMATTING_ANY.finditer(html):
        opened = max(0, opened - 1) if match[1] else opened + 1
        most = max(most, opened)
    return most


def _flattened(html: str) -> str:
    """Start tags deeper than _MAX_DEPTH become <wbr>: what they hold stays, one level up."""
    opened: list[str] = []
    count: dict[str, int] = {}
    parts: list[str] = []
    end = 0
    for match in _TAG.finditer(html):
        name = match[2].lower()
        if name in _FLAT:
            continue
        if not match[1]:
            if len(opened) < _MAX_DEPTH:
                opened.append(name)
                count[name] = count.get(name, 0) + 1
            else:
                parts += (html[end : match.start(2)], "wbr")
                end = match.end(2)
        elif count.get(name):
            closed = ""
            while closed != name:
                closed = opened.pop()
                count[closed] -= 1
    return "".join([*parts, html[end:]]) if parts else html


def _without_attribute_floods(html: str) -> str:
    pieces = html.split(">")
    if max(map(len, pieces)) <= _LONG_TAG:
        return html
    for number, piece in enumerate(pieces):
        tag = _TAG_START.search(piece) if len(piece) > _LONG_TAG else None
        if tag and len(piece[tag.start() :].split()) > _MANY_ATTRIBUTES:
            # the end is kept too: in a script it may hold the tag that closes it
            pieces[number] = piece[: tag.start() + 1000] + " " + piece[-1000:]
    return ">".join(pieces)
