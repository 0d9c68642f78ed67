"""Does a page ask not to be written to about links? Then nobody writes. A new way of asking is a new phrase in words.toml."""

from __future__ import annotations

import re
from dataclasses import dataclass

from prospector.contacts.page import MAX_HTML
from prospector.contacts.words import fold, words
from prospector.links.parsing import parse

MAX_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the people of a site ask, on a page of theirs that says whom to write to: it holds for all of their pages."""

    sentence: str
    source_url: str


def asks_for_no_letters(html: str) -> str:
    """The page's own sentence that asks for no link requests, or "". Never raises."""
    tree = parse(html[:MAX_HTML])
    for script in tree.css("script, style, template, textarea"):
        script.decompose()
    text = re.sub(r" (?=[.,;:!?])", "", " ".join(tree.body.text(separator=" ").split())) if tree.body else ""
    if not words().refusals.first(fold(text)):
        return ""
    sentences = re.split(r"(?<=[.!?])\s+|(?<=[。！])\s*", text)
    # a sentence that the splitting tore apart is shown by the words that were found
    return next((one[:MAX_SHOWN] for one in sentences if words().refusals.first(fold(one))), words().refusals.first(fold(text)))
