"""What a letter may say it saw: looks that found the target dead, and no others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prospector.items import Observation, Outcome, Via
from prospector.verdicts.failed import failed_looks
from tests.verdicts.world import DAY, LOST, START, answered, failed

GONE = answered(404, at=START, html=LOST)


@pytest.mark.parametrize(
    "unclear",
    [
        answered(403, at=START + DAY, html=""),
        answered(503, at=START + DAY, html=""),
        answered(429, at=START + DAY, html=""),
        answered(200, at=START + DAY),
        failed(Outcome.TIMED_OUT, at=START + DAY),
        failed(Outcome.FORBIDDEN_BY_ROBOTS, at=START + DAY),
        failed(Outcome.HOST_STOPPED, at=START + DAY),
        failed(Outcome.REFUSED, at=START + DAY, offline=True),
        answered(404, at=START + DAY, html=LOST, via=Via.ARCHIVE),
    ],
    ids=lambda one: f"{one.via}-{one.outcome}-{one.status}",
)
def test_a_look_that_did_not_find_it_dead_is_none(unclear: Observation) -> None:
    assert failed_looks([GONE, unclear]) == (GONE,)
    assert failed_looks([GONE, unclear], since=START + DAY) == ()


def test_our_own_failures_count_from_a_moment_on() -> None:
    again = replace(GONE, observed_at=START + DAY)
    person = answered(410, at=START + 2 * DAY, via=Via.PERSON)
    assert failed_looks([GONE, again, person]) == (GONE, again, person)
    assert failed_looks([GONE, again, person], since=START + DAY) == (again, person)
