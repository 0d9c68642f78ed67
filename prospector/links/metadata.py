"""What a page says of itself in its head: title, language, description, canonical address, base."""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from prospector.links.flat import tidy
from prospector.links.urls import normalise

_MAX_LABEL = 300  # characters of a title
_MAX_DESCRIPTION = 1_000
_LANGUAGE = re.compile(r"\s*([a-zA-Z]{2,3})(?![a-zA-Z])")
# three-letter codes that pages use where ISO 639-1 has two letters
_SHORTER = {
    "eng": "en",
    "deu": "de",
    "ger": "de",
    "fra": "fr",
    "fre": "fr",
    "spa": "es",
    "ita": "it",
    "por": "pt",
    "nld": "nl",
    "dut": "nl",
    "rus": "ru",
    "pol": "pl",
    "ces": "cs",
    "cze": "cs",
    "zho": "zh",
    "chi": "zh",
    "jpn": "ja",
    "fin": "fi",
    "swe": "sv",
    "hun": "hu",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """The head of a page; "" for what it does not say."""

    title: str = ""
    language: str = ""
    description: str = ""
    canonical: str = ""
    base: str = ""  # what relative addresses are resolved against


def metadata_of(tree: LexborHTMLParser, page: str) -> Metadata:
    """Read the head of a page found at `page`."""
    base = _base_of(tree, page)
    metas: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        name = attributes.get("name") or attributes.get("property") or attributes.get("http-equiv") or ""
        metas.setdefault(name.strip().lower(), attributes.get("content") or "")
    title = next((text for node in tree.css("title") if node.parent and node.parent.tag == "head" and (text := tidy(node.text()))), "")
    canonical = next(
        (
            address
            for node in tree.css("link[rel][href]")
            if "canonical" in (node.attributes.get("rel") or "").lower().split()
            and (address := normalise(node.attributes.get("href") or "", base))
        ),
        "",
    )
    return Metadata(
        title=(title or tidy(metas.get("og:title", "")))[:_MAX_LABEL],
        language=_language(tree, metas),
        description=tidy(metas.get("description", "") or metas.get("og:description", ""))[:_MAX_DESCRIPTION],
        canonical=canonical,
        base=base,
    )


def _base_of(tree: LexborHTMLParser, page: str) -> str:
    """The first base element with an href counts; one that leads nowhere does not."""
    node = tree.css_first("base[href]")
    return (normalise(node.attributes.get("href") or "", page) if node else None) or page


def _language(tree: LexborHTMLParser, metas: dict[str, str]) -> str:
    root = tree.css_first("html")
    attributes = root.attributes if root else {}
    for claim in (
        attributes.get("lang"),
        attributes.get("xml:lang"),
        metas.get("content-language"),
        metas.get("language"),
        metas.get("dc.language"),
        metas.get("og:locale"),
    ):
        match = _LANGUAGE.match((claim or "").replace("_", "-"))
        if match:
            code = match[1].lower()
            return _SHORTER.get(code, code)
    return ""
