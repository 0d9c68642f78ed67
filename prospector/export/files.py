"""Where an export goes: a file that appears whole or not at all, or standard output."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from prospector.export import as_csv, as_jsonl
from prospector.export.tables import Table
from prospector.store import Store

STANDARD_OUTPUT = "-"


class ExportError(Exception):
    """The export can't be written. The message is one line that says what to do next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    write: Callable[[Iterable[Mapping[str, object]], Sequence[str], TextIO], int]
    file_encoding: str  # of a file; standard output is always UTF-8 without a mark, because a program reads it


FORMATS: Mapping[str, Format] = {
    "csv": Format(write=as_csv.write_rows, file_encoding="utf-8-sig"),  # without the mark Excel takes UTF-8 for the local code page
    "jsonl": Format(write=as_jsonl.write_rows, file_encoding="utf-8"),
}


def export_table(store: Store, table: Table, *, to: str, form: str, replace: bool = False, stdout: BinaryIO | None = None) -> int:
    """Write a table. How many rows it has.

    :param to: a file's path, or "-" for standard output.
    :param form: a key of FORMATS.
    :param replace: overwrite a file that is there.
    :raises ExportError: unknown format, the file is there already, or it can't be written.
    """
    if form not in FORMATS:
        raise ExportError(f"{form}: no such format. There are {', '.join(FORMATS)}.")
    chosen = FORMATS[form]
    rows = table.rows(store)
    if to == STANDARD_OUTPUT:
        return _to_stream(chosen, rows, table.columns, sys.stdout.buffer if stdout is None else stdout)
    try:
        return _to_file(chosen, rows, table.columns, Path(to), replace=replace)
    except OSError as error:
        raise ExportError(f"{to}: it can't be written ({error.strerror or error}). Choose another place with -o.") from error


def _to_stream(form: Format, rows: Iterable[Mapping[str, object]], columns: Sequence[str], stream: BinaryIO) -> int:
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        return form.write(rows, columns, text)
    finally:
        text.detach()  # flushes, and leaves the stream open: it isn't ours


def _to_file(form: Format, rows: Iterable[Mapping[str, object]], columns: Sequence[str], path: Path, *, replace: bool) -> int:
    """Into a new file beside it, which takes the name once it is whole."""
    _refuse_to_overwrite(path, replace=replace)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with unfinished.open("w", encoding=form.file_encoding, newline="") as out:
            written = form.write(rows, columns, out)
            out.flush()
            os.fsync(out.fileno())
        _refuse_to_overwrite(path, replace=replace)
        unfinished.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise
    return written


def _refuse_to_overwrite(path: Path, *, replace: bool) -> None:
    if path.is_dir():
        raise ExportError(f"{path}: it is a folder. Name a file in it.")
    if path.exists() and not replace:
        raise ExportError(f"{path}: it is there already. Add --replace to overwrite it, or choose another name.")
