"""Which page is offered for a dead link, and when none is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospector.items import ArchivedCopy, OutboundLink, SitePage, Strength
from prospector.matching.features import FEATURES
from prospector.matching.rank import Ranker, best_matches
from prospector.matching.topic import Sighting, Topic, topic_of
from tests.matching.garden import GARDEN, ListIndex, page


def topic(url: str, anchor: str = "", *, heading: str = "", context: str = "", title: str = "", copy: ArchivedCopy | None = None) -> Topic:
    link = OutboundLink(target_url=url, anchor=anchor, heading=heading, section=heading, context=context or anchor)
    return topic_of(url, [Sighting(link=link, page_title=title)], copy)


def best(about: Topic, index: ListIndex) -> str:
    return Ranker(index).rank(about)[0].page.url.removeprefix("https://garden.example/guides/")


def test_a_guide_of_the_same_name_is_a_strong_match(garden: ListIndex) -> None:
    about = topic("https://old.example/companion-planting.html", "Companion planting chart", heading="Vegetables", title="Gardening links")
    match = best_matches(about, garden, strong=0.7, possible=0.3)[0]
    assert match.page_url == "https://garden.example/guides/companion-planting"
    assert (match.rank, match.strength, match.target_url) == (1, Strength.STRONG, about.target_url)


def test_the_heading_says_what_a_vague_anchor_does_not(garden: ListIndex) -> None:
    assert best(topic("https://old.example/art17.htm", "Demo and information page", heading="Slugs and snails"), garden) == "slugs"


def test_an_archived_copy_finds_a_page_that_nothing_else_names(garden: ListIndex) -> None:
    copy = ArchivedCopy(
        target_url="https://old.example/p/7",
        title="Water for dry weeks",
        text="Put a barrel under the downpipe, add a tap and a lid, and keep rain water for the dry weeks of summer.",
    )
    assert best(topic("https://old.example/p/7", "this page", copy=copy), garden) == "rain-barrel"


def test_words_of_another_form_meet(garden: ListIndex) -> None:
    assert best(topic("https://old.example/x", "Composting", heading="Making compost heaps"), garden) == "compost"


@pytest.mark.parametrize(
    "about",
    [
        topic("https://old.example/jvm-tuning", "Tuning the garbage collector", heading="Java", title="Programming books"),
        topic("https://old.example/mortgage-rates", "Current mortgage rates", heading="Banks"),
        topic("https://old.example/x9", "here"),
        topic("https://old.example/", ""),
    ],
)
def test_nothing_fits_a_foreign_or_wordless_topic(about: Topic, garden: ListIndex) -> None:
    assert best_matches(about, garden, strong=0.7, possible=0.3) == ()


def test_an_empty_site_has_nothing_to_offer(empty_site: ListIndex) -> None:
    assert best_matches(topic("https://old.example/compost", "Compost"), empty_site, strong=0.7, possible=0.3) == ()


def test_the_thresholds_decide_what_is_offered(garden: ListIndex) -> None:
    about = topic("https://old.example/companion-planting.html", "Companion planting chart")
    ranker = Ranker(garden)
    sure = ranker.rank(about)[0].confidence
    assert ranker.best_matches(about, strong=1.0, possible=sure + 0.001) == ()
    assert ranker.best_matches(about, strong=sure + 0.001, possible=sure - 0.001)[0].strength is Strength.POSSIBLE
    assert ranker.best_matches(about, strong=sure - 0.001, possible=0.0)[0].strength is Strength.STRONG


def test_at_most_three_are_offered_and_only_the_first_can_be_strong() -> None:
    twins = ListIndex(
        tuple(page(f"guides/compost-{letter}", "How to make compost", "Green and brown layers.") for letter in "abcdef") + GARDEN
    )
    matches = best_matches(topic("https://old.example/compost", "How to make compost"), twins, strong=0.0, possible=0.0)
    assert [match.rank for match in matches] == [1, 2, 3]
    assert [match.strength for match in matches] == [Strength.STRONG, Strength.POSSIBLE, Strength.POSSIBLE]


def test_a_hopeless_alternative_is_not_listed(garden: ListIndex) -> None:
    matches = best_matches(topic("https://old.example/companion-planting", "Companion planting chart"), garden, strong=0.7, possible=0.3)
    assert "https://garden.example/events" not in {match.page_url for match in matches}


def test_the_reasons_name_the_matched_words_and_where_they_stand(garden: ListIndex) -> None:
    about = topic("https://old.example/c.html", "Companion planting chart", heading="Good neighbours")
    reasons = {part.name: part.reason for part in Ranker(garden).best_matches(about, strong=0.7, possible=0.0)[0].reasons}
    assert reasons["the link text"].startswith('"companion", "planting", "chart" in the page\'s title')
    assert '"good", "neighbours"' in reasons["the heading above the link"]


def test_a_page_gains_nothing_from_standing_in_the_dead_page_s_folder() -> None:
    here, elsewhere = (
        page("dead/folder/name/compost", "How to make compost", "Layers."),
        page("some/other/place/compost", "How to make compost", "Layers."),
    )
    about = topic("https://old.example/dead/folder/name/compost-heaps", "Compost heaps")
    scores = {ranked.page.url: ranked.features for ranked in Ranker(ListIndex((here, elsewhere, *GARDEN))).rank(about)}
    compared = [{name: value for name, value in scores[each.url].items() if not name.startswith("found_by_")} for each in (here, elsewhere)]
    assert all(value <= compared[1][name] + 1e-9 for name, value in compared[0].items())


def test_every_feature_lies_between_0_and_1(garden: ListIndex) -> None:
    copy = ArchivedCopy(target_url="https://old.example/c", title="Compost", headings=("Turning the heap",), text=GARDEN[1].text)
    for compared in Ranker(garden).compare(topic("https://old.example/compost", "Make compost", heading="Soil", copy=copy)):
        assert set(compared.features) == set(FEATURES)
        assert all(0.0 <= value <= 1.0 + 1e-9 for value in compared.features.values()), compared.features


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_no_text_makes_ranking_fail(url: str, anchor: str, title: str) -> None:
    index = ListIndex((SitePage(url=url, title=title, text=anchor), *GARDEN[:2]))
    matches = best_matches(topic(f"http://{url}", anchor, heading=title), index, strong=0.7, possible=0.0)
    assert all(0.0 <= match.confidence <= 1.0 for match in matches)


def test_pages_taken_away_are_not_ranked(garden: ListIndex) -> None:
    about = topic("https://old.example/compost", "How to make compost")
    taken = next(each.url for each in garden.pages if each.url.endswith("/compost"))
    assert all(ranked.page.url != taken for ranked in Ranker(garden).rank(about, without={taken}))
