"""A value as a cell of a spreadsheet: text that is never a formula, that every format can hold, and that reads in one direction."""

from __future__ import annotations

import json
import re

# a cell that begins so is a formula to a spreadsheet, or hides one; an apostrophe in front makes it text. The wide ones are the Japanese Excel's
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# nothing a spreadsheet can show: controls (NUL ends the file for some), direction overrides, half characters, what XML has no place for
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_HALF = re.compile("[\ud800-\udfff]")
MAX_CELL = 32_767  # characters, to Excel: of these one beyond the Unicode's first 65,536 counts twice
CUT = " … [cut: a cell holds no more]"


def cell(value: object) -> str:
    """As a spreadsheet should show it: numbers as they are, no value empty, lists joined, text never a formula."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return str(value)
        case str():
            return _text(value)
        case list() | tuple():
            return _text("; ".join(str(item) for item in value))
        case _:
            return _text(json.dumps(value, ensure_ascii=False, default=str))


def fitting(shown: str) -> str:
    """As a cell of a workbook holds it: one kind of line end, cut where there is no more room, with a mark that says so."""
    start = re.sub("\r\n?", "\n", shown[: MAX_CELL * 2])
    if len(start) <= MAX_CELL and _units(start) <= MAX_CELL and len(shown) <= MAX_CELL * 2:
        return start
    room = MAX_CELL - len(CUT)
    head = start[:room].encode("utf-16-le")[: room * 2].decode("utf-16-le", "ignore")
    return head + CUT


def _units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


def _text(value: str) -> str:
    shown = _HALF.sub("\ufffd", _UNSHOWABLE.sub("", value))
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
