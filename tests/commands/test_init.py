"""`scrapy init`: a folder that works once its placeholders are filled in, and nothing overwritten."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from argparse import Namespace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from prospector.campaign import Campaign, CampaignError, load_campaign
from prospector.campaign_problems import fields_at
from prospector.commands._shared import run_plainly
from prospector.commands.init import init
from prospector.outreach.templates import load_templates
from prospector.scaffold import bundled_templates

FILLED = {
    "<your subject, in a few words>": "soil",
    "<https://your-site.example/>": "https://example.org/",
    "<your name>": "Ada Lind",
    "<you@your-site.example>": "ada@example.org",
    "<https://your-site.example/about>": "https://example.org/about",
    "<street, town, post code, country>": "1 Mill Lane, Anytown",
}


def make(*args: str, force: bool = False) -> int:
    return run_plainly(lambda: init(list(args), Namespace(force=force)))


def fill_in(folder: Path) -> None:
    path = folder / "campaign.toml"
    text = path.read_text("utf-8")
    for placeholder, content in FILLED.items():
        assert placeholder in text
        text = text.replace(placeholder, content)
    path.write_text(text, "utf-8")


def test_a_new_folder_holds_all_that_a_campaign_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "Example Gardens"
    assert make(str(folder)) == 0
    assert {path.name for path in folder.iterdir()} == {"scrapy.cfg", "campaign.toml", "seeds.txt", "templates", "output"}
    assert "prospector.settings" in (folder / "scrapy.cfg").read_text()
    assert {path.name for path in (folder / "templates").iterdir()} == {path.name for path in bundled_templates().iterdir()}
    printed = capsys.readouterr().out
    assert "fill in what stands in <angle brackets>" in printed
    assert "scrapy crawl resources" in printed


def test_it_loads_once_its_placeholders_are_filled_in(tmp_path: Path) -> None:
    folder = tmp_path / "Example Gardens"
    make(str(folder))
    fill_in(folder)
    campaign = load_campaign(folder / "campaign.toml")
    assert campaign.name == "example-gardens"
    assert campaign.seed_urls() == ()
    assert campaign.templates.folder == folder / "templates"
    assert campaign.templates.letter in load_templates(campaign.templates.folder)


def test_until_then_each_placeholder_is_named(tmp_path: Path) -> None:
    make(str(tmp_path / "garden"))
    with pytest.raises(CampaignError) as caught:
        load_campaign(tmp_path / "garden" / "campaign.toml")
    assert len(caught.value.problems) == len(FILLED)
    assert all("still to be filled in" in problem for problem in caught.value.problems)


def test_what_it_shows_as_defaults_are_the_defaults(tmp_path: Path) -> None:
    """Taking the # away from the lines of numbers changes nothing."""
    make(str(tmp_path))
    fill_in(tmp_path)
    path = tmp_path / "campaign.toml"
    before = load_campaign(path)
    text = path.read_text("utf-8")
    shown, changed = re.subn(r"(?m)^# (\w+ = [\d.]+)(?=\s)(?!.*absent)", r"\1", text)
    assert changed == 24
    shown = shown.replace("# gone = {", "gone = {").replace("# dns = {", "dns = {")
    path.write_text(shown, "utf-8")
    after = load_campaign(path)
    assert (after.crawl, after.thresholds, after.weights, after.sites) == (before.crawl, before.thresholds, before.weights, before.sites)
    assert (after.decency, after.follow_ups) == (before.decency, before.follow_ups)
    assert (after.export, after.mail) == (before.export, before.mail)
    assert after.verdicts.policy() == before.verdicts.policy()
    assert after.archive == before.archive


@pytest.mark.parametrize(("folder", "name"), [("CON", "con-campaign"), ("Ünïcode & Co", "n-code-co"), ("日本", "my-campaign")])
def test_any_folder_name_gives_a_usable_campaign_name(tmp_path: Path, folder: str, name: str) -> None:
    make(str(tmp_path / folder))
    fill_in(tmp_path / folder)
    assert load_campaign(tmp_path / folder / "campaign.toml").name == name


def test_a_folder_with_files_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert make(str(tmp_path)) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    error = capsys.readouterr().err
    assert error == f"{tmp_path} is not empty. Name another folder, or add only what is missing with --force.\n"


def test_force_adds_what_is_missing_and_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(str(tmp_path))
    (tmp_path / "seeds.txt").write_text("mine")
    (tmp_path / "templates" / "resource-page.txt.j2").write_text("mine too")
    (tmp_path / "scrapy.cfg").unlink()
    capsys.readouterr()
    assert make(str(tmp_path), force=True) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [f"{tmp_path}: 1 new", "  scrapy.cfg"]
    assert (tmp_path / "seeds.txt").read_text() == "mine"
    assert (tmp_path / "templates" / "resource-page.txt.j2").read_text() == "mine too"
    make(str(tmp_path), force=True)
    assert "nothing was missing" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "which folder? Usage: scrapy init DIR, for example: scrapy init example-gardens"),
        (["a", "b"], "too many arguments: b. Usage: scrapy init DIR"),
        (["--forse"], "there is no option --forse. Did you mean --force? Usage: scrapy init DIR"),
    ],
)
def test_a_slip_on_the_command_line_makes_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], args: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert make(*args) == 2
    assert capsys.readouterr().err == said + "\n"
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert make(str(tmp_path / "file")) == 2
    assert make(str(tmp_path / "file" / "below")) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith("file is a file. Name a folder that doesn't exist yet.")
    assert second.endswith("Not a directory")


def scrapy(*args: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    environment.pop("SCRAPY_SETTINGS_MODULE", None)
    return subprocess.run([sys.executable, "-m", "scrapy", *args], cwd=cwd, env=environment, capture_output=True, check=False, timeout=60)


def test_it_works_anywhere_on_a_console_of_few_letters(tmp_path: Path) -> None:
    done = scrapy("init", "日本", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "日本" / "campaign.toml").is_file()


def test_its_help_shows_examples_and_exit_codes(tmp_path: Path) -> None:
    done = scrapy("init", "--help", cwd=tmp_path)
    assert done.returncode == 0
    text = done.stdout.decode("ascii")
    assert "  scrapy init example-gardens  " in text
    assert re.search(r"Exit codes\n=+\n  0  done\n", text)


def test_what_a_new_campaign_shows_as_a_default_is_one() -> None:
    text = (files("prospector.scaffold") / "campaign.toml").read_text("utf-8")
    table: tuple[str, ...] = ()
    for line in text.splitlines():
        if header := re.match(r"\[+(\w+)\]+", line):
            table = (header[1],)
        shown = re.match(r"# (\w+) = ", line)
        if shown and table != ("verdicts",):  # the judge's own policy, which docs/campaign.md is held to
            field = fields_at(Campaign, table)[shown[1]]
            default = field.get_default(call_default_factory=True)
            if isinstance(default, tuple):
                default = list(default)
            elif isinstance(default, timedelta):
                default = f"{default / timedelta(hours=1):g}h"
            assert (tomllib.loads(line[2:])[shown[1]] == default) != ("# e.g.; " in line), line
