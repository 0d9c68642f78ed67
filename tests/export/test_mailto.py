"""mailto: links: what a mail program makes of one is the letter, to one recipient, and nothing else."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prospector.export.mail_text import clean_line, clean_text
from prospector.export.mailto import mailto


def test_spaces_and_lines_are_written_as_mail_programs_read_them() -> None:
    link = mailto("a.lind@library.example.org", "A dead link & more", "Dear A,\n\n1+1 links\n")
    assert link == "mailto:a.lind@library.example.org?subject=A%20dead%20link%20%26%20more&body=Dear%20A%2C%0D%0A%0D%0A1%2B1%20links%0D%0A"


def test_an_address_with_a_tag_and_a_name_with_umlauts_survive() -> None:
    link = mailto("ada+links@bücher.example", "Ü", "")
    assert link == "mailto:ada%2Blinks@xn--bcher-kva.example?subject=%C3%9C&body="


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "https://a.example/form",
        "a@b.example,c@d.example",
        "a@b.example?bcc=c@d.example",
        "a@b.example&cc=c@d.example",
        "Smith, Bob <b@b.example>",
        "a@b.example\r\nBcc: c@d.example",
        "a@b",
        "a@127.0.0.1",
        "ä@b.example",
        '"a b"@b.example',
        "a@-b.example",
        "a@b..example",
        "x" * 65 + "@b.example",
        "a@" + "b" * 64 + ".example",
    ],
)
def test_what_is_not_one_address_gets_no_link(recipient: str) -> None:
    assert mailto(recipient, "s", "b") is None


def test_a_letter_too_long_for_a_link_gets_none() -> None:
    assert mailto("a@b.example", "s", "x" * 1_900) is not None
    assert mailto("a@b.example", "s", "x" * 2_000) is None
    assert mailto("a@b.example", "s", "ü" * 400) is None
    assert mailto("a@b.example", "s", "x" * 10_000_000) is None


@settings(deadline=None)
@given(st.text(st.characters(codec=None, categories=None), max_size=120), st.text(st.characters(codec=None, categories=None), max_size=120))
def test_no_text_gets_out_of_its_place(subject: str, body: str) -> None:
    link = mailto("a@b.example", subject, body)
    if link is not None:
        parts = urlsplit(link)
        assert (parts.scheme, unquote(parts.path), parts.fragment) == ("mailto", "a@b.example", "")
        said = parse_qs(parts.query, keep_blank_values=True, strict_parsing=True)
        assert said == {"subject": [clean_line(subject)], "body": [clean_text(body).replace("\n", "\r\n")]}


@settings(deadline=None)
@given(st.text(st.characters(codec=None, categories=None)))
def test_clean_text_stays_clean_and_has_no_hidden_characters(text: str) -> None:
    clean = clean_text(text)
    assert clean_text(clean) == clean
    clean.encode("utf-8")
    assert not set(clean) & set("\r\0\u202e\u2066\u200e\u200f\ufeff\u2028\x85\x1b")
    assert "\n" not in clean_line(text)
    assert "=?" not in clean_line(text)
