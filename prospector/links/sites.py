"""Which URLs belong to one site: the one notion of "site" that the whole project uses.

A site is a registrable domain (public suffix list with its private part). A host that many owners share is a row in
shared_hosts.toml. This is the only module that imports tldextract; the list it uses is the one in the package.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from ipaddress import ip_address

from tldextract import TLDExtract

from prospector.links.urls import normalise

_suffixes = TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedHost:
    """A host whose sites are a subdomain, or a number of path segments after one of some prefixes."""

    host: str
    by_path: bool
    segments: int = 1
    under: frozenset[str] = frozenset()
    source: str


def site_of(url: str) -> str:
    """The site a URL belongs to, as text: "example.org", "mit.libguides.com", "example.edu/~ann"; "" if it is no URL."""
    normal = normalise(url)
    return "" if normal is None else site_of_normal(normal)


def site_of_normal(normal: str) -> str:
    """site_of for a URL that normalise returned: what is done for each link of a page."""
    _, _, authority, path = normal.split("/", 3)
    alone = _site_by_host(authority)
    if alone and path[:1] != "~":
        return alone
    return _site(authority, "/".join(path.partition("?")[0].split("/", 3)[:3]))


def same_site(a: str, b: str) -> bool:
    """Whether both URLs have the same owner, as far as addresses tell."""
    site = site_of(a)
    return site != "" and site == site_of(b)


@lru_cache(maxsize=8192)
def registrable_domain(host: str) -> str:
    """What its owner registered: "example.co.uk" for "www.example.co.uk". An IP address is its own; under an unknown suffix the last two labels."""
    host = host.lower().strip(".")
    if _is_address(host):
        return host
    return _suffixes(host).top_domain_under_public_suffix or ".".join(host.split(".")[-2:])


@lru_cache(maxsize=1)
def shared_hosts() -> Mapping[str, tuple[SharedHost, ...]]:
    """The rows of shared_hosts.toml by host, in the order of the file."""
    text = files("prospector.links").joinpath("shared_hosts.toml").read_text(encoding="utf-8")
    table: dict[str, tuple[SharedHost, ...]] = {}
    for row in tomllib.loads(text)["shared_host"]:
        shared = SharedHost(
            host=row["host"],
            by_path=row["sites"] == "path",
            segments=row.get("segments", 1),
            under=frozenset(row.get("under", ())),
            source=row["source"],
        )
        table[shared.host] = (*table.get(shared.host, ()), shared)
    return table


@lru_cache(maxsize=16384)
def _site_by_host(authority: str) -> str:
    """The site of all pages of a host but those of its "~user"s; "" where owners share it, so that the path must tell."""
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    host = authority.partition(":")[0].strip(".")
    domain = registrable_domain(host)
    return "" if _rows_for(host, domain) else domain


@lru_cache(maxsize=16384)
def _site(authority: str, path: str) -> str:
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    host = authority.partition(":")[0].strip(".")
    segments = path.split("/")
    domain = registrable_domain(host)
    for shared in _rows_for(host, domain):
        site = _by_path(shared, segments) if shared.by_path else _by_subdomain(shared, host)
        if site:
            return site
    if segments[0].startswith("~") and len(segments[0]) > 1:
        return f"{domain}/{segments[0]}"
    return domain


def _rows_for(host: str, domain: str) -> tuple[SharedHost, ...]:
    table = shared_hosts()
    bare = host.removeprefix("www.")
    return table.get(bare) or table.get(domain) or table.get(".".join(host.split(".")[-2:])) or ()


def _by_path(shared: SharedHost, segments: list[str]) -> str:
    taken = shared.segments
    if shared.under:
        if segments[0] not in shared.under:
            return ""
        taken += 1
    owner = [segment for segment in segments if segment][:taken]
    return "/".join([shared.host, *owner]) if len(owner) > (1 if shared.under else 0) else shared.host


def _by_subdomain(shared: SharedHost, host: str) -> str:
    below = host.removesuffix("." + shared.host)
    if below in (host, "www"):
        return ""
    return f"{below.rsplit('.', 1)[-1]}.{shared.host}"


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
