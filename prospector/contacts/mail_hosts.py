"""DNS answers → does a host take mail? Pure: `checking` asks DNS and hands the answers in. Nobody is ever asked by SMTP.

What is asked: MX of the domain after the @; only where it has none (NOERROR, no record), A and AAAA of the same name (RFC 5321, 5.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from prospector.contacts.addresses import is_freemail
from prospector.contacts.find import ranked
from prospector.contacts.rank import with_reason, without_reason
from prospector.items import Contact, ContactKind

MOST_ASKED = 5  # domains of one site; the best contacts come first


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAnswers:
    """What DNS says of the domain of an address."""

    absent: bool = False  # NXDOMAIN
    exchangers: Sequence[str] | None = None  # hosts of its MX records, "." for the null MX; (): it has none; None: nobody could say
    has_address: bool | None = None  # an A or AAAA record, asked only where there is no MX; None: not asked, or nobody could say


def takes_mail(answers: MailAnswers) -> bool | None:
    """None: nobody can say, which is no reason against an address."""
    if answers.absent:
        return False
    if answers.exchangers is None:
        return None
    if answers.exchangers:
        return any(host.strip(".") for host in answers.exchangers)  # RFC 7505: a lone "." says that it takes none
    return answers.has_address


def domains_to_ask(contacts: Iterable[Contact]) -> tuple[str, ...]:
    """The domains whose mail hosts should be asked for; freemail houses take mail."""
    emails = [contact.value for contact in contacts if contact.kind is ContactKind.EMAIL and not is_freemail(contact.value)]
    return tuple(dict.fromkeys(address.rpartition("@")[2] for address in emails))[:MOST_ASKED]


def with_mail_hosts(contacts: Iterable[Contact], takes: Mapping[str, bool | None], *, site: str) -> tuple[Contact, ...]:
    """The contacts ranked anew: an address whose host takes no mail comes last, and says so, until it takes some again.

    :param takes: domain → what `takes_mail` said of it.
    """
    return ranked((_told(contact, takes.get(contact.value.rpartition("@")[2])) for contact in contacts), site=site)


def _told(contact: Contact, takes: bool | None) -> Contact:  # noqa: FBT001  # an answer handed on
    if contact.kind is not ContactKind.EMAIL or takes is None:
        return contact
    return without_reason(contact, "no mail") if takes else with_reason(contact, "no mail")
