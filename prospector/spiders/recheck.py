"""`scrapy crawl recheck`: look again at what is due, and reread the pages that the claims stand on."""

from __future__ import annotations

from collections.abc import Iterable

from prospector.spiders.clock import utc_now
from prospector.spiders.resources import ResourcesSpider
from prospector.store import Visit


class RecheckSpider(ResourcesSpider):
    """The pages that link to a due claim are read again (the link may be gone), the due targets asked again; nothing new is crawled."""

    name = "recheck"
    finds_more = False
    takes_its_word = False  # a claim is made to a stranger: the link must be seen, and some servers say "not modified" to everything

    def first_visits(self) -> Iterable[Visit]:
        """Pages on which a claim stands that is due."""
        pages = [self.store.pages.get(url) for url in self.store.pages.with_due_claims(utc_now())]
        return [
            Visit(url=page.url, depth=page.depth, seed=page.seed) for page in pages if page and not self.campaign.ignore.covers(page.url)
        ]

    def did_nothing(self) -> bool:
        """The due targets were asked, even if no page came."""
        return False
