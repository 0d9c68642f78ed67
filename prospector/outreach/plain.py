"""Crawled text → text that can stand in a letter: one line, no control or direction characters, no surprise links, not too long."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

MAX_TEXT = 160
MAX_URL = 1_000
# other (C*): controls, direction marks, zero width, surrogates, private use, unassigned. Separators that break lines.
_DROPPED = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
_BREAKS = frozenset(("Zl", "Zp"))
_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]{1,12}://|www\.)\S+", re.IGNORECASE)
_SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)


def plain(text: str | None, limit: int = MAX_TEXT) -> str:
    """One line of readable characters, at most limit of them, ended with "…" where something was cut."""
    raw = (text or "")[: limit * 8]
    # what is printable is neither a break nor dropped: most texts need no look at each character
    kept = raw if raw.isprintable() else "".join(map(_readable, raw))
    squeezed = " ".join(kept.split())
    # braces mean something to a template: nothing that was crawled may look like one, should a letter ever be rendered again
    squeezed = re.sub(r"\{(?=[{%#])|(?<=[%#}])\}", "", squeezed)
    if len(squeezed) <= limit:
        return squeezed
    cut = squeezed[: limit - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > limit // 2 else cut).rstrip(" ,;:-–—") + "…"


def _readable(char: str) -> str:
    if char.isspace() or (kind := unicodedata.category(char)) in _BREAKS:
        return " "
    return "" if kind in _DROPPED else char


def quiet(text: str | None, limit: int = MAX_TEXT, *, unsafe: Iterable[str] = ()) -> str:
    """Plain text in which no mail program finds a link to follow, least of all to one of the unsafe hosts."""
    said = _LINK.sub(lambda match: defanged(match[0]), plain(text, limit))
    for name in unsafe:
        said = re.sub(re.escape(name), name.replace(".", "[.]"), said, flags=re.IGNORECASE) if name else said
    return said


def plain_url(url: str) -> str:
    """A URL as it may stand in a line of its own. One that is longer than any line should be is cut."""
    return plain(re.sub(r"\s", "%20", url.strip()), MAX_URL)


def defanged(url: str) -> str:
    """A URL that can be read but not followed: no scheme, the dots of its host in brackets; the same for a URL within it."""
    bare = plain_url(url)
    while scheme := _SCHEME.match(bare):
        bare = bare[scheme.end() :]
    host, slash, path = bare.replace("://", "[:]//").partition("/")
    return host.replace(".", "[.]") + slash + path.replace("www.", "www[.]")


def without_scheme_inside(archive_url: str) -> str:
    """An archive's address with the archived one in it bare: archives take it, and nothing that follows "://" is the old site."""
    head, scheme, tail = archive_url.partition("://")
    return head + scheme + re.sub(r"https?://", "", tail) if scheme else archive_url


def host(url: str) -> str:
    try:
        return plain((urlsplit(url).hostname or "").removeprefix("www."))
    except ValueError:
        return ""


def short_title(title: str, limit: int, *, unsafe: Iterable[str] = ()) -> str:
    """A title without the site's name behind it, cut at a word."""
    whole = quiet(title, 300, unsafe=unsafe)
    head = re.split(r"\s+[|·•»—–-]+\s+", whole)[0]
    return plain(head if len(head) >= 8 else whole, limit)


def one_line(address: str | None) -> str:
    """A postal address as the campaign has it, its lines joined by commas."""
    return plain(", ".join(line.strip(" ,") for line in (address or "").splitlines() if line.strip(" ,")), 300)
