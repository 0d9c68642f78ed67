"""Lists of ranked sites are known by their shape, and streamed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospector.scoring.authority import Rank
from prospector.scoring.rank_lists import RankListError, rank_list

WANTED = frozenset({"example.org", "garden.co.uk"})


def read(text: str) -> tuple[str, list[tuple[str, int | None, float | None]]]:
    found = rank_list(text.splitlines(keepends=True), fallback="mine")
    return found.name, [(rank.domain, rank.rank, rank.rating) for rank in found.read(WANTED)]


@pytest.mark.parametrize(
    ("text", "name", "ranks"),
    [
        ("1,search.com\n2,example.org\r\n3,garden.co.uk\n", "Tranco", [("example.org", 2, None), ("garden.co.uk", 3, None)]),
        (
            "GlobalRank,TldRank,Domain,TLD,RefSubNets,RefIPs,IDN_Domain,IDN_TLD\n9,4,example.org,org,1,2,example.org,org\n",
            "Majestic Million",
            [("example.org", 9, None)],
        ),
        (
            "#harmonicc_pos\t#harmonicc_val\t#pr_pos\t#pr_val\t#host_rev\t#n_hosts\n1\t3e7\t5\t0.01\tcom.search\t9\n77\t2e7\t9\t0.02\tuk.co.garden\t3\n",
            "Common Crawl",
            [("garden.co.uk", 77, None)],
        ),
        ("\ufeff#,Domain,Domain Rating\n1,https://www.Example.org/,54\n", "mine", [("example.org", 1, None)]),
        ('Target\tDR\n"garden.co.uk"\t54.5\nexample.org\t\n', "mine", [("garden.co.uk", None, 54.5)]),
        ('Domain;Rank\nexample.org;"12,345"\nbroken\n;\n', "mine", [("example.org", 12_345, None)]),
        ("\n\nRank,Website\n5,garden.co.uk\n", "mine", [("garden.co.uk", 5, None)]),
    ],
)  # fmt: skip
def test_each_shape_is_read(text: str, name: str, ranks: list[tuple[str, int | None, float | None]]) -> None:
    assert read(text) == (name, ranks)


def test_reading_ends_when_all_that_is_wanted_is_found() -> None:
    def endless() -> Iterator[str]:
        for place in count(1):
            yield f"{place},{'example.org' if place == 1_000 else f'site{place}.com'}\n"

    assert list(rank_list(endless()).read({"example.org"})) == [Rank(domain="example.org", source="Tranco", rank=1_000)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n \n",
        "just text\n",
        "domain\nexample.org\n",
        "rank,place\n1,2\n",
        "domain,rank\nexample.org,0\n",
        "domain,rating\nexample.org,-3\n",
    ],
)
def test_what_cannot_be_read_is_an_error_with_its_reason(text: str) -> None:
    with pytest.raises(RankListError, match=r"\w"):
        read(text)


@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_other_text_is_refused_in_words_or_read(lines: list[str]) -> None:
    with suppress(RankListError):
        list(rank_list(lines).read(WANTED))


@pytest.mark.parametrize(
    ("rank", "worth"),
    [
        (Rank(domain="a", source="T", rank=1), 1.0),
        (Rank(domain="a", source="T", rank=1_000), 1.0),
        (Rank(domain="a", source="T", rank=100_000), 0.5),
        (Rank(domain="a", source="T", rank=50_000_000), 0.0),
        (Rank(domain="a", source="T", rating=54.0), 0.54),
        (Rank(domain="a", source="T", rating=0.0), 0.0),
    ],
)
def test_each_tenfold_of_places_is_worth_the_same(rank: Rank, worth: float) -> None:
    assert rank.worth == pytest.approx(worth)
