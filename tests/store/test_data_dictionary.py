"""The data dictionary describes the real schema: every table, view and column, and none that isn't there."""

from __future__ import annotations

import re
from pathlib import Path

from prospector.store import Store

DICTIONARY = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


def described() -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    for line in DICTIONARY.read_text("utf-8").splitlines():
        if heading := re.fullmatch(r"### `(\w+)`", line):
            columns = tables.setdefault(heading[1], [])
        elif line.startswith("## "):
            columns = []  # of what is no table
        elif row := re.match(r"\| `(\w+)` \| \S", line):
            columns.append(row[1])
    return tables


def real(store: Store) -> dict[str, list[str]]:
    """What a person meets; the search index's and SQLite's own inner tables are left out."""
    names = store._session.column(
        r"SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE '%\_fts\__%' ESCAPE '\'"
    )
    return {name: store._session.column("SELECT name FROM pragma_table_info(?)", (name,)) for name in names}


def test_every_table_view_and_column_is_described_in_order_and_nothing_else(store: Store) -> None:
    assert described() == real(store)
