"""All captures of a page → which to read, and since when it failed. Pure.

A capture in which the archive only noted "nothing changed" (a revisit) is what the capture with the same digest was; where none has it,
nobody can say, and it counts as a sign of life: failures before it prove nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from prospector.archive.cdx import Capture

GONE = frozenset({404, 410})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HTML = frozenset({"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"})
MOST_READ = 4  # captures of one page that are fetched before it counts as lost
APART = timedelta(days=180)  # a parked domain stays parked for years: after a bad capture one much older is tried
MOST_FAILURES = 60
FAILURES_APART = timedelta(days=7)  # a page that was asked for every hour failed once


@dataclass(frozen=True, slots=True)
class History:
    """A page's captures, newest first."""

    captures: tuple[Capture, ...]

    @classmethod
    def of(cls, captures: Sequence[Capture]) -> History:
        """Sort them, and say of revisits what they were."""
        known = {capture.digest: capture for capture in captures if capture.status is not None and capture.digest}
        resolved = [
            replace(capture, status=known[capture.digest].status, mime=known[capture.digest].mime)
            if capture.status is None and capture.digest in known
            else capture
            for capture in captures
        ]
        return cls(tuple(sorted(resolved, key=lambda capture: capture.captured_at, reverse=True)))

    @property
    def good(self) -> tuple[Capture, ...]:
        return tuple(capture for capture in self.captures if capture.status == 200)

    @property
    def redirects(self) -> tuple[Capture, ...]:
        return tuple(capture for capture in self.captures if capture.status in REDIRECTS)

    def to_read(self) -> tuple[Capture, ...]:
        """Good captures of web pages in the order in which to try them: the newest, then ones that are likely to differ from it."""
        pages = [capture for capture in self.good if capture.mime in HTML]
        far = list(_spread(pages))
        near = [capture for capture in _distinct(pages) if capture not in far]
        return tuple((far + near)[:MOST_READ])

    def not_pages(self) -> tuple[Capture, ...]:
        """Good captures of documents and pictures."""
        return tuple(capture for capture in self.good if capture.mime and capture.mime not in HTML)

    def failures(self, *, lost: Collection[Capture] = ()) -> tuple[datetime, ...]:
        """When the page was captured missing, after it was last captured alive; oldest first.

        :param lost: captures that claim to be good and were seen to be error pages.
        """
        digests = {capture.digest for capture in lost if capture.digest}
        since: list[datetime] = []
        for capture in self.captures:
            if capture.status in GONE:
                since.append(capture.captured_at)
            elif (capture.status == 200 or capture.status is None) and capture not in lost and capture.digest not in digests:
                break
        return tuple(_thinned(since[::-1]))[-MOST_FAILURES:]


def _distinct(captures: Sequence[Capture]) -> Iterator[Capture]:
    seen = set()
    for capture in captures:
        key = capture.digest or capture.timestamp
        if key not in seen:
            seen.add(key)
            yield capture


def _spread(captures: Sequence[Capture]) -> Iterator[Capture]:
    last: datetime | None = None
    for capture in _distinct(captures):
        if last is None or last - capture.captured_at >= APART:
            last = capture.captured_at
            yield capture


def _thinned(moments: Sequence[datetime]) -> Iterator[datetime]:
    last: datetime | None = None
    for at in moments:
        if last is None or at - last >= FAILURES_APART:
            last = at
            yield at
