"""Why a draft may not be approved, or not go out: what `deciding` asks before it does either."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from prospector.campaign import Campaign
from prospector.deciding_claims import claims_of, fallen_claims, lost_addresses, named, stale_addresses, stale_targets
from prospector.drafting import previous_of, stored_prospect
from prospector.items import ContactKind, Draft, DraftKind, DraftStatus, Wait
from prospector.outreach.lint import Finding, Severity, lint, personal_part
from prospector.outreach.templates import Template
from prospector.outreach.transitions import DO_NOT_SEND
from prospector.outreach.vibe import Phrase
from prospector.reclaiming import lost_link, receipts_of_page
from prospector.store import Store, StoredDraft
from prospector.store.suppressions import Suppressions

MOST_OTHERS = 200  # letters that a new one is compared with
MONITOR = "scrapy crawl monitor -a now=1"  # the page may not be due for weeks
WATCH_AGAIN = f"Have the page looked at again first: {MONITOR}"
LOOK_AGAIN = "Have it looked at again first: scrapy crawl recheck"


class Checks:
    """Each answers with a sentence, or "" if nothing speaks against it."""

    def __init__(self, store: Store, campaign: Campaign, suppressions: Suppressions, templates: Mapping[str, Template]) -> None:
        self.store = store
        self.campaign = campaign
        self.suppressions = suppressions
        self.templates = templates
        self._personal: dict[tuple[int, str], frozenset[Phrase]] = {}

    def why_not_approved(self, draft: StoredDraft, *, now: datetime) -> str:
        if Wait.OFFER in draft.waits:
            return "Choose the offer first: one of the pages that fit, or none."
        if Wait.CONTACT in draft.waits or not draft.recipient:
            return "Nobody to write to was found. Choose a contact, or leave it for a later crawl."
        return self.nobody_to_write_to(draft, now=now) or self.rival(draft) or self.lost_address(draft) or self.lint_error(draft)

    def lost_address(self, draft: StoredDraft) -> str:
        lost = lost_addresses(self.store, draft)
        help_by = "Delete its file." if draft.status is DraftStatus.EXPORTED else "Take it out of the text first."
        return f"The new address that it gives for {named(lost)} no longer holds. {help_by}" if lost else ""

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
            same_page=receipts_of_page(self.store, draft.page_url) if draft.kind is DraftKind.RECLAIM else (),
        )

    def _own_receipts(self, draft: StoredDraft) -> list[str]:
        first = self.store.drafts.get(draft.follow_up_of) if draft.follow_up_of is not None and draft.kind is DraftKind.FOLLOW_UP else None
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
        """What lint says of a draft as it would go out, also beside the other letters that a person wrote in."""
        prospect = stored_prospect(self.store, draft)
        if prospect is None:
            return ()
        first = None if draft.follow_up_of is None else self.store.drafts.get(draft.follow_up_of)
        return lint(
            as_it_goes_out(draft),
            prospect,
            self.campaign,
            evidence={claim.target_url: self.store.evidence.observations(claim.target_url) for claim in draft.claims},
            others=self._others(draft),
            template=self.templates.get(draft.template),
            previous=previous_of(first) if first else None,
            reclaim=lost_link(self.store, draft.page_url) if draft.kind is DraftKind.RECLAIM else None,
        )

    def _others(self, draft: StoredDraft) -> Mapping[str, frozenset[Phrase]]:
        """What is personal in the letters of last time. One that nobody wrote in has nothing of its own, so it is not asked for."""
        others = self.store.drafts.edited_lately(except_page=draft.page_url, limit=MOST_OTHERS)
        self._personal = {(one.id, one.final_body): self._personal_part(one) for one in others}
        return {f"draft {draft_id}": part for (draft_id, _), part in self._personal.items()}

    def _personal_part(self, draft: StoredDraft) -> frozenset[Phrase]:
        """Remembered from one look to the next: the desk asks at each key that is pressed."""
        known = self._personal.get((draft.id, draft.final_body))
        return personal_part(draft.final_body, self.campaign, self.templates.get(draft.template)) if known is None else known

    def to_acknowledge(self, draft: StoredDraft) -> tuple[Finding, ...]:
        """What must not pass without a person's word that they know what they do."""
        return tuple(one for one in self.findings(draft) if one.acknowledge and one.severity is Severity.WARNING)

    def told_not_to_send(self, draft: StoredDraft) -> str:
        """An exported letter whose ground fell away: its note says so."""
        return f"{draft.note[:1].upper()}{draft.note[1:]}. Delete its file." if draft.note.startswith(DO_NOT_SEND) else ""

    def claims_doubt(self, draft: StoredDraft, *, now: datetime) -> str:
        """What a letter that leaves the house now would say without our having seen it."""
        if draft.kind is DraftKind.RECLAIM:
            return self._lost_link_doubt(draft, now=now)
        if fallen := fallen_claims(self.store, draft):
            return f"{named(fallen)} is not confirmed dead any more. {LOOK_AGAIN}"
        fresh = self.campaign.export.fresh
        if silent := stale_addresses(self.store, draft, fresh=fresh, now=now):
            hours = f"{fresh.total_seconds() / 3600:g} hours"
            return f"The new address of {named(silent)} did not answer within the last {hours} (export.fresh_hours). {LOOK_AGAIN}"
        stale = set(stale_targets(self.store, draft, fresh=fresh, now=now))
        if stale:
            claims = [claim for claim in claims_of(self.store, draft) if claim.target_url in stale]
            hours = f"{fresh.total_seconds() / 3600:g} hours"
            return (
                f"{named(claims)} was not seen failing within the last {hours}, as your campaign wants (export.fresh_hours). {LOOK_AGAIN}"
            )
        return ""

    def _lost_link_doubt(self, draft: StoredDraft, *, now: datetime) -> str:
        """The page is looked at, not the link's target."""
        if fallen_claims(self.store, draft):
            return f"Its link is not known to be lost any more. {WATCH_AGAIN}"
        fresh = self.campaign.export.fresh
        if stale_targets(self.store, draft, fresh=fresh, now=now):
            hours = f"{fresh.total_seconds() / 3600:g} hours"
            return f"Its page was not seen without the link within the last {hours}, as your campaign wants (export.fresh_hours). {WATCH_AGAIN}"
        return ""

    def what_next(self, draft: StoredDraft) -> str:
        if Wait.CLAIM in draft.waits:
            unsure = sorted(fallen_claims(self.store, draft), key=lambda claim: not claim.carries)
            return f"It goes out once {named(unsure[:1]) or 'its link'} is confirmed dead."
        if not address_of(draft):
            return "Open the page, paste it, and mark it as sent."
        return "It goes out with the next export."

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
        kind=draft.kind,
    )


def address_of(draft: StoredDraft) -> str:
    """ "" where the letter goes into a form or a tracker."""
    return draft.recipient if "@" in draft.recipient and "://" not in draft.recipient else ""
