"""A body → BodySample: title, headings, which rows fire, and whether a word we expect stands there.

Runs once for every link checked, so it stays cheap: markup is scanned only where the page is thin, refused, or a suspect.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote, urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from prospector.items import BodySample
from prospector.links.parsing import parse
from prospector.verdicts.addresses import split
from prospector.verdicts.shingles import shingles
from prospector.verdicts.signs import Pieces, fired
from prospector.verdicts.words import stands_in

KEPT_HTML = 32_768  # characters of a suspect's document kept as evidence
MAX_HEADINGS = 20
MAX_LINE = 300  # characters of a title or heading
REFRESH_SECONDS = 10  # a refresh that waits longer reloads the page for a reader, it does not send him on

_HTML_TYPES = frozenset({"", "text/html", "application/xhtml+xml", "application/xml", "text/xml"})
_REFRESH = re.compile(r"\s*(\d{1,4})[\d.]*\s*[;,]?\s*(?:url\s*=\s*)?[\"']?([^\"'\s]*)", re.IGNORECASE)
_HEAD_TAGS = "title,h1,h2,meta[name],meta[http-equiv],link[rel=canonical]"


def read_body(  # noqa: PLR0913 - each is a fact about one answer, and they have no common owner
    html: str,
    *,
    url: str,
    content_type: str,
    sha256: str,
    size: int,
    complete: bool,
    expected: Sequence[str],
    close: bool = False,
    status: int | None = None,
) -> BodySample:
    """What the judge needs of a body. `url` is the final one; `close` keeps shingles and markup (suspects and controls)."""
    media = content_type.partition(";")[0].strip().lower()
    if media == "text/plain":
        return _plain(html, media=media, sha256=sha256, size=size, complete=complete, expected=expected, close=close)
    if html.startswith("%PDF-"):
        media = "application/pdf"
    elif not media and not html and size:
        media = "application/octet-stream"
    if media not in _HTML_TYPES:
        return BodySample(sha256=sha256, size=size, complete=complete, content_type=media)
    tree = parse(html)
    head = _Head(url)
    for node in tree.css(_HEAD_TAGS):
        head.read(node)
    text = _visible_text(tree)
    present = None
    if expected:  # most pages have one of the words in title or headings
        present = stands_in(expected, f"{head.title} {' '.join(head.headings)}") or stands_in(expected, _without_echo(text, url))
    deep = close or (status is not None and status >= 400)
    signs = fired(
        Pieces(title=head.title, headings=tuple(head.headings), meta=" ".join(head.meta), text=text, html=html, url=url, deep=deep)
    )
    return BodySample(
        sha256=sha256,
        size=size,
        complete=complete,
        content_type=media,
        title=head.title,
        headings=tuple(head.headings),
        canonical=head.canonical,
        robots=head.robots,
        refresh=head.refresh,
        text_length=len(text),
        words_present=present,
        signs=signs,
        shingles=shingles(_without_echo(text, url)) if close else None,
        html=html[:KEPT_HTML] if close else None,
    )


class _Head:
    """Collects what title, headings, meta and link elements say."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.title = self.canonical = self.robots = self.refresh = ""
        self.headings: list[str] = []
        self.meta: list[str] = []

    def read(self, node: LexborNode) -> None:
        match node.tag:
            case "title":
                # an inline picture has titles of its own
                if not self.title and (node.parent is None or node.parent.tag != "svg"):
                    self.title = _line(node)
            case "meta":
                self.read_meta(node)
            case "link":
                self.canonical = self.canonical or _absolute(self.url, node.attributes.get("href"))
            case _:
                if len(self.headings) < MAX_HEADINGS:
                    self.headings.append(_line(node))

    def read_meta(self, node: LexborNode) -> None:
        attributes = node.attributes
        content = attributes.get("content") or ""
        name = (attributes.get("name") or "").lower()
        if name in ("description", "keywords"):
            self.meta.append(content[:MAX_LINE])
        elif name == "robots":
            self.robots = content.lower()[:MAX_LINE]
        elif (attributes.get("http-equiv") or "").lower() == "refresh" and not self.refresh:
            self.refresh = self.refreshed(content)

    def refreshed(self, content: str) -> str:
        match = _REFRESH.match(content[:2000])
        if not match or int(match[1]) > REFRESH_SECONDS:
            return ""
        target = _absolute(self.url, match[2])
        return "" if target == self.url else target


def _plain(text: str, *, media: str, sha256: str, size: int, complete: bool, expected: Sequence[str], close: bool) -> BodySample:
    return BodySample(
        sha256=sha256,
        size=size,
        complete=complete,
        content_type=media,
        text_length=len(text.strip()),
        words_present=stands_in(expected, text) if expected else None,
        signs=fired(Pieces(text=text, deep=close)),
        shingles=shingles(text) if close else None,
        html=text[:KEPT_HTML] if close else None,
    )


def _visible_text(tree: LexborHTMLParser) -> str:
    if tree.body is None:
        return ""
    tree.strip_tags(["script", "style", "noscript", "template", "svg"])
    return tree.body.text(separator=" ").strip()


def _line(node: LexborNode) -> str:
    return " ".join(node.text()[: MAX_LINE * 4].split())[:MAX_LINE]


def _absolute(base: str, href: str | None) -> str:
    if not href or not href.strip():
        return ""
    try:
        url = urljoin(base, href.strip())
    except ValueError:
        return ""
    return url if url.startswith(("http://", "https://")) else ""


def _without_echo(text: str, url: str) -> str:
    """The text without the address it was asked for: error pages repeat it, which would pass for the words we look for."""
    path = split(url).path
    name = unquote(path).rstrip("/").rpartition("/")[2]
    stem = name.partition(".")[0]
    if len(stem) >= 5 and stem in path and stem not in text:
        return text  # which all the others contain
    for echo in (url, path, name, stem):
        # a plain word may well be the page's own; an address has a mark or a digit in it
        if len(echo) >= 5 and not echo.isalpha() and echo in text:
            text = text.replace(echo, " ")
    return text
