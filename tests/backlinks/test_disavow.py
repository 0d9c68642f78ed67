"""A disavow file: Google's format and limits, only what a person marked, never a site that is written to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from prospector.backlinks import disavow
from prospector.backlinks.disavow import DisavowError, disavowal, entry_of

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_what_was_marked_comes_below_the_old_file_whose_comments_stay() -> None:
    old = "\ufeff# asked twice, no answer\r\ndomain:Spam.example.com\r\n\r\nhttps://a.example.org/bad?x=1#top\r\n"
    made = disavowal(["https://b.example.net/page", "farm.example.net", "spam.example.com"], old=old, now=NOW)
    assert made.text == (
        "# asked twice, no answer\ndomain:spam.example.com\n\nhttps://a.example.org/bad?x=1\n"
        "# marked by a person, written 2026-11-20\ndomain:farm.example.net\nhttps://b.example.net/page\n"
    )
    assert (made.domains, made.urls, made.left_out) == (2, 2, ())
    assert disavowal(["farm.example.net"], old=made.text, now=NOW).text == made.text, "once more changes nothing"


def test_a_page_of_a_domain_that_is_there_needs_no_line() -> None:
    assert disavowal(["example.net", "https://www.example.net/page"], now=NOW).text.splitlines()[1:] == ["domain:example.net"]


@pytest.mark.parametrize(
    "marked",
    [
        "greenlist.example",
        "library.greenlist.example",
        "https://library.greenlist.example/links",
        "https://www.mine.example/",
        "domain:mine.example",
    ],
)
def test_your_own_sites_and_those_you_write_to_are_never_in_it(marked: str) -> None:
    protected = {"greenlist.example", "mine.example"}
    assert disavowal([marked], protected=protected, now=NOW).text == ""
    made = disavowal([], old=f"{marked}\n", protected=protected, now=NOW)
    assert made.text == ""
    (left,) = made.left_out
    assert left.line == 1
    assert "your own, or a site that you write to" in left.why


def test_a_site_that_is_a_path_protects_its_host_from_a_whole_domains_line_alone() -> None:
    protected = {"example.edu/~ann"}
    assert disavowal(["example.edu"], protected=protected, now=NOW).text == ""
    assert "~bob" in disavowal(["https://example.edu/~bob/list"], protected=protected, now=NOW).text


def test_what_is_marked_to_be_kept_leaves_the_old_file() -> None:
    made = disavowal([], kept=["good.example.org"], old="domain:good.example.org\ndomain:bad.example.org\n", now=NOW)
    assert made.text == "domain:bad.example.org\n"
    assert [one.why for one in made.left_out] == ["you marked it to be kept"]


def test_lines_of_the_old_file_that_mean_nothing_are_told_with_their_number() -> None:
    made = disavowal([], old="# fine\nnot a line\nhttps://a.example.org/x\n", now=NOW)
    assert [(one.line, one.what) for one in made.left_out] == [(2, "not a line")]


def test_names_and_addresses_are_told_apart() -> None:
    for text, line in {
        "domain:münchen.example": "domain:xn--mnchen-3ya.example",
        "Example.ORG": "domain:example.org",
        "https://example.org/ä": "https://example.org/%C3%A4",
    }.items():
        entry = entry_of(text)
        assert entry is not None
        assert entry.line == line
    for text in ("", "localhost", "domain:example.org/page", "ftp://example.org/", f"https://example.org/{'x' * 2048}"):
        assert entry_of(text) is None


def test_more_than_google_takes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [f"https://a{number}.example.org/{'x' * 40}" for number in range(disavow.MAX_LINES)]
    with pytest.raises(DisavowError, match="100,001 lines; Google takes 100,000"):
        disavowal(many, now=NOW)
    with pytest.raises(DisavowError, match="bytes; Google takes 2,097,152"):
        disavowal([f"{url}{'y' * 100}" for url in many[:20_000]], now=NOW)
    assert disavowal(many[:1000], now=NOW).urls == 1000
