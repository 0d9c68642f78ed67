"""Days of a campaign, by a clock that the test turns: what flaps, dies, comes back or only seemed dead ends in the right verdict and letter."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import prospector
from prospector.checking import outage
from prospector.checking.outage import Patience
from prospector.items import Confidence, DraftStatus, Verdict, VerdictKind
from prospector.store import Store
from tests.crawling import crawl
from tests.resource_web import ResourceWeb

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
A_DAY = timedelta(hours=25)
RULES = """
[verdicts]
gone = { passes = 2, gap = "24h" }
alive = "24h"
confirmed = "24h"
[archive]
enabled = false
"""
OUTAGE = 4  # the day on which our own network is down
STEADY, DIES, FLAPS, RETURNS = "drying-sage-leaves", "hot-composting", "pruning-old-roses", "keeping-earthworms"
# does it answer on a day?
ANSWERS: dict[str, Callable[[int], bool]] = {
    STEADY: lambda _: True,
    DIES: lambda day: day < 2,
    FLAPS: lambda day: day % 2 == 1,
    RETURNS: lambda day: day >= 3,
}
LIVE_LETTERS = (DraftStatus.READY, DraftStatus.APPROVED)


# every module that looks at the clock, loaded before it is turned
CLOCKED = [
    module
    for found in pkgutil.walk_packages(prospector.__path__, "prospector.")
    if found.name.startswith(("prospector.spiders", "prospector.pipelines", "prospector.extensions"))
    and hasattr(module := importlib.import_module(found.name), "utc_now")
]


class Days:
    """The campaign's web, day by day. A target lives on a host of its own."""

    def __init__(self, web: ResourceWeb, monkeypatch: pytest.MonkeyPatch) -> None:
        self.web = web
        self._monkeypatch = monkeypatch
        self.verdicts: list[dict[str, Verdict]] = []
        self.letters: list[str] = []  # of each day, those that a person could approve
        self.seed = ""

    def url(self, name: str) -> str:
        return f"http://{name}.test/{name}"

    async def run(self, day: int) -> None:
        now = BEGIN + day * A_DAY
        for module in CLOCKED:
            self._monkeypatch.setattr(module, "utc_now", lambda: now)
        for name, answers in ANSWERS.items():
            (self.web.page if answers(day) else self.web.missing)(f"{name}.test", f"/{name}")
        settings: dict[str, Any] = {"CANARY_URLS": ["http://canary.test/robots.txt"]}
        if day == OUTAGE:
            closed = self.web.site.closed_port()
            settings["HOSTS_PORTS"] = {80: closed, 443: closed}
        await crawl("recheck" if day else "resources", settings=self.web.settings | settings, campaign=self.web.campaign())
        with Store.open(self.web.database) as store:
            found = {name: store.evidence.verdict(self.url(name)) for name in ANSWERS}
            self.verdicts.append({name: verdict for name, verdict in found.items() if verdict is not None})
            self.letters.append("\n".join(draft.final_body for draft in store.drafts.list() if draft.status in LIVE_LETTERS))


@pytest.fixture
async def days(web: ResourceWeb, monkeypatch: pytest.MonkeyPatch) -> Days:
    """A week of it."""
    quick = Patience(hosts=2, hold=0.05, again=0.05, at_most=0.15)
    monkeypatch.setattr(outage, "Patience", lambda: quick)
    week = Days(web, monkeypatch)
    web.serve("canary.test", "/robots.txt", "")
    week.seed = web.link_list("lists.test", "/links.html", [week.url(name) for name in ANSWERS])
    web.write_campaign([week.seed], extra=RULES)
    for day in range(7):
        await week.run(day)
    return week


async def test_a_week_ends_in_the_right_verdicts_and_no_letter_was_ever_wrong(days: Days) -> None:
    told = [{name: (verdict.kind.value, verdict.confidence) for name, verdict in day.items()} for day in days.verdicts]
    probable, confirmed, alive = ("gone", Confidence.PROBABLE), ("gone", Confidence.CONFIRMED), ("alive", None)
    assert [day[STEADY] for day in told] == [alive] * 7
    assert [day[DIES] for day in told] == [alive, alive, probable, confirmed, confirmed, confirmed, confirmed]
    assert [day[RETURNS] for day in told] == [probable, confirmed, confirmed, alive, alive, alive, alive]
    assert [day[FLAPS] for day in told] == [probable, alive, probable, alive, alive, alive, probable]
    for day, letters in enumerate(days.letters):
        for name, answers in ANSWERS.items():
            claimed = days.url(name) in letters
            assert not claimed or (not answers(day) and told[day][name] == confirmed), (day, name)
    assert days.url(RETURNS) in days.letters[1]
    assert days.url(DIES) in days.letters[6]


async def test_our_own_outage_is_kept_and_held_against_nobody(days: Days) -> None:
    with Store.open(days.web.database) as store:
        for name in ANSWERS:
            offline = [one for one in store.evidence.observations(days.url(name)) if one.offline]
            assert {one.observed_at.date() for one in offline} <= {(BEGIN + OUTAGE * A_DAY).date()}
        assert any(one.offline for one in store.evidence.observations(days.url(STEADY)))
    assert all(not verdict.kind.dead for name, verdict in days.verdicts[OUTAGE].items() if name in {STEADY, FLAPS, RETURNS})
    assert days.verdicts[OUTAGE][DIES].kind is VerdictKind.GONE
