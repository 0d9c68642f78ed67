"""Fitting the matching weights: what the size of a site adds to the confidence is learnt from small sites, and from nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.fit_matching import MOST_FOR_SMALL, Example, with_small_sites
from benchmarks.matching import Question
from prospector.items import SitePage
from prospector.matching.features import FEATURES
from prospector.matching.pages import page_words
from prospector.matching.score import FEW_PAGES
from prospector.matching.weights import Shape, Vector

UNSURE = Vector(rank={Shape.PLAIN: {"slug_exact": 1.0}}, confidence={"slug_exact": 1.0}, intercept=-2.0)


def example(*, right: bool, documents: int = 8) -> Example:
    question = Question(ref="queries:1", site="a", kind="pos" if right else "near", row={}, excluded=frozenset())
    values = np.zeros((1, len(FEATURES)), np.float32)
    values[0, FEATURES.index("slug_exact")] = 1.0
    found = np.array([right])
    pages = [page_words(SitePage(url="https://a.example/compost", title="Compost"))]
    return Example(
        question=question, archived=False, as_asked=True, counts=1.0, pages=pages, values=values, gold=found, acceptable=found, documents=documents
    )  # fmt: skip


def weight(*answers: bool, documents: int = 8) -> float:
    return with_small_sites(UNSURE, [example(right=right, documents=documents) for right in answers]).confidence[FEW_PAGES]


def test_the_oftener_the_best_page_of_a_small_site_is_right_the_surer_it_makes() -> None:
    assert 0.0 < weight(True, True, True, False) < weight(*[True] * 9, False) < MOST_FOR_SMALL


def test_it_never_makes_less_sure() -> None:
    assert weight(False, False, False) == pytest.approx(0.0, abs=0.001)


def test_nothing_else_is_changed() -> None:
    fitted = with_small_sites(UNSURE, [example(right=True), example(right=False)])
    assert (fitted.rank, fitted.intercept) == (UNSURE.rank, UNSURE.intercept)
    assert {name: value for name, value in fitted.confidence.items() if name != FEW_PAGES} == UNSURE.confidence
