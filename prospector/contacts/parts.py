"""What one walk over a page brings home: mentions of addresses, forms, links. Plain values, judged elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from prospector.contacts.zones import Zone


class How(StrEnum):
    """How an address is written."""

    MAILTO = "mailto"
    TEXT = "text"
    LOOSE = "loose"  # words that are only an address if those around them say so
    SCRIPT = "script"
    ATTRIBUTE = "attribute"


@dataclass(slots=True, kw_only=True)
class Mention:
    """One place where an address stands."""

    address: str
    how: How
    zone: Zone
    before: str = ""
    after: str = ""
    anchor: str = ""  # the link's own words, its title, its icon's name
    heading: str = ""
    row: str = ""  # the rest of its table row or list item
    rel: tuple[str, ...] = ()
    classes: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    action: str
    zone: Zone
    marks: str  # ids, classes, names: what its maker called it
    has_message: bool
    fields: int
    shown: str = ""  # for an embedded form: the address of the frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    href: str
    anchor: str
    zone: Zone
    rel: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Parts:
    """What one walk over a page brings home."""

    title: str = ""
    h1: str = ""
    author: str = ""
    mentions: list[Mention] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    json_ld: list[str] = field(default_factory=list)
