"""What is forgotten changes no verdict, and a history stays readable."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from prospector.items import Observation, Outcome, Via
from prospector.verdicts.judge import judge
from prospector.verdicts.keeping import KEPT_CHANGES, KEPT_LAST, forgettable
from prospector.verdicts.policy import Policy
from tests.verdicts.world import DAY, LOST, START, answered, failed

POLICY = Policy()
SAYS = st.sampled_from(
    [
        lambda at: answered(200, at=at),
        lambda at: answered(404, at=at, html=LOST),
        lambda at: answered(403, at=at, html=""),
        lambda at: answered(503, at=at, html=""),
        lambda at: failed(Outcome.NO_HOST, at=at),
        lambda at: failed(Outcome.TIMED_OUT, at=at),
        lambda at: failed(Outcome.REFUSED, at=at, offline=True),
        lambda at: answered(404, at=at, html=LOST, via=Via.ARCHIVE),
        lambda at: answered(410, at=at, via=Via.PERSON),
        lambda at: answered(200, at=at, via=Via.PERSON),
    ]
)
# runs of the same, as in life: a site works for months, is down for days
HISTORIES = st.lists(st.tuples(SAYS, st.integers(1, 30), st.integers(1, 200)), min_size=1, max_size=12)


def history(runs: list[tuple[object, int, int]]) -> list[Observation]:
    seen: list[Observation] = []
    at = START
    for says, number, hours in runs:
        for _ in range(number):
            assert callable(says)
            seen.append(says(at))
            at += timedelta(hours=hours)
    return seen


def kept_of(seen: list[Observation]) -> list[Observation]:
    gone = set(map(id, forgettable(seen)))
    return [one for one in seen if id(one) not in gone]


@settings(max_examples=150, deadline=None)
@given(HISTORIES)
def test_no_verdict_changes(runs: list[tuple[object, int, int]]) -> None:
    seen = history(runs)
    now = seen[-1].observed_at
    assert judge(kept_of(seen), POLICY, now=now) == judge(seen, POLICY, now=now)


@settings(max_examples=60, deadline=None)
@given(HISTORIES, HISTORIES)
def test_nor_one_that_later_looks_lead_to(runs: list[tuple[object, int, int]], more: list[tuple[object, int, int]]) -> None:
    seen = history([*runs, *more])
    early, late = seen[: len(history(runs))], seen[len(history(runs)) :]
    now = seen[-1].observed_at
    assert judge([*kept_of(early), *late], POLICY, now=now) == judge(seen, POLICY, now=now)


def test_ten_years_of_life_are_a_few_rows() -> None:
    seen = [answered(200, at=START + n * DAY) for n in range(3650)]
    kept = kept_of(seen)
    assert len(kept) <= KEPT_LAST + 2
    assert kept[0] is seen[0]
    assert kept[-KEPT_LAST:] == seen[-KEPT_LAST:]


def test_a_target_that_flaps_for_ever_does_not_grow_for_ever() -> None:
    seen = [answered(200 if n % 2 else 503, at=START + n * DAY) for n in range(1000)]
    assert len(kept_of(seen)) <= KEPT_LAST + KEPT_CHANGES + 2


def test_all_failures_since_the_last_sign_of_life_are_kept() -> None:
    seen = [answered(200, at=START), *(answered(404, at=START + n * DAY, html=LOST) for n in range(1, 100))]
    assert forgettable(seen) == []


def test_the_words_of_others_are_kept() -> None:
    old = [answered(404, at=START + n * DAY, html=LOST, via=via) for n, via in enumerate((Via.ARCHIVE, Via.PERSON, Via.RDAP))]
    seen = [*old, *(answered(200, at=START + n * DAY) for n in range(5, 60))]
    assert not set(map(id, old)) & set(map(id, forgettable(seen)))
