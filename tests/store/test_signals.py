"""What scores ask of the stored links."""

from __future__ import annotations

from prospector.items import VerdictKind
from prospector.store import Store, Visit
from tests.store import builders as make

OTHER = "https://library.example.org/more"


def test_verdicts_of_a_page_are_those_of_its_content_with_a_persons_word_first(store: Store) -> None:
    gone, alive, new, badge = (f"https://{name}.example.com/" for name in ("gone", "alive", "new", "badge"))
    links = [make.link(gone), make.link(alive), make.link(new), make.link(badge, boilerplate=True)]
    store.pages.save(make.page(links=links))
    store.evidence.save_verdict(gone, make.dead(), now=make.NOON)
    store.evidence.save_verdict(alive, make.dead(), now=make.NOON)
    store.evidence.set_override(alive, VerdictKind.ALIVE, now=make.NOON)
    assert store.signals.verdicts(make.PAGE) == {gone: VerdictKind.GONE, alive: VerdictKind.ALIVE}


def test_other_pages_of_the_site_are_compared_with_all_their_links(store: Store) -> None:
    badge = make.link("https://badge.example.com/", boilerplate=True)
    store.pages.save(make.page(links=[make.link(), badge]))
    store.pages.save(make.page(OTHER, links=[make.link("https://b.example.com/"), badge]))
    store.pages.save(make.page("https://else.example.net/", links=[make.link()]))
    store.pages.save(make.page("https://library.example.org/bare"))  # read to show the way; its links were not kept
    assert store.signals.targets_elsewhere(make.PAGE) == (frozenset({"https://b.example.com/", "https://badge.example.com/"}),)
    assert store.signals.targets_elsewhere("https://unknown.example/") == ()


def test_targets_come_with_all_their_links_and_the_sites_these_stand_on(store: Store) -> None:
    store.pages.save(make.page(links=[make.link(anchor="Guide"), make.link("https://a.example.com/")]))
    store.pages.save(make.page("https://else.example.net/", links=[make.link(anchor="The guide"), make.link(anchor="again")]))
    store.evidence.save_verdict(make.TARGET, make.dead(), now=make.NOON)
    first, second = store.signals.linked_targets()
    assert (first.url, first.verdict, first.sites) == ("https://a.example.com/", None, frozenset({"example.org"}))
    assert (second.url, second.verdict, second.sites) == (make.TARGET, VerdictKind.GONE, frozenset({"example.org", "example.net"}))
    assert [link.anchor for link in second.links] == ["Guide", "The guide", "again"]
    assert second.pages == (make.PAGE, "https://else.example.net/")


def test_seen_sites_are_those_read_those_to_be_visited_and_your_own(store: Store) -> None:
    store.pages.save(make.page())
    store.visits.add([Visit(url="https://www.next.example.net/links")])
    store.site.save([make.site_page("https://mine.example/guide")])
    assert store.signals.seen_sites() == {"example.org", "example.net", "mine.example"}
