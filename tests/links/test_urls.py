"""links/urls.py: one spelling for every URL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospector.links.urls import fragment_of, host_of, normalise

PAGE = "http://www.example.org/garden/links.html?lang=en#top"


@pytest.mark.parametrize(
    ("written", "asked_for"),
    [
        ("http://example.org", "http://example.org/"),
        ("HTTP://Example.ORG/Path", "http://example.org/Path"),
        ("  http://example.org/a\n", "http://example.org/a"),
        ("http://exa\nmple.org/a\tb", "http://example.org/ab"),
        ("http://example.org:80/", "http://example.org/"),
        ("https://example.org:443/", "https://example.org/"),
        ("http://example.org:0080/", "http://example.org/"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("http://example.org:/", "http://example.org/"),
        ("http://example.org/a#part", "http://example.org/a"),
        ("http://example.org/a/../b/./c", "http://example.org/b/c"),
        ("http://example.org/a/%2E%2e/b", "http://example.org/b"),
        ("http://example.org/../../x", "http://example.org/x"),
        ("http://example.org/a/..", "http://example.org/"),
        ("http://example.org/a/b/", "http://example.org/a/b/"),
        ("http://example.org//double//slash", "http://example.org//double//slash"),
        ("http://example.org/%7Eann/caf%C3%A9", "http://example.org/%7Eann/caf%C3%A9"),
        ("http://example.org/café menu", "http://example.org/caf%C3%A9%20menu"),
        ("http://example.org/100%", "http://example.org/100%"),
        ("http://example.org/?q=a+b&c=[1]&url=http://x/?y", "http://example.org/?q=a+b&c=[1]&url=http://x/?y"),
        ("http://example.org?q=1", "http://example.org/?q=1"),
        ("http://example.org\\back\\slash", "http://example.org/back/slash"),
        ("http:example.org/x", "http://example.org/x"),
        ("https:///example.org/x", "https://example.org/x"),
        ("http://user:secret@example.org/", "http://example.org/"),
        ("http://straße.de/", "http://xn--strae-oqa.de/"),
        ("http://президент.рф/", "http://xn--d1abbgf6aiiy.xn--p1ai/"),
        ("http://例え。jp/", "http://xn--r8jz45g.jp/"),
        ("http://I❤.ws/", "http://xn--i-7iq.ws/"),
        ("http://my_host.example.org/", "http://my_host.example.org/"),
        ("http://%65xample.org/", "http://example.org/"),
        ("http://192.0.2.7:8080/x", "http://192.0.2.7:8080/x"),
        ("http://[2001:DB8:0::1]/", "http://[2001:db8::1]/"),
        ("http://localhost/x", "http://localhost/x"),
    ],
)
def test_an_address_is_spelt_as_a_browser_would_ask_for_it(written: str, asked_for: str) -> None:
    assert normalise(written) == asked_for


@pytest.mark.parametrize(
    "written",
    [
        "",
        "#top",
        "relative.html",
        "//example.org/",
        "javascript:void(0)",
        "data:text/html,<a href=http://x.org>",
        "mailto:ann@example.org",
        "ftp://example.org/file",
        "http://",
        "http:///",
        "http://[h/",
        "http://[::1",
        "http://[::1]x/",
        "http://[fe80::1%eth0]/",
        "http://example.org:port/",
        "http://example.org:99999/",
        "http://example.org:8٠/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://256.1.1.1/",
        "http://a b.org/",
        "http://a%00b.org/",
        "http://a<b>.org/",
        "http://./",
        "http://" + "a." * 200 + "org/",
        "http://\ud800.org/",
    ],
)
def test_what_cannot_be_asked_for_is_no_address(written: str) -> None:
    assert normalise(written) is None


@pytest.mark.parametrize(
    ("written", "asked_for"),
    [
        ("tools.html", "http://www.example.org/garden/tools.html"),
        ("../soil/", "http://www.example.org/soil/"),
        ("/a", "http://www.example.org/a"),
        ("//cdn.example.net/x", "http://cdn.example.net/x"),
        ("\\\\cdn.example.net\\x", "http://cdn.example.net/x"),
        ("?lang=de", "http://www.example.org/garden/links.html?lang=de"),
        ("", "http://www.example.org/garden/links.html?lang=en"),
        ("#x", "http://www.example.org/garden/links.html?lang=en"),
        ("http:tools.html", "http://www.example.org/garden/tools.html"),
        ("https:tools.html", "https://tools.html/"),
        ("www.example.com/x", "http://www.example.org/garden/www.example.com/x"),
    ],
)
def test_a_relative_reference_is_resolved_against_its_page(written: str, asked_for: str) -> None:
    assert normalise(written, PAGE) == asked_for


def test_a_base_that_is_no_address_leaves_absolute_links_alone() -> None:
    assert normalise("http://example.org/", "not a base") == "http://example.org/"
    assert normalise("x.html", "not a base") is None


def test_fragment_and_host_can_be_asked_for() -> None:
    assert fragment_of(" http://example.org/a#b#c ") == "b#c"
    assert fragment_of("http://example.org/a") == ""
    assert host_of("https://WWW.Example.org:8443/x") == "www.example.org"
    assert host_of("http://[2001:db8::1]:80/") == "2001:db8::1"
    assert host_of("mailto:ann@example.org") == ""


PIECES = st.sampled_from(
    [
        *("http:", "https:", "HTTP:", "/", "//", "\\", ".", "..", "%2e", "%", "%41", "%zz", "?", "#", "@", ":", ":80", "[", "]", "[::1]"),
        *(
            "a",
            "B",
            "ä",
            "例",
            "❤",
            "_",
            "-",
            "xn--",
            "1",
            "0x1",
            " ",
            "\t",
            "\0",
            "\ud800",
            "&",
            "=",
            "'",
            '"',
            "|",
            "{",
            "}",
            "^",
            "`",
            "。",
            "，",
        ),
    ]
)
ADDRESSES = st.one_of(
    st.text(), st.lists(PIECES, max_size=14).map("".join), st.lists(PIECES, max_size=10).map(lambda parts: "http://ex.org" + "".join(parts))
)


@given(ADDRESSES, st.one_of(st.just(PAGE), st.just(""), ADDRESSES))
def test_normalising_never_raises_and_twice_is_once(written: str, base: str) -> None:
    once = normalise(written, base)
    if once is not None:
        assert once.startswith(("http://", "https://"))
        assert once.isascii()
        assert "#" not in once
        assert normalise(once) == once
        assert host_of(once)
