"""Geometry: what is drawn is in proportion, stays inside the chart, and hides nothing."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospector.review import charts

sizes = st.integers(min_value=0, max_value=10**7)


def test_parts_stand_side_by_side_in_proportion() -> None:
    drawn = charts.bar("Dead", [(30, "sure"), (20, "likely")], 200)
    assert [(part.x, part.width, part.look) for part in drawn.segments] == [(0, 15, "sure"), (15, 10, "likely")]
    assert drawn.value == "50"


@given(st.lists(sizes, max_size=5), sizes)
def test_nothing_is_drawn_outside_and_nothing_that_is_there_is_invisible(parts: list[int], more: int) -> None:
    whole = sum(parts) + more
    drawn = charts.bar("", [(size, "x") for size in parts], whole).segments
    assert len(drawn) == sum(size > 0 for size in parts)
    for part in drawn:
        assert part.width >= charts.LEAST
        assert part.x >= 0
        assert part.x + part.width <= 100.001


def test_of_nothing_nothing_is_drawn() -> None:
    assert charts.bar("", [(0, "x")], 0).segments == ()
    assert [column.height for column in charts.columns([0, 0], ["a", "b"], highest=0)] == [0, 0]


@given(st.lists(sizes, min_size=1, max_size=12))
def test_columns_share_the_width_and_keep_their_order_of_size(numbers: list[int]) -> None:
    drawn = charts.columns(numbers, [""] * len(numbers), highest=max(numbers))
    assert max(column.height for column in drawn) == (100 if max(numbers) else 0)
    assert all(left.x + left.width <= right.x + 0.01 for left, right in itertools.pairwise(drawn))
    for one in drawn:
        assert (one.height > 0) == (one.number > 0)
        assert all(one.height <= other.height for other in drawn if one.number <= other.number)


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 0, ""), (0, 5, "0 %"), (5, 5, "100 %"), (1, 1000, "< 1 %"), (999, 1000, "> 99 %"), (1, 3, "33 %")],
)
def test_a_share_is_never_rounded_to_none_or_all(part: int, whole: int, said: str) -> None:
    assert charts.share(part, whole) == said


@pytest.mark.parametrize(("number", "said"), [(7, "7"), (999, "999"), (1500, "1.5k"), (45_678, "45k"), (2_300_000, "2.3m")])
def test_a_number_above_a_column_is_short(number: int, said: str) -> None:
    assert charts.short(number) == said
