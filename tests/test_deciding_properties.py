"""Whatever a person and the crawls do, in whatever order: nothing goes out that was not approved, that is not true, or that is one letter too many."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from prospector.deciding import Done, Outcome
from prospector.items import Confidence, DraftStatus
from prospector.store import StoredDraft
from tests.desk_world import DAY, NOW, OTHER_OFFER, Dead, World, target

PAGES = ("https://library.greenlist.example/links", "https://www.greenlist.example/more")
LINKS = {PAGES[0]: (1, 3), PAGES[1]: (2,)}  # targets of each
BOTH = some.sampled_from(PAGES)
OUT = (DraftStatus.EXPORTED, DraftStatus.SENT)
NO_STEP_OF_THE_WAY = {"undone", "restored"}


class TwoLettersToOneSite(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.world = World(Path(self.folder.name))
        self.now = NOW
        for url, numbers in LINKS.items():
            self.world.page(url, [Dead(number) for number in numbers])
            self.world.crawl(url)

    def teardown(self) -> None:
        self.world.close()
        self.folder.cleanup()

    def number(self, url: str) -> int:
        return self.world.draft(url).id

    @rule(url=BOTH)
    def approve(self, url: str) -> None:
        before = self.world.draft(url).status
        result = self.world.decisions.approve(self.number(url), now=self.now)
        if before in (DraftStatus.REJECTED, DraftStatus.WITHDRAWN, *OUT):
            assert not isinstance(result, Done)

    @rule(url=BOTH, outcome=some.sampled_from(Outcome))
    def approve_and_send(self, url: str, outcome: Outcome) -> None:
        self.approve(url)
        if outcome is not Outcome.BOUNCED:  # one that never arrived was no letter
            self.world.decisions.mark(self.number(url), outcome, now=self.now)

    @rule(url=BOTH, what=some.sampled_from(["reject", "snooze", "reopen"]))
    def put_off(self, url: str, what: str) -> None:
        decisions, number = self.world.decisions, self.number(url)
        match what:
            case "reject":
                decisions.reject(number, now=self.now)
            case "snooze":
                decisions.snooze(number, until=self.now + DAY, now=self.now)
            case _:
                decisions.reopen(number, now=self.now)

    @rule(url=BOTH, mine=some.booleans())
    def edit(self, url: str, *, mine: bool) -> None:
        draft = self.world.draft(url)
        self.world.decisions.edit(
            draft.id, subject="Dead links on your page" if mine else None, body=draft.body if mine else None, now=self.now
        )

    @rule(url=BOTH, offer=some.sampled_from([OTHER_OFFER, None]))
    def choose_offer(self, url: str, offer: str | None) -> None:
        self.world.decisions.choose_offer(self.number(url), target(LINKS[url][0]), offer, now=self.now)

    @rule(url=BOTH)
    def export(self, url: str) -> None:
        was = self.world.draft(url)
        (result,) = self.world.decisions.exported([was.id], now=self.now)
        if isinstance(result, Done):
            assert was.exportable

    @rule()
    def undo(self) -> None:
        self.world.decisions.undo(now=self.now)

    @rule(number=some.sampled_from([1, 2, 3]), found=some.sampled_from(["alive", "probable", "confirmed"]))
    def crawl(self, number: int, found: str) -> None:
        self.now += DAY
        url = next(url for url, numbers in LINKS.items() if number in numbers)
        if found == "alive":
            self.world.lives(number, now=self.now)
        else:
            self.world.judge(Dead(number, Confidence(found)), now=self.now)
        self.world.store.drafts.wake(now=self.now)
        self.world.crawl(url, now=self.now)

    @rule(listed=some.booleans())
    def suppress(self, *, listed: bool) -> None:
        if listed:
            self.world.suppressions.add("greenlist.example", now=self.now)
            self.world.decisions.obey_suppressions(now=self.now)
        else:
            self.world.suppressions.remove("greenlist.example")

    @invariant()
    def nothing_goes_out_without_an_approval_that_stands(self) -> None:
        for draft in map(self.world.draft, PAGES):
            if draft.exportable:
                assert self.last_step(draft) == "approved"

    @invariant()
    def nothing_goes_out_that_is_not_true(self) -> None:
        for draft in map(self.world.draft, PAGES):
            if draft.exportable:
                verdicts = [self.world.store.evidence.verdict(claim.target_url) for claim in draft.claims]
                assert draft.claims
                assert all(verdict is not None and verdict.confidence is Confidence.CONFIRMED for verdict in verdicts)

    @invariant()
    def their_site_has_one_letter(self) -> None:
        assert sum(self.world.draft(url).status in OUT for url in PAGES) <= 1
        assert len(self.world.store.drafts.list()) == len(PAGES)

    @invariant()
    def the_shared_list_knows_what_went_out(self) -> None:
        out = {draft.receipt for draft in map(self.world.draft, PAGES) if draft.status in OUT}
        assert {letter.receipt for letter in self.world.suppressions.letters()} == out

    def last_step(self, draft: StoredDraft) -> str:
        """The deed that made the status what it is, leaving out what was undone."""
        steps = [
            event.kind
            for event in self.world.store.drafts.events(draft.id)
            if event.undone_by is None and event.kind not in NO_STEP_OF_THE_WAY and event.after and "status" in event.after
        ]
        return steps[-1]


@pytest.mark.timeout(600)  # many whole stores: on a busy machine they take their time
def test_nothing_wrong_ever_goes_out() -> None:
    run_state_machine_as_test(
        TwoLettersToOneSite,
        settings=settings(
            max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
        ),
    )
