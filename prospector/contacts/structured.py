"""What a page says of its makers to machines: JSON-LD, microdata, <link rev=made>, <meta reply-to>."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from prospector.contacts.addresses import addresses_in, of_mailto

MAX_JSON = 200_000
MAX_NODES = 2_000
_OTHERS = frozenset(("comment", "review", "jobposting", "offer", "event", "question", "answer", "product", "place", "softwareapplication"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """An address that the page's own machine-readable words give, and as whose."""

    address: str
    place: str  # a row of rank.PLACES
    name: str = ""
    role: str = ""  # as stated: contactType, jobTitle


def stated(tree: LexborHTMLParser, json_ld: Sequence[str]) -> Iterator[Stated]:
    for link in tree.css("link[href]")[:200]:
        rel = f"{link.attributes.get('rel') or ''} {link.attributes.get('rev') or ''}".lower().split()
        if "made" in rel or "author" in rel:
            yield from (Stated(address=address, place="made") for address in of_mailto(_mailto(link.attributes.get("href"))))
    for meta in tree.css("meta[content]")[:200]:
        key = (meta.attributes.get("name") or meta.attributes.get("http-equiv") or meta.attributes.get("property") or "").lower()
        if key in (
            "reply-to",
            "replyto",
            "email",
            "contact",
            "owner",
            "author",
            "web_author",
            "og:email",
            "business:contact_data:email",
            "dc.creator.address",
            "publisher-email",
            "e-mail",
        ):
            place = "reply-to" if key != "author" else "made"
            yield from (
                Stated(address=found.address, place=place) for found in addresses_in(_text(meta.attributes.get("content"))) if found.sure
            )
    for node in tree.css('[itemprop~="email" i]')[:50]:
        said = _text(node.attributes.get("content") or node.attributes.get("href")) or node.text()[:200]
        name, other = _owner(node)
        if not other:
            yield from (
                Stated(address=found.address, place="data", name=name) for found in addresses_in(said.removeprefix("mailto:")) if found.sure
            )
    for source in json_ld:
        yield from _from_json_ld(source)


def _mailto(href: str | None) -> str:
    href = _text(href)
    return href if href.lower().startswith("mailto:") else f"mailto:{href}"


def _text(value: object) -> str:
    return value.strip()[:500] if isinstance(value, str) else ""


def _owner(node: LexborNode) -> tuple[str, bool]:
    """The name in the microdata item that a property belongs to, and whether the item is something else than who made the page."""
    parent = node.parent
    while parent is not None and parent.tag not in (None, "body", "html"):
        if "itemscope" in parent.attributes:
            kind = (parent.attributes.get("itemtype") or "").rpartition("/")[2].lower()
            name = parent.css_first('[itemprop~="name" i]')
            return (" ".join(name.text().split())[:80] if name else "", kind in _OTHERS)
        parent = parent.parent
    return "", False


def _from_json_ld(source: str) -> Iterator[Stated]:
    text = (
        re.sub(r"^\s*(?:<!--|//<!\[CDATA\[|/\*<!\[CDATA\[\*/)|(?:-->|//\]\]>|/\*\]\]>\*/)\s*$", "", source[:MAX_JSON]).strip().rstrip(";")
    )
    try:
        waiting: list[tuple[object, str]] = [(json.loads(text, strict=False), "")]
    except (ValueError, RecursionError):
        return
    for _ in range(MAX_NODES):
        if not waiting:
            return
        node, outer = waiting.pop()
        if isinstance(node, list):
            waiting += [(child, outer) for child in reversed(node)]
        elif isinstance(node, dict):
            kind = _kind(node)
            if kind in _OTHERS:
                continue
            name = _text(node.get("name")) or outer
            yield from _of_item(node, kind, name)
            waiting += [(child, name) for child in reversed(list(node.values())) if isinstance(child, dict | list)]


def _of_item(node: dict[str, object], kind: str, name: str) -> Iterator[Stated]:
    emails = node.get("email")
    same = node.get("sameAs")
    said = [
        *(emails if isinstance(emails, list) else [emails]),
        *[one for one in (same if isinstance(same, list) else [same]) if _text(one).lower().startswith("mailto:")],
    ]
    for each in said[:5]:
        for found in addresses_in(_text(each).removeprefix("mailto:").partition("?")[0]):
            if found.sure:
                role = _text(node.get("contactType")) or _text(node.get("jobTitle"))
                yield Stated(address=found.address, place="data", name=name if kind == "person" else "", role=role)


def _kind(node: dict[str, object]) -> str:
    kind = node.get("@type")
    first = kind[0] if isinstance(kind, list) and kind else kind
    return _text(first).rpartition("/")[2].lower()
