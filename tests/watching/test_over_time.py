"""Looks over time: when a loss counts, when a page is due, what becomes of its prospect, and what a share is worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from prospector.items import Stage
from prospector.watching.history import Past, concluded, due_at
from prospector.watching.intervals import LEAST_SAMPLE, wilson
from prospector.watching.stages import stage_after
from prospector.watching.states import LOSSES, State

SENT = datetime(2026, 3, 1, 9, tzinfo=UTC)
DAYS = (14, 30, 90)


def looks(*seen: tuple[float, State]) -> tuple[tuple[Past, ...], State]:
    """Each (hours, what was seen), concluded as the monitor does; and what counts at the end."""
    past: tuple[Past, ...] = ()
    for hours, state in seen:
        at = SENT + timedelta(hours=hours)
        past = (*past, Past(at=at, seen=state, state=concluded(state, past, at=at)))
    return past, past[-1].state


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_a_loss_counts_after_two_looks_a_day_apart(loss: State) -> None:
    assert looks((0, State.LINKED), (100, loss))[1] is State.LINKED
    assert looks((0, State.LINKED), (100, loss), (123.9, loss))[1] is State.LINKED
    assert looks((0, State.LINKED), (100, loss), (124, loss))[1] is loss


def test_a_sign_of_life_begins_the_count_anew_and_an_unclear_look_changes_nothing() -> None:
    lost, there, unclear = State.LOST, State.LINKED, State.UNCLEAR
    assert looks((0, there), (100, lost), (110, there), (130, lost))[1] is there
    assert looks((0, there), (100, lost), (110, unclear), (130, lost))[1] is lost
    assert looks(*((hours, unclear) for hours in range(0, 1000, 30)))[1] is unclear
    assert looks((0, there), (100, lost), (130, lost), (140, unclear))[1] is lost
    assert looks((0, there), (100, lost), (130, lost), (140, there))[1] is there


def test_a_letters_page_is_due_on_its_days_and_sooner_where_something_is_open() -> None:
    day = timedelta(days=1)
    assert due_at(SENT, DAYS, ()) == SENT + 14 * day
    assert due_at(SENT, DAYS, looks((14 * 24, State.UNCHANGED))[0]) == SENT + 30 * day
    assert due_at(SENT, DAYS, looks((14 * 24, State.UNCLEAR))[0]) == SENT + 15 * day
    three = looks((14 * 24, State.UNCLEAR), (15 * 24, State.UNCLEAR), (16 * 24, State.UNCLEAR))[0]
    assert due_at(SENT, DAYS, three) == SENT + 30 * day
    assert due_at(SENT, DAYS, looks((14 * 24, State.LINKED), (90 * 24, State.LOST))[0]) == SENT + 91 * day
    assert due_at(SENT, DAYS, looks((91 * 24, State.LINKED))[0]) is None


@pytest.mark.parametrize(
    ("stage", "states", "by_person", "was_seen", "after"),
    [
        (Stage.CONTACTED, [State.LINKED], True, True, Stage.WON),
        (Stage.REPLIED, [State.NOFOLLOW, State.FIXED], True, True, Stage.WON),
        (Stage.CONTACTED, [State.FIXED, State.FIXED], True, False, Stage.FIXED),
        (Stage.CONTACTED, [State.FIXED, State.UNCHANGED], True, False, Stage.CONTACTED),
        (Stage.CONTACTED, [State.PAGE_GONE], True, False, Stage.CONTACTED),
        (Stage.CONTACTED, [State.UNCLEAR], True, False, Stage.CONTACTED),
        (Stage.WON, [State.LOST], False, True, Stage.LOST),
        (Stage.WON, [State.LOST, State.LINKED], False, True, Stage.WON),
        (Stage.WON, [State.LOST], True, True, Stage.LOST),
        (Stage.WON, [State.FIXED], True, False, Stage.WON),
        (Stage.WON, [State.LOST], True, False, Stage.WON),
        (Stage.LOST, [State.LINKED], False, True, Stage.WON),
        (Stage.LOST, [State.LINKED], True, True, Stage.LOST),
        (Stage.DECLINED, [State.LINKED], True, True, Stage.DECLINED),
        (Stage.DO_NOT_CONTACT, [State.LINKED], True, True, Stage.DO_NOT_CONTACT),
    ],
)
def test_stages_follow_what_was_seen_and_a_persons_mark_wins(
    stage: Stage,
    states: list[State],
    by_person: bool,  # noqa: FBT001 - a column
    was_seen: bool,  # noqa: FBT001 - a column
    after: Stage,
) -> None:
    assert stage_after(stage, states, by_person=by_person, was_seen=was_seen) is after


def test_a_share_comes_with_its_interval_and_too_few_say_nothing() -> None:
    half = wilson(10, 20)
    assert (round(half.low, 3), round(half.high, 3)) == (0.299, 0.701)
    assert half.enough
    none = wilson(0, LEAST_SAMPLE - 1)
    assert (none.low, none.enough) == (0.0, False)
    assert 0.16 < none.high < 0.18
    assert wilson(7, 7).high == 1.0
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)
