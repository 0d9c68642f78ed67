"""The table [weights] of a campaign: what each part of a score is worth."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from prospector.campaign_types import Table
from prospector.scoring.score import DEFAULT_WEIGHTS, ScoreWeights

MOST = 100.0  # points of one part: the whole scale


def _points(default: float, description: str) -> Any:
    """Good news gives points, bad news takes them; 0 leaves a part out."""
    most, least = (MOST, 0.0) if default > 0.0 else (0.0, -MOST)
    return Field(default=default, ge=least, le=most, description=description, examples=[default / 2])


class Weights(Table):
    """Points: the most that a part can give or, below zero, take. The whole is cut to 0..100."""

    topic: float = _points(DEFAULT_WEIGHTS.topic, "The page is about your keywords.")
    strong_match: float = _points(DEFAULT_WEIGHTS.strong_match, "A page of yours fits a dead link well.")
    possible_match: float = _points(DEFAULT_WEIGHTS.possible_match, "A page of yours may fit a dead link.")
    confirmed: float = _points(DEFAULT_WEIGHTS.confirmed, "A link is surely dead.")
    probable: float = _points(DEFAULT_WEIGHTS.probable, "Links look dead, none is confirmed yet.")
    tended: float = _points(DEFAULT_WEIGHTS.tended, "Few of its links are dead: somebody looks after the page.")
    abandoned: float = _points(DEFAULT_WEIGHTS.abandoned, "Half of its links or more are dead: nobody does.")
    fresh: float = _points(DEFAULT_WEIGHTS.fresh, "The page was changed within a year.")
    stale: float = _points(DEFAULT_WEIGHTS.stale, "It was not changed for five years.")
    resource_page: float = _points(DEFAULT_WEIGHTS.resource_page, "It is a list of links for its readers.")
    other_page: float = _points(DEFAULT_WEIGHTS.other_page, "It is an article, a home page or the like.")
    untrusted_links: float = _points(DEFAULT_WEIGHTS.untrusted_links, "Its links are marked nofollow, ugc or sponsored.")
    named_contact: float = _points(DEFAULT_WEIGHTS.named_contact, "The address of a person or of an office such as webmaster is known.")
    email: float = _points(DEFAULT_WEIGHTS.email, "An address is known.")
    form: float = _points(DEFAULT_WEIGHTS.form, "A form, a tracker or a hidden address is known.")
    no_contact: float = _points(DEFAULT_WEIGHTS.no_contact, "Nobody can be reached.")
    wanted_elsewhere: float = _points(DEFAULT_WEIGHTS.wanted_elsewhere, "Many sites link to the same dead page.")
    authority: float = _points(DEFAULT_WEIGHTS.authority, "The site stands high in an imported list, see `scrapy ranks import`.")
    spam_flag: float = _points(DEFAULT_WEIGHTS.spam_flag, "Each sign of a link farm, up to three.")
    other_language: float = _points(DEFAULT_WEIGHTS.other_language, "The page is not in the language of the letters.")

    def score_weights(self) -> ScoreWeights:
        return ScoreWeights(**self.model_dump())
