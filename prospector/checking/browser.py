"""Pages that are nothing without their scripts: rendered by a Chromium that sees the world through our network only.

Started when first needed; without one, what can't be read stays unread, is counted, and the reason says how to get one.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.reactor import is_reactor_installed

from prospector.checking.browser_search import find_chromium, why_no_chromium
from prospector.checking.checker import Observe
from prospector.checking.failures import Failed
from prospector.checking.handler import network_of, response_of
from prospector.checking.network import Answer, Purpose
from prospector.checking.observe import BINARY_PEEK, Look, Wanted
from prospector.items import Hop, Observation, Outcome, VerdictKind, Via
from prospector.links.charset import decode
from prospector.links.shells import is_app_shell
from prospector.verdicts.looks import look

if TYPE_CHECKING:
    from prospector.checking.browser_chromium import Chromium
    from prospector.checking.browser_visit import Parts

logger = logging.getLogger(__name__)

AT_ONCE = 2  # pages open at a time; one takes up to 150 MB
MAX_MOVES = 3  # pages that send their reader on by script, one after the other
SAME_EVERYWHERE = frozenset({"app-shell", "same-everywhere"})  # rules of verdicts/looks.py
WORDLESS = frozenset({VerdictKind.SOFT404, VerdictKind.REDIRECTED})  # deaths that can be inferred without a word …
SPOKEN = "wording-and-sibling"  # … and the rule that has one
RENDERED = "text/html; charset=utf-8"
_HTML = frozenset({"", "text/html", "application/xhtml+xml"})

_browsers: WeakKeyDictionary[Crawler, Browser] = WeakKeyDictionary()


def browser_of(crawler: Crawler) -> Browser:
    """The one browser of this crawler. Asking costs nothing: it starts with the first page."""
    browser = _browsers.get(crawler)
    if browser is None:
        browser = _browsers[crawler] = Browser(crawler)
    return browser


class Renders(Protocol):
    """What turns an address into a page as its readers see it."""

    async def render(self, url: str) -> Answer: ...


class Browser:
    """Renders pages for one crawler. Closes with its engine."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._named = str(settings.get("PROSPECTOR_BROWSER") or settings.getdict("PLAYWRIGHT_LAUNCH_OPTIONS").get("executable_path") or "")
        self._seconds = settings.getfloat("PROSPECTOR_BROWSER_TIMEOUT")
        self._size = settings.getint("DOWNLOAD_MAXSIZE")
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._chromium: Chromium | None = None
        self._parts: Parts | None = None
        self._broken = ""
        crawler.signals.connect(self.close, signals.engine_stopped)

    @property
    def available(self) -> str:
        """ "" when pages can be rendered; else why not, and what to do about it."""
        if self._broken:
            return self._broken
        if not is_reactor_installed():
            return "This crawl runs without Twisted's reactor, which scrapy-playwright needs."
        return why_no_chromium(self._named)

    async def render(self, url: str) -> Answer:
        """GET `url` (normalised) and run its scripts: an answer whose body is the page's HTML as it then stands, in UTF-8.

        Status and certificate are the document's; a page that sends its reader on by script has a hop for it. Not complete: some of what
        the page asked for could not be had, so what it shows may not be what its readers see. What is no web page comes as Network.get
        gives it, with the first bytes of what is no text.
        Raises Failed: for the document as Network.get does; TIMED_OUT or GARBAGE, which are never death, for what the browser can't do.
        """
        if why := self.available:
            self._crawler.stats.inc_value("prospector/no_browser")
            raise Failed(Outcome.GARBAGE, why, url)
        async with self._turns:
            answer = await self._follow(url)
        self._crawler.stats.inc_value("prospector/rendered")
        return answer

    async def get(self, url: str, *, limit: int, binary_limit: int | None = None, purpose: Purpose = Purpose.SECOND) -> Answer:  # noqa: ARG002 - see there
        """`render` in the words of Network.get, so that an Observer can look through a browser. The limits are the browser's own."""
        return await self.render(url)

    async def close(self) -> None:
        """End Chromium and its driver, if they were started."""
        _browsers.pop(self._crawler, None)
        if self._chromium is not None:
            await self._end(self._chromium)

    async def _end(self, chromium: Chromium) -> None:
        if self._chromium is chromium:
            self._chromium = None
        await chromium.close()

    async def _follow(self, url: str) -> Answer:
        hops: tuple[Hop, ...] = ()
        seen = {url}
        while True:
            try:
                document = await network_of(self._crawler).get(
                    url, limit=self._size, binary_limit=BINARY_PEEK, urgent=True, purpose=Purpose.SECOND
                )
            except Failed as failed:
                raise replace(failed, hops=(*hops, *failed.hops)) from failed
            hops += document.hops
            if document.content_type not in _HTML:
                return replace(document, hops=hops)
            html, leads_to, whole = await self._open(document)
            if not leads_to:
                headers = {**document.headers, "content-type": RENDERED}
                return replace(document, body=html.encode("utf-8", "replace"), headers=headers, complete=whole, hops=hops)
            hops += (Hop(url=document.url, status=document.status, location=leads_to),)
            if leads_to in seen:
                raise Failed(Outcome.REDIRECT_LOOP, f"its script leads in a circle, back to {leads_to[:200]}", leads_to, hops)
            if len(seen) > MAX_MOVES:
                raise Failed(Outcome.TOO_MANY_HOPS, f"its scripts lead on more than {MAX_MOVES} times", leads_to, hops)
            seen.add(leads_to)
            url = leads_to

    async def _open(self, document: Answer) -> tuple[str, str, bool]:
        """A document's HTML after its scripts ran, where it wants to go instead ("" = it stays), and whether it got all it asked for."""
        # Playwright takes 0.2 s and 8 MB to import, which a crawl without a shell should not pay
        from prospector.checking.browser_chromium import Chromium, LostError, NotStartedError  # noqa: PLC0415
        from prospector.checking.browser_visit import Limits, Parts, Visit  # noqa: PLC0415

        limits = Limits(seconds=self._seconds, size=self._size, hurry=lambda: not self._crawler.crawling)
        if self._chromium is None or self._parts is None:
            self._chromium = Chromium(self._crawler, find_chromium(self._named), limits)
            self._parts = Parts(network_of(self._crawler))
        chromium = self._chromium
        visit = Visit(self._parts, document, limits)
        try:
            await chromium.open(visit, document.url)
        except NotStartedError as error:
            self._broken = str(error)
            logger.warning("Pages that need a browser are left unread. %s", error)
            self._crawler.stats.inc_value("prospector/no_browser")
            raise Failed(Outcome.GARBAGE, self._broken, document.url) from error
        except LostError as error:
            await self._end(chromium)
            raise Failed(Outcome.GARBAGE, f"Chromium has ended unexpectedly: {error}", document.url) from error
        return visit.html or "", visit.leads_to, document.complete and not visit.missed and not visit.cut


# -- where spiders and checks use it ----------------------------------------------------------------------------------------


async def whole_page(response: Response, browser: Renders) -> Response:
    """The response itself; of an application shell the page that its readers see, where a browser can show it."""
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
    if response.status != 200 or content_type.partition(";")[0].strip().lower() not in _HTML:
        return response
    if not is_app_shell(decode(response.body, content_type), url=response.url):
        return response
    try:
        answer = await browser.render(response.url)
    except Failed as failed:
        logger.warning("%s is built by a script in the browser, and could not be shown there: %s", response.url, failed.detail)
        return response
    return response_of(answer, response.request)


def looking_twice(observe: Observe, through_browser: Observe) -> Observe:
    """`observe`, with a second look through the browser where the first one saw nothing but an application shell."""

    async def look_twice(wanted: Wanted) -> Look:
        first = await observe(wanted)
        again = await second_look(wanted, first.observations[-1], through_browser)
        return first if again is None else replace(first, observations=(*first.observations, again))

    return look_twice


async def second_look(wanted: Wanted, seen: Observation, through_browser: Observe) -> Observation | None:
    """What a browser shows of a target that looks the same at every address without one; None where that settles nothing.

    A page whose data could not be had says "not found" as readily as one that is gone: only a sign of life counts then. And an application
    that shows everybody the same page, or sends everybody home, may do so to visitors without a past: of death it must speak.
    """
    if not wants_browser(seen):
        return None
    again = (await through_browser(wanted)).observations[-1]
    if again.outcome is not Outcome.ANSWERED or again.body is None or not (again.body.complete or again.body.words_present):
        return None
    found = look(again)
    if found.kind in WORDLESS and SPOKEN not in found.rules:
        return None
    later = max(again.observed_at, seen.observed_at + timedelta(microseconds=1))  # what the browser saw has the last word
    return replace(again, via=Via.BROWSER, observed_at=later)


def wants_browser(seen: Observation) -> bool:
    """Whether the verdict hangs on scripts: every address of the site gives the same answer, and it is an application shell."""
    if seen.body is None or seen.body.html is None:
        return False
    rules = set(look(seen).rules)
    if not rules & SAME_EVERYWHERE:
        return False
    return "app-shell" in rules or is_app_shell(seen.body.html, url=seen.final_url)
