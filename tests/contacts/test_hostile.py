"""No page makes the contact finder raise or stall."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prospector.contacts.find import contact_page_urls, contacts_on
from prospector.contacts.words import words
from prospector.items import InternalLink
from tests.growth import assert_grows_with_its_input

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
    ("size", "make"),
    [
        (50_000, lambda size: "<div>" * size + "a@b.org"),
        (20_000, lambda size: "<ul><li>" * size + "a@b.org"),
        (40, lambda size: "<p>" + ("x" * 9_000 + "<a></a>" * 200) * size),
        (300_000, lambda size: "<p>" + "a@" * size),
        (60_000, lambda size: "<p>" + "a [at] " * size),
        (60_000, lambda size: "<p>" + "a at b dot " * size),
        (5_000, lambda size: "<script>mail('a','b.org')</script>" * size),
        (20_000, lambda size: "<a " + " ".join(f'data-mail{n}="abcdefgh"' for n in range(size)) + ">"),
        (5_000, lambda size: "".join(f"<a href='mailto:p{n}@x{n}.org'>p</a>" for n in range(size))),
        (100_000, lambda size: "<script type='application/ld+json'>" + "[" * size + "</script>"),
    ],
    ids=["nested", "items", "links", "signs", "brackets", "words", "scripts", "attributes", "mailtos", "json"],
)
def test_a_page_made_to_stall_a_reader_does_not(size: int, make: Callable[[int], str]) -> None:
    assert_grows_with_its_input(lambda html: contacts_on(html, url="https://b.org/contact", now=NOW), make, size)


def test_no_word_stands_for_two_roles_by_itself() -> None:
    seen: dict[str, str] = {}
    for role in words().roles:
        for local in role.locals:
            assert seen.setdefault(local, role.name) == role.name, local
