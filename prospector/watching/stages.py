"""What was seen of a letter's links → how far its prospect got. Pure. A person's mark wins over what a crawl saw."""

from __future__ import annotations

from collections.abc import Collection

from prospector.items import Stage
from prospector.watching.states import LOSSES, WON, State

_OPEN = frozenset({Stage.FOUND, Stage.DRAFTED, Stage.CONTACTED, Stage.REPLIED})


def stage_after(stage: Stage, states: Collection[State], *, by_person: bool, was_seen: bool) -> Stage:
    """The stage of a prospect, after its links were looked at.

    :param states: what counts of each link that its letter is about.
    :param by_person: a person said that it stands at `stage`.
    :param was_seen: the monitor itself saw your link there, at some time.
    """
    if stage in _OPEN:
        if WON.intersection(states):
            return Stage.WON
        return Stage.FIXED if states and all(state is State.FIXED for state in states) else stage
    lost = LOSSES.intersection(states) and not WON.intersection(states)
    if stage is Stage.WON and lost and (was_seen or not by_person):
        return Stage.LOST  # a person who marked it won was right then; with nothing seen since, they still may be
    if stage in (Stage.LOST, Stage.FIXED) and not by_person and WON.intersection(states):
        return Stage.WON
    return stage
