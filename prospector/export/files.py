"""Where a table goes: a file in one of the formats, chosen by its ending, or standard output."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, TextIO

from prospector.export import as_csv, as_jsonl, as_xlsx
from prospector.export.whole import ExportError, whole_file

STANDARD_OUTPUT = "-"
Rows = Iterable[Mapping[str, object]]

_TEXTS: Mapping[str, Callable[[Rows, Sequence[str], TextIO], int]] = {"csv": as_csv.write_rows, "jsonl": as_jsonl.write_rows}
# of a file; standard output is always UTF-8 without a mark, because a program reads it
_ENCODINGS = {"csv": "utf-8-sig", "jsonl": "utf-8"}  # without the mark Excel takes UTF-8 for the local code page
FORMATS = (*_TEXTS, "xlsx")


def write_table(
    rows: Rows, columns: Sequence[str], *, to: str, form: str, name: str, replace: bool = False, stdout: BinaryIO | None = None
) -> int:
    """Write rows. How many they were.

    :param to: a file's path, or "-" for standard output.
    :param form: one of FORMATS.
    :param name: of the sheet in a workbook.
    :param replace: overwrite a file that is there.
    :raises ExportError: the file is there already, or it can't be written.
    """
    if to == STANDARD_OUTPUT:
        if form == "xlsx":
            raise ExportError("a workbook needs a file. Name one with -o, such as -o out.xlsx")
        return _to_stream(rows, columns, form, sys.stdout.buffer if stdout is None else stdout)
    with whole_file(Path(to), replace=replace) as path:
        if form == "xlsx":
            return as_xlsx.write_rows(rows, columns, path, name=name)
        with path.open("w", encoding=_ENCODINGS[form], newline="", errors="replace") as out:
            return _TEXTS[form](rows, columns, out)


def _to_stream(rows: Rows, columns: Sequence[str], form: str, stream: BinaryIO) -> int:
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", errors="replace")
    try:
        return _TEXTS[form](rows, columns, text)
    finally:
        text.detach()  # flushes, and leaves the stream open: it isn't ours


def form_of(to: str, given: str | None, forms: Sequence[str], *, default: str) -> str:
    """The format: as asked, else by the file's ending.

    :raises ValueError: no such format, an ending that says nothing, or one that says something else than was asked for.
    """
    known = ", ".join(forms)
    ending = "" if to == STANDARD_OUTPUT else Path(to).suffix.lower().removeprefix(".")
    if given is not None and given not in forms:
        raise ValueError(f"there is no format {given!r} for this. There are {known}.")
    if given is not None and ending in forms and ending != given:
        raise ValueError(f"{to} ends like {ending}, but --format says {given}. Leave one of them out.")
    if given is None and ending and ending not in forms:
        raise ValueError(f"{to}: which format? Its ending is none of {known}. Add --format, or choose another ending.")
    return given or ending or default
