"""An audit of a profile: what it is made of, and what stands out in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from prospector.backlinks.audit import MANY_PAGES, MANY_SITES, Audit, ProfileLink, You, audit, names_of, page_kind, page_kinds

YOU = You(names=names_of(["lindgarden.example"], ["Ada Lind"]), keywords=("companion planting",))


def link(number: int = 1, **fields: Any) -> ProfileLink:
    site = f"site{number}.example.org"
    ordinary = ProfileLink(source_url=f"https://{site}/links", source_site=site, target_url="https://lindgarden.example/")
    return replace(ordinary, **fields)


def counts(found: Audit, name: str) -> dict[str, int]:
    (section,) = (section for section in found.sections if section.name == name)
    return {row.what: row.number for row in section.rows}


def signals(*links: ProfileLink) -> dict[str, str]:
    return {signal.name: signal.reason for signal in audit(links, YOU).signals}


@pytest.mark.parametrize(
    ("anchor", "kind"),
    [
        ("Lind Garden", "brand"),
        ("by Ada Lind", "brand"),
        ("https://lindgarden.example/guide", "url"),
        ("www.lindgarden.example", "url"),
        ("planting beans", "topic"),
        ("online casino bonus", "money"),
        ("click here", "says nothing"),
        ("", "none"),
        ("a lovely page", "other"),
    ],
)
def test_link_texts_by_kind(anchor: str, kind: str) -> None:
    assert counts(audit([link(anchor=anchor)], YOU), "Link texts by kind") == {kind: 1}


def test_the_monitors_word_on_a_link_comes_before_the_tools() -> None:
    found = audit([link(1, state="lost"), link(2, lost=True), link(3), link(4, state="linked", lost=True)], YOU)
    assert counts(found, "Alive or not") == {"lost": 1, "lost, says the tool": 1, "there, says the tool": 1, "there": 1}


def test_rel_endings_and_targets_are_counted_with_examples() -> None:
    found = audit([link(1, rel="nofollow ugc"), link(2), link(3, source_site="garten.example.de")], YOU)
    assert counts(found, "Rel") == {"follow": 2, "nofollow": 1, "ugc": 1}
    assert counts(found, "Endings of names") == {".org": 2, ".de (a country's)": 1}
    assert counts(found, "Your pages") == {"https://lindgarden.example/": 3}
    assert found.sections[0].rows[0].examples[0] == "https://site1.example.org/links"


def test_a_few_sites_with_most_of_the_links_show_in_the_concentration() -> None:
    links = [link(1, source_url=f"https://site1.example.org/{page}") for page in range(90)] + [link(number) for number in range(2, 12)]
    rows = {row.what: row for row in next(one for one in audit(links, YOU).sections if one.name == "Diversity of sites").rows}
    assert rows["the site that links most"].share == 0.9
    assert rows["as many voices as so many sites with equal shares (inverse Herfindahl)"].number == 1


def test_what_stands_out_comes_with_a_reason_and_examples() -> None:
    pushed = [link(number, anchor="online casino bonus") for number in range(MANY_SITES)]
    assert {"money text", "same money text"} <= set(signals(*pushed))
    assert "same money text" not in signals(*pushed[1:])
    everywhere = [link(1, anchor="Lind", source_url=f"https://site1.example.org/{page}") for page in range(MANY_PAGES)]
    assert set(signals(*everywhere)) == {"site-wide"}
    assert not signals(*everywhere[1:])
    assert signals(link(external_links=400))["hundreds of links"] == "a page has 400 links to other sites"
    assert signals(link(flags=("hidden links: 9 links that no reader can see",))) == {"hidden links": "9 links that no reader can see"}
    assert not signals(link(anchor="planting beans", title="Useful links for gardeners", external_links=40))


@pytest.mark.parametrize(("name", "words", "example"), page_kinds(), ids=[name for name, _, _ in page_kinds()])
def test_every_kind_of_page_catches_its_example(name: str, words: frozenset[str], example: str) -> None:
    assert words
    assert page_kind(example) == name


def test_a_sites_first_page_and_pages_that_tell_nothing() -> None:
    assert page_kind("https://example.org/") == "first page of a site"
    assert page_kind("https://example.org/compost.html") == "other page"
    assert audit([], YOU).links == 0
