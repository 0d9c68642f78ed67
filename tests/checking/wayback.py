"""A web archive in the Wayback Machine's dialect, on a misbehaving site."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from prospector.archive.cdx import Archive, captures_query
from tests.misbehaving_site import MisbehavingSite

HOST = "web.archive.test"
NAMES = ["timestamp", "original", "mimetype", "statuscode", "digest"]
Row = Sequence[str]


class Wayback:
    def __init__(self, site: MisbehavingSite) -> None:
        self.site = site
        home = site.url("", host=HOST)
        self.archive = Archive(cdx=f"{home}/cdx/search/cdx", replay=f"{home}/web/")

    def index_path(self, url: str, *, status: int | None = None) -> str:
        parts = urlsplit(captures_query(self.archive, url, status=status))
        return f"{parts.path}?{parts.query}"

    def has(self, url: str, *rows: Row, status: int | None = None) -> None:
        """The index knows these captures of `url`, oldest first: rows as NAMES."""
        self.says(url, json.dumps([NAMES, *rows] if rows else []), status=status)

    def says(
        self, url: str, body: str | bytes, *, code: int = 200, status: int | None = None, kind: str = "application/json", **headers: str
    ) -> None:
        """The index answers so."""
        given = {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
        self.site.serves(self.index_path(url, status=status), status=code, body=body, headers=given, host=HOST)

    def shows(
        self, timestamp: str, url: str, body: str | bytes = b"", *, code: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        """What it replays; a Location in `headers` is rewritten, as the Wayback Machine does."""
        for modifier in ("id_", "if_"):
            given = dict(headers or {})
            if "Location" in given:
                given["Location"] = f"/web/{timestamp}{modifier}/{given['Location']}"
            self.site.serves(f"/web/{timestamp}{modifier}/{url}", status=code, body=body, headers=given, host=HOST)

    def asked_for(self, url: str) -> int:
        """How often the index was asked for `url`."""
        return len(self.site.hits(self.index_path(url)))


def row(timestamp: str, url: str, status: str = "200", *, mime: str = "text/html", digest: str = "") -> Row:
    return [timestamp, url, mime, status, digest or f"D{timestamp}"]
