"""Whether a page of the dead page's own site is its new home. The tests that must never fail are those in which nothing may be claimed."""

from __future__ import annotations

import pytest

from prospector.items import ArchivedCopy, OutboundLink, SitePage
from prospector.matching.moved import ACCEPTED, Candidate, FoundPages, NewHome, new_home, shortlist
from prospector.matching.topic import Sighting, Topic, topic_of

SITE = "http://mulch.test"
DEAD = f"{SITE}/papers/wood-chip-mulch.html"
TEXT = (
    "Ten years of trials with wood chip mulch on clay, loam, sand and chalk. Fresh chips on the surface took no measurable nitrogen from "
    "established shrubs. Dug in, they starved lettuces for two seasons. Soil under the mulch held a fifth more water in July than bare soil did."
)
OTHER = (
    "Straw under strawberries kept the fruit clean and brought more slugs in two of five wet summers. In dry summers there was no difference at "
    "all between the beds. Barley straw lasted for one season, wheat straw for two, and hay was full of seeds that nobody had asked for."
)


def page(path: str, title: str = "", *headings: str, text: str = "") -> SitePage:
    return SitePage(url=SITE + path, title=title, headings=headings, text=text)


def topic(anchor: str = "", *, url: str = DEAD, archived: ArchivedCopy | None = None) -> Topic:
    return topic_of(url, [Sighting(link=OutboundLink(target_url=url, anchor=anchor))], archived)


def copy(title: str = "Wood chip mulch: ten years of trials - Mulch Lab", text: str = TEXT) -> ArchivedCopy:
    return ArchivedCopy(target_url=DEAD, title=title, text=text)


def home(
    read: SitePage, *known: SitePage, archived: ArchivedCopy | None = None, anchor: str = "", url: str = DEAD, led_to: str = ""
) -> NewHome | None:
    """What comes of it when `read` is one of the pages known by address."""
    asked = topic(anchor, url=url, archived=archived)
    for candidate in shortlist(asked, FoundPages([SitePage(url=one.url) for one in (read, *known)]), led_to=led_to):
        if candidate.page.url == read.url:
            return new_home(asked, archived, candidate, read)
    return None


# -- what is believed --------------------------------------------------------------------------------------------------------


def test_the_same_name_in_another_folder_with_the_name_in_its_title() -> None:
    found = home(page("/research/wood-chip-mulch", "Wood chip mulch: ten years of trials"), page("/research/straw", "Straw"))
    assert found is not None
    assert found.url == f"{SITE}/research/wood-chip-mulch"
    assert found.confidence >= ACCEPTED
    assert [part.reason for part in found.reasons] == [
        "its address ends in the same words: wood chip mulch",
        "its title and headings have the words of the old address: wood chip mulch",
    ]


def test_the_archived_text_under_another_name() -> None:
    found = home(page("/research/wood-chips", "Chips", text=TEXT), archived=copy(title="Paper no. 7"))
    assert found is not None
    assert found.reasons[0].reason == "100% of the archived text stands in it"


def test_the_archived_title_and_the_words_of_the_link() -> None:
    read = page("/research/wood-chip-mulch-trials", "Wood chip mulch: ten years of trials", text=OTHER)
    others = [page(f"/research/{name}") for name in ("straw", "hay", "slate", "gravel")]
    assert home(read, *others, archived=copy(), anchor="Wood chip mulch") is not None


def test_one_word_with_the_title_when_the_folder_is_gone() -> None:
    old = f"{SITE}/papers/woodchips.html"
    read = page("/research/woodchips.html", "Wood chips: ten years of trials", text=TEXT)
    assert home(read, url=old, archived=copy(title="Wood chips: ten years of trials")) is not None


def test_where_the_archive_saw_a_redirect_lead() -> None:
    new = page("/library/no-7", "Wood chip mulch", text=TEXT)
    found = home(new, led_to=new.url)
    assert found is not None
    assert found.reasons[0].name == "archived redirect"


# -- what is not ---------------------------------------------------------------------------------------------------------------


def test_a_name_alone_is_not_enough() -> None:
    assert home(page("/shop/wood-chip-mulch", "Order by the cubic metre")) is None


def test_one_word_is_not_enough_even_with_link_and_title() -> None:
    assert home(page("/books/pottery", "Pottery"), page("/courses/weaving"), url=f"{SITE}/courses/pottery", anchor="Pottery") is None
    assert home(page("/books/pottery", "Pottery"), url=f"{SITE}/courses/pottery", anchor="Pottery") is None


def test_a_page_that_was_about_something_else_is_not_it() -> None:
    archived = copy(title="Annual report", text=OTHER)
    assert home(page("/research/wood-chip-mulch", "Wood chip mulch", text=TEXT), archived=archived, anchor="Wood chip mulch") is None


def test_two_pages_of_that_name_are_one_too_many() -> None:
    one, other = page("/en/gb/wood-chip-mulch", "Wood chip mulch"), page("/en/ie/wood-chip-mulch", "Wood chip mulch")
    assert home(one, other, anchor="Wood chip mulch") is None
    assert home(other, one, anchor="Wood chip mulch") is None


def test_of_two_pages_of_that_name_the_one_in_the_old_folders_is_meant() -> None:
    old = f"{SITE}/clay/papers/wood-chip-mulch.html"
    near, far = page("/clay/trials/wood-chip-mulch", "Wood chip mulch"), page("/shop/trials/wood-chip-mulch", "Wood chip mulch")
    assert home(near, far, url=old, anchor="Wood chip mulch") is not None
    assert home(far, near, url=old, anchor="Wood chip mulch") is None


@pytest.mark.parametrize("path", ["/tag/wood-chip-mulch", "/search/wood-chip-mulch", "/papers/wood-chip-mulch.html"])
def test_lists_of_pages_and_the_dead_page_itself_are_no_homes(path: str) -> None:
    assert home(page(path, "Wood chip mulch"), anchor="Wood chip mulch") is None


@pytest.mark.parametrize("old", [f"{SITE}/guide/index.html", f"{SITE}/123456.html", f"{SITE}/?id=987654", f"{SITE}/tutorial"])
def test_an_address_that_says_nothing_finds_no_namesake(old: str) -> None:
    pages = FoundPages([page("/new/index.html"), page("/new/123456.html"), page("/new/tutorial"), page("/x?id=987654")])
    assert [one.name for one in shortlist(topic(url=old), pages)] in ([], [0.0])


def test_nothing_known_of_a_site_is_nothing_found() -> None:
    assert shortlist(topic("Wood chip mulch"), FoundPages()) == ()


def test_pages_of_kinds_with_the_same_title_are_told_apart_by_more_than_that() -> None:
    read = page("/a/overview", "Overview", text=OTHER)
    assert new_home(topic("Overview", url=f"{SITE}/b/overview"), None, Candidate(page=read), read) is None
