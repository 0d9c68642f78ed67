"""docs/campaign.md against the model: every key with its type, default, meaning and example, and no key that isn't there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from prospector.campaign import Campaign, load_campaign
from prospector.campaign_lists import UrlFile
from prospector.campaign_problems import table_in, toml_literal
from prospector.campaign_verdicts import DEAD_KINDS
from prospector.verdicts.policy import Policy

DOCS = Path(__file__).parents[1] / "docs" / "campaign.md"
TYPES = {str: "text", int: "whole number", float: "number", bool: "true or false", timedelta: "time", UrlFile: "file", Path: "folder"}
SAID_IN_WORDS = {"templates.folder": "`templates` beside the file, else the program's own"}


@dataclass(frozen=True, kw_only=True)
class Row:
    key: str
    type: str
    default: str
    meaning: str
    example: str


def duration_text(duration: timedelta) -> str:
    """As one would write it in the file: 24h, 3d, 90s."""
    seconds = duration.total_seconds()
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % length == 0 and (unit != "d" or seconds > length):
            return f"{seconds / length:.0f}{unit}"
    return f"{seconds:g}s"


def rows_of_the_model() -> list[Row]:
    return list(walk(Campaign, ""))


def walk(model: type[BaseModel], prefix: str) -> Iterator[Row]:
    plain_keys_first = sorted(model.model_fields.items(), key=lambda pair: table_in(pair[1].annotation) is not None)
    for name, field in plain_keys_first:
        key = prefix + name
        table = table_in(field.annotation)
        if table is not None:
            yield from walk(table, f"{key}.")
        else:
            assert field.description is not None, f"{key} has no description"
            assert field.examples, f"{key} has no example"
            example = toml_literal(field.examples[0]).replace("|", r"\|")
            yield Row(key=key, type=type_of(field.annotation), default=default_of(key, field), meaning=field.description, example=example)


def type_of(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return " or ".join(f'`"{choice}"`' for choice in get_args(annotation))
    if get_origin(annotation) is tuple:
        return f"list of {type_of(get_args(annotation)[0])}s"
    if annotation in TYPES:
        return TYPES[annotation]
    return type_of(next(part for part in get_args(annotation) if part is not type(None)))


def default_of(key: str, field: FieldInfo) -> str:
    table, *names = key.split(".")
    if key in SAID_IN_WORDS:
        return SAID_IN_WORDS[key]
    if table == "verdicts" and names[0] in DEAD_KINDS:
        return f"`{literal(getattr(getattr(Policy(), names[0]), names[1]))}`"
    if field.is_required():
        return "required"
    return "none" if field.default in (None, (), "") else f"`{literal(field.default)}`"


def literal(value: Any) -> str:
    return toml_literal(duration_text(value) if isinstance(value, timedelta) else value)


def rows_of_the_docs() -> list[Row]:
    rows = []
    for line in DOCS.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 5 and cells[0].startswith("`"):
            key, kind, default, meaning, example = cells
            rows.append(Row(key=key.strip("`"), type=kind, default=default, meaning=meaning, example=example.strip("`")))
    return rows


def test_the_docs_describe_exactly_the_keys_that_a_campaign_has() -> None:
    assert sorted(row.key for row in rows_of_the_docs()) == sorted(row.key for row in rows_of_the_model())


@pytest.mark.parametrize("row", rows_of_the_model(), ids=lambda row: row.key)
def test_a_key_is_documented_as_it_is(row: Row) -> None:
    assert row in rows_of_the_docs()


def test_the_docs_own_example_is_a_campaign_without_mistakes(tmp_path: Path) -> None:

    example = re.search(r"```toml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    assert example is not None
    (tmp_path / "campaign.toml").write_text(example[1], "utf-8")
    (tmp_path / "seeds.txt").write_text("https://library.example.edu/gardening\n")
    campaign = load_campaign(tmp_path / "campaign.toml")
    assert campaign.seed_urls() == ("https://library.example.edu/gardening",)
    assert tomllib.loads(example[1])["name"] == campaign.name
