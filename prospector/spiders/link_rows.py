"""Rows of a list in batches: the way of an item through Scrapy costs as much as half a check, so many rows go it together.

The files that Scrapy writes hold a row for each link all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scrapy.exporters import (
    BaseItemExporter,
    CsvItemExporter,
    JsonItemExporter,
    JsonLinesItemExporter,
    MarshalItemExporter,
    PickleItemExporter,
    XmlItemExporter,
)


@dataclass(frozen=True, slots=True)
class Rows:
    """An item: the rows that were ready at the same time, never none."""

    rows: tuple[dict[str, Any], ...]


class _RowByRow(BaseItemExporter):
    """Stands before one of Scrapy's exporters."""

    def export_item(self, item: Any) -> None:
        """Scrapy's hook."""
        for row in item.rows if isinstance(item, Rows) else (item,):
            super().export_item(row)  # type: ignore[safe-super]  # the next in line is the real one


class Json(_RowByRow, JsonItemExporter):
    pass


class JsonLines(_RowByRow, JsonLinesItemExporter):
    pass


class Csv(_RowByRow, CsvItemExporter):
    pass


class Xml(_RowByRow, XmlItemExporter):
    pass


class Marshal(_RowByRow, MarshalItemExporter):
    pass


class Pickle(_RowByRow, PickleItemExporter):
    pass


# for the setting FEED_EXPORTERS: every format that Scrapy writes
EXPORTERS: Mapping[str, type[BaseItemExporter]] = {
    "json": Json,
    "jsonlines": JsonLines,
    "jsonl": JsonLines,
    "jl": JsonLines,
    "csv": Csv,
    "xml": Xml,
    "marshal": Marshal,
    "pickle": Pickle,
}
