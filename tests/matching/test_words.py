"""How text and URLs are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospector.matching.words import SILENT, WORD, fold, host_name, name_words, slug_segments, stem, trigrams, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("configuring", "configure"),
        ("batteries", "battery"),
        ("boxes", "box"),
        ("planted", "planting"),
        ("classes", "class"),
        ("running", "run"),
    ],
)
def test_endings_of_one_word_meet(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("bus", "bu"), ("string", "str"), ("analysis", "analysi"), ("bed", "b"), ("king", "k")])
def test_what_only_looks_like_an_ending_stays(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_accents_are_folded_because_slugs_lack_them() -> None:
    assert words("Jardín ecológico") == words("jardin ecologico")
    assert fold("Čeština") == "cestina"
    assert fold("Bağlantılar, źródło, smørrebrød") == "baglantilar, zrodlo, smorrebrod"


def test_words_that_only_say_that_something_is_linked_are_no_words() -> None:
    assert words("Click here to visit the website") == []


def test_parts_of_a_camel_case_name_stand_beside_the_whole() -> None:
    assert name_words("createTextRange") == ["createtextrange", "create", "text", "range"]


def test_scripts_without_spaces_are_compared_by_pairs_of_characters() -> None:
    assert set(words("园艺指南")) & set(words("家庭园艺"))


@pytest.mark.parametrize(
    ("url", "segments"),
    [
        ("https://a.example/guides/companion-planting.html", ["guides", "companion planting"]),
        ("https://a.example/growing/index.php", ["growing"]),
        ("https://a.example/view.php?title=Rain+barrels&id=20394", ["view", "Rain barrels"]),
        ("https://a.example/2f9c3a7d55e01b/20391/compost", ["compost"]),
        ("https://a.example/", []),
        ("http://[h/compost", []),
    ],
)
def test_a_url_is_read_as_far_as_it_can_be(url: str, segments: list[str]) -> None:
    assert slug_segments(url) == segments


def test_a_host_is_read_without_www_and_endings() -> None:
    assert host_name("https://www.organic-gardening.co.uk/") == "organic gardening"


def test_a_hyphen_does_not_hide_a_name() -> None:
    assert trigrams("web-storage") == trigrams("WebStorage")


@given(st.text())
def test_no_text_is_refused(text: str) -> None:
    assert all(stem(word) for word in name_words(text))
    slug_segments(text)
    slug_segments(f"http://{text}")
    host_name(f"http://{text}")
    trigrams(text)


@given(st.text(st.sampled_from("abcXYZ019_ -'\"’“”…·•→—éßıﬁ漢字\x00\x1f\x85™"), max_size=40))
def test_a_text_is_cut_into_the_same_words_by_the_quick_way(text: str) -> None:
    plain = [word for word in WORD.findall(fold(text)) if word not in SILENT]
    if "漢" not in text and "字" not in text:
        assert words(text) == plain
    assert words(text + "“漢字”") == [*words(text), "漢字"]
