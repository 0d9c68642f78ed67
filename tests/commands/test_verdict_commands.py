"""`scrapy verdicts`, `rejudge`, `status` and `schedule` on a small store: what they show, what they change, what they refuse."""

from __future__ import annotations

import subprocess
import sys
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from prospector.campaign import load_campaign
from prospector.commands._shared import run_plainly
from prospector.commands.drafts import Command as DraftsCommand
from prospector.commands.drafts import _drafts
from prospector.commands.rejudge import _rejudge
from prospector.commands.schedule import _schedule, cron_line, task_line
from prospector.commands.status import _status
from prospector.commands.verdicts import _verdicts
from prospector.items import BodySample, Control, ControlKind, Observation, Outcome, Verdict, VerdictKind
from prospector.store import Store
from prospector.verdicts.judge import judge
from prospector.verdicts.policy import Policy
from prospector.verdicts.reading import read_body
from tests.store.builders import draft, link, page

CAMPAIGN = """\
name = "garden"
goal = "help"
[sender]
name = "Ada Lind"
email = "ada@example.org"
site = "https://example.org/about"
relation = "volunteer"
"""
GUIDE = "https://old.example.com/guide"
SPAM = "https://taken.example.com/herbs/spiral.html"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A campaign whose page links to a lost guide and to a page that somebody took over."""
    (tmp_path / "campaign.toml").write_text(CAMPAIGN, encoding="utf-8")
    html = "<title>Slot gacor judi online casino</title><h1>Situs togel dan poker</h1><p>" + "Daftar judi slot online. " * 40
    casino = read_body(
        html,
        url=SPAM,
        content_type="text/html",
        sha256="0" * 64,
        size=len(html),
        complete=True,
        expected=("herb", "spiral"),
        close=True,
        status=200,
    )
    with Store.open(load_campaign(tmp_path / "campaign.toml").database) as store:
        run = store.runs.begin("resources", now=earlier(days=3))
        store.runs.end(run, now=earlier(days=3), reason="finished", stats={})
        store.pages.save(page(fetched_at=earlier(days=3), links=[link(GUIDE), link(SPAM, anchor="Herb spiral", position=1)]))
        observe(store, Observation(target_url=GUIDE, observed_at=earlier(days=3), outcome=Outcome.ANSWERED, status=404, final_url=GUIDE))
        observe(
            store,
            Observation(
                target_url=SPAM,
                observed_at=earlier(days=3),
                outcome=Outcome.ANSWERED,
                status=200,
                final_url=SPAM,
                body=casino,
                expected=("herb", "spiral"),
                controls=(Control(kind=ControlKind.ROOT, url="https://taken.example.com/", outcome=Outcome.ANSWERED, status=404),),
            ),
        )
    return tmp_path


def earlier(**ago: int) -> datetime:
    return datetime.now(UTC) - timedelta(**ago)


def observe(store: Store, seen: Observation) -> Verdict:
    verdict = judge([*store.evidence.observations(seen.target_url), seen], Policy(), now=seen.observed_at)
    store.evidence.save_checks([(seen, verdict)], now=seen.observed_at)
    return verdict


def options(folder: Path, **given: object) -> Namespace:
    return Namespace(**{"campaign": str(folder), "note": "", "dry_run": False, "every": 6, **given})


def verdict_of(folder: Path, url: str) -> Verdict:
    with Store.open(load_campaign(folder / "campaign.toml").database) as store:
        found = store.evidence.verdict(url)
    assert found is not None
    return found


def test_explain_tells_what_was_seen_which_rules_spoke_and_what_would_change_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_plainly(lambda: _verdicts(["explain", SPAM], options(folder))) == 0
    told = capsys.readouterr().out
    assert "Verdict: taken over, probable" in told
    assert "answered 200" in told
    assert "Slot gacor" in told
    assert "none of the words expected of it" in told
    assert "the site's front page https://taken.example.com/: answered 404" in told
    assert f"scrapy verdicts confirm {SPAM}\n" in told
    assert "Linked from 1 page: https://library.example.org/links" in told


@pytest.mark.parametrize("written", [SPAM.replace(".example", "[.]example"), SPAM.replace("https", "hxxps").replace(".", "[.]")])
def test_explain_knows_an_address_as_a_letter_writes_it(folder: Path, capsys: pytest.CaptureFixture[str], written: str) -> None:
    assert run_plainly(lambda: _verdicts(["explain", written], options(folder))) == 0
    assert capsys.readouterr().out.startswith(f"{SPAM}\n")


def test_explain_says_what_each_look_alone_came_to_and_which_words_were_met(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_plainly(lambda: _verdicts(["explain", GUIDE], options(folder))) == 0
    told = capsys.readouterr().out
    assert "this look alone says: not found. The server answers 404: not found." in told
    assert "  - status-404: the server itself says 404" in told
    assert run_plainly(lambda: _verdicts(["explain", SPAM], options(folder))) == 0
    assert "  - hijack-gambling: a sign of “hijack”, here “casino online”" in capsys.readouterr().out.replace(
        "online casino", "casino online"
    )


def test_what_a_page_says_moves_no_cursor(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Title, headings, headers and failures are a stranger's words: a terminal must not obey them."""
    hostile = "\x1b]0;owned\x07\x1b[2J\u202ework\rVerdict: works"
    body = BodySample(sha256="1" * 64, size=9, complete=True, content_type="text/html", title=hostile, headings=(hostile,), text_length=9)
    seen = Observation(
        target_url=GUIDE, observed_at=earlier(days=1), outcome=Outcome.ANSWERED, status=404, final_url=GUIDE, body=body, detail=hostile
    )
    with Store.open(load_campaign(folder / "campaign.toml").database) as store:
        observe(store, seen)
        store.drafts.save(draft(subject=hostile, body=f"Dear {hostile},\n\nyours"), now=earlier(days=1))
        number = store.drafts.list()[0].id
    assert run_plainly(lambda: _verdicts(["explain", GUIDE], options(folder))) == 0
    assert run_plainly(lambda: _status([], options(folder))) == 0
    assert run_plainly(lambda: _drafts(DraftsCommand(), ["show", str(number)], options(folder))) == 0
    assert run_plainly(lambda: _drafts(DraftsCommand(), ["list"], options(folder, status=None))) == 0
    told = "".join(capsys.readouterr())
    assert told.count("owned") >= 4
    assert not set(told) & set("\x1b\x07\r\u202e")
    assert "\n\nyours" in told


def test_a_persons_word_that_it_lives_wins(folder: Path) -> None:
    assert run_plainly(lambda: _verdicts(["mark", GUIDE, "alive"], options(folder, note="opens in my browser"))) == 0
    assert verdict_of(folder, GUIDE).kind is VerdictKind.ALIVE
    with Store.open(load_campaign(folder / "campaign.toml").database) as store:
        assert store.evidence.observations(GUIDE)[-1].detail == "opens in my browser"


def test_a_persons_look_counts_as_one_of_the_looks(folder: Path) -> None:
    assert verdict_of(folder, GUIDE).confidence == "probable"
    assert run_plainly(lambda: _verdicts(["mark", GUIDE, "dead"], options(folder))) == 0
    assert verdict_of(folder, GUIDE).confidence == "confirmed"


def test_only_a_person_confirms_a_hijack_and_nothing_else_is_confirmed_that_way(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_plainly(lambda: _verdicts(["confirm", SPAM], options(folder))) == 0
    confirmed = verdict_of(folder, SPAM)
    assert (confirmed.kind, confirmed.confidence) == (VerdictKind.HIJACKED, "confirmed")
    assert run_plainly(lambda: _verdicts(["confirm", GUIDE], options(folder))) == 1
    assert "only a hijacked page is confirmed by a person" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ([], 2, "Usage: scrapy verdicts"),
        (["explain", "not an address"], 2, "is not a web address"),
        (["explain", "https://nobody-links.example/"], 1, "no crawled page links to it"),
        (["mark", GUIDE, "perhaps"], 2, "Usage: scrapy verdicts"),
    ],
)
def test_what_it_cannot_do_it_says_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, says: str
) -> None:
    assert run_plainly(lambda: _verdicts(words, options(folder))) == code
    assert says in capsys.readouterr().err.splitlines()[-1]


def test_rejudge_changes_nothing_where_the_rules_are_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_plainly(lambda: _rejudge([], options(folder))) == 0
    assert "No verdict changes." in capsys.readouterr().err


def test_rejudge_applies_better_rules_to_yesterdays_page(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As if the rows for gambling had come with this version: the stored page is read again, nobody is asked."""
    with Store.open(load_campaign(folder / "campaign.toml").database) as store:
        old = Verdict(kind=VerdictKind.ALIVE, reason="The page answers.", next_check_at=datetime.now(UTC))
        store.evidence.save_verdict(SPAM, old, now=datetime.now(UTC))
    assert run_plainly(lambda: _rejudge([], options(folder, dry_run=True))) == 0
    assert "taken over, probable" in capsys.readouterr().out
    assert verdict_of(folder, SPAM).kind is VerdictKind.ALIVE
    assert run_plainly(lambda: _rejudge([], options(folder))) == 0
    assert verdict_of(folder, SPAM).kind is VerdictKind.HIJACKED


def test_status_tells_the_last_run_and_what_is_due(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_plainly(lambda: _status([], options(folder))) == 0
    told = capsys.readouterr().out
    assert "Last run: resources" in told
    assert "not found" in told
    assert GUIDE in told


def test_schedule_prints_a_line_for_cron_or_the_task_scheduler(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_plainly(lambda: _schedule([], options(folder))) == 0
    assert "crawl recheck --campaign" in capsys.readouterr().out


def test_a_cron_line_survives_odd_folder_names(tmp_path: Path) -> None:
    line = cron_line(["python", "-m", "scrapy"], tmp_path / "100% herbs & soil", hours=6)
    times, command = line.split(" cd ", 1)
    assert times == "17 */6 * * *"
    assert r"\%" in command
    shown = subprocess.run(["sh", "-n", "-c", "cd " + command.replace(r"\%", "%")], check=False) if sys.platform != "win32" else None
    assert shown is None or shown.returncode == 0


def test_a_task_line_names_the_campaign_and_quotes_its_folder() -> None:
    line = task_line(["C:\\Python\\python.exe", "-m", "scrapy"], Path("C:/My clients/garden"), name="garden", hours=12)
    assert line.startswith('schtasks /Create /SC HOURLY /MO 12 /TN "Prospector garden" /TR "cmd /c cd /d \\"')
