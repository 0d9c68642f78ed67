"""Addresses that nobody wrote to are not kept for ever: what privacy law asks of whoever collects them."""

from __future__ import annotations

from datetime import datetime

from prospector.items import DraftStatus
from prospector.store.codecs import time_text
from prospector.store.events import Actor, Change, record
from prospector.store.session import Session

# a letter in one of these was used, or is about to be: it must be possible to tell where its address came from
_USED = "'approved', 'exported', 'sent'"
_UNDECIDED = frozenset({DraftStatus.WAITING, DraftStatus.READY, DraftStatus.SNOOZED})
NOTE = "its contact was found too long ago and is no longer kept; the next crawl looks again"

_EXPIRED = f"""
SELECT contact.id, contact.site, contact.kind, contact.value, contact.source_url FROM contacts AS contact
WHERE contact.found_at < :limit
    AND NOT EXISTS (
        SELECT 1 FROM prospects WHERE prospects.contact_id = contact.id AND prospects.stage NOT IN ('found', 'drafted')
    )
    AND NOT EXISTS (
        SELECT 1 FROM drafts AS draft JOIN resource_pages AS page ON page.url = draft.page_url
        WHERE page.site = contact.site AND draft.status IN ({_USED})
            AND draft.recipient IN (contact.value, iif(contact.kind = 'form', contact.source_url, contact.value))
    )
"""  # noqa: S608  # ours

_LETTERS = """
SELECT draft.id, draft.status, draft.note FROM drafts AS draft JOIN resource_pages AS page ON page.url = draft.page_url
WHERE page.site = :site AND draft.recipient IN (:value, iif(:kind = 'form', :source_url, :value))
"""


def expire_contacts(session: Session, *, found_before: datetime, now: datetime) -> int:
    """Forget contacts that were last found before a time and that no letter used; how many.

    Letters to them that nobody decided about are withdrawn; of all letters to them and of the journal, the address goes too. The site is
    searched anew when one of its pages comes up again.
    """
    with session.write():
        expired = session.rows(_EXPIRED, {"limit": time_text(found_before)})
        for contact in expired:
            for letter in session.rows(_LETTERS, contact):
                _forget_recipient(session, letter["id"], DraftStatus(letter["status"]), letter["note"], now=now)
            session.run("UPDATE prospects SET contact_id = NULL WHERE contact_id = ?", (contact["id"],))
            session.run("UPDATE drafts SET chosen_contact_id = NULL WHERE chosen_contact_id = ?", (contact["id"],))
            session.run("DELETE FROM contacts WHERE id = ?", (contact["id"],))
        session.run_many(
            "DELETE FROM sites WHERE site = ? AND NOT EXISTS (SELECT 1 FROM contacts WHERE contacts.site = sites.site AND gone_at IS NULL)",
            [(contact["site"],) for contact in expired],
        )
    return len(expired)


def _forget_recipient(session: Session, draft_id: int, status: DraftStatus, note: str, *, now: datetime) -> None:
    subject = f"draft {draft_id}"
    session.run("UPDATE drafts SET recipient = '', updated_at = ? WHERE id = ?", (time_text(now), draft_id))
    session.run(
        "UPDATE events SET before = json_remove(before, '$.recipient'), after = json_remove(after, '$.recipient') WHERE subject = ?",
        (subject,),
    )
    if status in _UNDECIDED:
        session.run("UPDATE drafts SET status = ?, note = ? WHERE id = ?", (DraftStatus.WITHDRAWN, NOTE, draft_id))
        change = Change({"status": status, "note": note}, {"status": DraftStatus.WITHDRAWN, "note": NOTE})
        record(session, at=now, actor=Actor.CRAWL, subject=subject, kind="withdrawn", change=change)
