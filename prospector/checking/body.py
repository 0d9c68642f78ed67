"""Reading a body within limits: bytes as sent, bytes after decompression, never more than asked for."""

from __future__ import annotations

import zlib
from typing import Protocol

# What we ask for. A body in another coding was not asked for and can't be read.
ACCEPT_ENCODING = "gzip, deflate"


class UndecodableError(Exception):
    """The body is not in the coding its headers name, or in one that we did not offer."""


class Chunks(Protocol):
    """What aiohttp's StreamReader offers: the next piece, b"" at the end."""

    async def readany(self) -> bytes: ...


async def read_capped(chunks: Chunks, *, coding: str, limit: int) -> tuple[bytes, bool]:
    """At most `limit` bytes of the decoded body, and whether that was all of it.

    coding: the Content-Encoding header. Raises UndecodableError; whatever `chunks` raises goes through.
    """
    unpack = _decoder(coding)
    parts: list[bytes] = []
    room = limit
    while chunk := await chunks.readany():
        piece = unpack(chunk, room + 1)
        if len(piece) > room:
            parts.append(piece[:room])
            return b"".join(parts), False
        parts.append(piece)
        room -= len(piece)
    return b"".join(parts), True


class _Inflate:
    """zlib with a ceiling: what goes over it is never unpacked, so a bomb costs no more than the limit."""

    def __init__(self, window: int) -> None:
        self._stream = zlib.decompressobj(window)
        self._raw_deflate_tried = window != zlib.MAX_WBITS

    def __call__(self, chunk: bytes, room: int) -> bytes:
        try:
            return self._stream.decompress(chunk, room)
        except zlib.error as error:
            if self._raw_deflate_tried:
                raise UndecodableError(str(error)) from error
            # "deflate" means zlib (RFC 9110, 8.4.1.2), but many servers send the raw stream
            self._raw_deflate_tried = True
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            return self(chunk, room)


def _plain(chunk: bytes, room: int) -> bytes:
    return chunk[:room]


class _Decoder(Protocol):
    def __call__(self, chunk: bytes, room: int) -> bytes: ...


def _decoder(coding: str) -> _Decoder:
    match coding.strip().lower():
        case "" | "identity":
            return _plain
        case "gzip" | "x-gzip":
            return _Inflate(zlib.MAX_WBITS | 16)
        case "deflate":
            return _Inflate(zlib.MAX_WBITS)
        case other:
            raise UndecodableError(f"the body is in a coding we did not ask for: {other[:40]!r}")
