"""`scrapy review` as a person starts it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from prospector.store import Store
from tests.crawling import environment
from tests.documents import ROOT

SCRAPY = [sys.executable, "-m", "scrapy", "review"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A campaign of one's own that has been crawled, as far as the desk can tell."""
    text = (ROOT / "prospector" / "demo" / "campaign.toml").read_text("utf-8")
    (tmp_path / "campaign.toml").write_text(text, "utf-8")
    shutil.copy(ROOT / "scrapy.cfg", tmp_path)
    Store.open(tmp_path / "output" / "demo.db").close()
    return tmp_path


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*SCRAPY, "--no-browser", *options], cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_it_prints_its_address_serves_and_ends_quietly(folder: Path) -> None:
    desk = start(folder, "--port", "0")
    assert desk.stdout is not None
    line = desk.stdout.readline()
    assert line.startswith("The desk is open at http://127.0.0.1:")
    port = int(line.split("127.0.0.1:")[1].split("/")[0])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b"No letters yet" in answer
    os.kill(desk.pid, signal.SIGINT)
    _, errors = desk.communicate(timeout=20)
    assert desk.returncode == 0
    assert errors.splitlines()[-1] == "The desk is closed."


def test_a_port_that_is_taken_is_told_with_another(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        desk = start(folder, "--port", str(port))
        _, errors = desk.communicate(timeout=20)
    assert desk.returncode == 1
    assert f"port {port} is taken" in errors
    assert "scrapy review --port" in errors


def test_before_the_first_crawl_it_says_what_to_run(folder: Path) -> None:
    shutil.rmtree(folder / "output")
    desk = start(folder)
    _, errors = desk.communicate(timeout=20)
    assert desk.returncode == 1
    assert "scrapy crawl resources" in errors


@pytest.mark.parametrize("options", [("--port", "99999"), ("--prot", "1"), ("now",)])
def test_a_wrong_option_is_told(folder: Path, options: tuple[str, ...]) -> None:
    desk = start(folder, *options)
    desk.communicate(timeout=20)
    assert desk.returncode == 2
