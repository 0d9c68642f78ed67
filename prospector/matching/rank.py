"""Topic + index of the user's pages → at most three matches, or none. "Nothing fits" is an answer.

The order comes from a weighted sum of features, the offer from a calibrated confidence: a page can be the best of a site and still not fit.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from prospector.items import Match, Strength
from prospector.matching.candidates import EXACT, PageIndex, candidates
from prospector.matching.compounds import compounds
from prospector.matching.evidence import SHORT, TopicWords, Weigher, topic_words
from prospector.matching.features import Comparison, Masses, directly_below, masses, place_of
from prospector.matching.names import NameIndex
from prospector.matching.pages import PageWords, page_words
from prospector.matching.reasons import reasons
from prospector.matching.score import confidence_inputs, contributions
from prospector.matching.topic import Source, Topic
from prospector.matching.weights import Vector, Weights, shipped_weights
from prospector.matching.words import KIND_STEMS, UNTELLING, name_words

MAX_MATCHES = 3
MAX_TELLING = 8
OWN_NAMES = (
    Source.SLUG,
    Source.ANCHOR,
    Source.ARCHIVED_TITLE,
    Source.ARCHIVED_HEADINGS,
)  # what a dead page was called, by itself or by who linked it
ALTERNATIVE_SHARE = 0.05  # of the best match's confidence: an alternative below it is not worth a person's look
KEPT_FREQUENCIES = 200_000  # words looked up in the index and remembered
KEPT_PAGES = 8000  # cut pages kept in memory, about 10 KB each: cutting them again is half of a link's time


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A candidate, measured."""

    page: PageWords
    features: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    page: PageWords
    features: Mapping[str, float]
    parts: Mapping[str, float]  # feature → its share of the score
    score: float
    confidence: float  # 0..1, that this page is the answer


class Ranker:
    """Ranks over one index, remembering its words and pages. For one run: make a new one when the site was read again."""

    def __init__(self, index: PageIndex, weights: Weights | None = None) -> None:
        self._index = index
        self._weights = weights or shipped_weights()
        self._frequencies: dict[str, int] = {}
        self._last_cut: tuple[Topic, TopicWords] | None = None
        self._pages: dict[str, tuple[PageWords, Masses]] = {}
        self._names: NameIndex | None = None
        self.documents = index.document_count()

    def compare(self, topic: Topic, *, without: Collection[str] = ()) -> list[Compared]:
        """Every candidate with its features, unordered: what the weights are fitted on.

        :param without: URLs of pages that are out of the question for this target.
        """
        return self._compare(self._cut(topic), without)

    def rank(self, topic: Topic, *, without: Collection[str] = ()) -> list[Ranked]:
        """Every candidate, best first."""
        return self._rank(topic, self._cut(topic), without)

    def best_matches(self, topic: Topic, *, strong: float, possible: float) -> tuple[Match, ...]:
        """What may be offered, best first. Empty when nothing fits.

        :param strong: confidence from which a match is strong.
        :param possible: confidence from which anything is offered at all. The alternatives to the best one come with it, however sure each is.
        """
        nearest = self.nearest(topic, strong=strong)
        if not nearest or nearest[0].confidence < possible:
            return ()
        return tuple(match for match in nearest if match.confidence >= ALTERNATIVE_SHARE * nearest[0].confidence)

    def nearest(self, topic: Topic, *, strong: float, limit: int = MAX_MATCHES) -> tuple[Match, ...]:
        """The likeliest pages, best first, whether or not any of them fits: what a person is shown who asks why."""
        words = self._cut(topic)
        order = self._rank(topic, words)
        return tuple(
            Match(
                target_url=topic.target_url,
                rank=place,
                page_url=each.page.url,
                page_title=each.page.name,
                score=round(each.score, 4),
                confidence=round(each.confidence, 4),
                strength=Strength.STRONG if place == 1 and each.confidence >= strong else Strength.POSSIBLE,
                reasons=reasons(topic, words, each.page, each.parts),
            )
            for place, each in enumerate(order[:limit], start=1)
        )

    def telling_words(self, topic: Topic, *, limit: int = MAX_TELLING) -> tuple[str, ...]:
        """What the topic is about in a few words as they were written: first those that several pieces of evidence agree on, and that are rare.

        What surrounds the link speaks of the linking page, and is listened to only where the dead page's own names say nothing.
        """
        words = self._cut(topic)
        weigher = self._weigher(words.surface)
        tells = frozenset(stem for stem, word in words.surface.items() if not stem.isdecimal() and word not in UNTELLING)
        repeated = {stem for stem, count in words.archived.items() if count > 1.0}
        named = (words.pooled(*OWN_NAMES) | repeated) & tells
        tells = (named if named - KIND_STEMS else words.pooled(Source.HEADING) & tells) or tells
        said = {stem: words.votes.get(stem, 0) + words.listed.get(stem, 0.0) + words.archived.get(stem, 0.0) / 2 for stem in words.surface}
        weight = {stem: round(count * weigher.idf(stem), EXACT) for stem, count in said.items() if count and stem in tells}
        return tuple(words.surface[stem] for stem in sorted(weight, key=lambda stem: (-weight[stem], stem))[:limit])

    def _rank(self, topic: Topic, words: TopicWords, without: Collection[str] = ()) -> list[Ranked]:
        """In the order of all that is said. As sure as the surest of the links that, alone, would have it first too."""
        order = ranked(self._compare(words, without), self._weights.of(archived=topic.archived), self.documents)
        if not order:
            return []
        alone = [self.rank(view, without=without)[:1] for view in topic.views]
        agreeing = [best.confidence for firsts in alone for best in firsts if best.page.url == order[0].page.url]
        sure = max([order[0].confidence, *agreeing])
        return [replace(each, confidence=each.confidence * sure / order[0].confidence) for each in order]

    def _cut(self, topic: Topic) -> TopicWords:
        """The last one is kept: what a topic is matched with, and what it tells, are asked for one after the other."""
        if self._last_cut is None or self._last_cut[0] is not topic:
            written = dict.fromkeys(word for source in SHORT for text in topic.of(source) for word in name_words(text))
            self._last_cut = topic, topic_words(topic, compounds(written, self._frequency))
        return self._last_cut[1]

    def _compare(self, words: TopicWords, without: Collection[str] = ()) -> list[Compared]:
        if self.documents == 0:
            return []
        if self._names is None:
            self._names = NameIndex(self._index.names())
        weigher = self._weigher(words.surface)
        comparison = Comparison(words, weigher)
        compared = []
        found = candidates(words, self._index, self._names, weigher, without)
        below = directly_below(candidate.url for candidate in found)
        for candidate in found:
            page = self._page(candidate.url)
            if page is not None:
                compared.append(Compared(page=page[0], features=comparison.features(*page, candidate.places, below[candidate.url])))
        return compared

    def _page(self, url: str) -> tuple[PageWords, Masses] | None:
        known = self._pages.pop(url, None)
        if known is None:
            page = self._index.page(url)
            if page is None:
                return None
            cut = page_words(page)
            known = cut, masses(cut, self._weigher(cut.surface))
            if len(self._pages) >= KEPT_PAGES:
                del self._pages[next(iter(self._pages))]
        self._pages[url] = known  # the last one used stands last
        return known

    def _weigher(self, surface: Mapping[str, str]) -> Weigher:
        frequencies = self._frequency(list(surface.values()))
        return Weigher(self.documents, {stem: frequencies[word] for stem, word in surface.items()})

    def _frequency(self, words: Sequence[str]) -> Mapping[str, int]:
        if len(self._frequencies) > KEPT_FREQUENCIES:
            self._frequencies.clear()
        unknown = [word for word in words if word not in self._frequencies]
        if unknown:
            self._frequencies.update(self._index.document_frequency(unknown))
        return self._frequencies


def best_matches(topic: Topic, index: PageIndex, *, strong: float, possible: float) -> tuple[Match, ...]:
    """One topic. For many over the same index keep a Ranker: it is several times faster."""
    return Ranker(index).best_matches(topic, strong=strong, possible=possible)


def ranked(compared: Sequence[Compared], vector: Vector, documents: int) -> list[Ranked]:
    """Candidates in order, the best with its calibrated confidence; the others share it in proportion to how close they come.

    :param documents: how many pages the site has.
    """
    if not compared:
        return []
    parts = contributions([each.features for each in compared], vector)
    scored = [(sum(each_parts.values()), each_parts, each) for each_parts, each in zip(parts, compared, strict=True)]
    scored.sort(key=lambda one: (-round(one[0], EXACT), one[2].page.url))
    scores = [score for score, _, _ in scored]
    inputs = confidence_inputs(scored[0][2].features, scores, documents)
    logit = vector.intercept + sum(weight * inputs.get(name, 0.0) for name, weight in vector.confidence.items())
    best = 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, logit))))
    order = [
        Ranked(page=each.page, features=each.features, parts=each_parts, score=score, confidence=best * math.exp(score - scores[0]))
        for score, each_parts, each in scored
    ]
    return _with_section(order)


def _with_section(order: list[Ranked]) -> list[Ranked]:
    """Where two of the three best stand in one section, the section's own page is the third to choose from, as sure as the page in whose place it comes.

    Such a dead page was often about the whole, or about a part that has no page of its own any more; a third page of the same kind tells less.
    """
    places = [place_of(each.page.url) for each in order]
    sections = Counter(place[:-1] for place in places[:MAX_MATCHES] if len(place) > 2)  # a home page is above everything
    for at, (each, place) in enumerate(zip(order, places, strict=True)):
        if at >= MAX_MATCHES and sections[place] >= MAX_MATCHES - 1:
            third = order[MAX_MATCHES - 1]
            return [
                *order[: MAX_MATCHES - 1],
                replace(each, confidence=third.confidence),
                third,
                *(one for one in order[MAX_MATCHES:] if one is not each),
            ]
    return order
