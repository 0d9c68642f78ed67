"""Rows as CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

# a cell that begins so is a formula to a spreadsheet, or hides one; an apostrophe in front makes it text
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
# nothing a spreadsheet can show, and NUL ends the file for some
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def write_rows(rows: Iterable[Mapping[str, object]], columns: Sequence[str], out: TextIO) -> int:
    """Write a heading and the rows. How many rows those were.

    :param out: opened with `newline=""`.
    """
    writer = csv.writer(out)
    writer.writerow(columns)
    written = 0
    for row in rows:
        writer.writerow([cell(row[column]) for column in columns])
        written += 1
    return written


def cell(value: object) -> str:
    """A value as a spreadsheet should show it: numbers as they are, no value empty, lists joined, text never a formula."""
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


def _text(value: str) -> str:
    shown = _CONTROL.sub("", value)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
