"""What is decided before there is a browser: whether one is there, what it is told, and which pages are for it. No Chromium needed."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Response
from scrapy.settings import Settings
from scrapy.statscollectors import MemoryStatsCollector

from prospector.checking import browser as browser_module
from prospector.checking.browser import Browser, browser_of, looking_twice, second_look, wants_browser, whole_page
from prospector.checking.browser_chromium import CUT_OFF, launch_options, start_problem
from prospector.checking.browser_visit import across
from prospector.checking.failures import Failed
from prospector.checking.network import Answer
from prospector.checking.observe import Look, Wanted
from prospector.items import BodySample, Control, ControlKind, Observation, Outcome, VerdictKind, Via
from prospector.verdicts.judge import judge
from prospector.verdicts.looks import look
from prospector.verdicts.policy import Policy

URL = "https://app.example.org/guides/compost"
SHELL = '<title>Guides</title><div id="root"></div><script src="/app.js"></script>'
RENDERED = '<title>Guides</title><div id="root"><a href="https://soil.example.net/">Soil</a></div>'
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def crawler(**settings: Any) -> Crawler:
    found = Settings()
    found.setmodule("prospector.settings", priority="project")
    found.setdict(settings, priority="cmdline")
    made = Crawler(Spider, found)
    made.stats = MemoryStatsCollector(made)
    return made


# -- is there one? ------------------------------------------------------------------------------------------------------------


async def test_without_a_browser_the_page_is_counted_and_the_reason_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_module, "is_reactor_installed", lambda: True)
    here = crawler(PROSPECTOR_BROWSER="/no/such/browser")
    with pytest.raises(Failed) as failed:
        await browser_of(here).render(URL)
    assert failed.value.detail.startswith("PROSPECTOR_BROWSER: /no/such/browser is not a program")
    assert failed.value.url == URL
    assert here.stats.get_value("prospector/no_browser") == 1


def test_the_setting_goes_before_playwrights_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_module, "is_reactor_installed", lambda: True)
    options = {"executable_path": "/no/such/chromium"}
    assert "/no/such/chromium" in Browser(crawler(PLAYWRIGHT_LAUNCH_OPTIONS=options)).available
    assert "/no/such/browser" in Browser(crawler(PLAYWRIGHT_LAUNCH_OPTIONS=options, PROSPECTOR_BROWSER="/no/such/browser")).available
    assert Browser(crawler(PROSPECTOR_BROWSER="off")).available == 'PROSPECTOR_BROWSER is "off".'


def test_a_crawl_without_twisteds_reactor_has_none() -> None:
    assert "reactor" in Browser(crawler()).available


async def test_a_crawler_has_one_browser_until_it_closes() -> None:
    here = crawler()
    browser = browser_of(here)
    assert browser_of(here) is browser
    await browser.close()
    assert browser_of(here) is not browser


# -- what is it told? ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("user", "sandboxed"), [(0, False), (1000, True)])
def test_the_sandbox_is_off_for_root_alone(monkeypatch: pytest.MonkeyPatch, user: int, sandboxed: bool) -> None:  # noqa: FBT001
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    assert launch_options("/chromium", {}, scraps="/tmp/x")["chromium_sandbox"] is sandboxed


def test_a_users_options_add_to_ours_and_can_not_let_it_out() -> None:
    wanted = {"args": ["--lang=de"], "env": {"TZ": "UTC"}, "headless": False, "executable_path": "/other", "chromium_sandbox": False}
    told = launch_options("/chromium", wanted, scraps="/tmp/x")
    assert told["args"] == ["--lang=de", *CUT_OFF]
    assert told["executable_path"] == "/chromium"
    assert told["headless"]
    assert not told["chromium_sandbox"]
    assert told["env"]["TZ"] == "UTC"
    assert told["env"]["BREAKPAD_DUMP_LOCATION"] == "/tmp/x"
    assert "--host-resolver-rules=MAP * ~NOTFOUND" in told["args"]


def test_a_browser_that_does_not_start_is_explained_in_a_line() -> None:
    log = "<launching> /usr/bin/chromium --no-sandbox --headless\n"
    sandbox = start_problem(
        f"BrowserType.launch: Target page, context or browser has been closed\n{log}[1:1:FATAL] No usable sandbox! Update your kernel"
    )
    assert "PLAYWRIGHT_LAUNCH_OPTIONS" in sandbox
    assert (
        start_problem(f"BrowserType.launch: Failed to launch\n{log}")
        == "Chromium could not be started: BrowserType.launch: Failed to launch"
    )
    assert start_problem("") == "Chromium could not be started: no reason given"


async def test_work_is_done_in_the_loop_it_belongs_to() -> None:
    here = asyncio.get_running_loop()

    async def where() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    assert await across(here, where()) is here
    assert await asyncio.to_thread(asyncio.run, across(here, where())) is here


# -- which pages are for it? ----------------------------------------------------------------------------------------------------


class Renders:
    """A browser that shows one page, or fails."""

    def __init__(self, shows: str | Failed) -> None:
        self.shows = shows
        self.asked: list[str] = []

    async def render(self, url: str) -> Answer:
        self.asked.append(url)
        if isinstance(self.shows, Failed):
            raise self.shows
        headers = {"content-type": "text/html; charset=utf-8"}
        return Answer(url=url, status=200, headers=headers, body=self.shows.encode(), complete=True)


def response(html: str, *, status: int = 200, content_type: str = "text/html") -> Response:
    return HtmlResponse(URL, status=status, headers={"Content-Type": content_type}, body=html.encode(), request=Request(URL))


async def test_a_shell_is_read_as_its_readers_see_it() -> None:
    browser = Renders(RENDERED)
    whole = await whole_page(response(SHELL), browser)
    assert isinstance(whole, HtmlResponse)
    assert whole.text == RENDERED
    assert whole.url == URL
    assert browser.asked == [URL]


@pytest.mark.parametrize("other", [response(RENDERED), response(SHELL, status=404), response(SHELL, content_type="application/json")])
async def test_other_pages_are_left_as_they_are(other: Response) -> None:
    browser = Renders(RENDERED)
    assert await whole_page(other, browser) is other
    assert browser.asked == []


async def test_a_shell_that_can_not_be_shown_stays_a_shell() -> None:
    shell = response(SHELL)
    assert await whole_page(shell, Renders(Failed(Outcome.GARBAGE, "No Chromium was found."))) is shell


BODY = BodySample(
    sha256="a",
    size=len(SHELL),
    complete=True,
    content_type="text/html",
    title="Guides",
    words_present=False,
    signs=("app-root",),
    html=SHELL,
)
SEEN = Observation(
    target_url=URL,
    observed_at=NOW,
    outcome=Outcome.ANSWERED,
    status=200,
    final_url=URL,
    body=BODY,
    controls=tuple(
        Control(kind=kind, url=url, outcome=Outcome.ANSWERED, status=200, final_url=url, sha256="a", similarity=1.0)
        for kind, url in (
            (ControlKind.ROOT, "https://app.example.org/"),
            (ControlKind.SIBLING, "https://app.example.org/guides/xkcdqwz"),
            (ControlKind.SIBLING, "https://app.example.org/guides/vbnmwrt"),
        )
    ),
)


class Looks:
    """Whoever looks; sees one thing."""

    def __init__(self, seen: Observation) -> None:
        self.seen = seen
        self.asked: list[Wanted] = []

    async def observe(self, wanted: Wanted) -> Look:
        self.asked.append(wanted)
        return Look(target_url=wanted.url, observations=(self.seen,))


def through_browser(**body: Any) -> Observation:
    return replace(SEEN, controls=(), body=replace(BODY, **{"sha256": "b", "text_length": 900, "signs": (), **body}))


def test_an_application_shell_that_is_the_same_everywhere_wants_a_browser() -> None:
    assert "app-shell" in look(SEEN).rules
    assert wants_browser(SEEN)


def test_a_page_of_few_words_that_is_the_same_everywhere_wants_one_if_it_has_scripts() -> None:
    plain = replace(SEEN, body=replace(BODY, signs=()))
    assert look(plain).rules == ("same-everywhere",)
    assert wants_browser(plain)
    assert not wants_browser(replace(plain, body=replace(BODY, signs=(), html="<title>Guides</title><p>Soon.")))


def test_what_is_decided_without_one_wants_none() -> None:
    for seen in (replace(SEEN, status=404), replace(SEEN, controls=()), replace(SEEN, outcome=Outcome.REFUSED, status=None, body=None)):
        assert not wants_browser(seen)


async def test_what_the_browser_shows_has_the_last_word() -> None:
    eyes = Looks(through_browser(words_present=True))
    wanted = Wanted(url=URL, anchors=("Compost",))
    both = await looking_twice(Looks(SEEN).observe, eyes.observe)(wanted)
    first, second = both.observations
    assert first is SEEN
    assert second.via is Via.BROWSER
    assert second.observed_at > SEEN.observed_at
    assert judge([SEEN], Policy(), now=NOW).kind is VerdictKind.UNKNOWN
    assert judge(both.observations, Policy(), now=NOW).kind is VerdictKind.ALIVE
    assert eyes.asked == [wanted]


async def test_there_is_no_second_look_where_the_first_one_sufficed() -> None:
    eyes = Looks(through_browser())
    gone = replace(SEEN, status=404)
    assert (await looking_twice(Looks(gone).observe, eyes.observe)(Wanted(url=URL))).observations == (gone,)
    assert eyes.asked == []


async def test_a_page_without_its_data_is_proof_of_life_only() -> None:
    """It may say "not found" because we could not fetch what it is made of."""
    lost = through_browser(complete=False, title="404 Not Found", words_present=False)
    assert await second_look(Wanted(url=URL), SEEN, Looks(lost).observe) is None
    alive = through_browser(complete=False, words_present=True)
    assert await second_look(Wanted(url=URL), SEEN, Looks(alive).observe) is not None
    failed = replace(SEEN, outcome=Outcome.TIMED_OUT, status=None, body=None)
    assert await second_look(Wanted(url=URL), SEEN, Looks(failed).observe) is None
