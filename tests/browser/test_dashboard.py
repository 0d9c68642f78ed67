"""The report in a real Chromium: nothing serious for axe, nothing wider than a telephone, no request, no complaint about its own policy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, async_playwright

from prospector.campaign import find_campaign
from prospector.checking.browser_search import find_chromium
from prospector.items import Confidence, DraftStatus, VerdictKind
from prospector.review import dashboard
from prospector.store import Store
from tests.store import builders as make
from tests.store.deeds import decide

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium() or None, args=["--no-sandbox"])
        yield browser
        await browser.close()


def report(folder: Path, *, empty: bool = False) -> Path:
    campaign, _ = find_campaign(None, folder)
    with Store.open(folder / "garden.db") as store:
        if not empty:
            fill(store)
        path = folder / "report.html"
        path.write_text(dashboard.report(store, campaign, make.NOON), "utf-8")
    return path


def fill(store: Store) -> None:
    long = "a-word-without-any-place-to-break-it-" * 8
    kinds = [*VerdictKind]
    links = [make.link(f"https://{kind}.example.com/{long}", anchor=f"{kind} {long}", position=place) for place, kind in enumerate(kinds)]
    for number, status in enumerate(DraftStatus):
        page = f"https://library-{number}.example.org/links"
        store.pages.save(make.page(page, links=links))
        store.prospects.save(make.prospect(page, contact=make.contact()), now=make.NOON)
        store.drafts.save(make.draft(page), now=make.NOON)
        decide(store, number + 1, status, now=make.NOON)
    for place, kind in enumerate(kinds):
        url = links[place].target_url
        if kind.dead:
            confidence = Confidence.CONFIRMED if place % 2 else Confidence.PROBABLE
            verdict = make.dead(kind, confidence, next_check_at=make.NOON + place * make.DAY)
            store.evidence.save_verdict(url, verdict, now=make.NOON)
            store.findings.save_matches(url, [make.match(url, page_title=long)] if place % 3 else [], now=make.NOON)
        else:
            store.evidence.save_verdict(url, make.alive(kind=kind), now=make.NOON)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_the_report_reads_well_for_everybody(chromium: Browser, tmp_path: Path, width: int, scheme: Literal["light", "dark"]) -> None:
    page = await chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    path = report(tmp_path)
    await page.goto(path.as_uri())
    await page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    assert said == []
    assert asked == [path.as_uri()]
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    assert await page.evaluate("getComputedStyle(document.querySelector('.dashboard')).fontVariantNumeric") == "tabular-nums"
    # axe is put in by the test, past the page's policy
    found = await Axe().run(page)
    serious = [f"{broken['id']}: {broken['nodes'][0]['html']}" for broken in found.response["violations"] if broken["impact"] != "minor"]
    assert serious == []
    await page.close()


async def test_an_empty_report_reads_well_too(chromium: Browser, tmp_path: Path) -> None:
    page = await chromium.new_page(viewport={"width": 390, "height": 900})
    await page.goto(report(tmp_path, empty=True).as_uri())
    assert await page.locator("h2").all_inner_texts() == ["Nothing has been read yet"]
    assert (await Axe().run(page)).violations_count == 0
    await page.close()
