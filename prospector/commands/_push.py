"""`scrapy drafts push`: approved letters into the drafts folder of a mail account. No ScrapyCommand may be defined here.

The password comes from the environment or the system's keyring; it stands in no file of ours, on no command line and in no message.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter

from scrapy.commands import ScrapyCommand

from prospector.campaign import Campaign
from prospector.commands._outreach import handover
from prospector.commands._shared import BAD_INPUT, CommandError, say
from prospector.export.handover import Handover
from prospector.export.imap import Account, Mail, message_id_of, push
from prospector.export.message import UnwritableError, as_mail
from prospector.export.outreach import letter_of
from prospector.store import StoredDraft
from prospector.summary import many

HOST, USER, PASSWORD = (f"PROSPECTOR_IMAP_{name}" for name in ("HOST", "USER", "PASSWORD"))
KEYRING = "prospector"  # the service that passwords are kept under


def push_drafts(command: ScrapyCommand, opts: argparse.Namespace) -> None:
    """:raises ExportError, CommandError, StoreError."""
    with handover(command, opts) as letters:
        account = account_of(letters.campaign)
        mails = _mails(letters)
        done = _push(letters, mails, account)
    folder = next(iter(done), "")
    new, there = (sum(counts[fresh] for counts in done.values()) for fresh in (True, False))
    if not new + there:
        say("No letter may go out now. See what waits with: scrapy drafts list")
        return
    also = f" {many(there, 'draft')} lay there already." if there else ""
    say(
        f"{many(new, 'draft')} put into {folder} at {account.host}.{also} Nothing was sent: send them, then tell with scrapy mark DRAFT sent."
    )


def account_of(campaign: Campaign) -> Account:
    """:raises CommandError: no server is named, or there is no password for it."""
    mail = campaign.mail
    host, user = os.environ.get(HOST) or mail.host, os.environ.get(USER) or mail.user or campaign.sender.email
    if not host:
        raise CommandError(
            f'{campaign.path.name}: which mail server? Write host = "imap.example.org" under [mail], or set {HOST}.', BAD_INPUT
        )
    password = os.environ.get(PASSWORD) or _from_keyring(host, user)
    if not password:
        raise CommandError(
            f"there is no password for {user} at {host}. Keep it with: keyring set {KEYRING} {user}@{host} (or set {PASSWORD})", BAD_INPUT
        )
    return Account(host=host, port=mail.port, user=user, password=password, folder=mail.folder)


def _from_keyring(host: str, user: str) -> str:
    """ "" where there is none, or no keyring that works: a server has no desktop."""
    try:
        import keyring  # noqa: PLC0415  # an extra
        from keyring.errors import KeyringError  # noqa: PLC0415
    except ImportError:
        return ""
    try:
        return keyring.get_password(KEYRING, f"{user}@{host}") or ""
    except (KeyringError, RuntimeError):
        return ""


def _mails(letters: Handover) -> list[tuple[StoredDraft, Mail]]:
    mails = []
    for draft in letters.letters:
        letter = letter_of(letters.decisions.store, letters.campaign, draft)
        message_id = message_id_of(letter, letters.campaign.name, draft.page_url)
        try:
            mails.append((draft, Mail(draft_id=draft.id, message_id=message_id, content=as_mail(letter, message_id=message_id))))
        except UnwritableError as error:
            letters.leave_out(draft, str(error))
    return mails


def _push(letters: Handover, mails: list[tuple[StoredDraft, Mail]], account: Account) -> dict[str, Counter[bool]]:
    """One after the other: what lies on the server is marked, should the line break. By folder, how many were new and how many not."""
    done: dict[str, Counter[bool]] = {}
    taken, take_back = letters.take([draft for draft, _ in mails])
    wanted = {draft.id for draft in taken}
    arrived: set[int] = set()
    try:
        for one in push((mail for draft, mail in mails if draft.id in wanted), account):
            arrived.add(one.draft_id)
            done.setdefault(one.folder, Counter())[one.new] += 1
    finally:
        take_back(except_for=arrived)
    return done
