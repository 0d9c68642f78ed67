"""The funnel and the views for people."""

from __future__ import annotations

from prospector.items import ArchivedCopy, Confidence, DraftStatus, Stage, Strength, VerdictKind
from prospector.store import Alias, Store
from tests.store import builders as make

HOSTS = ("gone", "waits", "moved", "alive", "wall", "slow", "robots", "new")


def url(name: str) -> str:
    return f"https://{name}.example.com/x"


def campaign(store: Store) -> None:
    """Two pages, eight targets of all fates, one letter."""
    store.pages.save(make.page(links=[make.link(url(name), position=n, anchor=name) for n, name in enumerate(HOSTS)]))
    store.pages.save(make.page("https://else.example.net/", is_resource_page=False, links=[make.link(url("gone"), anchor="the guide")]))
    verdicts = {
        "gone": make.dead(),
        "waits": make.dead(VerdictKind.DNS, Confidence.PROBABLE, next_check_at=make.NOON + make.DAY),
        "moved": make.dead(VerdictKind.SOFT404),
        "alive": make.alive(),
        "wall": make.alive(kind=VerdictKind.BLOCKED),
        "slow": make.alive(kind=VerdictKind.TRANSIENT),
        "robots": make.alive(kind=VerdictKind.UNKNOWN),
    }
    for name, verdict in verdicts.items():
        store.evidence.save_verdict(url(name), verdict, now=make.NOON)
    store.findings.save_matches(url("gone"), [make.match(url("gone")), make.match(url("gone"), rank=2)], now=make.NOON)
    store.findings.save_matches(url("waits"), [make.match(url("waits"), strength=Strength.POSSIBLE)], now=make.NOON)
    store.findings.save_matches(url("moved"), [], now=make.NOON)
    store.prospects.save(make.prospect(stage=Stage.DRAFTED, contact=make.contact()), now=make.NOON)
    store.drafts.save(make.draft(), now=make.NOON)


def test_the_funnel_counts_every_loss(store: Store) -> None:
    campaign(store)
    funnel = store.reports.funnel(make.NOON)
    assert (funnel.pages_fetched, funnel.resource_pages, funnel.links, funnel.targets, funnel.checked) == (2, 1, 9, 8, 7)
    assert (funnel.alive, funnel.dead_probable, funnel.dead_confirmed, funnel.blocked, funnel.transient, funnel.unknown) == (
        1,
        1,
        2,
        1,
        1,
        1,
    )
    assert (funnel.matched_strong, funnel.matched_possible, funnel.no_fit) == (1, 1, 1)
    assert (funnel.pages_with_dead_links, funnel.pages_with_contact) == (2, 1)
    assert funnel.drafts == {status: int(status is DraftStatus.READY) for status in DraftStatus}
    assert (funnel.due_later, funnel.next_due_at) == (1, make.NOON + make.DAY)


def test_an_empty_campaign_has_a_funnel_of_zeros(store: Store) -> None:
    funnel = store.reports.funnel(make.NOON)
    assert (funnel.pages_fetched, funnel.no_fit, funnel.due_later, funnel.next_due_at) == (0, 0, 0, None)


def test_dead_links_bring_their_fixes_and_come_in_the_order_of_how_many_sites_want_them(store: Store) -> None:
    campaign(store)
    store.findings.save_alias(Alias(target_url=url("moved"), new_url="https://moved.example.com/new", confidence=1.0), now=make.NOON)
    store.findings.save_archived(
        ArchivedCopy(target_url=url("gone"), captured_at=make.NOON, archive_url="https://archive.example/1"), now=make.NOON
    )
    store.findings.save_archived(ArchivedCopy(target_url=url("moved")), now=make.NOON)
    rows = list(store.reports.dead_links())
    assert [(row["page_url"], row["anchor"], row["verdict"], row["confidence"]) for row in rows] == [
        ("https://else.example.net/", "the guide", "gone", "confirmed"),
        (make.PAGE, "gone", "gone", "confirmed"),
        (make.PAGE, "moved", "soft404", "confirmed"),
        (make.PAGE, "waits", "dns", "probable"),
    ]
    assert [row["match_strength"] for row in rows] == ["strong", "strong", None, "possible"]
    assert [row["archive_url"] for row in rows] == ["https://archive.example/1", "https://archive.example/1", None, None]
    assert [row["new_url"] for row in rows] == [None, None, "https://moved.example.com/new", None]


def test_content_gaps_are_dead_targets_that_were_matched_in_vain(store: Store) -> None:
    campaign(store)
    store.findings.save_matches(url("gone"), [], now=make.NOON)
    rows = list(store.reports.content_gaps())
    assert [(row["target_url"], row["anchors"], row["referring_domains"]) for row in rows] == [
        (url("gone"), ["gone", "the guide"], 2),
        (url("moved"), ["moved"], 1),
    ]


def test_prospects_count_their_dead_links_as_they_are_now(store: Store) -> None:
    campaign(store)
    (row,) = store.reports.prospects()
    assert (row["dead_links"], row["confirmed_dead_links"], row["draft_status"], row["stage"]) == (3, 2, "ready", "drafted")
    store.evidence.set_override(url("gone"), VerdictKind.ALIVE, now=make.NOON)
    (row,) = store.reports.prospects()
    assert (row["dead_links"], row["confirmed_dead_links"]) == (2, 1)


def test_letters_show_where_the_address_is_from(store: Store) -> None:
    campaign(store)
    (row,) = store.reports.drafts()
    assert (row["id"], row["status"], row["recipient"], row["contact_found_at"]) == (
        1,
        "ready",
        "lind@library.example.org",
        "2026-03-01T12:00:00+00:00",
    )
