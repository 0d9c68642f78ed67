"""Bodies within limits, whatever their coding."""

import gzip
import zlib
from collections.abc import Iterable

import pytest

from prospector.checking.body import UndecodableError, read_capped


class Pieces:
    """A stream that hands out the given pieces."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self.taken = 0

    async def readany(self) -> bytes:
        self.taken += 1
        return next(self._pieces, b"")


async def test_a_plain_body_is_read_whole_or_to_the_limit() -> None:
    assert await read_capped(Pieces([b"abc", b"def"]), coding="", limit=6) == (b"abcdef", True)
    assert await read_capped(Pieces([b"abc", b"def"]), coding="identity", limit=4) == (b"abcd", False)


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP"])
async def test_gzip_is_unpacked_over_piece_borders(coding: str) -> None:
    packed = gzip.compress(b"word " * 1000)
    assert await read_capped(Pieces([packed[:7], packed[7:20], packed[20:]]), coding=coding, limit=10_000) == (b"word " * 1000, True)


async def test_deflate_is_read_with_and_without_its_zlib_wrapper() -> None:
    wrapped = zlib.compress(b"hello")
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    bare = packer.compress(b"hello") + packer.flush()
    for body in (wrapped, bare):
        assert await read_capped(Pieces([body]), coding="deflate", limit=100) == (b"hello", True)


async def test_a_bomb_is_unpacked_to_the_limit_only_and_not_read_to_its_end() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    pieces = Pieces([bomb[start : start + 1000] for start in range(0, len(bomb), 1000)])
    body, complete = await read_capped(pieces, coding="gzip", limit=1000)
    assert (len(body), complete) == (1000, False)
    assert pieces.taken < 5


@pytest.mark.parametrize(
    ("coding", "body"), [("gzip", b"this is not gzip"), ("br", b"\x0b\x02\x80"), ("zstd", b"(\xb5/\xfd"), ("deflate", b"\xff\xff\xff")]
)
async def test_what_cannot_be_unpacked_is_said_so(coding: str, body: bytes) -> None:
    with pytest.raises(UndecodableError):
        await read_capped(Pieces([body]), coding=coding, limit=100)
