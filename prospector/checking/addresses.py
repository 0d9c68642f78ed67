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
# All of IPv6 that was ever given out: https://www.iana.org/assignments/ipv6-address-space. What is outside is nobody's, or a network's own affair
_UNICAST = ipaddress.ip_network("2000::/3")

# Ports of other services that take what is sent to them line by line, such as mail. No browser asks there (https://fetch.spec.whatwg.org/#port-blocking),
# so a link there leads no reader anywhere; it could only make us speak to that service.
BAD_PORTS = frozenset(
    {
        *(
            0,
            1,
            7,
            9,
            11,
            13,
            15,
            17,
            19,
            20,
            21,
            22,
            23,
            25,
            37,
            42,
            43,
            53,
            69,
            77,
            79,
            87,
            95,
            101,
            102,
            103,
            104,
            109,
            110,
            111,
            113,
            115,
        ),
        *(117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587),
        *(
            601,
            636,
            989,
            990,
            993,
            995,
            1719,
            1720,
            1723,
            2049,
            3659,
            4045,
            4190,
            5060,
            5061,
            6000,
            6566,
            6665,
            6666,
            6667,
            6668,
            6669,
            6679,
            6697,
            10080,
        ),
    }
)

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
    if not inner.is_global or (inner.version == 6 and inner not in _UNICAST):
        return f"{address} is a private or reserved address"
    return ""


def guarded_socket(info: AddrInfo) -> socket.socket:
    """A socket for one resolved address, or AddressRefusedError. What aiohttp's connector calls before each connect."""
    family, kind, proto, _, address = info
    if reason := why_refused(str(address[0])):
        raise AddressRefusedError(reason)
    if address[1] in BAD_PORTS:
        raise AddressRefusedError(f"port {address[1]} belongs to another service than the web; no browser asks there")
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
