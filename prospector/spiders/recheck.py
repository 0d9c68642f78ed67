"""`scrapy crawl recheck`: look again at what is due, and reread the pages that the claims stand on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prospector.checking.observe import Look
from prospector.items import Verdict
from prospector.spiders.clock import utc_now
from prospector.spiders.resources import ResourcesSpider
from prospector.store import Visit
from prospector.store import Wanted as Due


class RecheckSpider(ResourcesSpider):
    """The pages that link to a due claim are read again (the link may be gone), the due targets asked again; nothing new is crawled.

    only: these targets alone, due or not, and the pages that link to them.
    """

    name = "recheck"
    finds_more = False
    takes_its_word = False  # a claim is made to a stranger: the link must be seen, and some servers say "not modified" to everything
    only: frozenset[str] | None = None

    def first_visits(self) -> Iterable[Visit]:
        """Pages on which a claim stands that is due."""
        if self.only is None:
            return self.visits_of_claims()
        return self.visits_again(self.store.pages.linking_to(self.only))

    def due(self, urls: Sequence[str]) -> list[str]:
        """With `only`, the others wait for their own time; those never judged don't, because a page waits for them."""
        if self.only is None:
            return super().due(urls)
        new = set(self.store.evidence.due_among(urls, utc_now(), again=False))
        return [url for url in urls if url in self.only or url in new]

    def on_judged(self, judged: Sequence[tuple[Look, Verdict]]) -> None:
        """With `only`, targets are asked that are not due: they must not be asked again in this run."""
        if self.only is None:
            super().on_judged(judged)

    def old_work(self) -> Iterable[Sequence[Due]]:
        if self.only is None:
            return super().old_work()
        return [self.store.evidence.wanted_among(self.only)]

    def did_nothing(self) -> bool:
        """The due targets were asked, even if no page came."""
        return False
