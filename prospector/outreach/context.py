"""What a template may speak of: the variables of a letter and their types. The checker of templates.py reads these classes.

A new variable is a new field here with its line in the documentation of templates. Every text in them is plain already.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """The referring page."""

    url: str
    title: str  # its host where it has none
    short_title: str  # fits a subject
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    name: str  # "" unless certain
    greeting: str  # "Dear Ms Lind" only where that is certain, else neutral
    source: str  # the page where the address was found
    on_page: bool  # it was found on the referring page itself
    is_email: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderView:
    name: str
    email: str
    site: str
    relation: str  # a sentence
    postal_address: str
    opt_out: str  # a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfOurs:
    title: str
    url: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveView:
    url: str
    date: str  # "" where it is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """A dead link and its fixes, best first: new_url, archive, offer."""

    number: int
    anchor: str  # "" for a picture without a text
    section: str  # where it sits; "" at the top of a page without headings
    address: str  # readable, but not a URL to follow where somebody else answers there
    wrong: str  # a clause
    since: str  # first day it failed
    checked: str  # the days it was looked at
    checked_apart: str  # the same, only where they are not the days that the letter names for all
    brackets: bool  # its address is written with [.], so that nobody follows it
    host: str  # where it leads; as its address, not to be followed where somebody else answers
    new_url: str
    archive: ArchiveView | None
    offer: PageOfOurs | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousView:
    """The first letter, in one that follows it up."""

    date: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReclaimView:
    """A link to a page of yours that was there and is not any more, or that has a slip in its address."""

    url: str  # of your page
    title: str  # its host where it has none
    host: str
    anchor: str  # the link's text; "" where it had none
    seen: str  # the day on which it was last seen; "" where it never was
    missed: str  # the days on which it was not there, or wrong
    wrong: str  # the address that it leads to now, when that is none of yours that works; else ""
    instead: str  # where a link of the same text leads now; ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterView:
    """The variables at the top of every template."""

    page: PageView
    contact: ContactView
    sender: SenderView
    links: tuple[LinkView, ...]
    count: int  # all dead links the letter could name
    count_said: str  # the same, in a word up to twelve
    more: int  # those that are not listed; never 1
    more_said: str
    fixed: int  # those listed that have a new address or an archived copy
    checked: str  # the days on which all the listed ones, or most of them, were looked at; "" where there are no such days
    apart: bool  # some were looked at on other days: their checked_apart
    brackets: bool  # some address is written with [.]
    offer: PageOfOurs | None  # the page offered first; None in a letter that only helps
    offers: int  # pages of ours in the letter
    previous: PreviousView | None  # only in a follow-up and in a letter about a lost link
    reclaim: ReclaimView | None  # only in a letter about a lost link
