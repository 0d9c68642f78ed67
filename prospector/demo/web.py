"""The demo's web: every site of `sites/`, and its web archive, on one loopback port (two with TLS), told apart by the Host header.

`DemoWeb.hosts` and `DemoWeb.ports` are what a client needs to believe in it: names to addresses, ports to real ports. Names that are
not in `hosts` don't exist. Only 127.0.0.1 is used, because macOS has no other loopback address.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
import ssl
import struct
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import unquote

from prospector.demo.archive import archive_site
from prospector.demo.certificates import contexts
from prospector.demo.sites import Answer, Fault, Site, load_sites

ADDRESS = "127.0.0.1"
CLOSED_PORT = 8080  # the port of the demo's URLs at which nobody listens
REASONS = {200: "OK", 301: "Moved Permanently", 302: "Found", 304: "Not Modified", 404: "Not Found", 410: "Gone"}
NO_SUCH_SITE = Answer(status=421, headers={"Content-Type": "text/plain"}, body=b"no such site here\n")
ONLY_READING = Answer(status=405, headers={"Content-Type": "text/plain", "Allow": "GET, HEAD"}, body=b"only GET and HEAD\n")
# SO_LINGER with no time to linger: close() sends RST. Windows has shorts where others have ints.
RESET_ON_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class DemoWeb:
    """`async with DemoWeb(round=1) as web`: the web as it is after one finished crawl."""

    def __init__(self, *, round: int = 0) -> None:  # noqa: A002  the word the demo's users know
        archive = archive_site()
        self._sites: Mapping[str, Site] = {**load_sites(round), archive.host: archive}
        self._servers: list[asyncio.Server] = []
        self._talks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._closed_port = socket.socket()
        self._ports: dict[int, int] = {}

    @property
    def hosts(self) -> Mapping[str, tuple[str, ...]]:
        return dict.fromkeys(self._sites, (ADDRESS,))

    @property
    def ports(self) -> Mapping[int, int]:
        """80, 443 and 8080 (at which every connection is refused) → the ports they are today."""
        return dict(self._ports)

    async def __aenter__(self) -> Self:
        # bound and not listening: refuses, and nobody else can take it
        self._closed_port.bind((ADDRESS, 0))
        with tempfile.TemporaryDirectory() as folder:
            tls = self._tls(Path(folder))
        plain = await asyncio.start_server(self._talk, ADDRESS, 0)
        secure = await asyncio.start_server(self._talk, ADDRESS, 0, ssl=tls, ssl_handshake_timeout=5)
        self._servers = [plain, secure]
        self._ports = {
            80: plain.sockets[0].getsockname()[1],
            443: secure.sockets[0].getsockname()[1],
            CLOSED_PORT: self._closed_port.getsockname()[1],
        }
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        for server in self._servers:
            server.close()
        for writer in self._writers:
            writer.transport.abort()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        for server in self._servers:
            await server.wait_closed()
        self._closed_port.close()

    def _tls(self, folder: Path) -> ssl.SSLContext:
        made = contexts(self._sites, folder)

        def choose(connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            site = self._sites.get(name or "")
            if site is not None:
                connection.context = made[site.certificate]

        made["self-signed"].sni_callback = choose
        return made["self-signed"]

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        self._writers.add(writer)
        try:
            # the client may leave at any moment, as clients do
            with suppress(OSError, EOFError, asyncio.LimitOverrunError, UnicodeError, ValueError, asyncio.CancelledError):
                while await self._serve_one(reader, writer):
                    pass
        finally:
            writer.close()
            self._talks.discard(task)
            self._writers.discard(writer)

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether another may follow on this connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request_line, *lines = head.rstrip().split("\r\n")
        method, path, _version = request_line.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        site = self._sites.get(headers.get("host", "").partition(":")[0].lower())
        answer = NO_SUCH_SITE if site is None else site.answer(unquote(path))
        if method not in {"GET", "HEAD"}:
            answer = ONLY_READING
        if answer.delay:
            await asyncio.sleep(answer.delay)
        if answer.fault is not None:
            await _fail(answer, answer.fault, writer)
            return False
        writer.write(_written(answer, headers, with_body=method == "GET"))
        await writer.drain()
        return method in {"GET", "HEAD"} and headers.get("connection", "").lower() != "close"


def _written(answer: Answer, asked: Mapping[str, str], *, with_body: bool) -> bytes:
    status, body, headers = answer.status, answer.body, dict(answer.headers)
    if status == 200:
        headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if headers["ETag"] == asked.get("if-none-match"):
            status, body = 304, b""
    if status != 304:
        headers["Content-Length"] = str(len(body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} {REASONS.get(status, 'Answer')}\r\n{lines}\r\n".encode("latin-1")
    return head + body if with_body else head


async def _fail(answer: Answer, fault: Fault, writer: asyncio.StreamWriter) -> None:
    whole = _written(answer, {}, with_body=True)
    head = whole.index(b"\r\n\r\n") + 4
    match fault:
        case Fault.RESET:
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            writer.transport.abort()
        case Fault.EMPTY:
            pass
        case Fault.GARBAGE:
            writer.write(b"220 this was never a web server\r\n\r\n")
        case Fault.STALL:
            await asyncio.Event().wait()
        case Fault.STALL_AFTER_HEADERS:
            writer.write(whole[:head])
            await asyncio.Event().wait()
        case Fault.TRUNCATE:
            writer.write(whole[: (head + len(whole)) // 2])
