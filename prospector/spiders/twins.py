"""Is this page one that we have already, under another address? Nobody wants two letters about one list."""

from __future__ import annotations

from prospector.items import OutboundLink, ResourcePage
from prospector.links.sites import site_of
from prospector.store import Store

ENOUGH_LINKS = 3  # pages with fewer may well have the same ones by chance


class Twins:
    """The pages of a campaign by what tells them apart: where their address leads, else site, title and links."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_final_url: dict[str, str] = {}
        self._by_title: dict[tuple[str, str], list[str]] = {}
        for page in store.pages.known():
            self._note(page.url, page.final_url, page.site, page.title)

    def __len__(self) -> int:
        """Pages known."""
        return len(self._by_final_url)

    def add(self, page: ResourcePage) -> None:
        """A page that is about to be stored."""
        self._note(page.url, page.final_url, site_of(page.final_url), page.title)

    def led_to(self, url: str) -> bool:
        """Did another address lead there?"""
        return self._by_final_url.get(url, url) != url

    def of(self, page: ResourcePage) -> str:
        """The address under which we have this page, or will have it; "" when it is this one."""
        owner = self._by_final_url.get(page.final_url)
        if owner is not None:
            return "" if owner == page.url else owner
        if page.final_url != page.url and self._store.visits.known(page.final_url):
            return page.final_url
        return self._alike(page)

    def _alike(self, page: ResourcePage) -> str:
        targets = _targets(page.links)
        if len(targets) < ENOUGH_LINKS:
            return ""
        rivals = self._by_title.get((site_of(page.final_url), page.title), [])
        return next((url for url in rivals if url != page.url and _targets(self._store.pages.links_of(url)) == targets), "")

    def _note(self, url: str, final_url: str, site: str, title: str) -> None:
        self._by_final_url.setdefault(final_url, url)
        alike = self._by_title.setdefault((site, title), [])
        if url not in alike:
            alike.append(url)


def _targets(links: tuple[OutboundLink, ...]) -> set[str]:
    return {link.target_url for link in links if not link.boilerplate}
