"""Times as people say them."""

from datetime import UTC, datetime, timedelta

import pytest

from prospector.times import when

NOW = datetime(2026, 1, 7, 12, 0).astimezone()  # noon here, wherever here is


@pytest.mark.parametrize(
    ("offset", "says"),
    [
        (timedelta(), "now"),
        (timedelta(seconds=40), "in 40 seconds"),
        (timedelta(seconds=-3), "3 seconds ago"),
        (timedelta(hours=2), "today 14:00"),
        (timedelta(days=1, minutes=5), "tomorrow 12:05"),
        (timedelta(days=-1), "yesterday 12:00"),
        (timedelta(days=4), "on Sunday 11 January, 12:00"),
    ],
)
def test_a_time_is_told_as_a_person_would(offset: timedelta, says: str) -> None:
    assert when((NOW + offset).astimezone(UTC), NOW.astimezone(UTC)) == says
