"""Handing over approved letters: which are taken, how they are written, and what takes it back. Commands and the desk do it alike.

A letter is marked before it is written, because one that is refused must not be in the file; the marks are taken back should the file fail.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from prospector.campaign import Campaign
from prospector.deciding import Decisions, Refused
from prospector.export import mail_merge, outreach_table
from prospector.export.files import STANDARD_OUTPUT, write_table
from prospector.export.mail_files import NotWritten, Written, as_eml, as_mbox
from prospector.export.outreach import LeftOut, letter_of
from prospector.items import DraftStatus
from prospector.store import StoredDraft

# what the desk hands to a browser: form → its ending and kind
DOWNLOADS: Mapping[str, tuple[str, str]] = {
    "eml": ("zip", "application/zip"),
    "mbox": ("mbox", "application/mbox"),
    "csv": ("csv", "text/csv"),
}
_BOM = b"\xef\xbb\xbf"  # without it Excel takes UTF-8 for the local code page


class TakeBack(Protocol):
    """Undo the marks of a handing over that failed."""

    def __call__(self, *, except_for: Collection[int] = ()) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Letters that may go out now, and the ways to say what became of each."""

    campaign: Campaign
    decisions: Decisions
    letters: tuple[StoredDraft, ...]
    left_out: list[LeftOut]
    now: datetime
    events: dict[int, int] = field(default_factory=dict)  # of the marks: draft → event, which undo takes back

    def leave_out(self, draft: StoredDraft, reason: str) -> None:
        self.left_out.append(LeftOut(draft=draft, reason=reason))

    def take(self, drafts: Sequence[StoredDraft]) -> tuple[list[StoredDraft], TakeBack]:
        """Mark them as exported. Those that were, or had been before; and what takes it back should the handing over fail."""
        new = [draft for draft in drafts if draft.status is DraftStatus.APPROVED]
        answers = dict(zip((draft.id for draft in new), self.decisions.exported([draft.id for draft in new], now=self.now), strict=True))
        taken = []
        for draft in drafts:
            answer = answers.get(draft.id)
            if isinstance(answer, Refused):
                self.leave_out(draft, (answer.reason[:1].lower() + answer.reason[1:]).rstrip("."))
                continue
            taken.append(draft)
            if answer is not None and answer.event_id is not None:
                self.events[draft.id] = answer.event_id

        def take_back(*, except_for: Collection[int] = ()) -> None:
            for draft_id, event in reversed(self.events.items()):
                if draft_id not in except_for:
                    self.decisions.undo(event, now=self.now)

        return taken, take_back


def hand_over(letters: Handover, drafts: Sequence[StoredDraft], write: Callable[[Sequence[StoredDraft]], None]) -> int:
    """How many were written."""
    taken, take_back = letters.take(drafts)
    if taken:
        try:
            write(taken)
        except BaseException:
            take_back()
            raise
    return len(taken)


def as_mails(letters: Handover, form: str) -> dict[int, Written]:
    """eml or mbox, by draft; one that can't be a mail is left out with the reason."""
    found = [letter_of(letters.decisions.store, letters.campaign, draft) for draft in letters.letters]
    mails: dict[int, Written] = {}
    for draft, mail in zip(letters.letters, as_eml(found) if form == "eml" else as_mbox(found), strict=True):
        if isinstance(mail, NotWritten):
            letters.leave_out(draft, mail.reason)
        else:
            mails[draft.id] = mail
    return mails


def as_rows(letters: Handover, drafts: Sequence[StoredDraft], preset: str | None) -> tuple[Sequence[str], list[Mapping[str, Any]]]:
    """Columns and rows of a table, as a tool wants them."""
    store, campaign = letters.decisions.store, letters.campaign
    rows = [outreach_table.row_of(store, campaign, draft, letter_of(store, campaign, draft)) for draft in drafts]
    return mail_merge.merged(mail_merge.PRESETS[preset], rows) if preset is not None else (outreach_table.COLUMNS, rows)


# -- into a browser's hands --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    name: str
    kind: str
    content: bytes
    letters: tuple[int, ...]  # those that are in it


def download(letters: Handover, form: str, preset: str | None = None) -> Download | None:
    """One file with all letters that may go out; they are marked as exported. None: there is none.

    :param form: one of DOWNLOADS.
    """
    ending, kind = DOWNLOADS[form]
    mails = as_mails(letters, form) if form != "csv" else {}
    drafts = letters.letters if form == "csv" else [draft for draft in letters.letters if draft.id in mails]
    made: list[Download] = []
    name = f"{_plain(letters.campaign.name)}-{_plain(preset or 'letters')}-{letters.now:%Y-%m-%d}.{ending}"

    def write(taken: Sequence[StoredDraft]) -> None:
        chosen = [mails[draft.id] for draft in taken if draft.id in mails]
        match form:
            case "eml":
                content = _zipped(chosen, letters.now)
            case "mbox":
                content = b"".join(mail.content for mail in chosen)
            case _:
                content = _table(*as_rows(letters, taken, preset))
        made.append(Download(name=name, kind=kind, content=content, letters=tuple(draft.id for draft in taken)))

    hand_over(letters, drafts, write)
    return made[0] if made else None


def _zipped(mails: Sequence[Written], now: datetime) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for mail in mails:
            archive.writestr(zipfile.ZipInfo(mail.name, now.timetuple()[:6]), mail.content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _table(columns: Sequence[str], rows: list[Mapping[str, Any]]) -> bytes:
    out = io.BytesIO()
    write_table(rows, columns, to=STANDARD_OUTPUT, form="csv", name="outreach", stdout=out)
    return _BOM + out.getvalue()


def _plain(text: str) -> str:
    """A part of a name that every system takes, and that is no path."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")[:60] or "campaign"
