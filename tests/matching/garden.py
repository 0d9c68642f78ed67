"""A small gardening site, and an index over it that needs no database."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prospector.items import SitePage


@dataclass(frozen=True)
class ListIndex:
    """Finds pages by counting the words they share with the query."""

    pages: tuple[SitePage, ...]

    def _words(self, page: SitePage) -> list[str]:
        return re.findall(r"\w+", f"{page.url} {page.title} {' '.join(page.headings)} {page.description} {page.text}".lower())

    def search(self, words: Sequence[str], limit: int) -> list[str]:
        hits = [(sum(self._words(page).count(word) > 0 for word in words), page.url) for page in self.pages]
        return [url for count, url in sorted(hits, key=lambda hit: (-hit[0], hit[1])) if count][:limit]

    def page(self, url: str) -> SitePage | None:
        return next((page for page in self.pages if page.url == url), None)

    def names(self) -> list[tuple[str, str]]:
        return [(page.url, page.title) for page in self.pages]

    def document_count(self) -> int:
        return len(self.pages)

    def document_frequency(self, words: Sequence[str]) -> Mapping[str, int]:
        return {word: sum(word in self._words(page) for page in self.pages) for word in words}


def page(path: str, title: str, text: str, *headings: str) -> SitePage:
    return SitePage(url=f"https://garden.example/{path}", title=title, headings=headings or (title,), text=text)


GARDEN = (
    page("guides/companion-planting", "Companion planting chart", "Which vegetables grow well beside each other: beans with maize, onions with carrots, basil with tomatoes.", "Good neighbours", "Bad neighbours"),
    page("guides/compost", "How to make compost", "Green and brown material in layers, turned every few weeks, becomes compost for the beds.", "What goes in", "Turning the heap"),
    page("guides/pruning-apple-trees", "Pruning apple trees", "Cut dead wood in winter, open the crown, keep the leader of young apple trees.", "When to prune", "Which cuts"),
    page("guides/slugs", "Slugs and snails", "Beer traps, copper tape and night walks keep slugs off the lettuce.", "Traps", "Barriers"),
    page("guides/seed-saving", "Saving your own seeds", "Dry the pods of beans and peas, ferment tomato seeds, label and store them cool.", "Drying", "Storing"),
    page("guides/rain-barrel", "Building a rain barrel", "A barrel under the downpipe, a tap and a lid: rain water for dry weeks.", "Parts", "Assembly"),
    page("guides/raised-beds", "Raised beds from old timber", "Larch boards, a layer of branches, soil and compost make a raised bed.", "Timber", "Filling"),
    page("guides/bees", "Flowers for wild bees", "Borage, lavender and thyme feed wild bees from spring to autumn.", "Spring", "Summer"),
    page("about", "About us", "Six gardeners write these guides for the allotments of our town."),
    page("events", "Open garden days", "Visit our gardens on the first Sunday of each month from May to September."),
)  # fmt: skip
