"""What stands in a cell: numbers, dates and yes or no, as the tools of different countries write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_GROUPED = re.compile(r"^\d{1,3}(?:[.,  \u00a0\u202f'’]\d{3})+$")
_DIGITS = re.compile(r"^\d+$")
_DECIMAL = re.compile(r"^\d+[.,]\d+$")
_NOT_DIGITS = re.compile(r"\D")
_YES = frozenset(("true", "1", "yes", "y", "nofollow", "ugc", "sponsored", "lost", "wahr", "vrai", "x", "+"))
_DATES = ("%d.%m.%Y", "%d %b %Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%Y/%m/%d", "%d-%b-%Y")


def number_of(cell: str) -> float | None:
    """1240 from "1240", "1,240", "1.240" and "1 240"; 12.5 from "12.5" and "12,5"; None when it is no number."""
    text = cell.strip().removesuffix("%")
    if _DIGITS.match(text):
        return float(text)
    if _GROUPED.match(text):
        return float(_NOT_DIGITS.sub("", text))
    if _DECIMAL.match(text):
        return float(text.replace(",", "."))
    return None


def date_of(cell: str) -> datetime | None:
    """A day (UTC) that can be read in one way only; None for "03/04/2026", which is two days."""
    text = cell.strip()
    if not text:
        return None
    found = _iso(text) or _written_out(text)
    if found is None:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.replace(" UTC", "+00:00"))
    except ValueError:
        return None


def _written_out(text: str) -> datetime | None:
    for form in _DATES:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the caller adds the zone
        except ValueError:
            continue
    parts = text.split(" ", maxsplit=1)[0].split("/")
    if len(parts) == 3 and all(part.isdigit() for part in parts) and len(parts[2]) == 4:
        first, second, year = map(int, parts)
        day, month = (first, second) if first > 12 else (second, first)
        if first > 12 or second > 12 or first == second:
            try:
                return datetime(year, month, day)  # noqa: DTZ001 - the caller adds the zone
            except ValueError:
                return None
    return None


def is_yes(cell: str) -> bool:
    return cell.strip().casefold() in _YES
