"""links/charset.py: bytes → text."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospector.links.charset import decode

RUSSIAN = "<p>Ссылки на полезные сайты о садоводстве: семена, почва, полив и уход за растениями круглый год.</p>"
CZECH = (
    "<p>Užitečné odkazy pro zahrádkáře: příručky, řasy, žížaly a všechno, co s půdou souvisí. Prosím, napište nám, když něco nefunguje.</p>"
)
JAPANESE = "<p>園芸に関するリンク集です。種子や土、水やりなど、役に立つページを集めました。</p>"
META = '<meta charset="{}">'


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (codecs.BOM_UTF8 + "é".encode(), "text/html; charset=iso-8859-1", "é"),
        (codecs.BOM_UTF16_LE + "é".encode("utf-16-le"), "text/html", "é"),
        (codecs.BOM_UTF16_BE + "é".encode("utf-16-be"), "text/html; charset=utf-8", "é"),
        ("<p>plain text of a page</p>".encode("utf-16-le"), "text/html", "<p>plain text of a page</p>"),
        (RUSSIAN.encode("koi8-r"), "text/html; charset=koi8-r", RUSSIAN),
        (RUSSIAN.encode("cp1251"), 'text/html; charset="windows-1251"', RUSSIAN),
        ("“quoted”".encode("cp1252"), "text/html; charset=ISO-8859-1", "“quoted”"),
        (JAPANESE.encode("euc-jp"), "text/html; charset=EUC-JP", JAPANESE),
        (JAPANESE.encode("utf-8"), "text/html", JAPANESE),
        ("naïve café".encode(), "text/html; charset=iso-8859-1", "naïve café"),
        ("naïve café".encode("latin-1"), "text/html; charset=iso-8859-1", "naïve café"),
        (b"abc", "text/html; charset=no-such-thing", "abc"),
        (b"", "", ""),
    ],
)
def test_a_body_is_read_as_it_was_meant(body: bytes, content_type: str, text: str) -> None:
    assert decode(body, content_type) == text


@pytest.mark.parametrize(("encoding", "text"), [("windows-1250", CZECH), ("koi8-r", RUSSIAN), ("shift_jis", JAPANESE)])
def test_the_meta_element_tells_the_encoding(encoding: str, text: str) -> None:
    page = META.format(encoding) + text
    assert decode(page.encode(encoding), "text/html") == page


@pytest.mark.parametrize(("encoding", "text"), [("cp1251", RUSSIAN), ("shift_jis", JAPANESE)])
def test_an_undeclared_encoding_is_recognised(encoding: str, text: str) -> None:
    assert decode((text * 5).encode(encoding), "text/html") == text * 5


def test_a_page_that_wrongly_says_utf_8_is_recognised() -> None:
    assert decode((META.format("utf-8") + RUSSIAN * 5).encode("cp1251"), "text/html; charset=utf-8").endswith(RUSSIAN)


def test_one_bad_byte_in_utf_8_stays_one_bad_byte() -> None:
    assert decode("größer".encode() + b"\xff" + "schön".encode(), "text/html; charset=utf-8") == "größer\ufffdschön"


def test_a_body_cut_inside_a_character_is_still_utf_8() -> None:
    assert decode(RUSSIAN.encode()[:-6], "text/html; charset=utf-8").startswith("<p>Ссылки")


@given(st.binary(max_size=400), st.text(max_size=40))
def test_decoding_never_raises(body: bytes, content_type: str) -> None:
    assert isinstance(decode(body, content_type), str)


@given(
    st.binary(max_size=60),
    st.sampled_from(["utf-16", "utf-7", "idna", "punycode", "hz", "iso-2022-jp", "base64", "rot13", "utf-32", "big5", "x-user-defined"]),
)
def test_no_codec_raises(body: bytes, codec: str) -> None:
    assert isinstance(decode(body, f"text/html; charset={codec}"), str)
    assert isinstance(decode(META.format(codec).encode() + body, ""), str)
