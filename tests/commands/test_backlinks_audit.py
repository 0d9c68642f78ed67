"""`scrapy backlinks audit`, `mark`, `disavow`: from an imported file to a report and a file for Google."""

from __future__ import annotations

import csv
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from prospector.campaign import load_campaign
from prospector.commands._shared import BAD_INPUT, DONE, FAILED, run_plainly
from prospector.commands.backlinks import _backlinks
from prospector.items import DraftStatus
from prospector.store import Store
from tests.commands.test_backlinks import CAMPAIGN
from tests.store import builders as make

ROWS = (
    "source,target,anchor\n"
    "https://farm.example.net/1,https://mine.example/,online casino bonus\n"
    "https://farm.example.net/2,https://mine.example/,<script>alert(1)</script>\n"
    "https://friend.example.com/links,https://mine.example/,=1+1\n"
)


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "campaign.toml").write_text(CAMPAIGN)
        (path / "mine.csv").write_text(ROWS)
        assert self.run("import", str(path / "mine.csv")) == DONE

    def run(self, *args: str, output: str = "", note: str = "", old: str = "", replace: bool = False) -> int:
        to = str(self.path / output) if output else None
        opts = Namespace(campaign=str(self.path), damaged=None, output=to, note=note, old=old and str(self.path / old), replace=replace)
        return run_plainly(lambda: _backlinks(list(args), opts))

    def open(self) -> Store:
        return Store.open(load_campaign(self.path / "campaign.toml").database)

    def read(self, name: str) -> str:
        return (self.path / name).read_text("utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_an_audit_is_a_page_that_runs_nothing_and_links_nowhere(folder: Folder) -> None:
    assert folder.run("audit", output="audit.html") == DONE
    page = folder.read("audit.html")
    assert "3 links from 3 pages of 2 sites" in page
    assert "Most sites need no disavow file" in page
    assert "farm.example.net" in page
    assert "<script" not in page
    assert "href=" not in page
    assert folder.run("audit", output="audit.html") == BAD_INPUT
    assert folder.run("audit", output="audit.html", replace=True) == DONE


def test_an_audit_is_a_table_that_no_spreadsheet_runs(folder: Folder) -> None:
    assert folder.run("audit", output="audit.csv") == DONE
    rows = list(csv.DictReader(folder.read("audit.csv").removeprefix("\ufeff").splitlines()))
    assert {"section": "Link texts", "what": "'=1+1", "number": "1"}.items() <= next(row for row in rows if "1+1" in row["what"]).items()
    assert any(row["section"] == "signal: money text" and row["what"] == "example.net" for row in rows)


def test_other_peoples_pages_are_not_in_your_profile(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    site = '[[sites]]\nurl = "https://mine.example/"\n'
    (folder.path / "campaign.toml").write_text(CAMPAIGN + site)
    (folder.path / "theirs.csv").write_text(
        "source,target\nhttps://far.example.net/1,https://competitor.example/\nhttps://mine.example/a,https://mine.example/\n"
    )
    folder.run("import", str(folder.path / "theirs.csv"))
    assert folder.run("audit", output="audit.html") == DONE
    assert "2 links to other sites, or between pages of yours, are left out." in capsys.readouterr().err
    assert "3 links from 3 pages of 2 sites" in folder.read("audit.html")
    (folder.path / "campaign.toml").write_text(CAMPAIGN + site.replace("mine", "nobodys"))
    assert folder.run("audit", output="other.html") == FAILED
    assert "no imported link leads from another site to a named page of yours" in capsys.readouterr().err


LATEST_LINKS = "Linking page,Last crawled\nhttps://far.example.net/1,2026-10-01\nhttps://far.example.net/2,2026-10-02\n"


def test_links_that_name_no_page_of_yours_are_told_apart(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    (folder.path / "latest.csv").write_text(LATEST_LINKS)
    folder.run("import", str(folder.path / "latest.csv"))
    assert "It does not name the pages that are linked to" in capsys.readouterr().err
    assert folder.run("audit", output="audit.html") == DONE
    said = capsys.readouterr().err
    assert "3 links of 2 sites" in said
    assert "2 links name no page that they lead to (as in Search Console's latest links), so an audit leaves them out." in said


def test_an_audit_of_nothing_but_such_links_says_why_it_can_t_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "campaign.toml").write_text(CAMPAIGN)
    (tmp_path / "latest.csv").write_text(LATEST_LINKS)
    opts = Namespace(campaign=str(tmp_path), damaged=None, output=str(tmp_path / "a.html"), replace=False)
    assert run_plainly(lambda: _backlinks(["import", str(tmp_path / "latest.csv")], opts)) == DONE
    assert run_plainly(lambda: _backlinks(["audit"], opts)) == FAILED
    assert "2 links name no page that they lead to" in capsys.readouterr().err
    assert not (tmp_path / "a.html").exists()


def test_a_mark_on_a_host_holds_for_what_is_below_it(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    folder.run("mark", "farm.example.net", "disavow")
    folder.run("mark", "https://farm.example.net/2", "keep")
    assert "No imported link" not in capsys.readouterr().err
    folder.run("mark", "arm.example.net", "keep")
    assert "No imported link comes from arm.example.net" in capsys.readouterr().err
    with folder.open() as store:
        marks = {link.source_url: link.mark for link in store.profile.links()}
    assert marks == {"https://farm.example.net/1": "disavow", "https://farm.example.net/2": "keep", "https://friend.example.com/links": ""}


def test_only_what_a_person_marked_is_disavowed(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    assert folder.run("disavow", output="disavow.txt") == FAILED
    assert "nothing is marked" in capsys.readouterr().err
    assert folder.run("mark", "https://farm.example.net/1", "disavow", note="bought") == DONE
    assert folder.run("mark", "friend.example.com", "keep") == DONE
    (folder.path / "old.txt").write_text("# old\ndomain:friend.example.com\ndomain:bad.example.org\n")
    assert folder.run("disavow", output="disavow.txt", old="old.txt") == DONE
    said = capsys.readouterr().err
    assert "Most sites need no disavow file" in said
    assert "old.txt:2  domain:friend.example.com is left out: you marked it to be kept" in said
    lines = folder.read("disavow.txt").splitlines()
    assert [line for line in lines if not line.startswith("# marked")] == ["# old", "domain:bad.example.org", "https://farm.example.net/1"]


def test_google_takes_only_names_that_end_in_txt(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    folder.run("mark", "farm.example.net", "disavow")
    assert folder.run("disavow", output="disavow.csv") == BAD_INPUT
    assert "Name it disavow.txt" in capsys.readouterr().err


def test_a_site_that_is_written_to_is_never_disavowed(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    url = "https://farm.example.net/1"
    with folder.open() as store:
        store.pages.save(replace(make.page(url), final_url=url))
        store.drafts.save(make.draft(url, status=DraftStatus.READY), now=make.NOON)
    folder.run("mark", "farm.example.net", "disavow")
    assert folder.run("disavow", output="disavow.txt") == FAILED
    said = capsys.readouterr().err
    assert "or a site that you write to" in said
    assert "disavow.txt is not written: nothing is left to disavow" in said
    assert not (folder.path / "disavow.txt").exists()
    (folder.path / "old.txt").write_text("# nothing but a remark\n")
    assert folder.run("disavow", output="disavow.txt", old="old.txt") == FAILED
    assert not (folder.path / "disavow.txt").exists()


def test_what_no_report_names_is_not_disavowed(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    assert folder.run("mark", "google.com", "disavow") == FAILED
    assert "no imported link comes from google.com" in capsys.readouterr().err
    with folder.open() as store:
        assert store.profile.marked("disavow") == ()


@pytest.mark.parametrize(
    "args", [["mark"], ["mark", "a.example"], ["mark", "a.example", "burn"], ["mark", "no name", "keep"], ["audit"], ["disavow"]]
)
def test_what_is_wrong_is_said(folder: Folder, args: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert folder.run(*args) == BAD_INPUT
    assert capsys.readouterr().err


def test_an_audit_of_nothing_says_how_to_begin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "campaign.toml").write_text(CAMPAIGN)
    Store.open(load_campaign(tmp_path / "campaign.toml").database).close()
    opts = Namespace(campaign=str(tmp_path), output=str(tmp_path / "a.html"), replace=False)
    assert run_plainly(lambda: _backlinks(["audit"], opts)) == FAILED
    assert "scrapy backlinks import" in capsys.readouterr().err
