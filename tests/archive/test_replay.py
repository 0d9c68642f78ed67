"""What an archived copy shows: the page that was linked, or the one that it led to."""

from __future__ import annotations

import pytest

from prospector.archive.replay import captured_elsewhere
from prospector.items import ArchivedCopy

TARGET = "http://drying.test/herbs/dry.html"


@pytest.mark.parametrize(
    "inside",
    [
        TARGET,
        "https://www.drying.test/herbs/dry.html",
        "drying.test/herbs/dry.html",
        "http://DRYING.test:80/herbs/dry.html#top",
        "http://drying.test/herbs/dry.html/",
    ],
)
def test_the_same_page_in_other_letters_is_the_same_page(inside: str) -> None:
    copy = ArchivedCopy(target_url=TARGET, archive_url=f"https://web.archive.org/web/20140121150000/{inside}")
    assert captured_elsewhere(copy) == ""


def test_another_page_is_named() -> None:
    archived = "https://web.archive.org/web/20140121150000id_/http://drying.test/handbook/herbs.html"
    assert captured_elsewhere(ArchivedCopy(target_url=TARGET, archive_url=archived)) == "http://drying.test/handbook/herbs.html"


@pytest.mark.parametrize("address", ["", "https://archive.example/1/x", "https://archive.example/99999999999999/http://other.test/"])
def test_an_address_that_says_no_page_says_nothing(address: str) -> None:
    assert captured_elsewhere(ArchivedCopy(target_url=TARGET, archive_url=address)) == ""
