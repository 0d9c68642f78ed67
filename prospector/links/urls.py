"""One spelling for every URL: absolute, http or https, without a fragment. Never raises.

Follows what browsers do (the WHATWG URL rules) where a written address is odd, because that is what the page's readers
are sent to. Nothing that is already percent-encoded is touched, and the query stays as written.
"""

import re
import unicodedata
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import NamedTuple
from urllib.parse import quote, unquote

import idna

# what needs no work at all: most links. The last label begins and ends with a letter, so it is no number.
_PLAIN = re.compile(r"https?://[a-z0-9-][a-z0-9.-]{0,200}\.[a-z][a-z0-9-]*[a-z]/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*\Z")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_OUTER = "".join(map(chr, range(0x21)))  # what browsers trim: control characters and the space
_INNER = str.maketrans("", "", "\t\r\n")
_ASCII_HOST = re.compile(r"[a-z0-9._~!$&'()*+,;=-]+\Z")
_FORBIDDEN_IN_HOST = re.compile(r"[\x00-\x20#%/:<>?@\[\\\]^|\x7f\ud800-\udfff]")
_NUMBER = re.compile(r"\d+\Z|0x[0-9a-f]*\Z")
# what may stand in a path or a query as it is (beside letters, digits and "_.-~"); everything else is percent-encoded
_PATH_SAFE = "%/:@!$&'()*+,;=[]|"
_QUERY_SAFE = "%/?:@!$&'()*+,;=[]|`{}^\\"
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_DOT = frozenset({".", "%2e"})
_DOT_DOT = frozenset({"..", ".%2e", "%2e.", "%2e%2e"})
_MAX_HOST = 253  # DNS has no longer names


class _Base(NamedTuple):
    scheme: str
    authority: str
    path: str
    query: str  # with its "?"


def normalise(url: str, base: str = "") -> str | None:
    """The URL as a browser would ask for it, or None if it is not http(s) or cannot be asked for.

    Without a base a relative reference is None.
    """
    if _PLAIN.match(url) and "/." not in url and "/%2" not in url:
        return url
    text = url.strip(_OUTER).translate(_INNER)
    text, _, _ = text.partition("#")
    start = _base(base) if base else None
    scheme, rest = _scheme_of(text)
    if scheme and scheme not in _DEFAULT_PORTS:
        return None
    if scheme and start and scheme == start.scheme and not rest.replace("\\", "/").startswith("//"):
        scheme = ""  # "http:page.html" on an http page is relative
    if scheme:
        return _absolute(scheme, rest)
    if start is None:
        return None
    return _relative(rest, start)


def fragment_of(url: str) -> str:
    """What follows the first "#"; "" if nothing does."""
    return url.strip(_OUTER).translate(_INNER).partition("#")[2]


def host_of(url: str) -> str:
    """The host of a URL in lower case, without port; IPv6 without brackets; "" if there is none."""
    normal = normalise(url)
    if normal is None:
        return ""
    authority = normal.split("/", 3)[2]
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    return authority.partition(":")[0]


def _scheme_of(text: str) -> tuple[str, str]:
    match = _SCHEME.match(text)
    return (match[1].lower(), text[match.end() :]) if match else ("", text)


@lru_cache(maxsize=64)
def _base(base: str) -> _Base | None:
    normal = normalise(base)
    if normal is None:
        return None
    scheme, _, authority, rest = normal.split("/", 3)
    path, mark, query = rest.partition("?")
    return _Base(scheme[:-1], authority, "/" + path, mark + query)


def _absolute(scheme: str, rest: str) -> str | None:
    head, mark, query = rest.partition("?")
    authority, slash, path = head.replace("\\", "/").lstrip("/").partition("/")
    place = _authority(scheme, authority)
    return None if place is None else f"{scheme}://{place}{_path(slash + path)}{_query(mark + query)}"


def _relative(text: str, base: _Base) -> str | None:
    head, mark, query = text.partition("?")
    head = head.replace("\\", "/")
    if head.startswith("//"):
        return _absolute(base.scheme, text)
    if head.startswith("/"):
        path = _path(head)
    elif head:
        path = _path(base.path[: base.path.rindex("/") + 1] + head)
    else:
        path = base.path
        if not mark:
            return f"{base.scheme}://{base.authority}{path}{base.query}"
    return f"{base.scheme}://{base.authority}{path}{_query(mark + query)}"


def _authority(scheme: str, text: str) -> str | None:
    """Host and port; the user's name and password are left out, they are nobody's business."""
    text = text.rpartition("@")[2]
    if text.startswith("["):
        literal, bracket, port = text[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            return None
        try:
            host = f"[{IPv6Address(literal).compressed}]" if "%" not in literal else None
        except AddressValueError:
            return None
        port = port[1:]
    else:
        name, _, port = text.partition(":")
        host = _host(name)
    if host is None or (port and not (port.isascii() and port.isdigit() and len(port) < 9 and int(port) < 65536)):
        return None
    port = str(int(port)) if port else ""
    return host if port in ("", _DEFAULT_PORTS[scheme]) else f"{host}:{port}"


@lru_cache(maxsize=8192)
def _host(name: str) -> str | None:
    if "%" in name:
        name = unquote(name, errors="surrogateescape")
    name = name.lower()
    if not _ASCII_HOST.match(name):
        name = _ascii_name(name)
    if not name or len(name) > _MAX_HOST or not _ASCII_HOST.match(name):
        return None
    labels = name.removesuffix(".").rsplit(".", 1)
    if _NUMBER.match(labels[-1]):
        try:
            return str(IPv4Address(name.removesuffix(".")))
        except AddressValueError:
            return None
    return name if name.strip(".") else None


def _ascii_name(name: str) -> str:
    """A name in any script as DNS knows it; "" if there is no such spelling."""
    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except UnicodeError:  # stricter than registries and browsers are: emoji, underscores, double hyphens
        pass
    mapped = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).lower()).replace("\u3002", ".")
    if _FORBIDDEN_IN_HOST.search(mapped):
        return ""
    try:
        return ".".join(label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii") for label in mapped.split("."))
    except UnicodeError:
        return ""


def _path(path: str) -> str:
    path = quote(path, safe=_PATH_SAFE, errors="surrogatepass")
    if "." not in path and "%2" not in path:
        return path or "/"
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        lowered = segment.lower()
        if lowered in _DOT_DOT:
            del kept[-1:]
        elif lowered not in _DOT:
            kept.append(segment)
    if segments and segments[-1].lower() in _DOT | _DOT_DOT:
        kept.append("")
    return "/" + "/".join(kept)


def _query(query: str) -> str:
    return quote(query, safe=_QUERY_SAFE, errors="surrogatepass") if query else ""
