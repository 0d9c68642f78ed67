"""The reports that are known: rows of `tools/*.toml`, each with its headings, where they are from, and a sample."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Kind(StrEnum):
    """What a row of a report speaks of."""

    LINKS = "links"  # a link: from a page to a page
    PAGES = "pages"  # a page, and how many link to it
    SITES = "sites"  # a site, and how often it links


NEEDED = {Kind.LINKS: ("source",), Kind.PAGES: ("target",), Kind.SITES: ("site",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    id: str
    tool: str
    name: str
    kind: Kind
    marks: tuple[str, ...]  # headings that must all be there, folded; none: only where no other report fits
    columns: dict[str, tuple[str, ...]]  # our name → the tool's headings for it, folded
    known: frozenset[str]  # headings that are understood, and not needed; folded
    shape: tuple[str, ...]  # of the columns' values, where the headings are in a language that we do not know
    sample: str
    checked: date  # when the headings were last compared with their source
    source: str

    @property
    def title(self) -> str:
        return f"{self.tool}: {self.name}"

    def column(self, heading: str) -> str:
        """Our name for a heading (folded); "" when there is none."""
        return next((name for name, theirs in self.columns.items() if heading in theirs), "")


def folded(heading: str) -> str:
    """A heading as it is compared: case, quotes and spaces aside."""
    return " ".join(heading.strip("\ufeff\"' \t").casefold().split())


@cache
def all_reports() -> tuple[Report, ...]:
    """Every known report. Those with more marks come first: they are the more particular ones."""
    found = []
    for path in sorted(files("prospector.backlinks").joinpath("tools").iterdir(), key=lambda one: one.name):
        if not path.name.endswith(".toml"):
            continue
        tool = tomllib.loads(path.read_text(encoding="utf-8"))
        found += [
            Report(
                id=row["id"],
                tool=tool["tool"],
                name=row["name"],
                kind=Kind(row["kind"]),
                marks=tuple(map(folded, row["marks"])),
                columns={name: tuple(map(folded, theirs)) for name, theirs in row["columns"].items()},
                known=frozenset(map(folded, row["known"])),
                shape=tuple(row.get("shape", ())),
                sample=row["sample"].lstrip("\n"),
                checked=tool["checked"],
                source=tool["source"],
            )
            for row in tool["report"]
        ]
    return tuple(sorted(found, key=lambda one: (-len(one.marks), one.id)))
