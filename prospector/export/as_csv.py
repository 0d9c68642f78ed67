"""Rows as CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

from prospector.export.cells import cell


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
