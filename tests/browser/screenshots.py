"""Makes the README's pictures from the demo: `make screenshots`. Wide and narrow, by day and by night."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from playwright.async_api import Page, async_playwright

from prospector.campaign import DEMO, load_campaign
from prospector.checking.browser_search import find_chromium
from prospector.deciding import Decisions
from prospector.review.serving import Desk, serving
from prospector.store import Store
from prospector.store.suppressions import Suppressions

ROOT = Path(__file__).parents[2]
WIDE, NARROW = (1280, 860), (390, 844)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PAGES: Mapping[str, str] = {"queue": "/", "draft": "/drafts/3", "dashboard": "/dashboard"}


async def take(database: Path, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(shutil.copy(database, scratch))
        with Store.open(copy, create=False) as store, Suppressions.open(Path(scratch) / "suppressions.db") as suppressions:
            campaign = load_campaign(DEMO)
            desk = Desk(store=store, campaign=campaign, decisions=Decisions(store, campaign, suppressions), now=lambda: datetime.now(UTC))
            async with serving(desk, port=0) as origin, async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
                for scheme in SCHEMES:
                    for name, size in (("", WIDE), ("-narrow", NARROW)):
                        page = await browser.new_page(
                            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, device_scale_factor=1.5 if name else 1
                        )
                        await _each(page, origin, folder, f"{name}{'-dark' if scheme == 'dark' else ''}")
                        await page.close()
                await browser.close()


async def _each(page: Page, origin: str, folder: Path, suffix: str) -> None:
    for name, path in PAGES.items():
        await page.goto(origin + path)
        await page.screenshot(path=folder / f"{name}{suffix}.png")
    await page.goto(f"{origin}{PAGES['draft']}")
    await page.keyboard.press("e")
    await page.screenshot(path=folder / f"editing{suffix}.png")


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs" / "images"))
