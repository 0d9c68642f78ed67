"""The demo's web archive: the few captures of `archive.toml`, served in the Wayback Machine's dialect."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin

from prospector.demo import render
from prospector.demo.sites import Answer, Site

CAPTURES = Path(__file__).with_name("archive.toml")
STOCK = Path(__file__).with_name("stock")
HOST = "web-archive.test"
INDEX = "/cdx/search/cdx"
FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_REPLAY = re.compile(r"/web/([0-9]{14})([a-z]{2}_)?/(.+)", re.DOTALL)
NOT_ARCHIVED = Answer(status=404, headers={"Content-Type": "text/html"}, body=b"<title>Not archived</title><h1>Not archived</h1>")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRow:
    """A capture as `archive.toml` writes it."""

    at: datetime
    url: str
    status: int = 200
    location: str = ""  # where it redirected to, as the page wrote it
    title: str = ""
    name: str = ""  # of the site
    language: str = "en"
    text: str = ""
    stock: str = ""  # instead of a text: a page of `stock/`, without ".html"

    @property
    def timestamp(self) -> str:
        return self.at.astimezone(UTC).strftime("%Y%m%d%H%M%S")

    def body(self) -> bytes:
        if self.status != 200:
            return b""
        if self.stock:
            return STOCK.joinpath(f"{self.stock}.html").read_bytes()
        page = render.page(heading=self.title, text=self.text, name=self.name, language=self.language, charset="utf-8")
        return page.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSite(Site):
    """A host that answers for its captures."""

    captures: tuple[CaptureRow, ...]  # oldest first

    def answer(self, path: str) -> Answer:
        place, _, query = path.partition("?")
        if place == INDEX:
            return self._index(query)
        replay = _REPLAY.fullmatch(path)
        return self._replay(replay[1], replay[2] or "", replay[3]) if replay else self.pages.get(path, self.lost)

    def _index(self, query: str) -> Answer:
        asked = {name: values[-1] for name, values in parse_qs(query).items()}
        fields = asked["fl"].split(",") if "fl" in asked else list(FIELDS)
        rows = [self._row(capture) for capture in self._of(asked.get("url", ""))]
        for wanted in parse_qs(query).get("filter", []):
            field, _, value = wanted.partition(":")
            rows = [row for row in rows if re.fullmatch(value, row[field])]
        limit = int(asked.get("limit", "1000"))
        rows = rows[:limit] if limit >= 0 else rows[limit:]
        table = [fields, *([row[field] for field in fields] for row in rows)] if rows else []
        return Answer(headers={"Content-Type": "application/json"}, body=json.dumps(table).encode())

    def _replay(self, timestamp: str, modifier: str, url: str) -> Answer:
        captures = self._of(url)
        if not captures:
            return NOT_ARCHIVED
        nearest = min(captures, key=lambda capture: abs(int(capture.timestamp) - int(timestamp)))
        if nearest.timestamp != timestamp:
            return Answer(status=302, headers={"Location": f"/web/{nearest.timestamp}{modifier}/{nearest.url}"})
        headers = {"Content-Type": "text/html; charset=utf-8"}
        if nearest.location:
            headers["Location"] = f"/web/{timestamp}{modifier}/{urljoin(nearest.url, nearest.location)}"
        return Answer(status=nearest.status, headers=headers, body=nearest.body())

    def _of(self, url: str) -> Sequence[CaptureRow]:
        return [capture for capture in self.captures if capture.url == url]

    def _row(self, capture: CaptureRow) -> dict[str, str]:
        body = capture.body()
        return {
            "urlkey": capture.url.partition("://")[2],
            "timestamp": capture.timestamp,
            "original": capture.url,
            "mimetype": "text/html",
            "statuscode": str(capture.status),
            "digest": hashlib.sha1(body or capture.location.encode(), usedforsecurity=False).hexdigest().upper(),
            "length": str(len(body)),
        }


def archive_site() -> ArchiveSite:
    """The archive, the same in every round. Raises on a mistake in our own file."""
    raw: list[dict[str, Any]] = tomllib.loads(CAPTURES.read_text(encoding="utf-8"))["captures"]
    captures = sorted((CaptureRow(**row) for row in raw), key=lambda capture: (capture.url, capture.at))
    return ArchiveSite(host=HOST, pages={}, lost=NOT_ARCHIVED, certificate="self-signed", captures=tuple(captures))
