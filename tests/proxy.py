"""A proxy on loopback for tests: forwards http, tunnels https by CONNECT, and takes every host to two ports of this machine.

async with Proxy(http=8080, https=8443) as proxy:
    proxy.url              # for http_proxy and https_proxy
    proxy.asked            # first lines of what it was asked, in order
    proxy.authorizations   # the Proxy-Authorization of each, "" for none
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

ADDRESS = "127.0.0.1"


class Proxy:
    def __init__(self, *, http: int, https: int, refuses_with: int = 0) -> None:
        self._http = http
        self._https = https
        self._refuses_with = refuses_with  # a status; 0: it lets everything through
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.asked: list[str] = []
        self.authorizations: list[str] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://{ADDRESS}:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, ADDRESS, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(OSError, EOFError, asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
        method, target, _ = first.split(" ")
        self.asked.append(f"{method} {target}")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self.authorizations.append(headers.get("proxy-authorization", ""))
        if self._refuses_with:
            writer.write(f"HTTP/1.1 {self._refuses_with} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            return
        tunnel = method == "CONNECT"
        theirs, to_them = await asyncio.open_connection(ADDRESS, self._https if tunnel else self._http)
        if tunnel:
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        else:
            path = "/" + target.split("/", 3)[3]
            kept = [line for line in lines if not line.lower().startswith("proxy-")]
            to_them.write("\r\n".join([f"{method} {path} HTTP/1.1", *kept, "", ""]).encode("latin-1"))
        try:
            await asyncio.gather(_pump(reader, to_them), _pump(theirs, writer))
        finally:
            to_them.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    with suppress(OSError):
        sink.write_eof()
