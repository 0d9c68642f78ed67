"""Which pages of a site to ask for its people, one after another, until somebody can be written to. Pure: whoever has the pages hands them in.

The crawl and the benchmark run this same search; one fetches the pages that it asks for, the other looks them up.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from prospector.contacts.find import MAX_CONTACT_PAGES, contact_page_urls, contacts_on, is_enough, ranked
from prospector.items import Contact, InternalLink
from prospector.links.extract import read_page
from prospector.links.frames import frame_pages
from prospector.links.sites import site_of


class ContactSearch:
    """A page, then at most MAX_CONTACT_PAGES more of its site: `next_page` says which, `read` takes what came.

    while url := search.next_page():
        if page := fetch(url):
            search.read(page.html, url=page.url)
    search.found
    """

    def __init__(self, html: str, *, url: str, now: datetime, known: Iterable[Contact] = ()) -> None:
        """known: contacts of the site that were found before, elsewhere on it."""
        self.site = site_of(url)
        self._url = url
        self._now = now
        self._left = MAX_CONTACT_PAGES
        self._seen = [url]
        self._links: list[InternalLink] = []
        self._frames: list[str] = []
        self._unread: list[tuple[str, str]] = [(html, url)]  # pages whose links nobody needed yet
        self._contacts = [*contacts_on(html, url=url, now=now), *known]

    @property
    def found(self) -> tuple[Contact, ...]:
        """All contacts of the site so far, best first."""
        return ranked(self._contacts, site=self.site)

    def next_page(self) -> str | None:
        """The page to ask for now; None when somebody can be written to, or no page or no request is left."""
        if is_enough(self._contacts):
            return None
        for html, url in self._unread:
            self._links += read_page(html, url=url).internal
            self._frames += frame_pages(html, url)
        self._unread.clear()
        most = min(1, self._left)
        page = next(iter(contact_page_urls(self._links, url=self._url, frames=self._frames, seen=self._seen, most=most)), None)
        if page is not None:
            self._left -= 1
            self._seen.append(page)
        return page

    def read(self, html: str, *, url: str) -> None:
        """Take in a page that was asked for, or one of the site that is at hand already.

        `url` is where it was finally found: a page of another site says nothing of this one.
        """
        if site_of(url) == self.site:
            self._seen.append(url)
            self._contacts += contacts_on(html, url=url, now=self._now)
            self._unread.append((html, url))
