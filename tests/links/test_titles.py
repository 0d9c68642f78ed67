"""A site's name is no part of what a page is about."""

from prospector.links.titles import without_site_name


def test_an_ending_that_most_titles_share_is_left_out() -> None:
    titles = [
        "Soil pH - Thyme & Tilth",
        "Worm bins - Thyme & Tilth",
        "Mint - a runaway - Thyme & Tilth",
        "About us",
        "Basil - Thyme & Tilth",
    ]
    assert without_site_name(titles) == ["Soil pH", "Worm bins", "Mint - a runaway", "About us", "Basil"]


def test_a_beginning_likewise() -> None:
    titles = ["Library | Seeds", "Library | Soil", "Library | Compost", "Library | Herbs"]
    assert without_site_name(titles) == ["Seeds", "Soil", "Compost", "Herbs"]


def test_an_ending_that_few_share_is_the_pages_own() -> None:
    titles = ["Compost - a guide", "Worms - a guide", "Soil", "Seeds", "Herbs", "Mint", "Basil", "Sage"]
    assert without_site_name(titles) == titles


def test_small_sites_and_odd_titles_are_left_alone() -> None:
    assert without_site_name(["A - B", "C - B"]) == ["A - B", "C - B"]
    assert without_site_name(["", " - ", "|", "- x", "x -", "a | | b"]) == ["", "-", "|", "- x", "x -", "a | | b"]


def test_a_hyphenated_word_is_no_separator() -> None:
    titles = ["No-dig beds", "No-dig soil", "No-dig herbs", "No-dig paths"]
    assert without_site_name(titles) == titles
