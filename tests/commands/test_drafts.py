"""`scrapy drafts`: the letters on a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from prospector.commands.drafts import Command
from prospector.items import DraftStatus
from prospector.store import Actor, Store
from tests.documents import parser_of
from tests.store import builders as make
from tests.store.deeds import edit


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The demo's database with three letters, in the folder in which commands are typed."""
    monkeypatch.chdir(tmp_path)
    store = Store.open(tmp_path / "output" / "demo.db")
    notes = {DraftStatus.READY: "", DraftStatus.WAITING: "no contact found", DraftStatus.REJECTED: ""}
    for number, (status, note) in enumerate(notes.items()):
        url = f"https://site{number}.example.org/"
        store.pages.save(make.page(url))
        recipient = "" if note else "lind@library.example.org"
        store.drafts.save(make.draft(url, status=status, note=note, recipient=recipient), now=make.NOON)
    return store


def typed(*arguments: str, status: str | None = None) -> int:
    command = Command()
    parser = parser_of("drafts", command)
    options, words = parser.parse_known_args([*arguments, *(("--status", status) if status else ())])
    command.run(words, options)
    return command.exitcode


def test_the_list_has_a_line_for_each_with_why_it_waits(here: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("list") == 0
    assert capsys.readouterr().out.splitlines() == [
        "   1  ready      lind@library.example.org            A dead link",
        "   2  waiting    (no contact)                        A dead link",
        "                 no contact found",
        "   3  rejected   lind@library.example.org            A dead link",
    ]


def test_the_columns_of_the_list_stand_below_each_other(here: Store, capsys: pytest.CaptureFixture[str]) -> None:
    for draft, recipient in zip(
        here.drafts.list(), ("a.rather.long.name@allotments.of.a.long.town.example.org", "bo@b.example"), strict=False
    ):
        here.drafts.change(draft, {"recipient": recipient}, actor=Actor.PERSON, kind="edited", now=make.NOON)
    assert typed("list") == 0
    shown = [line for line in capsys.readouterr().out.splitlines() if line.endswith("A dead link")]
    assert len(shown) == 3
    assert len({line.index("A dead link") for line in shown}) == 1


def test_the_list_can_be_narrowed(here: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("list", status="rejected") == 0
    assert capsys.readouterr().out.split()[:2] == ["3", "rejected"]
    assert typed("list", status="sent") == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.endswith("No letter is sent.\n")


def test_a_letter_that_was_sent_is_listed_with_what_became_of_it(here: Store, capsys: pytest.CaptureFixture[str]) -> None:
    draft = here.drafts.get(1)
    assert draft is not None
    written = {"status": DraftStatus.SENT, "outcome": "no-reply"}
    here.drafts.change(draft, written, actor=Actor.PERSON, kind="marked no-reply", now=make.NOON)
    assert typed("list", status="sent") == 0
    assert capsys.readouterr().out.split()[:3] == ["1", "no", "reply"]


def test_a_letter_is_shown_whole_in_a_persons_words_where_there_are_any(here: Store, capsys: pytest.CaptureFixture[str]) -> None:
    edit(here, 2, subject="My own words", body="Dear Ada,\nhello.", now=make.NOON)
    assert typed("show", "2") == 0
    assert capsys.readouterr().out.splitlines() == [
        "Page:      https://site1.example.org/",
        "Status:    waiting. Something is still missing: a claim to confirm, an offer to choose, somebody to write to, or your word. Its note says what.",
        "To:        (no contact found)",
        "Subject:   My own words",
        "Note:      no contact found",
        "",
        "Dear Ada,",
        "hello.",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("show", "99"), 1, "there is no draft 99. See: scrapy drafts list"),
        (("show", "first"), 2, "Usage: scrapy drafts list"),
        (("show", "²"), 2, "Usage: scrapy drafts list"),
        ((), 2, "Usage: scrapy drafts list"),
        (("pusj",), 2, "drafts knows no 'pusj'. Did you mean push? Usage: scrapy drafts list"),
        (("list", "all", "of them"), 2, "too many arguments: of them"),
        (("list", "--stauts=ready"), 2, "there is no option --stauts=ready. Did you mean --status?"),
    ],
)
def test_what_cannot_be_done_is_said(
    here: Store, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, said: str
) -> None:
    assert typed(*arguments) == code
    assert said in capsys.readouterr().err


def test_before_any_crawl_there_is_nothing_to_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert typed("list") == 1
    assert "nothing has been crawled for this campaign yet. Begin with: scrapy crawl resources" in capsys.readouterr().err
    assert not (tmp_path / "output").exists()
