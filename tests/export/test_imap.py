"""Drafts in a real mail account: a Dovecot on loopback."""

from __future__ import annotations

import email
import ssl
import sys
from collections.abc import Iterator
from email.policy import default

import pytest
from imap_tools import MailBox

from prospector.export.imap import Account, Mail, message_id_of, push
from prospector.export.message import as_mail
from prospector.export.whole import ExportError
from tests.dovecot import PASSWORD, Dovecot, dovecot
from tests.export.letters import HOSTILE_NAMES, letter

USER = "ada@example.org"
SENT = "<sent-{}@mail.example.org>"


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as served:
        yield served


@pytest.fixture
def trusted(server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Dovecot:
    monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
    return server


def account(served: Dovecot, user: str = USER, password: str = PASSWORD, folder: str = "") -> Account:
    return Account(host=served.host, port=served.port, user=user, password=password, folder=folder)


def fifty() -> list[Mail]:
    """Forty letters; ten of them are followed up, and their sent Message-IDs are known."""
    mails = []
    for number in range(1, 51):
        name = HOSTILE_NAMES[number % len(HOSTILE_NAMES)]
        answers = (SENT.format(number - 40),) if number > 40 else ()
        one = letter(draft_id=number, recipient_name=name, body=f"Dear Bob,\n\nFrom Ü {number}\n.\n" * 9, answers=answers)
        message_id = message_id_of(one, "garden", f"https://a.example/{number}")
        mails.append(Mail(draft_id=number, message_id=message_id, content=as_mail(one, message_id=message_id)))
    return mails


def opened(served: Dovecot, user: str) -> MailBox:
    context = ssl.create_default_context(cafile=served.authority)
    box = MailBox(served.host, served.port, ssl_context=context)
    box.login_utf8(user, PASSWORD, initial_folder="Entwürfe")
    return box


def test_fifty_drafts_pushed_twice_are_fifty(trusted: Dovecot) -> None:
    mails = fifty()
    first = list(push(mails, account(trusted)))
    assert [(one.draft_id, one.new, one.folder) for one in first] == [(number, True, "Entwürfe") for number in range(1, 51)]
    second = list(push(mails, account(trusted)))
    assert [one.new for one in second] == [False] * 50
    with opened(trusted, USER) as box:
        messages = {message.uid: message for message in box.fetch(mark_seen=False)}
        assert len(messages) == 50
        for uid, mail in zip(box.uids(), mails, strict=True):
            _, answer = box.client.uid("FETCH", uid, "(BODY.PEEK[])")
            assert answer[0][1] == mail.content
            assert messages[uid].headers["message-id"] == (mail.message_id,)
            assert set(messages[uid].flags) >= {"\\Draft", "\\Seen"}


def test_threads_are_the_servers_threads_too(trusted: Dovecot) -> None:
    """The sent letters lie in the same folder here, so that the server can put each follow-up under its own."""
    user = "threads@example.org"
    sent = [
        Mail(draft_id=n, message_id=SENT.format(n), content=as_mail(letter(subject=f"Subject {n}"), message_id=SENT.format(n)))
        for n in range(1, 11)
    ]
    list(push([*sent, *fifty()[40:]], account(trusted, user)))
    with opened(trusted, user) as box:
        kind, (threads,) = box.client.uid("THREAD", "REFERENCES", "UTF-8", "ALL")
    assert kind == "OK"
    assert threads.decode() == "".join(f"({number} {number + 10})" for number in range(1, 11))


def test_what_the_server_holds_reads_as_it_was_meant(trusted: Dovecot) -> None:
    user = "read@example.org"
    (mail,) = [one for one in fifty() if one.draft_id == 41]
    list(push([mail], account(trusted, user)))
    with opened(trusted, user) as box:
        (there,) = box.fetch(mark_seen=False)
    message = email.message_from_bytes(there.obj.as_bytes(), policy=default)
    assert message["In-Reply-To"] == message["References"] == SENT.format(1)
    assert message.get_content().replace("\r\n", "\n") == "Dear Bob,\n\nFrom Ü 41\n.\n" * 9
    assert "Date" not in message


def test_a_draft_that_was_thrown_away_may_come_again(trusted: Dovecot) -> None:
    user = "again@example.org"
    mails = fifty()[:1]
    list(push(mails, account(trusted, user)))
    with opened(trusted, user) as box:
        box.delete(list(box.uids()))
    assert [one.new for one in push(mails, account(trusted, user))] == [True]


def test_a_certificate_that_nobody_vouches_for_ends_it_before_a_word_is_said(server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with pytest.raises(ExportError, match="its certificate can't be trusted"):
        list(push(fifty()[:1], account(server, "nobody@example.org")))
    assert "nobody@example.org" not in server.log


@pytest.mark.parametrize("problem", ["wrong-host", "expired"])
def test_a_certificate_with_a_problem_is_refused(problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with dovecot(certificate=problem) as served:
        monkeypatch.setenv("SSL_CERT_FILE", str(served.authority))
        with pytest.raises(ExportError, match="its certificate can't be trusted"):
            list(push(fifty()[:1], account(served)))


def test_a_wrong_password_is_said_without_showing_it(trusted: Dovecot) -> None:
    with pytest.raises(ExportError, match=r"name or password is wrong for ada@example\.org") as caught:
        list(push(fifty()[:1], account(trusted, password="hunter2 secret")))
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(account(trusted, password="hunter2"))


def test_a_folder_can_be_named_where_the_server_marks_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with dovecot(drafts="Concepts & more", marked=False) as served:
        monkeypatch.setenv("SSL_CERT_FILE", str(served.authority))
        with pytest.raises(ExportError, match=r"marks no folder for drafts\. Name yours in the campaign file"):
            list(push(fifty()[:1], account(served)))
        assert [one.folder for one in push(fifty()[:1], account(served, folder="Concepts & more"))] == ["Concepts & more"]
        with pytest.raises(ExportError, match="the mail server refused"):
            list(push(fifty()[:1], account(served, folder="Nowhere")))


def test_no_server_is_said() -> None:
    with pytest.raises(ExportError, match="localhost:1: no connection to the mail server"):
        list(push(fifty()[:1], Account(host="localhost", port=1, user=USER, password=PASSWORD)))


def test_the_package_for_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imap_tools", None)
    with pytest.raises(ExportError, match=r"pip install 'prospector\[mail\]'"):
        list(push(fifty()[:1], Account(host="localhost", port=1, user=USER, password=PASSWORD)))


def test_a_drafts_number_depends_on_what_it_is_and_on_nothing_else() -> None:
    same = message_id_of(letter(), "garden", "https://a.example/")
    assert same == message_id_of(letter(body="other"), "garden", "https://a.example/")
    assert same.endswith("@example.org>")
    others = {
        message_id_of(letter(draft_id=8), "garden", "https://a.example/"),
        message_id_of(letter(), "orchard", "https://a.example/"),
        message_id_of(letter(), "garden", "https://b.example/"),
    }
    assert len(others | {same}) == 4
