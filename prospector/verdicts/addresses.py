"""What a redirect did: which addresses are the same place, a site's home, the parent folder, or somebody else's site."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from prospector.links.sites import same_site

# query keys that name no page: tracking, session, presentation
IDLE_KEYS = frozenset(
    {"fbclid", "gclid", "gclsrc", "dclid", "msclkid", "mc_cid", "mc_eid", "_ga", "ref", "ref_src", "referrer", "source", "src"}
    | {"sid", "session", "sessionid", "phpsessid", "jsessionid", "cookie", "cookies", "redirect", "redirected", "return", "returnurl"}
    | {"lang", "language", "locale", "hl", "l", "view", "format", "sort", "order", "theme", "print"},
)
EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}\Z")
MIN_RANDOM = 6  # shorter names are lengthened: a made-up "a.html" or "7" may exist
MAX_NAME = 80  # characters of a name that made-up ones copy
_INDEX = re.compile(r"(?:index|default|home|welcome|main|start)(?:\.[a-z0-9]{2,5})?", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2})?", re.IGNORECASE)
_AT_HAND = 1024  # addresses kept in pieces: one check asks for those of the same few some thirty times


class Landing(StrEnum):
    """Where a redirect ended, seen from where it began."""

    SAME = "same"  # only scheme, www, slash, index page, letter case or idle query differ
    HOME = "home"
    PARENT = "parent"
    ELSEWHERE = "elsewhere"  # another page of the same site
    OTHER_SITE = "other site"


@lru_cache(maxsize=_AT_HAND)
def split(url: str) -> SplitResult:
    """urlsplit that never raises: what can't be parsed is an empty address."""
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


@lru_cache(maxsize=_AT_HAND)
def place(url: str) -> tuple[str, str]:
    """Host without www and path without slash or index page: the same for addresses that differ only in spelling."""
    parts = split(url)
    host = (parts.hostname or "").removeprefix("www.")
    if parts.port not in (None, 80, 443):
        host += f":{parts.port}"
    segments = [part for part in unquote(parts.path).casefold().split("/") if part]
    if segments and _INDEX.fullmatch(segments[-1]):
        segments.pop()
    return host, "/".join(segments)


def names_a_page(query: str) -> tuple[tuple[str, str], ...]:
    """The part of a query that says which page is meant."""
    if not query:
        return ()
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return ((query, ""),)
    return tuple((key, value) for key, value in pairs if key.lower() not in IDLE_KEYS and not key.lower().startswith("utm_"))


@lru_cache(maxsize=_AT_HAND)
def is_root(url: str) -> bool:
    """A site's front door, or that of one of its languages. What answers there can't be a soft 404."""
    parts = split(url)
    _, path = place(url)
    return (not path or bool(_LANGUAGE.fullmatch(path))) and not names_a_page(parts.query)


def is_bare(url: str) -> bool:
    """The root itself, not an index page that stands for it."""
    parts = split(url)
    return parts.path in ("", "/") and not names_a_page(parts.query)


def shape(url: str) -> tuple[str, ...]:
    """Folder, extension and kinds of characters of an address: what a server may tell its programs apart by. Its siblings share it."""
    parts = split(url)
    path = parts.path or "/"
    if names_a_page(parts.query):
        return path, *(_pair_shape(pair) for pair in parts.query.split("&"))
    if is_root(url):
        return path if path.endswith("/") else f"{path.rpartition('/')[0]}/", "", "a"
    slash = "/" if path.endswith("/") else ""
    folder, _, name = path.rstrip("/").rpartition("/")
    extension = EXTENSION.search(name)
    end = extension.group() if extension else ""
    return f"{folder}/", f"{end.lower()}{slash}", _kinds(name.removesuffix(end))


def _pair_shape(pair: str) -> str:
    key, equals, value = pair.partition("=")
    if not equals:
        return _kinds(key)
    return f"{key}={'' if is_idle(key) else _kinds(value)}"


def is_idle(key: str) -> bool:
    return key.lower() in IDLE_KEYS or key.lower().startswith("utm_")


def _kinds(text: str) -> str:
    """ "a", "0" or "a0". A made-up name has at least MIN_RANDOM characters; what it lacks is of the last one's kind, else letters."""
    plain = unquote(text)[:MAX_NAME]
    letters, digits = (any(map(kind, plain)) for kind in (str.isalpha, str.isdigit))
    short = sum(char.isalpha() or char.isdigit() for char in plain) < MIN_RANDOM
    letters = letters or (short and not (plain and plain[-1].isdigit()))
    return ("a" if letters else "") + ("0" if digits else "")


def landing(start: str, end: str) -> Landing:
    if not end or start == end:
        return Landing.SAME
    (host, path), (end_host, end_path) = place(start), place(end)
    lost_query = bool(names_a_page(split(start).query)) and not names_a_page(split(end).query)
    if (host, path) == (end_host, end_path):
        return Landing.SAME if not lost_query else Landing.PARENT if path else Landing.HOME
    if host != end_host and not same_site(start, end):
        return Landing.OTHER_SITE
    if is_root(end):
        return Landing.SAME if is_root(start) else Landing.HOME
    if host == end_host and path.startswith(f"{end_path}/"):
        return Landing.PARENT
    return Landing.ELSEWHERE


def same_place(one: str, other: str) -> bool:
    return bool(one) and place(one) == place(other)
