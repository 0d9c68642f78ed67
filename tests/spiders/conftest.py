"""A web of link lists, up while the test runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.misbehaving_site import MisbehavingSite
from tests.resource_web import ResourceWeb


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[ResourceWeb]:
    async with MisbehavingSite() as site:
        yield ResourceWeb(site, tmp_path)
