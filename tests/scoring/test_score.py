"""What makes a prospect worth a letter, part by part."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from prospector.items import (
    Confidence,
    Contact,
    ContactKind,
    DeadLink,
    Match,
    OutboundLink,
    Part,
    ResourcePage,
    Strength,
    Verdict,
    VerdictKind,
)
from prospector.scoring.authority import Rank
from prospector.scoring.score import Facts, ScoreWeights, score_prospect
from prospector.scoring.spam import Flag

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MATCH = Match(
    target_url="https://dead0.example/",
    rank=1,
    page_url="https://mine.example/compost",
    page_title="How to make compost",
    score=9.0,
    confidence=0.8,
    strength=Strength.STRONG,
)
LIND = Contact(site="bees.test", kind=ContactKind.EMAIL, value="a.lind@bees.test", name="A. Lind", role="librarian")


def link(number: int, *, rel: tuple[str, ...] = (), anchor: str = "Compost guide") -> OutboundLink:
    return OutboundLink(target_url=f"https://dead{number}.example/", anchor=anchor, rel=rel)


def dead(number: int, *, confidence: Confidence = Confidence.CONFIRMED, match: Match | None = None) -> DeadLink:
    return DeadLink(link=link(number), verdict=Verdict(kind=VerdictKind.GONE, reason="It answers 404.", confidence=confidence), match=match)


def facts(**changes: object) -> Facts:
    page = ResourcePage(
        url="https://bees.test/links",
        final_url="https://bees.test/links",
        status=200,
        fetched_at=NOW,
        title="Gardening links",
        language="en",
        last_modified="Sat, 21 Feb 2026 12:00:00 GMT",
        links=tuple(link(number) for number in range(40)),
        is_resource_page=True,
    )
    usual = Facts(
        page=page, dead_links=(dead(0, match=MATCH),), checked_links=40, contact=LIND, keywords=("gardening", "compost"), language="en"
    )
    return replace(usual, **changes)  # type: ignore[arg-type]  # a test changes what it is about


def part(of: Facts, name: str) -> Part:
    return {each.name: each for each in score_prospect(of, now=NOW).parts}[name]


def names(of: Facts) -> set[str]:
    return {each.name for each in score_prospect(of, now=NOW).parts}


def test_a_tended_page_on_the_topic_with_a_person_to_write_to_scores_high() -> None:
    assert score_prospect(facts(), now=NOW).total >= 75


def test_every_part_carries_a_reason() -> None:
    assert all(each.reason for each in score_prospect(facts(), now=NOW).parts)


@pytest.mark.parametrize(
    ("count", "checked", "name"), [(1, 40, "tended"), (2, 12, "tended"), (3, 40, "tended"), (12, 40, "half tended"), (30, 40, "abandoned")]
)
def test_one_or_two_dead_links_of_many_are_a_sign_of_care_and_a_page_full_of_rot_is_not(count: int, checked: int, name: str) -> None:
    rotten = facts(dead_links=tuple(dead(number) for number in range(count)), checked_links=checked)
    assert part(rotten, name).reason == f"{count} of {checked} checked links dead"


def test_a_share_of_three_links_says_nothing() -> None:
    assert names(facts(checked_links=3)).isdisjoint({"tended", "half tended", "abandoned"})


def test_a_link_that_stands_twice_on_the_page_is_one_dead_link() -> None:
    assert part(facts(dead_links=(dead(0), dead(0))), "tended").reason == "1 of 40 checked links dead"


def test_a_confirmed_death_weighs_more_than_a_probable_one() -> None:
    sure, unsure = facts(), facts(dead_links=(dead(0, confidence=Confidence.PROBABLE),))
    assert part(sure, "surely dead").points > part(unsure, "probably dead").points


def test_a_strong_match_weighs_more_than_a_possible_one() -> None:
    possible = replace(MATCH, strength=Strength.POSSIBLE, confidence=0.5)
    assert part(facts(), "something to offer").points > part(facts(dead_links=(dead(0, match=possible),)), "something to offer").points
    assert "something to offer" not in names(facts(dead_links=(dead(0),)))


def test_keywords_are_looked_for_in_the_title_and_at_the_links() -> None:
    assert part(facts(), "same topic").reason == '"gardening", "compost" in the title; 2 of 2 keywords on the page'
    elsewhere = part(facts(keywords=("compost",)), "same topic")
    assert elsewhere.reason == '"compost" at its links; 1 of 1 keywords on the page'
    assert part(facts(keywords=("mortgages",)), "other topic").points == 0.0
    assert names(facts(keywords=())).isdisjoint({"same topic", "other topic"})


@pytest.mark.parametrize(
    ("header", "name"),
    [("Sat, 21 Feb 2026 12:00:00 GMT", "fresh"), ("Mon, 01 Jan 2024 00:00:00 GMT", "quiet"), ("Sat, 01 Jan 2000 00:00:00 GMT", "stale")],
)
def test_freshness_is_read_from_last_modified(header: str, name: str) -> None:
    assert name in names(facts(page=replace(facts().page, last_modified=header)))


@pytest.mark.parametrize(
    "header", ["", "yesterday", "Sun, 01 Mar 2026 12:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT", "Sat, 99 Foo 99999 99:99:99 GMT"]
)
def test_a_header_that_says_nothing_true_counts_nothing(header: str) -> None:
    assert names(facts(page=replace(facts().page, last_modified=header))).isdisjoint({"fresh", "quiet", "stale"})


def test_links_that_a_page_disowns_cost_points() -> None:
    marked = tuple(link(number, rel=("nofollow", "ugc")) for number in range(10))
    disowned = part(facts(page=replace(facts().page, links=marked)), "untrusted links")
    assert disowned.points < 0.0
    assert disowned.reason == "10 of 10 links marked nofollow, ugc"
    assert "untrusted links" not in names(facts())


def test_ways_to_reach_somebody_are_ranked() -> None:
    mail = replace(LIND, name="", role="")
    form = replace(mail, kind=ContactKind.FORM, value="https://bees.test/contact")
    hidden = replace(LIND, deobfuscated=True)
    points = [part(facts(contact=contact), "reachable").points for contact in (LIND, mail, form)]
    assert points == sorted(points, reverse=True)
    assert len(set(points)) == 3
    assert part(facts(contact=hidden), "reachable").points == part(facts(contact=form), "reachable").points
    assert part(facts(contact=None), "unreachable").points < 0.0


def test_a_dead_page_that_others_want_too_is_worth_more() -> None:
    few, many = (part(facts(other_sites={"https://dead0.example/": count}), "wanted elsewhere") for count in (1, 9))
    assert 0.0 < few.points < many.points
    assert many.reason == "9 other sites link to the dead https://dead0.example/"
    assert "wanted elsewhere" not in names(facts())


def test_a_page_in_another_language_loses_and_an_unknown_language_does_not() -> None:
    assert part(facts(language="de"), "other language").points < 0.0
    assert "other language" not in names(facts(page=replace(facts().page, language="")))


def test_weights_are_the_user_s() -> None:
    only = ScoreWeights(**dict.fromkeys(ScoreWeights.__dataclass_fields__, 0.0))
    assert score_prospect(facts(), now=NOW, weights=only).total == 0
    assert score_prospect(facts(), now=NOW, weights=replace(only, named_contact=33.0)).total == 33


def test_the_total_stays_between_0_and_100() -> None:
    assert score_prospect(facts(), now=NOW, weights=ScoreWeights(topic=500.0)).total == 100
    assert score_prospect(facts(), now=NOW, weights=ScoreWeights(tended=-500.0)).total == 0


def test_a_place_in_a_list_of_the_web_counts_by_tenfolds_and_is_told() -> None:
    ranks = (Rank(domain="bees.test", source="Tranco", rank=100_000), Rank(domain="bees.test", source="our tool", rating=30.0))
    found = part(facts(ranks=ranks), "authority")
    assert found.points == 5.0
    assert found.reason == "rank 100,000 of Tranco; rated 30 of 100 by our tool"
    assert "authority" not in names(facts())


def test_signs_of_a_farm_take_points_each_up_to_three() -> None:
    flags = tuple(Flag(name=f"flag {number}", reason="so") for number in range(5))
    assert part(facts(flags=flags[:1]), "spam flags").points == -15.0
    assert part(facts(flags=flags[:1]), "spam flags").reason == "flag 0: so"
    assert part(facts(flags=flags), "spam flags").points == -45.0
    assert "spam flags" not in names(facts())


@pytest.mark.parametrize(
    ("html", "name", "points", "reason"),
    [
        ("<p>Last updated: 2026-02-27</p>", "fresh", 8.0, "changed 2 days ago (the page says so)"),
        ("<p>© 2004-2026 Bees</p>", "fresh", 4.0, "changed this year or the last (copyright 2026)"),
        ("<p>© 2001 Bees</p>", "stale", -4.0, "not changed for 24 years (copyright 2001)"),
        ("<p>Stand: 12.03.2023</p>", "quiet", 0.0, "changed 3.0 years ago (the page says so)"),
    ],
)
def test_where_the_server_does_not_say_the_page_itself_may(html: str, name: str, points: float, reason: str) -> None:
    found = part(facts(page=replace(facts().page, last_modified="", html=html)), name)
    assert (found.points, found.reason) == (points, reason)
