"""Which letter a page gets: its language and kind first, then a draw that never changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from prospector.outreach.choice import choose, follow_up, is_library
from prospector.outreach.templates import load_templates
from tests.outreach.letters import SHIPPED, Campaign, Letters

ALL = load_templates(SHIPPED)
PAGES = [f"https://site{number}.example/links" for number in range(2000)]
DRAWN = ["resource-page", "resource-page", "short", "short", "short", "short"]
LIBRARY = "https://guides.library.example.edu/gardening"


def campaign(*letters: str, languages: tuple[str, ...] = (), language: str = "en") -> Campaign:
    return Campaign(templates=Letters(letters=letters), languages=languages, language=language)


def test_a_campaign_with_one_letter_writes_that_one() -> None:
    assert {choose(ALL, campaign(), page_url=page).id for page in PAGES[:50]} == {"resource-page"}


def test_the_same_page_always_gets_the_same_letter_on_every_machine() -> None:
    ours = campaign("resource-page", "short")
    assert [choose(ALL, ours, page_url=page).id for page in PAGES[:6]] == DRAWN


def test_letters_are_shared_out_by_their_weights() -> None:
    heavy = {**ALL, "short": replace(ALL["short"], weight=3)}
    drawn = Counter(choose(heavy, campaign("resource-page", "short"), page_url=page).id for page in PAGES)
    assert 0.70 < drawn["short"] / len(PAGES) < 0.80


def test_a_further_letter_takes_its_share_and_moves_no_other_page() -> None:
    before = {page: choose(ALL, campaign("resource-page", "short"), page_url=page).id for page in PAGES}
    after = {page: choose(ALL, campaign("resource-page", "short", "help"), page_url=page).id for page in PAGES}
    moved = {page for page in PAGES if before[page] != after[page]}
    assert {after[page] for page in moved} == {"help"}
    assert len(moved) < len(PAGES) / 2


@pytest.mark.parametrize(
    ("page_language", "languages", "letter"),
    [
        ("de", ("de",), "resource-page-de"),
        ("de-AT", ("de",), "resource-page-de"),
        ("de", (), "resource-page"),
        ("fr", ("de",), "resource-page"),
        ("", ("de",), "resource-page"),
    ],
)
def test_a_page_is_written_to_in_its_language_if_the_campaign_speaks_it(
    page_language: str, languages: tuple[str, ...], letter: str
) -> None:
    assert choose(ALL, campaign(languages=languages), page_url=PAGES[0], language=page_language).id == letter


def test_a_campaign_in_german_writes_german_letters_whatever_it_calls_them() -> None:
    assert choose(ALL, campaign("short", language="de"), page_url=PAGES[0]).id == "short-de"


@pytest.mark.parametrize(
    ("url", "title", "library"),
    [
        (LIBRARY, "", True),
        ("https://www.example.ac.uk/links", "", True),
        ("https://example.libguides.com/soil", "", True),
        ("https://ub.example.de/garten", "", True),
        ("https://town.example/library/gardening", "", True),
        ("https://town.example/links", "Gardening | Town Library", True),
        ("https://town.example/links", "Stadtbibliothek: Garten", True),
        ("https://clubs.example/links", "Gardening links", False),
        ("https://liberty.example/links", "", False),
        ("https://clubs.example/calibrary", "", False),
    ],
)
def test_libraries_and_universities_are_told_by_address_and_title(url: str, title: str, library: bool) -> None:  # noqa: FBT001  one of two kinds
    assert is_library(url, title) is library
    wanted = "librarian" if library else "resource-page"
    assert choose(ALL, campaign("resource-page", "librarian"), page_url=url, title=title).id == wanted


def test_a_library_gets_what_there_is_where_no_letter_is_for_libraries_and_the_other_way_round() -> None:
    assert choose(ALL, campaign("short"), page_url=LIBRARY).id == "short"
    assert choose(ALL, campaign("librarian"), page_url=PAGES[0]).id == "librarian"


def test_a_letter_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        choose(ALL, campaign("nothing"), page_url=PAGES[0])


@pytest.mark.parametrize(("first", "letter"), [("short", "follow-up"), ("librarian-de", "follow-up-de"), ("gone-since", "follow-up")])
def test_a_follow_up_is_in_the_language_of_the_first_letter(first: str, letter: str) -> None:
    second = follow_up(ALL, campaign(languages=("de",)), first=first, page_url=PAGES[0])
    assert second is not None
    assert second.id == letter
    assert follow_up({"short": ALL["short"]}, campaign(), first=first, page_url=PAGES[0]) is None
