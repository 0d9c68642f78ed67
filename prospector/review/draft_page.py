"""One letter with all that speaks for it: evidence, offers, the words, objections, contacts, score."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prospector.deciding import Decisions, Outcome
from prospector.deciding_checks import LOOK_AGAIN
from prospector.export.mailto import mailto
from prospector.items import DraftKind, DraftStatus
from prospector.review.evidence import shown_claims, unsafe_hosts
from prospector.review.filters import with_query
from prospector.review.letter import errors, objections, pieces
from prospector.store import Event, StoredDraft
from prospector.store.desk import Filter
from prospector.store.dossier import Dossier
from prospector.words import label

# out of the house: what was written can't be changed any more
OUT = frozenset({DraftStatus.EXPORTED, DraftStatus.SENT})
HAND_OVER = frozenset({DraftStatus.APPROVED, DraftStatus.EXPORTED})
MOST_EVENTS = 12
_SAID = {
    "created": "written by a crawl",
    "updated": "written anew by a crawl",
    "edited": "your words",
    "offer": "another offer",
    "contact": "another contact",
}


def draft_values(decisions: Decisions, dossier: Dossier, wanted: Filter, *, now: datetime) -> dict[str, Any]:
    """What the letter's template shows."""
    draft, store = dossier.draft, decisions.store
    place = store.desk.place(draft.id, wanted)
    claims = shown_claims(dossier, now, own_pages=decisions.campaign.templates.own_pages)
    editable = draft.status not in OUT
    why_not = decisions.why_not_handed_over(draft.id, now=now) if draft.status in HAND_OVER else ""
    return {
        "wanted": wanted,
        "dossier": dossier,
        "draft": draft,
        "place": place,
        "queue": with_query("/", wanted),
        "before": with_query(f"/drafts/{place.before}", wanted) if place.before else "",
        "after": with_query(f"/drafts/{place.after}", wanted) if place.after else "",
        "claims": claims,
        "own_pages_limit": decisions.own_pages_limit(),
        "is_reclaim": draft.kind is DraftKind.RECLAIM,
        "unsafe_hosts": unsafe_hosts(dossier),
        "contact": next((route for route in dossier.routes if route.id == dossier.contact_id), None),
        "other_routes": tuple(route for route in dossier.routes if route.id != dossier.contact_id),
        "is_mail": "@" in draft.recipient and not draft.recipient.startswith(("http://", "https://")),
        "editable": editable,
        "wants_leave": editable and not draft.hidden_address_allowed_at and decisions.checks.is_hidden(draft),
        "why_not_handed_over": why_not,
        "look_helps": why_not.endswith(LOOK_AGAIN),
        "out_today": decisions.out_today(now=now),
        "per_day": decisions.campaign.export.per_day,
        "export_event": _export_event(dossier),
        "mailto": mailto(draft.recipient, draft.final_subject, draft.final_body) or "",
        "empty_mailto": (mailto(draft.recipient, draft.final_subject, "") or "").removesuffix("&body="),
        "outcomes": tuple(Outcome),
        "history": tuple((event, _said(event)) for event in dossier.events[:MOST_EVENTS]),
        **letter_values(decisions, draft, subject=draft.final_subject, body=draft.final_body),
    }


def _export_event(dossier: Dossier) -> int | None:
    """What takes the export of an exported letter back."""
    if dossier.draft.status is not DraftStatus.EXPORTED:
        return None
    return next((event.id for event in dossier.events if event.kind == DraftStatus.EXPORTED and event.undone_by is None), None)


def letter_values(decisions: Decisions, draft: StoredDraft, *, subject: str, body: str) -> dict[str, Any]:
    """What is shown beside the editor, of the words as they stand in it."""
    findings = objections(decisions.checks, draft, subject=subject, body=body)
    return {
        "subject": subject,
        "pieces": tuple(pieces(body)),
        "findings": findings,
        "errors": errors(findings),
        "recipient": draft.recipient,
        "sender": decisions.campaign.sender,
    }


def _said(event: Event) -> str:
    if event.kind in _SAID:
        return _SAID[event.kind]
    return label(DraftStatus(event.kind)) if event.kind in set(DraftStatus) else event.kind.replace("_", " ")
