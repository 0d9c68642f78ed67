"""Which page is offered for a dead link, and when none is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospector.items import ArchivedCopy, OutboundLink, SitePage, Strength
from prospector.matching.features import FEATURES, directly_below
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


def test_a_page_above_several_that_fit_gains_by_it() -> None:
    pages = tuple(page(f"guides/compost/{way}", f"Compost {way}", "Layers.") for way in ("hot", "cold", "worms"))
    overview, alone = page("guides/compost", "Compost", "Heaps."), page("guides/composts", "Compost", "Heaps.")
    about = topic("https://old.example/soil", "Compost", heading="Compost")
    compared = {each.page.url: each.features for each in Ranker(ListIndex((*pages, overview, alone, *GARDEN))).rank(about)}
    assert compared[overview.url]["overview"] == 0.75
    assert compared[alone.url]["overview"] == 0.0
    home = "https://garden.example/"
    assert directly_below([home, overview.url, pages[0].url, pages[1].url]) == {overview.url: 2}


def test_the_page_of_a_section_that_holds_two_of_the_three_best_is_the_third_to_choose_from() -> None:
    section = page("trees/apples", "Orchard notes", "Apples of all kinds, and what to do with their trees in each season.")
    within = [
        page(f"trees/apples/pruning-{when}", f"Pruning old apple trees in {when}", "Cut dead wood of apple trees.")
        for when in ("winter", "summer", "autumn")
    ]
    order = Ranker(ListIndex((section, *within, *GARDEN))).rank(topic("https://old.example/x7", "Pruning old apple trees"))
    assert {each.page.url for each in order[:2]} < {each.url for each in within}
    assert order[2].page.url == section.url
    assert order[2].score < order[3].score  # it would not be there for its own words
    assert order[2].confidence == order[3].confidence


def test_a_home_page_is_no_section() -> None:
    home = page("", "Our garden", "Pruning, and much else.")
    within = [
        page(f"pruning-old-apple-trees-{when}", f"Pruning old apple trees in {when}", "Cut.") for when in ("winter", "summer", "autumn")
    ]
    order = Ranker(ListIndex((home, *within, *GARDEN))).rank(topic("https://old.example/x7", "Pruning old apple trees"))
    assert {each.page.url for each in order[:3]} == {each.url for each in within}


def test_the_order_of_the_pages_changes_nothing() -> None:
    twins = tuple(page(f"guides/compost-{number:03}", "How to make compost", "Green and brown layers.") for number in range(120))
    about = topic("https://old.example/compost", "How to make compost", heading="Compost heaps")
    there, back = (
        [(ranked.page.url, ranked.confidence) for ranked in Ranker(ListIndex(pages)).rank(about)]
        for pages in (twins + GARDEN, (GARDEN + twins)[::-1])
    )
    assert there == back


FEW = (GARDEN[0], GARDEN[1], GARDEN[3], GARDEN[8], GARDEN[9])  # three guides, "About us", "Open garden days"


@pytest.mark.parametrize(
    ("about", "page_url"),
    [
        (topic("https://old.example/companion-planting.html", "Companion planting chart", heading="Vegetables"), FEW[0].url),
        (topic("https://old.example/make-compost", "How to make compost", heading="Soil", title="Gardening links"), FEW[1].url),
        (topic("https://old.example/slugs.html", "Slugs and snails", heading="Pests"), FEW[2].url),
    ],
)
def test_a_site_of_five_pages_offers_what_is_named_like_the_dead_page(about: Topic, page_url: str) -> None:
    matches = best_matches(about, ListIndex(FEW), strong=0.7, possible=0.3)
    assert [match.page_url for match in matches][:1] == [page_url]


@pytest.mark.parametrize(
    "about",
    [
        topic("https://old.example/rain-barrel", "Building a rain barrel", heading="Water", title="Gardening links"),
        topic("https://old.example/garden-hotline", "Garden hotline", heading="Ask an expert", title="Gardening links"),
        topic("https://old.example/about.html", "About the society", heading="Clubs"),
        topic("https://old.example/seeds", "Seed catalogue", heading="Buying seeds", title="Vegetables for beginners"),
        topic("https://old.example/", "Home page", heading="Gardens", title="Gardening links"),
    ],
)
def test_a_site_of_five_pages_does_not_offer_the_least_foreign_of_them(about: Topic) -> None:
    assert best_matches(about, ListIndex(FEW), strong=0.7, possible=0.3) == ()


def test_the_telling_words_are_those_that_the_evidence_agrees_on(garden: ListIndex) -> None:
    about = topic(
        "https://old.example/mushroom-logs.html", "Growing mushrooms on logs: a guide", heading="Mushrooms", context="Free guide, 2009"
    )
    assert Ranker(garden).telling_words(about, limit=2) == ("mushroom", "logs")
    assert "2009" not in Ranker(garden).telling_words(about)


def test_the_telling_words_are_of_the_dead_page_and_not_of_the_page_that_links(garden: ListIndex) -> None:
    about = topic(
        "https://old.example/alpine-troughs.html",
        "Tufa troughs, don't miss",
        heading="Favourites of granny",
        context="Tufa troughs, don't miss: tiny old ones of my granny, favourites of the allotment association",
        title="Granny's allotment",
    )
    assert set(Ranker(garden).telling_words(about)) == {"alpine", "troughs", "tufa", "miss"}


@pytest.mark.parametrize("anchor", ["Mit Mulch über den Winter bis Mai", "Pailler sans se fatiguer"])
def test_no_telling_word_is_a_stop_word(garden: ListIndex, anchor: str) -> None:
    told = Ranker(garden).telling_words(topic("https://old.example/p/1", anchor))
    assert told
    assert not {"bis", "fur", "uber", "sans", "se"} & set(told)


def test_where_the_dead_page_has_no_name_the_heading_above_the_link_tells(garden: ListIndex) -> None:
    about = topic("https://old.example/p/1", "Guide", heading="Slugs and snails", context="Guide of the allotment")
    assert set(Ranker(garden).telling_words(about)) == {"slugs", "snails"}


def test_whoever_asks_why_sees_the_nearest_pages_even_if_none_fits(garden: ListIndex) -> None:
    about = topic("https://old.example/x", "Notes on bees and wasps")
    assert best_matches(about, garden, strong=0.7, possible=0.6) == ()
    assert Ranker(garden).nearest(about, strong=0.7)[0].page_url.endswith("/bees")
