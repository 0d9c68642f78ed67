"""How letters greet: by surname only where the page itself gives the title."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from prospector.contacts.find import contacts_on
from prospector.contacts.salutation import salutation, titled_name
from prospector.items import Contact, ContactKind

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def named(name: str) -> Contact:
    return Contact(site="greenlist.org", kind=ContactKind.EMAIL, value="ada@greenlist.org", name=name)


@pytest.mark.parametrize(
    ("name", "locale", "greeting"),
    [
        ("Ms Ada Lind", "en", "Dear Ms Lind"),
        ("Mrs. Lind", "en-GB", "Dear Ms Lind"),
        ("Mr Bo Ek", "en", "Dear Mr Ek"),
        ("Ms Ada van der Berg", "en", "Dear Ms van der Berg"),
        ("Dr. Ada Lind", "en", "Dear Dr Lind"),
        ("Frau Dr. Lind", "en", "Dear Dr Lind"),
        ("Prof. Dr. Max Weber", "en", "Dear Professor Weber"),
        ("Frau Ada Lind", "de", "Sehr geehrte Frau Lind"),
        ("Herr Ek", "de-AT", "Sehr geehrter Herr Ek"),
        ("Mme Lind", "fr", "Bonjour Madame Lind"),
        ("Sra. Lind", "es", "Estimada Sra. Lind"),
        ("Signora Lind", "it", "Gentile Signora Lind"),
        ("Sra Lind", "pt", "Cara Sra. Lind"),
        ("mevrouw Lind", "nl", "Goedendag mevrouw Lind"),
        ("Mevrouw Lind", "nl", "Geachte mevrouw Lind"),
    ],
)
def test_a_title_on_the_page_makes_a_greeting_by_surname(name: str, locale: str, greeting: str) -> None:
    assert salutation(named(name), locale) == greeting


@pytest.mark.parametrize(
    ("name", "locale", "greeting"),
    [
        ("Ada Lind", "en", "Hello Ada Lind"),
        ("M. Lind", "fr", "Bonjour M. Lind"),  # Monsieur, or Marie: nobody knows
        ("Ms Ada Lind Perez", "es", "Hola Ada Lind Perez"),  # which of them is the surname?
        ("Frau Dr. Lind", "de", "Guten Tag"),
        ("Ada", "en", "Hello"),
        ("", "en", "Hello"),
        ("", "de", "Guten Tag"),
        ("Ms", "en", "Hello"),
        ("Ms Ada Lind", "pl", "Dzień dobry"),  # Polish would bend the name
        ("Ada Lind", "ja", "こんにちは"),
        ("", "xx", "Hello"),
        ("", "", "Hello"),
    ],
)
def test_otherwise_the_greeting_is_neutral(name: str, locale: str, greeting: str) -> None:
    assert salutation(named(name), locale) == greeting


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Maintained by Ms Ada Lind, e-mail:", "Ms Ada Lind"),
        ("Webmaster: Frau Dr. Ada von Lind", "Frau Dr. Ada von Lind"),
        ("Ms Ada Lind Webmaster:", ""),  # where does the name end?
        ("Ms Ada Lind, Mr Bo Ek:", ""),  # whose address is it?
        ("Our HR office", ""),
        ("MS Windows users:", ""),
    ],
)
def test_a_name_with_its_title_is_read_only_where_it_is_plain(text: str, name: str) -> None:
    assert titled_name(text) == name


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('<p>Page maintained by Ms Ada Lind, <a href="mailto:webmaster@greenlist.org">e-mail</a></p>', "Ms Ada Lind"),
        ('<footer>Contact: <a href="mailto:alind@greenlist.org">Ada Lind</a></footer>', "Ada Lind"),
        ('<footer>Contact: <a href="mailto:alind@greenlist.org">Dr. Ada Lind</a></footer>', "Dr. Ada Lind"),
        ('<footer>Contact: <a href="mailto:db4@greenlist.org">The Access Database</a></footer>', ""),
        ('<footer>Contact: <a href="mailto:ada@greenlist.org">Email Me</a></footer>', ""),
    ],
)
def test_the_finder_names_a_person_only_when_it_is_sure(body: str, name: str) -> None:
    (contact,) = contacts_on(body, url="https://greenlist.org/links", now=NOW)
    assert contact.name == name
