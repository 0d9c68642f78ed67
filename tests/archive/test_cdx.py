"""The index in both dialects: what is asked, what is read, and what is no answer at all."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospector.archive.cdx import Archive, Capture, Dialect, NotAnIndexError, captures_query, read_captures
from prospector.archive.replay import following_address, page_address, raw_address, shown_at

NAMES = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
PYWB = Archive(cdx="http://archive.test/coll/cdx", replay="http://archive.test/coll/", dialect=Dialect.PYWB)


def wayback(*rows: list[str | None]) -> bytes:
    return json.dumps([NAMES, *rows]).encode()


def test_the_newest_captures_are_asked_for_in_each_dialect() -> None:
    url = "http://a.test/x?y=1&z=ü#"
    for archive, expected in ((Archive(), {"limit": ["-300"]}), (PYWB, {"limit": ["300"], "sort": ["reverse"]})):
        asked = parse_qs(urlsplit(captures_query(archive, url)).query)
        assert asked["url"] == [url]
        assert {name: asked[name] for name in expected} == expected
        assert "filter" not in asked


def test_one_status_alone_is_asked_for_as_each_dialect_wants_it() -> None:
    assert parse_qs(urlsplit(captures_query(Archive(), "http://a.test/", status=200)).query)["filter"] == ["statuscode:200"]
    assert parse_qs(urlsplit(captures_query(PYWB, "http://a.test/", status=200)).query)["filter"] == ["~status:200"]


def test_a_wayback_answer_is_read_newest_first() -> None:
    captures = read_captures(
        wayback(
            ["test,a)/", "20100203040506", "http://a.test:80/", "text/html", "200", "AAA", "1"],
            ["test,a)/", "20110203040506", "http://www.a.test/", "warc/revisit", "-", "AAA", "1"],
        ),
        Dialect.WAYBACK,
    )
    assert captures == (
        Capture(
            captured_at=datetime(2011, 2, 3, 4, 5, 6, tzinfo=UTC), url="http://www.a.test/", status=None, mime="warc/revisit", digest="AAA"
        ),
        Capture(captured_at=datetime(2010, 2, 3, 4, 5, 6, tzinfo=UTC), url="http://a.test/", status=200, mime="text/html", digest="AAA"),
    )


def test_a_pywb_answer_is_the_same_in_other_words() -> None:
    line = {
        "timestamp": "20100203040506",
        "url": "http://a.test/",
        "mime": "text/html",
        "status": "200",
        "digest": "sha1:AAA",
        "offset": "7",
    }
    (capture,) = read_captures(f"{json.dumps(line)}\n\n".encode(), Dialect.PYWB)
    assert capture == Capture(
        captured_at=datetime(2010, 2, 3, 4, 5, 6, tzinfo=UTC), url="http://a.test/", status=200, mime="text/html", digest="AAA"
    )


@pytest.mark.parametrize(
    ("body", "dialect"), [(b"[]", Dialect.WAYBACK), (b"[]\n", Dialect.WAYBACK), (b"", Dialect.PYWB), (b"\n", Dialect.PYWB)]
)
def test_no_captures_is_an_answer(body: bytes, dialect: Dialect) -> None:
    assert read_captures(body, dialect) == ()


def test_rows_that_make_no_sense_are_left_out_and_the_others_kept() -> None:
    body = wayback(
        ["k", "20100203", "http://a.test/", "text/html", "200", "A", "1"],
        ["k", "20101303040506", "http://a.test/", "text/html", "200", "A", "1"],
        ["k", "20100203040506", "javascript:alert(1)", "text/html", "200", "A", "1"],
        ["k", "20100203040506"],
        [None, None, None],
        ["k", "20100203040506", "http://a.test/", "text/html", "9999", "A", "1"],
    )
    (capture,) = read_captures(body, Dialect.WAYBACK)
    assert capture.status is None


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize(
    "body", [b"<html>", b"null", b"7", b'"x"', b'{"message": "no"}', b"[[1, 2], [3]]", b"[{}]", b"\xff", b"[" * 50_000]
)
def test_what_is_no_index_is_told_from_an_empty_one(body: bytes, dialect: Dialect) -> None:
    with pytest.raises(NotAnIndexError):
        read_captures(body, dialect)


@given(st.binary(max_size=300), st.sampled_from(Dialect))
def test_nothing_else_comes_of_any_bytes(body: bytes, dialect: Dialect) -> None:
    with suppress(NotAnIndexError):
        assert isinstance(read_captures(body, dialect), tuple)


def test_a_capture_has_an_address_for_people_one_for_its_bytes_and_one_to_follow() -> None:
    capture = Capture(captured_at=datetime(2010, 2, 3, 4, 5, 6, tzinfo=UTC), url="http://a.test/x?y=1")
    assert page_address(Archive(), capture) == "https://web.archive.org/web/20100203040506/http://a.test/x?y=1"
    assert raw_address(Archive(), capture) == "https://web.archive.org/web/20100203040506id_/http://a.test/x?y=1"
    for address in (page_address, raw_address, following_address):
        shown = shown_at(Archive(), address(Archive(), capture))
        assert shown is not None
        assert (shown.captured_at, shown.url) == (capture.captured_at, capture.url)


def test_an_archive_that_shows_the_nearest_capture_says_when_it_was_made() -> None:
    address = "https://web.archive.org/web/20100203040506if_/http://a.test/"
    shown = shown_at(Archive(), address, memento="Mon, 07 Mar 2011 00:00:00 GMT")
    assert shown is not None
    assert shown.captured_at == datetime(2011, 3, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "address",
    [
        "http://a.test/",
        "https://web.archive.org/",
        "https://web.archive.org/web/2010/http://a.test/",
        "https://web.archive.org/web/20100203040506/x",
    ],
)
def test_other_addresses_show_no_capture(address: str) -> None:
    assert shown_at(Archive(), address) is None
