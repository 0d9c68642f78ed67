"""What a run remembers of what it asked for."""

from __future__ import annotations

from prospector.spiders.ledger import Ledger

URLS = [f"https://old.example.com/{number}" for number in range(3)]


def test_a_target_is_asked_for_once_until_the_store_knows_that_it_is_not_due() -> None:
    ledger = Ledger()
    assert ledger.to_ask(URLS) == URLS
    assert ledger.to_ask(URLS) == []
    for url in URLS:
        ledger.answered(url)
    assert ledger.to_ask(URLS) == []
    ledger.settled(URLS[:1])
    assert ledger.to_ask(URLS) == URLS[:1]


def test_a_page_is_done_with_the_last_target_that_it_waits_for() -> None:
    ledger = Ledger()
    ledger.to_ask(URLS[:2])
    assert ledger.wait("https://lists.example.com/a", URLS)
    assert not ledger.wait("https://lists.example.com/b", URLS[2:])
    assert ledger.answered(URLS[0]) == []
    assert ledger.answered(URLS[1]) == ["https://lists.example.com/a"]
