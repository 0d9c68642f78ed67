"""scrapy-playwright's download handler with a Chromium that has no way out. Imported when a page is rendered, not before.

In an ordinary crawl nothing of this is loaded: Playwright's driver alone is a Node process of 118 MB.
"""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import suppress
from dataclasses import replace
from itertools import count
from tempfile import TemporaryDirectory
from typing import Any

from playwright.async_api import Browser as PlaywrightBrowser
from playwright.async_api import Error as PlaywrightError
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler  # type: ignore[import-untyped]
from scrapy_playwright.page import PageMethod  # type: ignore[import-untyped]
from scrapy_playwright.provider import PlaywrightBrowserProvider  # type: ignore[import-untyped]

from prospector.checking.browser_visit import Limits, Visit
from prospector.checking.failures import Failed
from prospector.items import Outcome

SLOT = "network"  # of Scrapy's downloader, without limit or delay (settings.py): hosts' turns are the network layer's
PATIENCE = 60.0  # seconds beyond a page's time, its start included, after which the browser itself must be stuck
CLOSING = 15.0  # seconds that it gets to end

DRIVER_GONE = (RuntimeError, OSError)  # what uvloop and asyncio say of the closed pipe to it
# Nothing leaves Chromium but through our routes: no connection, no datagram, no look-up. tests/browser/ tries every way out that pages have.
CUT_OFF = (
    "--host-resolver-rules=MAP * ~NOTFOUND",  # no name and no literal address can be connected to
    "--proxy-server=http://127.0.0.1:1",  # nobody listens there; takes the place of proxies from the environment
    "--proxy-bypass-list=<-loopback>",  # for loopback addresses too
    # without these WebRTC sends UDP to any address, past resolver and proxy
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-domain-reliability",
    "--disable-component-update",
    "--disable-sync",
    "--no-pings",
    "--dns-prefetch-disable",
    "--mute-audio",
    "--js-flags=--max-old-space-size=512",  # MB of a page's objects; without it a page took 4 GB
)
CONTEXT = {
    "service_workers": "block",  # their requests go past the routes
    "accept_downloads": False,
    "permissions": [],
}


class NotStartedError(Exception):
    """The browser is there, and can't be started."""


class LostError(Exception):
    """The browser or its driver is not there any more; another may be started."""


class _Provider(PlaywrightBrowserProvider):  # type: ignore[misc]
    """Starts driver and browser together."""

    async def start(self) -> None:
        """Nothing yet: `launch_browser` is called when there is a page to open."""

    async def launch_browser(self) -> PlaywrightBrowser:
        try:
            if self.playwright is None:
                await super().start()
            browser: PlaywrightBrowser = await super().launch_browser()
        except (PlaywrightError, OSError) as error:
            raise NotStartedError(start_problem(str(error))) from error
        return browser


class _Handler(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]
    """scrapy-playwright as it is, told what to launch."""

    config: Any

    def __init__(self, crawler: Crawler, program: str, limits: Limits, scraps: str) -> None:
        super().__init__(crawler)
        self.browser_provider_cls = _Provider
        self.config = replace(
            self.config,
            cdp_url=None,  # a browser elsewhere is not cut off
            connect_url=None,
            launch_options=launch_options(program, self.config.launch_options, scraps=scraps),
            startup_context_kwargs={},
            navigation_timeout_ms=1000 * limits.at_most,
            target_closed_max_retries=0,  # a page that was closed had its time
        )

    async def start(self) -> None:
        """What it does itself on engine_started, which was long ago."""
        await self._maybe_launch_in_thread()

    async def abandon(self) -> None:
        """End the driver, and with it all that waits for it."""
        await self._maybe_future_from_coro(self.browser_provider.close())


class Chromium:
    """The browser of a crawl. Make it inside the running crawl."""

    def __init__(self, crawler: Crawler, program: str, limits: Limits) -> None:
        logging.getLogger("scrapy-playwright").setLevel(logging.ERROR)  # it warns, with a traceback, of each page that fails
        self._crawler = crawler
        self._limits = limits
        self._scraps = TemporaryDirectory(prefix="prospector-browser-", ignore_cleanup_errors=True)
        self._handler = _Handler(crawler, program, limits, self._scraps.name)
        self._starting = asyncio.Lock()
        self._started = False
        self._numbers = count(1)

    async def open(self, visit: Visit, url: str) -> None:
        """Open a page for a visit, which reads it. Raises Failed for the page's faults, NotStartedError and LostError for the browser's."""
        async with self._starting:
            if not self._started:
                await self._handler.start()
                self._started = True
        request = Request(
            url,
            meta={
                "playwright": self._handler,  # prospector.checking.handler hands the request on to it
                "playwright_context": f"page-{next(self._numbers)}",  # of its own: no page knows of another
                "playwright_context_kwargs": {**CONTEXT, "user_agent": self._crawler.settings["USER_AGENT"]},
                "playwright_page_init_callback": visit.begin,
                "playwright_page_goto_kwargs": {"wait_until": "commit"},
                "playwright_page_methods": [PageMethod(visit.settle)],
                "download_slot": SLOT,
            },
        )
        try:
            async with asyncio.timeout(self._limits.at_most + PATIENCE):
                await self._crawler.engine.download_async(request)
        except TimeoutError as error:
            with suppress(PlaywrightError, TimeoutError, *DRIVER_GONE):
                async with asyncio.timeout(CLOSING):
                    await self._handler.abandon()
            raise NotStartedError("Chromium stopped answering.") from error
        except (PlaywrightError, *DRIVER_GONE) as error:
            if not visit.begun:
                raise LostError(_first_line(str(error))) from error
            if visit.html is None:
                raise Failed(Outcome.TIMED_OUT if visit.why else Outcome.GARBAGE, visit.why or _first_line(str(error)), url) from error
        finally:
            await visit.end()

    async def close(self) -> None:
        """End browser and driver."""
        with suppress(PlaywrightError, TimeoutError, *DRIVER_GONE):
            async with asyncio.timeout(CLOSING):
                await self._handler.close()
        self._scraps.cleanup()


def launch_options(program: str, wanted: dict[str, Any], *, scraps: str) -> dict[str, Any]:
    """What Playwright is told: the user's PLAYWRIGHT_LAUNCH_OPTIONS, our program, and the flags that cut it off. scraps: a folder to litter."""
    return {
        # Pages are written by strangers, so Chromium's sandbox is on, though Playwright's default is off. Only for root it has to be off:
        # Chromium does not start otherwise, because its sandbox is made of what root could undo.
        "chromium_sandbox": not _is_root(),
        # Ctrl-C is the crawl's to answer: it ends pages and browser in order
        "handle_sigint": False,
        "handle_sigterm": False,
        "handle_sighup": False,
        **wanted,
        "headless": True,
        "executable_path": program,
        "args": [*wanted.get("args", ()), *CUT_OFF],
        # a page that crashes leaves its memory on disk, else among the user's own crash reports
        "env": {**os.environ, **wanted.get("env", {}), "BREAKPAD_DUMP_LOCATION": scraps},
    }


def _is_root() -> bool:
    return getattr(os, "geteuid", lambda: 1)() == 0


def start_problem(error: str) -> str:
    """Playwright's words for a browser that does not start, which bring its whole log along, in a line."""
    first = _first_line(error)
    if any(sign in error.lower() for sign in ("no usable sandbox", "without --no-sandbox is not supported")):
        return (
            "Chromium's sandbox does not work here. Where the machine itself is fenced in (a container), "
            'PLAYWRIGHT_LAUNCH_OPTIONS = {"chromium_sandbox": False} does without.'
        )
    return f"Chromium could not be started: {first}"


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "no reason given")[:300]
