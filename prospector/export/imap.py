"""Letters into the drafts folder of a mail account, once each. Nothing here can send: IMAP has no command for it."""

from __future__ import annotations

import hashlib
import imaplib
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prospector.export.mail_text import mail_address
from prospector.export.message import Letter
from prospector.export.whole import ExportError

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

TIMEOUT = 30.0  # seconds for each answer of the server


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = ""  # "": the one that the server marks for drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    draft_id: int
    message_id: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    draft_id: int
    new: bool  # False: it lay there already
    folder: str


def message_id_of(letter: Letter, campaign: str, page_url: str) -> str:
    """The same on every day and machine, so that a draft is known again; nothing in it tells what it was made from."""
    mark = hashlib.sha256(f"{campaign}\n{page_url}\n{letter.draft_id}".encode("utf-8", "replace")).hexdigest()[:24]
    address = mail_address(letter.sender)
    return f"<prospector.{mark}@{address[1] if address else 'prospector.invalid'}>"


def push(mails: Iterable[Mail], account: Account) -> Iterator[Pushed]:
    """Put each into the folder, unless it lies there: told one by one, so that what was done is known when the line breaks.

    :raises ExportError: no connection, a certificate that can't be trusted, wrong password, no folder for drafts, or the server refuses.
    """
    with _plain_errors(account), _logged_in(account) as mailbox:
        folder = account.folder or _drafts_folder(mailbox)
        mailbox.folder.set(folder)
        for mail in mails:
            there = _lies_there(mailbox, mail.message_id)
            if not there:
                mailbox.append(mail.content, folder, flag_set=["\\Draft", "\\Seen"])
            yield Pushed(draft_id=mail.draft_id, new=not there, folder=folder)


@contextmanager
def _logged_in(account: Account) -> Iterator[BaseMailBox]:
    from imap_tools import MailBox  # noqa: PLC0415

    # the system's own certificates, or those that SSL_CERT_FILE names
    mailbox = MailBox(account.host, account.port, timeout=TIMEOUT, ssl_context=ssl.create_default_context())
    try:
        _log_in(mailbox, account)
        yield mailbox
    finally:
        mailbox.client.shutdown()


def _log_in(mailbox: BaseMailBox, account: Account) -> None:
    try:
        mailbox.login_utf8(account.user, account.password, initial_folder=None)  # the plain one knows only ASCII passwords
    except imaplib.IMAP4.abort:
        raise  # the line broke: nothing was said about the password
    except imaplib.IMAP4.error as error:
        raise ExportError(
            f"{account.host}:{account.port}: name or password is wrong for {account.user}. Many providers want a password made for programs."
        ) from error


def _drafts_folder(mailbox: BaseMailBox) -> str:
    """Whatever it is called in its owner's language, the server marks it: RFC 6154."""
    for folder in mailbox.folder.list():
        if "\\drafts" in {flag.lower() for flag in folder.flags}:
            return folder.name
    raise ExportError('the mail server marks no folder for drafts. Name yours in the campaign file: folder = "Drafts" under [mail].')


def _lies_there(mailbox: BaseMailBox, message_id: str) -> bool:
    return bool(mailbox.uids(f'UNDELETED HEADER "Message-ID" "{message_id}"', charset=None))


@contextmanager
def _plain_errors(account: Account) -> Iterator[None]:
    """What may go wrong on the way, without a word of what was said to the server."""
    try:
        from imap_tools import ImapToolsError  # noqa: PLC0415  # an extra: only this needs it
    except ImportError as error:
        raise ExportError("drafts push needs a package that is not installed. Install it with: pip install 'prospector[mail]'") from error
    where = f"{account.host}:{account.port}"
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        why = error.verify_message
        raise ExportError(
            f"{where}: its certificate can't be trusted ({why}), so nothing was said to it. Check the name under [mail]."
        ) from error
    except (ImapToolsError, imaplib.IMAP4.error) as error:
        raise ExportError(f"{where}: the mail server refused ({type(error).__name__}). Drafts that were put there before stay.") from error
    except OSError as error:
        raise ExportError(f"{where}: no connection to the mail server ({error.strerror or error}). Try again later.") from error
