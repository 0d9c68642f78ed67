"""A desk without a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from prospector.review.guard import TOKEN_HEADER
from prospector.review.serving import Desk, serving
from tests.review.desk_world import desk_at


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_at(tmp_path) as made:
        yield made


@pytest_asyncio.fixture
async def origin(desk: Desk) -> AsyncIterator[str]:
    async with serving(desk, port=0) as served:
        yield served


@pytest_asyncio.fixture
async def client(desk: Desk, origin: str) -> AsyncIterator[aiohttp.ClientSession]:
    """As the desk's own page would ask."""
    headers = {TOKEN_HEADER: desk.guard.token, "Origin": origin, "Sec-Fetch-Site": "same-origin"}
    async with aiohttp.ClientSession(origin, headers=headers) as session:
        yield session
