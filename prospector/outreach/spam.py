"""Phrases that make a letter read, and be filtered, as advertising. Rows in spam_phrases.toml, each with what it catches and spares."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from prospector.outreach.findings import Finding, warning


@dataclass(frozen=True, slots=True, kw_only=True)
class SpamPhrase:
    id: str
    language: str
    pattern: re.Pattern[str]
    why: str
    catches: str
    spares: str


def spam(text: str) -> Iterator[Finding]:
    """An objection for each row that a text matches, with the words that did."""
    flat = " ".join(text.split())
    for row in spam_phrases():
        if match := row.pattern.search(flat):
            yield warning(f"“{match[0]}”: {row.why}", match[0], rule=f"spam-{row.id}")


@cache
def spam_phrases() -> tuple[SpamPhrase, ...]:
    table = tomllib.loads(files(__package__).joinpath("spam_phrases.toml").read_text(encoding="utf-8"))
    return tuple(
        SpamPhrase(
            id=row["id"],
            language=row["language"],
            pattern=re.compile(row["pattern"], 0 if row.get("exact_case") else re.IGNORECASE),
            why=row["why"],
            catches=row["catches"],
            spares=row["spares"],
        )
        for row in table["phrase"]
    )
