"""What a person sees while a crawl runs: a line that moves on a terminal, plain log lines elsewhere, and the end in words."""

from __future__ import annotations

import io
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from prospector import extensions
from prospector.store import StoreError
from prospector.store.reports import Reports
from tests.crawling import crawl
from tests.misbehaving_site import MisbehavingSite
from tests.resource_web import ResourceWeb


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[ResourceWeb]:
    async with MisbehavingSite() as site:
        web = ResourceWeb(site, tmp_path)
        slow = [web.page("slow.test", f"/page-{n}", delay=0.1) for n in range(6)]
        seed = web.link_list("lists.test", "/links.html", [web.missing("old.test", "/drying-sage-leaves"), *slow])
        web.write_campaign([seed, "http://no-such-name.test/"])
        yield web


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """stderr is a terminal, 200 columns wide, that shows the progress ten times a second."""
    screen = Terminal()
    monkeypatch.setattr(extensions, "sys", SimpleNamespace(stderr=screen))  # pytest puts its own in place of the real one
    monkeypatch.setattr(extensions, "TERMINAL_INTERVAL", 0.1)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "xterm")
    return screen


async def run(web: ResourceWeb, **settings: object) -> None:
    await crawl("resources", settings={**web.settings, "PROGRESS_INTERVAL": 0.2, **settings}, campaign=web.campaign())


async def test_on_a_terminal_one_line_moves_and_is_gone_in_the_end(web: ResourceWeb, screen: Terminal) -> None:
    await run(web)
    moved = screen.getvalue().split(extensions.CLEAR_LINE)
    lines = [line for line in moved if " links, " in line and " checked, " in line]
    assert len(lines) >= 3
    assert not any("\n" in line for line in lines[:-1])
    assert any(line.startswith("1 pages, 7 links, ") and "8 of your pages indexed" in line for line in lines)
    assert any("most for slow.test (" in line for line in lines)
    assert "pages read" in moved[-1]  # the summary, on a line of its own


async def test_a_narrow_terminal_is_not_overflowed(web: ResourceWeb, screen: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    await run(web)
    *moved, _summary = screen.getvalue().split(extensions.CLEAR_LINE)
    assert {len(line) for line in moved} == {0, 29}


async def test_log_lines_on_a_terminal_make_room_for_themselves(web: ResourceWeb, screen: Terminal) -> None:
    handler = logging.StreamHandler(screen)
    logging.getLogger().addHandler(handler)
    try:
        await run(web)
    finally:
        logging.getLogger().removeHandler(handler)
    before, _, _ = screen.getvalue().partition("Could not read http://no-such-name.test/")
    assert before.endswith(extensions.CLEAR_LINE)
    assert handler.filters == []


async def test_elsewhere_there_are_plain_log_lines(
    web: ResourceWeb, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO, extensions.logger.name):
        await run(web, LOG_LEVEL="INFO")
    lines = [record.message for record in caplog.records if record.name == extensions.logger.name]
    assert len(lines) >= 2
    assert all(" links, " in line and " checked, " in line for line in lines)
    assert "\x1b" not in "".join(lines) + capsys.readouterr().err


async def test_a_terminal_that_cannot_move_its_cursor_gets_no_codes(
    web: ResourceWeb, screen: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    await run(web)
    assert "\x1b" not in screen.getvalue()


async def test_without_an_interval_there_is_no_progress(web: ResourceWeb, screen: Terminal) -> None:
    await run(web, PROGRESS_INTERVAL=0)
    assert "\x1b" not in screen.getvalue()


async def test_the_end_is_told_even_when_the_database_cannot_be_read(
    web: ResourceWeb, screen: Terminal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise StoreError("web.db: it is damaged.")

    monkeypatch.setattr(Reports, "funnel", broken)
    await run(web)
    assert screen.getvalue().endswith("web.db: it is damaged.\n")
    assert not [record for record in caplog.records if record.exc_info]


async def test_what_only_a_browser_could_show_is_told_with_how_to_get_one(web: ResourceWeb, screen: Terminal) -> None:
    web.serve("shell.test", "/", "<title>App</title><div id='root'></div><script src='/app.js'></script>")
    web.write_campaign(["http://shell.test/"])
    await run(web, PROSPECTOR_BROWSER="off")
    assert "1 address could not be read or judged without a browser. " in screen.getvalue()
