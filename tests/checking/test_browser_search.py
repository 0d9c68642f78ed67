"""Where a Chromium is looked for, in which order, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from prospector.checking import browser_search
from prospector.checking.browser_search import OFF, find_chromium, why_no_chromium


def program(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without a browser: its PATH, home and installers' places are in this folder."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.delenv("PLAYWRIGHT_BROWSERS_PATH", raising=False)
    monkeypatch.setattr(browser_search, "PLACES", (str(tmp_path / "Applications" / "Chrome"), "~/AppData/chrome.exe"))
    return tmp_path


def test_commands_come_before_installers_places_before_playwrights_own(machine: Path) -> None:
    assert find_chromium() == ""
    own = program(machine / ".cache/ms-playwright/chromium-1200/chrome-linux64/chrome")
    assert find_chromium() == own
    at_home = program(machine / "AppData/chrome.exe")
    assert find_chromium() == at_home
    installed = program(machine / "Applications/Chrome")
    assert find_chromium() == installed
    edge = program(machine / "bin/microsoft-edge")
    assert find_chromium() == edge
    chromium = program(machine / "bin/chromium")
    assert find_chromium() == chromium


def test_of_playwrights_downloads_the_newest_is_taken(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(machine / "browsers"))
    program(machine / "browsers/chromium-999/chrome-win/chrome.exe")
    newest = program(machine / "browsers/chromium-1200/chrome-mac/Chromium.app/Contents/MacOS/Chromium")
    (machine / "browsers/chromium-1300").mkdir()  # a download that broke off
    assert find_chromium() == newest


def test_a_named_one_is_the_only_one(machine: Path) -> None:
    program(machine / "bin/chromium")
    mine = program(machine / "mine/browser")
    assert find_chromium(mine) == mine
    assert find_chromium("~/mine/browser") == mine
    assert find_chromium("chromium") == str(machine / "bin/chromium")
    assert find_chromium(str(machine / "not-there")) == ""
    assert find_chromium(OFF) == ""


def test_what_is_missing_is_said_with_a_remedy(machine: Path) -> None:
    assert "apt install chromium" in why_no_chromium()
    assert why_no_chromium("/no/such/browser").startswith("PROSPECTOR_BROWSER: /no/such/browser is not a program")
    assert why_no_chromium(OFF) == 'PROSPECTOR_BROWSER is "off".'
    program(machine / "bin/chrome")
    assert why_no_chromium() == ""
