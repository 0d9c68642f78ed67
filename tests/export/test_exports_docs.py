"""docs/exports.md and the data dictionary against the code: every column and preset is told, and no other."""

from __future__ import annotations

import re

from prospector.commands._push import HOST, PASSWORD, USER
from prospector.export import TABLES
from prospector.export.mail_merge import PRESETS
from prospector.export.outreach_table import COLUMNS
from tests.documents import ROOT, rows

EXPORTS = ROOT / "docs" / "exports.md"
DICTIONARY = (ROOT / "docs" / "data-dictionary.md").read_text("utf-8")


def told(heading: str) -> list[str]:
    """Names in the first column of the table under this heading."""
    section = EXPORTS.read_text("utf-8").partition(f"\n| {heading} | ")[2].partition("\n\n")[0]
    return [name for line in section.splitlines()[2:] for name in re.findall(r"`([\w-]+)`", line.split("|")[1])]


def test_every_column_of_a_letter_is_told_in_order() -> None:
    assert told("column") == list(COLUMNS)


def test_every_preset_is_told_in_the_programs_words() -> None:
    said = {cells[0].strip("`"): cells[1] for cells in rows(EXPORTS, 2)}
    assert told("preset") == list(PRESETS)
    assert {name: said[name] for name in PRESETS} == {name: preset.says for name, preset in PRESETS.items()}


def test_every_variable_of_the_environment_is_told() -> None:
    assert {HOST, PASSWORD, USER} <= set(told("variable"))


def test_every_column_of_a_table_stands_in_the_data_dictionary() -> None:
    for table in TABLES.values():
        missing = [column for column in table.columns if f"`{column}`" not in DICTIONARY]
        assert missing == [], table.name
