"""Which pages are lists of links, and which links lead to one."""

import pytest

from prospector.items import InternalLink, OutboundLink
from prospector.links.extract import PageReading, read_page
from prospector.scoring.resource_pages import (
    is_resource_page,
    likely_resource_page,
    looks_like_resource_page,
    page_signals,
    why_it_looks_like_one,
)

BEES = (
    "lavender",
    "borage",
    "thyme",
    "clover",
    "heather",
    "sage",
    "mint",
    "phacelia",
    "crocus",
    "willow",
    "linden",
    "ivy",
    "aster",
    "lupin",
)


def list_of_links(title: str = "Links for beekeepers", *, sites: int = 14) -> PageReading:
    entries = "".join(
        f'<li><a href="https://{name}.example/">The {name} society</a>: what {name} gives to bees</li>' for name in BEES[:sites]
    )
    html = f"<title>{title}</title><h1>{title}</h1><ul>{entries}</ul><p><a href='/'>Home</a></p>"
    return read_page(html, url="https://bees.test/links.html")


def article() -> PageReading:
    prose = "".join(
        f"<p>Last summer we walked the meadows again, and as <a href='https://{name}.example/study'>a study of {name}</a> had told us to expect, "
        "the hives near the river gained more than those in the town, although the weather was poor for most of June and the mowing came early; "
        "nobody could say whether the river, the shade or plain luck had made the difference, and so we mean to count once more next year.</p>"
        for name in BEES
    )
    html = f"<title>A summer among hives</title><h1>A summer among hives</h1>{prose}"
    return read_page(html, url="https://bees.test/2024/08/a-summer-among-hives")


def portal() -> PageReading:
    inward = "".join(f'<td><a href="/news/{number}">Report number {number} from our town</a></td>' for number in range(120))
    outward = "".join(f'<td><a href="https://{name}.example/">{name}</a></td>' for name in BEES)
    html = f"<title>Town portal</title><h1>Town portal</h1><table><tr>{inward}{outward}</tr></table>"
    return read_page(html, url="https://town.test/")


def test_a_list_with_an_entry_for_each_site_is_one() -> None:
    assert is_resource_page(page_signals(list_of_links(), "https://bees.test/links.html"))


def test_an_article_with_as_many_links_is_not() -> None:
    assert not is_resource_page(page_signals(article(), "https://bees.test/2024/08/a-summer-among-hives"))


def test_a_portal_that_mostly_links_to_itself_is_not() -> None:
    assert not is_resource_page(page_signals(portal(), "https://town.test/"))


def test_a_name_alone_makes_no_list() -> None:
    signals = page_signals(list_of_links(sites=3), "https://bees.test/links.html")
    assert not is_resource_page(signals)
    assert [signal.name for signal in signals] == ["few sites"]


def test_a_list_without_a_telling_name_is_still_one() -> None:
    reading = list_of_links("Societies of our region")
    assert is_resource_page(page_signals(reading, "https://bees.test/societies-of-our-region"))


def test_boilerplate_does_not_make_a_list() -> None:
    links = tuple(OutboundLink(target_url=f"https://{name}.example/", anchor=name, context=name, boilerplate=True) for name in BEES)
    assert not is_resource_page(page_signals(PageReading(title="Links", links=links), "https://bees.test/links"))


def test_every_signal_says_why() -> None:
    for signal in page_signals(list_of_links(), "https://bees.test/links.html"):
        assert signal.reason
    named = {signal.name: signal.reason for signal in page_signals(list_of_links(), "https://bees.test/links.html")}
    assert named["many sites"] == "14 other sites linked in the content"
    assert named["named a list of links"] == '"links" in its URL, title or heading'


def test_a_page_of_nothing_is_no_list() -> None:
    assert not is_resource_page(page_signals(PageReading(), "http://[h/"))


@pytest.mark.parametrize(
    ("url", "anchor"),
    [
        ("https://a.test/links.html", "Links"),
        ("https://a.test/useful-resources/", ""),
        ("https://a.test/p7", "Linksammlung"),
        ("https://a.test/liens", "Liens utiles"),
        ("https://a.test/enlaces.htm", "Enlaces"),
        ("https://a.test/p", "Collegamenti"),
        ("https://a.test/odkazy", "Užitečné odkazy"),
        ("https://a.test/s", "Полезные ссылки"),
        ("https://a.test/linkit", "Linkkejä"),
        ("https://a.test/l", "Länkar"),
        ("https://a.test/l", "Hasznos linkek"),
        ("https://a.test/l", "Bağlantılar"),
        ("https://a.test/l", "友情链接"),
        ("https://a.test/l", "リンク集"),
    ],
)
def test_a_list_of_links_is_recognised_by_its_name_in_many_languages(url: str, anchor: str) -> None:
    assert likely_resource_page(InternalLink(url=url, anchor=anchor)) >= 0.7


@pytest.mark.parametrize(
    ("url", "anchor"),
    [
        ("https://a.test/about", "About us"),
        ("https://a.test/cart", "Useful links"),
        ("https://a.test/links.pdf", "Links"),
        ("https://a.test/", "Home"),
        ("http://[h/", ""),
    ],
)
def test_other_pages_are_not_expected_to_be_one(url: str, anchor: str) -> None:
    assert likely_resource_page(InternalLink(url=url, anchor=anchor)) <= 0.1


def test_a_weak_word_weighs_less_than_a_strong_one_and_a_headline_less_than_a_menu_entry() -> None:
    menu = likely_resource_page(InternalLink(url="https://a.test/l", anchor="Links"))
    tools = likely_resource_page(InternalLink(url="https://a.test/tools", anchor="Tools"))
    headline = likely_resource_page(
        InternalLink(url="https://a.test/l", anchor="What the mayor said about links between the two banks in town")
    )
    assert menu > tools > 0.0
    assert menu > headline > 0.0


def outbound(url: str, anchor: str = "", context: str = "") -> OutboundLink:
    return OutboundLink(target_url=url, anchor=anchor, context=context or anchor)


@pytest.mark.parametrize(
    ("link", "why"),
    [
        (outbound("https://a.example/links.html", "The ash club"), '"links" in its address'),
        (outbound("https://a.example/", "Ash resources"), '"resources" in its link text'),
        (outbound("https://a.example/p5", "Linksammlung des Eschenvereins"), '"linksammlung" in its link text'),
        (outbound("https://links.ash.example/", "Ash"), '"links" in its host\'s name'),
        (outbound("https://a.example/odkazy", "Jasan", "Jasan: užitečné odkazy"), '"odkazy" in its address, "odkazy" beside it'),
    ],
)
def test_a_link_to_a_further_list_of_links_is_told_by_its_address_and_words(link: OutboundLink, why: str) -> None:
    assert looks_like_resource_page(link) >= 0.5
    assert why_it_looks_like_one(link) == why


@pytest.mark.parametrize(
    "link",
    [
        outbound("https://a.example/ash-trees", "Ash trees"),
        outbound("https://a.example/", "The ash club", "The ash club: trees, talks and many links"),
        outbound("https://a.example/links.pdf", "Links"),
        outbound("https://a.example/guide", "https://a.example/guide"),
        outbound("https://github.com/ash/static-resources", "GitHub", "GitHub: useful links"),
        outbound("https://docs.ash.example/3/ash.resources.html", "ash resources"),
        outbound("https://a.example/resources/login", "Log in"),
        outbound(
            "https://a.example/2019/04/why-the-links-between-ash-and-fungus-matter-to-all-of-us",
            "Why the links between ash and fungus matter to all of us",
        ),
    ],
)
def test_a_link_to_anything_else_is_not(link: OutboundLink) -> None:
    assert looks_like_resource_page(link) < 0.5


@pytest.mark.parametrize("url", ["https://awesome-ash.example/", "https://a.example/awesome-ash/", "https://a.example/resources/ash-clubs"])
def test_custom_and_folders_name_lists_too(url: str) -> None:
    assert looks_like_resource_page(outbound(url, "Ash")) >= 0.5


def test_a_home_page_called_resources_comes_after_pages_of_links() -> None:
    home, page = outbound("https://a.example/", "Ash resources"), outbound("https://a.example/ash", "Ash resources")
    assert 0.5 <= looks_like_resource_page(home) < looks_like_resource_page(page)


def test_of_two_links_the_one_that_says_more_is_likelier() -> None:
    plain = outbound("https://a.example/links", "Ash")
    assert looks_like_resource_page(outbound("https://a.example/links", "Ash links")) > looks_like_resource_page(plain)
    assert looks_like_resource_page(outbound("https://a.example/links", "Ash", "Ash: a directory of resources")) > looks_like_resource_page(
        plain
    )
    assert looks_like_resource_page(outbound("https://a.libguides.com/ash", "Ash")) > looks_like_resource_page(
        outbound("https://a.example/ash", "Ash")
    )
