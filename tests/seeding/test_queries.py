"""Searches to click: in the campaign's languages, without its own sites; the page itself asks nobody."""

from __future__ import annotations

import re

import pytest

from prospector.seeding.queries import footprints, page, queries


def texts(*keywords: str, languages: tuple[str, ...] = ("en",), own: tuple[str, ...] = ()) -> list[str]:
    return [query.text for query in queries(keywords, languages, own)]


def test_a_keyword_is_searched_with_the_words_of_the_campaigns_languages() -> None:
    found = texts("garden", languages=("de-AT", "fr"), own=("mine.example",))
    assert '"garden" "nützliche Links" -site:mine.example' in found
    assert '"garden" "liens utiles" -site:mine.example' in found
    assert '"garden" intitle:resources -site:mine.example' in found
    assert not any("useful links" in text for text in found)


def test_a_language_without_words_falls_back_to_english() -> None:
    assert '"garden" "useful links"' in texts("garden", languages=("xx",))


@pytest.mark.parametrize("language", footprints().phrases)
def test_every_language_has_phrases_that_differ(language: str) -> None:
    phrases = footprints().phrases[language]
    assert len(set(phrases)) == len(phrases) >= 2


def test_the_page_is_safe_and_loads_nothing() -> None:
    text = page('<b>&"', list(queries(['<script>alert("x")</script>'], ["en"], [])))
    assert "<script" not in text
    assert "<b>" not in text
    assert re.findall(r"\ssrc(?:set)?=|@import|url\(|<(?:img|link|script|iframe)", text) == []
    hrefs = re.findall(r'href="([^"]*)"', text)
    assert all(href.startswith("https://") and re.fullmatch(r"[!-~]+", href) for href in hrefs)
    assert len(hrefs) > 40


def test_engines_that_know_no_operators_are_not_asked_with_some() -> None:
    text = page("x", list(queries(["garden"], ["en"], [])))
    assert "mojeek.com/search?q=%22garden%22+%22useful+links%22" in text
    assert not re.search(r"mojeek\.com[^\"]*intitle", text)
