"""What is read of a body."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospector.verdicts.reading import read_body
from prospector.verdicts.suspects import expected_words, shingles, similarity
from tests.growth import assert_grows_with_its_input
from tests.verdicts.world import HOME, PROSE, page, sample


def test_title_headings_canonical_robots_and_refresh_are_read() -> None:
    head = (
        '<link rel="canonical" href="/garden/"><meta name="robots" content="NOINDEX, follow">'
        '<meta http-equiv="Refresh" content="0; url=../new.html">'
    )
    body = sample(page("Garden  of\n herbs", head=head) + "<h2>Beds</h2>")
    assert body.title == "Garden of herbs"
    assert body.headings == ("Garden of herbs", "Beds")
    assert body.canonical == "https://lake.example/garden/"
    assert body.robots == "noindex, follow"
    assert body.refresh == "https://lake.example/new.html"


def test_a_page_that_reloads_itself_sends_nobody_on() -> None:
    assert sample(page("News", head='<meta http-equiv="refresh" content="5">')).refresh == ""
    assert sample(page("News", head='<meta http-equiv="refresh" content="300; url=/other">')).refresh == ""


def test_the_title_of_a_picture_is_not_the_title_of_the_page() -> None:
    assert sample("<body><svg><title>Close</title></svg><h1>Herbs</h1></body>").title == ""


def test_scripts_and_styles_are_no_text() -> None:
    body = sample("<body><script>var page = 'not found'</script><style>p{}</style><noscript>Turn it on</noscript><p>Herbs</p></body>")
    assert body.text_length == len("Herbs")


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("planting", "Companion plantings for beginners"),
        ("uber", "Alles über Kräuter"),
        ("library", "Our libraries"),
        ("图书", "清华大学图书馆"),
    ],
)
def test_a_word_is_found_whatever_its_ending_or_accents(word: str, text: str) -> None:
    assert sample(page("x", text), expected=(word,)).words_present is True


def test_an_error_page_that_repeats_the_address_does_not_hold_the_words_of_it() -> None:
    text = "The address /garden/herb-beds.html leads nowhere. " + PROSE
    assert sample(page("Sorry", text), "https://lake.example/garden/herb-beds.html", expected=("herb", "beds")).words_present is False


def test_nothing_expected_is_neither_present_nor_absent() -> None:
    assert sample(page("x")).words_present is None


def test_what_is_no_web_page_is_content() -> None:
    body = read_body(
        "%PDF-1.7 not found",
        url="https://lake.example/a.pdf",
        content_type="text/html",
        sha256="1",
        size=9,
        complete=True,
        expected=("herbs",),
    )
    assert body.content_type == "application/pdf"
    assert body.signs == ()
    assert body.words_present is None


def test_evidence_is_kept_of_suspects_only() -> None:
    assert sample(HOME, close=True).shingles
    assert sample(HOME, close=True).html == HOME
    assert sample(HOME, close=False).shingles is None
    assert sample(HOME, close=False).html is None


def test_a_long_error_page_is_read_through_where_the_status_says_error() -> None:
    html = page("Catalogue", PROSE * 40, head="<script>window._cf_chl_opt={}</script>")
    assert "cloudflare-challenge" not in sample(html, close=False).signs
    read = read_body(
        html, url="https://lake.example/", content_type="text/html", sha256="1", size=9, complete=True, expected=(), status=404
    )
    assert "cloudflare-challenge" in read.signs


@pytest.mark.parametrize("tag", ["<div>", "<b>", "<table>", "<ul><li>", "<a href=x>", "<!--", "<svg>", "<template>"])
def test_a_hostile_tree_costs_no_time(tag: str) -> None:
    assert_grows_with_its_input(sample, lambda size: tag * (size // len(tag)), 250_000)


@given(st.text(max_size=400), st.text(max_size=60))
def test_no_text_makes_reading_fail(html: str, url: str) -> None:
    body = read_body(html, url=url, content_type="", sha256="", size=len(html), complete=True, expected=("herbs",), close=True)
    assert body.text_length <= len(html)
    assert body.words_present in {True, False, None}
    assert all(sign.strip() for sign in body.signs)


# -- shingles ---------------------------------------------------------------------------------------------------------


def test_a_page_is_like_itself_and_unlike_another() -> None:
    assert similarity(shingles(PROSE), shingles(PROSE)) == 1.0
    assert similarity(shingles(PROSE), shingles("Opening hours and a map of the harbour for visitors")) == 0.0


def test_very_short_texts_compare_whole_and_empty_ones_not_at_all() -> None:
    assert similarity(shingles("Not found"), shingles("not found")) == 1.0
    assert similarity(shingles("Not found"), shingles("Not here")) == 0.0
    assert similarity(shingles(""), shingles("")) == 0.0


def test_request_ids_and_time_stamps_make_no_difference() -> None:
    one, other = (shingles(f"{PROSE} Request 7f3a90b2c{n} at 20260302T09000{n}Z") for n in (1, 2))
    assert similarity(one, other) == 1.0


def test_scripts_without_spaces_have_words_too() -> None:
    assert len(shingles("没有找到您要的页面请返回首页")) > 5


# -- the words a link leads to expect ---------------------------------------------------------------------------------


def test_anchor_words_come_first_then_the_slug_without_common_words() -> None:
    assert expected_words("https://lake.example/docs/herb-garden-guide.html", ["Read more about companion planting"]) == (
        "companion",
        "planting",
        "herb",
        "garden",
    )


def test_the_name_of_the_host_is_not_expected_it_stands_on_every_page_of_it() -> None:
    assert expected_words("https://www.herbgarden.example/", ["Herb Garden Society: www.herbgarden.example"]) == ("society",)


@pytest.mark.parametrize(
    "url", ["https://lake.example/4f9a0c/", "https://lake.example/2014/05/", "https://lake.example/index.html", "http://[bad/", ""]
)
def test_ids_dates_and_index_pages_lead_to_expect_nothing(url: str) -> None:
    assert expected_words(url, ["click here"]) == ()


def test_the_slug_of_an_index_page_is_its_folder() -> None:
    assert expected_words("https://lake.example/diabetes/index.html", []) == ("diabetes",)


def test_words_of_a_query_count() -> None:
    assert expected_words("https://lake.example/page.php?title=Herb_spiral&lang=en", []) == ("herb", "spiral")
