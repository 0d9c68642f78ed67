"""Answers made to fill a memory or last for ever: what each costs, in bytes taken from the wire, in memory and in time."""

from __future__ import annotations

import asyncio
import gzip
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from prospector.checking.failures import Failed
from prospector.items import Outcome
from tests.checking.conftest import MakeNetwork

MB = 1_000_000
LIMIT = 1 * MB


@dataclass(slots=True)
class Flood:
    """A server that sends a beginning, then one piece again and again, 100 MB in all, and counts what was taken."""

    head: bytes
    piece: bytes
    most: int = 20 * MB  # to be taken: what had been read, with what was on its way in the buffers of both ends
    port: int = 0
    sent: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(self.head)
            while self.sent < 100 * MB:
                writer.write(self.piece)
                await writer.drain()
                self.sent += len(self.piece)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def up(flood: Flood) -> AsyncIterator[Flood]:
    server = await asyncio.start_server(flood.answer, "127.0.0.1", 0)
    flood.port = server.sockets[0].getsockname()[1]
    try:
        yield flood
    finally:
        server.close()
        await asyncio.sleep(0.05)


def said(*headers: str) -> bytes:
    return "\r\n".join(("HTTP/1.1 200 OK", "Content-Type: text/html", *headers, "", "")).encode()


def chunk(piece: bytes) -> bytes:
    return f"{len(piece):x}\r\n".encode() + piece + b"\r\n"


NOTHING = b"a" * 60_000
FLOODS: dict[str, Callable[[], Flood]] = {
    "a body without any header": lambda: Flood(b"", NOTHING),
    "lines without any header": lambda: Flood(b"", b"word\n" * 10_000),
    "a status line without end": lambda: Flood(b"HTTP/1.1 200 ", NOTHING),
    "one header without end": lambda: Flood(b"HTTP/1.1 200 OK\r\nX: ", NOTHING),
    "headers without end": lambda: Flood(b"HTTP/1.1 200 OK\r\n", b"X-Y: z\r\n" * 8_000),
    "a body without a length": lambda: Flood(said(), NOTHING),
    "a body in chunks": lambda: Flood(said("Transfer-Encoding: chunked"), chunk(NOTHING)),
    "a chunk size without end": lambda: Flood(
        said("Transfer-Encoding: chunked"), b"0" * 60_000, most=101 * MB
    ),  # nothing of it is kept; time ends it
    "a lie about its length": lambda: Flood(said("Content-Length: 10"), NOTHING),
    "a gzip bomb": lambda: Flood(said("Content-Encoding: gzip") + gzip.compress(bytes(100 * MB)), gzip.compress(bytes(MB))),
    "brotli that nobody asked for": lambda: Flood(said("Content-Encoding: br"), b"\x0b\x02\x80" * 20_000),
    "zstd that nobody asked for": lambda: Flood(said("Content-Encoding: zstd"), b"(\xb5/\xfd" * 15_000),
    "gzip in gzip": lambda: Flood(said("Content-Encoding: gzip, gzip"), gzip.compress(gzip.compress(bytes(10 * MB)))),
}


@pytest.mark.parametrize("what", FLOODS)
async def test_a_flood_costs_no_more_than_the_limit(make_network: MakeNetwork, what: str) -> None:
    network = make_network()
    async with up(FLOODS[what]()) as flood:
        tracemalloc.start()
        began = time.monotonic()
        try:
            body = (await network.get(f"http://127.0.0.1:{flood.port}/", limit=LIMIT)).body
        except Failed as failed:
            body = b""
            assert len(str(failed)) < 1_000  # noqa: PT017 - either is right
        took = time.monotonic() - began
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(body) <= LIMIT
        assert flood.sent < flood.most
        assert peak < 20 * MB
        assert took < 10


DRIPS: dict[str, tuple[bytes, bytes]] = {
    "a body": (said(), b"a"),
    "a body of a known length": (said("Content-Length: 1000000"), b"a"),
    "a body in chunks": (said("Transfer-Encoding: chunked"), b"1\r\na\r\n"),
    "a header": (b"HTTP/1.1 200 OK\r\nX: ", b"a"),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "nothing but a pause": (b"", b""),
}


@pytest.mark.parametrize("what", DRIPS)
async def test_what_comes_a_byte_at_a_time_ends_with_the_time_out(make_network: MakeNetwork, what: str) -> None:
    head, piece = DRIPS[what]
    hung_up = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(head)
            while not writer.is_closing() and not reader.at_eof():
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.02)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            hung_up.set()
            writer.close()

    network = make_network(timeout=0.5)
    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        began = time.monotonic()
        with pytest.raises(Failed) as caught:
            await network.get(f"http://127.0.0.1:{port}/", limit=LIMIT)
        assert time.monotonic() - began < 2.5
        assert caught.value.outcome is Outcome.TIMED_OUT
        await asyncio.wait_for(hung_up.wait(), 5)  # and the connection is given up
