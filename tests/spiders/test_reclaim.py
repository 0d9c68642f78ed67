"""A link that a letter had won and that is lost → one letter more to the same people, where decency allows it; and what ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from prospector.deciding import Done, Outcome, Refused
from prospector.export.outreach import letter_of
from prospector.export.outreach_table import row_of
from prospector.items import DraftKind, DraftStatus, Stage
from prospector.store import Store, StoredDraft
from prospector.watching.states import State
from tests.resource_web import OWN, ResourceWeb
from tests.store import builders as make
from tests.watched_web import GUIDE, OTHER, SENT, WALL, Watched, link

ON = "[reclaim]\nenabled = true"
AFTER = 100.5  # days: the time between two letters is over
ELSEWHERE = "http://x.test/"


@pytest.fixture
def watched(web: ResourceWeb, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(web, monkeypatch, ON)


def draft(watched: Watched, name: str, kind: DraftKind = DraftKind.RECLAIM) -> StoredDraft | None:
    with Store.open(watched.web.database) as store:
        return store.drafts.of_page(f"http://{name}.test/links", kind)


async def lose(watched: Watched, name: str = "lists", instead: str = ELSEWHERE) -> StoredDraft:
    """A link was won, lost, and asked for again: the letter."""
    watched.letter(name)
    with Store.open(watched.web.database) as store:
        store.site.save([make.site_page(GUIDE, title="Hot composting"), make.site_page(OTHER)])
    watched.page(name, link(GUIDE))
    await watched.look(14)
    watched.page(name, link(instead))
    for day in (30, 31.1, 90):
        await watched.look(day)
        assert draft(watched, name) is None, "it is too early for another letter"
    await watched.look(AFTER)
    found = draft(watched, name)
    assert found is not None
    return found


async def test_a_lost_link_is_asked_for_once_the_time_between_two_letters_is_over(watched: Watched) -> None:
    letter = await lose(watched)
    assert (letter.status, letter.recipient) == (DraftStatus.READY, "lind@lists.test")
    assert letter.follow_up_of is not None
    said = " ".join(letter.body.split())
    for fact in (
        "http://lists.test/links",
        "I last saw it on 16 March 2026",
        "When I looked on four days between 1 April and 10 June 2026",
        "The link's text: “A guide”",
        f"It led to: {GUIDE}",
        f"The same text leads to this now: {ELSEWHERE}",
        "“Hot composting”",
        "I will not write about this again",
    ):
        assert fact in said
    assert watched.stage("lists") is Stage.LOST


async def test_who_asks_not_to_be_written_to_ends_it_once_and_for_all(watched: Watched) -> None:
    letter, now = await lose(watched), SENT + timedelta(days=AFTER)
    with watched.deciding() as decisions:
        assert isinstance(decisions.approve(letter.id, acknowledged=True, now=now), Done)
        decisions.suppressions.add("lind@lists.test", now=now)
        assert [decisions.obey_suppressions(now=now) for _ in range(3)] == [1, 0, 0]
        fallen = decisions.store.drafts.get(letter.id)
        assert fallen is not None
        assert (fallen.status, fallen.released_at) == (DraftStatus.WITHDRAWN, None)
        first = decisions.store.drafts.of_page(fallen.page_url)
        assert first is not None
        assert first.status is DraftStatus.SENT
        assert isinstance(decisions.undo(draft_id=letter.id, now=now), Done)
        assert (back := decisions.store.drafts.get(letter.id)) is not None
        assert back.status is not DraftStatus.WITHDRAWN, "one event, and it held the withdrawal"


async def test_it_is_never_drafted_unless_the_campaign_says_so(web: ResourceWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(web, monkeypatch)
    watched.letter("lists")
    watched.page("lists", link(GUIDE))
    await watched.look(14)
    watched.page("lists", link(ELSEWHERE))
    for day in (30, 31.1, 90, AFTER):
        await watched.look(day, now="1")
    assert watched.stage("lists") is Stage.LOST
    assert draft(watched, "lists") is None


@pytest.mark.parametrize(
    ("body", "status"), [(WALL, 403), ("Oops", 503), ("<title>Not found</title>", 404), (link(GUIDE, "nofollow"), 200), (link(OTHER), 200)]
)
async def test_nobody_is_asked_for_what_was_not_seen_is_gone_with_its_page_or_is_theirs_to_decide(
    watched: Watched, body: str, status: int
) -> None:
    watched.letter("lists")
    with Store.open(watched.web.database) as store:
        store.site.save([make.site_page(GUIDE), make.site_page(OTHER)])
    watched.page("lists", link(GUIDE))
    await watched.look(14)
    watched.page("lists", body, status=status)
    for day in (30, 31.1, 32.2, 90, 91.1, AFTER, AFTER + 2):
        await watched.look(day, now="1")
    assert draft(watched, "lists") is None


async def test_a_link_that_never_came_is_not_asked_for(watched: Watched) -> None:
    watched.letter("lists")
    watched.page("lists", link(ELSEWHERE))
    for day in (14, 30, 90, AFTER):
        assert (await watched.look(day, now="1"))["lists"][0] is State.FIXED
    assert draft(watched, "lists") is None


async def test_a_slip_in_the_address_is_told(watched: Watched) -> None:
    slip = f"http://{OWN}/guides/hot-compsting.html"
    watched.letter("lists")
    with Store.open(watched.web.database) as store:
        store.site.save([make.site_page(GUIDE, title="Hot composting")])
    watched.page("lists", link(slip))
    for day in (14, 30, 90, AFTER):
        await watched.look(day)
    letter = draft(watched, "lists")
    assert letter is not None
    assert slip in letter.body
    assert GUIDE in letter.body
    assert "A slip in a link" in letter.subject


async def test_a_slip_counts_once_it_was_seen_a_day_apart(watched: Watched) -> None:
    watched.letter("lists")
    with Store.open(watched.web.database) as store:
        store.site.save([make.site_page(GUIDE, title="Hot composting")])
    watched.page("lists", link(f"http://{OWN}/guides/hot-compsting.html"))
    for minutes in (0, 5, 10):
        await watched.look(AFTER + minutes / 24 / 60, now="1")
        assert draft(watched, "lists") is None
    await watched.look(AFTER + 1.1, now="1")
    assert draft(watched, "lists") is not None


async def test_a_letter_about_a_lost_link_names_no_dead_one_and_the_monitor_is_who_looks(watched: Watched) -> None:
    letter = await lose(watched)
    with watched.deciding() as decisions:
        row = row_of(decisions.store, decisions.campaign, letter, letter_of(decisions.store, decisions.campaign, letter))
        assert (row["dead_urls"], row["offer_url"]) == ([], GUIDE)
        told = decisions.look_again(letter.id, now=SENT + timedelta(days=AFTER))
        assert isinstance(told, Done)
        assert told.said == "Its page is looked at by the monitor. Run: scrapy crawl monitor -a now=1"


@pytest.mark.parametrize("body", [link(GUIDE), link(OTHER), "<title>Not found</title>"])
async def test_it_is_withdrawn_when_its_ground_is_gone(watched: Watched, body: str) -> None:
    await lose(watched)
    watched.page("lists", body, status=404 if "Not found" in body else 200)
    for days in (1.1, 2.2):
        await watched.look(AFTER + days)
    letter = draft(watched, "lists")
    assert letter is not None
    assert letter.status is DraftStatus.WITHDRAWN


async def test_it_goes_out_only_on_a_look_of_the_same_day_and_never_twice(watched: Watched) -> None:
    letter = await lose(watched)
    now = SENT + timedelta(days=AFTER)
    with watched.deciding() as decisions:
        assert isinstance(decisions.approve(letter.id, now=now), Done)
        assert decisions.why_not_handed_over(letter.id, now=now) == ""
        later = decisions.why_not_handed_over(letter.id, now=now + timedelta(days=3))
        assert "scrapy crawl monitor" in later
        assert isinstance(decisions.mark(letter.id, Outcome.SENT, now=now), Done)
        assert decisions.checks.nobody_to_write_to(letter, now=now + timedelta(days=400)).startswith("A letter about this page")
    await watched.look(AFTER + 14)
    again = draft(watched, "lists")
    assert again is not None
    assert (again.id, again.status) == (letter.id, DraftStatus.SENT)


async def test_a_link_that_comes_back_after_the_letter_is_won_again(watched: Watched) -> None:
    letter = await lose(watched)
    now = SENT + timedelta(days=AFTER)
    with watched.deciding() as decisions:
        decisions.approve(letter.id, now=now)
        decisions.mark(letter.id, Outcome.SENT, now=now)
    watched.page("lists", link(GUIDE))
    assert (await watched.look(AFTER + 13))["lists"] == (State.LOST, State.LOST), "its days are counted from the new letter"
    assert (await watched.look(AFTER + 14.1))["lists"] == (State.LINKED, State.LINKED)
    assert watched.stage("lists") is Stage.WON
    with Store.open(watched.web.database) as store:
        found = store.outcomes.winnings(sent_before=now + timedelta(days=30))
    assert sum(month.won for month in found.months) == 2
    assert sum(month.lost for month in found.months) == 1
    assert (found.letters, found.won) == (1, 1)


async def test_who_said_no_is_not_asked_and_a_no_that_comes_later_withdraws_it(watched: Watched) -> None:
    letter = await lose(watched)
    now = SENT + timedelta(days=AFTER)
    with watched.deciding() as decisions:
        decisions.suppressions.add("lind@lists.test", now=now)
        assert isinstance(decisions.approve(letter.id, now=now), Refused)
    await watched.look(AFTER + 1.1)
    withdrawn = draft(watched, "lists")
    assert withdrawn is not None
    assert withdrawn.status is DraftStatus.WITHDRAWN


async def test_it_goes_to_whom_the_first_letter_reached(watched: Watched) -> None:
    letter = await lose(watched)
    with watched.deciding() as decisions:
        answer = decisions.choose_contact(letter.id, 1, now=SENT + timedelta(days=AFTER))
    assert isinstance(answer, Refused)


async def test_it_falls_when_its_recipient_asks_not_to_be_written_to(watched: Watched) -> None:
    letter, now = await lose(watched), SENT + timedelta(days=AFTER)
    with watched.deciding() as decisions:
        assert isinstance(decisions.approve(letter.id, acknowledged=True, now=now), Done)
        decisions.suppressions.add("lind@lists.test", now=now)
        assert [decisions.obey_suppressions(now=now) for _ in range(2)] == [1, 0]
        assert [event.kind for event in decisions.store.drafts.events(letter.id)].count("suppressed") == 1
    fallen = draft(watched, "lists")
    assert fallen is not None
    assert fallen.status is DraftStatus.WITHDRAWN
