"""Sitemaps (https://www.sitemaps.org/protocol.html): XML, index, plain text or RSS/Atom, gzipped or not → the URLs they list.

Read as a stream, with ceilings on size and number, entities never resolved: a sitemap is as hostile as any other page.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from io import BytesIO

from lxml import etree

from prospector.links.urls import normalise

MAX_BYTES = 50 * 1024 * 1024  # the protocol's own limit for one file, unpacked
MAX_URLS = 50_000  # likewise


@dataclass(frozen=True, slots=True)
class Sitemap:
    pages: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()  # further sitemaps, of an index
    problem: str = ""  # what kept us from reading all of it, in words


def read_sitemap(body: bytes, *, url: str) -> Sitemap:
    """The URLs in a sitemap fetched from `url`. Never raises: what can't be read is named in `problem`."""
    if body.startswith(b"\x1f\x8b"):
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            body = unpacker.decompress(body, MAX_BYTES)
        except zlib.error as error:
            return Sitemap(problem=f"not a gzip file: {error}")
        if unpacker.unconsumed_tail:
            return Sitemap(problem=f"unpacks to more than {MAX_BYTES // 1024 // 1024} MB")
    head = body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith(b"<"):
        return _from_text(body, url)
    return _from_xml(body, url)


def _from_text(body: bytes, url: str) -> Sitemap:
    lines = body.decode("utf-8", "replace").split()
    pages = [page for line in lines[:MAX_URLS] if line.startswith("http") and (page := normalise(line, url))]
    return Sitemap(pages=tuple(dict.fromkeys(pages)), problem="" if pages or not lines else "neither XML nor a list of addresses")


def _from_xml(body: bytes, url: str) -> Sitemap:
    pages: dict[str, None] = {}
    sitemaps: dict[str, None] = {}
    problem = ""
    try:
        for _, element in etree.iterparse(
            BytesIO(body), events=("end",), resolve_entities=False, no_network=True, recover=True, huge_tree=False
        ):
            name = etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""
            if name in {"loc", "link"}:
                parent = element.getparent()
                inside = etree.QName(parent).localname.lower() if parent is not None and isinstance(parent.tag, str) else ""
                found = normalise((element.text or element.get("href") or "").strip(), url)
                if found and inside == "sitemap":
                    sitemaps[found] = None
                elif found and inside in {"url", "item", "entry"}:
                    pages[found] = None
            elif name in {"url", "sitemap", "item", "entry"}:
                element.clear()  # keeps memory flat
            if len(pages) + len(sitemaps) >= MAX_URLS:
                problem = f"lists more than {MAX_URLS} addresses; the rest was left out"
                break
    except (etree.XMLSyntaxError, ValueError) as error:
        problem = f"not well-formed XML: {str(error)[:200]}"
    return Sitemap(pages=tuple(pages), sitemaps=tuple(sitemaps), problem=problem)
