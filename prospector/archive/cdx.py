"""The index of a web archive (CDX): how it is asked, and what it answers, in the dialects that exist. Pure: no network, no clock.

A new dialect is a new member of `Dialect`, a branch in `captures_query` and a reader in `_READERS`, with its examples in tests/archive/.

`wayback` (the Internet Archive, https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server): one JSON array of rows under a
row of names, oldest first; a negative limit takes the last rows; filters match a whole field.
`pywb` (https://pywb.readthedocs.io/en/latest/manual/cdxserver_api.html): one JSON object a line; a negative limit finds nothing, the order
is turned round instead; a filter matches a whole field when it begins with "~".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from prospector.links.urls import normalise

MOST_CAPTURES = 300  # the newest of a page; some pages have been captured every day for twenty years
_TIMESTAMP = re.compile(r"[0-9]{14}")
_STATUS = re.compile(r"[1-5][0-9]{2}")


class Dialect(StrEnum):
    WAYBACK = "wayback"
    PYWB = "pywb"


class NotAnIndexError(ValueError):
    """What came is no answer of a capture index: an error page, half of an answer, somebody else's JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Where a web archive is, and how it wants to be asked."""

    cdx: str = "https://web.archive.org/cdx/search/cdx"
    replay: str = "https://web.archive.org/web/"  # what comes before "<timestamp>/<URL>"; ends in a slash
    dialect: Dialect = Dialect.WAYBACK


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One visit of the archive to a page."""

    captured_at: datetime
    url: str  # as captured, normalised
    status: int | None = None  # None: the archive only noted that nothing had changed since another capture with this digest
    mime: str = ""
    digest: str = ""

    @property
    def timestamp(self) -> str:
        return self.captured_at.strftime("%Y%m%d%H%M%S")


def captures_query(archive: Archive, url: str, *, status: int | None = None) -> str:
    """Ask for the newest captures of `url`, of one status only if that is given."""
    asked: dict[str, str] = {"url": url, "output": "json"}
    match archive.dialect:
        case Dialect.WAYBACK:
            asked |= {"fl": "timestamp,original,mimetype,statuscode,digest", "limit": str(-MOST_CAPTURES)}
            if status is not None:
                asked["filter"] = f"statuscode:{status}"
        case Dialect.PYWB:
            asked |= {"fl": "timestamp,url,mime,status,digest", "sort": "reverse", "limit": str(MOST_CAPTURES)}
            if status is not None:
                asked["filter"] = f"~status:{status}"
    return f"{archive.cdx}?{urlencode(asked)}"


def read_captures(body: bytes, dialect: Dialect) -> tuple[Capture, ...]:
    """The captures in an answer, newest first. Rows that make no sense are left out.

    :raises NotAnIndexError: the answer as a whole makes none.
    """
    try:
        rows = _READERS[dialect](body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise NotAnIndexError(f"not an answer of a capture index: {body[:60]!r}") from error
    captures = [capture for row in rows[: 2 * MOST_CAPTURES] if (capture := _capture(row)) is not None]
    return tuple(sorted(captures, key=lambda capture: capture.captured_at, reverse=True))


Rows = list[Mapping[str, str]]


def _wayback_rows(text: str) -> Rows:
    table = json.loads(text)
    if not isinstance(table, list) or not all(isinstance(row, list) for row in table):
        raise ValueError("not a table")
    if not table:
        return []
    names, *rows = table
    if "timestamp" not in names or "original" not in names:
        raise ValueError("a table of something else")
    return [_texts(dict(zip(names, row, strict=False))) for row in rows]


def _pywb_rows(text: str) -> Rows:
    rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    if not all(isinstance(row, dict) and "timestamp" in row for row in rows):
        raise ValueError("not captures")
    return [_texts({"original": row.get("url"), "mimetype": row.get("mime"), "statuscode": row.get("status"), **row}) for row in rows]


_READERS: Mapping[Dialect, Callable[[str], Rows]] = {Dialect.WAYBACK: _wayback_rows, Dialect.PYWB: _pywb_rows}


def _texts(row: Mapping[Any, Any]) -> dict[str, str]:
    return {str(name): "" if value is None else str(value) for name, value in row.items()}


def _capture(row: Mapping[str, str]) -> Capture | None:
    url = normalise(row.get("original", ""))
    captured_at = moment(row.get("timestamp", ""))
    if url is None or captured_at is None:
        return None
    status = row.get("statuscode", "")
    return Capture(
        captured_at=captured_at,
        url=url,
        status=int(status) if _STATUS.fullmatch(status) else None,
        mime=row.get("mimetype", "").partition(";")[0].strip().lower(),
        digest=row.get("digest", "").removeprefix("sha1:"),
    )


def moment(timestamp: str) -> datetime | None:
    """`20190412083000` as a time; None if it is none."""
    if not _TIMESTAMP.fullmatch(timestamp):
        return None
    try:
        return datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
