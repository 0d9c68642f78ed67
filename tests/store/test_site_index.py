"""The user's own pages: the index, its search, and what hostile words can't do to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prospector.store import Store
from tests.store import builders as make


def test_a_page_comes_back_as_it_was_saved(store: Store) -> None:
    page = make.site_page(headings=("Bees", "Hives & more"), description="All of it", text="Long text", offered=False, links=(make.link(),))
    store.site.save([page])
    assert store.site.get(page.url) == page
    assert store.site.get("https://mine.example/none") is None


def test_search_finds_pages_with_any_of_the_words_title_hits_first(store: Store) -> None:
    store.site.save(
        [
            make.site_page("https://mine.example/1", title="Garden", text="bees " * 3 + "and much more about other things " * 20),
            make.site_page("https://mine.example/2", title="Bees", text="about other things " * 20),
            make.site_page("https://mine.example/3", title="Cars", text="about engines"),
        ]
    )
    assert store.site.search(["bees", "wasps"], 5) == ["https://mine.example/2", "https://mine.example/1"]
    assert store.site.search(["bees"], 1) == ["https://mine.example/2"]
    assert store.site.search([], 5) == []


def test_search_folds_case_and_accents_and_reads_urls_and_headings(store: Store) -> None:
    store.site.save(
        [make.site_page("https://mine.example/obst-b%C3%A4ume_schneiden.html", title="", headings=("Pruning",), description="ÉTÉ")]
    )
    for word in ("bäume", "BAUME", "schneiden", "pruning", "ete", "été"):
        assert len(store.site.search([word], 5)) == 1, word
    assert store.site.document_frequency(["Été", "pruning", "winter"]) == {"Été": 1, "pruning": 1, "winter": 0}


def test_pages_that_are_not_offered_are_counted_but_never_found(store: Store) -> None:
    store.site.save([make.site_page(offered=False)])
    assert store.site.search(["guide"], 5) == []
    assert store.site.document_count() == 1


def test_a_page_that_changed_is_found_by_its_new_words_only(store: Store) -> None:
    store.site.save([make.site_page(title="Bees")])
    store.site.save([make.site_page(title="Wasps")])
    assert store.site.search(["bees"], 5) == []
    assert len(store.site.search(["wasps"], 5)) == 1
    assert store.site.document_count() == 1


def test_the_index_survives_a_vacuum(store: Store) -> None:
    store.site.save([make.site_page(f"https://mine.example/{n}", title=f"word{n}") for n in range(20)])
    store.site.save([make.site_page("https://mine.example/0", title="Changed")])
    store._session.run("DELETE FROM site_pages WHERE id < 10")
    store._session.db.vacuum()
    assert store.site.search(["word15"], 5) == ["https://mine.example/15"]


@pytest.mark.parametrize(
    "word",
    ['"', '""', "a OR b", "NEAR(a b)", "title:guide", "guide*", "^guide", "-guide", "guide)", "{", "a\0b", "", "'", "%", "guide AND"],
)
def test_words_are_never_search_syntax(store: Store, word: str) -> None:
    store.site.save([make.site_page(title="My guide")])
    hits = store.site.search([word], 5)
    assert store.site.document_frequency([word])[word] == len(hits)
    assert len(hits) == (1 if word in ("guide*", "^guide", "-guide", "guide)") else 0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text(st.characters(codec=None, categories=None)), max_size=200))
def test_no_words_break_the_search(store: Store, words: list[str]) -> None:
    store.site.search(words, 5)
    assert set(store.site.document_frequency(words)) == set(words)


@pytest.mark.parametrize("turned", [False, True])
def test_equals_come_in_the_order_of_their_urls_whatever_was_read_first(store: Store, *, turned: bool) -> None:
    urls = [f"https://mine.example/{number:02}" for number in range(40)]
    store.site.save([make.site_page(url, text="compost") for url in (urls[::-1] if turned else urls)])
    store.site.save([make.site_page("https://mine.example/best", title="Compost", text="compost")])
    assert store.site.search(["compost"], 5) == ["https://mine.example/best", *urls[:4]]
    assert store.site.search(["compost"], 50)[1:] == urls


def test_a_whole_reading_forgets_the_pages_it_did_not_meet(store: Store) -> None:
    later = make.NOON + make.DAY
    store.site.save([make.site_page("https://mine.example/old", links=(make.link(),)), make.site_page("https://mine.example/kept")])
    assert store.site.age(later) is None
    began = store.site.begin(later)
    store.site.save([make.site_page("https://mine.example/kept", fetched_at=later)])
    assert store.site.finish(began=began, now=later + make.HOUR, whole=True) == 1
    assert store.site.get("https://mine.example/old") is None
    assert store.site.search(["guide"], 5)[0] == "https://mine.example/kept"
    assert store.site.age(later + 3 * make.HOUR) == timedelta(hours=2)
    assert store.evidence.wanted(later) == []


def test_a_reading_in_which_pages_failed_forgets_nothing(store: Store) -> None:
    store.site.save([make.site_page("https://mine.example/old")])
    began = store.site.begin(make.NOON + make.DAY)
    store.site.save([make.site_page(fetched_at=began)])
    assert store.site.finish(began=began, now=began + make.HOUR, whole=False) == 0
    assert store.site.document_count() == 2
    assert store.site.age(began + make.HOUR) == timedelta(0)


def test_a_reading_that_met_no_page_does_not_count(store: Store) -> None:
    store.site.save([make.site_page()])
    assert store.site.finish(began=make.NOON + make.HOUR, now=make.NOON + make.DAY, whole=True) == 0
    assert store.site.document_count() == 1
    assert store.site.age(make.NOON + make.DAY) is None


def test_a_reading_that_was_cut_off_goes_on_where_it_was(store: Store) -> None:
    began = store.site.begin(make.NOON)
    store.site.save([make.site_page()])
    assert store.site.begin(make.NOON + make.DAY) == began
    assert store.site.read_since(began) == {"https://mine.example/guide"}
    store.site.finish(began=began, now=make.NOON + make.DAY, whole=True)
    assert store.site.begin(make.NOON + make.DAY) == make.NOON + make.DAY
    assert store.site.read_since(make.NOON + make.DAY) == set()


def test_dead_links_of_your_own_pages_are_a_fix_list_and_no_prospects(store: Store) -> None:
    store.site.save([make.site_page(links=(make.link(section="Sources"),))])
    assert [wanted.url for wanted in store.evidence.wanted(make.NOON)] == [make.TARGET]
    store.evidence.save_verdict(make.TARGET, make.dead(), now=make.NOON)
    (row,) = store.reports.own_dead_links()
    assert (row["page_url"], row["page_title"], row["target_url"], row["section"]) == (
        "https://mine.example/guide",
        "My guide",
        make.TARGET,
        "Sources",
    )
    assert list(store.reports.dead_links()) == []
    assert store.reports.funnel(make.NOON).targets == 0
    assert store.pages.sightings(make.TARGET) == ()
