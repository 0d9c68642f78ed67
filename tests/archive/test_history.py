"""What all captures of a page say together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from prospector.archive.cdx import Capture
from prospector.archive.history import MOST_FAILURES, MOST_READ, History

START = datetime(2010, 1, 1, tzinfo=UTC)


def capture(days: int, status: int | None = 200, *, mime: str = "text/html", digest: str = "") -> Capture:
    return Capture(captured_at=START + timedelta(days=days), url="http://a.test/", status=status, mime=mime, digest=digest or str(days))


def at(*days: int) -> tuple[datetime, ...]:
    return tuple(START + timedelta(days=day) for day in days)


def test_failures_count_from_the_last_sign_of_life() -> None:
    history = History.of([capture(0, 404), capture(100), capture(200, 404), capture(300, 410)])
    assert history.failures() == at(200, 300)


def test_a_redirect_is_neither_life_nor_failure() -> None:
    assert History.of([capture(0), capture(100, 404), capture(200, 301), capture(300, 404)]).failures() == at(100, 300)


def test_an_unexplained_revisit_is_a_sign_of_life() -> None:
    assert History.of([capture(0, 404), capture(100, None, digest="?"), capture(200, 404)]).failures() == at(200)


def test_a_revisit_is_what_the_capture_with_its_digest_was() -> None:
    history = History.of(
        [capture(0, 404, digest="X"), capture(100, None, digest="X"), capture(200, digest="Y"), capture(300, None, digest="Y")]
    )
    assert [one.status for one in history.captures] == [200, 200, 404, 404]
    assert History.of([capture(0, 404, digest="X"), capture(100, None, digest="X")]).failures() == at(0, 100)


def test_an_error_page_seen_to_be_one_is_no_sign_of_life_under_any_date() -> None:
    lost = capture(100, digest="LOST")
    history = History.of([capture(0, 404), lost, capture(150, digest="LOST"), capture(200, 404)])
    assert history.failures(lost=[lost]) == at(0, 200)


def test_a_page_asked_for_every_hour_failed_once_a_week() -> None:
    history = History.of([capture(day, 404) for day in range(14)])
    assert history.failures() == at(0, 7)
    assert len(History.of([capture(7 * week, 404) for week in range(500)]).failures()) == MOST_FAILURES


def test_the_newest_is_read_first_and_then_what_is_likely_to_differ() -> None:
    daily = [capture(day, digest="PARKED") for day in range(1000, 1010)]
    history = History.of([capture(0), capture(10), capture(500), *daily, capture(1011, digest="SALE"), capture(1012, mime="image/png")])
    assert [one.captured_at for one in history.to_read()] == list(at(1011, 500, 10, 1009))
    assert len(History.of([capture(200 * n) for n in range(50)]).to_read()) == MOST_READ


def test_documents_are_no_pages() -> None:
    history = History.of(
        [capture(0, mime="application/pdf"), capture(1, mime="application/xhtml+xml"), capture(2, 404, mime="application/pdf")]
    )
    assert [one.captured_at for one in history.not_pages()] == list(at(0))
    assert [one.captured_at for one in history.to_read()] == list(at(1))
