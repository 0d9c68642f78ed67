"""No page makes the contact finder raise or stall."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prospector.contacts.find import contact_page_urls, contacts_on
from prospector.contacts.words import words
from prospector.items import InternalLink

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
PIECES = st.sampled_from(
    [
        "<a href='mailto:",
        "a@b.org",
        "%40",
        "'>",
        "</a>",
        "<div class='comment'>",
        "</div>",
        "<script>mail('a','b.org')",
        "</script>",
        "<a data-cfemail='",
        "5a3b",
        "[at]",
        "(dot)",
        "\ud800",
        "\x00",
        "<form>",
        "<textarea>",
        "<tr><td>",
        "<li>",
        "&#64;",
        "<script type='application/ld+json'>",
        '{"email": [',
        '"a@b.org"',
        "]}",
        "<link rev=made href='",
        "http://[",
        "http://a:b/",
        "javascript:",
        "<pre>",
        "<footer>",
        "\u202e",
        " at ",
        "<iframe src='",
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=40), st.sampled_from(["https://b.org/contact", "http://[", "", "https://b.org/~x/"]))
def test_no_page_raises(pieces: list[str], url: str) -> None:
    for contact in contacts_on("".join(pieces), url=url, now=NOW):
        assert contact.reason
        assert "\n" not in contact.value


@settings(deadline=None)
@given(
    st.lists(st.text(max_size=30) | st.sampled_from(["http://[", "https://b.org/contact", "javascript:x"]), max_size=8),
    st.text(max_size=60),
)
def test_no_link_raises(urls: list[str], anchor: str) -> None:
    assert len(contact_page_urls([InternalLink(url=url, anchor=anchor) for url in urls], url="https://b.org/links")) <= 4


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 50_000 + "a@b.org",
        "<ul><li>" * 20_000 + "a@b.org",
        "<p>" + ("x" * 9_000 + "<a></a>" * 200) * 40,
        "<p>" + "a@" * 300_000,
        "<p>" + "a [at] " * 60_000,
        "<p>" + "a at b dot " * 60_000,
        "<script>mail('a','b.org')</script>" * 5_000,
        "<a " + " ".join(f'data-mail{n}="abcdefgh"' for n in range(20_000)) + ">",
        "".join(f"<a href='mailto:p{n}@x{n}.org'>p</a>" for n in range(5_000)),
        "<script type='application/ld+json'>" + "[" * 100_000 + "</script>",
    ],
    ids=["nested", "items", "links", "signs", "brackets", "words", "scripts", "attributes", "mailtos", "json"],
)
def test_a_page_made_to_stall_a_reader_does_not(html: str) -> None:
    began = time.perf_counter()
    contacts_on(html, url="https://b.org/contact", now=NOW)
    assert time.perf_counter() - began < 10


def test_no_word_stands_for_two_roles_by_itself() -> None:
    seen: dict[str, str] = {}
    for role in words().roles:
        for local in role.locals:
            assert seen.setdefault(local, role.name) == role.name, local
