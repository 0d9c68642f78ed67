"""Text and URLs → comparable words. The one place that knows how matching cuts, folds and stems.

Stemming is deliberately light (English endings only): the full-text index finds the candidates, these stems only compare them.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from array import array
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import filterfalse, pairwise
from string import ascii_lowercase
from urllib.parse import unquote, urlsplit

WORD = re.compile(r"[^\W_]+")
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
EXTENSION = re.compile(r"\.(?:html?|xhtml|shtml|php\d?|aspx?|jsp|cfm|cgi|pdf|md|txt|docx?)$", re.IGNORECASE)
OPAQUE = re.compile(r"\d{4,}|[0-9a-f]{12,}|(?=[a-z]*\d[a-z]*\d)[0-9a-z]{14,}")  # an id says nothing; a short number may ("html5", "10")
QUOTES = re.compile(r"[‘’“”„«»–—…•·→]+")  # all that keeps most English texts from being ASCII; no word holds one
NOT_ASCII = re.compile(r"[^\x00-\x7f]")
MIN_STEM = 3
DATED = re.compile(r"/(?:19|20)\d\d[/-](?:0?[1-9]|1[0-2])(?=[/-]|$)")
IDEOGRAPHS = re.compile(r"[぀-ヿ㐀-鿿가-힯]")

_TABLE = tomllib.loads(files("prospector.matching").joinpath("words.toml").read_text(encoding="utf-8"))
STOP = frozenset([*_TABLE["stop_english"], *_TABLE["stop_other"]])
SILENT = STOP | frozenset(ascii_lowercase)  # single letters are left from "don't", or number a list
UNTELLING = frozenset(_TABLE["untelling"])
GENERIC_SEGMENTS = frozenset(_TABLE["generic_segments"])
OUTDATED_SEGMENTS = frozenset(_TABLE["outdated_segments"])
LISTING_SEGMENTS = frozenset(_TABLE["listing_segments"])


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Plurals and -ing/-ed/-e/-y endings off: "configuring", "configures" and "configure" are one word."""
    if len(word) <= MIN_STEM or not word.isascii() or not word.isalpha():
        return word
    for ending, instead in (("sses", "ss"), ("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")):
        if word.endswith(ending):
            word = word[: -len(ending)] + instead
            break
    else:
        if word.endswith("s") and not word.endswith(("ss", "us", "is")):
            word = word[:-1]
    for ending in ("ing", "ed"):
        head = word[: -len(ending)]
        if word.endswith(ending) and len(head) >= MIN_STEM and any(letter in "aeiouy" for letter in head):
            word = head[:-1] if head[-1] == head[-2] and head[-1] not in "lsz" else head
            break
    if len(word) > MIN_STEM and word.endswith("e"):
        word = word[:-1]
    if len(word) > MIN_STEM and word.endswith("y"):
        word = word[:-1] + "i"
    return word


KIND_STEMS = frozenset(map(stem, _TABLE["kinds"]))


# what `WORD` finds in lower case, three times as fast
_ASCII_WORDS = str.maketrans({chr(code): chr(code).lower() if chr(code).isalnum() else " " for code in range(128)})
# letters that Unicode does not decompose, as slugs write them
_UNDECOMPOSED = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"})


def fold(text: str) -> str:
    """Lower case, without accents: slugs rarely carry them, titles do."""
    if text.isascii():
        return text.lower()
    return NOT_ASCII.sub(_folded, unicodedata.normalize("NFC", text).lower())


def _folded(match: re.Match[str]) -> str:
    return _plain(match[0])


@lru_cache(maxsize=4096)
def _plain(letter: str) -> str:
    decomposed = unicodedata.normalize("NFKD", letter.casefold().translate(_UNDECOMPOSED))
    return unicodedata.normalize("NFC", "".join(char for char in decomposed if not unicodedata.combining(char)))


def words(text: str) -> list[str]:
    """Folded words in order, without stop words. Runs of ideographs become pairs of characters."""
    if not text.isascii():
        text = QUOTES.sub(" ", text)
    if text.isascii():
        return list(filterfalse(SILENT.__contains__, text.translate(_ASCII_WORDS).split()))
    folded = fold(text)
    found = list(filterfalse(SILENT.__contains__, WORD.findall(folded)))
    if not IDEOGRAPHS.search(folded):
        return found
    cut: list[str] = []
    for word in found:
        if len(word) > 2 and IDEOGRAPHS.search(word):
            cut += [word[i : i + 2] for i in range(len(word) - 1)]
        else:
            cut.append(word)
    return cut


def name_words(text: str, cut: Sequence[str] | None = None) -> list[str]:
    """Words of a name or a slug, where camelCase parts count beside the whole: "createRange" → createrange, create, range.

    :param cut: its `words`, where they are known.
    """
    found = words(text) if cut is None else list(cut)
    if CAMEL.search(text):
        seen = set(found)
        found.extend(part for part in words(CAMEL.sub(" ", text)) if part not in seen)
    return found


def slug_segments(url: str) -> list[str]:
    """The readable parts of a URL's path and query, in order: extensions, ids and "index" gone."""
    return list(_readable(url))


@lru_cache(maxsize=16384)  # a page's are asked for by the index of names, and again when it is cut
def _readable(url: str) -> tuple[str, ...]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ()
    segments = [EXTENSION.sub("", unquote(segment)) for segment in parts.path.split("/")]
    segments += [unquote(pair.partition("=")[2].replace("+", " ")) for pair in parts.query.split("&") if "=" in pair]
    readable = [" ".join(word for word in WORD.findall(segment) if not OPAQUE.fullmatch(word.lower())) for segment in segments]
    return tuple(segment for segment in readable if segment and segment.lower() not in GENERIC_SEGMENTS)


def host_name(url: str) -> str:
    """The host's telling labels: "www.organic-gardening.co.uk" → "organic gardening"."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    labels = [label for label in host.split(".")[:-1] if label != "www"]
    telling = [label for label in labels if len(label) > 3]
    return " ".join(" ".join(WORD.findall(label)) for label in telling)


def trigrams(text: str) -> frozenset[str]:
    """Character trigrams of the words run together, so that "web-storage" and "webstorage" meet."""
    run = "".join(WORD.findall(fold(text)))
    return frozenset(run[i : i + 3] for i in range(len(run) - 2)) if len(run) > 2 else frozenset({run} if run else ())


def pairs(stems: Sequence[str]) -> array[int]:
    """Neighbours in their order, as numbers that take little memory. Only good within one run: Python salts its hashes."""
    return array("q", map(hash, pairwise(stems)))


def is_dated(url: str) -> bool:
    """The URL of a post or an event: ".../2014/05/19/…"."""
    return DATED.search(url) is not None
