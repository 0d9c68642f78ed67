"""Fit the matching weights to labelled data, and say what they are worth on sites they never saw.

python -m benchmarks.fit_matching DIR SPLIT WEIGHTS --unseen OUT

Writes to OUT the scorer's rows, each site ranked by weights that were fitted on the other sites only; to WEIGHTS (a TOML file) the weights
fitted on all of them. Needs numpy. Two vectors: for links with an archived copy and without; every link that has a copy teaches both,
and every link found on a page teaches once more with its URL hidden, as a link to somebody else's site would. Confidence is fitted to ranks of
each site by what the others taught: how sure to be of pages that no weight has seen. What a small site adds to it is fitted last, to pieces of a
few pages cut out of the labelled sites (matching_small_sites.py).
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.matching import Question, open_sites, prediction, question_topic, read_questions
from benchmarks.matching_small_sites import ranker_over, small_sites
from prospector.matching.features import FEATURES
from prospector.matching.pages import PageWords
from prospector.matching.rank import Compared, Ranked, Ranker, ranked
from prospector.matching.score import CONFIDENCE_EXTRAS, FEW_PAGES, confidence_inputs
from prospector.matching.topic import Source, Topic
from prospector.matching.weights import VERSION, Shape, Vector, Weights

Array = NDArray[np.float64]

SHAPES = {True: (Shape.PLAIN, Shape.RELATIVE), False: (Shape.PLAIN, Shape.SQUARED, Shape.CUBED)}  # with an archived copy, and without
RANK_RIDGE = {True: 2e-2, False: 3e-2}
# What a weight is drawn to where the data say nothing: all evidence counts a little, which carries over to sites of another kind
PRIOR = {Shape.PLAIN: 0.2, Shape.SQUARED: 0.2, Shape.CUBED: 0.2, Shape.RELATIVE: 0.1}
FIRM_PRIOR = {"current": 0.8, "undated": 0.5}  # plain weights; too few sites keep old versions, or a blog, for these to be learnt from
CONFIDENCE_RIDGE = 2e-3
STEPS = 300
MOST_FOR_SMALL = 10.0  # a weight beyond it would offer anything
LEAST_WEIGHT = 0.01  # smaller ones are left out of the file
# how much a false offer costs against a missed one: what has no answer must not be offered one
KIND_COST = {"pos": 1.0, "near": 1.45, "far": 2.0, "other": 2.0}
UNSHRUNK = 1.3  # the ridge pulls every confidence towards the middle; the logits times this are right as often as they say
URL_SOURCES = {Source.SLUG, Source.PATH}
ARCHIVE_SOURCES = {Source.ARCHIVED_TITLE, Source.ARCHIVED_HEADINGS, Source.ARCHIVED_TEXT}
CONFIDENCE_INPUTS = (*(name for name in CONFIDENCE_EXTRAS if name != FEW_PAGES), *FEATURES)
# The labelled sites are all large; what a small site adds to the confidence is learnt from pieces of so many pages, cut out of them
SMALL_SITES = (8, 40)
SMALL_LINKS = 70  # of each labelled site and size


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    question: Question
    archived: bool
    as_asked: bool  # not a variant made for teaching
    counts: float  # for the confidence
    pages: list[PageWords]
    values: NDArray[np.float32]  # candidates x features: half the memory of doubles, and there are half a million candidates
    gold: NDArray[np.bool_]
    acceptable: NDArray[np.bool_]
    documents: int  # of the site

    def ranked(self, vector: Vector) -> list[Ranked]:
        return ranked(
            [
                Compared(page=page, features=dict(zip(FEATURES, map(float, row), strict=True)))
                for page, row in zip(self.pages, self.values, strict=True)
            ],
            vector,
            self.documents,
        )


def variants(question: Question) -> list[tuple[Topic, float]]:
    """The topic as asked, and with evidence hidden; each with how much it counts for the confidence.

    Most labelled links without a copy are bare addresses, or "demo" and "tutorial" on one site's lists: how sure the texts of links make us is
    learnt from links that have a copy, hidden.
    """
    topic = question_topic(question.row, question.page)
    made = [(topic, 1.0)]
    if topic.archived:
        made.append((_without(topic, ARCHIVE_SOURCES), 0.5))
    if question.kind == "pos" and topic.of(Source.CONTEXT):
        made.append((_without(topic, ARCHIVE_SOURCES | URL_SOURCES), 0.0))
    return made


def _without(topic: Topic, sources: set[Source]) -> Topic:
    return replace(topic, pieces=tuple(piece for piece in topic.pieces if piece.source not in sources))


def example(question: Question, topic: Topic, ranker: Ranker, *, counts: float) -> Example:
    compared = ranker.compare(topic, without=question.excluded)
    gold = set(question.row["gold"]) if question.kind == "pos" else set()
    acceptable = gold | set(question.row.get("gold_loose", ())) if question.kind == "pos" else gold
    urls = [each.page.url for each in compared]
    return Example(
        question=question,
        archived=topic.archived,
        as_asked=counts == 1.0,
        counts=counts,
        pages=[each.page for each in compared],
        values=np.array([[each.features[name] for name in FEATURES] for each in compared], np.float32).reshape(
            len(compared), len(FEATURES)
        ),
        gold=np.array([url in gold for url in urls], dtype=bool),
        acceptable=np.array([url in acceptable for url in urls], dtype=bool),
        documents=ranker.documents,
    )


def site_weights(examples: Sequence[Example]) -> Array:
    """Every site counts by the square root of its questions: the largest must not decide alone."""
    counts = Counter(each.question.site for each in examples)
    return np.array([counts[each.question.site] ** -0.5 for each in examples])


def descend(weights: Array, gradient: object, *, free: int = 0, rate: float = 0.05) -> Array:
    """Adam with a shrinking step, kept non-negative but for the first `free` weights."""
    assert callable(gradient)
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        slope = gradient(weights)
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        pace = rate * (1.0 - step / (STEPS + 1.0))
        weights = weights - pace * (first / (1.0 - 0.9**step)) / (np.sqrt(second / (1.0 - 0.999**step)) + 1e-9)
        weights[free:] = np.maximum(weights[free:], 0.0)
    return weights


def shaped(values: NDArray[Any], shapes: Sequence[Shape]) -> NDArray[Any]:
    """One column for each shape of each feature."""
    best = values.max(axis=0)
    made = {
        Shape.PLAIN: values,
        Shape.SQUARED: values**2,
        Shape.CUBED: values**3,
        Shape.RELATIVE: np.divide(values, best, out=np.zeros_like(values), where=best > 0.0),
    }
    return np.hstack([made[shape] for shape in shapes])


def fit_rank(examples: Sequence[Example], *, archived: bool) -> dict[Shape, dict[str, float]]:
    """Listwise: the labelled pages' share of exp(score) among all candidates, as large as can be."""
    teaching = [each for each in examples if each.gold.any() and len(each.gold) > 1]
    names = [name for name in FEATURES if archived or "archived" not in name]
    columns = [FEATURES.index(name) for name in names]
    shapes = SHAPES[archived]
    prior = np.array([FIRM_PRIOR.get(name, PRIOR[shape]) if shape is Shape.PLAIN else PRIOR[shape] for shape in shapes for name in names])
    sizes = [len(each.gold) for each in teaching]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    owner = np.repeat(np.arange(len(teaching)), sizes)
    values = np.concatenate([shaped(each.values[:, columns], shapes) for each in teaching]).astype(np.float32)
    gold = np.concatenate([each.gold for each in teaching])
    cost = site_weights(teaching)
    cost = cost / cost.sum()

    def gradient(weights: Array) -> Array:
        scores = values @ weights.astype(np.float32)
        odds = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        shares = odds / np.add.reduceat(odds, starts)[owner]
        found = np.maximum(np.add.reduceat(shares * gold, starts), 1e-9)
        pull = ((shares - shares * gold / found[owner]) * cost[owner]).astype(np.float32)
        slope: Array = values.T @ pull + 2.0 * RANK_RIDGE[archived] * (weights - prior)
        return slope

    fitted = iter(descend(np.full(len(prior), 0.5), gradient))
    rows = {shape: {name: round(float(next(fitted)), 4) for name in names} for shape in shapes}
    return {shape: {name: weight for name, weight in row.items() if weight >= LEAST_WEIGHT} for shape, row in rows.items()}


def fit_confidence(judged: Sequence[tuple[Example, Vector]], vector: Vector) -> Vector:
    """Logistic: is the best page acceptable? Pages of sites that have no answer teach it to say no.

    :param judged: examples, each with the weights that rank it.
    :param vector: the weights that the confidence is for.
    """
    answered = [(each, ranker) for each, ranker in judged if each.pages and each.counts]
    inputs: list[list[float]] = []
    right: list[float] = []
    names = [name for name in CONFIDENCE_INPUTS if name in CONFIDENCE_EXTRAS or any(name in row for row in vector.rank.values())]
    for each, ranker in answered:
        order = each.ranked(ranker)
        given = confidence_inputs(order[0].features, [one.score for one in order], each.documents)
        inputs.append([1.0, *(given[name] for name in names)])
        right.append(float(each.acceptable[each.pages.index(order[0].page)]))
    values, truth = np.array(inputs), np.array(right)
    cost = site_weights([each for each, _ in answered]) * np.array([each.counts * KIND_COST[each.question.kind] for each, _ in answered])
    cost = cost / cost.sum()

    def gradient(weights: Array) -> Array:
        said = 1.0 / (1.0 + np.exp(-values @ weights))
        ridge = 2.0 * CONFIDENCE_RIDGE * weights
        ridge[0] = 0.0
        slope: Array = values.T @ (cost * (said - truth)) + ridge
        return slope

    fitted = UNSHRUNK * descend(np.zeros(values.shape[1]), gradient, free=1)
    named = {name: round(float(weight), 4) for name, weight in zip(names, fitted[1:], strict=True) if weight >= LEAST_WEIGHT}
    return replace(vector, confidence=named, intercept=round(float(fitted[0]), 4))


def with_small_sites(vector: Vector, small: Sequence[Example]) -> Vector:
    """The one weight that the labelled sites can't teach, all others held: the likeliest for what is right and wrong on small sites."""
    offsets, few, right = [], [], []
    asked = [each for each in small if each.pages]
    for each in asked:
        order = each.ranked(vector)
        inputs = confidence_inputs(order[0].features, [one.score for one in order], each.documents)
        few.append(inputs[FEW_PAGES])
        offsets.append(vector.intercept + sum(weight * inputs.get(name, 0.0) for name, weight in vector.confidence.items()))
        right.append(float(each.acceptable[each.pages.index(order[0].page)]))
    cost = site_weights(asked) * np.array([KIND_COST[each.question.kind] for each in asked])
    inputs_few, logits, truth = np.array(few), np.array(offsets), np.array(right)
    low, high = 0.0, MOST_FOR_SMALL
    while high - low > LEAST_WEIGHT / 10:  # the slope only falls: halve
        middle = (low + high) / 2.0
        said = 1.0 / (1.0 + np.exp(-(logits + middle * inputs_few)))
        low, high = (middle, high) if float((cost * (truth - said) * inputs_few).sum()) > 0.0 else (low, middle)
    return replace(vector, confidence={**vector.confidence, FEW_PAGES: round(low, 2)})


def small_examples(folder: Path, split: str, unfitted: Weights) -> list[Example]:
    made = []
    for size in SMALL_SITES:
        for pages, questions in small_sites(folder, split, size=size, links=SMALL_LINKS):
            with ranker_over(pages, unfitted) as ranker:
                topics = [(question, topic) for question in questions for topic, counts in variants(question) if counts]
                made += [example(question, topic, ranker, counts=1.0) for question, topic in topics]
    return made


def fit(examples: Sequence[Example], small: Sequence[Example] = ()) -> Weights:
    """:param small: of small sites; without any, the size of a site means nothing."""
    with_copy, without = (_fit([each for each in examples if each.archived is archived], archived=archived) for archived in (True, False))
    if small:
        with_copy = with_small_sites(with_copy, [each for each in small if each.archived])
        without = with_small_sites(without, [each for each in small if not each.archived])
    return Weights(with_archive=with_copy, without_archive=without)


def _fit(teaching: Sequence[Example], *, archived: bool) -> Vector:
    judged = []
    for site in dict.fromkeys(each.question.site for each in teaching):
        others = [each for each in teaching if each.question.site != site]
        taught = _rank_only(others or teaching, archived=archived)
        judged += [(each, taught) for each in teaching if each.question.site == site]
    return fit_confidence(judged, _rank_only(teaching, archived=archived))


def _rank_only(teaching: Sequence[Example], *, archived: bool) -> Vector:
    return Vector(rank=fit_rank(teaching, archived=archived), confidence={}, intercept=0.0)


def as_toml(weights: Weights) -> str:
    lines = [
        "# Made by benchmarks/fit_matching.py from labelled dead links and the pages that replaced them; never edited by hand.",
        "# A feature that is not named weighs nothing. features.py says what each one is.",
        f"version = {VERSION}",
    ]
    for name, vector in (("with_archive", weights.with_archive), ("without_archive", weights.without_archive)):
        for shape, row in vector.rank.items():
            lines += ["", f"[{name}.rank.{shape}]", *(f"{feature} = {weight}" for feature, weight in row.items())]
        lines += ["", f"[{name}.confidence.weights]", f"intercept = {vector.intercept}"]
        lines += [f"{feature} = {weight}" for feature, weight in vector.confidence.items()]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("split")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--unseen", type=Path, help="rows for the scorer, each site ranked by what the other sites taught")
    given = parser.parse_args()
    untaught = Vector(rank={}, confidence={}, intercept=0.0)
    unfitted = Weights(with_archive=untaught, without_archive=untaught)
    examples: list[Example] = []
    with ExitStack() as stack:
        stores = open_sites(given.folder, given.split, stack)
        rankers = {site: Ranker(store.site, unfitted) for site, store in stores.items()}
        for question in read_questions(given.folder, given.split):
            ranker = rankers[question.site]
            examples += [example(question, topic, ranker, counts=counts) for topic, counts in variants(question)]
    print(f"{len(examples)} examples of {len(rankers)} sites compared")
    if given.unseen:
        with given.unseen.open("w", encoding="utf-8") as out:
            for site in rankers:
                weights = fit([each for each in examples if each.question.site != site])
                for each in examples:
                    if each.question.site == site and each.as_asked:
                        order = each.ranked(weights.of(archived=each.archived))
                        out.write(json.dumps(prediction(each.question, order)) + "\n")
                print(f"{site}: ranked by what the others taught")
    small = small_examples(given.folder, given.split, unfitted)
    print(f"{len(small)} examples of small sites compared")
    given.weights.write_text(as_toml(fit(examples, small)), encoding="utf-8")


if __name__ == "__main__":
    main()
