"""How well a page answers to a topic, as named numbers: each 0..1 and meaning the same on any site.

No feature compares folders with folders: pages that moved within one site keep theirs, which would flatter the figures and help nobody. What
others say of the dead page (link text, heading, archived title) may be held against the whole address of a page; its own folders may not.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from prospector.matching.candidates import QUERIES, SPELLING
from prospector.matching.evidence import NAMES, SHORT, Text, TopicWords, Weigher
from prospector.matching.pages import PageWords
from prospector.matching.topic import Source

DEEP = (Source.SLUG, Source.ANCHOR, Source.HEADING, Source.CONTEXT)  # an archived page has a text of its own to compare
SPOKEN = tuple(source for source in SHORT if source is not Source.SLUG)  # what people said of the page

FEATURES: tuple[str, ...] = (
    *(
        f"{source.name.lower()}_{measure}"
        for source in NAMES
        for measure in ("title_dice", "slug_dice", "heading_dice", "exact", "grams", "grams_in")
    ),
    *(f"{source.name.lower()}_lead_cover" for source in SHORT),
    *(f"{source.name.lower()}_place_cover" for source in SPOKEN),
    *(f"{source.name.lower()}_body_depth" for source in DEEP),
    "short_title_cover",
    "short_slug_cover",
    "short_lead_cover",
    "short_body_cover",
    "said_place_cover",
    "place_said",
    "names_place_dice",
    "place_named",
    "path_lead_cover",
    "path_body_cover",
    "agreed_title_cover",
    "agreed_lead_cover",
    "agreed_body_cover",
    "agreed_body_depth",
    "title_agreed",
    "slug_agreed",
    "listed_title_cover",
    "listed_lead_cover",
    "listed_body_depth",
    "title_listed",
    "slug_listed",
    "archived_text_cosine",
    "archived_text_cover",
    "archived_text_pairs",
    "archived_headings_cover",
    "archived_headings_same",
    *(f"found_by_{query}" for query in QUERIES if query != SPELLING),
    "overview",
    "shallow",
    "no_listing",
    "current",
    "undated",
)
HALF_DEPTH = 1.5  # the damped count at which a word in a page's text is worth half
HALF_PLACE = 2.0  # the place at which being found by a query is worth half


@dataclass(frozen=True, slots=True, kw_only=True)
class Masses:
    """What the names on a page weigh on its site: the same for every topic."""

    words: Mapping[str, float]
    title: float
    slug: float
    place: float
    headings: tuple[float, ...]


def masses(page: PageWords, weigher: Weigher) -> Masses:
    return Masses(
        words={word: weigher.idf(word) for word in page.place.union(*page.headings)},
        title=weigher.mass(page.title),
        slug=weigher.mass(page.slug),
        place=weigher.mass(page.place),
        headings=tuple(map(weigher.mass, page.headings)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A piece of a topic, with what doesn't change from page to page."""

    text: Text
    mass: float
    telling: float


class Comparison:
    """One topic against many pages: everything that depends on the topic alone is worked out once."""

    def __init__(self, topic: TopicWords, weigher: Weigher) -> None:
        self._topic = topic
        self._mass = weigher.mass
        pooled = {source: {word: weigher.idf(word) for word in topic.pooled(source)} for source in DEEP}
        self._deep = [(f"{source.name.lower()}_body_depth", words, sum(words.values())) for source, words in pooled.items() if words]
        self._texts = {source: [self._weighed(text, weigher) for text in texts] for source, texts in topic.texts.items()}
        self._short = topic.pooled(*SHORT)
        self._said = topic.pooled(Source.ANCHOR, Source.HEADING, Source.ARCHIVED_TITLE)
        self._above = topic.pooled(Source.HEADING, Source.SLUG)
        self._named = self._said | self._above
        self._archived_headings = topic.pooled(Source.ARCHIVED_HEADINGS)
        self._all = self._short.union(topic.votes, topic.listed, topic.pooled(Source.PATH))
        self._short_mass, self._said_mass, self._above_mass = map(weigher.mass, (self._short, self._said, self._above))
        self._archived_headings_mass = weigher.mass(self._archived_headings)
        self._votes = {word: count * weigher.idf(word) for word, count in topic.votes.items()}
        self._votes_mass = sum(self._votes.values())
        self._listed = {word: share * weigher.idf(word) for word, share in topic.listed.items()}
        self._listed_mass = sum(self._listed.values())
        self._squares = {word: weigher.idf(word) ** 2 for word in topic.archived}
        self._archived_square = sum(count**2 * self._squares[word] for word, count in topic.archived.items())
        self._archived_mass = weigher.mass(topic.archived)
        self._mean_square = sum(self._squares.values()) / max(1, len(self._squares))

    @staticmethod
    def _weighed(text: Text, weigher: Weigher) -> Weighed:
        mass = weigher.mass(text.stems)
        return Weighed(text=text, mass=mass, telling=weigher.telling(mass))

    def features(self, page: PageWords, weight: Masses, found_at: Mapping[str, int], below: int) -> dict[str, float]:
        """Every one of FEATURES by name.

        :param found_at: at which place (0-based) each candidate query found the page.
        :param below: how many of the other candidates stand directly below it.
        """
        values = dict.fromkeys(FEATURES, 0.0)
        hits = Hits.on(page, self._all)
        weight = Masses(
            words=weight.words,
            headings=weight.headings,
            title=self._as_we_weigh(weight.title, hits.title, weight),
            slug=self._as_we_weigh(weight.slug, hits.slug, weight),
            place=self._as_we_weigh(weight.place, hits.place, weight),
        )
        for source in NAMES:
            values |= self._named_alike(source, page, weight, hits)
        values |= self._covered(hits, weight)
        values |= self._agreement(hits, weight)
        if self._topic.archived or self._archived_headings:
            values |= self._archived(page)
        for query, place in found_at.items():
            if query != SPELLING:  # names that are spelled alike are compared as such
                values[f"found_by_{query}"] = HALF_PLACE / (HALF_PLACE + place)
        for name, words, mass in self._deep:
            values[name] = _share(_deep(words, hits.body), mass)
        values["overview"] = 1.0 - 1.0 / (1.0 + below)  # a list of links is about a subject, and so is the page above several that fit
        values["shallow"] = 1.0 / (1.0 + page.depth)
        values["no_listing"] = float(not page.listing)
        values["current"] = float(not page.outdated)
        values["undated"] = float(self._topic.dated or not page.dated)
        return values

    def _as_we_weigh(self, total: float, shared: AbstractSet[str], weight: Masses) -> float:
        """A word has its weight by the form in which it was seen. Where topic and page have different forms of it, the topic's counts."""
        if not shared:
            return total
        return total + self._mass(shared) - sum([weight.words[word] for word in shared])

    def _named_alike(self, source: Source, page: PageWords, weight: Masses, hits: Hits) -> dict[str, float]:
        """A piece of evidence that may be the page's name, against its names: the best of the pieces counts."""
        name = source.name.lower()
        values: dict[str, float] = {}

        def best(measure: str, value: float) -> None:
            key = f"{name}_{measure}"
            if value > values.get(key, 0.0):
                values[key] = value

        for weighed in self._texts[source]:
            text, telling = weighed.text, weighed.telling
            grams = text.grams
            if grams:
                in_title, in_slug = grams & page.title_grams, grams & page.slug_grams
                if in_title or in_slug:
                    alike = max(_jaccard(in_title, grams, page.title_grams), _jaccard(in_slug, grams, page.slug_grams))
                    best("grams", telling * alike)
                    best("grams_in", telling * len(in_title | in_slug) / len(grams))
            if text.stems.isdisjoint(page.body):
                continue
            if in_title := text.stems & hits.title:
                best("title_dice", telling * _share(2.0 * self._mass(in_title), weighed.mass + weight.title))
            if in_slug := text.stems & hits.slug:
                best("slug_dice", telling * _share(2.0 * self._mass(in_slug), weighed.mass + weight.slug))
            for heading, heading_mass in zip(page.headings, weight.headings, strict=True):
                if not heading.isdisjoint(text.stems):
                    shared = text.stems & heading
                    theirs = self._as_we_weigh(heading_mass, shared, weight)
                    best("heading_dice", telling * _share(2.0 * self._mass(shared), weighed.mass + theirs))
            if text.run and text.run in (page.title_run, page.slug_run):
                best("exact", telling)
        return values

    def _covered(self, hits: Hits, weight: Masses) -> dict[str, float]:
        """How much of what is said of the dead page stands where, and how much of the page's names is said."""
        mass = self._mass
        values = {
            "short_title_cover": _share(mass(hits.title & self._short), weight.title),
            "short_slug_cover": _share(mass(hits.slug & self._short), weight.slug),
            "short_lead_cover": _share(mass(hits.lead & self._short), self._short_mass),
            "short_body_cover": _share(mass(self._short & hits.body.keys()), self._short_mass),
        }
        for each in self._texts[Source.PATH]:  # one at most
            values["path_lead_cover"] = _share(mass(each.text.stems & hits.told), each.mass)
            values["path_body_cover"] = _share(mass(each.text.stems & hits.body.keys()), each.mass)
        said = mass(self._said & hits.place)
        above = mass(self._above & hits.place)
        values["said_place_cover"] = _share(said, self._said_mass)
        values["place_said"] = _share(said, weight.place)
        values["names_place_dice"] = _share(2.0 * above, self._above_mass + weight.place)
        values["place_named"] = _share(mass(self._named & hits.place), weight.place)
        for source in SHORT:
            name = source.name.lower()
            for each in self._texts[source]:
                lead = each.telling * _share(mass(each.text.stems & hits.lead), each.mass)
                values[f"{name}_lead_cover"] = max(values.get(f"{name}_lead_cover", 0.0), lead)
                if source is not Source.SLUG:
                    place = each.telling * _share(mass(each.text.stems & hits.place), each.mass)
                    values[f"{name}_place_cover"] = max(values.get(f"{name}_place_cover", 0.0), place)
        return values

    def _agreement(self, hits: Hits, weight: Masses) -> dict[str, float]:
        """What several kinds of evidence name counts more than what one does; so does what the whole list of links is about."""
        votes, listed = self._votes, self._listed
        in_title, in_slug = _total(votes, hits.title), _total(votes, hits.slug)
        values = {
            "agreed_title_cover": _share(in_title, self._votes_mass),
            "agreed_lead_cover": _share(_total(votes, hits.lead), self._votes_mass),
            "agreed_body_cover": _share(_total(votes, hits.body.keys()), self._votes_mass),
            "agreed_body_depth": _share(_deep(votes, hits.body), self._votes_mass),
            "title_agreed": _share(in_title, weight.title * self._topic.witnesses),
            "slug_agreed": _share(in_slug, weight.slug * self._topic.witnesses),
        }
        if listed:
            in_title, in_slug = _total(listed, hits.title), _total(listed, hits.slug)
            values |= {
                "listed_title_cover": _share(in_title, self._listed_mass),
                "listed_lead_cover": _share(_total(listed, hits.lead), self._listed_mass),
                "listed_body_depth": _share(_deep(listed, hits.body), self._listed_mass),
                "title_listed": _share(in_title, weight.title),
                "slug_listed": _share(in_slug, weight.slug),
            }
        return values

    def _archived(self, page: PageWords) -> dict[str, float]:
        archived, squares, body = self._topic.archived, self._squares, page.body
        runs = [each.text.run for each in self._texts[Source.ARCHIVED_HEADINGS]]
        values = {
            "archived_headings_cover": _share(self._mass(self._archived_headings & page.lead), self._archived_headings_mass),
            "archived_headings_same": _share(sum([run in page.runs for run in runs]), len(runs)),
            "archived_text_pairs": _share(len(self._topic.archived_pairs.intersection(page.pairs)), len(self._topic.archived_pairs)),
        }
        shared = archived.keys() & body.keys()
        if shared:
            dot = sum([archived[word] * body[word] * squares[word] for word in shared])
            # only the topic's words were looked up in the index: the page's other words weigh what the topic's do on average
            ours = [(body[word] ** 2, squares[word]) for word in shared]
            others = page.squares - sum([square for square, _ in ours])
            theirs = sum([square * weight for square, weight in ours]) + others * self._mean_square
            values["archived_text_cosine"] = _share(dot, math.sqrt(self._archived_square * theirs))
            values["archived_text_cover"] = _share(self._mass(shared), self._archived_mass)
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """The topic's words that a page has, by where they stand."""

    title: AbstractSet[str]
    slug: AbstractSet[str]
    place: AbstractSet[str]
    told: AbstractSet[str]  # in title and headings: what isn't the page's address
    lead: AbstractSet[str]
    body: Mapping[str, float]

    @classmethod
    def on(cls, page: PageWords, asked: AbstractSet[str]) -> Hits:
        return cls(
            title=page.title & asked,
            slug=page.slug & asked,
            place=page.place & asked,
            told=(page.title & asked).union(*(heading & asked for heading in page.headings)),
            lead=page.lead & asked,
            body={word: page.body[word] for word in page.body.keys() & asked},
        )


def directly_below(urls: Iterable[str]) -> Counter[str]:
    """URL → how many of the others are one folder deeper in it. A home page is above everything, which says nothing."""
    by_place = {place_of(url): url for url in urls}
    return Counter(by_place[place[:-1]] for place in by_place if len(place) > 2 and place[:-1] in by_place)


@lru_cache(maxsize=16384)
def place_of(url: str) -> tuple[str, ...]:
    """Host and folders: what a page's URL without its last part is equal to, if the page stands directly below."""
    parts = urlsplit(url)
    return (parts.netloc, *(segment for segment in parts.path.split("/") if segment))


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else 0.0


def _total(weights: Mapping[str, float], field: AbstractSet[str]) -> float:
    return sum([weights[word] for word in weights.keys() & field])


def _deep(weights: Mapping[str, float], body: Mapping[str, float]) -> float:
    """Like a total, but a word that the text keeps coming back to counts for more."""
    return sum([weights[word] * body[word] / (body[word] + HALF_DEPTH) for word in weights.keys() & body.keys()])


def _jaccard(shared: AbstractSet[str], ours: AbstractSet[str], theirs: AbstractSet[str]) -> float:
    return len(shared) / (len(ours) + len(theirs) - len(shared)) if shared else 0.0
