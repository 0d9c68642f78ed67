"""Campaigns that share one suppression list: who wrote where, whatever was decided of it afterwards."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from prospector.campaign import load_campaign
from prospector.deciding import Decisions, Done, Refused
from prospector.items import DraftStatus
from prospector.store import Store
from prospector.store.suppressions import Suppressions
from tests.desk_world import NOW, World, done, refused


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def exported(world: World) -> int:
    world.page()
    draft = world.crawl()
    done(world.decisions.approve(draft.id, now=NOW))
    done(world.decisions.exported([draft.id], now=NOW)[0])
    return draft.id


def of_another_campaign(world: World, folder: Path) -> str:
    """Why it may not write to the same page."""
    other = World(folder, name="other", suppressions=world.suppressions)
    try:
        other.page()
        return refused(other.decisions.approve(other.crawl().id, now=NOW))
    finally:
        other.store.close()


def test_a_letter_that_was_handed_over_counts_also_when_it_is_rejected_or_reopened(world: World, tmp_path: Path) -> None:
    draft_id = exported(world)
    done(world.decisions.reject(draft_id, now=NOW))
    assert [letter.past.exported_at for letter in world.suppressions.letters()] == [NOW]
    assert "A letter about this page was written already" in of_another_campaign(world, tmp_path / "other")
    done(world.decisions.reopen(draft_id, now=NOW))
    done(world.decisions.undo(now=NOW))  # which tells the list anew
    done(world.decisions.reopen(draft_id, now=NOW))
    assert len(world.suppressions.letters()) == 1
    done(world.decisions.approve(draft_id, now=NOW))  # it is no rival of itself


def test_undo_without_a_number_takes_no_export_back(world: World) -> None:
    draft_id = exported(world)
    assert "It was exported since" in refused(world.decisions.undo(now=NOW))
    assert "It was exported since" in refused(world.decisions.undo(draft_id=draft_id, now=NOW))
    assert world.draft().status is DraftStatus.EXPORTED
    assert len(world.suppressions.letters()) == 1


def test_two_campaigns_that_export_at_once_do_not_write_to_the_same_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared, ids = tmp_path / "shared.db", {}
    for name in ("one", "two"):
        world = World(tmp_path / name, name=name, suppressions=Suppressions.open(shared))
        world.page()
        ids[name] = world.crawl().id
        done(world.decisions.approve(ids[name], now=NOW))
        world.close()
    both_asked = threading.Barrier(2)
    ask = Decisions.why_not_exported

    def asked_at_once(self: Decisions, draft_id: int, **how: Any) -> str:
        why = ask(self, draft_id, **how)
        with suppress(threading.BrokenBarrierError):
            both_asked.wait(1)  # where asking and noting are two steps, both stand here with the same answer
        return why

    monkeypatch.setattr(Decisions, "why_not_exported", asked_at_once)
    answers: dict[str, Done | Refused] = {}

    def export(name: str) -> None:
        campaign = load_campaign(tmp_path / name / "campaign.toml")
        with Store.open(campaign.database) as store, Suppressions.open(shared) as suppressions:
            (answers[name],) = Decisions(store, campaign, suppressions).exported([ids[name]], now=NOW)

    threads = [threading.Thread(target=export, args=(name,)) for name in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(type(answer).__name__ for answer in answers.values()) == ["Done", "Refused"]
