"""Observations, verdicts, what is due, and a person's word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prospector.items import (
    DEAD_KINDS,
    BodySample,
    Confidence,
    Control,
    ControlKind,
    Hop,
    Outcome,
    Verdict,
    VerdictKind,
    Via,
)
from prospector.store import Store
from tests.store import builders as make


def test_an_observation_comes_back_whole_but_for_the_shingles(store: Store) -> None:
    body = BodySample(
        sha256="ab" * 32,
        size=900,
        complete=False,
        content_type="text/html",
        title="Introuvable – 404",
        headings=("Oops", "Que faire ?"),
        canonical="https://gone.example.com/404",
        robots="noindex",
        refresh="https://gone.example.com/",
        text_length=120,
        words_present=False,
        signs=("title-not-found-fr",),
        shingles=frozenset({1, 2}),
        html="<title>Introuvable – 404</title>",
    )
    seen = make.seen(
        outcome=Outcome.ANSWERED,
        run_id="20260301-120000",
        via=Via.BROWSER,
        final_url="https://gone.example.com/404",
        hops=(
            Hop(url=make.TARGET, status=302, location="/404"),
            Hop(url="https://gone.example.com/404", status=301, location="\udcff"),
        ),
        elapsed_ms=321,
        body=body,
        controls=(
            Control(
                kind=ControlKind.SIBLING,
                url="https://gone.example.com/xkcd",
                outcome=Outcome.ANSWERED,
                status=200,
                similarity=0.93,
                signs=("a",),
            ),
            Control(kind=ControlKind.ROOT, url="https://gone.example.com/", outcome=Outcome.TIMED_OUT, words_present=True),
        ),
        address="203.0.113.7",
        certificate="expired",
        headers={"server": "nginx", "retry-after": "3"},
        detail="broke off after 3 bytes \ud800",
        offline=True,
        expected=("bees", "guide"),
        observed_at=make.NOON.replace(microsecond=123456),
    )
    store.evidence.save_observations([seen])
    assert store.evidence.observations(make.TARGET) == (replace(seen, body=replace(body, shingles=None)),)


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_comes_back_as_itself(store: Store, outcome: Outcome) -> None:
    plain = make.seen(outcome=outcome, status=None)
    store.evidence.save_observations([plain])
    (found,) = store.evidence.observations(make.TARGET)
    assert found == plain
    assert found.outcome is outcome


def test_observations_are_appended_and_come_back_oldest_first(store: Store) -> None:
    later, sooner = make.seen(observed_at=make.NOON + make.DAY), make.seen(outcome=Outcome.TIMED_OUT, status=None)
    store.evidence.save_observations([later])
    store.evidence.save_observations([sooner])
    assert store.evidence.observations(make.TARGET) == (sooner, later)
    row = store._session.row("SELECT checks, last_checked_at FROM targets")
    assert row == {"checks": 2, "last_checked_at": "2026-03-02T12:00:00+00:00"}


def test_the_same_error_page_is_stored_once_however_many_targets_answer_with_it(store: Store) -> None:
    body = BodySample(sha256="ab" * 32, size=5000, complete=True, html="<h1>Not found</h1>" * 300)
    store.evidence.save_observations([make.seen(f"https://gone.example.com/{n}", body=body) for n in range(20)])
    assert store._session.value("SELECT count(*) FROM bodies") == 1
    assert store._session.value("SELECT length(html) FROM bodies") < 200
    assert store.evidence.observations("https://gone.example.com/7")[0].body == body


def test_what_is_forgotten_goes_with_its_body_and_nothing_else_goes(store: Store) -> None:
    bodies = [BodySample(sha256=f"{n}" * 64, size=50, complete=True, html=f"<h1>{n}</h1>") for n in range(2)]
    seen = [make.seen(observed_at=make.NOON + n * make.DAY, body=bodies[n % 2]) for n in range(6)]
    other = make.seen("https://else.example.com/", body=bodies[1])
    store.evidence.save_observations([*seen, other])
    assert store.evidence.forget([seen[1], seen[3], seen[5]]) == 3
    assert store.evidence.observations(make.TARGET) == (seen[0], seen[2], seen[4])
    assert store.evidence.drop_unused_bodies() == 0
    store.evidence.forget([seen[0], seen[2], seen[4]])
    assert store.evidence.drop_unused_bodies() == 1
    assert store.evidence.observations("https://else.example.com/") == (other,)


def test_a_verdict_comes_back_whole(store: Store) -> None:
    store.pages.save(make.page(links=[make.link()]))
    verdict = Verdict(
        kind=VerdictKind.REDIRECTED,
        reason="It ends at the home page.",
        confidence=Confidence.PROBABLE,
        first_failed_at=make.NOON,
        confirmed_at=make.NOON + make.HOUR,
        next_check_at=make.NOON + make.DAY,
        moved_to="https://gone.example.com/",
        rules=("to-root", "siblings-alike"),
    )
    assert store.evidence.verdict(make.TARGET) is None
    store.evidence.save_verdict(make.TARGET, verdict, now=make.NOON)
    assert store.evidence.verdict(make.TARGET) == verdict


@pytest.mark.parametrize("kind", VerdictKind)
def test_the_database_and_the_program_agree_on_which_kinds_are_dead(store: Store, kind: VerdictKind) -> None:
    store.pages.save(make.page(links=[make.link()]))
    store.evidence.save_verdict(make.TARGET, make.alive(kind=kind), now=make.NOON)
    assert store._session.value("SELECT dead FROM target_verdicts") == (kind in DEAD_KINDS)
    store.evidence.save_verdict(make.TARGET, make.alive(), now=make.NOON)
    store.evidence.set_override(make.TARGET, kind, now=make.NOON)
    assert store._session.value("SELECT confidence = 'confirmed' FROM target_verdicts") == (True if kind in DEAD_KINDS else None)


def test_wanted_is_what_was_never_judged_or_is_due(store: Store) -> None:
    urls = [f"https://gone.example.com/{name}" for name in ("due", "later", "new")]
    store.pages.save(make.page(links=[make.link(url) for url in urls]))
    store.evidence.save_verdict(urls[0], make.alive(next_check_at=make.NOON), now=make.NOON)
    store.evidence.save_verdict(urls[1], make.alive(next_check_at=make.NOON + make.HOUR), now=make.NOON)
    assert [wanted.url for wanted in store.evidence.wanted(make.NOON)] == [urls[0], urls[2]]
    assert [wanted.url for wanted in store.evidence.wanted(make.NOON + make.HOUR)] == urls


def test_due_among_keeps_the_given_order_and_leaves_out_what_is_settled(store: Store) -> None:
    urls = [f"https://gone.example.com/{name}" for name in ("unseen", "settled", "later", "due")]
    store.pages.save(make.page(links=[make.link(url) for url in urls[1:]]))
    store.evidence.save_verdict(urls[1], make.dead(next_check_at=None), now=make.NOON)
    store.evidence.save_verdict(urls[2], make.alive(), now=make.NOON)
    store.evidence.save_verdict(urls[3], make.alive(next_check_at=make.NOON), now=make.NOON)
    assert store.evidence.due_among(urls[::-1], make.NOON) == [urls[3], urls[0]]
    assert urls[1] not in [wanted.url for wanted in store.evidence.wanted(make.NOON)]


def test_wanted_reads_on_in_the_order_of_the_urls(store: Store) -> None:
    urls = [f"https://gone.example.com/{number:03}" for number in range(25)]
    store.pages.save(make.page(links=[make.link(url) for url in reversed(urls)]))
    found: list[str] = []
    while batch := store.evidence.wanted(make.NOON, after=found[-1] if found else "", limit=10):
        found += [wanted.url for wanted in batch]
    assert found == urls


def test_wanted_brings_the_distinct_anchors_oldest_first_and_not_the_vanished_ones(store: Store) -> None:
    links = [make.link(anchor=anchor, position=position) for position, anchor in enumerate(("Zoo", "Bees", "Zoo", ""))]
    store.pages.save(make.page(links=[*links, make.link(anchor="old", position=9)]))
    store.pages.save(make.page(links=links, fetched_at=make.NOON + make.DAY))
    assert store.evidence.wanted(make.NOON)[0].anchors == ("Zoo", "Bees")


def test_a_target_that_no_page_links_to_any_more_is_left_alone(store: Store) -> None:
    store.pages.save(make.page(links=[make.link()]))
    store.pages.save(make.page(links=[], fetched_at=make.NOON + make.DAY))
    assert store.evidence.wanted(make.NOON) == []
    assert store.evidence.due(make.NOON).now == 0


def test_due_says_how_many_claims_wait_and_until_when(store: Store) -> None:
    urls = [f"https://gone.example.com/{number}" for number in range(4)]
    store.pages.save(make.page(links=[make.link(url) for url in urls]))
    store.evidence.save_verdict(urls[0], make.dead(confidence=Confidence.PROBABLE, next_check_at=make.NOON + make.DAY), now=make.NOON)
    store.evidence.save_verdict(urls[1], make.dead(confidence=Confidence.PROBABLE, next_check_at=make.NOON + 2 * make.DAY), now=make.NOON)
    store.evidence.save_verdict(urls[2], make.alive(next_check_at=make.NOON + make.HOUR), now=make.NOON)
    due = store.evidence.due(make.NOON)
    assert (due.now, due.claims, due.later) == (1, 2, 3)
    assert (due.claims_at, due.later_at) == (make.NOON + make.DAY, make.NOON + make.HOUR)


def test_checks_are_saved_with_their_verdicts_in_small_transactions(store: Store) -> None:
    checks = [(make.seen(f"https://gone.example.com/{n:03}"), make.dead()) for n in range(250)]
    broken = [
        *checks[:149],
        (make.seen("https://gone.example.com/bad"), make.dead(first_failed_at=make.NOON.replace(tzinfo=None))),
        *checks[149:],
    ]
    with pytest.raises(ValueError, match="without a zone"):
        store.evidence.save_checks(broken, now=make.NOON)
    assert store._session.value("SELECT count(*) FROM observations") == 100
    assert store._session.value("SELECT count(*) FROM targets WHERE verdict = 'gone'") == 100


def test_a_dead_target_counts_the_pages_and_sites_that_refer_to_it_also_later_ones(store: Store) -> None:
    store.pages.save(make.page("https://a.example.org/1", links=[make.link(), make.link(position=1)]))
    store.pages.save(make.page("https://b.example.org/2", links=[make.link()]))
    store.evidence.save_verdict(make.TARGET, make.dead(), now=make.NOON)
    counts = "SELECT referring_pages, referring_domains FROM targets"
    assert store._session.row(counts) == {"referring_pages": 2, "referring_domains": 1}
    store.pages.save(make.page("https://c.example.net/", links=[make.link()]))
    assert store._session.row(counts) == {"referring_pages": 3, "referring_domains": 2}
    store.pages.save(make.page("https://c.example.net/", links=[], fetched_at=make.NOON + make.DAY))
    assert store._session.row(counts) == {"referring_pages": 2, "referring_domains": 1}


def test_a_persons_word_stands_above_the_judges_and_can_be_taken_back(store: Store) -> None:
    store.pages.save(make.page(links=[make.link()]))
    store.evidence.save_verdict(make.TARGET, make.alive(), now=make.NOON)
    store.pages.mark_done(make.PAGE, now=make.NOON)
    assert store.evidence.set_override(make.TARGET, VerdictKind.HIJACKED, note="a casino now", now=make.NOON + make.HOUR)
    found = store.evidence.verdict(make.TARGET)
    assert found is not None
    assert (found.kind, found.confidence, found.confirmed_at) == (VerdictKind.HIJACKED, Confidence.CONFIRMED, make.NOON + make.HOUR)
    assert found.reason == "A person looked and marked it hijacked: a casino now"
    assert store.pages.undone() == [make.PAGE]
    store.evidence.save_verdict(make.TARGET, make.alive(reason="Still there."), now=make.NOON + make.DAY)
    assert store.evidence.verdict(make.TARGET) == found
    assert store.evidence.set_override(make.TARGET, None, now=make.NOON + 2 * make.DAY)
    assert store.evidence.verdict(make.TARGET) == make.alive(reason="Still there.")
    assert store._session.column("SELECT actor FROM events") == ["person", "person"]
    assert not store.evidence.set_override("https://never.example/", None, now=make.NOON)


def test_the_histories_of_several_targets_are_what_was_seen_of_each(store: Store) -> None:
    urls = [f"https://gone.example.com/{number}" for number in range(3)]
    for day in (1, 0):
        store.evidence.save_observations([make.seen(url, observed_at=make.NOON + day * make.DAY) for url in urls[:2]])
    found = store.evidence.histories(urls)
    assert found == {url: store.evidence.observations(url) for url in urls[:2]}
