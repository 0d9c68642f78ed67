"""The archive as a witness before the judge: two old captures, far apart and with no life since, stand in for a look of our own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from prospector.archive.observations import archive_observations
from prospector.items import ArchivedCopy, Confidence, Observation, Outcome, VerdictKind, Via
from prospector.verdicts.judge import judge
from prospector.verdicts.policy import Policy

NOW = datetime(2026, 1, 5, tzinfo=UTC)
URL = "http://a.test/guide.html"


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def own(status: int, *, days_ago: int = 0) -> Observation:
    return Observation(target_url=URL, observed_at=ago(days_ago), outcome=Outcome.ANSWERED, status=status, final_url=URL)


def copy(*failures: int, captured: int | None = None) -> ArchivedCopy:
    return ArchivedCopy(target_url=URL, captured_at=None if captured is None else ago(captured), failures=tuple(map(ago, failures)))


def confidence(*seen: Observation) -> Confidence | None:
    return judge(seen, Policy(), now=NOW).confidence


def test_what_the_archive_saw_in_order() -> None:
    seen = archive_observations(copy(400, 100, captured=900), run_id="r1")
    assert [(one.observed_at, one.status, one.via, one.run_id) for one in seen] == [
        (ago(900), 200, Via.ARCHIVE, "r1"),
        (ago(400), 404, Via.ARCHIVE, "r1"),
        (ago(100), 404, Via.ARCHIVE, "r1"),
    ]


def test_nothing_captured_is_nothing_seen() -> None:
    assert archive_observations(copy()) == ()


def test_two_captures_far_apart_confirm_our_first_look() -> None:
    assert confidence(own(404)) is Confidence.PROBABLE
    assert confidence(own(404), *archive_observations(copy(400, 100, captured=900))) is Confidence.CONFIRMED


@pytest.mark.parametrize("failures", [(100,), (100, 90), ()])
def test_one_capture_or_one_bad_week_confirm_nothing(failures: tuple[int, ...]) -> None:
    assert confidence(own(404), *archive_observations(copy(*failures, captured=900))) is Confidence.PROBABLE


def test_the_archive_alone_condemns_nothing() -> None:
    assert judge(archive_observations(copy(400, 100)), Policy(), now=NOW).kind is VerdictKind.UNKNOWN


def test_a_good_capture_after_our_look_is_a_sign_of_life() -> None:
    assert judge([own(404, days_ago=10), *archive_observations(copy(captured=5))], Policy(), now=NOW).kind is VerdictKind.UNKNOWN


def test_a_page_that_answers_is_alive_whatever_was_captured() -> None:
    assert judge([own(200), *archive_observations(copy(400, 100))], Policy(), now=NOW).kind is VerdictKind.ALIVE
