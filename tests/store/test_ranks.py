"""Imported ranks: kept a list each, read back for a site."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from prospector.scoring.authority import Rank
from prospector.store import Store
from tests.store import builders as make


def test_sites_of_pages_and_of_targets_are_wanted_and_places_on_shared_hosts_are_not(store: Store) -> None:
    links = [make.link("https://www.gone.example.com/guide"), make.link("https://guides.example.net/x")]
    store.pages.save(make.page("https://library.example.org/links", links=links))
    store.pages.save(make.page("https://uni.example.edu/~ada/links"))
    assert store.ranks.wanted() == {"example.org", "example.com", "example.net"}


def test_a_site_has_its_place_in_each_list(store: Store) -> None:
    store.ranks.save("Tranco", [Rank(domain="example.org", source="Tranco", rank=12_345)], now=make.NOON)
    store.ranks.save("ours", [Rank(domain="example.org", source="ours", rating=54.5)], now=make.NOON)
    assert store.ranks.of("example.org") == (
        Rank(domain="example.org", source="Tranco", rank=12_345),
        Rank(domain="example.org", source="ours", rating=54.5),
    )
    assert store.ranks.of("example.com") == ()
    assert [(each.source, each.sites, each.imported_at) for each in store.ranks.sources()] == [
        ("Tranco", 1, make.NOON),
        ("ours", 1, make.NOON),
    ]


def test_a_newer_list_takes_the_place_of_the_older(store: Store) -> None:
    names = [f"site{number}.org" for number in range(250)]
    assert store.ranks.save("Tranco", [Rank(domain=name, source="Tranco", rank=7) for name in names], now=make.NOON) == 250
    store.ranks.save("Tranco", [Rank(domain=name, source="Tranco", rank=3) for name in names[:10]], now=make.NOON + make.DAY)
    assert store.ranks.of("site3.org") == (Rank(domain="site3.org", source="Tranco", rank=3),)
    assert store.ranks.of("site200.org") == ()


def test_a_list_that_breaks_off_takes_nothing_away(store: Store) -> None:
    def broken() -> Iterator[Rank]:
        yield Rank(domain="new.org", source="Tranco", rank=1)
        raise ValueError("line 2")

    store.ranks.save("Tranco", [Rank(domain="old.org", source="Tranco", rank=9)], now=make.NOON)
    with pytest.raises(ValueError, match="line 2"):
        store.ranks.save("Tranco", broken(), now=make.NOON + make.DAY)
    assert store.ranks.of("old.org") == (Rank(domain="old.org", source="Tranco", rank=9),)


def test_prospects_of_ranked_sites_are_worked_through_again(store: Store) -> None:
    pages = [make.PAGE, "https://else.example.net/links", "https://third.example.com/links"]
    for page in pages:
        store.pages.save(make.page(page))
    for page in pages[:2]:
        store.prospects.save(make.prospect(page), now=make.NOON)
    for page in pages:
        store.pages.mark_done(page, now=make.NOON)
    domains = ("example.org", "example.com")
    store.ranks.save("Tranco", [Rank(domain=domain, source="Tranco", rank=5) for domain in domains], now=make.NOON)
    assert store.pages.undone() == [make.PAGE]
