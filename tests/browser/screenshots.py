"""Makes the README's pictures from the demo: `make screenshots`. Wide and narrow, by day and by night."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from playwright.async_api import async_playwright

from prospector.campaign import DEMO, load_campaign
from prospector.checking.browser_search import find_chromium
from prospector.deciding import Decisions
from prospector.review.serving import Desk, serving
from prospector.store import Store
from prospector.store.desk import OPEN, Filter
from prospector.store.suppressions import Suppressions

ROOT = Path(__file__).parents[2]
WIDE, NARROW = (1280, 860), (390, 844)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    name: str
    path: str
    size: tuple[int, int] = WIDE
    scheme: Literal["light", "dark"] = "light"
    keys: tuple[str, ...] = ()


BEST = "the letter at the head of the queue"
PICTURES = (
    Picture(name="queue", path="/"),
    Picture(name="letter", path=BEST),
    Picture(name="editing", path=BEST, scheme="dark", keys=("e",)),
    Picture(name="dashboard", path="/dashboard"),
    Picture(name="queue-narrow", path="/", size=NARROW),
    Picture(name="letter-narrow", path=BEST, size=NARROW, scheme="dark"),
)


async def take(database: Path, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(shutil.copy(database, scratch))
        with Store.open(copy, create=False) as store, Suppressions.open(Path(scratch) / "suppressions.db") as suppressions:
            campaign = load_campaign(DEMO)
            desk = Desk(store=store, campaign=campaign, decisions=Decisions(store, campaign, suppressions), now=lambda: datetime.now(UTC))
            async with serving(desk, port=0) as origin, async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=find_chromium() or None, args=["--no-sandbox"])
                best = f"/drafts/{store.desk.listed(Filter(statuses=OPEN))[0].draft_id}"
                for picture in PICTURES:
                    width, height = picture.size
                    page = await browser.new_page(viewport={"width": width, "height": height}, color_scheme=picture.scheme)
                    await page.goto(origin + (best if picture.path == BEST else picture.path))
                    for key in picture.keys:
                        await page.keyboard.press(key)
                    await page.screenshot(path=folder / f"{picture.name}.png")
                    await page.close()
                await browser.close()


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs" / "images"))
