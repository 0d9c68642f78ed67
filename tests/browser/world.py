"""What the browser's tests are made of: a running crawl that renders, a site under several names, and a bystander."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from tests.crawling import environment
from tests.misbehaving_site import MisbehavingSite

NAMES = ("app.test", "api.test", "evil.test", "links.test", "other.test", "private.test", "slow.test", "busy.test")
SECONDS = 3  # that a page may take: short, because some take all of it
HTML = {"Content-Type": "text/html; charset=utf-8"}
SCRIPT = {"Content-Type": "text/javascript"}
JSON = {"Content-Type": "application/json"}


class Bystander:
    """A port of this machine, TCP and UDP. Whatever arrives there got out of the browser."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        loop = asyncio.get_running_loop()
        self._udp, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self.heard), local_addr=("127.0.0.1", self.port))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._udp.close()
        self._server.close()
        await self._server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard.append("tcp")
        writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, heard: list[str]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._heard.append("udp")


class Renderer:
    """tests/browser/rendering.py, running."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {0: asyncio.get_running_loop().create_future()}
        self._reading = asyncio.ensure_future(self._read())
        assert process.stderr is not None
        self._errors = asyncio.ensure_future(process.stderr.read())

    @classmethod
    async def start(cls, settings: Mapping[str, Any], *, constants: Mapping[str, float] | None = None) -> Renderer:
        """constants: of the browser's modules, where the ordinary ones are too long for a test ("browser_visit.REST")."""
        program = str(Path(__file__).with_name("rendering.py"))
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-Werror",
            "-Wignore::ResourceWarning",  # Scrapy leaves the loop that asyncio had before its reactor
            program,
            json.dumps(settings),
            json.dumps(constants or {}),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env=environment(),
            limit=2**26,  # bytes of a line: a page is one
            start_new_session=True,  # a terminal's Ctrl-C goes to it and its children, not to the tests
        )
        return cls(process)

    async def first_words(self) -> dict[str, Any]:
        """What it says of itself before anything was rendered."""
        return await self._answers[0]

    async def render(self, url: str, *, cancel_after: float = 0) -> dict[str, Any]:
        """What came of rendering, as JSON (see rendering.py). cancel_after: seconds after which nobody wants it any more."""
        return await self._ask(url, cancel_after=cancel_after)

    async def judge(self, url: str) -> dict[str, Any]:
        """The verdict on a target after one look, or two."""
        return await self._ask(url, judge=True)

    async def _ask(self, url: str, *, cancel_after: float = 0, judge: bool = False) -> dict[str, Any]:
        assert self.process.stdin is not None
        number = len(self._answers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        asked = {"id": number, "url": url, "cancel_after": cancel_after, "judge": judge}
        self.process.stdin.write(json.dumps(asked).encode() + b"\n")
        return await self._answers[number]

    async def close(self, *, but: str = "\n") -> None:
        """Let the crawl end by itself, which it does in order and without a complaint (but of lines with this in them)."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        await self._reading
        assert await self.process.wait() == 0
        errors = [line for line in (await self._errors).decode().splitlines() if but not in line]
        assert errors == []

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            with suppress(json.JSONDecodeError):
                said = json.loads(line)
                if "id" in said:
                    self._answers[said["id"]].set_result(said)
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the crawl ended before it answered"))
                answer.exception()


@asynccontextmanager
async def application(script: str, api: Mapping[str, int]) -> AsyncIterator[int]:
    """A site that is one application: the same shell at every address, and an API with these statuses. Yields its port."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        status, kind, body = api.get(path, 404), "text/plain", "said by the API"
        if path == "/app.js":
            status, kind, body = 200, "text/javascript", script
        elif not path.startswith("/api/") and path != "/robots.txt":
            status, kind, body = 200, "text/html", '<title>Garden</title><div id="root"></div><script src="/app.js"></script>'
        head = f"HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write((head + body).encode())
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


class World:
    """A site under several names, and how a crawl finds it."""

    def __init__(self, site: MisbehavingSite, hosts_file: Path) -> None:
        self.site = site
        self.settings: dict[str, Any] = {
            "HOSTS_FILE": str(hosts_file),
            "HOSTS_ONLY": True,
            "HOSTS_PORTS": {80: site.port, 443: urlsplit(site.tls_url("good")).port},
            "ADDRESS_GUARD_ENABLED": False,  # the names live on loopback; HOSTS_ONLY keeps all else out of reach
            "CANARY_URLS": [],
            "DOWNLOAD_DELAY": 0,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
            "DOWNLOAD_TIMEOUT": 10,
            "PROSPECTOR_BROWSER_TIMEOUT": SECONDS,
            "LOG_LEVEL": "ERROR",
        }

    def page(self, url: str, body: str, *, status: int = 200, headers: Mapping[str, str] | None = None, delay: float = 0.0) -> str:
        """Have `url` answer so; returns it."""
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        self.site.serves(path, status=status, body=body, headers={**HTML, **(headers or {})}, host=parts.hostname or "", delay=delay)
        return url

    def asked(self, host: str) -> list[str]:
        """Paths that this host was asked for, in order."""
        return [hit.path for hit in self.site.hits(host=host) if hit.path != "/robots.txt"]
