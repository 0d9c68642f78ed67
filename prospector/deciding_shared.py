"""What the shared suppression list is told of a campaign's letters, so that other campaigns know of them."""

from __future__ import annotations

from prospector.deciding_checks import address_of
from prospector.outreach.decency import ENDING, PastLetter
from prospector.outreach.transitions import OUT, Outcome
from prospector.store import Store
from prospector.store.suppressions import Reason, Suppressions


def tell_shared_list(store: Store, suppressions: Suppressions, draft_id: int) -> None:
    """Make the shared list say of this letter what the draft says."""
    draft = store.drafts.get(draft_id)
    if draft is None or not draft.receipt:
        return
    site, address = store.drafts.site(draft), address_of(draft)
    with suppressions.together():
        suppressions.drop_reasons(draft.receipt)
        if draft.status not in OUT and draft.exported_at is None:
            suppressions.drop_letter(draft.receipt)
            return
        # one that was handed over may have been sent, whatever was decided of it since
        past = PastLetter(
            exported_at=draft.exported_at,
            sent_at=draft.sent_at,
            answered_at=draft.outcome_at if draft.outcome == Outcome.REPLIED else None,
            ended_at=draft.outcome_at if draft.outcome in ENDING else None,
            bounced=draft.outcome == Outcome.BOUNCED,
        )
        suppressions.note_letter(draft.receipt, past, address=address, site=site, page_url=draft.page_url)
        if draft.outcome == Outcome.DECLINED and draft.outcome_at:
            suppressions.add_site(site, reason=Reason.DECLINED, receipt=draft.receipt, now=draft.outcome_at)
        if draft.outcome == Outcome.BOUNCED and draft.outcome_at and address:
            suppressions.add(address, reason=Reason.BOUNCED, receipt=draft.receipt, now=draft.outcome_at)
