"""A page → whom to write to, best first, each with its reason. Pure: the pages are fetched elsewhere and handed in.

The order of trust is the table in rank.py; words are rows in words.toml; tricks to hide an address are scripts.py and addresses.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from prospector.contacts import page as pages
from prospector.contacts.humans import humans_page
from prospector.contacts.rank import (
    MIN_POINTS,
    contact_of,
    contact_stated,
    in_order,
    is_crowded,
    page_kind,
    points_of,
    sense,
    takes_no_mail,
    with_reason,
)
from prospector.contacts.routes import is_file, routes
from prospector.contacts.structured import stated
from prospector.items import Contact, ContactKind, InternalLink
from prospector.links.parsing import parse
from prospector.links.sites import same_site, site_of
from prospector.links.urls import normalise

REMEMBERED = 1000  # pages whose contacts are kept: a crawl asks for them when it looks a site through, and again for each page's letter
MAX_CONTACTS = 12  # of one page; a page with more is a directory, and the best come first
MAX_CONTACT_PAGES = 4  # requests that finding a contact may cost a site
# what a place promises, beside the points of page kinds in words.toml
HOME = 12.0
ROOT = 10.0
FRAME = 9.0  # named like nothing: part of the page itself
MENU = 4.0
FOLDER = 6.0
HUMANS = 3.0
ANOTHER = 15.0  # off, for each page of the same kind before it
_INDEX = re.compile(r"(?:(?:index|default|home|main|start)\w{0,3}\.\w{2,5})?")
_MENU = re.compile(
    r"/(?:[^/]*(?:menu|navi|sommaire|inhalt|sidebar)[^/]*|left|nav|toc|contents?|index\w{0,3}|links)\.\w{2,5}$", re.IGNORECASE
)


def contacts_on(html: str, *, url: str, now: datetime) -> tuple[Contact, ...]:
    """Every way to reach the people behind a page that its HTML gives, best first. Never raises on what a page holds."""
    key = (url, hash(html))
    found = _read.get(key)
    if found is None:
        if len(_read) >= REMEMBERED:
            _read.clear()
        found = _read[key] = _contacts_on(html, url)
    return tuple(replace(contact, found_at=now) for contact in found)


_read: dict[tuple[str, int], tuple[Contact, ...]] = {}


def _contacts_on(html: str, url: str) -> tuple[Contact, ...]:
    html = humans_page(html[: pages.MAX_HTML], url)
    tree = parse(html)
    parts = pages.read(tree, html)
    page = sense(parts, url)
    crowded = is_crowded(parts, page)
    plain = html.lower()
    made = [contact_of(mention, page, crowded=crowded) for mention in parts.mentions]
    made += [contact_stated(one, page, hidden=one.address.lower() not in plain) for one in stated(tree, parts.json_ld)]
    found = [contact for contact, points in filter(None, made) if points >= MIN_POINTS]
    found += routes(parts, page)
    return ranked(found, site=page.site)[:MAX_CONTACTS]


def is_enough(contacts: Iterable[Contact]) -> bool:
    """Whether there is no need to fetch further pages of the site: somebody can be written to."""
    return any(contact.kind is ContactKind.EMAIL and not takes_no_mail(contact) for contact in contacts)


def default_route(contacts: Sequence[Contact]) -> Contact | None:
    """Of a site's ranked contacts, the one that a letter goes to unless a person says otherwise.

    Who hid an address from harvesters does not want such letters there: an open address, a form or a tracker comes first. The hidden one
    is the route only where there is no other, and then a person must agree to each letter.
    """
    usable = [contact for contact in contacts if not takes_no_mail(contact)]
    return next((contact for contact in usable if not contact.deobfuscated), usable[0] if usable else None)


def ranked(contacts: Iterable[Contact], *, site: str) -> tuple[Contact, ...]:
    """The contacts of one site from all its pages: each route once, at its best, in order, with its rank. Others' are left out."""
    best: dict[tuple[ContactKind, str], Contact] = {}
    sources: dict[tuple[ContactKind, str], set[str]] = {}
    for contact in contacts:
        if contact.site != site:
            continue
        key = (contact.kind, contact.value.lower())
        sources.setdefault(key, set()).add(contact.source_url)
        known = best.get(key)
        if known is None:
            best[key] = contact
            continue
        better, other = (contact, known) if points_of(contact) > points_of(known) else (known, contact)
        # written openly anywhere on the site: not hidden
        best[key] = replace(better, name=better.name or other.name, deobfuscated=better.deobfuscated and other.deobfuscated)
    merged = [with_reason(contact, "repeated") if len(sources[key]) > 1 else contact for key, contact in best.items()]
    return tuple(replace(contact, rank=rank) for rank, contact in enumerate(in_order((one, points_of(one)) for one in merged), start=1))


def contact_page_urls(
    internal: Sequence[InternalLink], *, url: str, frames: Sequence[str] = (), seen: Collection[str] = (), most: int = MAX_CONTACT_PAGES
) -> tuple[str, ...]:
    """The pages of the same site where its people are most likely named, best first; then its home page, the folders above, humans.txt.

    :param frames: the pages that make up a frameset: a menu among them leads on.
    :param seen: pages that were read or asked for already; never named, and one more of their kind promises less.
    """
    here = normalise(url)
    if here is None:
        return ()
    promises: dict[str, Promise] = {}
    for promise in (*_linked(internal, here), *_framed(frames, here), *_above(internal, here)):
        key = _page_of(promise.url)
        if key not in promises or promise.points > promises[key].points:
            promises[key] = promise
    promises.pop(_page_of(here), None)
    kinds = Counter(met.kind for url in seen if (met := promises.pop(_page_of(url), None)))
    chosen: list[str] = []
    while promises and len(chosen) < most:
        # the second contact page of a site is mostly the first one in another language
        best = max(promises.values(), key=lambda one: one.points - (ANOTHER * kinds[one.kind] if one.kind else 0.0))
        promises.pop(_page_of(best.url))
        kinds[best.kind] += 1
        chosen.append(best.url)
    return tuple(chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A page of the site, and how likely it names the people."""

    url: str
    points: float
    kind: str = ""  # as in words.toml; "": only a guess by its place


def _linked(internal: Iterable[InternalLink], here: str) -> Iterator[Promise]:
    """What its words and its path promise of a linked page; shallow pages before deep ones."""
    for link in internal:
        url = normalise(link.url)
        if url is None or is_file(url) or not same_site(url, here):
            continue
        path = urlsplit(url).path
        by_path = page_kind(path, "")
        by_anchor = page_kind("", link.anchor) if len(link.anchor) <= 40 else None
        best = max(filter(None, (by_path, by_anchor)), key=lambda kind: kind.points, default=None)
        if best is not None:
            agree = 4.0 if by_path and by_anchor and by_path.kind == by_anchor.kind else 0.0
            points = best.points + agree - 2.0 * max(0, path.count("/") - 2)
            if points > 0.0:
                yield Promise(url=url, points=points, kind=best.kind)


def _framed(frames: Iterable[str], here: str) -> Iterator[Promise]:
    for url in frames:
        if same_site(url, here):
            kind = page_kind(urlsplit(url).path, "")
            yield Promise(url=url, points=max(FRAME, kind.points if kind else 0.0) + (MENU if _MENU.search(urlsplit(url).path) else 0.0))


def _above(internal: Iterable[InternalLink], here: str) -> Iterator[Promise]:
    """Where a visitor would go to see whose site it is: indexes above the page that it links to, the root, folders on the way there."""
    root = _root(here)
    folder = urlsplit(here).path.rpartition("/")[0] + "/"
    linked = {one for one in (normalise(link.url) for link in internal) if one and same_site(one, here) and _is_index_above(one, folder)}
    nearest = sorted(linked - {here}, key=lambda one: (-urlsplit(one).path.count("/"), len(one), one))
    yield from (Promise(url=url, points=HOME - number) for number, url in enumerate(nearest[:MAX_CONTACT_PAGES]))
    if root is None:
        return
    yield Promise(url=root, points=ROOT)
    # a small site in a folder of a host whose other folders are others' sites: the higher, the likelier its home page
    steps = folder.removeprefix(urlsplit(root).path).strip("/").split("/")
    for number in (1, 2)[: len(steps)]:
        if steps[0] and (url := normalise("/".join(steps[:number]) + "/", root)):
            yield Promise(url=url, points=FOLDER - number)
    yield Promise(url=normalise("humans.txt", root) or root, points=HUMANS)


def _root(url: str) -> str | None:
    site = site_of(url)
    return normalise(f"/{site.partition('/')[2]}/" if "/" in site else "/", url)


def _is_index_above(url: str, folder: str) -> bool:
    here, _, name = urlsplit(url).path.rpartition("/")
    return folder.startswith(here + "/") and _INDEX.fullmatch(name) is not None


def _page_of(url: str) -> str:
    """A folder and its index are one page, and so is a page with another query."""
    place, _, name = url.partition("?")[0].rpartition("/")
    return f"{place}/" if re.fullmatch(r"(?:index|default)\.\w{2,5}", name) else f"{place}/{name}"
