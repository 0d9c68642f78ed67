"""What is kept of a captured page: its main text and no furniture, and what is no capture of the page at all."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from html import unescape
from pathlib import Path
from statistics import mean

import pytest

from prospector.archive.page import MAX_TEXT, read_captured
from prospector.links.extract import read_page

PAGES = sorted((Path(__file__).parent / "pages").glob("*.html"))
MAIN = re.compile(r"<!--main-->(.*)<!--/main-->", re.DOTALL)
URL = "http://a.test/garden/guide.html"


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def quality(text: str, html: str) -> tuple[float, float]:
    """Which share of the words found are main text, and which share of the main text was found."""
    main = MAIN.search(html)
    assert main is not None
    wanted, found = words(unescape(re.sub(r"<[^>]+>", " ", main[1]))), words(text)
    shared = (wanted & found).total()
    return shared / max(1, found.total()), shared / wanted.total()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_main_text_is_found_and_furniture_left_out(path: Path) -> None:
    html = path.read_text(encoding="utf-8")
    right, complete = quality(read_captured(html, url=URL).text, html)
    assert right >= 0.8
    assert complete >= 0.9


def test_the_extractor_is_worth_its_weight() -> None:
    pages = [path.read_text(encoding="utf-8") for path in PAGES]
    theirs = [quality(read_captured(html, url=URL).text, html) for html in pages]
    ours = [quality(read_page(html, url=URL).text, html) for html in pages]
    assert mean(right for right, _ in theirs) >= 0.94
    assert mean(complete for _, complete in theirs) >= 0.98
    assert mean(right for right, _ in theirs) >= mean(right for right, _ in ours) + 0.1


def test_title_and_headings_come_with_it() -> None:
    page = read_captured("<title>A  guide</title><h1>Guide\n to it</h1><h2>First</h2><p>" + "Words and more. " * 1000, url=URL)
    assert (page.title, page.headings) == ("A guide", ("Guide to it", "First"))
    assert len(page.text) == MAX_TEXT
    assert not page.lost


@pytest.mark.parametrize(
    ("html", "lost"),
    [
        ("<title>Page not found</title><h1>Page not found</h1>", "not found"),
        ("<title>Seite nicht gefunden</title><p>Leider.", "not found"),
        ("<title>Just a moment...</title><script>window._cf_chl_opt={}</script><p>Checking", "wall"),
        ("<title>guide.test is for sale</title><h1>This domain is for sale</h1><p>Buy this domain", "parked"),
    ],
)
def test_what_is_no_capture_of_the_page_is_said_to_be_none(html: str, lost: str) -> None:
    assert lost in read_captured(html, url=URL).lost


def test_a_page_that_speaks_of_missing_pages_is_one() -> None:
    text = "<title>How to write error pages</title><h1>Writing error pages</h1><p>Say that the page was not found, and where to go now."
    assert not read_captured(text, url=URL).lost


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<",
        "\x00" * 100,
        "\ud800<p>text",
        "<div>" * 30_000,
        "<b><i>" * 3000 + "<p>x" * 2000,
        "<!doctype html>" + "<table><tr><td>" * 5000,
    ],
)
def test_nothing_in_a_page_raises(html: str) -> None:
    assert read_captured(html, url=URL).text is not None


def test_the_extractor_is_imported_when_first_needed() -> None:
    code = "import sys, prospector.checking.archive_client, prospector.checking.moved_pages; print('trafilatura' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
