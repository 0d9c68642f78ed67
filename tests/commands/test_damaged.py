"""Every command that opens a campaign's database, with a damaged one: a sentence that says what helps, and no traceback. Then the repair."""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from prospector.commands._shared import run_plainly
from prospector.commands.doctor import doctor
from prospector.store import Store
from tests.crawling import environment
from tests.store import builders as make

CAMPAIGN = """\
name = "garden"
keywords = ["soil"]
[[sites]]
url = "http://127.0.0.1:9/"
[seeds]
urls = ["http://lists.test/links"]
[sender]
name = "Ada Lind"
email = "ada@example.org"
site = "http://127.0.0.1/about"
relation = "volunteer"
"""
COMMANDS = [
    ["crawl", "resources"],
    ["crawl", "recheck"],
    ["crawl", "site"],
    ["doctor"],
    ["drafts", "list"],
    ["export", "dead-links"],
    ["forget", "ada@example.org"],
    ["match"],
    ["rejudge"],
    ["report", "-o", "report.html"],
    ["review", "--no-browser"],
    ["status"],
    ["verdicts", "explain", "https://gone.example.com/guide"],
    ["mark", "1", "sent"],
]
# all of them in one process: starting it costs more than what they do
PROGRAM = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from scrapy import cmdline
from scrapy.utils.project import get_project_settings
settings = get_project_settings()
settings.set("ADDRESS_GUARD_ENABLED", False)  # the campaign's own site is on this machine
found = []
for words in json.loads(sys.argv[1]):
    out, err, code = io.StringIO(), io.StringIO(), None
    with redirect_stdout(out), redirect_stderr(err):
        try:
            cmdline.execute(["scrapy", *words], settings=settings.copy())
        except SystemExit as end:
            code = end.code
    found.append([code, out.getvalue() + err.getvalue()])
print(json.dumps(found))
"""


def first_page_lost(data: bytearray) -> None:
    data[:4096] = b"\xa5" * 4096


def all_but_the_first_page_lost(data: bytearray) -> None:
    data[4096:] = b"\xa5" * (len(data) - 4096)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "campaign.toml").write_text(CAMPAIGN)
    with Store.open(tmp_path / "output" / "garden.db") as store:
        for number in range(30):
            store.pages.save(make.page(f"https://library.example.org/{number}", links=[make.link()], fetched_at=datetime.now(UTC)))
    return tmp_path


def spoil(folder: Path, damage: Callable[[bytearray], None]) -> None:
    path = folder / "output" / "garden.db"
    data = bytearray(path.read_bytes())
    damage(data)
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [first_page_lost, all_but_the_first_page_lost])
def test_every_command_says_that_the_database_is_damaged_and_what_helps(folder: Path, damage: Callable[[bytearray], None]) -> None:
    spoil(folder, damage)
    program = [sys.executable, "-c", PROGRAM, json.dumps(COMMANDS)]
    done = subprocess.run(program, cwd=folder, env=environment(), capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    for words, (code, said) in zip(COMMANDS, json.loads(done.stdout), strict=True):
        assert code == 1, (words, said)
        assert "scrapy doctor --repair" in said, (words, said)
        assert "Traceback" not in said, (words, said)


def test_doctor_repairs_it_and_says_what_was_saved(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(folder, first_page_lost)
    repairing = Namespace(campaign=str(folder), repair=True)
    assert run_plainly(lambda: doctor([], repairing)) == 0
    said = capsys.readouterr().out
    assert "garden.db was damaged (file is not a database). Saved from it:" in said
    assert "       30 resource_pages\n" in said
    assert f"The damaged one is kept at {folder / 'output' / 'garden-damaged-'}" in said
    assert "ok    database   garden.db: 30 pages" in said
    assert run_plainly(lambda: doctor([], repairing)) == 0
    assert "is sound: nothing to repair" in capsys.readouterr().out


def test_there_must_be_one_to_be_repaired(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "campaign.toml").write_text(CAMPAIGN)
    assert run_plainly(lambda: doctor([], Namespace(campaign=str(tmp_path), repair=True))) == 1
    assert "there is nothing to repair" in capsys.readouterr().err
