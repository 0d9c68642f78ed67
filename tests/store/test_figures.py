"""The dashboard's figures: the counts that the database keeps are those that counting gives, whatever was written in whatever order."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest

from prospector.items import ArchivedCopy, Confidence, DraftStatus, Part, Score, Stage, Strength, VerdictKind
from prospector.store import Store
from prospector.store.figure_tables import CLAIM, DEAD
from tests.store import builders as make

PAGES = [f"https://library-{number}.example.org/links" for number in range(4)]
TARGETS = [f"https://host-{number}.example.com/x" for number in range(8)]

COUNTED_TARGETS = """
    SELECT coalesce(verdict.verdict, ''), coalesce(verdict.confidence, ''),
        CASE WHEN verdict.matched_at IS NULL THEN ''
            ELSE coalesce((SELECT strength FROM matches WHERE target_url = verdict.target_url AND rank = 1), 'none') END AS found_fit,
        count(DISTINCT verdict.target_url), count(link.id)
    FROM target_verdicts AS verdict
    JOIN links AS link ON link.target_url = verdict.target_url AND link.present = 1 AND link.boilerplate = 0 AND link.own = 0
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
KEPT_TARGETS = "SELECT verdict, confidence, fit, targets, links FROM target_counts WHERE targets <> 0 OR links <> 0 ORDER BY 1, 2, 3"
COUNTED_PROSPECTS = """
    SELECT stage, coalesce(draft_status, ''), contact IS NOT NULL, min(score, 99) / 10 * 10, count(*)
    FROM prospect_list GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
KEPT_PROSPECTS = "SELECT * FROM prospect_counts WHERE prospects <> 0 ORDER BY 1, 2, 3, 4"


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in store._session.rows(sql)]


def something(store: Store, dice: random.Random) -> None:
    """One thing that crawls and people do, or that a hand writes with sqlite3."""
    target, page = dice.choice(TARGETS), dice.choice(PAGES)
    match dice.randrange(12):
        case 0 | 1:
            links = [
                make.link(dice.choice(TARGETS), position=place, anchor=f"{place}", boilerplate=dice.random() < 0.2)
                for place in range(dice.randrange(6))
            ]
            store.pages.save(make.page(page, links=links))
        case 2:
            store.site.save([make.site_page(links=(make.link(target),))])
        case 3:
            verdict = make.dead(dice.choice([VerdictKind.GONE, VerdictKind.HIJACKED]), dice.choice(list(Confidence)))
            store.evidence.save_checks([(make.seen(target), verdict)], now=make.NOON)
        case 4:
            store.evidence.save_checks([(make.seen(target), make.alive())], now=make.NOON)
        case 5:
            store.evidence.set_override(target, dice.choice([None, VerdictKind.ALIVE, VerdictKind.PARKED]), now=make.NOON)
        case 6 | 7:
            if rows(store, f"SELECT 1 FROM targets WHERE url = '{target}'"):
                best = make.match(target, strength=dice.choice(list(Strength)))
                store.findings.save_matches(target, [best, make.match(target, rank=2)][: dice.randrange(3)], now=make.NOON)
        case 8 if rows(store, f"SELECT 1 FROM resource_pages WHERE url = '{page}'"):
            contact = make.contact() if dice.random() < 0.5 else None
            score = Score(parts=(Part(name="x", points=dice.randrange(101), reason=""),))
            store.prospects.save(make.prospect(page, contact=contact, score=score), now=make.NOON)
        case 9 if rows(store, f"SELECT 1 FROM resource_pages WHERE url = '{page}'"):
            store.drafts.save(make.draft(page, status=dice.choice([DraftStatus.WAITING, DraftStatus.READY])), now=make.NOON)
        case 10:
            store.drafts.decide(1, dice.choice(list(DraftStatus)), now=make.NOON)
            store.prospects.set_stage(page, dice.choice(list(Stage)), now=make.NOON)
        case _:
            with store._session.write():
                store._session.run("DELETE FROM links WHERE page_url = ? AND position = 1", (page,))
                store._session.run("DELETE FROM prospects WHERE page_url = ? AND score < 20", (page,))


@pytest.mark.parametrize("seed", range(12))
def test_the_kept_counts_are_those_that_counting_gives(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(120):
        something(store, dice)
    assert rows(store, KEPT_TARGETS) == rows(store, COUNTED_TARGETS)
    assert rows(store, KEPT_PROSPECTS) == rows(store, COUNTED_PROSPECTS)
    assert rows(store, KEPT_TARGETS)
    assert rows(store, KEPT_PROSPECTS)


def test_an_older_database_is_counted_when_it_is_brought_up_to_date(path: Path, tmp_path: Path) -> None:
    with Store.open(path) as store:
        dice = random.Random(3)
        for _ in range(120):
            something(store, dice)
        kept = (rows(store, KEPT_TARGETS), rows(store, KEPT_PROSPECTS))
        objects = store._session.rows("SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL")
        with store._session.write():  # back to what it was before
            for row in objects:
                if row["type"] == "trigger" and not row["name"].startswith("site_pages"):
                    store._session.run(f"DROP TRIGGER {row['name']}")
            for table in ("target_counts", "prospect_counts"):
                store._session.run(f"DROP TABLE {table}")
            for index in (
                "targets_by_demand",
                "targets_without_fit",
                "targets_by_claim",
                "resource_pages_by_kind",
                "visits_by_problem",
            ):
                store._session.run(f"DROP INDEX {index}")
            for column in ("linked", "fit"):
                store._session.run(f"ALTER TABLE targets DROP COLUMN {column}")
            store._session.run("DELETE FROM _sqlite_migrations WHERE name LIKE '%figures'")
    with Store.open(path) as store:
        assert (rows(store, KEPT_TARGETS), rows(store, KEPT_PROSPECTS)) == kept


def test_the_most_wanted_come_with_their_words_and_what_there_is_for_them(store: Store) -> None:
    wanted, gap, fresh, alive = TARGETS[:4]
    store.pages.save(make.page(PAGES[0], links=[make.link(wanted), make.link(gap, anchor="Worms"), make.link(fresh), make.link(alive)]))
    store.pages.save(make.page("https://else.example.net/", links=[make.link(wanted, anchor="The guide"), make.link(wanted, fragment="b")]))
    for target in (wanted, gap, fresh):
        store.evidence.save_verdict(target, make.dead(), now=make.NOON)
    store.evidence.save_verdict(alive, make.alive(), now=make.NOON)
    store.findings.save_matches(wanted, [make.match(wanted)], now=make.NOON)
    store.findings.save_matches(gap, [], now=make.NOON)
    store.findings.save_archived(
        ArchivedCopy(target_url=gap, captured_at=make.NOON, archive_url="https://archive.example/1", title="Worms"), now=make.NOON
    )
    first, *others = store.figures.most_wanted(10)
    assert (first.url, first.referring_domains, first.anchors, first.match_title) == (wanted, 2, ("Guide", "The guide"), "My guide")
    assert [(wish.url, wish.tried, wish.match_url, wish.archive_url) for wish in others] == [
        (gap, True, "", "https://archive.example/1"),
        (fresh, False, "", ""),
    ]
    assert [wish.url for wish in store.figures.gaps(10)] == [gap]
    assert [wish.url for wish in store.figures.most_wanted(1)] == [wanted]
    store.evidence.set_override(wanted, VerdictKind.ALIVE, now=make.NOON)
    store.evidence.set_override(alive, VerdictKind.HIJACKED, now=make.NOON)
    assert {wish.url: wish.confidence for wish in store.figures.most_wanted(10)}.keys() == {gap, fresh, alive}


def test_claims_are_counted_by_when_they_are_due(store: Store) -> None:
    store.pages.save(make.page(links=[make.link(target) for target in TARGETS]))
    moments = [-make.HOUR, timedelta(0), make.HOUR, 3 * make.DAY]
    for target, away in zip(TARGETS, moments, strict=False):
        claim = make.dead(VerdictKind.GONE, Confidence.PROBABLE, next_check_at=make.NOON + away)
        store.evidence.save_verdict(target, claim, now=make.NOON)
    store.evidence.save_verdict(TARGETS[5], make.dead(VerdictKind.HIJACKED, Confidence.PROBABLE), now=make.NOON)  # a person's to confirm
    assert store.figures.claims_due([make.NOON, make.NOON + make.DAY]) == (2, 1, 1)
    assert store.figures.next_claim_at(make.NOON) == make.NOON + make.HOUR
    assert store.figures.next_claim_at(make.NOON + 4 * make.DAY) is None


@pytest.mark.parametrize(
    ("index", "query"),
    [
        ("targets_by_demand", f"SELECT url FROM targets WHERE {DEAD} ORDER BY referring_domains DESC, referring_pages DESC, url LIMIT 9"),
        (
            "targets_without_fit",
            f"SELECT url FROM targets WHERE {DEAD} AND fit = 'none' ORDER BY referring_domains DESC, referring_pages DESC, url LIMIT 9",
        ),
        ("targets_by_claim", f"SELECT min(next_check_at) FROM targets WHERE {CLAIM} AND next_check_at > '2026'"),
    ],
)
def test_lists_are_read_from_their_index_without_sorting(store: Store, index: str, query: str) -> None:
    plan = " ".join(row["detail"] for row in store._session.rows(f"EXPLAIN QUERY PLAN {query}"))
    assert index in plan
    assert "TEMP B-TREE" not in plan


def test_letters_put_aside_say_when_the_first_comes_back_and_early_approvals_are_told_apart(store: Store) -> None:
    for page in PAGES:
        store.pages.save(make.page(page))
        store.drafts.save(make.draft(page), now=make.NOON)
    for number, (status, released) in enumerate(
        [(DraftStatus.APPROVED, None), (DraftStatus.APPROVED, make.NOON), (DraftStatus.SNOOZED, None), (DraftStatus.SNOOZED, None)], 1
    ):
        store.drafts.decide(number, status, now=make.NOON)
        until = (make.NOON + number * make.DAY).isoformat() if status is DraftStatus.SNOOZED else None
        with store._session.write():
            store._session.run(
                "UPDATE drafts SET released_at = ?, snoozed_until = ? WHERE id = ?", (released and released.isoformat(), until, number)
            )
    waits = store.figures.letter_waits()
    assert (waits.snoozed_until, waits.approved_in_advance) == (make.NOON + 3 * make.DAY, 1)
