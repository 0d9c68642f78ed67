"""Letters as files for mail programs: a folder of .eml, or one mailbox file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from prospector.export.mail_text import mail_address
from prospector.export.message import CRLF, LF, Letter, UnwritableError, as_mail

# a mailbox's separator needs a sender and a time, which a draft doesn't have: these say so, and are the same on every day
_SEPARATOR = b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A letter as a mail."""

    draft_id: int
    name: str  # of its file
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NotWritten:
    draft_id: int
    reason: str


def as_eml(letters: Sequence[Letter]) -> list[Written | NotWritten]:
    """One file each. A letter that can't be a mail stops no other."""
    return [_written(letter, mailbox=False) for letter in letters]


def as_mbox(letters: Sequence[Letter]) -> list[Written | NotWritten]:
    """Pieces of one mailbox, to be written one after the other. No line of them has to be quoted: see message.py."""
    return [_written(letter, mailbox=True) for letter in letters]


def _written(letter: Letter, *, mailbox: bool) -> Written | NotWritten:
    try:
        mail = as_mail(letter, policy=LF if mailbox else CRLF)
    except UnwritableError as error:
        return NotWritten(draft_id=letter.draft_id, reason=str(error))
    return Written(draft_id=letter.draft_id, name=file_name(letter), content=_SEPARATOR + mail + b"\n" if mailbox else mail)


def file_name(letter: Letter) -> str:
    """0007-library.example.org.eml: sorts by number, and is a name that every system takes."""
    address = mail_address(letter.recipient)
    domain = re.sub(r"[^a-z0-9.-]", "", address[1])[:80] if address else ""
    return f"{letter.draft_id:04}-{domain or 'letter'}.eml"
