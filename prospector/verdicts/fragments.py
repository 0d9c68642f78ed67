"""Links to a place on a page: whether the page has it. Never death, a note at most."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from prospector.links.parsing import parse

MOST_FRAGMENTS = 20  # of one target; a list may link to every entry of a glossary
MADE_BY_RENDERERS = ("user-content-",)  # put before the names of places by code hosts; their scripts find them without it


def missing_places(html: str, fragments: Iterable[str]) -> tuple[str, ...]:
    """Of these fragments those that name no element: https://html.spec.whatwg.org/multipage/browsing-the-web.html#scrolling-to-a-fragment.

    What no element is looked up for is left out: nothing, "top", text fragments (:~:), routes of applications (!, /), what has a "=".
    """
    wanted = {name: fragment for fragment in list(fragments)[:MOST_FRAGMENTS] if (name := _place(fragment))}
    if not wanted:
        return ()
    there: set[str] = set()
    for node in parse(html).css("[id],a[name]"):
        there.update(value for key in ("id", "name") if (value := node.attributes.get(key)))
    return tuple(
        fragment
        for name, fragment in wanted.items()
        if not there & {name, unquote(name), *(f"{prefix}{unquote(name)}" for prefix in MADE_BY_RENDERERS)}
    )


def _place(fragment: str) -> str:
    name = fragment.partition(":~:")[0]
    return "" if name.lower() == "top" or name.startswith(("!", "/")) or "=" in name else name
