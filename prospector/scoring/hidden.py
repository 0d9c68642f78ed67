"""HTML → links to other sites that no reader can see: the mark of a page that somebody sells, or broke into.

Read off inline styles and attributes alone. Menus and folded sections are hidden too, until a script shows them: a script needs a name or
a mark to find them by, so what merely isn't displayed counts only where it has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from prospector.links.parsing import parse
from prospector.links.sites import site_of
from prospector.links.urls import normalise

MAX_HTML = 3_000_000
MAX_HIDDEN = 500  # links looked at
# out of sight for good: nothing shows these again
_OUT_OF_SIGHT = re.compile(
    r"text-indent:-\d{4,}|(?:left|top|right|bottom|margin-left|margin-top):-\d{4,}(?:px|em|pt|;|$)|font-size:0(?:px|em|pt|%)?(?:;|!|$)"
    r"|font-size:1px|opacity:0(?:\.0+)?(?:;|!|$)|line-height:0(?:px)?(?:;|!|$)"
)
_NO_SIZE = re.compile(r"(?:^|;)(?:max-)?(?:height|width):[01](?:px)?(?:;|!|$)")
_NOT_SHOWN = re.compile(r"display:none|visibility:hidden")
# a script or style sheet finds an element by one of these
_MARKS = ("id", "class", "name", "role", "hidden", "aria-hidden", "onclick")


def hidden_links(html: str, *, url: str) -> tuple[str, ...]:
    """The targets of links to other sites that a reader never sees. Never raises."""
    if "style" not in html.lower():
        return ()
    tree = parse(html[:MAX_HTML])
    if tree.body is None:
        return ()
    site = site_of(url)
    found: dict[str, None] = {}
    for node in tree.body.css("[style]"):
        if not is_hidden(node):
            continue
        for target in _targets(node, url):
            if site_of(target) != site:
                found.setdefault(target)
        if len(found) >= MAX_HIDDEN:
            break
    return tuple(found)


def is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    style = re.sub(r"\s+", "", (attributes.get("style") or "")[:1_000]).lower()
    if _OUT_OF_SIGHT.search(style):
        return True
    if "overflow:hidden" in style and _NO_SIZE.search(style):
        return True
    return (
        bool(_NOT_SHOWN.search(style))
        and not any(mark in attributes for mark in _MARKS)
        and not any(name.startswith("data-") for name in attributes)
    )


def _targets(node: LexborNode, url: str) -> Iterator[str]:
    anchors = [node] if node.tag == "a" else node.css("a[href]")
    for anchor in anchors[:MAX_HIDDEN]:
        target = normalise(anchor.attributes.get("href") or "", url)
        if target:
            yield target
