"""Names that are spelled alike: an inverted index of character trigrams over titles and slugs.

It finds what no word search can: "sitescan" and "site scanning", "leafmould" and "leaf mould", a slip of the keyboard.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable
from operator import itemgetter

from prospector.matching.words import name_words, slug_segments, stem, trigrams

MAX_POSTINGS = 1500  # looked at for one name, the rarest trigrams first: what bounds the time on a site of 100,000 pages
MAX_NAMES = 200  # with the most trigrams in common: only these are looked at closer


class NameIndex:
    def __init__(self, pages: Iterable[tuple[str, str]]) -> None:
        """:param pages: URL and title."""
        self._urls: list[str] = []
        self._words: dict[str, tuple[str, ...]] = {}
        self._page_of = array("I")  # number of a name → number of its page
        self._sizes = array("H")  # number of a name → how many trigrams it has
        self._holding: dict[str, array[int]] = defaultdict(lambda: array("I"))
        for url, title in sorted(pages):  # in whatever order they were read, equals must come out alike
            for grams in dict.fromkeys((trigrams(title), trigrams("".join(slug_segments(url)[-1:])))):
                if grams:
                    self._add(grams)
            self._words[url] = tuple({stem(word) for text in (title, *slug_segments(url)) for word in name_words(text)})
            self._urls.append(url)

    def words(self, url: str) -> tuple[str, ...]:
        """The stems of a page's title and of its whole address."""
        return self._words.get(url, ())

    def _add(self, grams: frozenset[str]) -> None:
        number = len(self._page_of)
        self._page_of.append(len(self._urls))
        self._sizes.append(min(len(grams), 65535))
        for gram in grams:
            self._holding[gram].append(number)

    def alike(self, grams: frozenset[str], limit: int) -> list[str]:
        """URLs of the pages whose title or slug shares most with a name of these trigrams, best first."""
        shared: Counter[int] = Counter()
        budget = MAX_POSTINGS
        for holders in sorted((self._holding[gram] for gram in sorted(grams) if gram in self._holding), key=len):
            if len(holders) > budget:
                break
            budget -= len(holders)
            shared.update(holders)
        best: dict[int, float] = {}
        most = sorted(shared.items(), key=itemgetter(1), reverse=True)[:MAX_NAMES]  # in half the time of `most_common`
        for name, count in most:
            page = self._page_of[name]
            best[page] = max(best.get(page, 0.0), count / (len(grams) + self._sizes[name] - count))
        order = sorted(best, key=lambda page: (-best[page], self._urls[page]))[:limit]
        return [self._urls[page] for page in order]
