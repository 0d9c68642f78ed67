"""The words of a crawled page are data: they never change the shape of a letter, are never run, and never stall it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prospector.items import Contact, ContactKind, Draft, Strength, VerdictKind
from prospector.outreach.letter import NoDraft, compose, compose_reclaim
from prospector.outreach.lint import Severity, lint
from prospector.outreach.plain import defanged, plain
from prospector.outreach.templates import Template, load_templates
from prospector.outreach.views import Reclaim
from tests.outreach.letters import EMAIL, NOW, PREVIOUS, SHIPPED, Campaign, Letters, dead, prospect, shipped

TEMPLATE = shipped()
EVIL = st.one_of(
    st.text(max_size=120),
    st.lists(
        st.sampled_from(["{{ 7*7 }}", "{%", "%}", "{{", "}}", "{#", "\r\n", "\n\nBcc: x@y.example\n\n", "\u202e", "\u200b", "\x00", "\x1b[31m", "\ud800", "\u2028", "\x85", "\x0b", "1. ", "- ", "http://evil.example/", "www.evil.example", " ", "Garden", "\t", "{{ sender.email }}"]),
        max_size=12,
    ).map("".join),
)  # fmt: skip


def letter(anchor: str, section: str, title: str, name: str, kind: VerdictKind = VerdictKind.GONE) -> Draft:
    contact = Contact(
        site="greenlist.example", kind=ContactKind.EMAIL, value="bo@greenlist.example", name=name, source_url="https://greenlist.example/"
    )
    one = dead(1, kind, offer=Strength.STRONG, anchor=anchor, section=section)
    assert one.match
    draft = compose(
        prospect(replace(one, match=replace(one.match, page_title=title)), contact=contact, title=title),
        Campaign(),
        TEMPLATE,
        now=NOW,
        seen={},
    )
    assert isinstance(draft, Draft)
    return draft


PARAGRAPHS = letter("Planting chart", "Vegetables", "Gardening", "Bo Berg").body.count("\n\n")


@settings(deadline=None)  # other work on the machine is no fault of a letter
@given(EVIL, EVIL, EVIL, EVIL)
def test_no_words_of_a_page_change_the_shape_of_a_letter(anchor: str, section: str, title: str, name: str) -> None:
    draft = letter(anchor, section, title, name)
    assert draft.body.count("\n\n") == PARAGRAPHS
    assert "\n" not in draft.subject
    assert draft.recipient == "bo@greenlist.example"
    for char in (draft.body + draft.subject).replace("\n", ""):
        assert unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}, repr(char)


@settings(deadline=None)
@given(EVIL, EVIL)
def test_no_words_of_a_page_are_run_as_a_template_or_can_ever_be(anchor: str, title: str) -> None:
    draft = letter(anchor, anchor, title, title)
    text = draft.subject + draft.body
    assert "{{" not in text
    assert "{%" not in text
    assert "{#" not in text
    assert text.count("ada@lindgarden.example") == 1
    assert "49" not in text or "49" in anchor + title


@settings(deadline=None)
@given(EVIL)
def test_no_words_of_a_page_put_a_link_of_theirs_into_a_letter(anchor: str) -> None:
    assert "http://evil" not in letter(anchor, anchor, anchor, anchor).body
    assert "www.evil" not in letter(anchor, anchor, anchor, anchor).body


EVERY = tuple(load_templates(SHIPPED).values())


@settings(deadline=None)
@given(st.sampled_from(EVERY), EVIL, EVIL, EVIL, EVIL)
def test_every_template_keeps_hostile_words_in_their_place(template: Template, anchor: str, title: str, name: str, subject: str) -> None:
    contact = replace(EMAIL, name=name, source_url=f"https://greenlist.example/{anchor}")
    one = dead(1, offer=Strength.STRONG, archived=True, anchor=anchor, section=title, new_url=f"https://old1.example.org/{name}")
    assert one.match
    whom = prospect(replace(one, match=replace(one.match, page_title=title)), dead(2, VerdictKind.PARKED), contact=contact, title=title)
    previous = replace(PREVIOUS, subject=subject) if template.purpose == "follow-up" else None
    campaign = Campaign(templates=Letters(offer_for_moved=True))
    if template.purpose == "reclaim":
        gone = Reclaim(
            url="https://lindgarden.example/a",
            title=title,
            anchor=anchor,
            seen_at=NOW,
            missed_at=(NOW,),
            wrong=title and f"http://x.example/{title}",
            instead=f"https://other.example/{name}",
        )
        draft: Draft | NoDraft = compose_reclaim(whom, campaign, template, gone, previous=replace(PREVIOUS, subject=subject))
    else:
        draft = compose(whom, campaign, template, now=NOW, seen={}, previous=previous)
    assert isinstance(draft, Draft)
    text = draft.subject + draft.body
    assert draft.subject.splitlines() == [draft.subject]
    assert len(draft.subject) <= 150
    assert len(draft.body) < 8_000
    assert not {"{{", "{%", "{#"} & {text[at : at + 2] for at in range(len(text))}
    assert not {unicodedata.category(char) for char in text.replace("\n", "")} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert text.count("ada@lindgarden.example") == 1
    assert not re.search(r"(?<!\S)\W?http://evil", draft.body)  # within the path of another address it leads there


@settings(deadline=None)
@given(st.one_of(st.text(max_size=2_000), EVIL), st.one_of(st.text(max_size=200), EVIL))
def test_whatever_a_person_types_is_read_without_failing(body: str, subject: str) -> None:
    whom = prospect(dead(1, offer=Strength.STRONG), dead(2, VerdictKind.HIJACKED))
    draft = replace(letter("a", "b", "c", "d"), body=body, subject=subject)
    found = lint(draft, whom, Campaign(), evidence={}, others={"x": frozenset()}, template=TEMPLATE)
    assert {one.severity for one in found} <= set(Severity)
    assert all(one.reason for one in found)


@pytest.mark.parametrize("huge", ["x" * 10_000_000, "{{ 7*7 }}\r\n" * 1_000_000, "\u202e" * 10_000_000, "word " * 2_000_000])
def test_ten_megabytes_of_title_are_a_short_title(huge: str) -> None:
    draft = letter(huge, huge, huge, huge)
    assert len(draft.body) < 3_000
    assert len(draft.subject) <= 60


@settings(deadline=None)
@given(st.text(), st.integers(min_value=10, max_value=200))
def test_plain_text_is_one_line_within_its_limit_and_stays_as_it_is(text: str, limit: int) -> None:
    said = plain(text, limit)
    assert len(said) <= limit
    assert said.splitlines() == ([said] if said else [])
    assert plain(said, limit) == said


def test_a_url_within_a_url_is_taken_apart_too() -> None:
    assert defanged("http://a.example/?to=http://b.example/www.c") == "a[.]example/?to=http[:]//b.example/www[.]c"
    assert defanged("x://http://evil.example") == "evil[.]example"
