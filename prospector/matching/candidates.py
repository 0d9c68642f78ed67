"""Several questions to the full-text index, one for each kind of evidence, and one to the spelling of names: what any finds is a candidate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol

from prospector.items import SitePage
from prospector.matching.evidence import NAMES, TopicWords, Weigher
from prospector.matching.names import NameIndex
from prospector.matching.topic import Source

SPELLING = "spelling"
QUERIES = ("slug", "anchor", "section", "context", "title", "archived_lead", "agreed", "listed", "archived_text", SPELLING)
PER_QUERY = 30
MAX_ALIKE = 15  # pages with a name that is spelled alike
MAX_WORDS = 8  # of a query, the rarest: common words cost time and find everything; 16 find no more
MAX_ARCHIVED_WORDS = 12
MAX_AGREED_WORDS = 6
MAX_HITS = 1000  # pages that the words of one query may stand on; beyond it the commonest are left out. Bounds the time on a large site
RANK_DAMPING = 5  # of the rank fusion: how little the first place is worth against the tenth
NAMED_WORTH = 2.0
EXACT = 9  # digits that are compared: sums over sets differ in the last ones, from run to run
MAX_CANDIDATES = 36  # the best by rank fusion: looking at all of them finds hardly more


class PageIndex(Protocol):
    """Full-text search over the user's pages. The store's; here only asked."""

    def search(self, words: Sequence[str], limit: int) -> Sequence[str]:
        """URLs of offered pages holding any of the words, best first."""
        ...

    def page(self, url: str) -> SitePage | None: ...

    def names(self) -> Iterable[tuple[str, str]]:
        """URL and title of every offered page."""
        ...

    def document_count(self) -> int: ...

    def document_frequency(self, words: Sequence[str]) -> Mapping[str, int]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    url: str
    places: Mapping[str, int]  # query → at which place it found the page, 0-based


def questions(topic: TopicWords, weigher: Weigher) -> dict[str, list[str]]:
    """Query name → surface words, rarest first. Empty ones are left out."""
    asked = {
        "slug": topic.pooled(Source.SLUG),
        "anchor": topic.pooled(Source.ANCHOR),
        "section": topic.pooled(Source.HEADING),
        "context": topic.pooled(Source.CONTEXT),
        "title": topic.pooled(Source.SLUG, Source.ARCHIVED_TITLE),
        "archived_lead": topic.pooled(Source.ARCHIVED_TITLE, Source.ARCHIVED_HEADINGS),
    }
    chosen = {name: sorted(stems, key=lambda word: (-weigher.idf(word), word))[:MAX_WORDS] for name, stems in asked.items()}
    chosen["agreed"] = _heaviest(topic.votes, weigher, MAX_AGREED_WORDS)
    chosen["listed"] = _heaviest(topic.listed, weigher, MAX_AGREED_WORDS)
    chosen["archived_text"] = _heaviest(topic.archived, weigher, MAX_ARCHIVED_WORDS)
    made = {name: _within_budget(stems, topic, weigher) for name, stems in chosen.items()}
    return {name: words for name, words in made.items() if words}


def _heaviest(counts: Mapping[str, float], weigher: Weigher, limit: int) -> list[str]:
    return sorted(counts, key=lambda word: (-counts[word] * weigher.idf(word), word))[:limit]


def _within_budget(stems: Iterable[str], topic: TopicWords, weigher: Weigher) -> list[str]:
    asked: list[str] = []
    hits = 0
    for word in stems:
        frequency = weigher.frequencies.get(word, 0)
        if asked and hits + frequency > MAX_HITS:
            continue
        hits += frequency
        asked += weigher.forms(word, topic.surface[word])
    return asked


def candidates(topic: TopicWords, index: PageIndex, names: NameIndex, weigher: Weigher, without: Collection[str] = ()) -> list[Candidate]:
    """The pages worth comparing, but for those that are out of the question."""
    excluded = frozenset(without)
    places: dict[str, dict[str, int]] = defaultdict(dict)
    answers: dict[tuple[str, ...], Sequence[str]] = {}
    for query, asked in questions(topic, weigher).items():
        key = tuple(asked)
        if key not in answers:
            answers[key] = _left(index.search(asked, PER_QUERY + len(excluded)), excluded, PER_QUERY)
        for place, url in enumerate(answers[key]):
            places[url][query] = place
    for grams in dict.fromkeys(text.grams for source in NAMES for text in topic.texts[source]):
        for place, url in enumerate(_left(names.alike(grams, MAX_ALIKE + len(excluded)), excluded, MAX_ALIKE)):
            places[url][SPELLING] = min(place, places[url].get(SPELLING, place))
    found = [Candidate(url=url, places=found_at) for url, found_at in places.items()]
    votes = {word: count * weigher.idf(word) for word, count in topic.votes.items()}
    total = sum(votes.values()) or 1.0  # a topic that says nothing: all candidates promise as much
    promise = {
        each.url: _fused(each) + NAMED_WORTH * sum([votes[word] for word in names.words(each.url) if word in votes]) / total
        for each in found
    }
    return sorted(found, key=lambda candidate: (-round(promise[candidate.url], EXACT), candidate.url))[:MAX_CANDIDATES]


def _left(urls: Sequence[str], excluded: AbstractSet[str], limit: int) -> list[str]:
    return [url for url in urls if url not in excluded][:limit]


def _fused(candidate: Candidate) -> float:
    return sum([1.0 / (RANK_DAMPING + place) for place in candidate.places.values()])
