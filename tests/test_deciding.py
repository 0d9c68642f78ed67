"""What a person decides, and what it does to letters, to the shared list, and to what goes out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from prospector.campaign import CampaignError
from prospector.deciding import Outcome
from prospector.items import Confidence, Contact, ContactKind, DraftKind, DraftStatus, Stage, Strength, VerdictKind, Wait
from prospector.store import Actor
from tests.desk_world import DAY, NOW, OFFER, OTHER_OFFER, PAGE, Dead, World, done, refused, target
from tests.store import builders as make

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


class TestMark:
    def test_news_of_a_letter_that_nobody_said_was_sent_says_that_it_was(self, world: World) -> None:
        world.page()
        draft = world.crawl()
        done(world.decisions.approve(draft.id, now=NOW))
        assert done(world.decisions.mark(draft.id, Outcome.WON, now=NOW)).said == "Marked as won. That says that it was sent, too."
        done(world.decisions.undo(now=NOW))
        assert done(world.decisions.mark(draft.id, Outcome.SENT, now=NOW)).said == "Marked as sent."
        assert done(world.decisions.mark(draft.id, Outcome.WON, now=NOW)).said == "Marked as won."


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


class TestAPersonsWords:
    def test_a_later_crawl_stands_beside_them_and_takes_nothing(self, world: World) -> None:
        world.page()
        draft = world.crawl()
        done(world.decisions.edit(draft.id, subject="Mine", body=f"{draft.body}\nBest.", now=NOW))
        assert world.draft().fresh_body is None
        world.page(dead=[Dead(), Dead(2, strength=None)], now=NOW + DAY)
        renewed = world.crawl(now=NOW + DAY)
        assert (renewed.final_subject, renewed.final_body) == ("Mine", f"{draft.body}\nBest.")
        assert renewed.fresh_body is not None
        assert "Planting guide 2" in renewed.fresh_body

    def test_they_go_out_only_when_every_link_they_name_is_confirmed(self, world: World) -> None:
        world.page(dead=[Dead(confidence=PROBABLE), Dead(2, confidence=PROBABLE)])
        draft = world.crawl()
        done(world.decisions.edit(draft.id, subject="Mine", body=draft.body, now=NOW))
        done(world.decisions.approve(draft.id, now=NOW))
        world.judge(Dead(), now=NOW + DAY)
        held = world.crawl(now=NOW + DAY)
        assert (held.status, held.exportable) == (DraftStatus.APPROVED, False)
        assert "“Planting guide 2”, which is not confirmed dead yet" in held.note
        world.judge(Dead(2), now=NOW + 2 * DAY)
        assert world.crawl(now=NOW + 2 * DAY).exportable
        assert world.draft().final_body == draft.body

    def test_unedited_the_probable_ones_are_left_out_at_release_and_join_when_they_are_confirmed(self, world: World) -> None:
        world.page(dead=[Dead(confidence=PROBABLE), Dead(2, confidence=PROBABLE, strength=None)])
        done(world.decisions.approve(world.crawl().id, now=NOW))
        world.judge(Dead(), now=NOW + DAY)
        released = world.crawl(now=NOW + DAY)
        assert released.exportable
        assert "Planting guide 2" not in released.body
        world.judge(Dead(2, strength=None), now=NOW + 2 * DAY)
        joined = world.crawl(now=NOW + 2 * DAY)
        assert joined.exportable
        assert "Planting guide 2" in joined.body

    def test_words_about_a_link_that_works_again_are_withdrawn_and_said_so(self, world: World) -> None:
        world.page(dead=[Dead(), Dead(2)])
        draft = world.crawl()
        done(world.decisions.edit(draft.id, subject="Mine", body=draft.body, now=NOW))
        done(world.decisions.approve(draft.id, now=NOW))
        world.lives(2, now=NOW + DAY)
        fallen = world.crawl(now=NOW + DAY)
        assert fallen.status is DraftStatus.WITHDRAWN
        assert "“Planting guide 2” works again" in fallen.note
        assert fallen.final_subject == "Mine"
        done(world.decisions.edit(draft.id, subject=None, body=None, now=NOW + DAY))
        assert world.draft().status is DraftStatus.READY
        assert "Planting guide 2" not in world.draft().final_body

    def test_what_is_written_after_an_approval_is_not_approved(self, world: World) -> None:
        world.page()
        draft = world.crawl()
        done(world.decisions.approve(draft.id, now=NOW))
        done(world.decisions.edit(draft.id, subject="Other", body=None, now=NOW))
        assert world.draft().status is DraftStatus.READY

    def test_a_text_with_an_error_is_not_approved(self, world: World) -> None:
        world.page()
        draft = world.crawl()
        done(world.decisions.edit(draft.id, subject=None, body="Dear {{ name }}, buy this.", now=NOW))
        assert "Mend it in the text first." in refused(world.decisions.approve(draft.id, now=NOW))


class TestALookAtALink:
    def test_that_it_works_withdraws_its_letters_at_once_and_undo_brings_them_back(self, world: World) -> None:
        other = "https://elsewhere.example.org/links"
        for url in (PAGE, other):
            world.page(url)
        draft, second = world.crawl(), world.crawl(other)
        done(world.decisions.approve(draft.id, now=NOW))
        done(world.decisions.alive(target(), note="opens here", now=NOW + DAY))
        assert {world.draft(url).status for url in (PAGE, other)} == {DraftStatus.WITHDRAWN}
        done(world.decisions.undo(now=NOW + DAY))
        assert (world.draft().exportable, world.draft(other).status) == (True, second.status)
        assert all(seen.detail != "opens here" for seen in world.store.evidence.observations(target()))

    def test_a_letter_with_other_links_is_written_anew_without_it(self, world: World) -> None:
        world.page(dead=[Dead(), Dead(2, strength=None)])
        draft = world.crawl()
        done(world.decisions.approve(draft.id, now=NOW))
        done(world.decisions.alive(target(2), now=NOW))
        assert world.draft().exportable
        assert "Planting guide 2" not in world.draft().body

    def test_one_that_is_left_alone_is_in_no_letter(self, world: World) -> None:
        world.page()
        world.crawl()
        done(world.decisions.ignore(target(), now=NOW))
        assert world.draft().status is DraftStatus.WITHDRAWN
        done(world.decisions.undo(now=NOW))
        assert world.draft().status is DraftStatus.READY

    def test_what_carried_an_approved_letter_is_not_swapped_unseen(self, world: World) -> None:
        world.page(dead=[Dead(), Dead(2)])
        draft = world.crawl()
        done(world.decisions.approve(draft.id, now=NOW))
        done(world.decisions.choose_offer(draft.id, target(), OTHER_OFFER, now=NOW))
        assert world.draft().status is DraftStatus.READY
        assert "it would now offer another page" in world.draft().note


class TestOneAtATime:
    def test_one_letter_to_a_site_is_approved_at_a_time(self, world: World) -> None:
        second = "https://www.greenlist.example/more"
        for url in (PAGE, second):
            world.page(url)
        done(world.decisions.approve(world.crawl().id, now=NOW))
        assert "Another letter to this" in refused(world.decisions.approve(world.crawl(second).id, now=NOW))

    def test_campaigns_know_of_each_other(self, world: World, tmp_path: Path) -> None:
        world.page()
        draft = world.crawl()
        other = World(tmp_path / "other", name="orchard", suppressions=world.suppressions)
        other.page("https://www.greenlist.example/more")
        theirs = other.crawl("https://www.greenlist.example/more")
        for each, number in ((world, draft.id), (other, theirs.id)):
            done(each.decisions.approve(number, now=NOW))
        (first,) = world.decisions.exported([draft.id], now=NOW)
        done(first)
        (second,) = other.decisions.exported([theirs.id], now=NOW)
        assert "A conversation with this contact is open" in refused(second)
        assert other.draft("https://www.greenlist.example/more").status is DraftStatus.APPROVED
        done(world.decisions.mark(draft.id, Outcome.DECLINED, now=NOW + DAY))
        assert "said no to a letter" in other.decisions.why_not_exported(theirs.id, now=NOW + 300 * DAY)
        other.store.close()

    def test_the_cool_down_is_the_campaigns_own(self, tmp_path: Path) -> None:
        world = World(tmp_path, extra="\n[decency]\ncool_down_days = 200\n")
        second = "https://www.greenlist.example/more"
        for url in (PAGE, second):
            world.page(url)
        draft, later = world.crawl(), world.crawl(second)
        done(world.decisions.approve(draft.id, now=NOW))
        done(world.decisions.mark(draft.id, Outcome.FIXED, now=NOW))
        assert "Wait until" in refused(world.decisions.approve(later.id, now=NOW + 199 * DAY))
        done(world.decisions.approve(later.id, now=NOW + 200 * DAY))
        world.close()

    def test_an_address_that_bounced_is_never_used_again_but_another_contact_may_be(self, world: World) -> None:
        world.page()
        draft = world.crawl()
        done(world.decisions.approve(draft.id, now=NOW))
        done(world.decisions.mark(draft.id, Outcome.BOUNCED, now=NOW))
        assert world.suppressions.blocked_address("bo@greenlist.example") is False  # nobody asked for that
        assert "came back" in world.suppressions.blocked(address="bo@greenlist.example", site="", page_url=PAGE)
        site = "greenlist.example"
        new = Contact(site=site, kind=ContactKind.EMAIL, value="ann@greenlist.example", source_url=PAGE, found_at=NOW)
        world.contact(contact=new)
        ((number, _),) = world.store.prospects.choices(site)
        done(world.decisions.choose_contact(draft.id, number, now=NOW))
        assert (world.draft().status, world.draft().recipient) == (DraftStatus.READY, "ann@greenlist.example")
        done(world.decisions.approve(draft.id, now=NOW))

    def test_a_letter_that_was_not_approved_cannot_be_marked_as_sent(self, world: World) -> None:
        world.page()
        assert "Nobody has approved it yet" in refused(world.decisions.mark(world.crawl().id, Outcome.SENT, now=NOW))

    def test_a_form_is_approved_to_paste(self, world: World) -> None:
        form = Contact(site="greenlist.example", kind=ContactKind.FORM, value="https://library.greenlist.example/contact", source_url="https://library.greenlist.example/contact", found_at=NOW)  # fmt: skip
        world.page(contact=form)
        draft = world.crawl()
        assert "paste it" in done(world.decisions.approve(draft.id, now=NOW)).said
        done(world.decisions.mark(draft.id, Outcome.SENT, now=NOW))


class TestFollowUps:
    ON = "\n[follow_ups]\nenabled = true\nafter_days = 8\n"

    def reminded(self, world: World) -> DraftStatus | None:
        world.decisions.writer.redraft(PAGE, now=NOW + 12 * DAY)
        found = world.store.drafts.of_page(PAGE, DraftKind.FOLLOW_UP)
        return found.status if found else None

    def sent(self, world: World) -> None:
        world.page()
        draft = world.crawl()
        done(world.decisions.approve(draft.id, now=NOW))
        done(world.decisions.mark(draft.id, Outcome.SENT, message_id="<a@b.example>", now=NOW))

    def test_one_is_drafted_after_a_persons_word_and_a_new_look(self, tmp_path: Path) -> None:
        world = World(tmp_path, extra=self.ON)
        self.sent(world)
        assert self.reminded(world) is None
        done(world.decisions.mark(world.draft().id, Outcome.NO_REPLY, now=NOW + 9 * DAY))
        assert self.reminded(world) is None
        assert PAGE in world.store.pages.with_due_claims(NOW + 10 * DAY)
        world.store.evidence.save_checks(
            [(make.seen(target(), observed_at=NOW + 10 * DAY), make.dead(next_check_at=NOW + 20 * DAY, first_failed_at=NOW - 8 * DAY))],
            now=NOW + 10 * DAY,
        )
        assert self.reminded(world) is DraftStatus.READY
        reminder = world.store.drafts.of_page(PAGE, DraftKind.FOLLOW_UP)
        assert reminder is not None
        assert reminder.recipient == "bo@greenlist.example"
        done(world.decisions.approve(reminder.id, now=NOW + 12 * DAY))
        done(world.decisions.mark(reminder.id, Outcome.SENT, now=NOW + 12 * DAY))
        assert self.reminded(world) is DraftStatus.SENT
        assert len(world.store.drafts.all_of_page(PAGE)) == 2
        world.close()

    def test_none_goes_to_a_page_that_links_to_you_by_now(self, tmp_path: Path) -> None:
        world = World(tmp_path, extra=self.ON)
        self.sent(world)
        done(world.decisions.mark(world.draft().id, Outcome.NO_REPLY, now=NOW + 9 * DAY))
        world.store.evidence.save_checks(
            [(make.seen(target(), observed_at=NOW + 10 * DAY), make.dead(next_check_at=NOW + 20 * DAY, first_failed_at=NOW - 8 * DAY))],
            now=NOW + 10 * DAY,
        )
        assert self.reminded(world) is DraftStatus.READY
        world.store.prospects.set_stage(PAGE, Stage.WON, actor=Actor.CRAWL, now=NOW + 11 * DAY)
        assert self.reminded(world) is DraftStatus.WITHDRAWN
        world.close()

    def test_they_are_off_by_default(self, world: World) -> None:
        self.sent(world)
        done(world.decisions.mark(world.draft().id, Outcome.NO_REPLY, now=NOW + 9 * DAY))
        world.store.evidence.save_checks(
            [(make.seen(target(), observed_at=NOW + 10 * DAY), make.dead(next_check_at=NOW + 20 * DAY))], now=NOW + 10 * DAY
        )
        assert self.reminded(world) is None

    def test_less_than_a_week_is_a_mistake_in_the_campaign_with_its_line(self, tmp_path: Path) -> None:
        with pytest.raises(CampaignError, match=r"campaign\.toml:\d+  follow_ups\.after_days: 6 is too small: at least 7"):
            World(tmp_path, extra="\n[follow_ups]\nenabled = true\nafter_days = 6\n")
