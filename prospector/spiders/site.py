"""`scrapy crawl site`: index the user's own pages, whether the index is due or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from prospector.items import SitePage
from prospector.spiders.campaign_spider import CampaignSpider
from prospector.spiders.open_requests import NO_ITEMS
from prospector.spiders.site_index import SiteIndexer


class SiteSpider(CampaignSpider):
    """Fetches the pages of the campaign's own sites."""

    name = "site"

    async def work(self) -> AsyncIterator[Any]:
        """Ask for sitemaps and pages; their callbacks yield what they find."""
        all_read = asyncio.Event()
        self.indexer = SiteIndexer(self, on_page=self.page_read, on_done=all_read.set)
        await self.indexer.start()
        if not self.indexer.idle:
            await all_read.wait()
        for item in NO_ITEMS:
            yield item

    async def page_read(self, page: SitePage) -> None:
        """Its links are checked by the next crawl of resources."""
        self.count("own_links", len(page.links))

    def did_nothing(self) -> bool:
        """No page of the site came."""
        return hasattr(self, "indexer") and self.indexer.asked > 0 and self.indexer.indexed == 0

    def stop_asking(self) -> None:
        """Leave what waits for the next run."""
        if hasattr(self, "indexer"):
            self.indexer.stop()

    def waited_for(self) -> list[str]:
        """Hosts with a page under way."""
        return self.indexer.hosts() if hasattr(self, "indexer") else []
