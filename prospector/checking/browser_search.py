"""Where a Chromium lies on this machine. Knows nothing of Playwright: `scrapy doctor` and every crawl may ask."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

OFF = "off"  # what PROSPECTOR_BROWSER says when no browser is wanted
HOW_TO_GET_ONE = "Get one: apt install chromium, or playwright install chromium, or name yours in PROSPECTOR_BROWSER."

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
PLACES = (  # where installers put it without a command in the PATH
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    "~/AppData/Local/Google/Chrome/Application/chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Microsoft\Edge\Application\msedge.exe",
)
PLAYWRIGHT_FOLDERS = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright", "~/AppData/Local/ms-playwright")
_PLAYWRIGHT_PROGRAMS = (
    "chrome-*/chrome",
    "chrome-*/chrome.exe",
    "chrome-*/Chromium.app/Contents/MacOS/Chromium",
    "chrome-*/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
)
_NUMBER = re.compile(r"\d{1,12}")


def find_chromium(named: str = "") -> str:
    """The program to start: the one that was named, else a command, an installer's place, or Playwright's own; "" when there is none."""
    if named:
        return "" if named == OFF else shutil.which(os.path.expanduser(named)) or ""  # noqa: PTH111 - `which` wants text: it may be a command
    for command in COMMANDS:
        if path := shutil.which(command):
            return path
    places = (Path(place).expanduser() for place in PLACES)
    return next((str(path) for path in (*places, *_of_playwright()) if path.is_file()), "")


def why_no_chromium(named: str = "") -> str:
    """Why `find_chromium` finds none, and what to do about it; "" when it finds one."""
    if find_chromium(named):
        return ""
    if named == OFF:
        return 'PROSPECTOR_BROWSER is "off".'
    if named:
        return f"PROSPECTOR_BROWSER: {named} is not a program that can be started. Name a Chromium, or leave the setting out."
    return f"No Chromium was found. {HOW_TO_GET_ONE}"


def _of_playwright() -> Iterable[Path]:
    """What `playwright install chromium` fetched, newest first."""
    own = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    folders = [Path(folder).expanduser() for folder in ([own] if own else PLAYWRIGHT_FOLDERS)]
    versions = sorted((found for folder in folders for found in folder.glob("chromium-*")), key=_revision, reverse=True)
    return (program for version in versions for pattern in _PLAYWRIGHT_PROGRAMS for program in sorted(version.glob(pattern)))


def _revision(folder: Path) -> int:
    found = _NUMBER.search(folder.name)
    return int(found.group()) if found else 0
