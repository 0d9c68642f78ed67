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


def watched(state: State) -> str:
    """Goes on after a number."""
    return _WATCHED[state]
