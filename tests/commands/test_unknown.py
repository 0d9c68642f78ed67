"""A mistyped command, as Scrapy itself meets it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from scrapy import cmdline
from scrapy.settings import Settings

from prospector.commands import _unknown
from prospector.commands._unknown import suggest_commands, suggesting

ROOT = Path(__file__).parents[2]


def never(*_args: object) -> None:
    raise AssertionError("these are the words for other projects")


def test_scrapy_says_which_command_was_meant() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "scrapy", "draft", "list"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == 'there is no command "draft". Did you mean: scrapy drafts? All commands: scrapy\n'


@pytest.mark.parametrize(("name", "meant"), [("staus", " Did you mean: scrapy status?"), ("frobnicate", "")])
def test_only_what_is_near_is_suggested(capsys: pytest.CaptureFixture[str], name: str, meant: str) -> None:
    suggesting(never)(Settings({"COMMANDS_MODULE": "prospector.commands"}), name, True)
    assert capsys.readouterr().err == f'there is no command "{name}".{meant} All commands: scrapy\n'


def test_other_projects_keep_scrapys_own_words(capsys: pytest.CaptureFixture[str]) -> None:
    asked = []
    suggesting(lambda _settings, name, _inproject: asked.append(name))(Settings(), "draft", True)
    assert asked == ["draft"]
    assert capsys.readouterr().err == ""


def test_a_scrapy_without_that_function_keeps_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_unknown, "REPLACED", "_gone_in_a_later_version")
    suggest_commands()
    assert not hasattr(cmdline, "_gone_in_a_later_version")
