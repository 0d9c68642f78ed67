"""`scrapy mark`, `suppress` and `forget`, as a person types them."""

from __future__ import annotations

import errno
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from prospector.campaign import DEMO, load_campaign
from prospector.commands import suppress
from prospector.commands._shared import run_plainly
from prospector.commands.forget import _forget
from prospector.commands.mark import _mark, is_message_id
from prospector.commands.suppress import _suppress
from prospector.drafting import open_suppressions
from prospector.items import DraftStatus, Stage
from prospector.store import Store
from prospector.store.suppressions import Suppressions
from tests.crawling import scrapy
from tests.desk_world import NOW, PAGE, World, done

OTHER = "https://elsewhere.example.org/links"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    for url in (PAGE, OTHER):
        made.page(url)
        done(made.decisions.approve(made.crawl(url).id, now=NOW))
    yield made
    made.close()


@pytest.fixture
def setting(tmp_path: Path) -> str:
    return str(tmp_path / "suppressions.db")


def options(folder: Path, **given: object) -> Namespace:
    ordinary = {
        "campaign": str(folder),
        "message_id": "",
        "at": None,
        "csv": None,
        "note": "",
        "output": "-",
        "replace": False,
        "yes": False,
    }
    return Namespace(**{**ordinary, **given})


class TestMark:
    def test_one_letter(self, world: World, tmp_path: Path, setting: str) -> None:
        given = options(tmp_path, message_id="abc@mail.example.org", at="2026-11-20T10:00:00+00:00")
        assert run_plainly(lambda: _mark(["1", "sent"], given, setting)) == 0
        draft = world.draft()
        assert (draft.status, draft.message_id, draft.sent_at) == (DraftStatus.SENT, "<abc@mail.example.org>", NOW.replace(hour=10))
        assert world.store.prospects.stage(PAGE) is Stage.CONTACTED

    def test_many_from_a_file_and_what_cannot_be_is_said(
        self, world: World, tmp_path: Path, setting: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "marks.csv"
        file.write_text("draft;outcome;at\n1;sent;2026-03-01\n99;won;\n2;declined;\n", "utf-8")
        assert run_plainly(lambda: _mark([], options(tmp_path, csv=str(file)), setting)) == 1
        assert f"{file}:3  draft 99: There is no draft 99" in capsys.readouterr().err
        assert world.draft().status is DraftStatus.SENT
        assert (world.draft(OTHER).status, world.draft(OTHER).outcome) == (DraftStatus.SENT, "declined")

    def test_a_file_with_mistakes_marks_nothing_and_names_every_line(
        self, world: World, tmp_path: Path, setting: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "marks.csv"
        file.write_text("draft,outcome,at,message_id\n1,sent,,\nx,sent,,\n2,lost,,\n2,sent,yesterday,\n2,sent,,a b@c\n", "utf-8")
        assert run_plainly(lambda: _mark([], options(tmp_path, csv=str(file)), setting)) == 2
        said = capsys.readouterr().err
        assert [line.partition("  ")[0].rpartition(":")[2] for line in said.splitlines() if line.startswith(str(file))] == [
            "3",
            "4",
            "5",
            "6",
        ]
        assert world.draft().status is DraftStatus.APPROVED

    @pytest.mark.parametrize("text", ["", "abc", "a b@c.example", "a@b\r\nBcc: x@y", "<a@b>@c>", "ä@b.example", "a@" + "b" * 600])
    def test_what_could_break_a_header_is_no_message_id(self, text: str) -> None:
        assert not is_message_id(text)


class TestSuppress:
    def test_who_says_no_is_withdrawn_from_the_campaign_here_at_once(
        self, world: World, tmp_path: Path, setting: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run_plainly(lambda: _suppress(["add", "BO@Greenlist.Example"], options(tmp_path), setting)) == 0
        assert "1 letter of garden withdrawn." in capsys.readouterr().err
        assert world.draft().status is DraftStatus.WITHDRAWN
        assert world.draft().note == "This address asked not to be written to."
        assert world.draft(OTHER).status is DraftStatus.APPROVED
        assert world.store.prospects.stage(PAGE) is Stage.DO_NOT_CONTACT

    def test_the_list_shows_no_address(self, tmp_path: Path, setting: str, capsys: pytest.CaptureFixture[str]) -> None:
        run_plainly(lambda: _suppress(["add", "bo@greenlist.example"], options(tmp_path, note="by mail"), setting))
        capsys.readouterr()
        assert run_plainly(lambda: _suppress(["list"], options(tmp_path), setting)) == 0
        shown = capsys.readouterr()
        assert "opt-out" in shown.out
        assert "by mail" in shown.out
        assert "greenlist" not in shown.out

    def test_a_wrong_word_adds_nothing(self, tmp_path: Path, setting: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert run_plainly(lambda: _suppress(["add", "bo@greenlist.example", "bo"], options(tmp_path), setting)) == 2
        assert "“bo” is neither an e-mail address nor a domain" in capsys.readouterr().err
        with Suppressions.open(setting) as listed:
            assert listed.entries() == ()

    def test_an_export_that_breaks_off_leaves_the_old_file(
        self, tmp_path: Path, setting: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def breaks_off(_listed: Suppressions, out: TextIO) -> None:
            out.write("half of it")
            raise OSError(errno.ENOSPC, "No space left on device")

        file = tmp_path / "out.csv"
        file.write_text("the old list", "utf-8")
        monkeypatch.setattr(suppress, "write_list", breaks_off)
        assert run_plainly(lambda: _suppress(["export"], options(tmp_path, output=str(file), replace=True), setting)) == 1
        assert "No space left" in capsys.readouterr().err
        assert (file.read_text("utf-8"), list(tmp_path.glob(".*.part"))) == ("the old list", [])

    def test_exported_hashes_are_not_overwritten_and_come_back_beside_the_same_key(
        self, tmp_path: Path, setting: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file, other = tmp_path / "out.csv", tmp_path / "other" / "suppressions.db"
        run_plainly(lambda: _suppress(["add", "bo@greenlist.example", "spam.example"], options(tmp_path, note="=1+1"), setting))
        assert run_plainly(lambda: _suppress(["export"], options(tmp_path, output=str(file)), setting)) == 0
        assert run_plainly(lambda: _suppress(["export"], options(tmp_path, output=str(file)), setting)) == 2
        assert "greenlist" not in file.read_text("utf-8")
        assert run_plainly(lambda: _suppress(["import", str(file)], options(tmp_path), str(other))) == 2
        assert "made with another key" in capsys.readouterr().err
        other.unlink()
        other.with_suffix(".key").write_bytes(Path(setting).with_suffix(".key").read_bytes())
        assert run_plainly(lambda: _suppress(["import", str(file)], options(tmp_path), str(other))) == 0
        with Suppressions.open(other) as listed:
            assert listed.why_not(address="bo+x@greenlist.example", site="a.example", page_url="https://a.example/", now=NOW)
            assert listed.why_not(address="x@mail.spam.example", site="a.example", page_url="https://a.example/", now=NOW)

    def test_other_peoples_lists_are_read_with_the_lines_of_mistakes(
        self, tmp_path: Path, setting: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        plain, table = tmp_path / "plain.txt", tmp_path / "table.csv"
        plain.write_text("# ours\nbo@greenlist.example\n\nexample.edu/~ann  # a site\nnot one\n", "utf-8")
        assert run_plainly(lambda: _suppress(["import", str(plain)], options(tmp_path), setting)) == 2
        assert f"{plain}:5  “not one” is neither" in capsys.readouterr().err
        plain.write_text("bo@greenlist.example\nexample.edu/~ann\n", "utf-8")
        table.write_text('name;Email\n"Bo; and others";bo@other.example\nX;\n', "utf-8-sig")
        assert run_plainly(lambda: _suppress(["import", str(plain)], options(tmp_path), setting)) == 0
        assert run_plainly(lambda: _suppress(["import", str(table)], options(tmp_path), setting)) == 0
        with Suppressions.open(setting) as listed:
            assert {entry.kind for entry in listed.entries()} == {"address", "site"}
            assert len(listed.entries()) == 3

    def test_removing_says_when_there_is_nothing(self, tmp_path: Path, setting: str, capsys: pytest.CaptureFixture[str]) -> None:
        run_plainly(lambda: _suppress(["add", "greenlist.example"], options(tmp_path), setting))
        assert run_plainly(lambda: _suppress(["remove", "bo@greenlist.example"], options(tmp_path), setting)) == 1
        assert run_plainly(lambda: _suppress(["remove", "www.greenlist.example"], options(tmp_path), setting)) == 0
        with Suppressions.open(setting) as listed:
            assert listed.entries() == ()
        assert "also covered by its domain" in capsys.readouterr().err

    def test_in_the_demos_folder_both_lists_take_it_and_both_let_it_go(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        demo = load_campaign(DEMO, home=tmp_path)
        Store.open(demo.database).close()
        ours = options(tmp_path, campaign=None)

        def on_both() -> list[bool]:
            with Suppressions.open() as listed, open_suppressions(demo, None) as demos:
                return [bool(each.blocked(address="zed@demo.example", site="", page_url="")) for each in (listed, demos)]

        assert run_plainly(lambda: _suppress(["add", "zed@demo.example"], ours, None)) == 0
        assert on_both() == [True, True]
        assert "To undo both: scrapy suppress remove zed@demo.example" in capsys.readouterr().err
        assert run_plainly(lambda: _suppress(["list"], ours, None)) == 0
        assert str(tmp_path / "output" / "demo-suppressions.db") in capsys.readouterr().err
        assert run_plainly(lambda: _suppress(["remove", "zed@demo.example"], ours, None)) == 0
        assert on_both() == [False, False]
        assert "is off the list of all your campaigns, and that of the demo." in capsys.readouterr().err


class TestForget:
    def test_it_asks_first_and_nobody_there_is_no(
        self, world: World, tmp_path: Path, setting: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run_plainly(lambda: _forget(["bo@greenlist.example"], options(tmp_path), setting)) == 1
        assert "Add --yes" in capsys.readouterr().err
        assert world.draft().recipient == "bo@greenlist.example"

    def test_they_are_gone_and_never_written_to_again(self, world: World, tmp_path: Path, setting: str) -> None:
        assert run_plainly(lambda: _forget(["Bo@greenlist.example"], options(tmp_path, yes=True), setting)) == 0
        assert world.draft().recipient == ""
        with Suppressions.open(setting) as listed:
            assert listed.blocked_address("bo@greenlist.example")
            assert listed.without_forgotten("<a href='mailto:bo@greenlist.example?subject=x'>") == "<a href='mailto:[forgotten]?subject=x'>"

    def test_neither_address_nor_domain(self, world: World, tmp_path: Path, setting: str) -> None:
        assert world.draft()
        assert run_plainly(lambda: _forget(["bo"], options(tmp_path, yes=True), setting)) == 2


def test_they_are_commands_of_the_program(tmp_path: Path) -> None:
    World(tmp_path).close()
    for words in (["suppress", "list"], ["mark", "1"], ["forget"]):
        ran = scrapy(*words, cwd=tmp_path, SUPPRESSIONS_DB=tmp_path / "s.db")
        assert ran.returncode == (0 if words[0] == "suppress" else 2), ran.stderr
