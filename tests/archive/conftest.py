"""A real web archive server, and a network that may talk to it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from prospector.archive.cdx import Archive, Dialect
from prospector.checking.network import Network, NetworkSettings

HERE = Path(__file__).parent
LOCK = HERE.parents[1] / "requirements" / "pywb.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A capture to put into the archive."""

    at: str  # ISO 8601, UTC
    url: str
    body: bytes = b""
    status: str = "200 OK"
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html"),)


@pytest.fixture(scope="session")
def pywb_python(request: pytest.FixtureRequest) -> Path:
    """The Python of an environment that has pywb: built by the first session that needs it (10 seconds), kept in pytest's cache."""
    cache = request.config.cache
    assert cache is not None
    home = cache.mkdir("pywb") / hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    python = Path("Scripts", "python.exe") if sys.platform == "win32" else Path("bin", "python")
    if not (home / python).exists():
        unfinished = home.with_name(f"{home.name}.{os.getpid()}")
        try:
            _build(unfinished, python)
            unfinished.rename(home)  # at once: a session that was cut off leaves nothing that looks finished
        except (subprocess.SubprocessError, OSError) as error:
            shutil.rmtree(unfinished, ignore_errors=True)
            if not (home / python).exists():  # another session may have been quicker
                _absent(f"no environment with pywb could be built: {getattr(error, 'stderr', '') or error}")
    return home / python


def _build(home: Path, python: Path) -> None:
    def run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=110)

    run(sys.executable, "-m", "venv", str(home))
    run(str(home / python), "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", str(LOCK))


def _absent(why: str) -> None:
    """On a CI machine a missing server is a failure: a test that quietly does nothing there guards nothing."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def pywb(pywb_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """A pywb server with the captures of `recorded.py`."""
    from tests.archive.recorded import CAPTURES  # noqa: PLC0415 - it needs Recorded, which stands here

    rows = [
        {"at": one.at, "url": one.url, "status": one.status, "headers": one.headers, "body": base64.b64encode(one.body).decode()}
        for one in CAPTURES
    ]
    folder = tmp_path_factory.mktemp("pywb")
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [pywb_python, HERE / "pywb_server.py", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert server.stdin is not None
    assert server.stdout is not None
    with server:
        try:
            server.stdin.write(json.dumps(rows))
            server.stdin.close()
            port = next((line for line in server.stdout if line.strip().isdigit()), "")
            assert port, (folder / "log").read_text()
            home = f"http://127.0.0.1:{int(port)}/coll/"
            yield Archive(cdx=f"{home}cdx", replay=home, dialect=Dialect.PYWB)
        finally:
            server.kill()


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    made = Network(NetworkSettings(user_agent="Prospector/test (+https://example.org/)", delay=0, per_host=4, timeout=5, guard=False))
    yield made
    await made.close()
