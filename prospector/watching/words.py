"""What the states of watched links are called, for people. A new state needs its row here: a test walks them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from prospector.watching.states import State

_WATCHED: Mapping[State, tuple[str, str]] = MappingProxyType(
    {
        State.LINKED: ("link to you stands", "links to you stand"),
        State.NOFOLLOW: ("link to you stands, with nofollow, ugc or sponsored", "links to you stand, with nofollow, ugc or sponsored"),
        State.MOVED: ("link leads to another page of yours", "links lead to another page of yours"),
        State.WRONG_TARGET: ("link is meant for you, and its address is wrong", "links are meant for you, and their address is wrong"),
        State.FIXED: ("dead link was mended without one to you", "dead links were mended without one to you"),
        State.UNCHANGED: ("dead link still stands", "dead links still stand"),
        State.PAGE_GONE: ("link is gone with its page", "links are gone with their page"),
        State.LOST: ("link to you is gone from its page", "links to you are gone from their page"),
        State.UNCLEAR: ("could not be seen: to be looked at again", "could not be seen: to be looked at again"),
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


def watched(state: State, number: int) -> str:
    """Goes on after the number."""
    return _WATCHED[state][number != 1]


def suspected(number: int) -> str:
    """Of links that one look did not find; goes on after the number."""
    return "looks lost: a second look must say so too" if number == 1 else "look lost: a second look must say so too"
