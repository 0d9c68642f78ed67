"""What a careful reader objects to in a draft before it is sent."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest

from prospector.items import Contact, ContactKind, Draft, Observation, Outcome, Prospect, Strength, VerdictKind
from prospector.outreach.letter import compose
from prospector.outreach.lint import Severity, lint, personal_part
from prospector.outreach.spam import SpamPhrase, spam_phrases
from tests.growth import assert_grows_with_its_input
from tests.outreach.letters import EMAIL, NOW, OF_DEAD_LINKS, PREVIOUS, Campaign, Letters, Sender, dead, november, prospect, shipped, target

WHOM = replace(prospect(dead(1, offer=Strength.STRONG, archived=True), dead(2, VerdictKind.HIJACKED)), language="")
SEEN = {target(number): [november(3), november(7)] for number in (1, 2)}


def draft_of(template: str = "resource-page", campaign: Campaign | None = None) -> Draft:
    previous = PREVIOUS if template.startswith("follow-up") else None
    draft = compose(WHOM, campaign or Campaign(), shipped(template), now=NOW, seen=SEEN, previous=previous)
    assert isinstance(draft, Draft)
    return draft


def looks(*days: int, status: int = 404) -> list[Observation]:
    return [Observation(target_url="", observed_at=november(day), outcome=Outcome.ANSWERED, status=status) for day in days]


EVIDENCE = {target(1): looks(3, 7), target(2): looks(3, 7, status=200)}


def reasons(body: str, *, said: str = "", whom: Prospect = WHOM, evidence: dict[str, list[Observation]] | None = None) -> list[str]:
    found = lint(replace(draft_of(), body=body), whom, Campaign(), evidence=EVIDENCE if evidence is None else evidence)
    return [f"{one.severity}: {one.reason}" for one in found if said in one.reason]


@pytest.mark.parametrize("template", OF_DEAD_LINKS)
@pytest.mark.parametrize("opt_out", ["", "Reply with no."])
def test_the_shipped_letters_give_no_cause(template: str, opt_out: str) -> None:
    campaign = Campaign(sender=Sender(opt_out=opt_out))
    assert lint(draft_of(template, campaign), WHOM, campaign, evidence=EVIDENCE, previous=PREVIOUS) == ()


@pytest.mark.parametrize(
    ("was", "becomes", "severity", "said"),
    [
        ("Hello,", "Hello [first name],", Severity.ERROR, "still to be filled in"),
        ("Hello,", "Hello {{ contact.name }},", Severity.ERROR, "still to be filled in"),
        ("“Vegetables”", "“”", Severity.WARNING, "something is empty"),
        (
            "If you would rather not hear from me again, a short\n“no” is enough, and I will not write.",
            "",
            Severity.ERROR,
            "how to be left alone",
        ),
        ("I run the website lindgarden.example.", "", Severity.ERROR, "in which relation"),
        ("1 Mill Lane", "", Severity.WARNING, "postal address"),
        ("old2[.]example[.]org", "http://old2.example.org", Severity.ERROR, "can be clicked"),
        ("Kind regards", "https://a.example https://b.example https://c.example", Severity.WARNING, "links besides"),
        ("https://greenlist.example/resources.html", "", Severity.WARNING, "does not name the page"),
        ("https://greenlist.example/about", "your page", Severity.WARNING, "where you found the address"),
        ("Hello,", "Hello Bob,", Severity.WARNING, "it greets “Bob”"),
        ("Hello,", "Dear Ms Berg,", Severity.WARNING, "whether that form of address is right"),
        ("Hello,", "so,", Severity.WARNING, "without a greeting"),
        ("Kind regards", "Act now!\n\nKind regards", Severity.WARNING, "presses the reader"),
        ("Kind regards", "TODO", Severity.ERROR, "still to be filled in"),
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


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("3 and 7 November 2026", "3 and 8 November 2026", "error: “3 and 8 November 2026” is claimed"),
        ("3 and 7 November 2026", "7 Nov. 2025", "error: “7 Nov. 2025” is claimed"),
        ("3 and 7 November 2026", "November 9th", "error: “November 9th” is claimed"),
        ("3 and 7 November 2026", "2026-11-08", "error: “2026-11-08” is claimed"),
        ("3 and 7 November 2026", "8.11.2026", "error: “8.11.2026” is claimed"),
        ("3 and 7 November 2026", "8. November", "error: “8. November” is claimed"),
        ("5 April 2019", "6 April 2019", "error: “6 April 2019” is claimed"),
        ("(404)", "(410)", "error: “(410)” is claimed"),
        ("(404)", "with error 500", "error: “error 500” is claimed"),
        (target(1), "http://made-up.example/", "error: http://made-up.example/ is listed, and nothing was ever seen of it"),
        (target(1), "made-up[.]example/x", "error: made-up[.]example/x is listed, and nothing was ever seen of it"),
        ("Kind regards", "See https://other.example/x.\n\nKind regards", "warning: https://other.example/x is none of the addresses"),
        (target(1), f"{target(1)}\n   New address: https://found-by-hand.example/", "warning: https://found-by-hand.example/ is none"),
    ],
)
def test_an_edited_letter_claims_only_what_was_seen(was: str, becomes: str, said: str) -> None:
    body = draft_of().body
    assert was in body
    assert [one for one in reasons(body.replace(was, becomes, 1)) if one.startswith(said)]


@pytest.mark.parametrize(
    "said", ["3 November", "3 and 7 November", "November 7, 2026", "Nov 7", "2026-11-03", "7.11.2026", "3rd of November 2026"]
)
def test_a_day_that_was_looked_at_may_be_said_in_any_way(said: str) -> None:
    assert reasons(draft_of().body.replace("3 and 7 November 2026", said), said="is claimed") == []


def test_words_of_the_page_in_quotation_marks_claim_nothing() -> None:
    body = draft_of().body.replace("“Planting chart”", "“Planting chart of 9 May 2011 (503) at http://x.example/”")
    assert "9 May 2011" in body
    assert reasons(body) == []


def test_without_evidence_days_are_left_alone() -> None:
    body = draft_of().body.replace("3 and 7 November", "9 November")
    assert [one for one in lint(replace(draft_of(), body=body), WHOM, Campaign()) if "claimed" in one.reason] == []


@pytest.mark.parametrize(
    "sentence",
    [
        "I look after lindgarden.example, and the page I name is part of it.",
        "Our garden club publishes lindgarden.example.",
    ],
)
def test_a_relation_may_be_said_in_words_of_ones_own(sentence: str) -> None:
    body = draft_of().body.replace("My name is Ada Lind, and I run the website lindgarden.example.", sentence)
    assert sentence in body
    assert reasons(body, said="in which relation") == []


def test_an_agency_must_say_who_pays() -> None:
    campaign = Campaign(sender=Sender(relation="agency", client="Lind Ltd"))
    draft = draft_of(campaign=campaign)
    assert lint(draft, WHOM, campaign) == ()
    silent = replace(draft, body=draft.body.replace("Lind Ltd pays us", "we are paid"))
    assert ["Lind Ltd pays" in one.reason for one in lint(silent, WHOM, campaign)] == [True]


@pytest.mark.parametrize("sentence", ["I won't contact you again if you say so.", "You can opt out by a short answer."])
def test_an_opt_out_may_be_said_in_words_of_ones_own(sentence: str) -> None:
    draft = draft_of()
    at = draft.body.index("If you would rather")
    body = f"{draft.body[:at]}{sentence}\n{draft.body[draft.body.index('Kind regards') :]}"
    assert reasons(body, said="left alone") == []


@pytest.mark.parametrize("greeting", ["Hello Bo Berg,", "Hi Bo,", "Dear all,", "Dear library team,", "Good morning,", "Guten Tag Bo Berg,"])
def test_a_greeting_that_is_certain_or_names_nobody_is_right(greeting: str) -> None:
    whom = replace(WHOM, contact=replace(EMAIL, name="Bo Berg"))
    assert reasons(draft_of().body.replace("Hello,", greeting), said="greet", whom=whom) == []


@pytest.mark.parametrize(
    ("template", "page", "said"),
    [
        ("resource-page", "de", ["the page is in German, and the letter in English"]),
        ("resource-page-de", "en-GB", ["the page is in English, and the letter in German"]),
        ("resource-page", "ja", ["the page is in Japanese, and the letter in English"]),
        ("resource-page-de", "de", []),
        ("resource-page", "", []),
    ],
)
def test_a_letter_is_in_the_language_of_its_page(template: str, page: str, said: list[str]) -> None:
    found = lint(draft_of(template), replace(WHOM, language=page), Campaign())
    assert [one.reason for one in found if one.rule == "language"] == said


def reached(value: str, page: str = "https://greenlist.example/", source: str = "https://greenlist.example/about", **of: str) -> Prospect:
    contact = Contact(site="", kind=ContactKind(of.get("kind", "email")), value=value, source_url=source)
    return replace(WHOM, page_url=page, contact=contact, language=of.get("language", ""))


@pytest.mark.parametrize(
    ("whom", "rules"),
    [
        (reached("bo@gartenfreunde.de"), ["consent-de"]),
        (reached("bo@mail.example", page="https://www.gartenfreunde.de/links"), ["consent-de"]),
        (reached("bo@garten.co.at"), ["consent-at"]),
        (reached("bo@mail.example", language="de"), ["consent-de", "consent-at"]),
        (reached("bo@mail.example", source="https://greenlist.example/impressum.html"), ["consent-de", "consent-at"]),
        (reached("bo@gartenfreunde.ch", language="de"), []),
        (reached("bo@mail.example", language="en"), []),
        (reached("https://gartenfreunde.de/kontakt", page="https://gartenfreunde.de/", kind="form"), ["consent-de"]),
        (reached("https://github.com/x/y/issues", page="https://gartenfreunde.de/", kind="tracker"), []),
    ],
)
def test_where_the_law_wants_consent_a_person_must_acknowledge_it(whom: Prospect, rules: list[str]) -> None:
    found = [one for one in lint(draft_of(), whom, Campaign()) if one.rule.startswith("consent")]
    assert [one.rule for one in found] == rules
    assert {(one.severity, one.acknowledge) for one in found} <= {(Severity.WARNING, True)}
    refused = lint(draft_of(), whom, Campaign(templates=Letters(consent="refuse")))
    assert [one.severity for one in refused if one.rule.startswith("consent")] == [Severity.ERROR] * len(rules)
    volunteer = lint(draft_of(), whom, Campaign(sender=Sender(relation="volunteer")))
    assert [one for one in volunteer if one.rule.startswith("consent")] == []


@pytest.mark.parametrize("row", spam_phrases(), ids=lambda row: row.id)
def test_every_row_of_phrases_catches_and_spares_what_it_says(row: SpamPhrase) -> None:
    assert row.pattern.search(row.catches)
    assert not row.pattern.search(row.spares)
    assert row.language in {"en", "de", "any"}
    assert [one for one in reasons(f"{draft_of().body}\n{row.catches}") if row.why in one]


ADDED = "Your notes on clay helped me dig my first bed last spring, and I still follow them every year with great success."


def test_what_a_person_writes_into_two_letters_alike_is_found_and_what_the_template_says_is_not() -> None:
    template, draft = shipped(), draft_of()
    assert personal_part(draft.body, Campaign(), template) == frozenset()
    ours = replace(draft, body=draft.body.replace("Kind regards", f"{ADDED}\n\nKind regards"))
    theirs = ours.body.replace("Gardening resources", "Pond life").replace("clay", "chalk").replace("Hello", "Hello Ann")
    others = {"draft 7": personal_part(draft.body, Campaign(), template), "draft 9": personal_part(theirs, Campaign(), template)}
    (found,) = (one for one in lint(ours, WHOM, Campaign(), others=others, template=template) if "alike" in one.reason)
    assert "draft 9" in found.reason
    assert found.severity is Severity.WARNING
    other = replace(
        ours, body=ours.body.replace(ADDED, "The list of bog plants is the only one I know that tells which of them stand hard frost.")
    )
    assert not [one for one in lint(other, WHOM, Campaign(), others=others, template=template) if "alike" in one.reason]


def test_a_letter_is_checked_beside_many_others_and_a_monstrous_one_not_at_all() -> None:
    template, draft = shipped(), draft_of()
    words = ADDED.split()
    others = {
        f"draft {at}": personal_part(" ".join(words[at % 7 :] + [f"{word}{at}" for word in words]), Campaign(), template)
        for at in range(1000)
    }
    assert_grows_with_its_input(
        lambda beside: lint(draft, WHOM, Campaign(), evidence=EVIDENCE, others=beside, template=template),
        lambda size: dict(islice(others.items(), size)),
        len(others),
    )
    (found,) = lint(replace(draft, body="word “ 1. \n" * 1_000_000), WHOM, Campaign())
    assert "no letter needs more" in found.reason
