"""One page in the browser: what it may ask for, when it has come to rest, and how it ends.

Chromium itself is cut off from the network (browser_chromium.py); what a page asks for is fetched by our own network, with its gate,
resolver, guard and caps, or refused. A new thing that pages may do is a decision in `_decide`, with its test in tests/browser/.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from playwright.async_api import BrowserContext, CDPSession, Page, Request, Route
from playwright.async_api import Error as PlaywrightError

from prospector.checking.failures import Failed
from prospector.checking.network import Answer, Network, Purpose
from prospector.links.charset import decode
from prospector.links.urls import normalise

T = TypeVar("T")

REST = 0.5  # seconds without a request and without a change: the page has come to rest
HURRY = 2.0  # seconds that it gets when the crawl is to end
OVERTIME = 0.5  # of its time: what a page gets on top to hand over what it shows, before it is closed
MAX_PARTS = 60  # requests of one page; an application of today makes 5 to 40 for its scripts and data
MAX_PART = 8 * 1024 * 1024  # bytes of one
MAX_PARTS_SIZE = 24 * 1024 * 1024  # bytes of all
REMEMBERED_SCRIPTS = 32 * 1024 * 1024  # bytes: a site's pages share their scripts, and asking for them once a run is enough
DATA = frozenset({"script", "xhr", "fetch"})
GONE = frozenset({404, 410})
# What a script may tell its server; who we are and where it runs is not for it to say.
PASSED_HEADERS = ("accept", "authorization", "x-requested-with", "x-api-key", "apikey")
# The page may run its scripts and ask for data. No windows, dialogs, forms or downloads (sandbox), and of what is not needed to read it, nothing.
# https://www.w3.org/TR/CSP3/, https://html.spec.whatwg.org/multipage/browsers.html#sandboxing
POLICY = "; ".join(
    (
        "sandbox allow-scripts allow-same-origin",
        "connect-src http: https: data: blob:",
        *(f"{kind}-src 'none'" for kind in ("worker", "frame", "object", "img", "font", "media", "manifest")),
    )
)
# Calls between browsers are cut off by flags; without their classes Chromium does not listen for neighbours (multicast DNS) either.
NO_CALLS = "delete globalThis.RTCPeerConnection; delete globalThis.webkitRTCPeerConnection"
# what the document holds now; asked for in a world of its own, where the page's scripts can't pretend
_HTML = "(document.documentElement?.outerHTML ?? '')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a page may cost. seconds: from its opening until it must show something; size: characters of its rendered HTML.

    hurry: whether the crawl is to end; then a page is read as it stands.
    """

    seconds: float
    size: int
    hurry: Callable[[], bool] = lambda: False

    @property
    def at_most(self) -> float:
        """Seconds after which it is closed whatever it does."""
        return self.seconds * (1 + OVERTIME)


async def across(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T]) -> T:
    """Await `work` in the loop it belongs to: on Windows Playwright lives in a loop and thread of its own."""
    if loop is asyncio.get_running_loop():
        return await work
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, loop))


class Parts:
    """What pages ask for besides themselves. Scripts are remembered."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._scripts: OrderedDict[str, Answer] = OrderedDict()
        self._size = 0

    async def get(self, url: str, kind: str, headers: dict[str, str], limit: int) -> Answer:
        """Raises Failed. robots.txt was asked about the page; what belongs to the page is fetched with it, as for any reader."""
        if (known := self._scripts.get(url)) is not None:
            self._scripts.move_to_end(url)
            return known
        answer = await self._network.get(url, limit=limit, headers=headers, urgent=True, robots=False, purpose=Purpose.SECOND)
        if kind == "script" and answer.status == 200 and answer.complete:
            self._remember(url, answer)
        return answer

    def _remember(self, url: str, answer: Answer) -> None:
        self._scripts[url] = answer
        self._size += len(answer.body)
        while self._size > REMEMBERED_SCRIPTS:
            _, oldest = self._scripts.popitem(last=False)
            self._size -= len(oldest.body)


class Visit:
    """A document, opened in a page of its own. Make it in the loop of the network; its methods run in Playwright's."""

    def __init__(self, parts: Parts, document: Answer, limits: Limits) -> None:
        self._parts = parts
        self._document = document
        self._limits = limits
        self._home = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._context: BrowserContext | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._page: Page | None = None
        self._ends_at = 0.0
        self._opened = False
        self._over = False
        self._leaving = asyncio.Event()
        self._waiting = 0
        self._asked = 0
        self._size = 0
        self.html: str | None = None  # what it showed when it had come to rest; None: it did not get that far
        self.leads_to = ""  # where the page wanted to go on its own
        self.cut = False  # there was more of it than anybody wants
        self.missed = 0  # requests that a reader's browser would have had answered, and this one not
        self.why = ""  # why it was closed before its time

    @property
    def begun(self) -> bool:
        """Whether there was a page for it."""
        return self._loop is not None

    # -- scrapy-playwright's hooks ------------------------------------------------------------------------------------------

    async def begin(self, page: Page, _: object = None) -> None:
        """Take a fresh page over (its init callback)."""
        self._page, self._context = page, page.context
        self._loop = asyncio.get_running_loop()
        if self._over:  # nobody waits for it any more
            await self._close("")
            return
        self._ends_at = self._loop.time() + self._limits.seconds
        self._start(self._end_in_time())
        page.context.on("page", self._close_window)
        await page.context.add_init_script(NO_CALLS)
        await page.context.route("**/*", self._answer)
        # scrapy-playwright's own route would let a request through to the network
        await page.unroute_all()

    async def settle(self, page: Page) -> None:
        """Wait until nothing more comes, and read the page (its page method)."""
        assert self._loop is not None
        view = await page.context.new_cdp_session(page)
        before = -1
        while not await self._leaves_within(REST) and not self._limits.hurry():
            size = int(await _ask(view, f"{_HTML}.length") or 0)
            if size > self._limits.size or self._loop.time() > self._ends_at or (not self._waiting and size == before):
                break
            before = size
        self._over = True
        self.missed += self._waiting
        self.html = "" if self.leads_to else str(await _ask(view, f"{_HTML}.slice(0, {self._limits.size})"))
        self.cut = len(self.html) >= self._limits.size
        # scrapy-playwright now waits for the page to load, which some never do, and reads it, which may be more than memory holds:
        # let that be an empty page
        await page.goto("about:blank")

    async def end(self) -> None:
        """Close the page and all that belongs to it. In any loop, at any time, more than once."""
        self._over = True
        if self._loop is not None:
            await across(self._loop, self._close(""))

    # -- inside Playwright's loop -------------------------------------------------------------------------------------------

    async def _end_in_time(self) -> None:
        assert self._loop is not None
        end = self._loop.time() + self._limits.at_most
        while self._loop.time() < end:
            await asyncio.sleep(REST)
            if self._limits.hurry():
                end = min(end, self._loop.time() + HURRY)
        await self._close(f"its scripts gave no answer within {self._limits.at_most:.0f} seconds")

    async def _close(self, why: str) -> None:
        self._over = True
        self.why = self.why or why
        context, self._context = self._context, None
        if context is None:
            return
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()
        with suppress(PlaywrightError, RuntimeError, OSError):  # the browser may have gone before, or its driver
            await context.close()

    async def _close_window(self, window: Page) -> None:
        if window is not self._page:
            with suppress(PlaywrightError):
                await window.close()

    async def _leaves_within(self, seconds: float) -> bool:
        """Give the page time. True as soon as it wants to go elsewhere."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._leaving.wait()
        return self._leaving.is_set()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, route: Route, request: Request) -> None:
        self._waiting += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(PlaywrightError):  # the page may have gone while it waited
                await self._decide(route, request)
        finally:
            self._tasks.discard(task)
            self._waiting -= 1

    async def _decide(self, route: Route, request: Request) -> None:
        if request.is_navigation_request():
            await self._navigation(route, request)
        elif self._over or not self._is_ours(request):
            await route.abort()
        elif request.resource_type == "stylesheet":
            # not needed, but scripts wait for some, and give up where one fails
            await route.fulfill(status=200, content_type="text/css", body="")
        elif request.resource_type in DATA:
            await self._part(route, request)
        else:
            await route.abort()

    async def _navigation(self, route: Route, request: Request) -> None:
        if self._is_ours(request) and not self._opened:
            self._opened = True
            html = decode(self._document.body, self._document.headers.get("content-type", ""))
            # Always 200: of a short page with another status Chromium shows an error page of its own.
            await route.fulfill(
                status=200, headers={"content-type": "text/html; charset=utf-8", "content-security-policy": POLICY}, body=html
            )
            return
        to = normalise(request.url) or ""
        if self._is_ours(request) and to != self._document.url and not self._over:
            self.leads_to = self.leads_to or to
            self._leaving.set()
        await route.abort("aborted")  # this code leaves the page as it stands

    def _is_ours(self, request: Request) -> bool:
        try:
            frame = request.frame
        except PlaywrightError:  # of a window that is just being opened
            return False
        return frame.page is self._page and frame.parent_frame is None

    async def _part(self, route: Route, request: Request) -> None:
        url = normalise(request.url)
        self._asked += 1
        room = min(MAX_PART, MAX_PARTS_SIZE - self._size)
        if url is None or request.method not in {"GET", "HEAD"} or self._asked > MAX_PARTS or room <= 0:
            self.missed += 1
            await route.abort()
            return
        headers = {name: value for name, value in (await request.all_headers()).items() if name in PASSED_HEADERS}
        try:
            answer = await across(self._home, self._parts.get(url, request.resource_type, headers, room))
        except (Failed, RuntimeError):  # the latter: the crawl ends, and its network is closed
            self.missed += 1
            await route.abort()
            return
        self._size += len(answer.body)
        if not answer.complete or not 200 <= answer.status < 600:
            self.missed += 1
            await route.abort()
            return
        if answer.status >= 400 and answer.status not in GONE:
            self.missed += 1
        content_type = answer.headers.get("content-type", "")
        await route.fulfill(status=answer.status, headers={"content-type": content_type} if content_type else {}, body=answer.body)


async def _ask(view: CDPSession, expression: str) -> Any:
    """What an expression comes to in the page, out of its scripts' reach."""
    tree = await view.send("Page.getFrameTree")
    world = await view.send("Page.createIsolatedWorld", {"frameId": tree["frameTree"]["frame"]["id"]})
    said = await view.send("Runtime.evaluate", {"expression": expression, "contextId": world["executionContextId"], "returnByValue": True})
    return said["result"].get("value", "")
