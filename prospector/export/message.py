"""Letter → the bytes of a mail, read again before anybody gets them: exactly one recipient, exactly the expected headers, the same text.

A draft for a mail program has no Date and no Message-ID: the program that sends it adds them.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy, default

from prospector.export.mail_text import clean_line, clean_text, mail_address

MAX_NAME = 100
MAX_SUBJECT = 300
MAX_BODY = 100_000
MAX_LINE = 998


class _Careful(EmailPolicy):
    """Folds a line only where it must: folded names with commas are read as two by some. Encoded words may not be longer than 75 characters."""

    def fold_binary(self, name: str, value: str) -> bytes:
        policy = self.clone(max_line_length=MAX_LINE if str(value).isascii() else 76)
        return super(_Careful, policy).fold_binary(name, value)


CRLF = _Careful(linesep="\r\n", cte_type="7bit", raise_on_defect=False)
LF = CRLF.clone(linesep="\n")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
_FROM = re.compile(r"^From ", re.MULTILINE)


class UnwritableError(Exception):
    """This letter can't be a mail. The message says why, as the end of a sentence about the letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a person approved, and what is known of the two ends."""

    draft_id: int
    sender: str
    sender_name: str
    recipient: str
    recipient_name: str = ""
    subject: str
    body: str
    answers: tuple[str, ...] = ()  # a follow-up: the Message-IDs of the letters before it, oldest first, where they are known


def as_mail(letter: Letter, *, message_id: str = "", policy: EmailPolicy = CRLF) -> bytes:
    """The whole mail.

    :param message_id: for a draft that lies on a server, where it must be found again; "": the mail program adds one, and is told (X-Unsent)
        to open the file as a letter that was not sent yet.
    :raises UnwritableError: no single recipient, too long, or it doesn't read back as it was written.
    """
    _refuse_too_long(letter)
    names = dict.fromkeys((_name(letter.recipient_name), ""))  # a name is a courtesy: where one won't read back, the address is enough
    for name in names:
        message = _message(letter, name, message_id)
        try:
            written = message.as_bytes(policy=policy)
            wrong = _what_is_wrong(written, message)
        except (
            MessageError,
            ValueError,
            LookupError,
            IndexError,
            AttributeError,
        ) as error:  # what the library's parser fails with on odd text
            wrong = f"it can't be written as a mail ({type(error).__name__})"
        if not wrong:
            return written
    raise UnwritableError(wrong)


def _refuse_too_long(letter: Letter) -> None:
    for what, text, most in (("subject", letter.subject, MAX_SUBJECT), ("text", letter.body, MAX_BODY)):
        if len(text) > most:
            raise UnwritableError(f"its {what} has {len(text):,} characters; {most:,} is the most")


def _message(letter: Letter, name: str, message_id: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)  # quoted-printable has lines of 76 characters, which this policy knows
    message["From"] = _address("sender", letter.sender, _name(letter.sender_name))
    message["To"] = _address("recipient", letter.recipient, name)
    message["Subject"] = clean_line(letter.subject)
    for header, value in _threading(letter.answers):
        message[header] = value
    if message_id:
        message["Message-ID"] = _known_id(message_id)
    else:
        message["X-Unsent"] = "1"
    _set_text(message, clean_text(letter.body).rstrip("\n") + "\n")
    return message


def _threading(answers: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    known = [_known_id(one) for one in answers]
    if known:
        yield "In-Reply-To", known[-1]
        yield "References", " ".join(known)


def _known_id(text: str) -> str:
    if not _MESSAGE_ID.fullmatch(text):
        raise UnwritableError(f"the Message-ID {clean_line(text)[:100]!r} is not one: it looks like <…@…>")
    return text


def _address(what: str, text: str, name: str) -> Address:
    address = mail_address(text)
    if address is None:
        raise UnwritableError(f"its {what} is not one plain mail address: {clean_line(text[:200])!r}")
    return Address(display_name=name, username=address[0], domain=address[1])


def _name(text: str) -> str:
    """Line breaks, quotes and brackets say something to mail programs, and nothing to people."""
    bare = clean_line(re.sub(r'["<>\\]', " ", text[: MAX_NAME * 8]))
    return bare[:MAX_NAME].strip()


def _set_text(message: EmailMessage, body: str) -> None:
    """As it is where it can be, so that people can read the file; else quoted-printable.

    A line that begins with "From " starts a new mail in a mailbox file. Written as =46rom, no program has to change it.
    """
    plain = body.isascii() and not _FROM.search(body) and max(map(len, body.split("\n"))) < MAX_LINE
    message.set_content(body, cte="7bit" if plain else "quoted-printable")
    if not plain:
        message.set_payload(_FROM.sub("=46rom ", str(message.get_payload())))


def _what_is_wrong(written: bytes, meant: EmailMessage) -> str:
    """Read it as a mail program would. "" if all is as it was meant."""
    read = email.message_from_bytes(written, policy=default)
    if read.keys() != meant.keys():
        return f"its headers read as {', '.join(read.keys())}"
    for header in ("From", "To"):
        there, here = _only(read, header), _only(meant, header)
        if there is None or here is None or _told(there) != _told(here):
            return f"its {header} line doesn't read back as one address"
    if _unspaced(str(read.get("Subject", ""))) != _unspaced(str(meant.get("Subject", ""))):
        return "its Subject doesn't read back as it was written"
    for header in ("In-Reply-To", "References", "Message-ID"):
        if str(read.get(header, "")) != str(meant.get(header, "")):
            return f"its {header} doesn't read back as it was written"
    if not written.isascii() or _lines(read) != _lines(meant):
        return "its text doesn't read back as it was written"
    return ""


def _told(address: Address) -> tuple[str, str]:
    return address.addr_spec, _unspaced(address.display_name)


def _unspaced(text: str) -> str:
    """Some Pythons read one space more, or one less, between the encoded words of a long line."""
    return "".join(text.split())


def _lines(message: EmailMessage) -> list[str]:
    return str(message.get_content()).splitlines()


def _only(message: EmailMessage, header: str) -> Address | None:
    value = message[header]
    if not isinstance(value, AddressHeader) or len(value.addresses) != 1:
        return None
    return value.addresses[0]
