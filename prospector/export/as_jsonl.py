"""Rows as JSON Lines: an object a line, for programs. Nothing is escaped that JSON doesn't ask for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO


def write_rows(rows: Iterable[Mapping[str, object]], columns: Sequence[str], out: TextIO) -> int:
    """How many rows were written."""
    written = 0
    for row in rows:
        out.write(json.dumps({column: row[column] for column in columns}, ensure_ascii=False, default=str) + "\n")
        written += 1
    return written
