"""Contacts that nobody wrote to are forgotten; those of letters that went out are kept."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from prospector.items import ContactKind, DraftStatus, Stage
from prospector.store import Store
from tests.store import builders as make
from tests.store.deeds import decide

LIND = make.contact()
LATER = make.NOON + timedelta(days=181)


@pytest.fixture(autouse=True)
def site(store: Store) -> None:
    store.pages.save(make.page(links=[make.link()]))
    store.prospects.save_contacts("example.org", [LIND], checked_at=make.NOON)
    store.prospects.save(make.prospect(contact=LIND), now=make.NOON)


def test_a_contact_found_less_than_180_days_ago_stays(store: Store) -> None:
    assert store.prospects.expire_contacts(now=make.NOON + timedelta(days=179)) == 0
    assert store.prospects.contacts("example.org") == (LIND,)


def test_an_unused_one_goes_after_that_and_the_site_is_searched_anew(store: Store) -> None:
    assert store.prospects.expire_contacts(now=LATER) == 1
    assert store.prospects.contacts("example.org") == ()
    assert store.prospects.contacts_checked_at("example.org") is None
    (row,) = store.reports.prospects()
    assert row["contact"] is None
    assert store.prospects.expire_contacts(now=LATER) == 0


def test_one_that_was_seen_again_counts_from_then(store: Store) -> None:
    seen = make.contact(found_at=make.NOON + make.DAY * 100)
    store.prospects.save_contacts("example.org", [seen, make.contact("old@example.org")], checked_at=make.NOON + make.DAY * 100)
    assert store.prospects.expire_contacts(now=LATER) == 1
    assert store.prospects.contacts("example.org") == (seen,)
    assert store.prospects.contacts_checked_at("example.org") is not None


@pytest.mark.parametrize("status", [DraftStatus.APPROVED, DraftStatus.EXPORTED, DraftStatus.SENT])
def test_an_address_that_a_letter_used_keeps_its_source(store: Store, status: DraftStatus) -> None:
    store.drafts.save(make.draft(), now=make.NOON)
    decide(store, 1, status, now=make.NOON)
    assert store.prospects.expire_contacts(now=LATER) == 0


def test_a_form_that_a_letter_used_does_too(store: Store) -> None:
    form = make.contact("https://post.example.net/f1", kind=ContactKind.FORM, source_url="https://example.org/contact")
    store.prospects.save_contacts("example.org", [form], checked_at=make.NOON)
    store.drafts.save(make.draft(recipient="https://example.org/contact"), now=make.NOON)
    decide(store, 1, DraftStatus.SENT, now=make.NOON)
    store.prospects.expire_contacts(now=LATER)
    assert store.prospects.contacts("example.org") == (form,)


def test_so_does_the_contact_of_a_prospect_that_went_further(store: Store) -> None:
    store.prospects.set_stage(make.PAGE, Stage.CONTACTED, now=make.NOON)
    assert store.prospects.expire_contacts(now=LATER) == 0


@pytest.mark.parametrize("status", [DraftStatus.WAITING, DraftStatus.READY, DraftStatus.SNOOZED])
def test_a_letter_that_nobody_decided_about_is_withdrawn_without_a_trace_of_the_address(store: Store, status: DraftStatus) -> None:
    store.drafts.save(make.draft(status=DraftStatus.READY), now=make.NOON)
    decide(store, 1, status, now=make.NOON)
    store.prospects.expire_contacts(now=LATER)
    draft = store.drafts.get(1)
    assert draft is not None
    assert (draft.status, draft.recipient) == (DraftStatus.WITHDRAWN, "")
    assert "no longer kept" in draft.note
    events = store.drafts.events(1)
    assert events[-1].kind == "withdrawn"
    assert LIND.value not in json.dumps([[event.before, event.after] for event in events])


def test_a_rejected_letter_stays_rejected_and_loses_the_address(store: Store) -> None:
    store.drafts.save(make.draft(), now=make.NOON)
    decide(store, 1, DraftStatus.REJECTED, now=make.NOON)
    store.prospects.expire_contacts(now=LATER)
    draft = store.drafts.get(1)
    assert draft is not None
    assert (draft.status, draft.recipient) == (DraftStatus.REJECTED, "")
