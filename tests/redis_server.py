"""A real redis-server on loopback for tests: own port, own folder, everything on disk, killed and started again at will."""

from __future__ import annotations

import asyncio
import shutil
import socket
from pathlib import Path
from types import TracebackType
from typing import Self

PATIENCE = 10.0  # seconds for a server to start on a busy machine


class RedisServer:
    """password: that clients must give; certificate: PEM with its key, for a server that speaks TLS only."""

    def __init__(self, folder: Path, *, password: str = "", certificate: tuple[str, str] | None = None) -> None:
        self._folder = folder
        self._password = password
        self._certificate = certificate
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        password = f":{self._password}@" if self._password else ""
        return f"redis{'s' if self._certificate else ''}://{password}127.0.0.1:{self.port}/0"

    async def start(self) -> None:
        """Start it, with what its folder holds."""
        program = shutil.which("redis-server")
        assert program, "redis-server is missing: requirements/system.sh installs it"
        self._folder.mkdir(parents=True, exist_ok=True)
        options: dict[str, object] = {
            "port": self.port,
            "bind": "127.0.0.1",
            "dir": self._folder,
            "appendonly": "yes",
            "save": "",
            "daemonize": "no",
        }
        if self._password:
            options["requirepass"] = self._password
        if self._certificate:
            for name, pem in zip(("tls-cert-file", "tls-key-file"), self._certificate, strict=True):
                (self._folder / name).write_text(pem, "ascii")
                options[name] = self._folder / name
            options |= {"port": 0, "tls-port": self.port, "tls-ca-cert-file": self._folder / "tls-cert-file", "tls-auth-clients": "no"}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        silent = asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(program, *words, stdout=silent, stderr=silent)
        async with asyncio.timeout(PATIENCE):
            while not await self._answers():  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        said = b"+"
        if not self._certificate:
            writer.write(b"PING\r\n")
            said = await reader.readline()
        writer.close()
        return said.startswith((b"+", b"-NOAUTH"))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.kill()
