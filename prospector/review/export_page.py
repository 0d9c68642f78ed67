"""What may leave the house now, as a file for the browser to keep: by the rules and the code of `scrapy export outreach`.

Nothing is looked at again from here: a letter whose links were not seen failing within the campaign's hours is not in the file, and the page says
which command looks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from prospector.deciding import Decisions, Done, Refused
from prospector.export.handover import DOWNLOADS, Download, Handover, download
from prospector.export.mail_merge import PRESETS
from prospector.export.outreach import LeftOut, survey
from prospector.items import DraftStatus
from prospector.review.deeds import BadRequestError, Wishes
from prospector.review.pages import number_of

MOST_LOOKED_AT = 100  # approved mails, the oldest; each is read as a careful reader would
FORMS = (
    ("eml", "Drafts for a mail program (.eml, in one .zip)"),
    ("mbox", "One mailbox (.mbox)"),
    ("csv", "A table with all columns (.csv)"),
)


def export_values(decisions: Decisions, *, now: datetime) -> dict[str, Any]:
    """What the page shows. It changes nothing."""
    room = _room(decisions, now)
    found = survey(decisions, room=room, settle=False, first=MOST_LOOKED_AT, now=now)
    looked_at = len(found.ready) + len(found.stale) + len(found.left_out)
    return {
        "ready": found.ready,
        "stale": found.stale,
        "left_out": _reasons(found.left_out),
        "more": max(0, decisions.store.drafts.number(DraftStatus.APPROVED) - looked_at),
        "forms": FORMS,
        "presets": [(name, preset.says) for name, preset in PRESETS.items()],
        "out_today": decisions.out_today(now=now),
        "per_day": decisions.campaign.export.per_day,
        "hours": f"{decisions.campaign.export.fresh_hours:g}",
        "exported": decisions.store.drafts.number(DraftStatus.EXPORTED),
    }


def handed_over(decisions: Decisions, wishes: Wishes, *, now: datetime) -> tuple[Download, str, Sequence[int]] | Refused:
    """The file, a sentence about it, and the events that take it back.

    :raises BadRequestError: there is no such form or preset.
    """
    form, preset = str(wishes.get("form")), wishes.get("preset") or None
    if form not in DOWNLOADS:
        raise BadRequestError(f"“form” is one of {', '.join(DOWNLOADS)}")
    if preset is not None and (form != "csv" or preset not in PRESETS):
        raise BadRequestError(f"“preset”, for csv alone, is one of {', '.join(PRESETS)}")
    found = survey(decisions, room=_room(decisions, now), now=now)
    letters = Handover(campaign=decisions.campaign, decisions=decisions, letters=found.ready, left_out=list(found.left_out), now=now)
    made = download(letters, form, preset)
    withdrawn = sum(one.fell for one in letters.left_out)
    fell = f" {number_of(withdrawn, 'letter')} left out: a link in it works again, or is not confirmed any more." if withdrawn else ""
    if made is None:
        stale = f" {number_of(len(found.stale), 'letter')} first needs a new look at its links." if found.stale else ""
        return Refused(reason=f"No letter may go out now.{stale}{fell} Reload the page to see what keeps each back.")
    said = f"{number_of(len(made.letters), 'letter')} in {made.name}. Nothing was sent: send them, then mark them as sent.{fell}"
    return made, said, list(letters.events.values())


def make_due(decisions: Decisions, *, now: datetime) -> Done | Refused:
    """The next recheck asks all that the letters name whose last look is too old."""
    stale = survey(decisions, room=_room(decisions, now), settle=False, first=MOST_LOOKED_AT, now=now).stale
    for draft in stale:
        decisions.look_again(draft.id, now=now)
    if not stale:
        return Refused(reason="No letter waits for a new look at its links.")
    return Done(said="Their links are due now. Run: scrapy crawl recheck")


def _room(decisions: Decisions, now: datetime) -> int:
    return max(0, decisions.campaign.export.per_day - decisions.out_today(now=now))


def _reasons(left_out: Sequence[LeftOut]) -> Mapping[str, int]:
    return dict(Counter(one.reason for one in left_out).most_common())
