"""A web server on loopback that misbehaves on purpose, one fault per path or host, in the test's own event loop.

async with MisbehavingSite() as site:
    site.url("/truncated")                       # the faults are the rows of `misbehaviours`
    site.url("/ok", host="robots-500.test")      # for clients that look names up in `site.hosts`
    site.tls_url("expired", "/ok")               # the problems are `misbehaving_tls.PROBLEMS` and `BROKEN_TLS`
    site.serves("/guide", status=404, body="…")  # an answer of the test's own; returns its URL
    site.hits("/guide")                          # who asked for it, when
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from types import TracebackType
from typing import Self

from tests.misbehaving_tls import contexts
from tests.misbehaviours import ANSWERS, BEHAVIOURS, ROBOTS, Behaviour, Talk, answer, for_ever

ADDRESS = "127.0.0.1"
# TLS that fails before there is a certificate to look at
BROKEN_TLS = ("no-tls", "stalls", "resets")
NOT_FOUND = answer(404, b"<title>Not found</title><h1>Not found</h1>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One request that arrived."""

    at: float  # the loop's clock, in seconds
    method: str
    path: str  # with query, as sent
    host: str  # as sent, without port
    headers: Mapping[str, str]  # lower-case names
    secure: bool
    sender: str  # address


@dataclass(frozen=True, slots=True, kw_only=True)
class Custom:
    raw: bytes
    delay: float


class MisbehavingSite:
    def __init__(self) -> None:
        self._custom: dict[tuple[str, str], Custom] = {}
        self._hits: list[Hit] = []
        self._busy: Counter[str] = Counter()
        self._busiest: Counter[str] = Counter()
        self._servers: list[asyncio.Server] = []
        self._talks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._unheard: list[socket.socket] = []
        self._ports: dict[str, int] = {}

    # -- where things are ------------------------------------------------------------------------------------------------

    @property
    def port(self) -> int:
        return self._ports["http"]

    @property
    def hosts(self) -> Mapping[str, str]:
        """Names that tests may use, and where they live: what a HOSTS_FILE would say."""
        return dict.fromkeys([*ROBOTS, *(host for host, _ in self._custom if host)], ADDRESS)

    @property
    def authority(self) -> str:
        """The certificate (PEM) by which "good", "expired" and "wrong-host" are signed: trust it to see what else is wrong with them."""
        return contexts().authority

    def url(self, path: str, *, host: str = ADDRESS) -> str:
        return f"http://{host}:{self.port}{path}"

    def tls_url(self, problem: str, path: str = "/ok", *, host: str = ADDRESS) -> str:
        return f"https://{host}:{self._ports[problem]}{path}"

    def ipv6_url(self, path: str) -> str | None:
        """The same site on ::1 alone. None where this machine has no ::1."""
        return f"http://[::1]:{self._ports['ipv6']}{path}" if "ipv6" in self._ports else None

    def closed_port(self) -> int:
        """A port that refuses: bound by us, so that nobody else listens there, and not listening."""
        unheard = socket.socket()
        self._unheard.append(unheard)
        unheard.bind((ADDRESS, 0))
        return int(unheard.getsockname()[1])

    # -- what it says, what it heard ---------------------------------------------------------------------------------------

    def serves(
        self,
        path: str,
        *,
        status: int = 200,
        body: bytes | str = b"",
        headers: Mapping[str, str] | None = None,
        delay: float = 0.0,
        host: str = "",
    ) -> str:
        """From now on `path` answers so, on every host or on one; returns its URL. Wins over the faults of the same path."""
        content = body.encode() if isinstance(body, str) else body
        self._custom[host, path] = Custom(raw=answer(status, content, headers, closes=False), delay=delay)
        return self.url(path, host=host or ADDRESS)

    def answer_body(self, path: str, *, host: str = "") -> bytes:
        """What a path answers that `serves` was told of."""
        return self._custom[host, path].raw.partition(b"\r\n\r\n")[2]

    def hits(self, path: str | None = None, *, host: str | None = None) -> tuple[Hit, ...]:
        """Requests so far, in order; of one path or host, or all. robots.txt counts as a path like others."""
        return tuple(hit for hit in self._hits if path in {None, hit.path} and host in {None, hit.host})

    def gaps(self, *, host: str) -> tuple[float, ...]:
        """Seconds between one request to the host and the next."""
        times = [hit.at for hit in self.hits(host=host)]
        return tuple(later - earlier for earlier, later in pairwise(times))

    def most_at_once(self, host: str = ADDRESS) -> int:
        """How many requests to the host were ever under way at the same time."""
        return self._busiest[host]

    # -- serving -----------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self._listen("http")
        for problem, context in contexts().server.items():
            await self._listen(problem, tls=context)
        for problem in BROKEN_TLS:
            await self._listen(problem)
        with suppress(OSError):  # no IPv6 here: `ipv6_url` says so
            await self._listen("ipv6", address="::1")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for server in self._servers:
            server.close()
        for writer in self._writers:
            writer.transport.abort()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        for server in self._servers:
            await server.wait_closed()
        for unheard in self._unheard:
            unheard.close()

    async def _listen(self, name: str, *, address: str = ADDRESS, tls: ssl.SSLContext | None = None) -> None:
        server = await asyncio.start_server(partial(self._talk, name), address, 0, ssl=tls)
        self._servers.append(server)
        self._ports[name] = server.sockets[0].getsockname()[1]

    async def _talk(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        self._writers.add(writer)
        try:
            # clients leave when they have had enough, and the test ends when it likes
            with suppress(OSError, EOFError, asyncio.CancelledError):
                if name in BROKEN_TLS:
                    await self._break_tls(name, reader, writer)
                else:
                    await self._converse(reader, writer, secure=writer.get_extra_info("sslcontext") is not None)
        finally:
            writer.close()
            self._talks.discard(task)
            self._writers.discard(writer)

    async def _break_tls(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        match name:
            case "no-tls":
                writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\nthis port speaks plain HTTP\r\n")
                await writer.drain()
            case "stalls":
                await for_ever()
            case "resets":
                Talk(method="", target="", headers={}, writer=writer).reset()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, secure: bool) -> None:
        """Requests on one connection. Only a test's own answers keep it open; after a fault it is closed."""
        stays = True
        while stays:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            request_line, *lines = head.rstrip().split("\r\n")
            method, target, _version = request_line.split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            host = headers.get("host", "").rpartition(":")[0].lower() or headers.get("host", "").lower()
            now = asyncio.get_running_loop().time()
            sender = str(writer.get_extra_info("peername")[0])
            self._hits.append(Hit(at=now, method=method, path=target, host=host, headers=headers, secure=secure, sender=sender))
            self._busy[host] += 1
            self._busiest[host] = max(self._busiest[host], self._busy[host])
            try:
                stays = await self._answer(host, Talk(method=method, target=target, headers=headers, writer=writer))
            finally:
                self._busy[host] -= 1

    async def _answer(self, host: str, talk: Talk) -> bool:
        custom = self._custom.get((host, talk.target)) or self._custom.get(("", talk.target))
        if custom is not None:
            await asyncio.sleep(custom.delay)
            head, blank, body = custom.raw.partition(b"\r\n\r\n")
            await talk.send(head + blank + (b"" if talk.method == "HEAD" else body))
            return True
        said = self._said(host, talk.target.partition("?")[0])
        if isinstance(said, bytes):
            await talk.send(said)
        else:
            await said(talk)
        return False

    def _said(self, host: str, path: str) -> bytes | Behaviour:
        if path == "/robots.txt" and host in ROBOTS:
            return ROBOTS[host]
        if path in ANSWERS:
            return ANSWERS[path]
        return BEHAVIOURS.get(path) or BEHAVIOURS.get(path[: path.rfind("/") + 1]) or NOT_FOUND
