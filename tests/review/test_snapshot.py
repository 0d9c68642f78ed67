"""A saved page as it is shown: nothing in it acts, and the right link is marked."""

from __future__ import annotations

import re

from prospector.links.extract import read_page
from prospector.review.snapshot import MARK, framed
from tests.review.desk_world import HOSTILE_HTML, MINT
from tests.store import builders as make

PAGE = "https://library.example.org/links"


def test_nothing_of_a_hostile_page_is_left_that_could_act() -> None:
    shown = framed(HOSTILE_HTML, None, base=PAGE)
    assert "BY" not in shown.replace("BYSTANDER", "")
    assert not re.search(r"<(script|iframe|object|embed|meta http|base|link|svg|form [^>]*action|img[^>]*src|video|audio|template)", shown)
    assert not re.search(r"\s(on\w+|href|src|srcset|style|action|ping|background|formaction|target)=", shown)
    assert "Growing mint" in shown
    assert "document.title" not in shown


def test_of_two_links_to_a_target_the_one_with_the_same_words_is_marked() -> None:
    html = f'<a href="{MINT}">Home</a> <a href="{MINT}">Growing <b>mint</b></a> <a href="/other">Growing mint</a>'
    shown = framed(html, make.link(MINT, anchor="Growing mint"), base=PAGE)
    assert f'<a id="{MARK}">Growing <b>mint</b></a>' in shown
    assert shown.count(f'id="{MARK}"') == 1


def test_a_relative_link_is_found_by_the_page_s_base() -> None:
    html = '<base href="https://gone.example.com/dir/"><p><a href="../mint">Mint</a>'
    assert f'<a id="{MARK}">Mint</a>' in framed(html, make.link(MINT, anchor="other words"), base=PAGE)


def test_a_page_s_own_ids_cannot_pose_as_the_mark() -> None:
    html = f'<p id="{MARK}">here</p><a href="{MINT}">Mint</a>'
    shown = framed(html, make.link(MINT, anchor="Mint"), base=PAGE)
    assert shown.count(f'id="{MARK}"') == 1
    assert f'<a id="{MARK}">Mint</a>' in shown


def test_every_link_that_extraction_finds_can_be_marked() -> None:
    html = f'<ul><li><a href="{MINT}#top">Mint</a><li><a href="https://x.example/a b"><img alt="A picture"></a><li><a href="//y.example">  two\n words </a></ul>'
    links = read_page(html, url=PAGE).links
    assert len(links) == 3
    for link in links:
        assert f'id="{MARK}"' in framed(html, link, base=PAGE), link


def test_a_page_of_which_nothing_was_kept_says_so() -> None:
    assert "Nothing of this page was kept" in framed(" ", None, base=PAGE)
