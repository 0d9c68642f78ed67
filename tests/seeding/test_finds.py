"""What people bring back from a search: addresses in any wrapping, each with what becomes of it."""

from __future__ import annotations

import pytest

from prospector.seeding.finds import BROKEN, NO_ADDRESS, OF_AN_ENGINE, Fate, Known, addresses_in, passed_over, results_in, sorted_out

A, B = "https://a.example/links.html", "http://b.example/resources/?page=2"
BROUGHT = {
    "pasted": f"See {A}, and ({B}).\n".encode(),
    "results": (
        b'<!doctype html><a href="/url?q=https://a.example/links.html&amp;sa=U">A</a><a href="//duckduckgo.com/l/?uddg='
        b'http%3A%2F%2Fb.example%2Fresources%2F%3Fpage%3D2">B</a><a href="https://www.google.com/preferences">Settings</a>'
    ),
    "bookmarks": f'<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p><DT><A HREF="{A}" ADD_DATE="1">A</A><DT><A HREF="{B}">B</A></DL>'.encode(),
    "opml": f'<?xml version="1.0"?><opml version="2.0"><body><outline text="a" xmlUrl="https://feed.example/a.xml" htmlUrl="{A}"/><outline url="{B}"/></body></opml>'.encode(),
    "sitemap": (
        f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{A}</loc></url><url><loc>{B}</loc></url></urlset>'
    ).encode(),
    "table": f"title;url\r\nA;{A}\r\nB;{B}\r\n".encode("utf-16"),
    "searxng": f'{{"query": "x", "results": [{{"url": "{A}", "title": "A"}}, {{"url": "{B}"}}, {{"title": "none"}}]}}'.encode(),
    "brave": f'{{"web": {{"results": [{{"url": "{A}"}}, {{"url": "{B}"}}]}}}}'.encode(),
}


@pytest.mark.parametrize("kind", BROUGHT)
def test_the_addresses_are_found_in_whatever_was_brought(kind: str) -> None:
    assert addresses_in(BROUGHT[kind]) == [A, B]


def test_of_pasted_text_it_is_told_what_is_no_seed_and_of_a_saved_page_nothing() -> None:
    pasted = f"# mine\ngarden.example/links\n{A}\n\nhttps://www.google.com/search?q=a\nhello\nhttps://[::1/\n".encode()
    assert addresses_in(pasted) == [A]
    assert passed_over(pasted) == {
        NO_ADDRESS: ["garden.example/links", "hello"],
        OF_AN_ENGINE: ["https://www.google.com/search?q=a"],
        BROKEN: ["https://[::1/"],
    }
    assert passed_over(b'<a href="https://www.google.com/preferences">Settings</a> hello') == {}


@pytest.mark.parametrize("data", [b"", b"nothing here", b"{broken", b"<html></html>", b"\xff\xfe\x00", b"[1, 2]"])
def test_where_there_is_none_none_is_found(data: bytes) -> None:
    assert addresses_in(data) == []


@pytest.mark.parametrize("answer", ["", "<html>", '{"error": "no"}', "[" * 100_000])
def test_an_answer_without_results_is_told_from_one_with_none(answer: str) -> None:
    with pytest.raises(ValueError, match="no list of results"):
        results_in(answer)
    assert results_in('{"results": []}') == []


def test_each_address_is_told_apart() -> None:
    known = Known(
        seeds=frozenset({"https://seed.example/"}),
        own_sites=frozenset({"mine.example"}),
        ignored=lambda url: "ignored" in url,
        suppressed=lambda url: "asked" in url,
        seen=lambda url: "seen" in url,
    )
    brought = [A, A, "https://seed.example/", "https://www.mine.example/x", "https://ignored.example/", "https://asked.example/"]
    fates = [fate for _, fate in sorted_out([*brought, "https://seen.example/"], known)]
    assert fates == [Fate.NEW, Fate.TWICE, Fate.SEED, Fate.OWN, Fate.IGNORED, Fate.SUPPRESSED, Fate.SEEN]
