"""Where to crawl next: pages of other sites that look like lists of links."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from prospector.export import TABLES
from prospector.items import OutboundLink, ResourcePage, SitePage, Verdict, VerdictKind
from prospector.scoring.authority import Rank
from prospector.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "x.db") as opened:
        yield opened


def read(store: Store, url: str, *links: tuple[str, str]) -> None:
    outbound = tuple(OutboundLink(target_url=target, anchor=anchor, context=anchor) for target, anchor in links)
    store.pages.save(ResourcePage(url=url, final_url=url, status=200, fetched_at=NOON, title="Links", links=outbound))


def candidates(store: Store) -> list[str]:
    return [str(row["url"]) for row in TABLES["seed-candidates"].rows(store)]


def test_the_likeliest_come_first_and_of_these_the_most_wanted(store: Store) -> None:
    a, b, c = "https://a.example.com/links.html", "https://b.example.net/resources/", "https://c.example.org/useful-links"
    read(
        store, "https://one.test/", (a, "Ash club"), (b, "Birch society"), (c, "Links about cedars"), ("https://d.example.edu/oak", "Oaks")
    )
    read(store, "https://two.test/", (b, "Birches"))
    assert candidates(store) == [c, b, a]


def test_a_row_says_why_and_where_it_is_linked_from(store: Store) -> None:
    read(store, "https://one.test/", ("https://guides.example.com/links.html", "Garden links"))
    store.ranks.save("Tranco", [Rank(domain="example.com", source="Tranco", rank=12_345)], now=NOON)
    (row,) = TABLES["seed-candidates"].rows(store)
    assert row["reason"] == '"links" in its address, "links" in its link text'
    assert row["ranks"] == ["rank 12,345 of Tranco"]
    assert (row["referring_pages"], row["referring_domains"], row["linked_from"]) == (1, 1, ["https://one.test/"])
    assert tuple(row) == TABLES["seed-candidates"].columns


def test_of_a_site_the_best_page_stands_for_all(store: Store) -> None:
    read(store, "https://one.test/", ("https://a.example.com/links", "Ash"), ("https://www.example.com/links", "Links of the ash club"))
    assert candidates(store) == ["https://www.example.com/links"]


def test_what_is_dead_seen_or_ones_own_is_left_out(store: Store) -> None:
    dead, own, seen = "https://dead.example.com/links", "https://mine.test/links", "https://two.test/links"
    read(store, "https://one.test/", (dead, "Links"), (own, "Links"), (seen, "Links"))
    read(store, "https://two.test/", ("https://one.test/more-links", "Links"))
    store.site.save([SitePage(url="https://mine.test/", fetched_at=NOON)])
    store.evidence.save_verdict(dead, Verdict(kind=VerdictKind.GONE, reason="It is gone."), now=NOON)
    assert candidates(store) == []
