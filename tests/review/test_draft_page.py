"""The page of one letter: what it lets a person hand over, and what it says instead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from prospector.deciding import Outcome
from prospector.items import ArchivedCopy, Contact, ContactKind, DraftKind, DraftStatus
from prospector.items import Outcome as Answer
from prospector.review.draft_page import draft_values
from prospector.review.pages import Pages
from prospector.store.desk import Filter
from prospector.watching.states import PageLook, Seen, State, Watch
from tests.desk_world import DAY, NOW, OFFER, OTHER_OFFER, PAGE, Dead, World, done, target
from tests.store import builders as make

HOUR = timedelta(hours=1)
WAYS_OUT = ('href="mailto:', "Copy letter", "Mark as sent", 'id="letter-text"')


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, extra="[export]\nper_day = 2\n")
    yield made
    made.close()


def approved(world: World, *, seen: datetime = NOW - HOUR) -> int:
    world.page()
    world.store.evidence.save_checks([(make.seen(target(), observed_at=seen), make.dead(first_failed_at=NOW - 8 * DAY))], now=NOW)
    draft = world.crawl()
    done(world.decisions.approve(draft.id, now=NOW))
    return draft.id


def exported(world: World) -> int:
    draft_id = approved(world)
    done(world.decisions.exported([draft_id], now=NOW)[0])
    return draft_id


def html(world: World, draft_id: int, *, now: datetime = NOW) -> str:
    dossier = world.store.dossiers.of(draft_id)
    assert dossier is not None
    return Pages(token="t", campaign="c").render("draft.html", now=now, **draft_values(world.decisions, dossier, Filter(), now=now))


def ways_out(shown: str) -> list[str]:
    return [way for way in WAYS_OUT if way in shown]


def test_a_letter_about_a_lost_link_shows_what_the_monitor_saw_and_speaks_of_no_dead_links(world: World) -> None:
    first = exported(world)
    done(world.decisions.mark(first, Outcome.SENT, now=NOW))
    watch = Watch(page_url=PAGE, wanted_url=OFFER, replaced_url=target())
    for days, state, counts in ((14, State.LINKED, State.LINKED), (30, State.LOST, State.LINKED), (31, State.LOST, State.LOST)):
        seen = Seen(state=state, reason="Your link is there." if state is State.LINKED else "The page is there, and has no link to you.")
        look = PageLook(at=NOW + days * DAY, outcome=Answer.ANSWERED, status=200)
        world.store.watching.save(watch, look, seen, counts, run_id="r")
    world.store.drafts.save(
        make.draft(PAGE, kind=DraftKind.RECLAIM, follow_up_of=first, template="reclaim", body="Hello"), now=NOW + 31 * DAY
    )
    letter = world.store.drafts.of_page(PAGE, DraftKind.RECLAIM)
    assert letter is not None
    world.store.evidence.save_checks([(make.seen(target(), status=200), make.alive())], now=NOW)
    shown = " ".join(html(world, letter.id, now=NOW + 32 * DAY).split())
    assert "What the monitor saw" in shown
    assert shown.count("your link is gone: The page is there, and has no link to you.") == 2
    assert "It does not count until a second look" in shown
    assert "None of the page's links looks dead any more" not in shown
    assert "dead link" not in shown.partition('class="letter"')[0].partition("</header>")[2]


def test_what_is_fresh_may_be_handed_over_before_and_after_its_export(world: World) -> None:
    draft_id = approved(world)
    assert ways_out(html(world, draft_id)) == list(WAYS_OUT)
    done(world.decisions.exported([draft_id], now=NOW)[0])
    assert ways_out(html(world, draft_id)) == list(WAYS_OUT)


@pytest.mark.parametrize("age", [24 * HOUR, 30 * DAY])
@pytest.mark.parametrize("was_exported", [False, True])
def test_what_nobody_saw_failing_lately_is_looked_at_first(world: World, age: timedelta, *, was_exported: bool) -> None:
    draft_id = exported(world) if was_exported else approved(world)
    shown = html(world, draft_id, now=NOW + age)
    assert ways_out(shown) == []
    assert "was not seen failing within the last 24 hours" in shown
    assert "scrapy crawl recheck" in shown
    assert 'data-deed="look"' in shown
    done(world.decisions.look_again(draft_id, now=NOW + age))
    assert world.store.evidence.due_among([target()], NOW + age) == [target()]


def test_who_asked_not_to_be_written_to_since_the_export_is_left_alone(world: World) -> None:
    draft_id = exported(world)
    world.suppressions.add("library.greenlist.example", now=NOW)
    shown = html(world, draft_id)
    assert ways_out(shown) == []
    assert "asked not to be written to" in shown
    assert 'data-deed="look"' not in shown


def test_what_lives_again_since_the_export_is_not_to_be_sent(world: World) -> None:
    draft_id = exported(world)
    world.lives(now=NOW)
    world.crawl(now=NOW)
    shown = html(world, draft_id)
    assert ways_out(shown) == []
    assert "Do not send it: none of its links looks dead any more. Delete its file." in shown


def test_a_claim_that_is_no_longer_confirmed_stops_it_before_any_crawl(world: World) -> None:
    draft_id = exported(world)
    world.lives(now=NOW)
    shown = html(world, draft_id)
    assert ways_out(shown) == []
    assert "“Planting guide 1” is not confirmed dead any more" in shown


def test_the_days_limit_is_a_warning(world: World) -> None:
    draft_id = approved(world)
    assert "0 letters went out today; your campaign's limit is 2" in html(world, draft_id).replace("&#39;", "'")
    for number in (2, 3):
        url = f"https://library{number}.example/links"
        world.page(url, [Dead(number)])
        other = world.crawl(url)
        done(world.decisions.approve(other.id, now=NOW))
        done(world.decisions.exported([other.id], now=NOW)[0])
    shown = html(world, draft_id)
    assert "2 letters went out today, and your campaign" in shown
    assert ways_out(shown) == list(WAYS_OUT)
    assert world.decisions.out_today(now=NOW + 2 * DAY) == 0


def test_an_export_is_taken_back_by_its_number_alone(world: World) -> None:
    draft_id = exported(world)
    event = next(one.id for one in world.store.drafts.events(draft_id) if one.kind == DraftStatus.EXPORTED)
    assert f'data-deed="take-back" data-event="{event}"' in html(world, draft_id)
    assert "Delete the file" in done(world.decisions.undo(event, now=NOW)).said
    assert "take-back" not in html(world, draft_id)
    assert world.suppressions.letters() == ()


def test_leave_for_a_hidden_address_is_asked_for_above_the_letter(world: World) -> None:
    bo = "bo@greenlist.example"
    hidden = Contact(site="greenlist.example", kind=ContactKind.EMAIL, value=bo, source_url=PAGE, found_at=NOW, deobfuscated=True)
    world.page(contact=hidden)
    draft_id = world.crawl().id
    approve, leave = 'class="primary" data-deed="approve"', 'data-deed="hidden"'
    shown = html(world, draft_id)
    assert shown.count(leave) == 1
    assert shown.index(leave) < shown.index('id="letter-title"')
    assert approve not in shown
    done(world.decisions.allow_hidden_address(draft_id, now=NOW))
    shown = html(world, draft_id)
    assert leave not in shown
    assert approve in shown


def test_a_copy_of_another_page_says_whose_it_is(world: World) -> None:
    draft_id = approved(world)
    archive = "https://web.archive.org/web/20140121150000/"
    world.store.findings.save_archived(ArchivedCopy(target_url=target(), captured_at=NOW, archive_url=archive + target()), now=NOW)
    assert "led there when the archive visited it" not in html(world, draft_id)
    other = ArchivedCopy(target_url=target(), captured_at=NOW, archive_url=f"{archive}https://old1.example.net/moved")
    world.store.findings.save_archived(other, now=NOW)
    shown = html(world, draft_id)
    assert "It shows" in shown
    assert "old1[.]example[.]net/moved" in shown


def test_a_letter_that_was_sent_says_what_became_of_it(world: World) -> None:
    draft_id = exported(world)
    done(world.decisions.mark(draft_id, Outcome.SENT, now=NOW))
    assert 'class="chip status sent">sent<' in html(world, draft_id)
    done(world.decisions.mark(draft_id, Outcome.NO_REPLY, now=NOW))
    assert 'class="chip status no-reply">no reply<' in html(world, draft_id)
    done(world.decisions.mark(draft_id, Outcome.WON, now=NOW))
    shown = html(world, draft_id)
    assert 'class="chip status won">won<' in shown
    assert "Marked as won" in shown
    assert [row.outcome for row in world.store.desk.listed(Filter())] == ["won"]


# -- a letter has room for few offers ----------------------------------------------------------------------------------------


def offers(world: World) -> dict[str, str]:
    return {claim.target_url: claim.offer_url for claim in world.draft().claims if claim.offer_url}


def chosen_now(shown: str) -> int:
    return shown.count('class="offer chosen"')


def test_an_offer_that_has_to_make_room_for_another_is_named_before_and_after_and_comes_back(world: World) -> None:
    world.page(dead=[Dead(1), Dead(2)])
    draft = world.crawl()
    assert offers(world) == {target(1): OFFER}
    assert "takes the place of an offer, such as that for “Planting guide 1”: a letter offers 1 page of yours at most" in html(
        world, draft.id
    )
    result = done(world.decisions.choose_offer(draft.id, target(2), OTHER_OFFER, now=NOW))
    assert result.said == (
        "Offer changed. For “Planting guide 1” nothing is offered now: a letter offers 1 page of yours at most (templates.own_pages)."
    )
    assert offers(world) == {target(2): OTHER_OFFER}
    assert chosen_now(html(world, draft.id)) == 1
    assert done(world.decisions.undo(result.event_id, now=NOW)).said == "Undone: the choice of what to offer."
    assert offers(world) == {target(1): OFFER}


def test_the_latest_choice_is_the_one_that_has_room_also_after_an_undo(world: World) -> None:
    world.page(dead=[Dead(1), Dead(2)])
    draft = world.crawl()
    done(world.decisions.choose_offer(draft.id, target(2), OTHER_OFFER, now=NOW))
    done(world.decisions.choose_offer(draft.id, target(1), OFFER, now=NOW + HOUR))
    assert offers(world) == {target(1): OFFER}
    last = done(world.decisions.choose_offer(draft.id, target(2), OFFER, now=NOW + 2 * HOUR))
    assert offers(world) == {target(2): OFFER}
    done(world.decisions.undo(last.event_id, now=NOW + 3 * HOUR))
    assert offers(world) == {target(1): OFFER}
    assert chosen_now(html(world, draft.id)) == 1


def test_what_was_taken_back_is_told_in_plain_words(world: World) -> None:
    draft_id = approved(world)
    assert done(world.decisions.undo(draft_id=draft_id, now=NOW)).said == "Undone: the approval."
    done(world.decisions.ignore(target(), now=NOW))
    assert done(world.decisions.undo(now=NOW)).said == "Undone: what you said of the link."
    said = done(world.decisions.alive(target(), now=NOW)).said
    assert said == "Your look is noted. The link counts as “works” now."
    done(world.decisions.undo(now=NOW))
    done(world.decisions.snooze(draft_id, until=NOW + DAY, now=NOW))
    assert done(world.decisions.undo(draft_id=draft_id, now=NOW)).said == "Undone: it is no longer put aside."
    done(world.decisions.approve(draft_id, now=NOW))
    done(world.decisions.mark(draft_id, Outcome.SENT, now=NOW))
    assert done(world.decisions.undo(draft_id=draft_id, now=NOW)).said == "Undone: the mark “sent”."
