"""Library exceptions → our Outcome. The only place that knows what aiohttp, ssl and the sockets call a failure."""

from __future__ import annotations

import asyncio
import errno
import re
import ssl
from dataclasses import dataclass

import aiohttp

from prospector.checking.addresses import AddressRefusedError
from prospector.checking.body import UndecodableError
from prospector.checking.gate import HostStoppedError
from prospector.checking.proxies import without_credentials
from prospector.checking.resolver import DnsFailedError, NoHostError, NoRouteError
from prospector.items import Hop, Outcome

# What a socket says when nothing answers at the address. A reset before an answer counts too: something there hung up on us.
_RESET = {errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED}
_NO_MORE = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}  # descriptors or memory of this machine
_REFUSED = {errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, *_RESET}
_ERRNO = re.compile(r"\[Errno (\d+)\]")

# https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/
_CERTIFICATE = {
    9: "not valid yet",
    10: "expired",
    18: "self-signed",
    19: "self-signed",
    20: "untrusted",
    21: "untrusted",
    62: "wrong host",
    64: "wrong host",
}


@dataclass(eq=False)
class Failed(Exception):  # noqa: N818 - it is what happened, not an error of ours
    """A request that came to no answer: what happened, in our words and in the library's.

    Not frozen: contextlib sets the traceback of an exception that passes through it.
    """

    outcome: Outcome
    detail: str
    url: str = ""
    hops: tuple[Hop, ...] = ()
    elapsed_ms: int = 0
    ours: bool = False  # it lies with this machine or its proxy, and says nothing about the other side

    def __str__(self) -> str:
        return f"{self.outcome.value}: {self.detail}"


# What a request can raise that says something about the other side, and not about a mistake of ours.
FOREIGN = (
    aiohttp.ClientError,
    UndecodableError,
    HostStoppedError,
    OSError,
    ssl.SSLError,
    asyncio.TimeoutError,
    asyncio.IncompleteReadError,
    ValueError,
)


def outcome_of(error: BaseException) -> tuple[Outcome, str]:
    """What `error` (one of FOREIGN) means, and its own words for it."""
    for cause in _causes(error):
        if (outcome := _outcome(cause)) is not None:
            return outcome, _words(cause)
    return Outcome.GARBAGE, _words(error)


def is_ours(error: BaseException, *, proxied: bool) -> bool:
    """Whether `error` lies with this machine or with its proxy, not with the host that was asked for."""
    for cause in _causes(error):
        if isinstance(cause, NoRouteError | aiohttp.ClientProxyConnectionError):
            return True
        if isinstance(cause, OSError) and cause.errno in _NO_MORE:
            return True
        if isinstance(cause, aiohttp.ClientHttpProxyError) and cause.status == 407:
            return True
        # a request that goes through a proxy looks up one name only: the proxy's
        if proxied and isinstance(cause, aiohttp.ClientConnectorDNSError):
            return True
    return False


def certificate_problem(error: BaseException) -> str:
    """What is wrong with the certificate, when that is what `error` says; else ""."""
    for cause in _causes(error):
        # aiohttp's own error is one too, by inheritance, but does not have the code
        if isinstance(cause, ssl.SSLCertVerificationError) and not isinstance(cause, aiohttp.ClientError):
            return _CERTIFICATE.get(cause.verify_code, "untrusted")
    return ""


# First match wins: a subclass stands before what it is a kind of.
_TABLE: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Outcome], ...] = (
    (HostStoppedError, Outcome.HOST_STOPPED),
    (AddressRefusedError, Outcome.ADDRESS_REFUSED),
    (NoHostError, Outcome.NO_HOST),
    (DnsFailedError, Outcome.DNS_FAILED),
    (NoRouteError, Outcome.REFUSED),
    (TimeoutError, Outcome.TIMED_OUT),
    (ssl.SSLError, Outcome.TLS_FAILED),
    ((UndecodableError, aiohttp.ClientResponseError, aiohttp.ServerDisconnectedError), Outcome.GARBAGE),
    ((aiohttp.ClientPayloadError, asyncio.IncompleteReadError), Outcome.TRUNCATED),
    ((aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError), Outcome.BAD_URL),
)


def _outcome(error: BaseException) -> Outcome | None:
    for kinds, outcome in _TABLE:
        if isinstance(error, kinds):
            return outcome
    if isinstance(error, aiohttp.ClientConnectorError):
        # TCP was connected and then reset: in the middle of a handshake. Anything else its cause says better.
        return Outcome.TLS_FAILED if error.os_error.errno in _RESET else None
    if isinstance(error, OSError):
        return _of_errno(error)
    return Outcome.BAD_URL if isinstance(error, ValueError) else None


def _of_errno(error: OSError) -> Outcome:
    numbers = {error.errno} if error.errno is not None else {int(number) for number in _ERRNO.findall(str(error))}
    if numbers and numbers <= _REFUSED:
        return Outcome.REFUSED
    if errno.ETIMEDOUT in numbers:
        return Outcome.TIMED_OUT
    return Outcome.GARBAGE


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what it wraps, outermost first: aiohttp keeps the socket's own error inside."""
    found: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo:
        current = todo.pop(0)
        if current is None or current in found:
            continue
        found.append(current)
        todo += [getattr(current, name, None) for name in ("certificate_error", "os_error", "__cause__")]
    return found


def _words(error: BaseException) -> str:
    return without_credentials(" ".join(str(error).split()))[:300] or type(error).__name__
