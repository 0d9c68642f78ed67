"""Farms of links are flagged, each with its reason; lists that somebody tends are not."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from itertools import islice
from pathlib import Path

import pytest

from prospector.items import ResourcePage, VerdictKind
from prospector.links.extract import read_page
from prospector.scoring.hidden import hidden_links
from prospector.scoring.spam import Suspect, spam_flags
from prospector.scoring.spam_words import spam_words

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
URL = "https://greenlist.test/links.html"
ROWS = tomllib.loads(files("prospector.scoring").joinpath("spam_words.toml").read_text(encoding="utf-8"))


def page(body: str, title: str = "Gardening links") -> ResourcePage:
    html = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    reading = read_page(html, url=URL)
    return ResourcePage(url=URL, final_url=URL, status=200, fetched_at=NOW, title=reading.title, html=html, links=reading.links)


def listed(*anchors: str) -> str:
    return (
        "<ul>"
        + "".join(f'<li><a href="https://site{number}.example/">{anchor}</a></li>' for number, anchor in enumerate(anchors))
        + "</ul>"
    )


def flags(body: str, title: str = "Gardening links") -> list[str]:
    return [flag.name for flag in spam_flags(Suspect(page=page(body, title)))]


def fruits(number: int) -> list[str]:
    return [f"Society number {count} for apples" for count in range(number)]


# -- words -------------------------------------------------------------------------------------------------------------------


def pushed() -> Iterator[str]:
    for row in ROWS["money"]:
        yield from row["phrases"]
        yield from (f"buy {word}" for word in row.get("sold", ()))


@pytest.mark.parametrize("phrase", list(pushed()))
def test_each_phrase_pushes_something_whatever_stands_around_it(phrase: str) -> None:
    assert spam_words().goods(f"The {phrase}, today")


@pytest.mark.parametrize("phrase", ROWS["asking"]["phrases"])
def test_each_way_of_asking_for_links_is_known_and_can_be_refused(phrase: str) -> None:
    assert spam_words().asks_for_links(f"Here: {phrase}!")
    assert not spam_words().asks_for_links(f"No {phrase}, please")


@pytest.mark.parametrize(("trade", "word"), [(row["name"], word) for row in ROWS["trade"] for word in row["words"]])
def test_each_trade_is_known_by_its_goods_only_beside_a_selling_word(trade: str, word: str) -> None:
    assert spam_words().trade(f"Discount {word}")
    assert spam_words().trade(word) in ("", trade)


@pytest.mark.parametrize(
    "text",
    [
        "Mortgage calculator",
        "Advice on credit cards and debt",
        "History of the casino at Monte Carlo",
        "Help for gambling addiction",
        "Viagra (sildenafil): information for patients",
        "Ford Escort owners' club",
        "Dating the painting",
        "Essays of E. B. White",
        "Hotels near the park",
        "Fair trade links",
        "Student exchange links",
        "Suggest a link",
        "Submit a resource",
        "Report a broken link",
        "Porn and young people: a guide for parents",
    ],
)
def test_words_of_honest_lists_push_nothing_and_ask_for_nothing(text: str) -> None:
    assert spam_words().goods(text) == ""
    assert spam_words().trade(text) == ""
    assert spam_words().asks_for_links(text) == ""


# -- pages -------------------------------------------------------------------------------------------------------------------


def test_a_tended_list_has_no_flag() -> None:
    entries = "".join(
        f'<li><a href="https://s{number}.example/">Society {number}</a>: what it does for apples</li>' for number in range(300)
    )
    assert (
        flags(
            f"<h1>Societies</h1><p>Casino nights pay for our cheap viagra jokes.</p><ul>{entries}</ul><p><a href='/suggest'>Suggest a link</a></p>"
        )
        == []
    )


def test_three_link_texts_that_push_goods_are_a_flag_and_two_are_not() -> None:
    some = ["Online casino bonus", "Payday loans now", "Cheap Viagra"]
    assert flags(listed(*fruits(40), *some)) == ["pushes goods"]
    assert flags(listed(*fruits(40), *some[:2])) == []


def test_goods_in_running_text_are_no_flag() -> None:
    assert (
        flags("<p>Spammers sell online casino bonus codes, payday loans, cheap viagra and replica watches.</p>" + listed(*fruits(20))) == []
    )


def test_a_title_that_pushes_goods_is_one() -> None:
    (flag,) = spam_flags(Suspect(page=page(listed(*fruits(20)), title="Best online casino sites")))
    assert flag.reason == 'its title pushes gambling: "Best online casino sites"'


def test_a_list_of_unrelated_bargains_is_one() -> None:
    sold = ["Cheap flights", "Free ringtones", "Discount mattresses", "Best degrees", "Luxury hosting", "Instant tarot"]
    (flag,) = spam_flags(Suspect(page=page(listed(*sold, "The Worm Society"))))
    assert flag.name == "unrelated topics"
    assert flag.reason.startswith("6 of 7 link texts sell goods of 6 trades")
    assert flags(listed(*sold, *fruits(80))) == []  # a shop or two that paid for their place
    assert flags(listed(*(f"Cheap {where} flights" for where in ("Rome", "Oslo", "Lima", "Cairo", "Perth", "Turin")))) == []


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Web directory: add your link free", ""),
        ("Links", "<h2>Link exchange</h2>"),
        ("Links", '<a href="/add.php">Submit your URL</a>'),
        ("Linkliste", '<a href="tausch.html">Linktausch</a>'),
        ("Odkazy", "<h3>Výměna odkazů</h3>"),
    ],
)
def test_a_page_that_collects_or_swaps_links_is_one(title: str, body: str) -> None:
    assert flags(body + listed(*fruits(12)), title) == ["asks for links"]


def test_what_another_site_asks_for_is_not_held_against_the_list() -> None:
    assert flags(listed(*fruits(12), "Add your site to the Garden Directory")) == []
    assert flags("<h2>No link exchange, please</h2>" + listed(*fruits(12))) == []


def test_hundreds_of_sites_neither_sorted_nor_described_are_one() -> None:
    bare = "".join(f'<a href="https://s{number}.example/">Society {number}</a><br>' for number in range(240))
    assert flags(bare) == ["hundreds of links"]
    sections = "".join(
        f"<h3>County {group}</h3>" + "".join(islice(iter(bare.split("<br>")), group * 24, group * 24 + 24)) for group in range(10)
    )
    assert flags(sections) == []


# -- hidden links ------------------------------------------------------------------------------------------------------------

THREE = "".join(f'<a href="https://x{number}.example/">x</a>' for number in range(3))


@pytest.mark.parametrize(
    "hiding",
    [
        "display: none",
        "visibility:hidden",
        "position:absolute; left:-9999px",
        "text-indent: -10000px",
        "font-size:0",
        "opacity:0",
        "overflow:hidden;height:0",
        "DISPLAY:NONE !important",
    ],
)
def test_links_that_no_reader_can_see_are_a_flag(hiding: str) -> None:
    assert flags(listed(*fruits(12)) + f'<div style="{hiding}">{THREE}</div>') == ["hidden links"]


@pytest.mark.parametrize(
    "open_tag",
    [
        '<div id="more" style="display:none">',  # a script will show it
        '<ul class="submenu" style="display:none">',
        '<div data-tab="2" style="display:none">',
        '<div style="display:block">',
        '<div style="font-size:0.9em; opacity:0.8; left:-10px; margin-top:-20px">',
        "<div>",
    ],
)
def test_menus_and_folded_sections_are_not_hidden(open_tag: str) -> None:
    assert hidden_links(f"{open_tag}{THREE}</div>", url=URL) == ()


def test_one_hidden_counter_or_links_into_the_own_site_are_no_flag() -> None:
    own = "".join(f'<a href="/page{number}">x</a>' for number in range(9))
    assert flags(listed(*fruits(12)) + f'<p style="display:none"><a href="https://count.example/">c</a>{own}</p>') == []


@pytest.mark.parametrize(
    "html", ["", "\ud800", '<a style="display:none" href="http://[h/">', "<p style>" * 2_000, '<p style="' + "left:-" * 5_000 + '">']
)
def test_no_page_stops_the_search_for_hidden_links(html: str) -> None:
    assert hidden_links(html, url="http://[h/") == ()


# -- what others say of it -----------------------------------------------------------------------------------------------------


def suspect(kinds: dict[VerdictKind, int], links: int = 20) -> Suspect:
    found = page(listed(*fruits(links)))
    fates = [kind for kind, number in kinds.items() for _ in range(number)]
    return Suspect(page=found, verdicts={link.target_url: fate for link, fate in zip(found.links, fates, strict=False)})


@pytest.mark.parametrize(
    ("kinds", "named"),
    [
        ({VerdictKind.GONE: 11, VerdictKind.DNS: 5, VerdictKind.ALIVE: 4}, ["mostly dead"]),
        ({VerdictKind.GONE: 12, VerdictKind.ALIVE: 8}, []),
        ({VerdictKind.GONE: 2, VerdictKind.ALIVE: 18}, []),
        ({VerdictKind.GONE: 8, VerdictKind.ALIVE: 1}, []),  # too few to say
        ({VerdictKind.BLOCKED: 9, VerdictKind.TRANSIENT: 9, VerdictKind.GONE: 2}, []),
        ({VerdictKind.PARKED: 4, VerdictKind.HIJACKED: 3, VerdictKind.ALIVE: 13}, ["taken over"]),
        ({VerdictKind.PARKED: 2, VerdictKind.ALIVE: 3}, []),
    ],
)
def test_a_page_is_judged_by_what_became_of_its_targets(kinds: dict[VerdictKind, int], named: list[str]) -> None:
    assert [flag.name for flag in spam_flags(suspect(kinds))] == named


def test_the_same_long_block_on_every_page_of_a_site_is_one() -> None:
    found = page(listed(*fruits(40)))
    block = {link.target_url for link in found.links[:30]}
    assert [flag.name for flag in spam_flags(Suspect(page=found, elsewhere=(block, block | {"https://y.example/"})))] == ["site-wide links"]
    assert spam_flags(Suspect(page=found, elsewhere=(block,))) == ()  # one other page says little
    assert spam_flags(Suspect(page=found, elsewhere=(block, {link.target_url for link in found.links[:9]}))) == ()  # a blogroll


# -- the bundled demo ----------------------------------------------------------------------------------------------------------

DEMO = files("prospector.demo").joinpath("sites")


@pytest.mark.parametrize("path", sorted(str(path.relative_to(str(DEMO))) for path in Path(str(DEMO)).rglob("*.html")))
def test_of_the_demos_pages_only_the_farm_is_flagged(path: str) -> None:
    url = f"http://{path}"
    html = Path(str(DEMO), path).read_text(encoding="utf-8")
    reading = read_page(html, url=url)
    found = ResourcePage(url=url, final_url=url, status=200, fetched_at=NOW, title=reading.title, html=html, links=reading.links)
    names = [flag.name for flag in spam_flags(Suspect(page=found))]
    assert names == (["unrelated topics", "asks for links"] if path.startswith("linkheap.example") else [])
