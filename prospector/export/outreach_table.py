"""Letters as rows: one a letter, for a mail merge or a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prospector.campaign import Campaign
from prospector.export.mail_text import clean_line, clean_text
from prospector.export.message import Letter
from prospector.items import DraftKind
from prospector.store import Store, StoredDraft

COLUMNS = (
    "draft_id",
    "recipient",
    "recipient_name",
    "first_name",
    "last_name",
    "recipient_role",
    "subject",
    "body",
    "sender",
    "sender_name",
    "page_url",
    "page_title",
    "site",
    "dead_urls",
    "offer_url",
    "contact_source",
    "contact_found_at",
    "score",
    "in_reply_to",
)


def row_of(store: Store, campaign: Campaign, draft: StoredDraft, letter: Letter) -> Mapping[str, Any]:
    """The columns above. Names are cut in two only where they have two words: a wrong first name is worse than none."""
    site = store.drafts.site(draft)
    page = store.pages.get(draft.page_url, links=False)
    contact = store.prospects.contact_at(site, draft.recipient)
    name = clean_line(letter.recipient_name)
    words = name.split()
    first, last = words if len(words) == 2 else ("", "")
    return {
        "draft_id": draft.id,
        "recipient": letter.recipient,
        "recipient_name": name,
        "first_name": first,
        "last_name": last,
        "recipient_role": contact.role if contact else "",
        "subject": clean_line(letter.subject),
        "body": clean_text(letter.body),
        "sender": campaign.sender.email,
        "sender_name": campaign.sender.name,
        "page_url": draft.page_url,
        "page_title": page.title if page else "",
        "site": site,
        "dead_urls": []
        if draft.kind is DraftKind.RECLAIM
        else [claim.target_url for claim in draft.claims],  # that one names a page of yours
        "offer_url": next((claim.offer_url for claim in draft.claims if claim.offer_url), ""),
        "contact_source": contact.source_url if contact else "",
        "contact_found_at": contact.found_at.isoformat() if contact and contact.found_at else None,
        "score": store.prospects.score(draft.page_url),
        "in_reply_to": letter.answers[-1] if letter.answers else "",
    }
