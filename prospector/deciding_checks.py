"""Why a draft may not be approved, or not go out: what `deciding` asks before it does either."""

from __future__ import annotations

from datetime import datetime

from prospector.campaign import Campaign
from prospector.drafting import previous_of, stored_prospect
from prospector.items import ContactKind, Draft, Wait
from prospector.outreach.lint import Finding, Severity, lint
from prospector.outreach.plain import defanged, quiet
from prospector.store import Store, StoredDraft
from prospector.store.suppressions import Suppressions


class Checks:
    """Each answers with a sentence, or "" if nothing speaks against it."""

    def __init__(self, store: Store, campaign: Campaign, suppressions: Suppressions) -> None:
        self.store = store
        self.campaign = campaign
        self.suppressions = suppressions

    def why_not_approved(self, draft: StoredDraft, *, now: datetime) -> str:
        if Wait.OFFER in draft.waits:
            return "Choose the offer first: one of the pages that fit, or none."
        if Wait.CONTACT in draft.waits or not draft.recipient:
            return "Nobody to write to was found. Choose a contact, or leave it for a later crawl."
        return self.nobody_to_write_to(draft, now=now) or self.rival(draft) or self.lint_error(draft)

    def nobody_to_write_to(self, draft: StoredDraft, *, now: datetime) -> str:
        if self.is_hidden(draft) and draft.hidden_address_allowed_at is None:
            return "Its owner hid this address from harvesters. Use the site's form, or allow the address for this letter."
        return self.suppressions.why_not(
            address=address_of(draft),
            site=self.store.drafts.site(draft),
            page_url=draft.page_url,
            now=now,
            cool_down=self.campaign.decency.cool_down,
            except_for=self._own_receipts(draft),
        )

    def _own_receipts(self, draft: StoredDraft) -> list[str]:
        first = None if draft.follow_up_of is None else self.store.drafts.get(draft.follow_up_of)
        return [one.receipt for one in (draft, first) if one is not None and one.receipt]

    def rival(self, draft: StoredDraft) -> str:
        for other in self.store.drafts.rivals(draft, self.store.drafts.site(draft)):
            who = "address" if other.recipient.lower() == draft.recipient.lower() else "site"
            return f"Another letter to this {who} is approved already (draft {other.id}). They get one at a time."
        return ""

    def lint_error(self, draft: StoredDraft) -> str:
        for finding in self.findings(draft):
            if finding.severity is Severity.ERROR:
                return f"{finding.reason[:1].upper()}{finding.reason[1:]}. Mend it in the text first."
        return ""

    def findings(self, draft: StoredDraft) -> tuple[Finding, ...]:
        """What lint says of a draft as it would go out."""
        prospect = stored_prospect(self.store, draft)
        if prospect is None:
            return ()
        first = None if draft.follow_up_of is None else self.store.drafts.get(draft.follow_up_of)
        return lint(
            as_it_goes_out(draft),
            prospect,
            self.campaign,
            evidence={claim.target_url: self.store.evidence.observations(claim.target_url) for claim in draft.claims},
            previous=previous_of(first) if first else None,
        )

    def is_hidden(self, draft: StoredDraft) -> bool:
        contact = self.store.prospects.contact_at(self.store.drafts.site(draft), draft.recipient)
        return contact is not None and contact.kind is ContactKind.EMAIL and contact.deobfuscated


def as_it_goes_out(draft: StoredDraft) -> Draft:
    """The words of a draft, a person's before the template's."""
    return Draft(
        page_url=draft.page_url,
        recipient=draft.recipient,
        subject=draft.final_subject,
        body=draft.final_body,
        template=draft.template,
        status=draft.status,
        note=draft.note,
        waits=draft.waits,
        claims=draft.claims,
        follow_up_of=draft.follow_up_of,
    )


def address_of(draft: StoredDraft) -> str:
    """ "" where the letter goes into a form or a tracker."""
    return draft.recipient if "@" in draft.recipient and "://" not in draft.recipient else ""


def what_next(draft: StoredDraft) -> str:
    carrier = next((claim for claim in draft.claims if claim.carries), None)
    if Wait.CLAIM in draft.waits:
        name = (quiet(carrier.anchor, 60) or defanged(carrier.target_url)) if carrier else "its link"
        return f"It goes out once “{name}” is confirmed dead."
    if not address_of(draft):
        return "Open the page, paste it, and mark it as sent."
    return "It goes out with the next export."
