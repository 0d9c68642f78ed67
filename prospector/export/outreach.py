"""Which letters may go out now, and for each other one why not. What is decided here is carried out by `deciding`; nothing is sent.

A letter goes out only if a person approved it, every link it names is confirmed dead, and was seen failing within the campaign's `fresh_hours`,
within which every new address that it gives must have answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from prospector.campaign import Campaign
from prospector.deciding import Decisions
from prospector.deciding_checks import address_of
from prospector.deciding_claims import fallen_claims, looked_at_since, lost_addresses, named, stale_addresses, stale_targets
from prospector.export.message import Letter
from prospector.items import ContactKind, DraftKind, DraftStatus
from prospector.store import Actor, Store, StoredDraft

# reasons that count many letters, as a table of them shows
NO_CONTACT = "nobody to write to was found"
BY_HAND = "the way to reach them is a form or a tracker: open its page, paste the letter, mark it as sent"
IN_ADVANCE = "approved in advance: a link in it is not confirmed dead yet"
NOT_SEEN = "its links could not be seen failing again just now; the next export tries anew"
SILENT = "a new address that it gives did not answer just now; the next export tries anew"
OVER_LIMIT = "over the limit for one day; they keep until tomorrow"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    draft: StoredDraft
    reason: str
    fell: bool = False  # what it claims is no longer true


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Approved letters, each in one place."""

    ready: tuple[StoredDraft, ...]
    stale: tuple[StoredDraft, ...]  # ready, if a new look finds their links dead still
    left_out: tuple[LeftOut, ...]


def survey(decisions: Decisions, *, again: bool = False, room: int, settle: bool = True, first: int | None = None, now: datetime) -> Survey:
    """The oldest approvals first.

    :param again: take letters that were exported before, and not sent yet, too.
    :param room: how many new ones may go out; the others of those that could are left out. `ready` has no more; `stale` may have as many again.
    :param settle: write anew or withdraw those that say what is no longer so; else nothing is changed, and they are only left out.
    :param first: look at so many of the oldest that could be mails alone.
    """
    found = list(_looked_through(decisions, again=again, settle=settle, first=first, now=now))
    could = [one for one in found if isinstance(one, StoredDraft)]
    fresh = decisions.campaign.export.fresh
    silent = {draft.id: stale_targets(decisions.store, draft, fresh=fresh, now=now) for draft in could}
    new = [draft for draft in could if draft.status is DraftStatus.APPROVED]
    again_out = [draft for draft in could if draft.status is DraftStatus.EXPORTED]
    # the room is for letters that can go: else a few behind a wall would keep all others in, day after day
    ready = [draft for draft in new if not silent[draft.id]][:room]
    in_vain = {draft.id for draft in new if looked_at_since(decisions.store, silent[draft.id], now - fresh)}
    # those that a new look may bring into the room, be it instead of later approvals; who was asked in vain lately is asked last
    turn = sorted((draft for draft in new if draft in ready or silent[draft.id]), key=lambda draft: draft.id in in_vain)[:room]
    stale = [draft for draft in turn if silent[draft.id]]
    left = [draft for draft in new if draft not in ready and draft not in stale]
    return Survey(
        ready=(*ready, *(draft for draft in again_out if not silent[draft.id])),
        stale=(*stale, *(draft for draft in again_out if silent[draft.id])),
        left_out=(
            *(one for one in found if isinstance(one, LeftOut)),
            *(not_seen(decisions, draft, now=now) if draft.id in in_vain else LeftOut(draft=draft, reason=OVER_LIMIT) for draft in left),
        ),
    )


def not_seen(decisions: Decisions, draft: StoredDraft, *, now: datetime) -> LeftOut:
    """A letter whose links were looked at, and not seen failing, or not living at the new address."""
    silent = stale_addresses(decisions.store, draft, fresh=decisions.campaign.export.fresh, now=now)
    return LeftOut(draft=draft, reason=SILENT if silent else NOT_SEEN)


def _looked_through(
    decisions: Decisions, *, again: bool, settle: bool, first: int | None, now: datetime
) -> Iterator[StoredDraft | LeftOut]:
    store = decisions.store
    approved = sorted(store.drafts.list(DraftStatus.APPROVED), key=lambda draft: (draft.released_at or now, draft.id))
    looked = 0
    for draft in (*approved, *(store.drafts.list(DraftStatus.EXPORTED) if again else ())):
        if why := _never_a_mail(draft):
            yield LeftOut(draft=draft, reason=why)
            continue
        looked += 1
        if first is not None and looked > first:
            continue
        standing = _with_true_claims(decisions, draft, settle=settle, now=now)
        if isinstance(standing, LeftOut):
            yield standing
        elif draft.kind is DraftKind.RECLAIM and (why := decisions.checks.claims_doubt(standing, now=now)):
            yield LeftOut(draft=standing, reason=_as_reason(why))  # a look at a link's target would not help
        elif (draft.status is DraftStatus.APPROVED and (why := decisions.why_not_exported(draft.id, now=now))) or (
            why := decisions.checks.told_not_to_send(standing) or decisions.checks.nobody_to_write_to(standing, now=now)
        ):
            yield LeftOut(draft=standing, reason=_as_reason(why))
        else:
            yield standing


def _never_a_mail(draft: StoredDraft) -> str:
    if not draft.recipient:
        return NO_CONTACT
    if not address_of(draft):
        return BY_HAND
    return "" if draft.released_at or draft.status is DraftStatus.EXPORTED else IN_ADVANCE


def _as_reason(sentence: str) -> str:
    return (sentence[:1].lower() + sentence[1:]).rstrip(".")


# -- claims ------------------------------------------------------------------------------------------------------------------


def _with_true_claims(decisions: Decisions, draft: StoredDraft, *, settle: bool, now: datetime) -> StoredDraft | LeftOut:
    """The letter as it may go out. One that says what is no longer so is written anew or withdrawn, as after a crawl."""
    fallen, lost = fallen_claims(decisions.store, draft), lost_addresses(decisions.store, draft)
    if not fallen and not lost:
        return draft
    why = f"{named(fallen)} is no longer confirmed dead" if fallen else f"the new address that it gives for {named(lost)} no longer holds"
    if draft.status is DraftStatus.EXPORTED:
        return LeftOut(draft=draft, reason=f"do not send it: {why}", fell=True)
    if not settle:
        return LeftOut(draft=draft, reason=why, fell=True)
    decisions.writer.redraft(draft.page_url, now=now)
    renewed = decisions.store.drafts.get(draft.id) or draft
    if renewed.exportable and (fallen := fallen_claims(decisions.store, renewed)):
        note = f"{named(fallen)} is no longer confirmed dead"
        written = {"status": DraftStatus.WITHDRAWN, "note": note, "released_at": None}
        decisions.store.drafts.change(renewed, written, actor=Actor.CRAWL, kind="withdrawn", now=now)
        return LeftOut(draft=renewed, reason=note, fell=True)
    return renewed if renewed.exportable else LeftOut(draft=renewed, reason=renewed.note or IN_ADVANCE, fell=True)


# -- letters -----------------------------------------------------------------------------------------------------------------


def letter_of(store: Store, campaign: Campaign, draft: StoredDraft) -> Letter:
    contact = store.prospects.contact_at(store.drafts.site(draft), draft.recipient)
    return Letter(
        draft_id=draft.id,
        sender=campaign.sender.email,
        sender_name=campaign.sender.name,
        recipient=draft.recipient,
        recipient_name=contact.name if contact is not None and contact.kind is ContactKind.EMAIL else "",
        subject=draft.final_subject,
        body=draft.final_body,
        answers=tuple(_answers(store, draft)),
    )


def _answers(store: Store, draft: StoredDraft) -> Iterator[str]:
    """The letter that a follow-up follows, where its number as it was sent is known."""
    first = None if draft.follow_up_of is None else store.drafts.get(draft.follow_up_of)
    if first is not None and first.message_id:
        yield first.message_id
