"""`scrapy export outreach`: what may go out does, once; what may not stays, with its reason; nothing is half done."""

from __future__ import annotations

import csv
import email
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.policy import default
from pathlib import Path

import openpyxl
import pytest
from scrapy.settings import Settings

from prospector.commands import _outreach
from prospector.commands.export import Command
from prospector.export.mail_merge import PRESETS
from prospector.export.outreach import letter_of
from prospector.export.outreach_table import COLUMNS
from prospector.items import Confidence, Contact, ContactKind, DraftStatus
from prospector.outreach.transitions import Outcome
from prospector.store import Alias, StoredDraft
from prospector.store.events import Actor
from tests.desk_world import DAY, NOW, PAGE, Dead, World, done, target
from tests.documents import parser_of
from tests.store import builders as make

HOUR = timedelta(hours=1)
SUPPRESSIONS = "suppressions.db"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> dict[str, datetime]:
    time = {"now": NOW}
    monkeypatch.setattr(_outreach, "utc_now", lambda: time["now"])
    return time


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: dict[str, datetime]) -> Iterator[World]:
    monkeypatch.chdir(tmp_path)
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def looks(world: World, monkeypatch: pytest.MonkeyPatch) -> list[frozenset[str]]:
    """What was looked at again: the look itself is the crawl's, and finds all as it was unless a test says otherwise."""
    asked: list[frozenset[str]] = []

    def recheck(_command: object, _opts: object, *, only: set[str] | None = None) -> None:
        asked.append(frozenset(only or ()))

    monkeypatch.setattr(_outreach, "recheck", recheck)
    return asked


def approved(world: World, number: int = 1, *, seen: datetime = NOW - HOUR, name: str = "") -> int:
    """A letter to a site of its own, approved, its link last seen failing then."""
    page = f"https://library{number}.example/links" if number > 1 else PAGE
    world.page(page, [Dead(number)])
    if name:
        world.contact(
            page, Contact(site=page.split("/")[2], kind=ContactKind.EMAIL, value=f"bo@{page.split('/')[2]}", source_url=page, name=name)
        )
    look = make.seen(target(number), observed_at=seen)
    world.store.evidence.save_checks([(look, make.dead(first_failed_at=NOW - timedelta(days=8), reason="It answered 404."))], now=NOW)
    draft = world.crawl(page)
    done(world.decisions.approve(draft.id, now=NOW - 2 * HOUR))
    return draft.id


def typed(*arguments: str) -> int:
    command = Command()
    parser = parser_of("export", command)
    command.settings = Settings({"SUPPRESSIONS_DB": SUPPRESSIONS})
    options, words = parser.parse_known_args(list(arguments))
    command.run(words, options)
    return command.exitcode


def status(world: World, draft_id: int) -> DraftStatus:
    draft = world.store.drafts.get(draft_id)
    assert draft is not None
    return draft.status


def last(capsys: pytest.CaptureFixture[str], lines: int) -> list[str]:
    return capsys.readouterr().err.splitlines()[-lines:]


def test_approved_letters_become_files_of_a_folder_once(
    world: World, looks: list[frozenset[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = approved(world, name="Bo Ek"), approved(world, 2)
    assert typed("outreach", "-o", "letters") == 0
    assert last(capsys, 1) == ["2 letters in letters. Nothing was sent: send them, then tell with scrapy mark DRAFT sent."]
    files = sorted(Path("letters").iterdir())
    assert [file.name for file in files] == [f"{first:04}-library.greenlist.example.eml", f"{second:04}-library2.example.eml"]
    mail = email.message_from_bytes(files[0].read_bytes(), policy=default)
    stored = world.store.drafts.get(first)
    assert stored is not None
    assert (mail["X-Unsent"], mail["Date"], mail["Message-ID"], mail["Subject"]) == ("1", None, None, stored.subject)
    assert mail["To"] == "Bo Ek <bo@library.greenlist.example>"
    assert mail.get_content().replace("\r\n", "\n") == stored.body
    assert {status(world, first), status(world, second)} == {DraftStatus.EXPORTED}
    assert looks == [frozenset()]

    assert typed("outreach", "-o", "letters") == 0
    assert last(capsys, 1) == ["No letter may go out now. See what waits with: scrapy drafts list"]
    assert len(list(Path("letters").iterdir())) == 2


def test_again_writes_those_that_were_not_sent_yet(world: World, looks: list[frozenset[str]], capsys: pytest.CaptureFixture[str]) -> None:
    unsent, sent = approved(world), approved(world, 2)
    assert typed("outreach", "-o", "one.jsonl") == 0
    done(world.decisions.mark(sent, Outcome.SENT, now=NOW))
    assert typed("outreach", "--again", "-o", "two.jsonl") == 0
    assert [json.loads(line)["draft_id"] for line in Path("two.jsonl").read_text("utf-8").splitlines()] == [unsent]


def test_what_is_old_is_looked_at_first_and_stays_if_it_cannot_be(
    world: World, looks: list[frozenset[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    stale = approved(world, seen=NOW - 25 * HOUR)
    assert typed("outreach", "-o", "out.mbox") == 0
    assert looks == [frozenset({target(1)})]
    assert last(capsys, 3) == [
        "1 approved letter left out:",
        "     1  its links could not be seen failing again just now; the next export tries anew",
        "No letter may go out now. See what waits with: scrapy drafts list",
    ]
    assert status(world, stale) is DraftStatus.APPROVED
    assert not Path("out.mbox").exists()


def test_a_look_that_finds_it_dead_still_lets_it_go(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = approved(world, seen=NOW - 25 * HOUR)

    def recheck(_command: object, _opts: object, *, only: set[str]) -> None:
        assert only == {target(1)}
        world.store.evidence.save_checks([(make.seen(target(1), observed_at=NOW), make.dead(first_failed_at=NOW - 8 * 24 * HOUR))], now=NOW)

    monkeypatch.setattr(_outreach, "recheck", recheck)
    assert typed("outreach", "-o", "out.mbox") == 0
    assert Path("out.mbox").read_bytes().count(b"From MAILER-DAEMON ") == 1
    assert status(world, stale) is DraftStatus.EXPORTED


@pytest.mark.parametrize("crawled", [True, False])
def test_what_lives_again_is_withdrawn_and_said_so(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, crawled: bool
) -> None:
    """Whether the crawl has worked through its page already, or not yet."""
    lives, dead = approved(world, seen=NOW - 25 * HOUR), approved(world, 2)

    def recheck(_command: object, _opts: object, *, only: set[str]) -> None:
        world.lives(now=NOW)
        if crawled:
            world.crawl(now=NOW)

    monkeypatch.setattr(_outreach, "recheck", recheck)
    assert typed("outreach", "-o", "letters") == 0
    assert f"draft {lives}, withdrawn: none of its links looks dead any more ({PAGE})" in capsys.readouterr().err.splitlines()
    assert (status(world, lives), status(world, dead)) == (DraftStatus.WITHDRAWN, DraftStatus.EXPORTED)
    assert len(list(Path("letters").iterdir())) == 1


def test_one_of_its_links_that_lives_again_holds_the_letter_back(world: World, looks: list[frozenset[str]]) -> None:
    world.page(dead=[Dead(1), Dead(2)])
    for number in (1, 2):
        world.store.evidence.save_checks(
            [(make.seen(target(number), observed_at=NOW - HOUR), make.dead(first_failed_at=NOW - 99 * HOUR))], now=NOW
        )
    draft = world.crawl()
    assert len(draft.claims) == 2
    done(world.decisions.edit(draft.id, subject="My words", body=draft.body, now=NOW))
    done(world.decisions.approve(draft.id, now=NOW))
    world.lives(2, now=NOW)
    assert typed("outreach", "-o", "letters") == 0
    assert status(world, draft.id) is DraftStatus.WITHDRAWN
    assert not Path("letters").exists()


def test_a_letter_that_gives_a_new_address_goes_out_only_while_that_answers(
    world: World, looks: list[frozenset[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    def seen(*, holds: bool | None, at: datetime) -> None:
        world.store.findings.save_alias_look(target(2), holds=holds, answer="as it is", now=at)

    world.page(dead=(Dead(1), Dead(2, strength=None)), now=NOW + 3 * DAY - HOUR)
    world.store.findings.save_alias(Alias(target_url=target(2), new_url="https://old2.example.net/new", confidence=1), now=NOW - 2 * DAY)
    draft = world.crawl().id
    done(world.decisions.approve(draft, now=NOW))
    seen(holds=None, at=NOW)
    assert typed("outreach", "-o", "out.mbox") == 0
    assert looks == [frozenset({target(2)})]
    assert "     1  a new address that it gives did not answer just now; the next export tries anew" in last(capsys, 3)
    assert status(world, draft) is DraftStatus.APPROVED
    seen(holds=False, at=NOW)
    assert typed("outreach", "-o", "out.mbox") == 0
    assert last(capsys, 2)[0].startswith(f"draft {draft}, back for review: it was approved, but the new address that it gave for")
    assert status(world, draft) is DraftStatus.READY
    assert not Path("out.mbox").exists()


def test_an_exported_letter_whose_link_lives_again_is_not_written_again(
    world: World, looks: list[frozenset[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    draft = approved(world)
    assert typed("outreach", "-o", "letters") == 0
    world.lives(now=NOW)
    assert typed("outreach", "--again", "-o", "again") == 0
    assert f"draft {draft}, exported before: do not send it: “Planting guide 1” is no longer confirmed dead" in capsys.readouterr().err
    assert not Path("again").exists()


def test_each_that_stays_is_counted_with_its_reason(world: World, looks: list[frozenset[str]], capsys: pytest.CaptureFixture[str]) -> None:
    approved(world)
    done(world.decisions.approve(_waiting(world).id, now=NOW))
    world.page("https://form.example/links", [Dead(5)], contact=_form("form.example"))
    form = world.crawl("https://form.example/links")
    done(world.decisions.approve(form.id, now=NOW))
    blocked = approved(world, 6)
    world.suppressions.add("library6.example", now=NOW)
    assert typed("outreach", "-o", "letters") == 0
    said = capsys.readouterr().err.splitlines()
    assert said[-5:-1] == [
        "3 approved letters left out:",
        "     1  approved in advance: a link in it is not confirmed dead yet",
        "     1  the way to reach them is a form or a tracker: open its page, paste the letter, mark it as sent",
        "     1  this domain asked not to be written to",
    ]
    assert status(world, blocked) is DraftStatus.APPROVED
    assert len(list(Path("letters").iterdir())) == 1


def _waiting(world: World) -> StoredDraft:
    world.page("https://early.example/links", [Dead(4, confidence=Confidence.PROBABLE)])
    return world.crawl("https://early.example/links")


def _form(site: str) -> Contact:
    return Contact(site=site, kind=ContactKind.FORM, value=f"https://{site}/post", source_url=f"https://{site}/contact")


def test_no_more_than_the_days_limit_goes_out_whatever_is_typed(
    world: World, looks: list[frozenset[str]], clock: dict[str, datetime], capsys: pytest.CaptureFixture[str]
) -> None:
    file = Path("campaign.toml")
    file.write_text(file.read_text("utf-8") + "[export]\nper_day = 3\n", "utf-8")
    for number in range(1, 6):
        approved(world, number)
    assert typed("outreach", "--limit", "2", "-o", "one") == 0
    assert typed("outreach", "--limit", "9", "-o", "two") == 0
    assert last(capsys, 2)[0] == "     2  over the limit for one day; they keep until tomorrow"
    assert (len(list(Path("one").iterdir())), len(list(Path("two").iterdir()))) == (2, 1)
    assert typed("outreach", "-o", "three") == 0
    clock["now"] = NOW + timedelta(hours=22)  # the next day everywhere, the looks still fresh
    assert typed("outreach", "-o", "four") == 0
    assert len(list(Path("four").iterdir())) == 2


def test_twenty_a_day_is_what_a_campaign_allows_that_says_nothing(world: World) -> None:
    assert world.campaign.export.per_day == 20


def test_a_mail_that_cannot_be_written_stops_no_other_and_stays_approved(
    world: World, looks: list[frozenset[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    odd, good = approved(world), approved(world, 2)
    draft = world.store.drafts.get(odd)
    assert draft is not None
    world.store.drafts.change(draft, {"subject": "x" * 400}, actor=Actor.CRAWL, kind="updated", now=NOW)
    monkeypatch.setattr("prospector.deciding_checks.Checks.lint_error", lambda _self, _draft: "")
    assert typed("outreach", "-o", "letters") == 0
    assert "     1  its subject has 400 characters; 300 is the most" in capsys.readouterr().err.splitlines()
    assert (status(world, odd), status(world, good)) == (DraftStatus.APPROVED, DraftStatus.EXPORTED)


def test_what_cannot_be_written_is_not_marked(world: World, looks: list[frozenset[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    draft = approved(world)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("prospector.export.whole.os.fsync", full)
        assert typed("outreach", "-o", "out.mbox") == 1
    assert status(world, draft) is DraftStatus.APPROVED
    assert not Path("out.mbox").exists()
    assert typed("outreach", "-o", "out.mbox") == 0


def test_a_file_that_is_there_is_kept_and_nothing_is_looked_at_or_marked(world: World, looks: list[frozenset[str]]) -> None:
    draft = approved(world)
    Path("out.mbox").write_text("mine")
    assert typed("outreach", "-o", "out.mbox") == 2
    assert (Path("out.mbox").read_text(), looks, status(world, draft)) == ("mine", [], DraftStatus.APPROVED)
    Path("letters").mkdir()
    (Path("letters") / f"{draft:04}-library.greenlist.example.eml").write_text("mine")
    (Path("letters") / f"{draft:04}-greenlist.example.eml").write_text("mine")
    assert typed("outreach", "-o", "letters") == 2
    assert {file.read_text() for file in Path("letters").iterdir()} == {"mine"}
    assert status(world, draft) is DraftStatus.APPROVED
    assert typed("outreach", "-o", "out.mbox", "--replace") == 0


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_has_its_tools_columns_and_whole_letters(world: World, looks: list[frozenset[str]], preset: str) -> None:
    draft = world.store.drafts.get(approved(world))
    assert draft is not None
    assert typed("outreach", "-o", "out.csv", "--preset", preset) == 0
    with Path("out.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert list(row) == list(PRESETS[preset].columns)
    assert {draft.recipient, draft.subject, draft.body.rstrip("\n") + "\n"} <= {
        value if "\n" not in value else value.rstrip("\n") + "\n" for value in row.values()
    }


def test_presets_take_columns_that_there_are_and_say_where_their_names_come_from() -> None:
    assert set(PRESETS) == {"generic", "instantly", "smartlead", "lemlist", "hubspot", "hunter", "pitchbox", "buzzstream", "gmail"}
    for preset in PRESETS.values():
        assert set(preset.columns.values()) <= set(COLUMNS)
        assert {"recipient", "subject", "body"} <= set(preset.columns.values())
        assert preset.source


def test_a_workbook_of_letters(world: World, looks: list[frozenset[str]]) -> None:
    approved(world)
    assert typed("outreach", "-o", "out.xlsx") == 0
    heading, row = openpyxl.load_workbook("out.xlsx").active.values
    assert heading == COLUMNS
    assert row[heading.index("dead_urls")] == target(1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "where to? Name a folder for .eml files, or a file"),
        (("-o", "-"), "which format? Add --format csv, jsonl or mbox."),
        (("-o", "-", "--format", "eml"), "eml needs a place of its own."),
        (("-o", "x.eml"), "x.eml: each letter is a file of its own. Name a folder: -o letters/"),
        (("-o", "x.csv", "--preset", "lemlst"), "there is no preset 'lemlst'. Did you mean lemlist?"),
        (("-o", "x.mbox", "--preset", "lemlist"), "--preset is for a table: -o lemlist.csv"),
        (("-o", "x.pdf"), "x.pdf: which format?"),
    ],
)
def test_what_is_not_clear_is_asked_for(world: World, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str) -> None:
    assert typed("outreach", *arguments) == 2
    assert said in capsys.readouterr().err


def test_standard_output_has_the_letters_and_nothing_else(
    world: World, looks: list[frozenset[str]], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    approved(world)
    assert typed("outreach", "-o", "-", "--format", "jsonl") == 0
    assert [json.loads(line)["draft_id"] for line in capfdbinary.readouterr().out.splitlines()] == [1]


def test_a_follow_up_is_threaded_only_when_the_first_ones_number_is_known(world: World, looks: list[frozenset[str]]) -> None:
    first = approved(world)
    draft = world.store.drafts.get(first)
    assert draft is not None
    reminder = replace(draft, id=99, follow_up_of=first)
    assert letter_of(world.store, world.campaign, reminder).answers == ()
    done(world.decisions.mark(first, Outcome.SENT, message_id="<1@mail.example>", now=NOW))
    assert letter_of(world.store, world.campaign, reminder).answers == ("<1@mail.example>",)
