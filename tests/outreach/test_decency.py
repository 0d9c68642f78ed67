"""When nobody is written to: past letters, follow-ups, the tables of moves, and one spelling for each person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from prospector.items import Claim, Confidence, DraftStatus, Stage, Wait
from prospector.outreach.decency import FirstLetter, LookedAt, PastLetter, Sameness, no_follow_up, no_reclaim, too_soon
from prospector.outreach.identity import address_key, domain_key, domains_of, page_key, site_key
from prospector.outreach.naming import named_claims
from prospector.outreach.transitions import DONE_TO, MOVES, OUT, OUTCOMES, STAGES, Action, Outcome, next_stage, next_status, why_not

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY = timedelta(days=1)


class TestPastLetters:
    @pytest.mark.parametrize(("days", "free"), [(0, False), (99, False), (100, True), (400, True)])
    def test_the_same_people_get_a_second_letter_after_the_cool_down(self, days: int, *, free: bool) -> None:
        for past in (PastLetter(sent_at=NOW), PastLetter(exported_at=NOW), PastLetter(sent_at=NOW, ended_at=NOW + DAY)):
            for same in (Sameness.CONTACT, Sameness.SITE):
                assert (too_soon(past, same, now=NOW + days * DAY) == "") is free

    def test_it_runs_from_the_day_of_sending_where_that_is_known(self) -> None:
        past = PastLetter(exported_at=NOW, sent_at=NOW + 30 * DAY)
        assert too_soon(past, Sameness.SITE, now=NOW + 110 * DAY)

    def test_an_answer_keeps_the_conversation_open(self) -> None:
        past = PastLetter(sent_at=NOW, answered_at=NOW + 90 * DAY)
        assert "is open since 2026-11-20" in too_soon(past, Sameness.CONTACT, now=NOW + 150 * DAY)

    def test_a_page_gets_one_letter_ever(self) -> None:
        assert "never a second one" in too_soon(PastLetter(sent_at=NOW), Sameness.PAGE, now=NOW + 3650 * DAY)

    @pytest.mark.parametrize("same", Sameness)
    def test_what_never_arrived_or_never_left_was_no_letter(self, same: Sameness) -> None:
        assert too_soon(PastLetter(sent_at=NOW, bounced=True), same, now=NOW) == ""
        assert too_soon(PastLetter(), same, now=NOW) == ""


class TestLostLinks:
    SENT = FirstLetter(status=DraftStatus.SENT, sent_at=NOW, outcome=Outcome.WON, outcome_at=NOW, followed_up=False)

    def why(self, first: FirstLetter = SENT, *, lost: bool = True, enabled: bool = True, still_linked: bool = False, wish: str = "") -> str:
        return no_reclaim(first, lost=lost, enabled=enabled, still_linked=still_linked, wish=wish)

    def test_one_letter_more_where_everything_speaks_for_it(self) -> None:
        assert self.why() == ""

    def test_each_reason_against_it_is_told(self) -> None:
        assert "are off" in self.why(enabled=False)
        assert "never a second" in self.why(replace(self.SENT, followed_up=True))
        assert "not marked as sent" in self.why(replace(self.SENT, status=DraftStatus.EXPORTED))
        assert "declined" in self.why(replace(self.SENT, outcome=Outcome.DECLINED))
        assert "bounced" in self.why(replace(self.SENT, outcome=Outcome.BOUNCED))
        assert "“No link requests”" in self.why(wish="No link requests")
        assert "links to you" in self.why(still_linked=True)
        assert "not known to be lost" in self.why(lost=False)


class TestFollowUps:
    FIRST = FirstLetter(status=DraftStatus.SENT, sent_at=NOW, outcome=Outcome.NO_REPLY, outcome_at=NOW + 8 * DAY, followed_up=False)
    LOOKED = LookedAt(confidence=Confidence.CONFIRMED, at=NOW + 9 * DAY)

    def why(self, first: FirstLetter = FIRST, *looks: LookedAt, enabled: bool = True, after: float = 7, days: int = 10) -> str:
        return no_follow_up(first, looks or (self.LOOKED,), enabled=enabled, after_days=after, now=NOW + days * DAY)

    def test_one_is_drafted_where_everything_holds(self) -> None:
        assert self.why() == ""

    def test_and_not_where_one_thing_does_not(self) -> None:
        first = {"status": DraftStatus.SENT, "sent_at": NOW, "outcome": Outcome.NO_REPLY, "outcome_at": NOW + 8 * DAY, "followed_up": False}
        assert "off" in self.why(enabled=False)
        assert "too early" in self.why(after=1, days=6)  # never before seven days, whatever the campaign says
        assert "too early" in self.why(after=30)
        for changed, said in (
            ({"followed_up": True}, "never a second"),
            ({"status": DraftStatus.EXPORTED}, "not marked as sent"),
            ({"outcome": Outcome.SENT}, "nobody has said"),
            ({"outcome": Outcome.REPLIED}, "nobody has said"),
        ):
            assert said in self.why(FirstLetter(**{**first, **changed}))  # type: ignore[arg-type]
        assert "no longer known to be dead" in self.why(self.FIRST, LookedAt(confidence=None, at=NOW + 9 * DAY))
        assert "not been looked at again" in self.why(self.FIRST, LookedAt(confidence=Confidence.CONFIRMED, at=NOW + DAY))


class TestMoves:
    def test_only_approval_leads_towards_the_door(self) -> None:
        assert {action for action, moves in MOVES.items() if DraftStatus.APPROVED in moves.values()} == {Action.APPROVE}
        for status in (DraftStatus.REJECTED, DraftStatus.WITHDRAWN):
            assert next_status(status, Action.APPROVE) is None
        for action, moves in MOVES.items():
            for before, after in moves.items():
                if after in OUT:
                    assert before in {DraftStatus.APPROVED, *OUT}, action

    def test_an_open_one_is_ready_only_if_it_waits_for_nothing(self) -> None:
        assert next_status(DraftStatus.REJECTED, Action.REOPEN, (Wait.CLAIM,)) is DraftStatus.WAITING
        assert next_status(DraftStatus.REJECTED, Action.REOPEN) is DraftStatus.READY

    def test_what_was_sent_is_settled(self) -> None:
        assert {action for action, moves in MOVES.items() if DraftStatus.SENT in moves} == {Action.REPORT}

    @pytest.mark.parametrize("action", Action)
    def test_whatever_may_not_be_is_said_in_words(self, action: Action) -> None:
        for status in DraftStatus:
            if next_status(status, action) is None:
                assert why_not(status, action).endswith(f"can't be {DONE_TO[action]}.")

    def test_who_asked_not_to_be_written_to_stays_there_whatever_is_told(self) -> None:
        assert all(next_stage(Stage.DO_NOT_CONTACT, outcome) is Stage.DO_NOT_CONTACT for outcome in Outcome)

    def test_every_outcome_has_its_rows(self) -> None:
        assert set(STAGES) == set(Outcome)
        assert set(OUTCOMES) == {"", *Outcome}


class TestIdentity:
    @pytest.mark.parametrize(
        ("a", "b"),
        [
            ("Lind@Example.ORG", "lind@example.org"),
            (" <lind@example.org> ", "lind@example.org"),
            ("lind+garden@example.org", "lind@example.org"),
            ("a.lind@gmail.com", "ALind@googlemail.com"),
            ("lind@bücher.example", "lind@xn--bcher-kva.example"),
            ("lind@www.example.org.", "lind@example.org"),
            ("ｌｉｎｄ@example.org", "lind@example.org"),
        ],
    )
    def test_one_person_has_one_key(self, a: str, b: str) -> None:
        assert address_key(a) == address_key(b) != ""

    def test_dots_tell_people_apart_elsewhere(self) -> None:
        assert address_key("a.lind@example.org") != address_key("alind@example.org")

    @pytest.mark.parametrize("text", ["", "lind", "@example.org", "lind@", "lind@exa mple", "lind@a/b"])
    def test_what_is_no_address_has_none(self, text: str) -> None:
        assert address_key(text) == ""

    def test_domains_and_all_above_them(self) -> None:
        assert domains_of("Mail.Example.org.") == ("mail.example.org", "example.org")
        assert domains_of("") == ()

    def test_pages_and_sites(self) -> None:
        assert page_key("http://www.example.org/links/") == page_key("https://example.org/links")
        assert page_key("https://example.org/links?a=1") != page_key("https://example.org/links?a=2")
        assert site_key("Example.edu/~Ann") == "example.edu/~Ann"

    @given(some.text(max_size=80))
    def test_any_text_has_a_key_that_is_its_own_key(self, text: str) -> None:
        for key_of in (address_key, domain_key):
            key = key_of(text)
            assert key_of(key) == key

    @given(address=some.emails(), tag=some.sampled_from(["", "+tag", "+a+b"]), loud=some.booleans())
    def test_however_it_is_written_the_key_is_the_same(self, *, address: str, tag: str, loud: bool) -> None:
        local, _, domain = address.rpartition("@")
        written = f"{local}{tag}@{domain}"
        if not local.startswith("+"):
            assert address_key(written.upper() if loud else written) == address_key(address)


class TestNaming:
    CLAIMS = (
        Claim(target_url="https://old1.example.net/guide", anchor="Planting guide", carries=True),
        Claim(target_url="https://old2.example.net/seeds", anchor="here"),
    )

    @pytest.mark.parametrize(
        ("text", "named"),
        [
            ("https://old1.example.net/guide answers 404", [0]),
            ("the planting  guide is gone", [0]),
            ("old2.example.net no longer exists", [1]),
            ("Your links here are dead", [0, 1]),  # names none, so it may mean all
            ("Planting guide and old2[.]example[.]net/seeds, old2.example.net", [0, 1]),
        ],
    )
    def test_a_text_names_what_it_spells(self, text: str, named: list[int]) -> None:
        assert named_claims(text, (), self.CLAIMS) == tuple(self.CLAIMS[number] for number in named)
