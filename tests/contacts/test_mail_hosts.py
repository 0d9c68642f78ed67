"""An address whose host takes no mail is no route; where nobody can say, nothing is held against it."""

from __future__ import annotations

import pytest

from prospector.contacts.find import default_route, is_enough
from prospector.contacts.mail_hosts import MailAnswers, domains_to_ask, takes_mail, with_mail_hosts
from prospector.items import Contact, ContactKind

SITE = "greenlist.org"


def email(value: str, reason: str = "in the footer") -> Contact:
    return Contact(site=SITE, kind=ContactKind.EMAIL, value=value, reason=reason)


@pytest.mark.parametrize(
    ("answers", "takes"),
    [
        (MailAnswers(exchangers=("mx1.greenlist.org", "mx2.greenlist.org")), True),
        (MailAnswers(exchangers=(), has_address=True), True),  # mail goes to the host itself
        (MailAnswers(exchangers=(), has_address=False), False),
        (MailAnswers(exchangers=(".",)), False),  # null MX: it says so itself
        (MailAnswers(exchangers=("",)), False),
        (MailAnswers(absent=True), False),
        (MailAnswers(exchangers=None), None),
        (MailAnswers(exchangers=(), has_address=None), None),
    ],
)
def test_what_dns_says_of_a_mail_host(answers: MailAnswers, *, takes: bool | None) -> None:
    assert takes_mail(answers) is takes


def test_freemail_houses_are_not_asked_for_and_each_domain_once() -> None:
    found = [email("a@greenlist.org"), email("b@gmail.com"), email("c@greenlist.org"), email("d@council.org")]
    form = Contact(site=SITE, kind=ContactKind.FORM, value="https://greenlist.org/contact")
    assert domains_to_ask([*found, form]) == ("greenlist.org", "council.org")


def test_an_address_whose_host_takes_no_mail_comes_last_and_is_never_the_route() -> None:
    form = Contact(site=SITE, kind=ContactKind.FORM, value="https://greenlist.org/contact", reason="a form with room for a message")
    told = with_mail_hosts([email("ada@greenlist.org"), form], {"greenlist.org": False}, site=SITE)
    assert [contact.kind for contact in told] == [ContactKind.FORM, ContactKind.EMAIL]
    assert told[1].reason == "in the footer; its host takes no mail"
    assert default_route(told) == told[0]
    assert default_route(told[1:]) is None
    assert not is_enough(told)


@pytest.mark.parametrize("takes", [True, None])
def test_where_mail_is_taken_or_nobody_can_say_nothing_changes(*, takes: bool | None) -> None:
    (told,) = with_mail_hosts([email("ada@greenlist.org")], {"greenlist.org": takes}, site=SITE)
    assert told == email("ada@greenlist.org")


def test_a_host_that_takes_mail_again_is_forgiven() -> None:
    told = with_mail_hosts([email("ada@greenlist.org")], {"greenlist.org": False}, site=SITE)
    assert with_mail_hosts(told, {"greenlist.org": None}, site=SITE) == told
    assert with_mail_hosts(told, {"greenlist.org": True}, site=SITE) == (email("ada@greenlist.org"),)
