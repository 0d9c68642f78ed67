"""Which pages of a site are asked for its people, and when the search is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from prospector.contacts.search import ContactSearch
from prospector.items import Contact, ContactKind

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LINKS = "https://greenlist.org/links.html"
MAIL = '<footer>Contact: <a href="mailto:{0}">{0}</a></footer>'


def searched(start: str, site: Mapping[str, str], url: str = LINKS, **known: tuple[Contact, ...]) -> tuple[list[str], tuple[Contact, ...]]:
    """What was asked for, and what came of it; pages that `site` has not are missing."""
    search = ContactSearch(start, url=url, now=NOW, **known)
    asked = []
    while page := search.next_page():
        asked.append(page)
        if page in site:
            search.read(site[page], url=page)
    return asked, search.found


def test_a_page_that_answers_itself_costs_no_request() -> None:
    asked, found = searched('<a href="/contact">Contact</a>' + MAIL.format("ada@greenlist.org"), {})
    assert asked == []
    assert [contact.value for contact in found] == ["ada@greenlist.org"]


def test_what_is_known_of_the_site_costs_no_request_either() -> None:
    known = Contact(site="greenlist.org", kind=ContactKind.EMAIL, value="ada@greenlist.org", reason="on the contact page")
    assert searched('<a href="/contact">Contact</a>', {}, known=(known,)) == ([], (known,))


def test_it_stops_at_the_first_page_with_an_address() -> None:
    start = '<a href="/contact">Contact</a> <a href="/about">About</a>'
    asked, found = searched(start, {"https://greenlist.org/contact": MAIL.format("ada@greenlist.org")})
    assert asked == ["https://greenlist.org/contact"]
    assert [(contact.value, contact.source_url) for contact in found] == [("ada@greenlist.org", "https://greenlist.org/contact")]


def test_it_asks_for_four_pages_at_most_however_many_there_are() -> None:
    names = ("contact", "kontakt", "about", "team", "impressum", "staff", "people")
    asked, found = searched("".join(f'<a href="/{name}/">{name}</a>' for name in names), {})
    assert len(asked) == 4
    assert found == ()


def test_a_form_is_taken_only_after_an_address_was_looked_for_elsewhere() -> None:
    form = '<form action="/send"><input name="email"><textarea name="message"></textarea></form>'
    start = '<a href="/contact">Contact</a> <a href="/about">About</a>'
    site = {"https://greenlist.org/contact": form, "https://greenlist.org/about": MAIL.format("ada@greenlist.org")}
    asked, found = searched(start, site)
    assert asked == ["https://greenlist.org/contact", "https://greenlist.org/about"]
    assert [contact.kind for contact in found] == [ContactKind.EMAIL, ContactKind.FORM]


def test_the_home_page_leads_on_to_a_contact_page_that_the_list_does_not_link_to() -> None:
    site = {
        "https://greenlist.org/": '<a href="/people/write-to-us">Write to us</a>',
        "https://greenlist.org/people/write-to-us": MAIL.format("ada@greenlist.org"),
    }
    asked, found = searched("<ul><li>Links</ul>", site)
    assert asked == ["https://greenlist.org/", "https://greenlist.org/people/write-to-us"]
    assert [contact.value for contact in found] == ["ada@greenlist.org"]


def test_the_menu_of_a_frameset_leads_on() -> None:
    site = {
        "https://greenlist.org/": '<frameset cols="20%,*"><frame src="top.html"><frame src="menu.html"><frame src="start.html"></frameset>',
        "https://greenlist.org/menu.html": '<a href="mail.html" target="main">Kontakt</a>',
        "https://greenlist.org/mail.html": MAIL.format("ada@greenlist.org"),
    }
    asked, found = searched("<ul><li>Links</ul>", site)
    assert asked == ["https://greenlist.org/", "https://greenlist.org/menu.html", "https://greenlist.org/mail.html"]
    assert [contact.value for contact in found] == ["ada@greenlist.org"]


def test_humans_txt_names_somebody_when_no_page_does() -> None:
    humans = "/* TEAM */\nEditor: Ada Lind\nContact: ada [at] greenlist.org\n"
    asked, (contact,) = searched("<p>Links</p>", {"https://greenlist.org/humans.txt": humans})
    assert asked == ["https://greenlist.org/", "https://greenlist.org/humans.txt"]
    assert contact.value == "ada@greenlist.org"
    assert "humans.txt" in contact.reason


def test_an_error_page_in_place_of_humans_txt_names_nobody() -> None:
    page = "<!DOCTYPE html><title>Not found</title><footer>Contact: help@greenlist.org</footer>"
    assert searched("<p>Links</p>", {"https://greenlist.org/humans.txt": page})[1] == ()


def test_a_page_that_was_found_on_another_site_says_nothing() -> None:
    search = ContactSearch('<a href="/contact">Contact</a>', url=LINKS, now=NOW)
    assert search.next_page() == "https://greenlist.org/contact"
    search.read(MAIL.format("bo@parking.example.com"), url="https://parking.example.com/")
    assert search.found == ()
    assert search.next_page() == "https://greenlist.org/"


@pytest.mark.parametrize(
    "html", ["", "\ud800", "<frameset><frame src='http://[h/'><frame></frameset>", "<a href='http://[/contact'>Contact</a>"]
)
@pytest.mark.parametrize("url", [LINKS, "http://[h/"])
def test_nothing_in_a_page_or_an_address_stops_the_search(html: str, url: str) -> None:
    asked, found = searched(html, {"https://greenlist.org/": html}, url=url)
    assert len(asked) <= 4
    assert found == ()


def test_pages_at_hand_cost_no_request_and_are_not_asked_for() -> None:
    search = ContactSearch('<a href="/about">About</a>', url=LINKS, now=NOW)
    search.read('<a href="/contact">Contact</a>', url="https://greenlist.org/about")
    asked = list(iter(search.next_page, None))
    assert asked == ["https://greenlist.org/contact", "https://greenlist.org/", "https://greenlist.org/humans.txt"]
    search.read(MAIL.format("ada@greenlist.org"), url="https://greenlist.org/more-links")
    assert search.next_page() is None
    assert [contact.value for contact in search.found] == ["ada@greenlist.org"]
