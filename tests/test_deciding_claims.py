"""A letter that says where a page moved: the new address is asked again, and a letter that gives one which no longer holds does not go out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from prospector.deciding_claims import lost_addresses, stale_targets
from prospector.export.outreach import survey
from prospector.items import Confidence, DraftStatus, Strength
from prospector.store import Alias, StoredDraft
from tests.desk_world import NOW, Dead, World, done, refused, target
from tests.store import builders as make

OTHER_PAGE = "https://meadow.example.org/links"
NEW = "https://old2.example.net/garden/planting-2"
LATER = NOW + timedelta(hours=1)
FRESH = timedelta(days=4)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    opened = World(tmp_path, extra="[export]\nfresh_hours = 100\n")
    opened.page(dead=(Dead(1), Dead(2, strength=None)))
    opened.store.findings.save_alias(Alias(target_url=target(2), new_url=NEW, confidence=0.95), now=NOW)
    opened.crawl()
    yield opened
    opened.close()


def approved(world: World) -> StoredDraft:
    done(world.decisions.approve(world.draft().id, now=NOW))
    return world.draft()


def falls(world: World) -> None:
    world.store.findings.save_alias_look(target(2), holds=False, answer="HTTP 404", now=LATER)


def test_a_letter_claims_the_new_address_that_it_gives(world: World) -> None:
    assert {claim.target_url: claim.new_url for claim in world.draft().claims} == {target(1): "", target(2): NEW}
    assert lost_addresses(world.store, world.draft()) == []


def test_an_approved_letter_whose_new_address_no_longer_holds_goes_back_to_review(world: World) -> None:
    approved(world)
    falls(world)
    now = world.crawl(now=LATER)
    assert now.status is DraftStatus.READY
    assert now.note == "it was approved, but the new address that it gave for “Planting guide 2” no longer holds: look at it again"
    assert NEW not in now.body
    assert {claim.new_url for claim in now.claims} == {""}
    done(world.decisions.approve(now.id, now=LATER))  # what it says now is true


def test_an_export_writes_such_a_letter_anew_and_leaves_it_out(world: World) -> None:
    draft = approved(world)
    falls(world)  # and no crawl came by since
    assert "no longer holds" in world.decisions.why_not_exported(draft.id, now=LATER)
    found = survey(world.decisions, again=False, room=10, now=LATER)
    assert (found.ready, found.stale) == ((), ())
    (left,) = found.left_out
    assert left.fell
    assert "the new address that it gave" in left.reason
    assert world.draft().status is DraftStatus.READY


def test_another_new_address_is_another_claim(world: World) -> None:
    approved(world)
    world.store.findings.save_alias(Alias(target_url=target(2), new_url=f"{NEW}-b", confidence=0.95), now=LATER)
    assert world.crawl(now=LATER).status is DraftStatus.READY
    assert f"{NEW}-b".removeprefix("https://") in world.draft().body


def test_an_edited_letter_keeps_its_words_and_cannot_go_out_until_the_address_is_taken_out(world: World) -> None:
    draft = world.draft()
    done(world.decisions.edit(draft.id, subject=None, body=draft.body.replace("Hello", "Good morning"), now=NOW))
    approved(world)
    falls(world)
    now = world.crawl(now=LATER)
    assert now.status is DraftStatus.READY
    assert now.note == "the new address that your text gives for “Planting guide 2” no longer holds: take it out"
    assert now.final_body == world.draft().edited_body
    assert "no longer holds" in refused(world.decisions.approve(draft.id, now=LATER))
    lines = [line for line in now.final_body.splitlines() if NEW.removeprefix("https://") not in line]
    done(world.decisions.edit(draft.id, subject=None, body="\n".join(lines), now=LATER))
    assert lost_addresses(world.store, world.draft()) == []


def test_a_fallen_address_is_noticed_also_when_only_a_person_looks_at_an_exported_letter(world: World) -> None:
    draft = approved(world)
    done(world.decisions.exported([draft.id], now=NOW)[0])
    world.store.evidence.save_checks([(make.seen(target(number), observed_at=LATER), make.dead()) for number in (1, 2)], now=LATER)
    assert world.decisions.why_not_handed_over(draft.id, now=LATER) == ""
    falls(world)  # and no crawl came by since
    why = world.decisions.why_not_handed_over(draft.id, now=LATER)
    assert why == "The new address that it gives for “Planting guide 2” no longer holds. Delete its file."


def test_an_exported_letter_is_flagged(world: World) -> None:
    draft = approved(world)
    done(world.decisions.exported([draft.id], now=NOW)[0])
    falls(world)
    assert world.crawl(now=LATER).note == "do not send it: the new address that it gives for “Planting guide 2” no longer holds"
    (left,) = survey(world.decisions, again=True, room=10, now=LATER).left_out
    assert left.reason.startswith("do not send it: the new address")


def test_a_new_address_that_did_not_answer_lately_is_asked_again_before_the_letter_goes_out(world: World) -> None:
    draft = approved(world)
    silent, later = NOW + timedelta(days=5), NOW + timedelta(days=6)
    for number in (1, 2):
        world.judge(Dead(number), now=later)  # the dead links were seen failing three days before
    assert target(2) not in stale_targets(world.store, draft, fresh=FRESH, now=NOW + FRESH)
    world.store.findings.save_alias_look(target(2), holds=None, answer="timed out", now=silent)  # that says nothing
    assert stale_targets(world.store, draft, fresh=FRESH, now=later) == [target(2)]
    assert "did not answer within the last" in world.decisions.checks.claims_doubt(draft, now=later)
    world.store.findings.save_alias_look(target(2), holds=True, answer="HTTP 200", now=later)
    assert stale_targets(world.store, draft, fresh=FRESH, now=later) == []


def test_a_new_address_found_since_changes_nothing_that_was_approved(world: World) -> None:
    world.page(OTHER_PAGE, dead=(Dead(3), Dead(4, strength=None)))
    draft = world.crawl(OTHER_PAGE)
    done(world.decisions.approve(draft.id, now=NOW))
    body = world.draft(OTHER_PAGE).body
    world.store.findings.save_alias(Alias(target_url=target(4), new_url=NEW, confidence=0.95), now=LATER)
    now = world.crawl(OTHER_PAGE, now=LATER)
    assert (now.status, now.body) == (DraftStatus.APPROVED, body)


def marked_as_own(world: World, number: int) -> StoredDraft:
    """The page is one of the user's, and its readers' pages get the letter about it."""
    world.store.own_pages.mark(target(number), "letter", now=LATER)
    return world.crawl(now=LATER)


@pytest.mark.parametrize("number", [1, 2])
def test_an_approval_does_not_cover_the_letter_about_a_page_of_your_own(world: World, number: int) -> None:
    before = approved(world)
    after = marked_as_own(world, number)
    assert (after.id, after.template) == (before.id, "own-page")
    assert (after.status, after.released_at) == (DraftStatus.READY, None)
    assert after.note == "it was approved, but it would now be another letter: look at it again"


def test_an_approval_does_not_cover_a_letter_that_no_longer_speaks_of_what_carried_it(world: World) -> None:
    world.page(OTHER_PAGE, dead=(Dead(3), Dead(4, strength=Strength.POSSIBLE)))
    draft = world.crawl(OTHER_PAGE)
    done(world.decisions.approve(draft.id, now=NOW))
    world.judge(Dead(3, Confidence.PROBABLE), now=LATER)
    world.matches(Dead(4), now=LATER)
    now = world.crawl(OTHER_PAGE, now=LATER)
    assert [claim.target_url for claim in now.claims] == [target(4)]
    assert (now.status, now.released_at) == (DraftStatus.READY, None)
    assert now.note == "it was approved, but it would no longer speak of “Planting guide 3”: look at it again"


def test_an_exported_letter_is_not_flagged_because_the_next_one_would_be_about_a_page_of_your_own(world: World) -> None:
    draft = approved(world)
    done(world.decisions.exported([draft.id], now=NOW)[0])
    assert marked_as_own(world, 1).note == ""
    assert lost_addresses(world.store, world.draft()) == []


def test_an_edited_letter_keeps_its_approval_beside_one_about_a_page_of_your_own(world: World) -> None:
    draft = world.draft()
    done(world.decisions.edit(draft.id, subject=None, body=draft.body.replace("Hello", "Good morning"), now=NOW))
    before = approved(world)
    after = marked_as_own(world, 1)
    assert (after.status, after.released_at, after.note) == (DraftStatus.APPROVED, before.released_at, "")
    assert "Good morning" in after.final_body
