"""The address guard: which IP addresses a crawl may connect to.

Pages are written by strangers, and so are their links and redirects: without the guard a link could make this program
talk to the user's router, a cloud's metadata service or a database on localhost. It is asked at connect, for every hop,
with the address that the socket will really use, so that no name, literal or rebinding gets around it.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

# IPv6 ranges that carry an IPv4 address inside: what counts is that inner address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
_COMPATIBLE = ipaddress.ip_network("::/96")  # RFC 4291, deprecated

AddrInfo = tuple[int, int, int, str, tuple[Any, ...]]  # as socket.getaddrinfo gives it


class AddressRefusedError(OSError):
    """The guard does not allow a connection to this address."""


def why_refused(address: str) -> str:
    """Why `address` (text of an IPv4 or IPv6 address, a zone allowed) may not be connected to; "" when it may."""
    try:
        ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return f"{address!r} is not an IP address"
    inner = _inner(ip) if isinstance(ip, ipaddress.IPv6Address) else ip
    if inner.is_loopback:
        return f"{address} is this machine"
    if inner.is_multicast:
        return f"{address} is a multicast address"
    if inner.is_link_local:
        return f"{address} is a link-local address (cloud metadata lives there)"
    if not inner.is_global:
        return f"{address} is a private or reserved address"
    return ""


def guarded_socket(info: AddrInfo) -> socket.socket:
    """A socket for one resolved address, or AddressRefusedError. What aiohttp's connector calls before each connect."""
    family, kind, proto, _, address = info
    if reason := why_refused(str(address[0])):
        raise AddressRefusedError(reason)
    return socket.socket(family, kind, proto)


def has_route(address: str) -> bool:
    """Whether this machine has a way to an IPv6 address at all. Nothing is sent: connecting a datagram socket only looks the way up."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))  # the discard port: any number would do
    except OSError:
        return False
    return True


def _inner(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip.teredo is not None:
        return ip.teredo[1]
    if ip in _NAT64 or (ip in _COMPATIBLE and int(ip) > 0xFFFF):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip
