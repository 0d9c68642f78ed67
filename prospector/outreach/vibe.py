"""Does a letter read like the ones before it? Compared is only what is personal: neither the template's words, nor the sender's, nor facts of the page.

What is left of a letter that nobody touched is close to nothing, and says nothing. What a person wrote into twenty letters alike is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

SHARE = 0.6  # of the phrases of both that they have in common: from here on they read alike
LEAST = 8  # phrases: less than two short sentences can be alike by chance
MAX_TEXT = 40_000
_LENGTH = 3
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
# facts of the page: addresses, quoted words, figures; and the numbered list with what hangs on it
_FACTS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+|\S*\[\.\]\S*|“[^”\n]{0,200}”|„[^“\n]{0,200}“|\b\d[\d.,:]*", re.IGNORECASE)
_LISTED = re.compile(r"^(?:\d{1,2}\. |\s{2,}\S).*$", re.MULTILINE)

Phrase: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """The letter that reads most like this one."""

    which: str
    share: float


def phrases_of(text: str) -> frozenset[Phrase]:
    """Runs of three words; a text of fewer is a phrase as a whole."""
    words = tuple(_WORD.findall(text.casefold()))
    if len(words) < _LENGTH:
        return frozenset([words] if words else [])
    return frozenset(words[at : at + _LENGTH] for at in range(len(words) - _LENGTH + 1))


def personal(body: str, *, own_words: Iterable[Phrase] = (), standing: Iterable[str] = ()) -> frozenset[Phrase]:
    """What of a letter was written for its reader alone, as phrases.

    :param own_words: the template's (Template.own_words).
    :param standing: sentences of the sender that stand in every letter: relation, opt-out, postal address, name.
    """
    said = frozenset(own_words).union(*(phrases_of(text) for text in standing))
    text = _FACTS.sub("\n", _LISTED.sub("\n", body[:MAX_TEXT]).replace("\n\n", " \x00 ").replace("\n", " "))
    found: set[Phrase] = set()
    for part in re.split(r"[\n\x00]", text):
        found |= _own_part(tuple(_WORD.findall(part.casefold())), said)
    return frozenset(found)


def _own_part(words: Phrase, said: frozenset[Phrase]) -> set[Phrase]:
    """Phrases of the words that no phrase of `said` covers."""
    covered = {
        at + step
        for length in (2, _LENGTH)  # a template's single words between two variables stand in every text
        for at in range(len(words) - length + 1)
        if words[at : at + length] in said
        for step in range(length)
    }
    return {words[at : at + _LENGTH] for at in range(len(words) - _LENGTH + 1) if covered.isdisjoint(range(at, at + _LENGTH))}


def most_alike(own: frozenset[Phrase], others: Mapping[str, frozenset[Phrase]]) -> Alike | None:
    """The other letter that shares most with this one, if it is too much."""
    if len(own) < LEAST:
        return None
    best: Alike | None = None
    for which, theirs in others.items():
        if len(theirs) < LEAST or own.isdisjoint(theirs):
            continue
        shared = len(own & theirs)
        share = shared / (len(own) + len(theirs) - shared)
        if share >= SHARE and (best is None or share > best.share):
            best = Alike(which=which, share=share)
    return best
