"""Exports: one writer per format, the tables people ask for, and files that are written whole or not at all."""

from prospector.export.files import ExportError, export_table
from prospector.export.tables import TABLES, Table

__all__ = ["TABLES", "ExportError", "Table", "export_table"]
