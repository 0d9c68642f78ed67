"""Every verdict, confidence, status, stage and outcome has words that people can read."""

from __future__ import annotations

import re
from enum import StrEnum

import pytest

from prospector.items import DEAD_KINDS, Confidence, ContactKind, DraftStatus, Outcome, Stage, Strength, VerdictKind
from prospector.words import clause, label, sentence

ENUMS: tuple[type[StrEnum], ...] = (VerdictKind, Confidence, DraftStatus, Stage, Strength, ContactKind, Outcome)
MEMBERS = [member for enum in ENUMS for member in enum]


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: f"{type(member).__name__}.{member.name}")
def test_every_member_has_a_label_for_a_column_and_a_whole_sentence(member: StrEnum) -> None:
    assert 3 <= len(label(member)) <= 24
    assert re.fullmatch(r"[A-Z][^\n]+\.", sentence(member))
    assert "_" not in label(member)


@pytest.mark.parametrize("enum", ENUMS)
def test_no_two_members_of_one_kind_read_alike(enum: type[StrEnum]) -> None:
    assert len({label(member) for member in enum}) == len(enum)
    assert len({sentence(member) for member in enum}) == len(enum)


def test_an_outcome_and_a_verdict_of_the_same_name_have_words_of_their_own() -> None:
    assert Outcome.REFUSED.value == VerdictKind.REFUSED.value
    assert label(Outcome.REFUSED) == "refused"
    assert label(VerdictKind.REFUSED) == "no server"


@pytest.mark.parametrize("locale", ["en", "de"])
def test_every_dead_kind_has_a_clause_for_letters_and_no_other_kind_has_one(locale: str) -> None:
    clauses = {clause(kind, locale=locale) for kind in DEAD_KINDS}
    assert len(clauses) == len(DEAD_KINDS)
    assert not any("{" in one or one.endswith(".") for one in clauses)
    for kind in set(VerdictKind) - DEAD_KINDS:
        with pytest.raises(KeyError):
            clause(kind, locale=locale)


def test_the_clause_names_the_servers_answer_where_it_is_known() -> None:
    assert clause(VerdictKind.GONE, status=410) == "answers “not found” (410)"
    assert clause(VerdictKind.GONE) == "answers “not found”"


def test_a_locale_without_words_of_its_own_gets_english_ones() -> None:
    assert clause(VerdictKind.DNS, locale="eo") == clause(VerdictKind.DNS, locale="en")
