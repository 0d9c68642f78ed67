"""Builders for the tests of verdicts: a page as a server would send it, and an observation of it with its controls."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

from prospector.items import BodySample, Control, ControlKind, Hop, Observation, Outcome, Via
from prospector.verdicts.reading import read_body
from prospector.verdicts.suspects import expected_words, siblings, similarity, suspicion, wanted_next

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

Answer = tuple[int, str]  # status and document, or 3xx and the address it leads to
Site = Callable[[str], Answer]  # path (with query) → answer

PROSE = (
    "The mill pond froze late that winter and the keeper wrote every morning how thick the ice had grown beneath the old wooden bridge. "
    "Skaters came from four villages, some with lanterns, and the baker sold warm rolls from a sledge until the bells rang for supper. "
)
HOME = f"<title>Lake Society</title><body><h1>Welcome to the society by the lake</h1><p>{PROSE}</p></body>"
LOST = "<title>Page not found</title><body><h1>Page not found</h1><p>What you asked for is not here. Try the search.</p></body>"


def page(title: str, text: str = PROSE * 4, head: str = "") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1><p>{text}</p></body></html>"


def site(pages: dict[str, Answer] | None = None, *, other: Answer = (404, LOST)) -> Site:
    """A host: some known paths, and one answer for all others."""
    known: dict[str, Answer] = {"/": (200, HOME)} | (pages or {})
    return lambda path: known.get(path, other)


def sample(html: str, url: str = "https://lake.example/a/page.html", *, expected: Iterable[str] = (), close: bool = True) -> BodySample:
    data = html.encode()
    return read_body(
        html,
        url=url,
        content_type="text/html",
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        complete=True,
        expected=tuple(expected),
        close=close,
    )


def visit(host: Site, url: str, *, anchors: Iterable[str] = (), at: datetime = START) -> Observation:
    """What checking/ does: ask, and where the answer is suspicious, ask for controls."""
    expected = expected_words(url, anchors)
    status, html, final, hops = _follow(host, url)
    seen = Observation(
        target_url=url,
        observed_at=at,
        outcome=Outcome.ANSWERED,
        status=status,
        final_url=final,
        hops=hops,
        body=sample(html, final, expected=expected, close=False),
        expected=expected,
    )
    if not suspicion(seen):
        return seen
    close = sample(html, final, expected=expected)
    seen = replace(seen, body=close)
    made_up = iter(siblings(url, random.Random(5)))
    while kind := wanted_next(seen):
        asked = urljoin(url, "/") if kind is ControlKind.ROOT else next(made_up)
        seen = replace(seen, controls=(*seen.controls, _control(host, kind, asked, close, expected)))
    return seen


def _control(host: Site, kind: ControlKind, url: str, suspect: BodySample, expected: tuple[str, ...]) -> Control:
    status, html, final, _ = _follow(host, url)
    body = sample(html, final, expected=expected)
    return Control(
        kind=kind,
        url=url,
        outcome=Outcome.ANSWERED,
        status=status,
        final_url=final,
        title=body.title,
        sha256=body.sha256,
        similarity=similarity(suspect.shingles, body.shingles),
        words_present=body.words_present,
        signs=body.signs,
    )


def _follow(host: Site, url: str) -> tuple[int, str, str, tuple[Hop, ...]]:
    hops: list[Hop] = []
    start = urlsplit(url).netloc
    while True:
        parts = urlsplit(url)
        if parts.netloc != start:  # another site: whatever is asked for, it shows its own page
            return 200, page("A market of names"), url, tuple(hops)
        status, html = host(parts.path + (f"?{parts.query}" if parts.query else ""))
        if not 300 <= status < 400:
            return status, html, url, tuple(hops)
        hops.append(Hop(url=url, status=status, location=html))
        url = urljoin(url, html)


def answered(
    status: int = 200, *, at: datetime = START, html: str = HOME, via: Via = Via.HTTP, url: str = "https://lake.example/a/page.html"
) -> Observation:
    body = sample(html, url, close=False) if via in (Via.HTTP, Via.BROWSER) else None
    return Observation(target_url=url, observed_at=at, outcome=Outcome.ANSWERED, status=status, final_url=url, body=body, via=via)


def failed(
    outcome: Outcome, *, at: datetime = START, url: str = "https://lake.example/a/page.html", detail: str = "", offline: bool = False
) -> Observation:
    return Observation(target_url=url, observed_at=at, outcome=outcome, final_url=url, detail=detail, offline=offline)
