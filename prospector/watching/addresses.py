"""When two addresses are one page to a person: scheme, www, a closing slash and marks of campaigns make no difference. Pure."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

_MARKS = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid")  # parameters that only count visitors
_INDEX = ("/index.html", "/index.htm", "/index.php")


@lru_cache(maxsize=65_536)
def plain_address(url: str) -> str:
    """Host and path without what makes no difference; "" for no address."""
    parts = urlsplit(url)
    host = parts.netloc.lower().removeprefix("www.").removesuffix(":80").removesuffix(":443")
    path = parts.path
    for name in _INDEX:
        path = path.removesuffix(name)
    query = "&".join(part for part in parts.query.split("&") if part and not part.lower().startswith(_MARKS))
    return f"{host}{path.rstrip('/')}{'?' + query if query else ''}"


def same_page(one: str, other: str) -> bool:
    """Whether a person would call both one page. Nothing is the same as no address."""
    return bool(one) and bool(other) and (one == other or plain_address(one) == plain_address(other))
