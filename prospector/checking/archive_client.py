"""Asking a web archive for dead pages: one request at a time, slowly, and never in a crawl's way.

The archive's two addresses are named by the campaign, and answer to programs by design: they are asked as an API is, so robots.txt, which
speaks to crawlers, is not asked for them. Pace: https://github.com/edgi-govdata-archiving/wayback/issues/137 (60 a minute; who goes on
after a 429 is locked out for an hour).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from prospector.archive.cdx import MOST_CAPTURES, Archive, Capture, NotAnIndexError, captures_query, read_captures
from prospector.archive.history import HTML, History
from prospector.archive.page import CapturedPage, read_captured
from prospector.archive.replay import Shown, following_address, page_address, raw_address, shown_at
from prospector.checking.failures import Failed
from prospector.checking.network import Answer, Network, Purpose, seconds_to_wait
from prospector.items import ArchivedCopy, Outcome
from prospector.links.charset import decode
from prospector.links.urls import host_of, normalise
from prospector.verdicts.addresses import Landing, landing, place

logger = logging.getLogger(__name__)

BACKOFF = (2.0, 4.0, 8.0)  # seconds before the second, third and fourth try
MAX_PAUSE = 120.0  # seconds; an archive that wants more is left alone for this run
FAILURES_IN_A_ROW = 3  # lookups that came to nothing before the archive is left alone for this run
INDEX_MAXSIZE = 512 * 1024  # bytes; 300 rows have about 30 KB
PAGE_MAXSIZE = 1024 * 1024  # bytes of a captured page
MOST_REDIRECTS = 3  # recorded ones, from page to page
REDIRECTS_TRIED = 2  # captures of a redirect that are followed for one page
EXCLUDED = b"AccessControlException"  # in the Wayback Machine's 403 for sites whose owners want them left out
# nothing that waiting would mend
_FINAL = frozenset({Outcome.HOST_STOPPED, Outcome.ADDRESS_REFUSED, Outcome.BAD_URL, Outcome.NO_HOST, Outcome.FORBIDDEN_BY_ROBOTS})

Sleep = Callable[[float], Awaitable[None]]


class ArchiveFailedError(Exception):
    """The archive could not be asked. `final`: and it is no use to ask it again in this run."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


class ArchiveClient:
    """Looks dead pages up. Use one for a run. Times in seconds; `sleep` is the tests'."""

    def __init__(self, network: Network, archive: Archive, *, delay: float, timeout: float, sleep: Sleep = asyncio.sleep) -> None:
        self._network = network
        self._archive = archive
        self._delay = delay
        self._timeout = timeout
        self._sleep = sleep
        self._one_at_a_time = asyncio.Lock()
        self._slowed: set[str] = set()
        self._failed_in_a_row = 0
        self.given_up = ""  # why it is not asked any more in this run

    async def lookup(self, target_url: str) -> ArchivedCopy | None:
        """The last good capture, and the captures since in which the page was missing. `captured_at` is None where there is no good one.

        None: the archive could not be asked now. Never raises for what the archive does.
        """
        async with self._one_at_a_time:
            if self.given_up:
                return None
            try:
                copy = await self._look_up(target_url)
            except ArchiveFailedError as failed:
                self._note(failed, target_url)
                return None
            self._failed_in_a_row = 0
            return copy

    def _note(self, failed: ArchiveFailedError, target_url: str) -> None:
        self._failed_in_a_row += 1
        logger.info("No word from the web archive on %s: %s", target_url, failed)
        if failed.final or self._failed_in_a_row >= FAILURES_IN_A_ROW:
            self.given_up = str(failed)
            logger.warning("The web archive is not asked any more in this run: %s", failed)

    async def _look_up(self, target_url: str) -> ArchivedCopy:
        captures = await self._captures(target_url)
        if len(captures) >= MOST_CAPTURES and not any(capture.status == 200 for capture in captures):
            captures += await self._captures(target_url, status=200)
        history = History.of(captures)
        lost: list[Capture] = []
        for capture in history.to_read():
            page = await self._page(capture)
            if page is not None and not page.lost:
                return self._copy(target_url, capture, page, history, lost)
            lost.append(capture)
        for document in history.not_pages()[:1]:
            return self._copy(target_url, document, None, history, lost)
        for redirect in history.redirects[:REDIRECTS_TRIED]:
            if (found := await self._follow(redirect, target_url)) is not None:
                return self._copy(target_url, found[0], found[1], history, lost)
        return ArchivedCopy(target_url=target_url, failures=history.failures(lost=lost))

    def _copy(self, target_url: str, capture: Capture, page: CapturedPage | None, history: History, lost: list[Capture]) -> ArchivedCopy:
        return ArchivedCopy(
            target_url=target_url,
            captured_at=capture.captured_at,
            archive_url=page_address(self._archive, capture),
            title=page.title if page else "",
            headings=page.headings if page else (),
            text=page.text if page else "",
            failures=history.failures(lost=lost),
        )

    # -- the three things that are asked -----------------------------------------------------------------------------------

    async def _captures(self, target_url: str, *, status: int | None = None) -> tuple[Capture, ...]:
        url = captures_query(self._archive, target_url, status=status)
        why = ""
        for pause in (*BACKOFF, None):
            answer = await self._get(url, limit=INDEX_MAXSIZE)
            if answer.status == 403 and EXCLUDED in answer.body[:4096]:
                return ()
            if answer.status != 200:
                raise ArchiveFailedError(f"its index answers {answer.status}")
            try:
                return read_captures(answer.body, self._archive.dialect)
            except NotAnIndexError as error:
                why = str(error)
            if pause is not None:
                await self._sleep(pause)
        raise ArchiveFailedError(why)

    async def _page(self, capture: Capture) -> CapturedPage | None:
        """The captured page; None if the archive can't show it, or shows something else."""
        found = await self._shown(raw_address(self._archive, capture))
        if found is None or place(found[1].url) != place(capture.url):
            return None
        return await self._read(found[0], found[1])

    async def _follow(self, redirect: Capture, target_url: str) -> tuple[Capture, CapturedPage] | None:
        """Where a captured redirect led to, if that was captured too, and is no home page or other site that it was only sent away to."""
        led_to = await self._shown(following_address(self._archive, redirect))
        if led_to is None or _pages_passed(led_to[0], self._archive, redirect) > MOST_REDIRECTS:
            return None
        if landing(target_url, led_to[1].url) not in {Landing.SAME, Landing.ELSEWHERE}:
            return None
        capture = Capture(captured_at=led_to[1].captured_at, url=led_to[1].url, status=200)
        page = await self._page(capture)
        return None if page is None or page.lost else (capture, page)

    async def _shown(self, address: str) -> tuple[Answer, Shown] | None:
        answer = await self._get(normalise(address) or address, limit=PAGE_MAXSIZE)
        shown = shown_at(self._archive, answer.url, memento=answer.headers.get("memento-datetime", ""))
        if answer.status != 200 or shown is None:
            return None
        kind = _captured_type(answer).partition(";")[0].strip().lower()
        return (answer, shown) if not kind or kind in HTML else None

    async def _read(self, answer: Answer, shown: Shown) -> CapturedPage:
        html = decode(answer.body, _captured_type(answer))
        return await asyncio.to_thread(read_captured, html, url=shown.url)

    # -- manners -----------------------------------------------------------------------------------------------------------

    async def _get(self, url: str, *, limit: int) -> Answer:
        """An answer that is the archive's last word on this: not "too many", not its own trouble."""
        self._keep_apart(url)
        why = ""
        for pause in (*BACKOFF, None):
            wanted = 0.0
            try:
                answer = await self._once(url, limit)
            except Failed as failed:
                if failed.outcome in _FINAL:
                    raise ArchiveFailedError(failed.detail, final=True) from failed
                why = str(failed)
            else:
                if answer.status not in {408, 429} and answer.status < 500:
                    return answer
                why = f"it answers {answer.status}"
                wanted = seconds_to_wait(answer.headers.get("retry-after", "")) or 0.0
            if wanted > MAX_PAUSE:
                raise ArchiveFailedError(f"{why}, and wants {wanted:.0f} seconds of rest", final=True)
            if pause is not None:
                await self._sleep(max(pause, wanted))
        raise ArchiveFailedError(why)

    async def _once(self, url: str, limit: int) -> Answer:
        """The pause that a 429 asked for is kept by the host's gate; the time-out begins after it."""
        ready_in = self._network.gate.ready_at(host_of(url)) - asyncio.get_running_loop().time()
        if ready_in > 0:
            await asyncio.sleep(ready_in)
        try:
            return await asyncio.wait_for(self._network.get(url, limit=limit, robots=False, purpose=Purpose.ARCHIVE), self._timeout)
        except TimeoutError:
            raise Failed(Outcome.TIMED_OUT, f"no answer within {self._timeout:g} seconds", url) from None

    def _keep_apart(self, url: str) -> None:
        host = host_of(url)
        if host not in self._slowed:
            self._slowed.add(host)
            self._network.gate.slow_down(host, self._delay)


def _pages_passed(answer: Answer, archive: Archive, start: Capture) -> int:
    """Redirects from one page to another: the archive's own, to the moment nearest to the one asked for, are none."""
    pages = [place(shown.url) for hop in answer.hops if (shown := shown_at(archive, hop.url)) is not None]
    last = shown_at(archive, answer.url)
    ways = dict.fromkeys([place(start.url), *pages, *([place(last.url)] if last else [])])
    return len(ways) - 1


def _captured_type(answer: Answer) -> str:
    """The Content-Type that was captured: beside a rewritten page the archive tells it in a header of its own."""
    return answer.headers.get("x-archive-orig-content-type") or answer.headers.get("content-type", "")
