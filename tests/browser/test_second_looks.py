"""Targets on sites that are one application: without a browser every address looks the same."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
import pytest_asyncio

from tests.browser.world import Renderer, application

pytestmark = pytest.mark.browser

PROSE = "Compost wants air, water and a little patience from those who turn it by hand. " * 4
NEUTRAL = "Roses want sun, a deep bed and a sharp knife in early spring, when the forsythia is in flower. " * 12
ROUTER = f"""
const root = document.getElementById("root"), path = location.pathname;
const show = (title, text) => {{ document.title = title; root.innerHTML = `<h1>${{title}}</h1><p>${{text}}</p>` }};
if (path === "/") show("Garden", "Welcome to everything that grows, from the window sill to the orchard behind the house. {NEUTRAL}");
else fetch("/api" + path).then(said => said.ok ? show("Compost guide", "{PROSE}") : show("Page not found", "The page that you asked for does not exist, or not any more."))
"""
TARGET = "/guides/compost"


def for_strangers(does: str) -> str:
    """An application that shows its pages to those alone who have been there before."""
    return ROUTER.replace("else fetch", f"else if (!localStorage.region) {{ {does} }} else fetch")


APPLICATIONS: Mapping[str, tuple[str, Mapping[str, int]]] = {
    "alive": (ROUTER, {f"/api{TARGET}": 200}),
    "gone": (ROUTER, {}),
    "ill": (ROUTER, {f"/api{TARGET}": 503}),
    "too new": ("throw new Error('this browser is too old')", {}),
    "asks": (for_strangers(f'show("Welcome", "Choose the region that you live in. {NEUTRAL}")'), {}),
    "sends home": (for_strangers('location.replace("/")'), {}),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def verdicts(renderer: Renderer) -> Mapping[str, dict[str, Any]]:
    """What is said of the same address in each application; asked at once, to save time."""

    async def verdict(script: str, api: Mapping[str, int]) -> dict[str, Any]:
        async with application(script, api) as port:
            return await renderer.judge(f"http://app.test:{port}{TARGET}")

    said = await asyncio.gather(*(verdict(*application) for application in APPLICATIONS.values()))
    return dict(zip(APPLICATIONS, said, strict=True))


def test_a_page_that_the_application_shows_is_alive(verdicts: Mapping[str, dict[str, Any]]) -> None:
    said = verdicts["alive"]
    assert said["via"] == ["http", "browser"]
    assert said["verdict"] == "alive"


def test_a_page_that_the_application_says_is_gone_is_gone(verdicts: Mapping[str, dict[str, Any]]) -> None:
    said = verdicts["gone"]
    assert said["via"] == ["http", "browser"]
    assert said["verdict"] == "soft404"
    assert "wording-and-sibling" in said["rules"]


@pytest.mark.parametrize("name", ["ill", "too new"])
def test_an_application_that_does_not_work_here_says_nothing(verdicts: Mapping[str, dict[str, Any]], name: str) -> None:
    assert verdicts[name]["verdict"] == "unknown"


@pytest.mark.parametrize("name", ["asks", "sends home"])
def test_an_application_that_treats_all_strangers_alike_says_nothing(verdicts: Mapping[str, dict[str, Any]], name: str) -> None:
    assert verdicts[name]["via"] == ["http"]
    assert verdicts[name]["verdict"] == "unknown"
