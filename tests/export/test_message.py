"""Letters as mails: one recipient, the headers that belong there, the text as it was approved, whatever stands in names and texts."""

from __future__ import annotations

import email
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prospector.export.mail_text import clean_line, clean_text
from prospector.export.message import LF, UnwritableError, as_mail
from tests.export.letters import HOSTILE_NAMES, letter

ANY = st.text(st.characters(codec=None, categories=None), max_size=200)
HEADERS = ["From", "To", "Subject", "X-Unsent", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"]


def read(written: bytes) -> EmailMessage:
    return email.message_from_bytes(written, policy=default)


def text_of(message: EmailMessage) -> str:
    return str(message.get_content()).replace("\r\n", "\n")


def test_a_plain_letter_can_be_read_by_people_too() -> None:
    assert as_mail(letter(recipient_name="Bob Stone")).decode().splitlines() == [
        "From: Ada Lind <ada@example.org>",
        "To: Bob Stone <bob@library.example.edu>",
        "Subject: A dead link on your page",
        "X-Unsent: 1",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: 7bit",
        "MIME-Version: 1.0",
        "",
        "Dear Bob,",
        "",
        "hello.",
        "",
        "-- ",
        "Ada",
    ]


def test_a_follow_up_stands_in_its_thread_when_the_first_is_known() -> None:
    written = read(as_mail(letter(answers=("<1@m.example>", "<2@m.example>")), policy=LF))
    assert (written["In-Reply-To"], written["References"]) == ("<2@m.example>", "<1@m.example> <2@m.example>")


def test_a_draft_on_a_server_has_its_number_instead_of_the_mark() -> None:
    written = read(as_mail(letter(), message_id="<draft-7@prospector.invalid>"))
    assert written["Message-ID"] == "<draft-7@prospector.invalid>"
    assert "X-Unsent" not in written


@pytest.mark.parametrize("wrong", ["x", "<a b>", "<a@b>\r\nBcc: e@e.example", "<>", "<" + "x" * 999 + ">"])
def test_a_message_id_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(UnwritableError, match="Message-ID"):
        as_mail(letter(answers=(wrong,)))


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=lambda name: ascii(name[:12]))
def test_a_hostile_name_stays_a_name(name: str) -> None:
    written = as_mail(letter(recipient_name=name, sender_name=name))
    message = read(written)
    assert message.keys() == HEADERS
    assert [address.addr_spec for address in message["To"].addresses] == ["bob@library.example.edu"]
    assert [address.addr_spec for address in message["From"].addresses] == ["ada@example.org"]
    assert not set(message["To"].addresses[0].display_name) & set("\r\n\0\u202e\u200f")
    assert all(len(line) < 999 for line in written.split(b"\r\n"))


@pytest.mark.parametrize("name", ["Zoë Müller-Łukasz 李", "ÅÄÖ, åäö", "فارسی می‌خواهم", "שלום", "Дмитрий Ёлкин " * 6])
def test_unicode_names_survive(name: str) -> None:
    header = email.message_from_bytes(as_mail(letter(recipient_name=name)))["To"]
    assert str(make_header(decode_header(header))) == f"{name.strip()} <bob@library.example.edu>"


def test_no_encoded_word_is_longer_than_the_standard_allows() -> None:
    written = as_mail(letter(subject="Пчёлы " * 30, recipient_name="Дмитрий " * 11)).decode()
    words = [word for word in written.replace(" ", "\n").split() if word.startswith("=?")]
    assert len(words) == 8 + 4
    assert max(map(len, words)) <= 75


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "https://a.example/form",
        "a@b.example, c@d.example",
        "a@b.example\nBcc: c@d.example",
        "Bob <a@b.example>",
        "ü@b.example",
        "a@[127.0.0.1]",
    ],
)
def test_a_recipient_that_is_not_one_address_is_refused(recipient: str) -> None:
    with pytest.raises(UnwritableError, match="recipient is not one plain mail address"):
        as_mail(letter(recipient=recipient))


def test_a_domain_with_umlauts_is_written_as_it_is_asked_for() -> None:
    assert read(as_mail(letter(recipient="ada@Bücher.example")))["To"].addresses[0].addr_spec == "ada@xn--bcher-kva.example"


@pytest.mark.parametrize(("part", "most"), [("subject", "300"), ("body", "100,000")])
def test_a_text_of_ten_megabytes_is_refused(part: str, most: str) -> None:
    with pytest.raises(UnwritableError, match=f"10,000,000 characters; {most} is the most"):
        as_mail(letter(**{part: "x" * 10_000_000}))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(ANY, ANY, ANY, st.sampled_from([LF, None]))
def test_whatever_is_written_reads_back(name: str, subject: str, body: str, policy: Any) -> None:
    options = {} if policy is None else {"policy": policy}
    written = as_mail(letter(recipient_name=name, subject=subject, body=body), **options)
    message = read(written)
    assert message.keys() == HEADERS
    assert [address.addr_spec for address in message["To"].addresses] == ["bob@library.example.edu"]
    assert "".join(message["Subject"].split()) == "".join(clean_line(subject).split())  # its reader is at odds with itself about spaces
    assert text_of(message) == clean_text(body).rstrip("\n") + "\n"
    assert written.isascii()
    assert policy is None or b"\r" not in written


@settings(deadline=None)
@given(st.text(st.sampled_from('ab ,;<>()[]"\\@.:=?_é李-\r\n\t'), max_size=60))
def test_a_name_of_all_that_means_something_in_a_header_stays_a_name(name: str) -> None:
    message = read(as_mail(letter(recipient_name=name)))
    assert [address.addr_spec for address in message["To"].addresses] == ["bob@library.example.edu"]


@settings(deadline=None)
@given(st.text(st.sampled_from("From >\n\r."), max_size=60))
def test_no_line_of_a_letter_begins_a_new_mail(body: str) -> None:
    written = as_mail(letter(body=body), policy=LF)
    assert b"\nFrom " not in written
    assert text_of(read(written)) == clean_text(body).rstrip("\n") + "\n"
