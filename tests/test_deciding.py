"""What a person decides, and what it does to letters, to the shared list, and to what goes out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from prospector.deciding import Outcome
from prospector.items import Confidence, Contact, ContactKind, DraftStatus, Stage, Strength, VerdictKind, Wait
from tests.desk_world import DAY, NOW, OFFER, OTHER_OFFER, PAGE, Dead, World, done, refused, target

PROBABLE = Confidence.PROBABLE


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


class TestApproval:
    def test_a_ready_letter_may_go_out_once_a_person_approved_it(self, world: World) -> None:
        world.page()
        draft = world.crawl()
        assert draft.status is DraftStatus.READY
        assert not draft.exportable
        done(world.decisions.approve(draft.id, now=NOW))
        assert world.draft().exportable
        assert [event.kind for event in world.store.drafts.events(draft.id)] == ["created", "approved"]

    def test_a_letter_with_a_probable_claim_is_approved_in_advance_and_released_by_the_crawl_that_confirms_it(self, world: World) -> None:
        world.page(dead=[Dead(confidence=PROBABLE)])
        draft = world.crawl()
        assert (draft.status, draft.waits) == (DraftStatus.WAITING, (Wait.CLAIM,))
        said = done(world.decisions.approve(draft.id, now=NOW)).said
        assert said == "Approved. It goes out once “Planting guide 1” is confirmed dead."
        assert (world.draft().status, world.draft().released_at) == (DraftStatus.APPROVED, None)
        assert world.decisions.why_not_exported(draft.id, now=NOW).startswith("It is approved in advance.")
        world.judge(Dead(), now=NOW + DAY)
        released = world.crawl(now=NOW + DAY)
        assert (released.exportable, released.released_at) == (True, NOW + DAY)
        event = world.store.drafts.events(draft.id)[-1]
        assert (event.actor, event.kind) == ("crawl", "released")

    def test_a_claim_that_falls_takes_the_approved_letter_along(self, world: World) -> None:
        world.page(dead=[Dead(confidence=PROBABLE)])
        done(world.decisions.approve(world.crawl().id, now=NOW))
        world.lives(now=NOW + DAY)
        assert world.crawl(now=NOW + DAY).status is DraftStatus.WITHDRAWN
        assert not world.draft().exportable

    def test_the_offer_must_be_chosen_first(self, world: World) -> None:
        world.page(dead=[Dead(strength=Strength.POSSIBLE)])
        draft = world.crawl()
        assert Wait.OFFER in draft.waits
        assert refused(world.decisions.approve(draft.id, now=NOW)).startswith("Choose the offer first")
        done(world.decisions.choose_offer(draft.id, target(), OTHER_OFFER, now=NOW))
        chosen = world.draft()
        assert (chosen.status, chosen.waits) == (DraftStatus.READY, ())
        assert OTHER_OFFER in chosen.body
        assert OFFER not in chosen.body
        done(world.decisions.approve(draft.id, now=NOW))

    def test_an_address_that_its_owner_hid_needs_leave_for_this_letter(self, world: World) -> None:
        hidden = Contact(site="greenlist.example", kind=ContactKind.EMAIL, value="bo@greenlist.example", source_url=PAGE, found_at=NOW, deobfuscated=True)  # fmt: skip
        world.page(contact=hidden)
        draft = world.crawl()
        assert "hid this address" in refused(world.decisions.approve(draft.id, now=NOW))
        done(world.decisions.allow_hidden_address(draft.id, now=NOW))
        done(world.decisions.approve(draft.id, now=NOW))

    def test_a_letter_to_nobody_is_kept_and_not_approved(self, world: World) -> None:
        world.page(contact=Contact(site="greenlist.example", kind=ContactKind.EMAIL, value=""))
        assert "Nobody to write to" in refused(world.decisions.approve(world.crawl().id, now=NOW))

    def test_a_hijacked_link_is_confirmed_by_a_person_and_its_letter_is_ready_at_once(self, world: World) -> None:
        world.page(dead=[Dead(kind=VerdictKind.HIJACKED, confidence=PROBABLE)])
        draft = world.crawl()
        assert draft.status is DraftStatus.WAITING
        done(world.decisions.confirm(target(), now=NOW))
        assert world.draft().status is DraftStatus.READY


class TestUndo:
    def test_several_steps_back(self, world: World) -> None:
        world.page()
        draft = world.crawl()
        done(world.decisions.edit(draft.id, subject="Mine", body=None, now=NOW))
        done(world.decisions.approve(draft.id, now=NOW))
        done(world.decisions.reject(draft.id, now=NOW))
        done(world.decisions.undo(now=NOW))
        assert world.draft().status is DraftStatus.APPROVED
        done(world.decisions.undo(now=NOW))
        assert (world.draft().status, world.draft().final_subject) == (DraftStatus.READY, "Mine")
        done(world.decisions.undo(now=NOW))
        assert (world.draft().edited, world.draft().final_subject) == (False, draft.subject)
        assert refused(world.decisions.undo(now=NOW)) == "There is nothing to undo."

    def test_a_mark_is_taken_back_with_its_stage_and_its_place_on_the_shared_list(self, world: World) -> None:
        world.page()
        draft = world.crawl()
        done(world.decisions.approve(draft.id, now=NOW))
        done(world.decisions.mark(draft.id, Outcome.SENT, now=NOW))
        done(world.decisions.mark(draft.id, Outcome.DECLINED, now=NOW + DAY))
        assert world.store.prospects.stage(PAGE) is Stage.DECLINED
        assert len(world.suppressions.entries()) == 1
        done(world.decisions.undo(now=NOW + DAY))
        assert (world.draft().outcome, world.store.prospects.stage(PAGE)) == ("sent", Stage.CONTACTED)
        assert world.suppressions.entries() == ()
        assert len(world.suppressions.letters()) == 1
        done(world.decisions.undo(now=NOW + DAY))
        assert (world.draft().status, world.store.prospects.stage(PAGE)) == (DraftStatus.APPROVED, Stage.DRAFTED)
        assert world.suppressions.letters() == ()
