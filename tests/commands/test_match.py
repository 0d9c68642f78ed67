"""`scrapy match` on a small store: what it offers anew, which letters it leaves alone, how it explains itself."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from prospector.campaign import load_campaign
from prospector.commands._shared import run_plainly
from prospector.commands.match import _match
from prospector.items import Confidence, DraftStatus, SitePage, Verdict, VerdictKind
from prospector.store import Store
from tests.store.builders import contact, link, page, seen
from tests.store.deeds import decide, edit

CAMPAIGN = """\
name = "garden"
goal = "links"
[[sites]]
url = "https://mine.example/"
[sender]
name = "Ada Lind"
email = "ada@mine.example"
site = "https://mine.example/about"
relation = "owner"
postal_address = "1 Lane, Town"
"""
COMPOST = "https://old.example.com/how-to-make-compost.html"
MORTGAGE = "https://bank.example.com/mortgage-rates.html"
GUIDE = SitePage(
    url="https://mine.example/guides/how-to-make-compost",
    title="How to make compost",
    headings=("How to make compost", "Turning the heap"),
    text="Green and brown material in layers, turned every few weeks, becomes compost for the beds.",
)
OTHERS = tuple(
    SitePage(url=f"https://mine.example/guides/{name}", title=title, headings=(title,), text=f"{title}, season by season, in our allotment.")
    for name, title in (("slugs", "Slugs and snails"), ("bees", "Flowers for wild bees"), ("beds", "Raised beds from old timber"), ("seeds", "Saving seeds"))
)  # fmt: skip
PAGES = ("https://one.example.org/links", "https://two.example.org/links", "https://three.example.org/links")


def ago(**time: int) -> datetime:
    return datetime.now(UTC) - timedelta(**time)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pages link to a guide that is dead, and nothing of the user's fitted yet; the first also to a page about something else."""
    (tmp_path / "campaign.toml").write_text(CAMPAIGN, encoding="utf-8")
    with opened(tmp_path) as store:
        for url in PAGES:
            links = [link(COMPOST, anchor="How to make compost", heading="Compost", section="Compost", context="How to make compost")]
            if url == PAGES[0]:
                links.append(link(MORTGAGE, anchor="Current mortgage rates", position=1))
            store.pages.save(page(url, fetched_at=ago(days=9), links=links, title="Gardening links", html="<h1>Gardening links</h1>"))
            site = url.split("/")[2].removeprefix("one.").removeprefix("two.").removeprefix("three.")
            store.prospects.save_contacts(site, [contact("lind@example.org", source_url=url)], checked_at=ago(days=9))
        for target in (COMPOST, MORTGAGE):
            for days in (9, 5):
                store.evidence.save_observations([seen(target, observed_at=ago(days=days))])
            store.evidence.save_verdict(target, dead(), now=ago(days=5))
            store.findings.save_matches(target, (), now=ago(days=5))
        store.site.save(OTHERS)
        for url in PAGES:
            store.pages.mark_done(url, now=ago(days=4))
    return tmp_path


def dead() -> Verdict:
    return Verdict(
        kind=VerdictKind.GONE,
        confidence=Confidence.CONFIRMED,
        reason="It answers 404.",
        first_failed_at=ago(days=9),
        confirmed_at=ago(days=5),
    )


def opened(folder: Path) -> Store:
    return Store.open(load_campaign(folder / "campaign.toml").database)


def match(folder: Path, *, dry_run: bool = False, explain: str | None = None) -> int:
    options = Namespace(campaign=str(folder), dry_run=dry_run, explain=explain)
    return run_plainly(lambda: _match([], options, str(folder / "suppressions.db")))


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with opened(folder) as store:
        yield store


def test_a_new_page_of_yours_is_offered_and_the_letters_are_written(folder: Path, store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert match(folder) == 0
    assert "No offer changed." in capsys.readouterr().err
    store.site.save([GUIDE])
    assert match(folder) == 0
    told = capsys.readouterr()
    assert told.out == f"nothing -> strong {GUIDE.url}  {COMPOST}\n"
    assert "3 letters new" in told.err
    assert [GUIDE.url in (draft.body if (draft := store.drafts.of_page(url)) else "") for url in PAGES] == [True] * 3


def test_a_dry_run_changes_nothing(folder: Path, store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    store.site.save([GUIDE])
    assert match(folder, dry_run=True) == 0
    assert "1 dead address would get another offer" in capsys.readouterr().err
    assert store.findings.matches(COMPOST) == ()
    assert store.drafts.list() == ()


def test_letters_with_a_persons_hand_on_them_stay_as_they_are(folder: Path, store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    store.site.save([GUIDE])
    assert match(folder) == 0
    edited, approved, untouched = (draft for url in PAGES if (draft := store.drafts.of_page(url)))
    edit(store, edited.id, subject=None, body="My own words.", now=ago(hours=2))
    decide(store, approved.id, DraftStatus.APPROVED, now=ago(hours=2))
    before = [store.drafts.get(one.id) for one in (edited, approved)]
    moved = replace(GUIDE, url="https://mine.example/compost/how-to-make-compost")
    with store._session.write():
        store._session.run("DELETE FROM site_pages WHERE url = ?", (GUIDE.url,))
    store.site.save([moved])
    capsys.readouterr()
    assert match(folder) == 0
    told = capsys.readouterr().err
    assert [store.drafts.get(one.id) for one in (edited, approved)] == before
    after = store.drafts.get(untouched.id)
    assert after is not None
    assert moved.url in after.body
    assert "2 letters that you edited or decided about stayed as written" in told
    assert PAGES[0] in told
    assert PAGES[1] in told


def test_an_explanation_shows_the_evidence_the_parts_and_the_threshold(
    folder: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    store.site.save([GUIDE])
    assert match(folder, explain=COMPOST) == 0
    told = capsys.readouterr().out
    assert any(line.split() == ["the", "link", "text", "How", "to", "make", "compost"] for line in told.splitlines())
    assert GUIDE.url in told
    assert "how sure it is of each, from 0 to 1" in told
    assert "share of that page's own score" in told
    assert re.search(r'%  the link text: "make", "compost" in the page.s title', told)
    assert "70% make a strong match (thresholds.strong)" in told
    assert store.findings.matches(COMPOST) == ()


def test_an_explanation_says_why_nothing_fits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert match(folder, explain=MORTGAGE) == 0
    told = capsys.readouterr().out
    assert "Nothing fits: " in told
    assert "scrapy export content-gaps" in told


def test_an_address_that_nobody_links_to_has_no_explanation(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert match(folder, explain="https://nowhere.example.com/") == 1
    assert "no page of this campaign links to it" in capsys.readouterr().err


def test_without_pages_of_yours_there_is_nothing_to_match(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "campaign.toml").write_text(CAMPAIGN, encoding="utf-8")
    assert match(tmp_path) == 1
    assert "nothing has been crawled" in capsys.readouterr().err
    opened(tmp_path).close()
    assert match(tmp_path) == 1
    assert "scrapy crawl site" in capsys.readouterr().err


def test_a_gap_is_listed_with_what_it_was_about(folder: Path, store: Store) -> None:
    assert match(folder) == 0
    gaps = {row["target_url"]: row for row in store.reports.content_gaps()}
    assert list(gaps) == [COMPOST, MORTGAGE]  # the most wanted first
    assert gaps[MORTGAGE]["topic_words"][:2] == ["mortgage", "rates"]
    assert gaps[COMPOST]["referring_pages"] == 3
