"""Every way in which `misbehaving_site` goes wrong: a path and what it answers.

A new fault is a row of `ANSWERS` when it is only bytes (sent as they stand, then the connection is closed), else a function under
`@does`. Each says in its name what a client meets.
"""

from __future__ import annotations

import asyncio
import gzip
import itertools
import socket
import struct
import sys
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from time import time

PAGE = b"<!doctype html><html lang=en><head><title>A page</title></head><body><h1>A page</h1><p>All is well here.</p></body></html>"
RETRY_SECONDS = 120
# SO_LINGER with no time to linger: close() sends RST. Windows has shorts where others have ints.
RESET_ON_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One request, and the means to answer it."""

    method: str
    target: str
    headers: Mapping[str, str]  # lower-case names
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.writer.transport.abort()


Behaviour = Callable[[Talk], Awaitable[None]]
BEHAVIOURS: dict[str, Behaviour] = {}


def does(path: str) -> Callable[[Behaviour], Behaviour]:
    def register(behaviour: Behaviour) -> Behaviour:
        BEHAVIOURS[path] = behaviour
        return behaviour

    return register


def answer(
    status: int | str = 200, body: bytes = PAGE, headers: Mapping[str, str] | None = None, *, length: bool = True, closes: bool = True
) -> bytes:
    """A whole HTTP/1.1 answer, HTML unless `headers` say otherwise."""
    given = {"Content-Type": "text/html; charset=utf-8", **(headers or {})}
    if closes:  # unsaid, a client's next request may meet the closing, which would be a fault that no test asked for
        given["Connection"] = "close"
    if length:
        given["Content-Length"] = str(len(body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status} As Told\r\n{lines}\r\n".encode("latin-1") + body


def redirect(location: str, status: int = 302) -> bytes:
    return answer(status, b"", headers={"Location": location})


async def for_ever() -> None:
    await asyncio.Event().wait()


ANSWERS: dict[str, bytes] = {
    "/ok": answer(),
    # below HTTP
    "/empty": b"",
    "/garbage": b"\x16\x03\x01\x00\x05hello\x00\xff\xfe, this is no web server\r\n\r\n",
    "/other-protocol": b"220 mail.test ESMTP ready\r\n",
    "/half-a-status-line": b"HTTP/1.",
    "/http-0.9": PAGE,
    "/http-1.0": b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE,
    "/http-9.9": b"HTTP/9.9 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE,
    # broken off
    "/truncated": answer(length=False, headers={"Content-Length": str(len(PAGE) + 500)}),
    "/truncated-chunked": answer(body=b"ff\r\n" + PAGE, length=False, headers={"Transfer-Encoding": "chunked"}),
    "/truncated-headers": b"HTTP/1.1 200 OK\r\nContent-Type: text/h",
    # lengths that lie
    "/bad-chunk-size": answer(body=b"zz\r\n" + PAGE + b"\r\n0\r\n\r\n", length=False, headers={"Transfer-Encoding": "chunked"}),
    "/negative-length": answer(length=False, headers={"Content-Length": "-1"}),
    "/two-lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\n" + PAGE,
    "/length-and-chunked": answer(body=b"5\r\nhello\r\n0\r\n\r\n", headers={"Transfer-Encoding": "chunked"}),
    # headers
    "/huge-header": answer(headers={"X-Huge": "x" * 1_000_000}),
    "/many-headers": answer(headers={f"X-{number}": "x" for number in range(20_000)}),
    "/header-without-colon": b"HTTP/1.1 200 OK\r\nthis is no header\r\nContent-Length: 0\r\n\r\n",
    "/header-with-nul": b"HTTP/1.1 200 OK\r\nX-Nul: a\x00b\r\nContent-Length: 0\r\n\r\n",
    # redirects
    "/loop": redirect("/loop"),
    "/loop-a": redirect("/loop-b"),
    "/loop-b": redirect("/loop-a", 301),
    "/redirect-without-location": answer(302, b""),
    "/redirect-to-nothing": redirect(""),
    "/redirect-to-javascript": redirect("javascript:alert(1)"),
    "/redirect-to-bad-url": redirect("http://["),
    "/redirect-to-bad-port": redirect("http://elsewhere.test:99999/"),
    "/redirect-to-ftp": redirect("ftp://elsewhere.test/page"),
    "/redirect-to-file": redirect("file:///etc/hosts"),
    "/redirect-to-raw-bytes": b"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /caf\xc3\xa9\r\nContent-Length: 0\r\n\r\n",
    "/redirect-relative": redirect("ok"),
    "/redirect-permanent": redirect("/ok", 301),
    "/redirect-to-metadata": redirect("http://169.254.169.254/latest/meta-data/"),
    "/redirect-to-private": redirect("http://10.0.0.1/"),
    "/redirect-to-mapped": redirect("http://[::ffff:10.0.0.1]/"),
    "/redirect-to-decimal": redirect("http://2130706433/"),
    "/redirect-to-link-local": redirect("http://[fe80::1]/"),
    "/redirect-to-missing-host": redirect("http://no-such-host.test/"),
    "/redirect-by-meta": answer(body=b'<html><head><meta http-equiv="refresh" content="0; url=/ok"></head></html>'),
    # encodings
    "/gzip": answer(body=gzip.compress(PAGE), headers={"Content-Encoding": "gzip"}),
    "/gzip-bomb": answer(body=gzip.compress(b" " * 10_000_000), headers={"Content-Encoding": "gzip"}),
    "/invalid-gzip": answer(body=b"this was never gzip", headers={"Content-Encoding": "gzip"}),
    "/truncated-gzip": answer(body=gzip.compress(PAGE)[:-20], headers={"Content-Encoding": "gzip"}),
    "/brotli-that-is-none": answer(headers={"Content-Encoding": "br"}),
    "/unknown-encoding": answer(headers={"Content-Encoding": "rot13"}),
    "/wrong-charset": answer(body="<title>Kräuter</title>".encode("windows-1252"), headers={"Content-Type": "text/html; charset=utf-8"}),
    "/unknown-charset": answer(headers={"Content-Type": "text/html; charset=klingon"}),
    "/no-content-type": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(PAGE), PAGE),
    "/nul-bytes": answer(body=b"\x00" * 1000),
    # statuses
    "/204": b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
    "/304": b'HTTP/1.1 304 Not Modified\r\nConnection: close\r\nETag: "x"\r\n\r\n',
    "/early-hints": b"HTTP/1.1 103 Early Hints\r\nLink: </x.css>\r\n\r\n" + answer(),
    "/no-reason": b"HTTP/1.1 200\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    "/status-1000": b"HTTP/1.1 1000 Too Much\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    "/status-099": b"HTTP/1.1 099 Too Little\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    "/429-seconds": answer(429, b"slow down", headers={"Retry-After": str(RETRY_SECONDS)}),
    "/429-nonsense": answer(429, b"slow down", headers={"Retry-After": "soon"}),
    "/503-seconds": answer(503, b"back soon", headers={"Retry-After": str(RETRY_SECONDS)}),
}


@does("/429-date")
async def too_many_until(talk: Talk) -> None:
    await talk.send(answer(429, b"slow down", headers={"Retry-After": formatdate(time() + RETRY_SECONDS, usegmt=True)}))


@does("/reset")
async def reset(talk: Talk) -> None:
    talk.reset()


@does("/reset-in-body")
async def reset_in_body(talk: Talk) -> None:
    await talk.send(answer(length=False, headers={"Content-Length": "100000"}))
    await asyncio.sleep(0.05)  # else the headers are thrown away with the connection
    talk.reset()


@does("/stall")
async def stall(_talk: Talk) -> None:
    await for_ever()


@does("/stall-in-headers")
async def stall_in_headers(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 200 OK\r\nContent-Type: ")
    await for_ever()


@does("/stall-after-headers")
async def stall_after_headers(talk: Talk) -> None:
    await talk.send(answer(body=b"", length=False, headers={"Content-Length": "100"}))
    await for_ever()


@does("/stall-in-body")
async def stall_in_body(talk: Talk) -> None:
    await talk.send(answer(length=False, headers={"Content-Length": str(len(PAGE) + 500)}))
    await for_ever()


@does("/drip")
async def drip(talk: Talk) -> None:
    """One byte every 50 ms: never silent long enough for a read time-out, never done."""
    await talk.send(answer(body=b"", length=False, headers={"Content-Length": "1000000"}))
    while True:
        await talk.send(b"x")
        await asyncio.sleep(0.05)


@does("/slow")
async def slow(talk: Talk) -> None:
    await asyncio.sleep(0.3)
    await talk.send(answer())


@does("/endless-headers")
async def endless_headers(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 200 OK\r\n")
    for number in itertools.count():
        await talk.send(b"X-%d: %s\r\n" % (number, b"x" * 1000))


@does("/endless-body")
async def endless_body(talk: Talk) -> None:
    await talk.send(answer(body=PAGE, length=False))
    while True:
        await talk.send(b"<p>more</p>" * 1000)


@does("/endless-chunks")
async def endless_chunks(talk: Talk) -> None:
    await talk.send(answer(body=b"", length=False, headers={"Transfer-Encoding": "chunked"}))
    while True:
        await talk.send(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")


@does("/endless-gzip-bomb")
async def endless_gzip_bomb(talk: Talk) -> None:
    """One gzip stream that goes on for as long as it is read: about 1 KB on the wire for each MB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    await talk.send(answer(body=b"", length=False, headers={"Content-Encoding": "gzip"}))
    while True:
        await talk.send(packer.compress(b" " * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH))
        await asyncio.sleep(0)


@does("/head-405")
async def head_not_allowed(talk: Talk) -> None:
    await talk.send(answer(405, b"") if talk.method == "HEAD" else answer())


@does("/head-500")
async def head_breaks(talk: Talk) -> None:
    await talk.send(answer(500, b"") if talk.method == "HEAD" else answer())


@does("/head-200")
async def head_lies(talk: Talk) -> None:
    await talk.send(answer(200, b"") if talk.method == "HEAD" else answer(404, b"<title>Not found</title>"))


@does("/head-stalls")
async def head_stalls(talk: Talk) -> None:
    if talk.method == "HEAD":
        await for_ever()
    await talk.send(answer())


@does("/cookie-wall")
async def cookie_wall(talk: Talk) -> None:
    """Sends whoever carries no cookie to itself."""
    await talk.send(
        answer() if "cookie" in talk.headers else answer(302, b"", headers={"Location": "/cookie-wall", "Set-Cookie": "seen=1"})
    )


@does("/hops/")
async def hops(talk: Talk) -> None:
    """/hops/11 is eleven redirects away from a page."""
    left = int(talk.target.rpartition("/")[2])
    await talk.send(redirect(f"/hops/{left - 1}") if left else answer())


@does("/status/")
async def status(talk: Talk) -> None:
    """/status/451 answers 451, whatever that is."""
    await talk.send(answer(talk.target.rpartition("/")[2]))


def _robots(text: bytes, status: int = 200) -> bytes:
    return answer(status, text, headers={"Content-Type": "text/plain"})


# what these hosts say to /robots.txt; all their other paths are as everywhere. Other hosts have no robots.txt.
ROBOTS: dict[str, bytes | Behaviour] = {
    "robots-forbids.test": _robots(b"User-agent: *\nDisallow: /\n"),
    "robots-allows.test": _robots(b"User-agent: *\nDisallow: /private/\nAllow: /\n"),
    "robots-delay.test": _robots(b"User-agent: *\nCrawl-delay: 0.3\n"),
    "robots-500.test": _robots(b"broken", 500),
    "robots-403.test": _robots(b"forbidden", 403),
    "robots-429.test": _robots(b"slow down", 429),
    "robots-html.test": answer(),
    "robots-binary.test": _robots(bytes(range(256)) * 8),
    "robots-loop.test": redirect("/robots.txt"),
    "robots-huge.test": _robots(b"User-agent: *\nDisallow: /private/\n" + b"# padding\n" * 500_000),
    "robots-stall.test": stall,
    "robots-reset.test": reset,
}
