"""HTML → the places where people can be reached: each address with what stands around it, forms, links. Judges nothing.

One walk over the tree. What a place is worth is rank.py's business; what an address looks like is addresses.py's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from prospector.contacts import scripts
from prospector.contacts.addresses import addresses_in, of_mailto
from prospector.contacts.attributes import data_addresses, from_query, unxored
from prospector.contacts.parts import Form, How, Link, Mention, Parts
from prospector.contacts.words import words
from prospector.contacts.zones import Zone, zone_of

MAX_HTML = 3_000_000
MAX_AROUND = 200  # characters kept on each side of an address
MAX_ROW = 300  # a longer table row is a layout
MAX_MENTIONS = 500
MAX_RUN = 10_000  # characters of one line of the page
MAX_GUESSES = 2_000  # elements whose data attributes are tried
MAX_PIECES = 400  # texts and links in it


# fmt: off
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "center", "dd", "details", "dir", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "iframe", "legend",
    "li", "main", "menu", "nav", "ol", "option", "p", "pre", "script", "section", "select", "style", "summary", "table", "tbody",
    "td", "template", "textarea", "tfoot", "th", "thead", "title", "tr", "ul",
))
# fmt: on
_SKIPPED = frozenset(("style", "template", "svg", "math", "object", "select", "title"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_FRAMES = re.compile(r"mail|contact|kontakt", re.IGNORECASE)


@dataclass(slots=True)
class _Run:
    """The words of one line of the page, as a reader sees it, with the links in it."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    own: list[tuple[int, Mention]] = field(default_factory=list)  # from links and attributes, with the place of each
    hidden: list[tuple[int, int]] = field(default_factory=list)  # spans that the page decodes only in the reader's browser
    zones: list[tuple[int, Zone]] = field(default_factory=list)  # where each part begins
    reversed: bool = False

    def zone_at(self, place: int, outer: Zone) -> Zone:
        return next((zone for start, zone in reversed(self.zones) if start <= place), outer)

    def add(self, text: str, zone: Zone | None = None) -> None:
        if zone is not None and (not self.zones or self.zones[-1][1] is not zone):
            self.zones.append((self.length, zone))
        self.pieces.append(text)
        self.length += len(text)


def read(tree: LexborHTMLParser, html: str) -> Parts:
    """Walk the tree of a page once; html is its source. Anything can be handed in; what can't be read gives nothing."""
    parts = Parts()
    title = tree.css_first("title")
    parts.title = _squeezed(title.text() if title else "")[:MAX_AROUND]
    author = tree.css_first('meta[name="author" i]')
    parts.author = _squeezed((author.attributes.get("content") or "") if author else "")[:MAX_AROUND]
    if tree.root is not None:
        _Walk(parts).over(tree.root)
    plain = html.lower()
    for mention in parts.mentions:
        # whatever the trick: an address that the source does not show was hidden by somebody
        mention.hidden = mention.hidden or mention.address.lower() not in plain
    return parts


class _Walk:
    """One pass in document order. Not recursive: pages nest as deep as they like."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.run = _Run()
        self.zones = [Zone.MAIN]
        self.heading = ""
        self.heading_from = -1
        self.links: list[tuple[LexborNode, int]] = []
        self.rows: list[int] = []  # for each open row: how many mentions there were before it
        self.row_texts: list[list[str]] = []
        self.guesses = MAX_GUESSES

    def over(self, root: LexborNode) -> None:
        node: LexborNode | None = root
        while node is not None:
            child = self.enter(node)
            if child is not None:
                node = child
                continue
            while node is not None:
                self.leave(node)
                if node.next is not None:
                    node = node.next
                    break
                node = node.parent
                if node is None or node.tag == "-document" or node.mem_id == root.mem_id:
                    if node is not None:
                        self.leave(node)
                    return self.flush()
        return self.flush()

    def enter(self, node: LexborNode) -> LexborNode | None:
        """Take in the start of a node; its first child if there is anything in it to see."""
        tag = node.tag or ""
        if tag == "-text":
            self.text(re.sub(r"\s+", " ", node.text_content or ""))
            return None
        if tag.startswith(("-", "!")) or tag in _SKIPPED:
            return None
        if tag in _BLOCKS:
            self.flush()
        attributes = node.attributes
        if tag == "script":
            self.script(node, attributes)
            return None
        self.zones.append(zone_of(tag, attributes, self.zones[-1]))
        if tag in ("tr", "li", "dl"):
            self.rows.append(len(self.parts.mentions))
            self.row_texts.append([])
        self.element(node, tag, attributes)
        if "data-cfemail" in attributes:
            self.cloudflare(attributes["data-cfemail"] or "")
            return None
        return node.child

    def text(self, text: str) -> None:
        """Words of the page. A line that grows without end is taken in pieces: what it costs must not grow with its square."""
        for start in range(0, len(text), MAX_RUN):
            if self.run.length > MAX_RUN:
                self.flush()
            self.run.add(text[start : start + MAX_RUN], self.zones[-1])

    def element(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "a":
            if len(self.run.pieces) > MAX_PIECES:
                self.flush()
            self.run.add("")
            self.links.append((node, self.run.length))
        elif tag == "form":
            self.form(node, attributes)
        elif tag == "iframe":
            self.frame(attributes)
        elif tag == "img":
            self.run.add(f" {(attributes.get('alt') or '')[:80]} ")
        if tag in _HEADINGS:
            self.heading_from = len(self.parts.mentions)
        style = attributes.get("style") or ""
        if "rtl" in style and "bidi-override" in style:
            self.run.reversed = True
        if tag != "a":
            self.data_attributes(attributes)

    def leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag.startswith(("-", "!")) or tag in _SKIPPED or tag == "script":
            return
        if tag == "a" and self.links and self.links[-1][0].mem_id == node.mem_id:
            self.link(*self.links.pop())
        if tag in _HEADINGS:
            self.heading = _squeezed("".join(self.run.pieces))[:MAX_AROUND]
            if tag == "h1" and not self.parts.h1:
                self.parts.h1 = self.heading
        if tag in _BLOCKS:
            self.flush()
        if tag in ("tr", "li", "dl") and self.rows:
            row = " | ".join(self.row_texts.pop())
            first = self.rows.pop()
            if len(row) <= MAX_ROW:
                for mention in self.parts.mentions[first:]:
                    mention.row = mention.row or row
                if self.row_texts:
                    self.row_texts[-1].append(row)
        if len(self.zones) > 1:
            self.zones.pop()

    def flush(self) -> None:
        """A line of the page is complete: find the addresses in it."""
        run, self.run = self.run, _Run()
        self.links = [(node, 0) for node, _ in self.links]
        text = "".join(run.pieces)
        if not text.strip() and not run.own:
            return
        if self.row_texts and len(self.row_texts[-1]) < 20:
            self.row_texts[-1].append(_squeezed(text)[:MAX_ROW])
        found = [(start, mention) for start, mention in run.own]
        linked = {mention.address.lower() for _, mention in run.own}
        for way in (text, text[::-1]) if run.reversed else (text,):
            for each in addresses_in(way):
                if each.address.lower() in linked:
                    continue
                how = How.TEXT if each.sure else How.LOOSE
                hidden = each.hidden or way is not text or any(start <= each.start < end for start, end in run.hidden)
                found.append(
                    (
                        each.start,
                        Mention(
                            address=each.address,
                            how=how,
                            zone=run.zone_at(each.start, self.zones[-1]),
                            hidden=hidden,
                            after=way[each.end : each.end + MAX_AROUND],
                        ),
                    )
                )
        for start, mention in sorted(found, key=lambda pair: pair[0]):
            mention.before = _squeezed(text[max(0, start - MAX_AROUND) : start])
            mention.after = _squeezed(mention.after or text[start : start + MAX_AROUND])
            self.keep(mention)

    def keep(self, mention: Mention) -> None:
        mention.heading = self.heading
        if len(self.parts.mentions) < MAX_MENTIONS:
            self.parts.mentions.append(mention)

    # -- the several things an address can stand in ------------------------------------------------------------------------

    def cloudflare(self, code: str) -> None:
        start = self.run.length
        self.run.add(unxored(code), self.zones[-1])
        self.run.hidden.append((start, self.run.length))

    def link(self, node: LexborNode, start: int) -> None:
        attributes = node.attributes
        href = (attributes.get("href") or "").strip()
        rel = tuple((attributes.get("rel") or "").lower().split())
        inner = (
            _squeezed("".join(self.run.pieces))[-MAX_AROUND:] if start == 0 else _squeezed("".join(self.run.pieces)[start:])[:MAX_AROUND]
        )
        named = " ".join(
            filter(None, (attributes.get("title"), attributes.get("aria-label"), attributes.get("data-tooltip"), _icons(node)))
        )
        anchor = _squeezed(f"{inner} {named}")[:MAX_AROUND]
        low = href[:11].lower()
        addresses: tuple[str, ...] = ()
        how = How.MAILTO
        if low.startswith(("mailto:", "email:", "mail:")):
            addresses = of_mailto(href)
        elif low.startswith("znvygb:"):  # mailto:, turned by rot13 as the rest of it is
            addresses = of_mailto(scripts.rot13(href))
        elif "/cdn-cgi/l/email-protection#" in href:
            addresses = of_mailto("mailto:" + unxored(href.partition("#")[2]))
        elif low.startswith("javascript:") or attributes.get("onclick") or attributes.get("onmouseover"):
            code = href if low.startswith("javascript:") else (attributes.get("onclick") or attributes.get("onmouseover") or "")
            addresses, how = scripts.addresses_in_call(code), How.SCRIPT
        if not addresses and _FRAMES.search(href):
            addresses, how = from_query(href), How.ATTRIBUTE
        if not addresses:
            addresses, how = self.guessed(attributes), How.ATTRIBUTE
        for address in addresses[:4]:
            own = Mention(
                address=address,
                how=how,
                zone=self.zones[-1],
                anchor=anchor,
                rel=rel,
                classes=(attributes.get("class") or "")[:MAX_AROUND],
                hidden=how is not How.MAILTO,
            )
            own.after = _squeezed("".join(self.run.pieces)[start + len(inner) :])[:MAX_AROUND]
            self.run.own.append((start, own))
        if href and not addresses and len(self.parts.links) < 5_000:
            self.parts.links.append(Link(href=href[:2_000], anchor=anchor, zone=self.zones[-1], rel=rel))

    def data_attributes(self, attributes: dict[str, str | None]) -> None:
        for address in self.guessed(attributes):
            self.run.own.append((self.run.length, Mention(address=address, how=How.ATTRIBUTE, zone=self.zones[-1], hidden=True)))

    def guessed(self, attributes: dict[str, str | None]) -> tuple[str, ...]:
        if self.guesses <= 0 or not any(name.startswith("data-") for name in attributes):
            return ()
        self.guesses -= 1
        return tuple(data_addresses(attributes))

    def script(self, node: LexborNode, attributes: dict[str, str | None]) -> None:
        source = node.text() or ""
        if "json" in (attributes.get("type") or "").lower():
            if "ld+json" in (attributes.get("type") or "").lower():
                self.parts.json_ld.append(source)
            return
        zone = self.zones[-1] if self.zones[-1] is not Zone.CODE else Zone.MAIN
        before = self.parts.mentions[-1].after if self.parts.mentions else ""
        for address in scripts.addresses_in_script(source)[:10]:
            self.keep(Mention(address=address, how=How.SCRIPT, zone=zone, hidden=True, before=before))

    def form(self, node: LexborNode, attributes: dict[str, str | None]) -> None:
        areas = node.css("textarea")
        inputs = node.css("input")
        shown = [one for one in inputs if (one.attributes.get("type") or "text").lower() in ("text", "email", "tel", "url")]
        names = [str(part.attributes.get(key) or "") for part in [*areas, *shown] for key in ("name", "id", "placeholder")]
        marks = " ".join([*(str(attributes.get(key) or "") for key in ("id", "class", "name", "action", "role")), *names])
        self.parts.forms.append(
            Form(
                action=(attributes.get("action") or "").strip()[:2_000],
                zone=self.zones[-1],
                marks=marks[:600],
                has_message=bool(areas),
                fields=len(shown) + len(areas),
            )
        )

    def frame(self, attributes: dict[str, str | None]) -> None:
        source = (attributes.get("src") or attributes.get("data-src") or "").strip()
        if any(host in source for host in words().form_hosts):
            self.parts.forms.append(Form(action="", zone=self.zones[-1], marks="", has_message=True, fields=1, shown=source[:2_000]))


def _icons(node: LexborNode) -> str:
    """What the pictures in a link say: their texts and file names, and the class of an icon."""
    said = []
    for inner in node.css("img, i, span, svg, use")[:4]:
        attributes = inner.attributes
        said += [
            attributes.get("alt") or "",
            (attributes.get("src") or "").rpartition("/")[2],
            attributes.get("class") or "" if inner.tag in ("i", "span", "svg") else "",
        ]
        said += [
            attributes.get("title") or "",
            attributes.get("aria-label") or "",
            (attributes.get("href") or attributes.get("xlink:href") or "").rpartition("#")[2],
        ]
    return " ".join(filter(None, said))[:MAX_AROUND]


def _squeezed(text: str) -> str:
    return " ".join(text.split())
