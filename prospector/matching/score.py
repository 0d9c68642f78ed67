"""Features → score: what each feature of each candidate adds, and what confidence is computed from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from prospector.matching.weights import Shape, Vector

FEW_PAGES = "few_pages"
CONFIDENCE_EXTRAS = ("score", "margin", "share", FEW_PAGES)  # what confidence rests on besides the best page's features
MAX_MARGIN = 3.0  # in units of the score: a lead beyond it makes nothing surer
MANY_PAGES = 3  # as a power of ten: from a thousand pages on, one of them shares some words with anything
FEWEST = 0.5  # below thirty pages it makes no difference any more how few
SCORE_SCALE = 10.0  # brings the score to the size of the other confidence inputs


def contributions(compared: Sequence[Mapping[str, float]], vector: Vector) -> list[dict[str, float]]:
    """For each candidate: feature → what it adds to the score. Features that add nothing are left out."""
    plain, squared, cubed, relative = (vector.rank.get(shape, {}) for shape in (Shape.PLAIN, Shape.SQUARED, Shape.CUBED, Shape.RELATIVE))
    added: list[dict[str, float]] = [{} for _ in compared]
    for name in dict.fromkeys((*plain, *squared, *cubed, *relative)):
        values = [features.get(name, 0.0) for features in compared]
        best = max(values, default=0.0)
        if best <= 0.0:
            continue
        first, second, third = plain.get(name, 0.0) + relative.get(name, 0.0) / best, squared.get(name, 0.0), cubed.get(name, 0.0)
        for value, parts in zip(values, added, strict=True):
            if value:
                parts[name] = value * (first + value * (second + value * third))
    return added


def confidence_inputs(best: Mapping[str, float], scores: Sequence[float], documents: int) -> dict[str, float]:
    """What the confidence in the best page is computed from: its features, its score, its lead, and the size of the site.

    :param scores: all candidates', best first.
    :param documents: how many pages the site has.
    """
    margin = scores[0] - scores[1] if len(scores) > 1 else MAX_MARGIN
    share = 1.0 / sum([math.exp(score - scores[0]) for score in scores])
    few = min(FEWEST, max(0.0, 1.0 - math.log10(max(1, documents)) / MANY_PAGES))
    return {**best, "score": scores[0] / SCORE_SCALE, "margin": min(margin, MAX_MARGIN), "share": share, FEW_PAGES: few}
