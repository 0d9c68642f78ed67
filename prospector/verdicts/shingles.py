"""How alike two pages read: 4-word shingles of the visible text, compared by Jaccard.

Plain text ratios failed on real sites (a site's 404 page is 80 % like its real pages); shingles at 0.9 never did.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

WIDTH = 4
ALIKE = 0.9
_MASK = 0xFFFFFFFF

# scripts without spaces: one character is one word
_WORD = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+")
_CHANGING = re.compile(r"(?=\w*\d)\w{6,}\Z")  # request ids, time stamps: differ on every answer


def shingles(text: str) -> frozenset[int]:
    """Codes of all runs of four words; a shorter text is one shingle, an empty one none.

    crc32 and not hash(), which differs from process to process: the store keeps these.
    """
    words = _WORD.findall(text.casefold())
    if not words:
        return frozenset()
    codes = {word: zlib.crc32(b"#" if _CHANGING.match(word) else word.encode("utf-8", "replace")) for word in set(words)}
    run = [codes[word] for word in words]
    if len(run) < WIDTH:
        return frozenset((_mixed(run),))
    return frozenset([(a * 3 + b * 5 + c * 7 + d * 11) & _MASK for a, b, c, d in zip(run, run[1:], run[2:], run[3:], strict=False)])


def similarity(one: frozenset[int] | None, other: frozenset[int] | None) -> float:
    """Jaccard, 0..1. Two empty texts say nothing about each other: 0."""
    if not one or not other:
        return 0.0
    return len(one & other) / len(one | other)


def _mixed(run: Sequence[int]) -> int:
    return sum(code * factor for code, factor in zip(run, (3, 5, 7), strict=False)) & _MASK
