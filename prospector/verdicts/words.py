"""The words that a link leads a reader to expect, and whether a text has one of them."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import resources

from prospector.verdicts.addresses import names_a_page, place, split

MAX_WORDS = 16
MIN_LETTERS = 4

_NO_SPACES = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"  # Thai, Japanese, Chinese, Korean
_UNSPACED = re.compile(rf"[{_NO_SPACES}]{{2,}}")
_SPACED = re.compile(rf"[^\W\d_{_NO_SPACES}]{{{MIN_LETTERS},}}")
_ACCENTS = re.compile(r"[\u0300-\u036f]+")
_HEX = re.compile(r"[0-9a-f]{6,}|[0-9a-z]*\d[0-9a-z]*\d[0-9a-z]*")


def expected_words(url: str, anchors: Iterable[str]) -> tuple[str, ...]:
    """Telling words of the anchors, then of the address's last part; without common words and those of the host's own name."""
    host = place(url)[0].partition(":")[0]
    words: dict[str, None] = {}
    for anchor in anchors:
        words.update(dict.fromkeys(_words(anchor[:300])))
    words.update(dict.fromkeys(_words(_slug(url))))
    common = _common()
    telling = [word for word in words if word not in common and word not in host]
    return tuple(telling[:MAX_WORDS])


def stands_in(expected: Sequence[str], text: str) -> bool:
    """Whether one of the words stands in the text, endings and accents aside."""
    stems = [word[: max(5, len(word) - 2)] for word in expected]
    hay = text.lower() if text.isascii() else text.casefold()  # of these letters they are the same, and one is far cheaper
    if any(stem in hay for stem in stems):
        return True
    if hay.isascii():
        return False
    plain = _unaccented(hay)
    return any(_unaccented(stem) in plain for stem in stems)


def _words(text: str) -> list[str]:
    folded = text.casefold()
    spaced = _SPACED.findall(folded)
    pairs = [run[at : at + 2] for run in _UNSPACED.findall(folded) for at in range(0, len(run) - 1, 2)]
    return spaced + pairs


def _slug(url: str) -> str:
    """The last part of the path that says something, and the values of a query that names a page; no ids."""
    parts = split(url)
    path = place(url)[1]
    name = path.rpartition("/")[2]
    stem = re.sub(r"\.[a-z0-9]{1,5}\Z", "", name)
    values = [value for _, value in names_a_page(parts.query)]
    pieces = re.split(r"[^\w]|_", " ".join([stem, *values]))
    return " ".join(piece for piece in pieces if not _HEX.fullmatch(piece.casefold()))


def _unaccented(text: str) -> str:
    return _ACCENTS.sub("", unicodedata.normalize("NFD", text))


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    text = (resources.files(__package__) / "common_words.toml").read_text(encoding="utf-8")
    return frozenset(word for words in tomllib.loads(text).values() for word in words.split())
