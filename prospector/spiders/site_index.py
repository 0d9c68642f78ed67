"""Which of the user's own pages to fetch for the index: the given ones, else the sitemaps, else a crawl from the site's address."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from scrapy.http import Response
from scrapy.settings import SETTINGS_PRIORITIES

from prospector.campaign import OwnSite
from prospector.checking.failures import Failed
from prospector.items import SitePage
from prospector.links.sitemaps import read_sitemap
from prospector.links.sites import same_site
from prospector.links.urls import normalise
from prospector.spiders.campaign_spider import CampaignSpider
from prospector.spiders.clock import utc_now
from prospector.spiders.open_requests import NO_ITEMS
from prospector.spiders.reading import in_words, not_a_page, read_site_page

logger = logging.getLogger(__name__)

PRIORITY = 10  # before other people's pages: matching waits for the index
MAX_SITEMAPS = 200  # files read for one site
NO_PAGE = (".jpg", ".jpeg", ".png", ".gif", ".svg", ".webp", ".css", ".js", ".pdf", ".zip", ".mp3", ".mp4", ".ico", ".xml", ".json")


class SiteIndexer:
    """Fetches the pages of the campaign's sites.

    on_page: called with each page read; on_done: called when nothing more is to come (`done`).
    """

    def __init__(self, spider: CampaignSpider, *, on_page: Callable[[SitePage], Awaitable[None]], on_done: Callable[[], None]) -> None:
        self._spider = spider
        self._campaign = spider.campaign
        self._store = spider.store
        self._open = spider.new_requests(self._finish_if_idle)
        self._on_page = on_page
        self._on_done = on_done
        self._seen: dict[str, set[str]] = {}
        self._sitemaps: dict[str, set[str]] = {}
        self._open_sitemaps: Counter[str] = Counter()
        self._read: set[str] = set()
        self._failures = 0
        self._begun = self._all_begun = self._finished = self._cut_short = False
        self.asked = 0  # pages, and of these
        self.indexed = 0

    @property
    def done(self) -> bool:
        """Nothing more is to come, and what came can be searched."""
        return self._finished or not self._begun

    @property
    def idle(self) -> bool:
        """Nothing more is to come in this run: `done`, or cut short."""
        return self.done or (self._cut_short and not self._open.number)

    @property
    def needed(self) -> bool:
        """The index is missing or older than the campaign wants."""
        age = self._store.site.age(utc_now())
        return bool(self._campaign.sites) and (age is None or age > timedelta(days=self._campaign.crawl.site_index_days))

    async def start(self) -> None:
        """Ask for the first pages of every site of the campaign."""
        self._begun = True
        self._began = self._store.site.begin(utc_now())
        self._read = self._store.site.read_since(self._began)  # by a run that was cut off
        for site in self._campaign.sites:
            self._set_delay(site)
            if site.pages:
                self._ask_pages(site, site.pages, follow=False)
                continue
            self._ask_sitemaps(site, site.sitemaps or await self._announced(site))
            self._crawl_if_empty(site)
        self._all_begun = True
        self._finish_if_idle()

    def stop(self) -> None:
        """Leave what waits for the next run."""
        self._cut_short = not self._finished
        self._open.stop()

    def hosts(self) -> list[str]:
        """Those with a request under way."""
        return self._open.hosts()

    def _set_delay(self, site: OwnSite) -> None:
        """The user knows how much the own site can take: more or less than a stranger's. `-s DOWNLOAD_DELAY` still wins."""
        asked_for = self._spider.settings.getpriority("DOWNLOAD_DELAY") or 0
        if site.delay is not None and asked_for < SETTINGS_PRIORITIES["cmdline"]:
            self._spider.network.gate.lane(urlsplit(site.url).hostname or "").delay = site.delay

    async def _announced(self, site: OwnSite) -> tuple[str, ...]:
        """Sitemaps that robots.txt names, else the usual place."""
        try:
            rules = await self._spider.network.robots.rules(site.url)
        except Failed:
            return ()
        return tuple(rules.sitemaps) or (normalise("/sitemap.xml", site.url) or site.url,)

    def _ask_sitemaps(self, site: OwnSite, urls: Iterable[str]) -> None:
        asked = self._sitemaps.setdefault(site.url, set())
        normal = (normalise(url) for url in urls)
        new = [url for url in dict.fromkeys(normal) if url and url not in asked][: MAX_SITEMAPS - len(asked)]
        asked.update(new)
        self._open_sitemaps[site.url] += len(new)
        for url in new:
            self._open.ask(url, self._sitemap, self._sitemap_failed, priority=PRIORITY, site=site)

    async def _sitemap(self, response: Response, site: OwnSite) -> AsyncIterator[Any]:
        if response.status == 200:
            found = read_sitemap(response.body, url=response.url)
            if found.problem:
                logger.warning("Sitemap %s: %s", response.url, found.problem)
            self._ask_sitemaps(site, found.sitemaps)
            self._ask_pages(site, found.pages, follow=False)
        self._open_sitemaps[site.url] -= 1
        self._crawl_if_empty(site)
        for item in NO_ITEMS:
            yield item

    def _sitemap_failed(self, error: Exception, site: OwnSite) -> None:
        logger.warning("The sitemap of %s could not be read: %s", site.url, in_words(error))
        self._open_sitemaps[site.url] -= 1
        self._crawl_if_empty(site)

    def _crawl_if_empty(self, site: OwnSite) -> None:
        """No sitemap led anywhere: begin at the site's address and follow its links."""
        if not self._seen.get(site.url) and not self._open_sitemaps[site.url]:
            self._ask_pages(site, (site.url,), follow=True)

    def _ask_pages(self, site: OwnSite, urls: Iterable[str], *, follow: bool) -> None:
        seen = self._seen.setdefault(site.url, set())
        new = [url for url in dict.fromkeys(urls) if url not in seen and self._belongs(site, url)][: max(0, site.max_pages - len(seen))]
        seen.update(new)
        for url in new:
            if follow or url not in self._read:
                self.asked += 1
                self._open.ask(url, self._page, self._page_failed, priority=PRIORITY, site=site, asked=url, follow=follow)

    async def _page(self, response: Response, site: OwnSite, asked: str, follow: bool) -> AsyncIterator[Any]:  # noqa: FBT001 - by name
        final = normalise(response.url) or response.url
        if response.status >= 500 or response.status == 429:
            self._failures += 1  # an outage says nothing about the page
            logger.warning("A page of your site could not be read: %s answered with status %d.", asked, response.status)
        elif not not_a_page(response) and same_site(final, site.url):
            offered = site.offers(final) or (bool(site.pages) and site.offers(asked))
            page, internal = read_site_page(response, self._campaign, now=utc_now(), offered=offered)
            self.indexed += 1
            yield page
            if follow:
                self._ask_pages(site, internal, follow=True)
            await self._on_page(page)

    def _page_failed(self, error: Exception, site: OwnSite, asked: str, follow: bool) -> None:  # noqa: ARG002, FBT001 - what `_page` gets too
        if self._spider.stopping:
            return
        self._failures += 1
        logger.warning("A page of your site could not be read: %s: %s.", asked, in_words(error))

    def _finish_if_idle(self) -> None:
        if self._open.number or not self._all_begun:
            return
        if not self._cut_short:
            self._store.site.finish(began=self._began, now=utc_now(), whole=not self._failures)
            self._finished = True
        self._on_done()

    def _belongs(self, site: OwnSite, url: str) -> bool:
        return same_site(url, site.url) and not urlsplit(url).path.lower().endswith(NO_PAGE) and not self._campaign.ignore.covers(url)
