"""Columns as mail-merge tools import them. Each tool is a row of mail_merge.toml, with where its columns are told."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    name: str
    says: str
    source: str  # where the tool's maker tells of its import
    columns: Mapping[str, str]  # the tool's heading → our column


def merged(preset: Preset, rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], list[Mapping[str, Any]]]:
    """The preset's headings, and the rows under them."""
    return tuple(preset.columns), [{heading: row[column] for heading, column in preset.columns.items()} for row in rows]


def _presets() -> dict[str, Preset]:
    tables = tomllib.loads((resources.files(__package__) / "mail_merge.toml").read_text(encoding="utf-8"))
    return {name: Preset(name=name, **table) for name, table in tables.items()}


PRESETS: Mapping[str, Preset] = MappingProxyType(_presets())
