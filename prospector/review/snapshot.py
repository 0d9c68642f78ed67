"""A stored page → the page as it can be shown in a sandboxed frame, with one link marked.

The frame's sandbox and policy are what keeps a hostile page in; here it loses whatever it could want to do, so that it doesn't even try.
"""

from __future__ import annotations

from collections.abc import Iterable

from selectolax.lexbor import LexborNode

from prospector.items import OutboundLink
from prospector.links.parsing import parse
from prospector.links.urls import normalise

MARK = "prospector-marked-link"
_ACTIVE = (
    "script, noscript, template, iframe, frame, frameset, object, embed, applet, base, meta, link, audio, video, source, track, dialog, "
    "svg, math, canvas, style, img:not([alt])"
)
_KEPT = frozenset(["class", "title", "alt", "lang", "dir", "width", "height", "align", "valign", "colspan", "rowspan", "start"])
_STYLE = f"""
html {{ background: #fff; color: #222; font: 15px/1.55 system-ui, sans-serif; }}
body {{ margin: 1rem; max-width: 60rem; overflow-wrap: anywhere; }}
a {{ color: #1a4f8b; text-decoration: underline; }}
img {{ color: #666; font-size: .85em; }}
#{MARK} {{ background: #ffe27a; color: #111; outline: 3px solid #d98500; outline-offset: 2px; border-radius: 2px; scroll-margin: 40vh; }}
"""
_EMPTY = "<body><p>Nothing of this page was kept.</p></body>"


def framed(html: str, link: OutboundLink | None, *, base: str) -> str:
    """:param link: the one to mark. :param base: the page's own address, which its links are relative to."""
    tree = parse(html)
    if tree.body is None or not html.strip():
        return _document(_EMPTY)
    marked = None if link is None else _found(tree.css("a[href], area[href]"), link, _base(tree.css("base[href]"), base))
    for node in tree.css(_ACTIVE):
        node.decompose()
    for node in tree.css("*"):
        for name in node.attributes:
            if name not in _KEPT:
                del node.attrs[name]
    if marked is not None:
        marked.attrs["id"] = MARK
    return _document(tree.body.html or _EMPTY)


def _base(declared: list[LexborNode], base: str) -> str:
    return normalise(declared[0].attributes.get("href") or "", base) or base if declared else base


def _found(anchors: Iterable[LexborNode], link: OutboundLink, base: str) -> LexborNode | None:
    """Of the links to the target the one with the same words, else the first."""
    same = [node for node in anchors if normalise(node.attributes.get("href") or "", base) == link.target_url]
    words = " ".join(link.anchor.split())
    return next((node for node in same if " ".join(node.text().split()) == words), next(iter(same), None))


def _document(body: str) -> str:
    return f"<!doctype html><html><head><meta charset=utf-8><title>Saved page</title><style>{_STYLE}</style></head>{body}</html>"
