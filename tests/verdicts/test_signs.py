"""Every row of the tables catches its example and spares its counter-example."""

from __future__ import annotations

from collections import Counter

import pytest

from prospector.verdicts.signs import Means, Pieces, Sign, Where, all_signs, fired, fired_by_headers, known, terms
from tests.growth import assert_grows_with_its_input

FILLER = "plain words of an ordinary page " * 60
EVERY = [pytest.param(sign, text, id=f"{sign.id}-{n}") for sign in all_signs() for n, text in enumerate(sign.catches)]
SPARED = [pytest.param(sign, text, id=f"{sign.id}-{n}") for sign in all_signs() for n, text in enumerate(sign.spares)]
THIN = [pytest.param(sign, text, id=f"{sign.id}-{n}") for sign in all_signs() if sign.thin for n, text in enumerate(sign.catches)]


def firing(sign: Sign, example: str, *, text: str = "") -> tuple[str, ...]:
    """What fires when an example stands where the row looks."""
    title = example.partition("</title>")[0].removeprefix("<title>")
    heading = (example.partition("</h1>")[0].removeprefix("<h1>"),)
    if sign.where is Where.HEADER:
        name, _, value = example.partition(": ")
        return fired_by_headers({name: value})
    pieces = {
        Where.TITLE: Pieces(title=title, html=example, text=text, deep=True),
        Where.HEADING: Pieces(headings=heading, html=example, text=text, deep=True),
        Where.TITLE_HEADING: Pieces(title=example, headings=(example,), text=text, deep=True),
        Where.META: Pieces(meta=example, text=text, deep=True),
        Where.TEXT: Pieces(text=f"{example} {text}", deep=True),
        Where.HTML: Pieces(html=example, text=text, deep=True),
        Where.URL: Pieces(url=example, text=text, deep=True),
    }
    return fired(pieces[sign.where])


@pytest.mark.parametrize(("sign", "example"), EVERY)
def test_a_row_catches_its_example(sign: Sign, example: str) -> None:
    assert sign.id in firing(sign, example)


@pytest.mark.parametrize(("sign", "example"), SPARED)
def test_a_row_spares_its_counter_example(sign: Sign, example: str) -> None:
    assert sign.id not in firing(sign, example)


@pytest.mark.parametrize(("sign", "example"), THIN)
def test_a_mark_that_live_pages_carry_too_counts_on_thin_pages_only(sign: Sign, example: str) -> None:
    assert sign.id not in firing(sign, example, text=FILLER)


def test_ids_are_unique_and_every_row_names_its_source_and_has_both_examples() -> None:
    assert [name for name, count in Counter(sign.id for sign in all_signs()).items() if count > 1] == []
    for sign in all_signs():
        assert sign.source, sign.id
        assert sign.catches, sign.id
        assert sign.spares, sign.id
        assert sign.phrases or sign.pattern, sign.id


def test_not_found_wording_is_known_in_many_languages() -> None:
    rows = [sign for sign in all_signs() if sign.means is Means.NOT_FOUND]
    languages = {language for sign in rows for language in sign.languages}
    assert {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "ja", "zh", "sv", "cs", "tr", "ko"} <= languages


def test_every_meaning_has_a_row() -> None:
    assert {sign.means for sign in all_signs()} == set(Means)


def test_no_phrase_stands_in_two_rows_of_one_meaning() -> None:
    for where in Where:
        phrases = Counter((sign.means, phrase) for sign in all_signs() if sign.where is where for phrase in set(sign.phrases))
        assert [pair for pair, count in phrases.items() if count > 1] == []


@pytest.mark.parametrize(
    "filler",
    ["a", " ", "/", "error ", "404 ", "?domain=", "type = ", "("],
)
def test_no_pattern_runs_away_on_hostile_text(filler: str) -> None:
    def search(text: str) -> None:
        for sign in all_signs():
            for pattern in (sign.pattern, sign.beside):
                if pattern:
                    pattern.search(text)

    assert_grows_with_its_input(search, lambda size: filler * (size // len(filler)), 60_000)


def test_rows_that_no_longer_exist_are_left_out() -> None:
    assert [sign.id for sign in known(["not-found-en", "dropped-last-year"])] == ["not-found-en"]


def test_the_terms_of_a_trade_are_counted_once_each() -> None:
    found = terms(Means.HIJACK, "Slot Gacor and slot gacor, togel")
    assert {"slot gacor", "togel"} <= found
    assert terms(Means.HIJACK, "A history of the village pharmacy") == frozenset()
