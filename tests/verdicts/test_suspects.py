"""Who is a suspect, and what made-up neighbours look like."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prospector.items import Observation, Outcome
from prospector.verdicts.addresses import Landing, is_root, landing, shape
from prospector.verdicts.suspects import siblings, suspicion
from tests.verdicts.world import HOME, LOST, START, failed, page, sample, site, visit

URL = "https://lake.example/garden/herb-spiral.html"


def seen(html: str, *, status: int = 200, url: str = URL, final: str = "", expected: tuple[str, ...] = ("herb",)) -> Observation:
    body = sample(html, final or url, expected=expected, close=False)
    return Observation(
        target_url=url, observed_at=START, outcome=Outcome.ANSWERED, status=status, final_url=final or url, body=body, expected=expected
    )


def test_an_ordinary_page_with_the_words_it_promises_costs_no_probe() -> None:
    assert suspicion(seen(page("Herb spirals"))) == ""


@pytest.mark.parametrize(
    "observation",
    [
        seen(LOST),
        seen(page("Tea")),
        seen("<body></body>", expected=()),
        seen(HOME, final="https://lake.example/"),
        seen(HOME, final="https://lake.example/garden/"),
        seen(page("Wool"), final="https://other.example/wool"),
        seen(page("Tea", head='<meta name="robots" content="noindex">'), expected=()),
        seen(page("Tea", head='<link rel="canonical" href="/">'), expected=()),
        seen(page("Tea", "Oops. The page you requested is not here."), expected=()),
        seen(page("lake.example is for sale!"), status=403),
        seen("", status=404),
    ],
)
def test_what_might_be_dead_behind_its_status_is_a_suspect(observation: Observation) -> None:
    assert suspicion(observation)


@pytest.mark.parametrize(
    "observation",
    [
        seen(LOST, status=404),
        seen(page("Oops"), status=503),
        seen("<title>Just a moment...</title>", status=200),
        seen(page("Herbs moved"), final="https://lake.example/herbs/"),
        seen(page("Herbs"), final="https://herbs.example/"),
        seen(page("Lake society"), url="https://lake.example/", expected=()),
        failed(Outcome.NO_HOST),
    ],
)
def test_what_probes_could_not_change_is_no_suspect(observation: Observation) -> None:
    assert suspicion(observation) == ""


def outline(text: str) -> str:
    return re.sub(r"[A-Z]+", "A", re.sub(r"[a-z]+", "a", re.sub(r"\d+", "0", text)))


@pytest.mark.parametrize(
    "url",
    [
        "https://lake.example/garden/herb-spiral_1998.html",
        "https://lake.example/garden/Herbs/",
        "https://lake.example/2014/05/12345",
        "https://lake.example/garden/HERBS.PDF",
        "https://lake.example/show.php?id=123456&lang=en",
        "https://lake.example/?p=8123456",
    ],
)
def test_a_made_up_neighbour_has_the_shape_of_the_address(url: str) -> None:
    one, other = siblings(url, random.Random(3))
    assert len({url, one, other}) == 3
    assert outline(one) == outline(other) == outline(url)


def test_a_neighbour_stays_in_its_folder_and_keeps_what_names_no_page() -> None:
    for made in siblings("https://lake.example/garden/herbs.html?utm_source=x", random.Random(3)):
        assert re.fullmatch(r"https://lake\.example/garden/[a-z]{5,}\.html\?utm_source=x", made)


def test_short_names_are_lengthened_for_a_short_one_may_exist() -> None:
    assert all(re.fullmatch(r"https://lake\.example/n/\d{6,}", made) for made in siblings("https://lake.example/n/7", random.Random(3)))


def test_the_neighbours_of_a_root_stand_beside_it() -> None:
    assert all(re.fullmatch(r"https://lake\.example/[a-z]{6,}", made) for made in siblings("https://lake.example/", random.Random(3)))
    assert all(made.startswith("https://lake.example/en/") for made in siblings("https://lake.example/en/", random.Random(3)))


@example("½½½½½½½", 1)
@example("//", 1)
@given(st.text(max_size=80), st.integers())
def test_any_address_has_neighbours(tail: str, seed: int) -> None:
    one, other = siblings(f"https://lake.example/{tail}", random.Random(seed))
    assert len({one, other, f"https://lake.example/{tail}"}) == 3


# -- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "where"),
    [
        ("http://lake.example/a/", "https://www.lake.example/a", Landing.SAME),
        ("http://lake.example/a/index.html", "http://lake.example/A/", Landing.SAME),
        ("http://lake.example/a", "http://lake.example/a?session=1", Landing.SAME),
        ("http://lake.example/", "http://lake.example/en/", Landing.SAME),
        ("http://lake.example/a/b.html", "https://lake.example/", Landing.HOME),
        ("http://lake.example/a/b.html", "https://lake.example/en/home.aspx", Landing.HOME),
        ("http://blog.lake.example/a", "https://lake.example/", Landing.HOME),
        ("http://lake.example/?p=12", "http://lake.example/", Landing.HOME),
        ("http://lake.example/a/b/c.html", "http://lake.example/a/", Landing.PARENT),
        ("http://lake.example/show.php?id=4", "http://lake.example/show.php", Landing.PARENT),
        ("http://lake.example/a/b.html", "http://lake.example/new/b.html", Landing.ELSEWHERE),
        ("http://lake.example/a/b.html", "http://other.example/b", Landing.OTHER_SITE),
        ("http://[bad/", "http://lake.example/", Landing.OTHER_SITE),
    ],
)
def test_where_a_redirect_ends(start: str, end: str, where: Landing) -> None:
    assert landing(start, end) is where


def test_front_doors() -> None:
    assert is_root("https://lake.example")
    assert is_root("https://lake.example/index.php")
    assert is_root("https://lake.example/de/?utm_source=x")
    assert not is_root("https://lake.example/index.php?page=herbs")
    assert not is_root("https://lake.example/~ann/")


def test_a_visit_probes_only_suspects() -> None:
    host = site({"/garden/herb-spiral.html": (200, page("The herb spiral"))})
    assert visit(host, URL).controls == ()
    assert len(visit(host, URL, anchors=["Quince jelly"]).controls) == 0
    assert len(visit(site(other=(200, LOST)), URL).controls) == 3


ADDRESSES = st.one_of(
    st.sampled_from(
        [
            "https://lake.example/",
            "https://lake.example/en/",
            "https://lake.example/garden/index.html",
            "https://lake.example/node/4711",
            "https://lake.example/2024-/",
            "https://lake.example/-",
            "https://lake.example/0.",
            "https://lake.example/a.html?lang=de&id=7",
            "https://lake.example/view?12345",
            "https://lake.example/view?page=",
            "https://lake.example/%E5%BA%AD%E5%9C%92.html",
        ]
    ),
    st.builds(
        "https://lake.example/{}{}{}{}".format,
        st.from_regex(r"([a-z0-9]{1,5}/){0,2}", fullmatch=True),
        st.from_regex(r"[A-Za-z0-9._~%20-]{0,12}", fullmatch=True),
        st.sampled_from(["", "/", ".html", ".PHP"]),
        st.from_regex(r"(\?[a-z0-9]{1,4}(=[A-Za-z0-9-]{0,6})?(&[a-z]{1,3}=[0-9]{0,3})?)?", fullmatch=True),
    ),
)


@given(url=ADDRESSES, number=st.integers())
def test_made_up_neighbours_have_the_shape_of_the_address(url: str, number: int) -> None:
    for sibling in siblings(url, random.Random(number)):
        assert shape(sibling) == shape(url), sibling


def test_a_living_suspect_needs_one_neighbour_and_a_lost_page_all_controls() -> None:
    host = site({"/garden/herb-spiral.html": (200, page("Tea"))})
    assert [control.kind for control in visit(host, URL).controls] == ["sibling"]
    soft = site(other=(200, LOST))
    assert [control.kind for control in visit(soft, URL).controls] == ["sibling", "sibling", "root"]
