"""Where a web archive shows a capture: to a person, as the bytes that were captured, and with redirects that stay inside the archive."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from prospector.archive.cdx import Archive, Capture, moment
from prospector.items import ArchivedCopy
from prospector.links.urls import normalise

_CAPTURE = re.compile(r"([0-9]{14})(?:[a-z]{2}_)?/(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What an address of an archive shows."""

    captured_at: datetime
    url: str  # the page's own


def page_address(archive: Archive, capture: Capture) -> str:
    """For people: the page as it was, in the archive's frame."""
    return _address(archive, capture, "")


def raw_address(archive: Archive, capture: Capture) -> str:
    """The bytes as they were captured."""
    return _address(archive, capture, "id_")


def following_address(archive: Archive, capture: Capture) -> str:
    """The same, rewritten for the archive. For captures of a redirect: as raw bytes pywb names the address outside, which is not wanted."""
    return _address(archive, capture, "if_")


def shown_at(archive: Archive, address: str, *, memento: str = "") -> Shown | None:
    """Which capture an address shows, after the archive's own redirects. None: it is no address of a capture in this archive.

    :param memento: the header Memento-Datetime (RFC 7089), where it came: archives may show the nearest capture under the time asked for.
    """
    _, _, home = archive.replay.partition("://")
    _, _, place = address.partition("://")
    found = _CAPTURE.fullmatch(place.removeprefix(home)) if place.startswith(home) else None
    captured_at = (_http_date(memento) or moment(found[1])) if found else None
    url = normalise(found[2]) if found else None
    return Shown(captured_at=captured_at, url=url) if captured_at and url else None


def captured_elsewhere(copy: ArchivedCopy) -> str:
    """The page that a copy shows, where it is not the one that was linked: the archive had followed a redirect to it. "" where it is that one."""
    found = next((match for match in _CAPTURE.finditer(copy.archive_url) if moment(match[1])), None)
    shown = normalise(found[2] if "://" in found[2] else f"http://{found[2]}") if found else None
    return shown if shown and _bare(shown) != _bare(copy.target_url) else ""


def _bare(url: str) -> str:
    """What is left once the ways to write the same address are gone: archives keep none of them for sure."""
    return url.partition("://")[2].removeprefix("www.").partition("#")[0].rstrip("/").casefold()


def _http_date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _address(archive: Archive, capture: Capture, modifier: str) -> str:
    return f"{archive.replay}{capture.timestamp}{modifier}/{capture.url}"
