"""The one way in which a person's decision is carried out: the desk, the commands and the export all come through here.

Each method does it wholly, or refuses with the reason; what it changes it writes as events, with what follows from it as their parts, so that
`undo` can take all of it back. Which moves there are is outreach/transitions.py's to say, when nobody may be written to outreach/decency.py's.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from prospector.campaign import Campaign
from prospector.deciding_answers import Done, Refused, no_draft, no_target, of_look, of_offer
from prospector.deciding_checks import MONITOR, Checks, address_of
from prospector.deciding_claims import claims_of
from prospector.deciding_shared import tell_shared_list
from prospector.deciding_undo import Undoing
from prospector.drafting import Writer, stored_prospect
from prospector.items import Draft, DraftKind, DraftStatus, Observation, Stage, VerdictKind, Via, Wait
from prospector.items import Outcome as Seen
from prospector.outreach.naming import named_claims
from prospector.outreach.plain import quiet
from prospector.outreach.transitions import (
    OUT,
    WITHDRAWABLE,
    Action,
    Outcome,
    next_stage,
    next_status,
    outcome_allowed,
    undecided,
    why_not,
)
from prospector.store import Actor, Store, StoredDraft
from prospector.store.findings import OfferChoice
from prospector.store.suppressions import Suppressions
from prospector.verdicts.judge import judge
from prospector.words import label

__all__ = ["Decisions", "Done", "Outcome", "Refused"]

# how a person's look is recorded: docs/verdicts.md
ALIVE_STATUS, DEAD_STATUS = 200, 410


class Decisions:
    """A person's decisions on one campaign. Bound to the thread that opened its store."""

    def __init__(self, store: Store, campaign: Campaign, suppressions: Suppressions) -> None:
        """:raises TemplateError: a template of the campaign is wrong."""
        self.store = store
        self.campaign = campaign
        self.suppressions = suppressions
        self.writer = Writer(store, campaign, suppressions)
        self.checks = Checks(store, campaign, suppressions, self.writer.templates)
        self.undoing = Undoing(store, campaign, suppressions, self.writer)

    # -- drafts ------------------------------------------------------------------------------------------------------------

    def approve(self, draft_id: int, *, acknowledged: bool = False, now: datetime) -> Done | Refused:
        """It may go out: at once, or, approved in advance, as soon as the claim that carries it is confirmed.

        :param acknowledged: the person said that they know what they do, where that must be asked. Their yes is kept in the journal.
        """
        with self.store.together():
            draft = self.store.drafts.get(draft_id)
            if draft is None:
                return no_draft(draft_id)
            if draft.status is DraftStatus.APPROVED:
                return Done(said="It is approved already.", draft_id=draft_id)
            to = next_status(draft.status, Action.APPROVE)
            if to is None:
                return Refused(reason=why_not(draft.status, Action.APPROVE))
            if why := self.checks.why_not_approved(draft, now=now):
                return Refused(reason=why)
            questions = self.checks.to_acknowledge(draft)
            if questions and not acknowledged:
                asked = f"{questions[0].reason[:1].upper()}{questions[0].reason[1:]}."
                return Refused(reason=f"{asked} If so, approve it at the desk and say yes.", question=asked)
            written = {
                "status": to,
                "released_at": None if draft.waits else now,
                "receipt": draft.receipt or secrets.token_hex(16),
                "snoozed_until": None,
            }
            event = self._change(draft, written, "approved", now=now)
            for question in questions:
                self.store.journal.note(
                    subject=f"draft {draft_id}", kind="acknowledged", after={"rule": question.rule}, part_of=event, now=now
                )
        return Done(said=f"Approved. {self.checks.what_next(draft)}", draft_id=draft_id, event_id=event)

    def why_not_exported(self, draft_id: int, *, now: datetime) -> str:
        """Why this draft may not go out now, in a sentence; "" if it may. What `exported` would refuse for."""
        draft = self.store.drafts.get(draft_id)
        if draft is None:
            return no_draft(draft_id).reason
        if next_status(draft.status, Action.EXPORT) is None:
            return why_not(draft.status, Action.EXPORT)
        if draft.released_at is None:
            return f"It is approved in advance. {self.checks.what_next(draft)}"
        return self.checks.nobody_to_write_to(draft, now=now) or self.checks.lost_address(draft) or self.checks.lint_error(draft)

    def why_not_handed_over(self, draft_id: int, *, now: datetime) -> str:
        """Why a person should not send this letter by hand now, in a sentence that says what would help; "" if they may."""
        draft = self.store.drafts.get(draft_id)
        if draft is None:
            return no_draft(draft_id).reason
        if draft.status is DraftStatus.EXPORTED:
            why = self.checks.told_not_to_send(draft) or self.checks.nobody_to_write_to(draft, now=now) or self.checks.lost_address(draft)
        else:
            why = self.why_not_exported(draft_id, now=now)
        return why or self.checks.claims_doubt(draft, now=now)

    def out_today(self, *, now: datetime) -> int:
        """How many letters left the house on this day of the person's own calendar."""
        return self.store.drafts.out_since(now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0))

    def look_again(self, draft_id: int, *, now: datetime) -> Done | Refused:
        """The next recheck asks all that the letter names, due or not; for one about a lost link it is the monitor that looks."""
        draft = self.store.drafts.get(draft_id)
        if draft is None:
            return no_draft(draft_id)
        if draft.kind is DraftKind.RECLAIM:  # its link leads to a living page of yours: what is in doubt is the page that had it
            return Done(said=f"Its page is looked at by the monitor. Run: {MONITOR}", draft_id=draft_id)
        self.store.evidence.look_again([claim.target_url for claim in claims_of(self.store, draft)], at=now)
        return Done(said="Its links are due now. Run: scrapy crawl recheck", draft_id=draft_id)

    def reject(self, draft_id: int, *, note: str = "", now: datetime) -> Done | Refused:
        return self._move(draft_id, Action.REJECT, "Rejected.", {"note": note, "released_at": None, "snoozed_until": None}, now=now)

    def snooze(self, draft_id: int, *, until: datetime, now: datetime) -> Done | Refused:
        if until <= now:
            return Refused(reason="That time is past. Choose a later one.")
        said = f"Put aside until {until:%Y-%m-%d %H:%M} UTC."
        return self._move(draft_id, Action.SNOOZE, said, {"snoozed_until": until, "released_at": None}, now=now)

    def reopen(self, draft_id: int, *, now: datetime) -> Done | Refused:
        """As if nobody had decided: it can be approved, or rejected, anew."""
        written = {"released_at": None, "snoozed_until": None}
        done = self._move(draft_id, Action.REOPEN, "It is open again.", written, now=now)
        if isinstance(done, Done):
            self._redraft(draft_id, done.event_id, now=now)
        return done

    def edit(self, draft_id: int, *, subject: str | None, body: str | None, now: datetime) -> Done | Refused:
        """A person's words; None goes back to the template's. An approval does not cover words that were written later."""
        draft = self.store.drafts.get(draft_id)
        prospect = None if draft is None else stored_prospect(self.store, draft)
        if draft is None or prospect is None:
            return no_draft(draft_id)
        claims = draft.claims
        if subject is not None or body is not None:
            text = f"{draft.subject if subject is None else subject}\n{draft.body if body is None else body}"
            dead = () if draft.kind is DraftKind.RECLAIM else prospect.dead_links
            claims = named_claims(text, dead, draft.claims)
        written = {"edited_subject": subject, "edited_body": body, "released_at": None, "claims": claims}
        done = self._move(draft_id, Action.EDIT, "Saved.", written, kind="edited", now=now)
        if isinstance(done, Done) and done.event_id is not None:
            self._redraft(draft_id, done.event_id, now=now)
        return done

    def choose_offer(self, draft_id: int, target_url: str, page_url: str | None, *, now: datetime) -> Done | Refused:
        """What to offer for one dead link: one of its matches, or None for nothing."""
        with self.store.together():
            draft = self.store.drafts.get(draft_id)
            if draft is None:
                return no_draft(draft_id)
            if next_status(draft.status, Action.EDIT) is None:
                return Refused(reason=why_not(draft.status, Action.EDIT))
            if page_url is not None and page_url not in {match.page_url for match in self.store.findings.matches(target_url)}:
                return Refused(reason=f"{page_url} is not among the pages that fit {target_url}. Choose one that is listed for it.")
            chosen = self.store.findings.chosen_offers(draft.page_url)
            before = {
                "target_url": target_url,
                "chosen": target_url in chosen,
                "offer_url": chosen.get(target_url),
                "chosen_at": self.store.findings.chosen_at(draft.page_url, target_url),
            }
            after = {"target_url": target_url, "chosen": True, "offer_url": page_url}
            event = self.store.journal.note(subject=f"draft {draft_id}", kind="offer", before=before, after=after, now=now)
            self.store.findings.choose_offer(draft.page_url, target_url, OfferChoice(page_url), now=now)
            self._redraft(draft_id, event, now=now)
            said = of_offer(draft, self.store.drafts.get(draft_id) or draft, target_url, limit=self.own_pages_limit())
        return Done(said=said if page_url else "Nothing is offered for it.", draft_id=draft_id, event_id=event)

    def own_pages_limit(self) -> str:
        most = self.campaign.templates.own_pages
        return f"a letter offers {most} {'page' if most == 1 else 'pages'} of yours at most (templates.own_pages)"

    def choose_contact(self, draft_id: int, contact_id: int, *, now: datetime) -> Done | Refused:
        """Write to another contact of the same site."""
        with self.store.together():
            draft = self.store.drafts.get(draft_id)
            if draft is None:
                return no_draft(draft_id)
            if draft.kind is DraftKind.RECLAIM:
                return Refused(reason="A letter about a lost link goes to whom the first letter reached, and to nobody else.")
            contact = self.store.prospects.contact(contact_id)
            prospect = stored_prospect(self.store, draft)
            if contact is None or prospect is None or contact.site != prospect.site:
                return Refused(reason="That contact is not one of this site's. Choose one that is listed for it.")
            bounced = draft.status is DraftStatus.SENT and draft.outcome == Outcome.BOUNCED
            to = undecided(draft.waits) if bounced else next_status(draft.status, Action.ADDRESS, draft.waits)
            if to is None:
                return Refused(reason=why_not(draft.status, Action.ADDRESS))
            written: dict[str, Any] = {
                "chosen_contact_id": contact_id,
                "hidden_address_allowed_at": None,
                "status": to,
                "released_at": None,
            }
            if bounced:  # the letter never arrived: it is a new one, to somebody else
                written |= {"receipt": "", "outcome": "", "outcome_at": None, "sent_at": None, "exported_at": None, "message_id": ""}
            event = self._change(draft, written, "contact", now=now)
            self._readdress(draft_id, event, now=now)
        return Done(said=f"It goes to {quiet(contact.value, 254)}.", draft_id=draft_id, event_id=event)

    def allow_hidden_address(self, draft_id: int, *, now: datetime) -> Done | Refused:
        """A person's leave to use, for this draft only, an address that its owner hid from harvesters."""
        draft = self.store.drafts.get(draft_id)
        if draft is None:
            return no_draft(draft_id)
        if not self.checks.is_hidden(draft):
            return Refused(reason="Its address stands openly on the page, so there is nothing to allow.")
        waits = tuple(wait for wait in draft.waits if wait is not Wait.LEAVE)
        written = {"hidden_address_allowed_at": now, "waits": waits}
        done = self._move(draft_id, Action.ADDRESS, "Its hidden address may be used for this letter.", written, kind="allowed", now=now)
        if isinstance(done, Done):
            self._redraft(draft_id, done.event_id, now=now)
        return done

    # -- targets -----------------------------------------------------------------------------------------------------------

    def confirm(self, target_url: str, *, note: str = "", now: datetime) -> Done | Refused:
        """A person looked: it is dead, or taken over. For a hijacked one this is what confirms it; for others it counts as one look."""
        verdict = self.store.evidence.verdict(target_url)
        if verdict is None:
            return no_target(target_url)
        if not verdict.kind.dead:
            return Refused(reason=f"It does not look dead ({label(verdict.kind)}), so there is nothing to confirm.")
        return self.look(target_url, alive=False, note=note, now=now)

    def alive(self, target_url: str, *, note: str = "", now: datetime) -> Done | Refused:
        """A person looked: it works. Letters that rest on it are withdrawn or written anew at once."""
        return self.look(target_url, alive=True, note=note, now=now)

    def look(self, target_url: str, *, alive: bool, note: str = "", now: datetime) -> Done | Refused:
        """What a person saw at a target counts as one look; alive wins."""
        with self.store.together():
            before = self.store.evidence.verdict(target_url)
            if before is None:
                return no_target(target_url)
            seen = Observation(
                target_url=target_url,
                observed_at=now,
                outcome=Seen.ANSWERED,
                via=Via.PERSON,
                status=ALIVE_STATUS if alive else DEAD_STATUS,
                final_url=target_url,
                detail=" ".join(note.split()),
            )
            after = judge([*self.store.evidence.observations(target_url), seen], self.campaign.verdicts.policy(), now=now)
            event = self.store.evidence.record_look(seen, after, now=now)
            self._redraft_all(target_url, event, now=now)
        return Done(said=of_look(after), event_id=event)

    def ignore(self, target_url: str, *, now: datetime) -> Done | Refused:
        """Say nothing of this target to anybody, whatever it does."""
        with self.store.together():
            event = self.store.evidence.set_override(target_url, VerdictKind.UNKNOWN, note="left alone", now=now)
            if event is None:
                return no_target(target_url)
            self._redraft_all(target_url, event, now=now)
        return Done(said="No letter speaks of it any more.", event_id=event)

    # -- what became of them -----------------------------------------------------------------------------------------------

    def exported(self, draft_ids: Sequence[int], *, now: datetime) -> tuple[Done | Refused, ...]:
        """They are handed over to whatever the person sends with: one answer for each, in their order.

        A refused one must not be handed over. Of two to the same people the second is refused.
        """
        return tuple(self._exported(draft_id, now=now) for draft_id in draft_ids)

    def _exported(self, draft_id: int, *, now: datetime) -> Done | Refused:
        with self.store.together(), self.suppressions.together():  # another campaign may be at the same page just now
            if why := self.why_not_exported(draft_id, now=now):
                return Refused(reason=why)
            return self._move(draft_id, Action.EXPORT, "Exported.", {"exported_at": now}, now=now)

    def mark(self, draft_id: int, outcome: Outcome, *, message_id: str = "", at: datetime | None = None, now: datetime) -> Done | Refused:
        """What became of a letter. Anything but `sent` also says that it was sent.

        :param message_id: of the letter as it was sent: a follow-up can then be threaded to it.
        :param at: when it happened, if not now.
        """
        at = at or now
        if at > now:
            return Refused(reason=f"{at:%Y-%m-%d %H:%M} UTC is still to come.")
        with self.store.together():
            draft = self.store.drafts.get(draft_id)
            if draft is None:
                return no_draft(draft_id)
            action = Action.SEND if outcome is Outcome.SENT else Action.REPORT
            to = next_status(draft.status, action)
            if to is None:
                return Refused(reason=why_not(draft.status, action))
            if why := outcome_allowed(draft.outcome, outcome):
                return Refused(reason=why)
            written: dict[str, Any] = {"status": to, "outcome": outcome, "outcome_at": at, "message_id": message_id or draft.message_id}
            written["sent_at"] = draft.sent_at or (at if outcome is Outcome.SENT else draft.exported_at or at)
            written["receipt"] = draft.receipt or secrets.token_hex(16)
            event = self._change(draft, written, f"marked {outcome}", now=now)
            stage = self.store.prospects.stage(draft.page_url)
            if stage is not None:
                self.store.prospects.set_stage(draft.page_url, next_stage(stage, outcome), part_of=event, now=now)
            tell_shared_list(self.store, self.suppressions, draft_id)
            if outcome is Outcome.NO_REPLY and self.campaign.follow_ups.enabled:  # the reminder wants a new look at its links
                due = written["sent_at"] + timedelta(days=self.campaign.follow_ups.after_days)
                self.store.evidence.look_again([claim.target_url for claim in draft.claims], at=max(due, now))
        too = " That says that it was sent, too." if outcome is not Outcome.SENT and draft.status is not DraftStatus.SENT else ""
        return Done(said=f"Marked as {outcome}.{too}", draft_id=draft_id, event_id=event)

    def obey_suppressions(self, *, now: datetime) -> int:
        """Withdraw every letter of the campaign that may never go out, because of what was added to the shared list since; how many."""
        number = 0
        for draft in self.store.drafts.in_hand():
            site = self.store.drafts.site(draft)
            why = self.suppressions.blocked(address=address_of(draft), site=site, page_url=draft.page_url)
            if not why:
                continue
            with self.store.together():
                there = self.store.drafts.get(draft.id)
                if there is None or there.status not in WITHDRAWABLE:
                    continue  # it went out, or fell, just now
                event = self.store.journal.note(subject=f"draft {draft.id}", kind="suppressed", now=now)
                number += self.store.drafts.withdraw_one(there, reason=why, part_of=event, now=now)
                stage = self.store.prospects.stage(draft.page_url)
                if stage in (Stage.FOUND, Stage.DRAFTED):
                    self.store.prospects.set_stage(draft.page_url, Stage.DO_NOT_CONTACT, part_of=event, now=now)
        return number

    # -- taking it back ----------------------------------------------------------------------------------------------------

    def undo(self, event_id: int | None = None, *, draft_id: int | None = None, now: datetime) -> Done | Refused:
        """Take back the last change that a person made, or that one, with all that followed from it.

        An export is taken back only by its number: its file is out of our hands.

        :param draft_id: the last change of this draft alone.
        """
        with self.store.together():
            event = self.store.journal.last(draft_id) if event_id is None else self.store.journal.get(event_id)
            return self.undoing.undo(event, now=now)

    # -- what they have in common ------------------------------------------------------------------------------------------

    def _move(self, draft_id: int, action: Action, said: str, written: dict[str, Any], *, kind: str = "", now: datetime) -> Done | Refused:
        with self.store.together():
            draft = self.store.drafts.get(draft_id)
            if draft is None:
                return no_draft(draft_id)
            to = next_status(draft.status, action, written.get("waits", draft.waits))
            if to is None:
                return Refused(reason=why_not(draft.status, action))
            event = self._change(draft, {"status": to, **written}, kind or to, now=now)
            if {draft.status, to} & OUT:
                tell_shared_list(self.store, self.suppressions, draft_id)
        return Done(said=said, draft_id=draft_id, event_id=event)

    def _change(self, draft: StoredDraft, written: dict[str, Any], kind: str, *, now: datetime) -> int | None:
        return self.store.drafts.change(draft, written, actor=Actor.PERSON, kind=kind, now=now)

    def _redraft(self, draft_id: int, event: int | None, *, now: datetime) -> None:
        draft = self.store.drafts.get(draft_id)
        if draft is not None:
            self.writer.redraft(draft.page_url, part_of=event, now=now)

    def _redraft_all(self, target_url: str, event: int, *, now: datetime) -> None:
        for page_url in self.store.drafts.of_target(target_url):
            self.writer.redraft(page_url, part_of=event, now=now)

    def _readdress(self, draft_id: int, event: int | None, *, now: datetime) -> None:
        """After another contact was chosen: its recipient, and in words that nobody edited its greeting."""
        draft = self.store.drafts.get(draft_id)
        prospect = None if draft is None else self.writer.prospect(draft.page_url, now=now)
        letter = None if prospect is None else self.writer.letter(prospect, now=now)
        if draft is None or prospect is None or not isinstance(letter, Draft):
            self._redraft(draft_id, event, now=now)
            return
        of_the_route = {Wait.CONTACT, Wait.LEAVE}
        waits = (*(wait for wait in draft.waits if wait not in of_the_route), *(wait for wait in letter.waits if wait in of_the_route))
        written = {"recipient": letter.recipient, "waits": waits}
        if draft.status in (DraftStatus.WAITING, DraftStatus.READY):
            written["status"] = undecided(waits)
        self.store.drafts.change(draft, written, actor=Actor.CRAWL, kind="updated", part_of=event, now=now)
        self.writer.keep(prospect, letter, part_of=event, now=now)
