"""Taking back what a person decided, with all that followed from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from prospector.campaign import Campaign
from prospector.deciding_answers import Done, Refused, deed
from prospector.deciding_shared import tell_shared_list
from prospector.drafting import Writer
from prospector.items import DraftStatus, Stage, VerdictKind
from prospector.store import Actor, Event, Store
from prospector.store.findings import OfferChoice
from prospector.store.suppressions import Suppressions
from prospector.verdicts.judge import judge

_EXPORTED_SINCE = "It was exported since, so it may be sent. Delete its file and take the export back first, on its page at the desk."
_STILL_THERE = " Delete the file or draft that it was written to, or it may be sent all the same."


class Undoing:
    """Of one campaign's decisions."""

    def __init__(self, store: Store, campaign: Campaign, suppressions: Suppressions, writer: Writer) -> None:
        self.store = store
        self.campaign = campaign
        self.suppressions = suppressions
        self.writer = writer

    def undo(self, event: Event | None, *, now: datetime) -> Done | Refused:
        """Inside a transaction of the store."""
        if event is None:
            return Refused(reason="There is nothing to undo.")
        if event.actor is not Actor.PERSON or event.part_of is not None or event.kind == "undone":
            return Refused(reason="That was not a person's decision, so it can't be undone.")
        if event.undone_by is not None:
            return Refused(reason="That is undone already.")
        parts = self.store.journal.parts(event.id)
        if why := self._changed_since(event):
            return Refused(reason=why)
        undone = self.store.journal.take_back(event, now=now)
        pages = [page for part in parts for page in self._restore(part, part_of=undone, now=now)]
        for page_url in dict.fromkeys(pages):  # only now: what a letter may say follows from all that was restored
            self.writer.redraft(page_url, part_of=undone, now=now)
            for draft in self.store.drafts.all_of_page(page_url):
                tell_shared_list(self.store, self.suppressions, draft.id)
        file = _STILL_THERE if event.kind == DraftStatus.EXPORTED else ""
        return Done(said=f"Undone: {deed(event.kind)}.{file}", draft_id=_draft_of(event), event_id=undone)

    def _changed_since(self, event: Event) -> str:
        draft_id = _draft_of(event)
        draft = None if draft_id is None else self.store.drafts.get(draft_id)
        if draft is None or event.after is None or event.kind == "offer":
            return ""
        why = self.store.drafts.differs(draft, event.after)
        return _EXPORTED_SINCE if why and draft.status is DraftStatus.EXPORTED else why

    def _restore(self, event: Event, *, part_of: int, now: datetime) -> Sequence[str]:
        """Make what an event changed what it was before; the pages whose letters rest on that."""
        kind, _, name = event.subject.partition(" ")
        before, after = event.before or {}, event.after or {}
        match kind:
            case "draft":
                return self._restore_draft(int(name), event, part_of=part_of, now=now)
            case "target" if "observation" in after:
                self.store.evidence.forget_look(after["observation"])
                verdict = judge(self.store.evidence.observations(name), self.campaign.verdicts.policy(), now=now)
                self.store.evidence.save_verdict(name, verdict, now=now)
                return self.store.drafts.of_target(name)
            case "target" if "override" in before:
                override = None if before["override"] is None else VerdictKind(before["override"])
                self.store.evidence.set_override(name, override, note=before["note"], part_of=part_of, now=now)
                return self.store.drafts.of_target(name)
            case "prospect" if before and event.actor is Actor.PERSON:
                self.store.prospects.set_stage(name, Stage(before["stage"]), part_of=part_of, now=now)
        return ()

    def _restore_draft(self, draft_id: int, event: Event, *, part_of: int, now: datetime) -> Sequence[str]:
        draft = self.store.drafts.get(draft_id)
        if draft is None or not event.before:
            return ()
        if event.kind == "offer":
            choice = OfferChoice(event.before["offer_url"]) if event.before["chosen"] else None
            since = event.before.get("chosen_at")  # the latest choice comes first in a letter: it is as late as it was
            at = datetime.fromisoformat(since) if since else now
            self.store.findings.choose_offer(draft.page_url, event.before["target_url"], choice, now=at)
        else:
            self.store.drafts.restore(draft_id, event.before, part_of=part_of, now=now)
        return [draft.page_url]


def _draft_of(event: Event) -> int | None:
    kind, _, name = event.subject.partition(" ")
    return int(name) if kind == "draft" else None
