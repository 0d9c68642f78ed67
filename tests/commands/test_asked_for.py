"""A command imports itself, not all the others."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

from prospector.commands._asked_for import OURS, quick
from tests.crawling import ROOT, environment

OTHER = ModuleType("other")


def walked(monkeypatch: pytest.MonkeyPatch, package: str, *arguments: str) -> list[str]:
    monkeypatch.setattr(sys, "argv", ["scrapy", *arguments])
    return [module.__name__ for module in quick(lambda _: [OTHER])(package)]


def test_the_command_that_is_named_is_all_that_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    assert walked(monkeypatch, OURS, "status", "--help") == [f"{OURS}.status"]
    assert walked(monkeypatch, OURS, "-h", "crawl", "resources") == [f"{OURS}.crawl"]


@pytest.mark.parametrize("arguments", [(), ("--help",), ("stauts",), ("_shared",), ("../status",), ("bench",)])
def test_without_a_command_of_ours_scrapy_looks_at_all(monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    assert walked(monkeypatch, OURS, *arguments) == ["other"]


def test_other_peoples_packages_are_none_of_our_business(monkeypatch: pytest.MonkeyPatch) -> None:
    assert walked(monkeypatch, "their.commands", "status") == ["other"]


def test_a_command_that_prints_a_few_lines_waits_for_no_network() -> None:
    listing = "import sys; from scrapy.cmdline import execute\ntry: execute()\nfinally: print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", listing, "status", "--help"], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Usage")
    imported = set(done.stderr.split())
    assert "prospector.commands.status" in imported
    assert not imported & {"aiohttp", "prospector.commands.review", "prospector.deciding", "prospector.spiders.resources"}
