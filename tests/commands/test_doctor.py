"""`scrapy doctor`: what is there, what is not, and what to do about it."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from prospector import campaign as campaign_module
from prospector.campaign import load_campaign
from prospector.commands import doctor as doctor_module
from prospector.commands._shared import run_plainly
from prospector.commands.doctor import Finding, Level, clock, diagnose, doctor, package, unresolved
from prospector.store import Store, StoreError

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CAMPAIGN = """\
name = "garden"
keywords = ["soil"]
[[sites]]
url = "http://127.0.0.1/"
[seeds]
urls = ["http://127.0.0.2/links"]
[sender]
name = "Ada Lind"
email = "ada@example.org"
site = "http://127.0.0.1/about"
relation = "volunteer"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "campaign.toml").write_text(CAMPAIGN)
    return tmp_path


def look(folder: Path, *, now: datetime = NOW, hosts_file: str = "", given: str | None = None) -> dict[str, Finding]:
    return {finding.subject: finding for finding in diagnose(given, folder, now=now, hosts_file=hosts_file)}


def test_a_sound_campaign_has_no_failures(folder: Path) -> None:
    found = look(folder)
    assert [finding for finding in found.values() if finding.level is Level.FAIL] == []
    assert found["campaign"].text == f"garden: {folder / 'campaign.toml'} (found in this folder)"
    assert found["seeds"].text == "1 to begin with"
    assert found["dns"].text == "found 127.0.0.1"
    assert found["database"].text.startswith("none yet")
    assert found["letters"].level is Level.OK
    assert not (folder / "output").exists()  # looking makes nothing


def test_what_could_be_better_is_a_warning(folder: Path) -> None:
    path = folder / "campaign.toml"
    path.write_text(CAMPAIGN.replace("127.0.0.1", "example.org") + "[crawl]\ndelay = 0.1\n")
    finding = look(folder)["better"]
    assert finding.level is Level.WARN
    assert finding.text.startswith("campaign.toml:13  crawl.delay: 0.1 is less than a second")
    path.write_text(CAMPAIGN)
    assert "can't be offered to anybody" in look(folder)["better"].text


def test_every_mistake_in_the_campaign_is_shown(folder: Path) -> None:
    (folder / "campaign.toml").write_text(CAMPAIGN.replace('"garden"', '"my garden"').replace('"volunteer"', '"friend"'))
    found = look(folder)["campaign"]
    assert found.level is Level.FAIL
    assert found.text == f"2 mistakes in {folder / 'campaign.toml'} (found in this folder). Put this right, then ask again:"
    assert [line.split(": ")[0] for line in found.more] == ["campaign.toml:1  name", "campaign.toml:11  sender.relation"]


def test_nothing_to_begin_with_is_a_warning(folder: Path) -> None:
    (folder / "campaign.toml").write_text(CAMPAIGN.replace('"http://127.0.0.2/links"', ""))
    assert look(folder)["seeds"].level is Level.WARN
    (folder / "campaign.toml").write_text(CAMPAIGN.replace('"soil"', ""))
    assert "no keywords" in look(folder)["seeds"].text


def test_a_letter_that_is_not_there_is_named_with_the_nearest(folder: Path) -> None:
    (folder / "campaign.toml").write_text(CAMPAIGN + '[templates]\nletter = "resource_page"\n')
    found = look(folder)["letters"]
    assert found.level is Level.FAIL
    assert found.text.startswith('campaign.toml:13  templates.letter: there is no letter "resource_page" in ')
    assert found.text.endswith('Write it as letter = "resource-page".')


def test_a_broken_letter_is_shown_with_its_line(folder: Path) -> None:
    (folder / "templates").mkdir()
    (folder / "templates" / "resource-page.txt.j2").write_text("{{ nonsense")
    found = look(folder)["letters"]
    assert found.level is Level.FAIL
    assert "resource-page.txt.j2" in found.text


def test_a_broken_letter_is_shown_beside_the_mistakes_of_the_campaign(folder: Path) -> None:
    (folder / "campaign.toml").write_text(CAMPAIGN.replace('"volunteer"', '"friend"'))
    (folder / "templates").mkdir()
    (folder / "templates" / "mine.txt.j2").write_text("---\nid: mine\nlocale: en\npurpose: links\nsubject: x\n---\n\n{{ page.titel }}\n")
    found = look(folder)
    assert found["campaign"].level is Level.FAIL
    assert "templates/mine.txt.j2:8  unknown variable page.titel. Did you mean page.title?" in found["campaign"].more


def test_seeds_that_are_all_ones_own_are_none(folder: Path) -> None:
    own = load_campaign(folder / "campaign.toml").sites[0].url
    (folder / "campaign.toml").write_text(CAMPAIGN.replace("http://127.0.0.2/links", f"{own}links"))
    found = look(folder)["seeds"]
    assert found.level is Level.FAIL
    assert "all seeds are on your own site" in found.text


def test_a_follow_up_is_no_first_letter(folder: Path) -> None:
    (folder / "campaign.toml").write_text(CAMPAIGN + '[templates]\nletters = ["short", "follow-up"]\n')
    assert "is no first letter about dead links (its purpose is follow-up)" in look(folder)["letters"].text


def test_a_database_is_opened_and_read(folder: Path) -> None:
    Store.open(folder / "output" / "garden.db").close()
    found = look(folder, now=datetime.now(UTC))["database"]
    assert (found.level, found.text) == (Level.OK, "garden.db: 0 pages, 0 links to other sites")


@pytest.mark.parametrize("content", [b"this is no database at all" * 99, b""])
def test_a_file_that_is_no_database_fails_or_is_new(folder: Path, content: bytes) -> None:
    (folder / "output").mkdir()
    (folder / "output" / "garden.db").write_bytes(content)
    found = look(folder, now=datetime.now(UTC))["database"]
    assert (found.level is Level.FAIL) == bool(content)
    if content:
        assert "scrapy doctor --repair" in found.text


def test_somebody_elses_database_is_left_alone(folder: Path) -> None:
    (folder / "output").mkdir()
    path = folder / "output" / "garden.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    before = path.read_bytes()
    assert look(folder)["database"].level is Level.FAIL
    assert path.read_bytes() == before


def test_results_older_than_themselves_show_a_wrong_clock(folder: Path) -> None:
    path = folder / "output" / "garden.db"
    Store.open(path).close()
    later = (NOW + timedelta(days=2)).timestamp()
    os.utime(path, (later, later))
    found = look(folder)["database"]
    assert (found.level, "Set the system's clock" in found.text) == (Level.FAIL, True)


def test_an_output_folder_that_can_not_be_written_fails(folder: Path) -> None:
    (folder / "output").write_text("a file where a folder should be")
    found = look(folder)["output"]
    assert found.level is Level.FAIL
    assert f"{folder / 'output'} can't be written" in found.text


@pytest.mark.parametrize(("free", "level"), [(5 * 10**7, Level.FAIL), (5 * 10**8, Level.WARN), (5 * 10**9, Level.OK)])
def test_a_full_disk_is_noticed_before_the_crawl(folder: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: Level) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Namespace(free=free))
    assert look(folder)["output"].level is level


def test_a_name_that_is_not_found_is_our_failure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lookup(host: str, *_: Any, **__: Any) -> None:
        if host == "lost.example":
            raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    (folder / "campaign.toml").write_text(CAMPAIGN.replace('"http://127.0.0.1/"', '"https://lost.example/"'))
    found = look(folder)["dns"]
    assert found.level is Level.FAIL
    assert found.text.startswith("no address found for lost.example. Check the network connection")
    assert look(folder, hosts_file="hosts.txt")["dns"].level is Level.OK


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    released = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: released.wait())
    assert unresolved(["a.example", "b.example"], 0.1) == ["a.example", "b.example"]
    released.set()  # only now


def test_the_demo_needs_no_names(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign_module, "DEMO", folder / "campaign.toml")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("asked the network"))
    assert look(folder)["dns"].text.startswith("not needed")


@pytest.mark.parametrize(("year", "level"), [(1970, Level.FAIL), (2026, Level.OK), (2040, Level.OK), (2200, Level.FAIL)])
def test_a_clock_that_can_not_be_right_fails(year: int, level: Level) -> None:
    assert clock(datetime(year, 11, 20, tzinfo=UTC)).level is level


def test_another_scrapy_than_the_one_it_was_made_for_is_a_warning() -> None:
    assert package("scrapy", "2.19").level is Level.OK
    other = package("scrapy", "2.1")  # 2.1 is not the beginning of 2.19
    assert other.level is Level.WARN
    assert other.text.endswith('Install that with: pip install "scrapy~=2.1.0"')
    assert package("no-such-package-here", "").level is Level.WARN


def test_a_library_that_is_missing_or_too_old_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor_module.libraries("prospector").level is Level.OK
    monkeypatch.setattr(doctor_module, "requires", lambda _: ["lxml>=999", "no-such-package-here", 'other>=1; extra == "redis"'])
    found = doctor_module.libraries("prospector")
    assert found.level is Level.FAIL
    assert "lxml is " in found.text
    assert "no-such-package-here is missing" in found.text
    assert "other" not in found.text
    monkeypatch.undo()
    assert doctor_module.libraries("no-such-package-here").level is Level.WARN


def test_a_browser_that_is_not_there_is_a_warning_that_says_how_to_get_one(tmp_path: Path) -> None:
    missing = doctor_module.browser(str(tmp_path / "chromium"))
    assert missing.level is Level.WARN
    assert "chromium is not a program that can be started" in missing.text
    program = tmp_path / "google-chrome"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert doctor_module.browser(str(program)) == Finding(level=Level.OK, subject="browser", text=str(program))


def test_a_sqlite_without_full_text_search_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_fts5(*_: Any, **__: Any) -> Any:
        raise StoreError("trial.db: unexpected answer of the database (no such module: fts5).")

    monkeypatch.setattr(Store, "open", no_fts5)
    found = doctor_module.sqlite()
    assert (found.level, "no such module: fts5" in found.text) == (Level.FAIL, True)


def test_a_failure_sets_the_exit_code(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(folder)
    assert run_plainly(lambda: doctor([], Namespace(campaign=None, repair=False))) == 0
    assert run_plainly(lambda: doctor([], Namespace(campaign="absent", repair=False))) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("fail  campaign   absent: no campaign file there")
    assert run_plainly(lambda: doctor(["garden"], Namespace(campaign=None, repair=False))) == 2


def test_it_works_anywhere_on_a_console_of_few_letters(folder: Path) -> None:
    client = folder / "日本"
    client.mkdir()
    (client / "campaign.toml").write_text(CAMPAIGN)
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    environment.pop("SCRAPY_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "scrapy", "doctor", "--campaign", "日本"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"(as asked)" in done.stdout
    assert load_campaign(client / "campaign.toml").name == "garden"
