"""One spelling for each address, domain, site and page, so that who said no once is recognised however they are written. Pure.

Two spellings that may be one person count as one: better a letter too few. The rules stand in docs/decency.md.
"""

from __future__ import annotations

import unicodedata

from prospector.links.urls import host_of, normalise

_DOTLESS = frozenset({"gmail.com", "googlemail.com"})  # dots in the local part mean nothing there


def address_key(address: str) -> str:
    """ "Ada.Lind+lists@GoogleMail.com" → "adalind@gmail.com"; "" if it is no address."""
    local, at, domain = unicodedata.normalize("NFKC", address).strip().strip("<>").rpartition("@")
    host = domain_key(domain)
    if not at or not local or not host:
        return ""
    local = local.strip().strip('"').casefold()
    local = local.partition("+")[0] or local
    if host in _DOTLESS:
        local, host = local.replace(".", "") or local, "gmail.com"
    return f"{local}@{host}"


def domain_key(domain: str) -> str:
    """ "WWW.Bücher.example." → "xn--bcher-kva.example"; "" if it is none."""
    name = unicodedata.normalize("NFKC", domain).strip().lstrip("@").strip(".")
    if not name or any(character in name for character in "/@:?#[] "):
        return ""
    url = normalise(f"http://{name}/")
    return host_of(url).strip(".").removeprefix("www.") if url else ""


def domains_of(host: str) -> tuple[str, ...]:
    """The domain and all above it that have a dot: who says no for example.org says no for mail.example.org."""
    labels = domain_key(host).split(".")
    return tuple(".".join(labels[start:]) for start in range(len(labels) - 1))


def site_key(site: str) -> str:
    """A site as links.sites writes it: "example.org", "example.edu/~ann"."""
    host, slash, path = site.strip().partition("/")
    return f"{domain_key(host) or host.lower()}{slash}{path}"


def page_key(url: str) -> str:
    """A page's address without what two links to it may differ in: scheme, "www.", a last slash."""
    normal = normalise(url) or url
    return normal.partition("://")[2].removeprefix("www.").rstrip("/")
