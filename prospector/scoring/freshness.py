"""When was a page last changed? From what it says itself, what its server says, and last the year of its copyright note. Pure.

Only the age in years matters, so of a date that is written in some language the year is enough; then the latest day it may mean is taken.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.resources import files

from selectolax.lexbor import LexborHTMLParser

from prospector.contacts.words import Phrases, fold
from prospector.links.parsing import parse

MAX_HTML = 3_000_000
ON_REQUEST_SECONDS = 120.0  # a Last-Modified this close to the fetch is the server's clock, not an edit
EARLIEST = 1993  # no page is older
AFTER = 40  # characters after the words that promise a date
MOST_SAID = 20  # places of a page that promise one
_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/.年]\s?(\d{1,2})[-/.月]\s?(\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[./-]\s?(\d{1,2})[./-]\s?((?:19|20)\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright|copyleft)[^\d\n]{0,60}((?:19|20)\d\d)(?:\s?(?:[-–—,/]|to|bis)\s?((?:19|20)\d\d))?", re.IGNORECASE
)
_JSON_MODIFIED = re.compile(r'"dateModified"\s*:\s*"([^"]{4,40})"')
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WITH_MONTH = re.compile(
    r"(?<![a-z])(" + "|".join(_MONTHS) + r")[a-z]{0,6}\.?,?\s(?:\d{1,2}(?:st|nd|rd|th)?,?\s)?((?:19|20)\d\d)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The last change of a page, as far as is known."""

    on: date
    told_by: str  # a clause
    sure: bool = True  # False: a copyright note, which many pages print anew each year by themselves


def last_changed(html: str, *, last_modified: str, fetched_at: datetime) -> Change | None:
    """The latest of what page and server say; None where nobody says. Never raises on what they say."""
    today = fetched_at.date()
    tree = parse(html[:MAX_HTML])
    said = [*_by_server(last_modified, fetched_at), *_in_head(tree, html, today)]
    text = _text(tree)
    said += _in_text(text, today)
    possible = (change for change in said if change.on.year >= EARLIEST and change.on <= today)
    return max(possible, key=lambda change: change.on, default=None) or _by_copyright(text, today)


def _by_server(last_modified: str, fetched_at: datetime) -> Iterator[Change]:
    try:
        changed = parsedate_to_datetime(last_modified)
    except (ValueError, TypeError, OverflowError):
        return
    changed = changed if changed.tzinfo else changed.replace(tzinfo=UTC)
    if abs((fetched_at - changed).total_seconds()) >= ON_REQUEST_SECONDS:
        yield Change(on=changed.date(), told_by="says its server")


def _in_head(tree: LexborHTMLParser, html: str, today: date) -> Iterator[Change]:
    names = _rows()["meta"]
    for meta in tree.css("meta[content]")[:200]:
        attributes = meta.attributes
        key = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or attributes.get("http-equiv") or ""
        if key.lower() in names:
            yield from _dated(attributes.get("content") or "", today, "says its head")
    for match in list(_JSON_MODIFIED.finditer(html[:MAX_HTML]))[:MOST_SAID]:
        yield from _dated(match[1], today, "says its data")
    for node in tree.css('time.updated[datetime], time[itemprop="dateModified"][datetime]')[:MOST_SAID]:
        yield from _dated(node.attributes.get("datetime") or "", today, "the page says so")


def _in_text(text: str, today: date) -> Iterator[Change]:
    folded = fold(text)
    # at the end of a page such words are likelier about the page than about an entry
    for end in list(_promises().ends(folded))[-MOST_SAID:]:
        yield from _dated(folded[end : end + AFTER], today, "the page says so")


def _dated(text: str, today: date, told_by: str) -> Iterator[Change]:
    """The first date in a text."""
    text = text[:100]
    if match := _ISO.search(text):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif match := _DAY_FIRST.search(text):
        year, month, day = int(match[3]), int(match[2]), int(match[1])
    elif match := _WITH_MONTH.search(text):
        year, month, day = int(match[2]), _MONTHS.index(match[1].lower()) + 1, 28
    elif match := _YEAR.search(text):
        year, month, day = int(match[1]), 12, 31
    else:
        return
    if month > 12:  # the American order
        month, day = day, month
    try:
        on = date(year, month, day)
    except ValueError:
        return
    # "March 2026", "2026": not later than today
    yield Change(on=min(on, today) if on.year == today.year else on, told_by=told_by)


def _by_copyright(text: str, today: date) -> Change | None:
    years = [int(match[2] or match[1]) for match in list(_COPYRIGHT.finditer(text))[-MOST_SAID:]]
    known = [year for year in years if EARLIEST <= year <= today.year]
    if not known:
        return None
    year = max(known)
    return Change(on=min(today, date(year, 12, 31)), told_by=f"copyright {year}", sure=False)


def _text(tree: LexborHTMLParser) -> str:
    for node in tree.css("script, style, template, textarea, noscript"):
        node.decompose()
    return " ".join(tree.body.text(separator=" ").split()) if tree.body else ""


@cache
def _rows() -> dict[str, frozenset[str]]:
    table = tomllib.loads(files("prospector.scoring").joinpath("dates.toml").read_text(encoding="utf-8"))
    return {"changed": frozenset(table["changed"]), "meta": frozenset(name.lower() for name in table["meta"])}


@cache
def _promises() -> Phrases:
    return Phrases(_rows()["changed"])
