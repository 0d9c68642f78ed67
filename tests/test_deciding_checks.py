"""What is asked before a letter is approved: what only a person can answer for, and what it looks like beside the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from prospector.deciding import Refused
from prospector.items import Confidence, DraftStatus
from tests.desk_world import NOW, Dead, World, done

GERMAN = "https://www.garten-links.de/seite"
OWN = "I cycled past your allotment on Sunday and the runner beans by the gate made me smile, so I sat down and read every page that you keep."


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def test_where_the_law_wants_consent_a_person_must_say_yes_and_their_yes_is_kept(world: World) -> None:
    world.page(GERMAN)
    draft = world.crawl(GERMAN)
    answer = world.decisions.approve(draft.id, now=NOW)
    assert isinstance(answer, Refused)
    assert answer.question.startswith("Germany: ")
    assert answer.reason.startswith("Germany: ")
    assert "approve it at the desk and say yes" in answer.reason
    assert world.draft(GERMAN).status is DraftStatus.READY
    event_id = done(world.decisions.approve(draft.id, acknowledged=True, now=NOW)).event_id
    assert event_id is not None
    assert [(one.kind, one.after) for one in world.store.journal.parts(event_id)][:-1] == [("acknowledged", {"rule": "consent-de"})]
    done(world.decisions.undo(now=NOW))
    assert world.draft(GERMAN).status is DraftStatus.READY


def test_elsewhere_nothing_is_asked(world: World) -> None:
    world.page()
    done(world.decisions.approve(world.crawl().id, now=NOW))


def test_what_is_waited_for_is_the_claim_that_is_not_confirmed(world: World) -> None:
    world.page(dead=[Dead(), Dead(2, confidence=Confidence.PROBABLE)])
    draft = world.crawl()
    words = f"{draft.body}\nThe page at https://old2.example.net/planting-2 has not answered for some days either.\n"
    done(world.decisions.edit(draft.id, subject=None, body=words, now=NOW))
    said = done(world.decisions.approve(draft.id, now=NOW)).said
    assert said == "Approved. It goes out once “Planting guide 2” is confirmed dead."
    assert "“Planting guide 2”" in world.decisions.why_not_exported(draft.id, now=NOW)


def test_what_a_person_wrote_into_two_letters_alike_is_found(world: World) -> None:
    pages = [f"https://library{number}.example/links" for number in (1, 2)]
    for number, url in enumerate(pages, 1):
        world.page(url, [Dead(number)])
        draft = world.crawl(url)
        done(world.decisions.edit(draft.id, subject=None, body=draft.body.replace("\n\n", f"\n\n{OWN}\n\n", 1), now=NOW))
    first, second = (world.draft(url) for url in pages)
    alike = [one.reason for one in world.decisions.checks.findings(second) if "alike" in one.reason]
    assert len(alike) == 1
    assert f"draft {first.id}" in alike[0]
    done(world.decisions.edit(first.id, subject=None, body=None, now=NOW))
    assert not [one for one in world.decisions.checks.findings(world.draft(pages[1])) if "alike" in one.reason]
