"""What the states of watched links are called, for people. A new state needs its row here: a test walks them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from prospector.watching.states import State

_WATCHED: Mapping[State, str] = MappingProxyType(
    {
        State.LINKED: "pages link to you",
        State.NOFOLLOW: "pages link to you with nofollow, ugc or sponsored",
        State.MOVED: "pages link to another page of yours",
        State.WRONG_TARGET: "pages meant to link to you, and the address is wrong",
        State.FIXED: "pages were mended without a link to you",
        State.UNCHANGED: "pages still have the dead link",
        State.PAGE_GONE: "pages are gone",
        State.LOST: "pages linked to you, and no longer do",
        State.UNCLEAR: "pages could not be seen: to be looked at again",
    }
)


_SEEN: Mapping[State, str] = MappingProxyType(
    {
        State.LINKED: "your link is there",
        State.NOFOLLOW: "your link is there, with nofollow",
        State.MOVED: "another page of yours is linked",
        State.WRONG_TARGET: "the address is wrong",
        State.FIXED: "mended without you",
        State.UNCHANGED: "the dead link stands",
        State.PAGE_GONE: "the page is gone",
        State.LOST: "your link is gone",
        State.UNCLEAR: "not to be seen",
    }
)


def seen(state: State) -> str:
    """Of one page, at one look."""
    return _SEEN[state]


def watched(state: State) -> str:
    """Goes on after a number."""
    return _WATCHED[state]
