"""Findings, contacts, prospects and drafts: a crawl never undoes what a person did."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from prospector.items import ArchivedCopy, ContactKind, DraftStatus, Part, ResourcePage, Stage
from prospector.store import Actor, Alias, Saved, Store
from tests.store import builders as make
from tests.store.deeds import decide, edit

UNDECIDED = (DraftStatus.WAITING, DraftStatus.READY)
SETTLED = (DraftStatus.REJECTED, DraftStatus.EXPORTED, DraftStatus.SENT)


@pytest.fixture
def page(store: Store) -> ResourcePage:
    saved = make.page(links=[make.link()])
    store.pages.save(saved)
    return saved


def test_matches_replace_earlier_ones(store: Store, page: ResourcePage) -> None:
    best, second = make.match(), make.match(rank=2, page_url="https://mine.example/other", reasons=())
    store.findings.save_matches(make.TARGET, [second, best], now=make.NOON)
    assert store.findings.matches(make.TARGET) == (best, second)
    store.findings.save_matches(make.TARGET, [], now=make.NOON)
    assert store.findings.matches(make.TARGET) == ()


def test_archived_copies_come_back_also_that_there_is_none(store: Store, page: ResourcePage) -> None:
    copy = ArchivedCopy(
        target_url=make.TARGET,
        captured_at=make.NOON,
        archive_url="https://archive.example/1/x",
        title="The guide",
        headings=("Bees", "Hives"),
        text="All about bees",
        failures=(make.NOON, make.NOON + make.DAY),
    )
    assert store.findings.archived(make.TARGET) is None
    store.findings.save_archived(copy, now=make.NOON)
    assert store.findings.archived(make.TARGET) == copy
    store.findings.save_archived(ArchivedCopy(target_url=make.TARGET), now=make.NOON)
    assert store.findings.archived(make.TARGET) == ArchivedCopy(target_url=make.TARGET)


def test_aliases_come_back(store: Store, page: ResourcePage) -> None:
    alias = Alias(
        target_url=make.TARGET,
        new_url="https://gone.example.com/new",
        confidence=0.8,
        reasons=(Part(name="slug", points=1, reason="same"),),
    )
    assert store.findings.alias(make.TARGET) is None
    store.findings.save_alias(alias, now=make.NOON)
    assert store.findings.alias(make.TARGET) == replace(alias, seen_at=make.NOON)


def test_a_new_address_keeps_its_last_look_and_counts_as_long_as_it_holds(store: Store, page: ResourcePage) -> None:
    alias = Alias(target_url=make.TARGET, new_url="https://gone.example.com/new", confidence=0.8)
    store.findings.save_alias(alias, now=make.NOON)
    later, last = make.NOON + timedelta(days=1), make.NOON + timedelta(days=2)

    def seen_at() -> datetime | None:
        known = store.findings.alias(make.TARGET)
        return None if known is None else known.seen_at

    store.findings.save_alias_look(make.TARGET, holds=None, answer="timed out", now=later)
    assert seen_at() == make.NOON
    store.findings.save_alias_look(make.TARGET, holds=True, answer="HTTP 200", now=later)
    assert seen_at() == later
    store.findings.save_alias_look(make.TARGET, holds=False, answer="HTTP 404", now=last)
    assert store.findings.alias(make.TARGET) is None
    store.findings.save_alias_look(make.TARGET, holds=None, answer="timed out", now=last)
    assert store.findings.alias(make.TARGET) is None  # an answer that says nothing changes nothing
    store.findings.save_alias(alias, now=last)
    assert seen_at() == last


def test_contacts_are_those_of_the_last_look_and_keep_their_ids(store: Store) -> None:
    first = make.contact(
        name="A. Lind", role="librarian", source_url="https://library.example.org/staff", reason="on the page", deobfuscated=True
    )
    form = make.contact("https://library.example.org/contact", kind=ContactKind.FORM, rank=2)
    store.prospects.save_contacts("example.org", [first, form], checked_at=make.NOON)
    assert store.prospects.contacts("example.org") == (first, form)
    ids = store._session.column("SELECT id FROM contacts WHERE value = ?", (first.value,))
    store.prospects.save_contacts("example.org", [first], checked_at=make.NOON + make.DAY)
    assert store.prospects.contacts("example.org") == (first,)
    assert store._session.column("SELECT id FROM contacts WHERE gone_at IS NULL") == ids
    assert store.prospects.contacts_checked_at("example.org") == make.NOON + make.DAY


def test_that_a_site_has_no_contact_is_remembered(store: Store) -> None:
    assert store.prospects.contacts_checked_at("example.org") is None
    store.prospects.save_contacts("example.org", [], checked_at=make.NOON)
    assert store.prospects.contacts_checked_at("example.org") == make.NOON
    assert store.prospects.contacts("example.org") == ()


def test_of_two_contacts_with_one_address_the_better_is_kept(store: Store) -> None:
    store.prospects.save_contacts("example.org", [make.contact(role="librarian"), make.contact(role="", rank=2)], checked_at=make.NOON)
    assert store.prospects.contacts("example.org") == (make.contact(role="librarian"),)


def test_a_prospect_is_found_then_drafted_and_never_goes_back(store: Store, page: ResourcePage) -> None:
    store.prospects.save(make.prospect(), now=make.NOON)
    assert store.prospects.stage(page.url) is Stage.FOUND
    store.prospects.save(make.prospect(stage=Stage.DRAFTED), now=make.NOON)
    store.prospects.save(make.prospect(stage=Stage.FOUND), now=make.NOON)
    assert store.prospects.stage(page.url) is Stage.DRAFTED


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage not in (Stage.FOUND, Stage.DRAFTED)])
def test_a_stage_that_a_person_set_is_not_a_crawls_to_change(store: Store, page: ResourcePage, stage: Stage) -> None:
    assert not store.prospects.set_stage(page.url, stage, now=make.NOON)
    store.prospects.save(make.prospect(stage=stage), now=make.NOON)
    assert store.prospects.stage(page.url) is Stage.FOUND
    assert store.prospects.set_stage(page.url, stage, now=make.NOON)
    store.prospects.save(make.prospect(stage=Stage.DRAFTED), now=make.NOON)
    assert store.prospects.stage(page.url) is stage


def test_a_prospect_names_its_contact_where_it_came_from(store: Store, page: ResourcePage) -> None:
    contact = make.contact(source_url="https://library.example.org/staff")
    store.prospects.save(make.prospect(contact=contact), now=make.NOON)
    (row,) = store.reports.prospects()
    assert (row["contact"], row["contact_source_url"], row["contact_found_at"]) == (
        contact.value,
        contact.source_url,
        "2026-03-01T12:00:00+00:00",
    )
    assert (row["score"], row["parts"]) == (20, ["+20 same topic: 6 of 9 words shared"])


def test_a_page_has_one_first_letter_and_saving_the_same_again_changes_nothing(store: Store, page: ResourcePage) -> None:
    assert store.drafts.save(make.draft(), now=make.NOON) is Saved.NEW
    assert store.drafts.save(make.draft(), now=make.NOON + make.DAY) is Saved.KEPT
    (draft,) = store.drafts.list()
    assert (draft.created_at, draft.updated_at) == (make.NOON, make.NOON)
    assert len(store.drafts.events(draft.id)) == 1


@pytest.mark.parametrize("status", UNDECIDED)
def test_an_undecided_letter_follows_the_crawl(store: Store, page: ResourcePage, status: DraftStatus) -> None:
    store.drafts.save(make.draft(status=status, note="a claim waits"), now=make.NOON)
    assert store.drafts.save(make.draft(subject="Two dead links"), now=make.NOON + make.DAY) is Saved.UPDATED
    (draft,) = store.drafts.list(DraftStatus.READY)
    assert (draft.subject, draft.note, draft.updated_at) == ("Two dead links", "", make.NOON + make.DAY)
    created, updated = store.drafts.events(draft.id)
    assert (created.actor, created.kind, created.before) == (Actor.CRAWL, "created", None)
    assert updated.before is not None
    assert updated.after is not None
    assert (updated.before["subject"], updated.after["subject"]) == ("A dead link", "Two dead links")
    assert "body" not in updated.after


@pytest.mark.parametrize("status", SETTLED)
def test_a_settled_letter_is_never_rewritten_by_a_crawl(store: Store, page: ResourcePage, status: DraftStatus) -> None:
    store.drafts.save(make.draft(), now=make.NOON)
    (draft,) = store.drafts.list()
    decide(store, draft.id, status, now=make.NOON + make.HOUR)
    decided = store.drafts.get(draft.id)
    assert store.drafts.save(make.draft(subject="Other words", status=DraftStatus.WAITING), now=make.NOON + make.DAY) is Saved.KEPT
    assert store.drafts.get(draft.id) == decided
    assert [event.actor for event in store.drafts.events(draft.id)] == [Actor.CRAWL, Actor.PERSON]


def test_an_edited_letter_keeps_a_persons_words_and_becomes_ready_when_its_claim_is_confirmed(store: Store, page: ResourcePage) -> None:
    store.drafts.save(make.draft(status=DraftStatus.WAITING, note="a claim waits"), now=make.NOON)
    (draft,) = store.drafts.list()
    edit(store, draft.id, subject=None, body="Dear Ms Lind", now=make.NOON)
    assert store.drafts.save(make.draft(subject="New", body="New", recipient="x@y.example"), now=make.NOON + make.DAY) is Saved.UPDATED
    found = store.drafts.get(draft.id)
    assert found is not None
    assert (found.status, found.note, found.edited) == (DraftStatus.READY, "", True)
    assert (found.final_subject, found.final_body, found.body) == ("A dead link", "Dear Ms Lind", "Dear A. Lind")
    assert found.recipient == draft.recipient
    (row,) = store.reports.drafts()
    assert (row["subject"], row["body"], row["edited"], row["status"]) == ("A dead link", "Dear Ms Lind", True, "ready")
    edit(store, draft.id, subject=None, body=None, now=make.NOON + make.DAY)
    assert store.drafts.save(make.draft(subject="New"), now=make.NOON + make.DAY) is Saved.UPDATED


@pytest.mark.parametrize("status", DraftStatus)
def test_a_letter_is_withdrawn_unless_it_is_out_of_the_house_or_refused(store: Store, page: ResourcePage, status: DraftStatus) -> None:
    store.drafts.save(make.draft(), now=make.NOON)
    (draft,) = store.drafts.list()
    decide(store, draft.id, status, now=make.NOON)
    withdrawn = store.drafts.withdraw(page.url, reason="the link lives again", now=make.NOON + make.DAY)
    found = store.drafts.get(draft.id)
    assert found is not None
    assert withdrawn == (status in (*UNDECIDED, DraftStatus.APPROVED, DraftStatus.SNOOZED))
    assert found.status == (DraftStatus.WITHDRAWN if withdrawn else status)
    exported = status is DraftStatus.EXPORTED  # can't be called back, but it can be said
    assert found.note == ("the link lives again" if withdrawn else "do not send it: the link lives again" if exported else "")


def test_a_withdrawn_letter_comes_back_when_its_claim_does(store: Store, page: ResourcePage) -> None:
    store.drafts.save(make.draft(), now=make.NOON)
    store.drafts.withdraw(page.url, reason="the link lives again", now=make.NOON)
    assert store.drafts.save(make.draft(), now=make.NOON + make.DAY) is Saved.UPDATED
    assert [draft.status for draft in store.drafts.list()] == [DraftStatus.READY]
    assert [event.kind for event in store.drafts.events(1)] == ["created", "withdrawn", "updated"]


def test_nothing_happens_to_letters_that_are_not_there(store: Store) -> None:
    assert store.drafts.get(7) is None
    assert not store.drafts.withdraw(make.PAGE, reason="", now=make.NOON)


def test_a_new_letter_has_the_number_that_it_should_have_unless_another_has_it(store: Store) -> None:
    for url, number in (("https://a.example.org/", 7), ("https://b.example.org/", 7), ("https://c.example.org/", 2)):
        store.pages.save(make.page(url))
        store.drafts.save(make.draft(url), number=number, now=make.NOON)
    assert [(draft.id, draft.page_url[8]) for draft in store.drafts.list()] == [(2, "c"), (7, "a"), (8, "b")]
