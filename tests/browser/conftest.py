"""A crawl with a real Chromium, a site for it to see, and a bystander that must never hear of it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from prospector.checking.browser_search import why_no_chromium
from tests.browser.world import NAMES, Bystander, Renderer, World
from tests.misbehaving_site import MisbehavingSite


def pytest_runtest_setup(item: pytest.Item) -> None:
    """On a CI machine a missing browser is a failure: a test that quietly does nothing there guards nothing."""
    if item.get_closest_marker("browser") and (why := why_no_chromium()):
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    hosts_file = tmp_path_factory.mktemp("browser") / "hosts"
    hosts_file.write_text("".join(f"127.0.0.1 {name}\n" for name in NAMES))
    async with MisbehavingSite() as site:
        yield World(site, hosts_file)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def renderer(world: World) -> AsyncIterator[Renderer]:
    """One for all tests: a browser takes two seconds to start."""
    running = await Renderer.start(world.settings, constants={"browser_visit.REST": 0.15})
    yield running
    await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def bystander() -> AsyncIterator[Bystander]:
    async with Bystander() as listening:
        yield listening
