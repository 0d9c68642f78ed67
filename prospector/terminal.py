"""Text of strangers, as it may be shown on a terminal: without characters that a terminal obeys, or that turn the order of what is read."""

from __future__ import annotations

import unicodedata

MARK = "\ufffd"
# direction marks, overrides and isolates; line and paragraph separators; byte order mark; invisible tag characters
_TURNING = (0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF, *range(0xE0000, 0xE0080))
_OBEYED = tuple(code for code in range(0x100) if unicodedata.category(chr(code)) == "Cc")
_LINE = dict.fromkeys((*_OBEYED, *_TURNING), MARK)
_LINES = {code: mark for code, mark in _LINE.items() if chr(code) not in "\n\t"}


def harmless(text: str) -> str:
    """One line: what could move the cursor, colour or hide text, or reverse its order, shows as a mark."""
    return text.translate(_LINE)


def harmless_lines(text: str) -> str:
    """The same for text that has lines of its own, like a letter."""
    return text.translate(_LINES)
