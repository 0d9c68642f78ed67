"""`scrapy templates`: mistakes with their places, whatever else is wrong."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest

from prospector.commands.templates import Command

CAMPAIGN = """\
name = "garden"
goal = "help"
[sender]
name = "Bea Moss"
email = "bea@example.org"
site = "https://moss.example/"
relation = "volunteer"
"""
LETTER = """\
---
id: mine
locale: en
purpose: help
subject: About {{ page.short_title }}
---
{{ contact.greeting }},

{{ page.titel }}
"""


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "campaign.toml").write_text(CAMPAIGN, encoding="utf-8")

    def run(*args: str) -> int:
        command = Command()
        command.run(list(args), argparse.Namespace(campaign=None))
        return int(command.exitcode)

    return run


def test_the_programs_own_letters_are_in_order(typed: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("lint") == 0
    assert "14 templates: 0 errors" in capsys.readouterr().err


def test_a_mistake_is_printed_with_file_and_line(typed: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "templates").mkdir()
    path = tmp_path / "templates" / "mine.txt.j2"
    path.write_text(LETTER, encoding="utf-8")
    assert typed("lint") == 1
    assert "templates/mine.txt.j2:9  unknown variable page.titel. Did you mean page.title?" in capsys.readouterr().out
    path.write_text(LETTER.replace("titel", "title"), encoding="utf-8")
    assert typed("lint", "templates/mine.txt.j2") == 1
    assert "templates/mine.txt.j2:7  error: the line that says how to be left alone is missing" in capsys.readouterr().out


def test_mistakes_are_shown_though_the_campaign_has_some_too(
    typed: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "mine.txt.j2").write_text(LETTER, encoding="utf-8")
    spoilt = CAMPAIGN.replace("volunteer", "friend") + '[templates]\nfolder = "letters"\n'
    (tmp_path / "campaign.toml").write_text(spoilt, encoding="utf-8")
    assert typed("lint") == 2
    said = capsys.readouterr()
    assert "letters/mine.txt.j2:9  unknown variable page.titel" in said.out
    assert "campaign.toml:7  sender.relation" in said.err


def test_two_letters_of_one_name_are_an_error(typed: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "templates").mkdir()
    for name in ("a", "b"):
        (tmp_path / "templates" / f"{name}.txt.j2").write_text(LETTER.replace("titel", "title"), encoding="utf-8")
    assert typed("lint") == 1
    assert 'id "mine" is taken by a.txt.j2' in capsys.readouterr().out


def test_templates_are_listed_and_tried(typed: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("list") == 0
    assert len(capsys.readouterr().out.splitlines()) == 14
    assert typed("preview", "short-de") == 0
    said = capsys.readouterr().out
    assert said.startswith("Subject: 12 tote Links auf")
    assert "Ich heiße Bea Moss" in said


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("preview", "shrot"), 1, 'there is no template "shrot"'),
        (("lint", "nowhere.txt.j2"), 1, ""),
        ((), 2, "Usage: scrapy templates lint"),
        (("frobnicate",), 2, "Usage: scrapy templates lint"),
        (("lint", "--replce"), 2, "there is no option --replce"),
    ],
)
def test_what_can_not_be_done_is_said(
    typed: Callable[..., int], capsys: pytest.CaptureFixture[str], args: tuple[str, ...], code: int, said: str
) -> None:
    assert typed(*args) == code
    assert said in capsys.readouterr().err
