"""The proxies of the environment (http_proxy, https_proxy, no_proxy, or the system's settings): which request goes through which one.

A proxy looks names up itself, so our resolver and the guard at connect don't see where a request ends. What can be seen in the URL is
refused before the request: a literal address that the guard refuses, and names for the machine itself.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from prospector.checking.addresses import why_refused

_CREDENTIALS = re.compile(r"//[^/?#\s]*@")


class Proxies:
    """found: scheme → URL of its proxy, as urllib.request.getproxies gives them. Raises ValueError for a proxy we can't talk to."""

    def __init__(self, found: Mapping[str, str]) -> None:
        self._urls = {scheme: _usable(scheme, found[scheme]) for scheme in ("http", "https") if found.get(scheme)}

    @classmethod
    def of_environment(cls) -> Proxies:
        return cls(getproxies())

    def __bool__(self) -> bool:
        return bool(self._urls)

    def of(self, url: str) -> str | None:
        """The proxy for `url`; None: straight there. What is on this machine is never asked of another one."""
        parts = urlsplit(url)
        proxy = self._urls.get(parts.scheme)
        if proxy is None or is_local_literal(parts.hostname or "") or proxy_bypass(parts.netloc):
            return None
        return proxy


def refusal_by_name(host: str) -> str:
    """Why a proxy may not be asked for this host, as far as its name tells; "" when it may."""
    if is_local_name(host):
        return f"{host.rstrip('.').lower()} is this machine"
    return why_refused(host) if _is_literal(host) else ""


def is_local_name(host: str) -> bool:
    """A name that is always this machine's (RFC 6761)."""
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost")


def is_local_literal(host: str) -> bool:
    """A literal address of this machine: nothing that a proxy elsewhere could reach."""
    return _is_literal(host) and ipaddress.ip_address(host).is_loopback


def is_private_literal(host: str) -> bool:
    """A literal address that isn't on the internet."""
    return _is_literal(host) and bool(why_refused(host))


def without_credentials(text: str) -> str:
    """The same text, with user names and passwords taken out of its URLs."""
    return _CREDENTIALS.sub("//", text)


def _usable(scheme: str, url: str) -> str:
    url = url if "//" in url else f"http://{url}"  # "proxy:3128" is what curl takes too
    try:
        parts = urlsplit(url)
        fine = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise ValueError(
            f'{scheme}_proxy: {without_credentials(url)!r} is no proxy we can use. Write it as "http://HOST:PORT", or unset it.'
        )
    return url


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
