"""What a careful reader objects to in a draft before it is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prospector.items import Draft, Strength, VerdictKind
from prospector.outreach.letter import compose
from prospector.outreach.lint import Severity, lint
from tests.outreach.letters import NOW, Campaign, Sender, dead, november, prospect, shipped, target

WHOM = prospect(dead(1, offer=Strength.STRONG, archived=True), dead(2, VerdictKind.HIJACKED))
SEEN = {target(number): [november(3), november(7)] for number in (1, 2)}


def draft_of(template: str = "resource-page", campaign: Campaign | None = None) -> Draft:
    draft = compose(WHOM, campaign or Campaign(), shipped(template), now=NOW, seen=SEEN)
    assert isinstance(draft, Draft)
    return draft


@pytest.mark.parametrize("template", ["resource-page", "short", "librarian", "help", "resource-page-de"])
@pytest.mark.parametrize("opt_out", ["", "Reply with no."])
def test_the_shipped_letters_give_no_cause(template: str, opt_out: str) -> None:
    campaign = Campaign(sender=Sender(opt_out=opt_out))
    assert lint(draft_of(template, campaign), WHOM, campaign) == ()


@pytest.mark.parametrize(
    ("was", "becomes", "severity", "said"),
    [
        ("Hello,", "Hello [first name],", Severity.ERROR, "still to be filled in"),
        ("Hello,", "Hello {{ contact.name }},", Severity.ERROR, "still to be filled in"),
        ("“Vegetables”", "“”", Severity.WARNING, "something is empty"),
        ("I will not write", "ok", Severity.ERROR, "how to be left alone"),
        ("I run lindgarden.example.", "", Severity.ERROR, "in which relation"),
        ("1 Mill Lane", "", Severity.WARNING, "postal address"),
        ("old2[.]example[.]org", "http://old2.example.org", Severity.ERROR, "can be clicked"),
        ("Kind regards", "https://a.example https://b.example https://c.example", Severity.WARNING, "links besides"),
        ("Kind regards", "word " * 100, Severity.WARNING, "words besides the list"),
    ],
)
def test_each_fault_is_found(was: str, becomes: str, severity: Severity, said: str) -> None:
    draft = draft_of()
    spoilt = replace(draft, body=draft.body.replace(was, becomes))
    assert spoilt.body != draft.body
    assert [severity for found in lint(spoilt, WHOM, Campaign()) if said in found.reason] == [severity]


@pytest.mark.parametrize(
    ("subject", "severity"), [("", Severity.ERROR), ("a\nBcc: x@y.example", Severity.ERROR), ("y" * 61, Severity.WARNING)]
)
def test_the_subject_is_one_short_line(subject: str, severity: Severity) -> None:
    (found,) = lint(replace(draft_of(), subject=subject), WHOM, Campaign())
    assert found.severity is severity
    assert "subject" in found.reason
