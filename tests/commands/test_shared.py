"""What all commands do alike: one line and an exit code for whatever stops them."""

from __future__ import annotations

import re
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from prospector import scaffold
from prospector.campaign import CampaignError, load_campaign
from prospector.commands._shared import CommandError, check_arguments, chosen_campaign, open_store, run_plainly
from prospector.store import Store, StoreError
from tests.documents import our_commands, parser_of

CAMPAIGN = """\
name = "garden"
goal = "help"
[sender]
name = "Ada Lind"
email = "ada@example.org"
site = "https://example.org/"
relation = "volunteer"
"""


def raising(error: BaseException) -> Callable[[], int]:
    def work() -> int:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (CampaignError("a.toml:1  one", "a.toml:2  two"), 2, "a.toml:1  one\na.toml:2  two\n"),
        (CommandError("nothing to do"), 1, "nothing to do\n"),
        (CommandError("no such option", 2), 2, "no such option\n"),
        (StoreError("garden.db: it is damaged."), 1, "garden.db: it is damaged.\n"),
        (PermissionError(13, "Permission denied", "out.csv"), 1, "out.csv: Permission denied\n"),
        (KeyboardInterrupt(), 130, "stopped\n"),
    ],
)
def test_whatever_stops_a_command_is_a_line_and_a_code(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int, said: str
) -> None:
    assert run_plainly(raising(error)) == code
    assert capsys.readouterr().err == said


def test_a_mistake_of_ours_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        run_plainly(raising(ZeroDivisionError()))


def test_work_says_its_own_code() -> None:
    assert run_plainly(lambda: None) == 0
    assert run_plainly(lambda: 1) == 1


@pytest.mark.parametrize("lines", [1, 100_000])
def test_a_reader_that_goes_away_is_no_error(lines: int) -> None:
    program = f"from prospector.commands._shared import run_plainly\nimport sys\nsys.exit(run_plainly(lambda: print('line\\n' * {lines})))"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(30) == 0


def test_a_mistyped_option_is_not_taken_for_an_argument() -> None:
    opts = Namespace(campaign=None, no_browser=False)
    check_arguments(["a", "-"], opts, at_most=2, usage="scrapy x")
    with pytest.raises(CommandError, match=r"there is no option --no-browsr=1\. Did you mean --no-browser\? Usage: scrapy x"):
        check_arguments(["--no-browsr=1"], opts, at_most=2, usage="scrapy x")
    with pytest.raises(CommandError, match=r"there is no option --zzz\. Usage: scrapy x"):
        check_arguments(["--zzz"], opts, at_most=2, usage="scrapy x")


def test_which_campaign_is_told_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "campaign.toml").write_text(CAMPAIGN)
    assert chosen_campaign(None, cwd=tmp_path).name == "garden"
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"campaign garden: {tmp_path / 'campaign.toml'} (found in this folder)\n")


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    (tmp_path / "campaign.toml").write_text(CAMPAIGN)
    campaign = load_campaign(tmp_path / "campaign.toml")
    with pytest.raises(CommandError, match=r"nothing has been crawled for this campaign yet\. Begin with: scrapy crawl resources"):
        open_store(campaign)
    assert not campaign.database.parent.exists()
    Store.open(campaign.database).close()
    with open_store(campaign) as store:
        assert store.reports.funnel(datetime.now(UTC)).pages_fetched == 0


class Installed:
    """One entry of an installed program's list of files."""

    def __init__(self, root: Path, name: str) -> None:
        self.path = root / name
        self.parts = Path(name).parts

    def locate(self) -> Path:
        return self.path


@pytest.mark.parametrize("listed", [True, False])
def test_an_installed_program_finds_its_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listed: bool) -> None:  # noqa: FBT001  one of two worlds
    letters = tmp_path / "share" / "prospector" / "templates"
    letters.mkdir(parents=True)
    monkeypatch.setattr(scaffold, "SCAFFOLD", tmp_path / "prospector" / "scaffold")
    entries = [Installed(tmp_path, "share/prospector/templates/resource-page.txt.j2")] if listed else []
    monkeypatch.setattr(scaffold, "files", lambda _name: entries)
    assert scaffold.bundled_templates.__wrapped__() == letters
    letters.rmdir()
    with pytest.raises(FileNotFoundError, match="install it again"):
        scaffold.bundled_templates.__wrapped__()


@pytest.mark.parametrize("name", our_commands())
def test_no_text_of_an_option_turns_into_a_heading_however_wide_the_terminal_is(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parser = parser_of(name, our_commands()[name])
    for width in range(60, 121):
        monkeypatch.setenv("COLUMNS", str(width))
        headings = re.findall(r"^(.+)\n\s*(?:=+|-+)$", parser.format_help(), re.MULTILINE)
        assert set(headings) == {"Usage", "Options", "Global Options", "Examples", "Exit codes"}, width
