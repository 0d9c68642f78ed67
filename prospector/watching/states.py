"""A page that was visited again → whether your link stands on it. Pure: no network, no clock, no store.

What could not be seen is unclear, never a loss: a time-out, a wall, a server in trouble, a page that broke off or needs a browser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from prospector.items import OutboundLink, Outcome
from prospector.links.sites import site_of
from prospector.links.urls import host_of, normalise
from prospector.verdicts.signs import ABANDONED, HEADLINE, WALLS, Means, known
from prospector.watching.addresses import plain_address, same_page

PASSES_NOTHING = frozenset(
    {"nofollow", "ugc", "sponsored"}
)  # https://developers.google.com/search/docs/crawling-indexing/qualify-outbound-links
_GONE = frozenset({404, 410})


class State(StrEnum):
    """How a link of yours stands, or what became of the dead one that it was offered for."""

    LINKED = "linked"
    NOFOLLOW = "nofollow"
    MOVED = "moved"
    WRONG_TARGET = "wrong_target"
    FIXED = "fixed"
    UNCHANGED = "unchanged"
    PAGE_GONE = "page_gone"
    LOST = "lost"
    UNCLEAR = "unclear"


WON = frozenset({State.LINKED, State.NOFOLLOW, State.MOVED})
LOSSES = frozenset({State.LOST, State.PAGE_GONE})
_ORDER = (State.LINKED, State.NOFOLLOW, State.MOVED, State.WRONG_TARGET)


class Source(StrEnum):
    """Why a page is watched."""

    LETTER = "letter"
    PROFILE = "profile"  # another tool said that it links to you


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What to look for on a page."""

    page_url: str
    wanted_url: str  # the page of yours; "" where a letter offered none
    replaced_url: str = ""  # the dead link that it was offered for
    anchor: str = ""  # the dead link's text; once yours was seen there, yours
    source: Source = Source.LETTER
    had_link: bool = False  # it was seen there before, or another tool says so
    # links to you that don't count: they stood there before the letter, or are watched for themselves; None: not known
    before: frozenset[str] | None = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLook:
    """One visit: what came, never what it means."""

    at: datetime
    outcome: Outcome
    status: int | None = None
    final_url: str = ""
    detail: str = ""  # why it can't be read, in words
    complete: bool = True
    readable: bool = True  # HTML that holds something
    signs: tuple[str, ...] = ()  # ids of the rows of verdicts/signs that fired
    robots: str = ""  # of the page and its header, lower case
    links: tuple[OutboundLink, ...] = ()
    internal: tuple[str, ...] = ()  # addresses of the page's own site
    hidden: frozenset[str] = frozenset()  # targets that no reader can see


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedPage:
    """One visit of a page, and all that is watched on it."""

    watches: tuple[Watch, ...]
    look: PageLook


@dataclass(frozen=True, slots=True, kw_only=True)
class Yours:
    """What is yours, as far as known."""

    sites: frozenset[str]
    is_page: Callable[[str], bool | None] = field(default=lambda _: None)  # of an address on your sites; None: nobody knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one visit says of one watched link."""

    state: State
    reason: str  # a whole sentence
    link_url: str = ""  # where the link of yours leads
    anchor: str = ""
    rel: tuple[str, ...] = ()
    in_content: bool | None = None  # False: in navigation, footer and the like; None: there is no link
    hidden: bool = False  # no reader can see it
    indexable: bool | None = None  # False: the page asks search engines not to list it; None: it did not come


def judge(watch: Watch, look: PageLook, yours: Yours) -> Seen:
    """What this visit says of the watched link."""
    if away := _not_seen(look):
        return away
    indexable = not _says(look, "noindex")
    found = min(_links_of_yours(watch, look, yours), key=_best, default=None)
    if found is not None:
        return _with(found, indexable)
    if gone := _is_another_page(look):
        return gone
    if why := _only_half_seen(look):
        return Seen(state=State.UNCLEAR, reason=why, indexable=indexable)
    return _without_a_link(watch, look, indexable)


def _not_seen(look: PageLook) -> Seen | None:
    means = {sign.means for sign in known(look.signs)}
    walled = bool(means & WALLS)
    if look.outcome is Outcome.NO_HOST:
        return Seen(state=State.PAGE_GONE, reason="The name of its host does not exist any more.")
    if look.outcome is not Outcome.ANSWERED:
        return Seen(state=State.UNCLEAR, reason=f"The page could not be read: {look.detail or look.outcome.value.replace('_', ' ')}.")
    if look.status in _GONE and not walled:
        return Seen(state=State.PAGE_GONE, reason=f"The page answered {look.status}.")
    if look.status != 200:
        wall = "a wall for programs, " if walled else ""
        return Seen(state=State.UNCLEAR, reason=f"The page could not be read: {wall}status {look.status}.")
    if not look.readable:
        return Seen(state=State.UNCLEAR, reason=f"The page could not be read: {look.detail or 'it is no web page'}.")
    return None


def _only_half_seen(look: PageLook) -> str:
    """Why a link that was not found may stand there all the same."""
    means = {sign.means for sign in known(look.signs)}
    if means & WALLS:
        return "What came looks like a wall for programs, not like the page."
    if Means.APP_SHELL in means:
        return "The page is built by scripts, and was not seen with a browser."
    if Means.OUTAGE in means:
        return "The page says that its server is in trouble."
    return "" if look.complete else "The page broke off before its end."


def _is_another_page(look: PageLook) -> Seen | None:
    """It answers, but what was there is not there any more."""
    signs = known(look.signs)
    if any(sign.means is Means.NOT_FOUND and sign.where in HEADLINE for sign in signs):
        return Seen(state=State.PAGE_GONE, reason="The page says itself that it is not there any more.")
    if any(sign.means in ABANDONED for sign in signs):
        return Seen(state=State.PAGE_GONE, reason="What answers there is no page of theirs: the name is parked, or the server empty.")
    return None


def _links_of_yours(watch: Watch, look: PageLook, yours: Yours) -> Iterator[Seen]:
    replaced_is_gone = not any(same_page(link.target_url, watch.replaced_url) for link in look.links)
    was_there = {plain_address(url) for url in watch.before or ()}
    for link in look.links:
        if watch.replaced_url and same_page(link.target_url, watch.replaced_url):
            continue  # the dead link itself, which may have led to a page of yours
        address = plain_address(link.target_url)
        wanted = bool(watch.wanted_url) and same_page(link.target_url, watch.wanted_url)
        of_yours = wanted or site_of(link.target_url) in yours.sites
        if of_yours and address in was_there:
            continue
        if wanted or (of_yours and not watch.wanted_url):
            yield _there(link, look)
        elif of_yours and yours.is_page(link.target_url) is False:
            yield _found(
                link, look, State.WRONG_TARGET, f"It links to your site, to an address that is no page of yours: {link.target_url}"
            )
        elif of_yours and (watch.before is not None or replaced_is_gone):
            yield _found(link, look, State.MOVED, f"It links to another page of yours: {link.target_url}")
        elif watch.wanted_url and _leads_through(link.target_url, watch.wanted_url):
            yield _found(link, look, State.WRONG_TARGET, f"It names your page inside the address of somebody else: {link.target_url}")
    if watch.wanted_url:
        yield from _written_wrong(watch, look)


def _written_wrong(watch: Watch, look: PageLook) -> Iterator[Seen]:
    """`<a href="example.org/guide">` leads to a page of the linking site."""
    written = "/" + plain_address(watch.wanted_url)
    for url in look.internal:
        if unquote(urlsplit(url).path).rstrip("/").lower().endswith(written):
            reason = f'Its link to you lacks the "https://", so it leads to {url}'
            yield Seen(state=State.WRONG_TARGET, reason=reason, link_url=url, in_content=True)


def _leads_through(url: str, wanted: str) -> bool:
    """Somebody's counter or redirector, with your address in its query."""
    query = unquote(urlsplit(url).query)
    return host_of(wanted) in query and any(
        same_page(piece, wanted) for part in query.split("&") if normalise(piece := part.partition("=")[2])
    )


def _there(link: OutboundLink, look: PageLook) -> Seen:
    if weak := [token for token in link.rel if token in PASSES_NOTHING]:
        return _found(link, look, State.NOFOLLOW, f'Your link is there, with rel="{" ".join(weak)}".')
    if _says(look, "nofollow"):
        return _found(link, look, State.NOFOLLOW, "Your link is there, on a page that asks search engines to follow none of its links.")
    return _found(link, look, State.LINKED, "Your link is there.")


def _found(link: OutboundLink, look: PageLook, state: State, reason: str) -> Seen:
    hidden = link.target_url in look.hidden
    if hidden:
        reason += " No reader can see it."
    elif link.boilerplate:
        reason += " It stands in the page's navigation or footer."
    return Seen(
        state=state,
        reason=reason,
        link_url=link.target_url,
        anchor=link.anchor,
        rel=link.rel,
        in_content=not link.boilerplate,
        hidden=hidden,
    )


def _with(seen: Seen, indexable: bool) -> Seen:  # noqa: FBT001 - a fact of the page
    reason = seen.reason if indexable else f"{seen.reason} The page asks search engines not to list it."
    return Seen(
        state=seen.state,
        reason=reason,
        link_url=seen.link_url,
        anchor=seen.anchor,
        rel=seen.rel,
        in_content=seen.in_content,
        hidden=seen.hidden,
        indexable=indexable,
    )


def _best(seen: Seen) -> tuple[int, bool, bool]:
    return _ORDER.index(seen.state), seen.hidden, not seen.in_content


def _without_a_link(watch: Watch, look: PageLook, indexable: bool) -> Seen:  # noqa: FBT001 - a fact of the page
    if watch.had_link or watch.source is Source.PROFILE:
        if _is_root(look.final_url) and not _is_root(watch.page_url):
            return Seen(state=State.PAGE_GONE, reason="Its address leads to the site's first page now.", indexable=indexable)
        instead = _in_its_place(watch, look)
        reason = "The page is there, and has no link to you."
        reason += f" The text that it had leads to {instead}" if instead else ""
        return Seen(state=State.LOST, reason=reason, link_url=instead, indexable=indexable)
    if any(same_page(link.target_url, watch.replaced_url) for link in look.links):
        return Seen(state=State.UNCHANGED, reason="The dead link still stands there.", indexable=indexable)
    if _is_root(look.final_url) and not _is_root(watch.page_url):
        return Seen(state=State.PAGE_GONE, reason="Its address leads to the site's first page now.", indexable=indexable)
    instead = _in_its_place(watch, look)
    reason = f"The dead link was replaced by {instead}" if instead else "The dead link is gone, and no link to you came."
    return Seen(state=State.FIXED, reason=reason, link_url=instead, indexable=indexable)


def _in_its_place(watch: Watch, look: PageLook) -> str:
    """Where a link of the same text leads now; "" where none is."""
    return next((link.target_url for link in look.links if watch.anchor and link.anchor == watch.anchor), "")


def _is_root(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def _says(look: PageLook, word: str) -> bool:
    words = {token.strip() for token in look.robots.replace(":", ",").split(",")}
    return word in words or "none" in words
