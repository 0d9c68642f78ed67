"""Rows as an Excel workbook, a row at a time: a large table needs no memory. Every text is written as text, whatever it looks like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from prospector.export.cells import cell, fitting
from prospector.export.whole import ExportError

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

MAX_ROWS = 1_048_576  # of a sheet, the heading among them
_WIDTHS = ((("url",), 44), (("title", "reason", "text", "context", "parts", "body", "subject"), 40))
_WIDTH = 18


class _Sheet(Protocol):
    def write_string(self, row: int, column: int, text: str) -> object: ...
    def write_number(self, row: int, column: int, number: float) -> object: ...


def write_rows(rows: Iterable[Mapping[str, object]], columns: Sequence[str], path: Path, *, name: str) -> int:
    """How many rows were written.

    :param name: of the sheet.
    :raises ExportError: xlsxwriter is not installed, or there are more rows than a sheet holds.
    """
    try:
        from xlsxwriter import Workbook  # noqa: PLC0415  # an extra: only workbooks need it
    except ImportError as error:
        raise ExportError("xlsx needs a package that is not installed. Install it with: pip install 'prospector[xlsx]'") from error
    written = 0
    # constant_memory: a row is on the disk before the next comes
    with Workbook(path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(name[:31])
        _dress(sheet, columns)
        bold = book.add_format({"bold": True})
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column, bold)
        for written, row in enumerate(rows, start=1):
            if written == MAX_ROWS:
                raise ExportError(f"there are more rows than the {MAX_ROWS:,} of a sheet. Use --format csv.")
            for place, column in enumerate(columns):
                _write(sheet, written, place, row[column])
    return written


def _dress(sheet: Worksheet, columns: Sequence[str]) -> None:
    """The heading stays in sight, and columns are as wide as they are read."""
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        parts = column.split("_")
        sheet.set_column(place, place, next((width for words, width in _WIDTHS if any(word in parts for word in words)), _WIDTH))


def _write(sheet: _Sheet, row: int, column: int, value: object) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value)
    elif shown := fitting(cell(value)):
        sheet.write_string(row, column, shown)
