"""Which letters may go out when there is room for fewer than there are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from prospector.export.outreach import NOT_SEEN, OVER_LIMIT, survey
from tests.desk_world import NOW, Dead, World, done, target
from tests.store import builders as make

PAGES = ("https://library.greenlist.example/links", "https://meadow.example.org/links", "https://orchard.example.com/links")
LATELY = NOW - make.HOUR


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Three approved letters, each about a link of its own that nobody looked at for days."""
    opened = World(tmp_path)
    for number, url in enumerate(PAGES, start=1):
        opened.page(url, dead=(Dead(number),))
        done(opened.decisions.approve(opened.crawl(url).id, now=NOW))
    yield opened
    opened.close()


def answers(world: World, number: int, status: int) -> None:
    world.store.evidence.save_observations([make.seen(target(number), observed_at=LATELY, status=status)])


def in_turn(world: World, room: int = 1) -> tuple[list[int], list[int], dict[int, str]]:
    """Which may go out, which are to be looked at, and why the others stay."""
    found = survey(world.decisions, room=room, settle=False, now=NOW)
    left = {one.draft.id: one.reason for one in found.left_out}
    return [draft.id for draft in found.ready], [draft.id for draft in found.stale], left


def test_a_letter_that_cannot_go_keeps_no_later_one_in(world: World) -> None:
    answers(world, 2, 404)
    assert in_turn(world) == ([2], [1], {3: OVER_LIMIT})  # a look may still put the older approval first
    answers(world, 1, 403)
    assert in_turn(world) == ([2], [], {1: NOT_SEEN, 3: OVER_LIMIT})
    answers(world, 3, 404)
    assert in_turn(world, room=2) == ([2, 3], [], {1: NOT_SEEN})


def test_a_letter_that_was_looked_at_in_vain_lets_others_be_looked_at(world: World) -> None:
    assert in_turn(world) == ([], [1], {2: OVER_LIMIT, 3: OVER_LIMIT})
    answers(world, 1, 403)
    assert in_turn(world) == ([], [2], {1: NOT_SEEN, 3: OVER_LIMIT})
    assert in_turn(world, room=3) == ([], [2, 3, 1], {})


def test_the_oldest_approvals_go_first(world: World) -> None:
    for number in (3, 2, 1):
        answers(world, number, 404)
    assert in_turn(world) == ([1], [], {2: OVER_LIMIT, 3: OVER_LIMIT})
