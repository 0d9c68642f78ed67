"""The pages that make up a frameset: what a reader sees at its address stands in them."""

from __future__ import annotations

from prospector.links.parsing import parse
from prospector.links.urls import normalise

MAX_FRAMES = 8  # of one frameset
MAX_HTML = 3_000_000


def frame_pages(html: str, url: str) -> tuple[str, ...]:
    """Their addresses, in order, each once; () for a page without a frameset."""
    if "<frameset" not in html.lower():
        return ()
    frames = parse(html[:MAX_HTML]).css("frameset frame[src]")[:MAX_FRAMES]
    return tuple(dict.fromkeys(source for frame in frames if (source := normalise(frame.attributes.get("src") or "", url))))
