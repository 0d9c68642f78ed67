"""The weights file is read strictly: wrong numbers rank silently wrong."""

import pytest

from prospector.matching.features import FEATURES
from prospector.matching.score import CONFIDENCE_EXTRAS
from prospector.matching.weights import parse_weights, shipped_weights


@pytest.mark.parametrize("archived", [True, False])
def test_the_shipped_weights_name_only_known_features_and_none_is_negative(*, archived: bool) -> None:
    vector = shipped_weights().of(archived=archived)
    named = {name for weights in vector.rank.values() for name in weights}
    assert named <= set(FEATURES)
    assert set(vector.confidence) <= {*FEATURES, *CONFIDENCE_EXTRAS}
    assert min(weight for weights in (*vector.rank.values(), vector.confidence) for weight in weights.values()) >= 0.0


def test_without_an_archived_copy_no_weight_rests_on_one() -> None:
    assert not [name for weights in shipped_weights().without_archive.rank.values() for name in weights if "archived" in name]


def test_weights_of_another_version_are_refused() -> None:
    with pytest.raises(ValueError, match=r"version 99.*fit them again"):
        parse_weights("version = 99")
