"""Exports: one writer per format, the tables people ask for, and files that are written whole or not at all."""

from prospector.export.files import FORMATS, write_table
from prospector.export.tables import TABLES, Table
from prospector.export.whole import ExportError, TakenError

WHAT = (*TABLES, "outreach", "fix-list")  # what `scrapy export` knows

__all__ = ["FORMATS", "TABLES", "WHAT", "ExportError", "Table", "TakenError", "write_table"]
