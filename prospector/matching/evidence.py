"""A topic cut into comparable words, and what each word is worth on the user's site."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from prospector.matching.topic import Source, Topic
from prospector.matching.words import KIND_STEMS, is_dated, name_words, pairs, stem, trigrams, words

NAMES = (Source.SLUG, Source.ANCHOR, Source.HEADING, Source.ARCHIVED_TITLE)  # sources that may name the page outright
SHORT = (*NAMES, Source.CONTEXT)
WITNESSES = (*SHORT, Source.PAGE_TITLE)
CAMEL_CASED = {Source.SLUG, Source.ANCHOR, Source.ARCHIVED_TITLE, Source.SIBLINGS}
KIND_WEIGHT = 0.3  # of a word that names a kind of document, against one that names a subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One piece of a topic, cut."""

    stems: frozenset[str]
    grams: frozenset[str]
    run: str  # its words in a line: equal runs are equal names


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicWords:
    """A topic, cut once for all candidates."""

    texts: Mapping[Source, tuple[Text, ...]]
    votes: Mapping[str, int]  # stem → how many witnesses name it
    witnesses: int  # how many there are
    listed: Mapping[str, float]  # stem → share of the links under the same heading that name it; at least two do
    archived: Mapping[str, float]  # stem → damped count in the archived text
    archived_pairs: frozenset[int]
    dated: bool  # the dead page was a post or an event of a certain day
    surface: Mapping[str, str]  # stem → a form that was seen: what the index can be asked for

    def pooled(self, *sources: Source) -> frozenset[str]:
        return frozenset[str]().union(*(text.stems for source in sources for text in self.texts[source]))


def topic_words(topic: Topic, compounds: Mapping[str, tuple[str, str]] | None = None) -> TopicWords:
    """:param compounds: words that the site writes as two."""
    known = compounds or {}
    surface: dict[str, str] = {}

    def stemmed(found: Iterable[str]) -> list[str]:
        written = [part for word in found for part in known.get(word, (word,))]
        for word in written:
            surface.setdefault(stem(word), word)
        return [stem(word) for word in written]

    def cut(source: Source, text: str) -> Text:
        in_line = words(text)
        return Text(
            stems=frozenset(stemmed(name_words(text) if source in CAMEL_CASED else in_line)),
            grams=trigrams(text) if source in NAMES else frozenset(),
            run=" ".join(in_line),
        )

    texts: dict[Source, tuple[Text, ...]] = {
        source: tuple(cut(source, text) for text in topic.of(source)) for source in Source if source is not Source.ARCHIVED_TEXT
    }
    archived = [stem for text in topic.of(Source.ARCHIVED_TEXT) for stem in stemmed(words(text))]
    pools = {source: frozenset[str]().union(*(text.stems for text in texts[source])) for source in WITNESSES}
    witnesses = [pool for pool in dict.fromkeys(pools.values()) if pool]  # a context that only repeats the anchor is no second witness
    members = [text.stems for text in texts[Source.SIBLINGS]]
    if members:
        members.append(pools[Source.SLUG] | pools[Source.ANCHOR])
    return TopicWords(
        texts=texts,
        votes=Counter(word for pool in witnesses for word in pool),
        witnesses=len(witnesses),
        listed={word: count / len(members) for word, count in Counter(word for names in members for word in names).items() if count > 1},
        archived={word: 1.0 + math.log(count) for word, count in Counter(archived).items()},
        archived_pairs=frozenset(pairs(archived)),
        dated=is_dated(topic.target_url),
        surface=surface,
    )


class Weigher:
    """Inverse document frequencies over the user's site: a word on every page says nothing."""

    def __init__(self, documents: int, frequencies: Mapping[str, int]) -> None:
        """`frequencies` are by stem."""
        self._documents = max(1, documents)
        self.frequencies = frequencies
        self._unseen = self._weight(0)
        log, documents = math.log, self._documents
        self._idf = {word: log(1.0 + documents / (count + 0.5)) for word, count in frequencies.items()}
        for word in KIND_STEMS & frequencies.keys():
            self._idf[word] *= KIND_WEIGHT

    def _weight(self, count: int) -> float:
        return math.log(1.0 + self._documents / (count + 0.5))

    def forms(self, stem: str, surface: str) -> tuple[str, ...]:
        """What to ask the index for: the word as it was seen; where no page has it, its likely other forms."""
        if self.frequencies.get(stem):
            return (surface,)
        return tuple(dict.fromkeys((surface, stem, f"{stem}s", f"{stem}e", f"{stem}ing")))

    def idf(self, word: str) -> float:
        return self._idf.get(word, self._unseen)

    def mass(self, found: Collection[str]) -> float:
        if not found:  # most are, and this is asked thirty times a page
            return 0.0
        idf, unseen = self._idf, self._unseen
        return sum([idf.get(word, unseen) for word in found])

    def telling(self, mass: float) -> float:
        """0..1: how much a piece of that mass says at all. "Tutorial" names many pages, "companion planting" few."""
        return mass / (mass + 0.5 * self._unseen)
