"""The demo's web archive: it speaks the Wayback Machine's dialect, and holds what it says."""

from __future__ import annotations

import pytest

from prospector.archive.cdx import Archive, captures_query, read_captures
from prospector.archive.history import History
from prospector.archive.page import read_captured
from prospector.campaign import DEMO, load_campaign
from prospector.demo.archive import HOST, NOT_ARCHIVED, archive_site
from prospector.demo.truth import load_truth
from prospector.items import DEAD_KINDS

SITE = archive_site()
TRUTH = load_truth()
ARCHIVE = load_campaign(DEMO).archive.place()


def history(url: str, *, status: int | None = None) -> History:
    path = captures_query(ARCHIVE, url, status=status).partition(HOST)[2]
    return History.of(read_captures(SITE.answer(path).body, ARCHIVE.dialect))


def test_the_campaign_asks_the_demos_archive_and_no_other() -> None:
    assert Archive().cdx not in ARCHIVE.cdx
    assert {address.split("/")[2] for address in (ARCHIVE.cdx, ARCHIVE.replay)} == {HOST}


def test_what_it_holds_are_captures_of_dead_pages_and_of_where_they_led() -> None:
    led_to = {"http://drying-room.test/handbook/drying-herbs.html", "http://country-skills.test/garden/"}
    for url in {capture.url for capture in SITE.captures} - led_to:
        assert TRUTH.kind(url, turn=0) in DEAD_KINDS, url


@pytest.mark.parametrize("capture", [one for one in SITE.captures if one.status == 200], ids=lambda one: f"{one.url} {one.timestamp}")
def test_a_capture_is_replayed_as_it_was(capture: object) -> None:
    url, timestamp = capture.url, capture.timestamp  # type: ignore[attr-defined]
    answer = SITE.answer(f"/web/{timestamp}id_/{url}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer.body


def test_the_index_keeps_to_the_dialect() -> None:
    url = "http://statehort.test/factsheets/apple-pruning.html"
    assert [one.status for one in history(url).captures] == [404, 404, 404, 200]
    assert [one.status for one in history(url, status=200).captures] == [200]
    assert len(history(url).failures()) == 3
    assert history("http://never.test/").captures == ()
    assert SITE.answer("/cdx/search/cdx?url=http://never.test/&output=json").body == b"[]"


def test_a_redirect_leads_to_the_nearest_capture_inside_the_archive() -> None:
    first = SITE.answer("/web/20140120150000if_/http://drying-room.test/herbs/dry-and-store.html")
    assert first.status == 301
    second = SITE.answer(first.headers["Location"])
    assert second.headers["Location"] == "/web/20140121150000if_/http://drying-room.test/handbook/drying-herbs.html"
    assert SITE.answer(second.headers["Location"]).status == 200


def test_what_is_not_archived_is_not_found() -> None:
    assert SITE.answer("/web/20140120150000id_/http://never.test/") is NOT_ARCHIVED
    assert SITE.answer("/") is NOT_ARCHIVED


def test_some_good_captures_are_none() -> None:
    lost = {one.url for one in SITE.captures if one.status == 200 and read_captured(one.body().decode(), url=one.url).lost}
    assert lost == {
        "http://aphid-info.test/herbs.html",
        "http://basilbook.test/grow-from-seed.html",
        "http://herb-companions.test/chart.html",
    }
