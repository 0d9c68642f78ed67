"""The table [weights]: what a campaign says of the parts of a score is what the scores use."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from prospector.campaign import CampaignError, load_campaign
from prospector.campaign_weights import Weights
from prospector.scoring.score import ScoreWeights

CAMPAIGN = """\
name = "garden"
goal = "help"
[sender]
name = "Ada Lind"
email = "ada@example.org"
site = "https://example.org/"
relation = "volunteer"
[weights]
"""


def weights(tmp_path: Path, text: str) -> ScoreWeights:
    path = tmp_path / "campaign.toml"
    path.write_text(CAMPAIGN + text)
    return load_campaign(path).weights.score_weights()


def test_the_table_has_every_weight_of_the_score_with_its_default(tmp_path: Path) -> None:
    assert set(Weights.model_fields) == set(asdict(ScoreWeights()))
    assert weights(tmp_path, "") == ScoreWeights()


def test_what_the_file_says_counts_and_the_rest_keeps_its_default(tmp_path: Path) -> None:
    assert weights(tmp_path, "authority = 0.0\nabandoned = -40\n") == ScoreWeights(authority=0.0, abandoned=-40.0)


@pytest.mark.parametrize("line", ["topic = -5", "abandoned = 5", "topic = 101", 'topic = "much"', "topics = 5"])
def test_good_news_gives_points_bad_news_takes_them_and_nothing_else_stands_there(tmp_path: Path, line: str) -> None:
    with pytest.raises(CampaignError, match=r"campaign\.toml:9  weights\.topic|campaign\.toml:9  weights\.abandoned"):
        weights(tmp_path, line)
