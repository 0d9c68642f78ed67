"""When the browser starts, how it ends, and what happens where it can't."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.world import SCRIPT, Renderer, World
from tests.crawling import command, environment

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups and no ps")
SHOWS = "<script>document.write('shown by a script')</script>"


def processes_under(pid: int) -> set[int]:
    """The process's descendants: driver, browser, and the browser's many."""
    rows = [
        line.split() for line in subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout.splitlines()
    ]
    found, todo = set[int](), [pid]
    while todo:
        parent = todo.pop()
        children = {int(row[0]) for row in rows if int(row[1]) == parent} - found
        found |= children
        todo += children
    return found


def browser_under(pid: int) -> int:
    """The browser itself: the driver's child."""
    rows = [
        line.split() for line in subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout.splitlines()
    ]
    (driver,) = [row[0] for row in rows if int(row[1]) == pid]
    (browser,) = [int(row[0]) for row in rows if row[1] == driver]
    return browser


def alive(pids: set[int]) -> set[int]:
    """Those of them that still run. A zombie whose parent is gone waits for init alone."""
    rows = [
        line.split() for line in subprocess.run(["ps", "-eo", "pid=,stat="], capture_output=True, text=True, check=True).stdout.splitlines()
    ]
    return {int(row[0]) for row in rows if int(row[0]) in pids and not row[1].startswith("Z")}


async def all_ended(pids: set[int], *, seconds: float = 8) -> bool:
    for _ in range(int(seconds * 10)):
        if not alive(pids):
            return True
        await asyncio.sleep(0.1)
    return False


async def test_a_crawl_that_renders_nothing_starts_nothing(world: World) -> None:
    idle = await Renderer.start(world.settings)
    said = await idle.first_words()
    assert said["available"] == ""
    assert said["loaded"] == []  # not even Playwright's modules
    assert processes_under(idle.process.pid) == set()
    await idle.close()


async def test_an_ordinary_crawl_does_not_import_playwright(world: World, tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_text(world.page("http://app.test/plain", "<h1>Plain</h1>") + "\n")
    typed = {**world.settings, "HOSTS_PORTS": json.dumps(world.settings["HOSTS_PORTS"]), "CANARY_URLS": ""}
    python, *rest = command("crawl", "links", "-a", f"urls={tmp_path / 'urls.txt'}", **typed)
    process = await asyncio.create_subprocess_exec(
        python,
        "-X",
        "importtime",
        *rest,
        cwd=tmp_path,
        env=environment(),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, imported = await process.communicate()
    assert process.returncode == 0
    assert b"prospector.checking.network" in imported
    assert b"playwright" not in imported
    assert "/plain" in world.asked("app.test")


async def hanging(world: World) -> tuple[Renderer, asyncio.Task[dict[str, Any]], set[int]]:
    """A crawl in the middle of a page that takes all the time it gets."""
    renderer = await Renderer.start({**world.settings, "PROSPECTOR_BROWSER_TIMEOUT": 20})
    url = world.page("http://slow.test/hangs", '<h1>Here</h1><script src="/hangs.js"></script>')
    world.page("http://slow.test/hangs.js", "", headers=SCRIPT, delay=30)
    task: asyncio.Task[dict[str, Any]] = asyncio.ensure_future(renderer.render(url))
    before = len(world.asked("slow.test"))
    while "/hangs.js" not in world.asked("slow.test")[before:]:  # noqa: ASYNC110 - the site has no event for it
        await asyncio.sleep(0.05)
    return renderer, task, processes_under(renderer.process.pid)


async def killed(renderer: Renderer) -> None:
    renderer.process.kill()
    await renderer.process.wait()


async def interrupted(renderer: Renderer) -> None:
    """Ctrl-C: the terminal sends it to every process of the group. The page under way has its say first."""
    os.killpg(renderer.process.pid, signal.SIGINT)
    await asyncio.wait_for(renderer.process.wait(), 12)


async def interrupted_twice(renderer: Renderer) -> None:
    for _ in range(2):
        os.killpg(renderer.process.pid, signal.SIGINT)
        await asyncio.sleep(0.2)
    await asyncio.wait_for(renderer.process.wait(), 12)


@posix
@pytest.mark.parametrize("end", [killed, interrupted, interrupted_twice])
async def test_a_crawl_that_is_ended_takes_its_browser_along(world: World, end: Callable[[Renderer], Awaitable[None]]) -> None:
    renderer, task, started = await hanging(world)
    assert len(started) >= 3
    await end(renderer)
    assert await all_ended(started)
    if end is interrupted:
        assert "<h1>Here</h1>" in (await task)["html"]
    else:
        with pytest.raises(ConnectionError):
            await task


@posix
async def test_a_browser_that_died_is_started_again_and_the_crawl_leaves_nothing_running(world: World) -> None:
    renderer = await Renderer.start(world.settings)
    url = world.page("http://app.test/again-and-again", SHOWS)
    assert "shown by a script" in (await renderer.render(url))["html"]
    started = processes_under(renderer.process.pid)
    assert len(started) >= 3  # driver, browser, renderer
    os.kill(browser_under(renderer.process.pid), signal.SIGKILL)
    await asyncio.sleep(0.5)
    said = await renderer.render(url)
    assert "shown by a script" in said["html"]
    assert said["stats"]["playwright/browser_count"] == 2
    started |= processes_under(renderer.process.pid)
    await renderer.close()
    assert await all_ended(started)


@posix
@pytest.mark.torture
async def test_a_browser_whose_driver_died_costs_a_page(world: World) -> None:
    renderer = await Renderer.start(world.settings)
    url = world.page("http://app.test/driven", SHOWS)
    assert (await renderer.render(url))["outcome"] == "answered"
    started = processes_under(renderer.process.pid)
    (driver,) = (pid for pid in started if browser_under(renderer.process.pid) in processes_under(pid))
    os.kill(driver, signal.SIGKILL)
    await asyncio.sleep(0.3)
    said = await renderer.render(url)
    assert said["outcome"] == "garbage"
    assert said["detail"].startswith("Chromium has ended unexpectedly")
    assert (await renderer.render(url))["outcome"] == "answered"
    started |= processes_under(renderer.process.pid)
    await renderer.close(but="xception")  # Playwright's own, of a future that nobody waits for
    assert await all_ended(started)


@posix
@pytest.mark.torture  # the driver waits half a minute before it kills
async def test_a_browser_that_stands_still_is_given_up(world: World) -> None:
    renderer = await Renderer.start({**world.settings, "PROSPECTOR_BROWSER_TIMEOUT": 1}, constants={"browser_chromium.PATIENCE": 2})
    url = world.page("http://app.test/still", SHOWS)
    assert (await renderer.render(url))["outcome"] == "answered"
    started = processes_under(renderer.process.pid)
    os.kill(browser_under(renderer.process.pid), signal.SIGSTOP)
    said = await renderer.render(url)
    assert (said["outcome"], said["detail"]) == ("garbage", "Chromium stopped answering.")
    assert said["available"] == "Chromium stopped answering."
    assert (await renderer.render(url))["took"] < 0.1
    await renderer.close()
    assert await all_ended(started, seconds=40)


async def test_a_loop_of_its_own_as_on_windows(world: World) -> None:
    renderer = await Renderer.start({**world.settings, "_PLAYWRIGHT_THREADED_LOOP": True, "PROSPECTOR_BROWSER_TIMEOUT": 2})
    world.page("http://app.test/there.js", "document.write('from another loop')", headers=SCRIPT)
    shown, endless = await asyncio.gather(
        renderer.render(world.page("http://app.test/threaded", '<script src="/there.js"></script>')),
        renderer.render(world.page("http://app.test/threaded-endless", "<script>for (;;) {}</script>")),
    )
    assert "from another loop" in shown["html"]
    assert endless["outcome"] == "timed_out"
    await renderer.close()


async def test_a_program_that_is_no_browser_is_tried_once(world: World, tmp_path: Path) -> None:
    program = tmp_path / "no-browser"
    program.write_text("#!/bin/sh\necho started >> $(dirname $0)/starts\nexit 1\n")
    program.chmod(0o755)
    renderer = await Renderer.start({**world.settings, "PROSPECTOR_BROWSER": str(program)})
    url = world.page("http://app.test/unread", SHOWS)
    first, second = await renderer.render(url), await renderer.render(url)
    for said in (first, second):
        assert said["outcome"] == "garbage"
        assert said["detail"].startswith("Chromium could not be started")
    assert second["stats"]["prospector/no_browser"] == 2
    assert (tmp_path / "starts").read_text() == "started\n"
    await renderer.close()
