"""What a letter says, when there is one, and what it waits for."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from prospector.items import Confidence, Contact, ContactKind, DeadLink, Draft, DraftStatus, Prospect, Stage, Strength, VerdictKind
from prospector.outreach.letter import NoDraft, compose
from tests.outreach.letters import EMAIL, NOW, OFFER, Campaign, Sender, dead, november, prospect, shipped, target

TEMPLATES = ("resource-page", "short", "librarian", "help", "resource-page-de")
FORM = Contact(
    site="greenlist.example", kind=ContactKind.FORM, value="https://forms.example/abc", source_url="https://greenlist.example/contact"
)
TRACKER = Contact(
    site="greenlist.example",
    kind=ContactKind.TRACKER,
    value="https://github.com/green/list/issues",
    source_url="https://greenlist.example/",
)


def drafted(whom: Prospect, campaign: Campaign | None = None, template: str = "resource-page", days: tuple[int, ...] = (3, 7, 12)) -> Draft:
    draft = compose(
        whom,
        campaign or Campaign(),
        shipped(template),
        now=NOW,
        seen={one.link.target_url: [november(day) for day in days] for one in whom.dead_links},
    )
    assert isinstance(draft, Draft)
    return draft


def flat(draft: Draft) -> str:
    return " ".join(draft.body.split())


def test_a_letter_names_each_dead_link_with_its_place_its_anchor_what_is_wrong_and_when_it_was_seen() -> None:
    draft = drafted(prospect(dead(1, offer=Strength.STRONG)))
    assert "“Planting chart”, under “Vegetables”: answers “not found” (404); checked on 3, 7 and 12 November 2026." in flat(draft)
    assert (draft.recipient, draft.status, draft.note, draft.template) == ("bo@greenlist.example", DraftStatus.READY, "", "resource-page")
    assert "https://greenlist.example/resources.html" in draft.body


@pytest.mark.parametrize("template", TEMPLATES)
def test_fixes_stand_in_honest_order_new_address_archived_copy_own_page_last(template: str) -> None:
    body = drafted(prospect(dead(1, offer=Strength.STRONG, archived=True, new_url="https://old1.example.org/new")), template=template).body
    places = [body.index(url) for url in ("https://old1.example.org/new", "https://archive.example/web/2019/", OFFER)]
    assert places == sorted(places)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_shipped_letter_says_who_writes_for_whom_where_the_address_is_from_and_how_to_hear_no_more(template: str) -> None:
    draft = drafted(prospect(dead(1, offer=Strength.STRONG)), template=template)
    said = flat(draft)
    assert "https://greenlist.example/about" in said
    assert "Lind Garden, 1 Mill Lane, Anytown" in said
    assert ("Ich betreibe lindgarden.example." if template.endswith("de") else "I run lindgarden.example.") in said
    assert ("ich schreibe nicht wieder" if template.endswith("de") else "I will not write") in said
    assert len(draft.subject) <= 60


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_shipped_letter_stays_short(template: str) -> None:
    for links in ((dead(1, offer=Strength.STRONG),), tuple(dead(n, offer=Strength.STRONG, archived=True) for n in range(12))):
        words = [
            word
            for line in drafted(prospect(*links), template=template).body.splitlines()
            if not re.match(r"\d+\. |  ", line)
            for word in line.split()
        ]
        assert 50 <= len(words) <= 150


@pytest.mark.parametrize(
    ("relation", "client", "sentence"),
    [
        ("owner", None, "I run lindgarden.example."),
        ("employee", None, "I work for lindgarden.example."),
        ("agency", "Lind Ltd", "I work for an agency; Lind Ltd pays us to look after lindgarden.example."),
        ("volunteer", None, "I am a volunteer for lindgarden.example."),
    ],
)
def test_the_relation_is_the_one_to_the_offered_page_whatever_site_the_sender_has(relation: str, client: str | None, sentence: str) -> None:
    sender = Sender(relation=relation, client=client, site="https://letters.example/")
    assert sentence in flat(drafted(prospect(dead(1, offer=Strength.STRONG)), Campaign(sender=sender)))


@pytest.mark.parametrize("kind", [VerdictKind.PARKED, VerdictKind.HIJACKED])
@pytest.mark.parametrize("template", TEMPLATES)
def test_what_somebody_else_answers_at_is_never_written_so_that_it_can_be_clicked(kind: VerdictKind, template: str) -> None:
    bad = dead(1, kind, archived=True, anchor="http://old1.example.org/guides", section="See www.old1.example.org")
    draft = drafted(prospect(bad, dead(2, offer=Strength.STRONG), title="Links to old1.example.org"), template=template)
    assert "http://old1" not in draft.body
    assert "www.old1" not in draft.body
    assert "old1[.]example[.]org/guides" in draft.body
    assert "old1.example.org" not in draft.body.replace("https://archive.example/web/2019/old1.example.org", "")
    assert "old1.example.org" not in draft.subject


def test_a_letter_that_is_ready_claims_nothing_that_is_only_probable() -> None:
    draft = drafted(prospect(dead(1, offer=Strength.STRONG), dead(2, confidence=Confidence.PROBABLE)))
    assert draft.status is DraftStatus.READY
    assert target(2) not in draft.body


def test_a_letter_whose_offer_hangs_on_a_probable_claim_waits_says_for_what_and_reads_as_it_will() -> None:
    draft = drafted(prospect(dead(1, offer=Strength.STRONG, confidence=Confidence.PROBABLE), dead(2)))
    assert draft.status is DraftStatus.WAITING
    assert draft.note == "waits until “Planting chart” is confirmed dead: next look on Sunday 22 November 2026, 09:00 UTC"
    assert target(1) in draft.body
    assert OFFER in draft.body


def test_a_page_that_may_fit_waits_for_a_person_to_choose() -> None:
    draft = drafted(prospect(dead(1, offer=Strength.POSSIBLE)))
    assert (draft.status, draft.note) == (DraftStatus.WAITING, "choose the offer first")
    assert OFFER in draft.body


def test_beside_a_strong_match_a_possible_one_is_not_offered() -> None:
    other = dead(2, offer=Strength.POSSIBLE)
    assert other.match
    body = drafted(
        prospect(dead(1, offer=Strength.STRONG), replace(other, match=replace(other.match, page_url="https://lindgarden.example/maybe")))
    ).body
    assert "https://lindgarden.example/maybe" not in body
    assert target(2) in body


def test_with_the_goal_to_help_any_confirmed_dead_link_is_worth_a_letter_and_nothing_need_be_offered() -> None:
    draft = drafted(prospect(dead(1), dead(2, confidence=Confidence.PROBABLE)), Campaign(goal="help"), "help")
    assert draft.status is DraftStatus.READY
    assert target(1) in draft.body
    assert target(2) not in draft.body
    assert "lindgarden.example/companion" not in draft.body


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_shipped_template_can_do_without_an_offer(template: str) -> None:
    body = drafted(prospect(dead(1, archived=True)), Campaign(goal="help"), template).body
    assert "https://archive.example/" in body
    assert OFFER not in body


@pytest.mark.parametrize(
    ("whom", "goal", "reason"),
    [
        (prospect(dead(1)), "links", "none of your pages fits"),
        (prospect(), "help", "none of its links is dead"),
        (prospect(dead(1, VerdictKind.BLOCKED)), "help", "none of its links is dead"),
        (prospect(dead(1, offer=Strength.STRONG), flags=("a link farm",)), "links", "not pitched: a link farm"),
        (replace(prospect(dead(1, offer=Strength.STRONG)), stage=Stage.DO_NOT_CONTACT), "links", "asked not to be written to"),
    ],
)
def test_where_there_is_nothing_honest_to_write_there_is_a_reason_instead_of_a_letter(whom: Prospect, goal: str, reason: str) -> None:
    answer = compose(whom, Campaign(goal=goal), shipped(), now=NOW, seen={})
    assert isinstance(answer, NoDraft)
    assert reason in answer.reason


def test_eight_links_are_named_and_the_others_counted_and_the_one_that_carries_the_offer_is_among_the_eight() -> None:
    draft = drafted(prospect(*(dead(n) for n in range(12)), dead(12, offer=Strength.STRONG)))
    assert len(re.findall(r"^\d+\. ", draft.body, re.MULTILINE)) == 8
    assert "There are 5 more, which I can send you." in draft.body
    assert OFFER in draft.body
    assert draft.subject.startswith("13 broken links")


def test_a_page_that_links_twice_to_a_dead_target_hears_of_it_once_at_its_place_in_the_text() -> None:
    twice = dead(1, offer=Strength.STRONG)
    in_menu = replace(twice, link=replace(twice.link, position=0, boilerplate=True, anchor="Menu"))
    draft = drafted(prospect(in_menu, twice))
    assert draft.body.count(target(1)) == 1
    assert "“Planting chart”" in draft.body


@pytest.mark.parametrize(
    ("contact", "recipient", "status", "note"),
    [
        (EMAIL, "bo@greenlist.example", DraftStatus.READY, ""),
        (FORM, "https://greenlist.example/contact", DraftStatus.READY, ""),
        (TRACKER, "https://github.com/green/list/issues", DraftStatus.READY, ""),
        (None, "", DraftStatus.WAITING, "no contact found"),
        (replace(EMAIL, deobfuscated=True), "bo@greenlist.example", DraftStatus.WAITING, "its owner hid this address"),
    ],
)
def test_a_letter_goes_where_the_contact_is_or_says_that_there_is_none(
    contact: Contact | None, recipient: str, status: DraftStatus, note: str
) -> None:
    draft = drafted(prospect(dead(1, offer=Strength.STRONG), contact=contact))
    assert (draft.recipient, draft.status) == (recipient, status)
    assert note in draft.note
    assert ("I found your address" in flat(draft)) is (contact is not None and contact.kind is ContactKind.EMAIL)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((12,), "checked on 12 November 2026"),
        ((3, 12), "checked on 3 and 12 November 2026"),
        ((3, 5, 7, 9, 12), "checked 5 times between 3 November 2026 and 12 November 2026"),
        ((), "checked on 3 November 2026"),
    ],
)
def test_the_days_of_checking_are_said_shortly(days: tuple[int, ...], said: str) -> None:
    assert said in flat(drafted(prospect(dead(1, offer=Strength.STRONG)), days=days))


def test_a_person_is_greeted_by_name_only_where_the_name_is_certain() -> None:
    named = replace(EMAIL, name="Bo Berg")
    assert drafted(prospect(dead(1, offer=Strength.STRONG), contact=named)).body.startswith("Hello Bo Berg,\n")
    assert drafted(prospect(dead(1, offer=Strength.STRONG))).body.startswith("Hello,\n")


def test_lines_are_wrapped_but_addresses_are_never_broken() -> None:
    long = dead(1, offer=Strength.STRONG)
    url = "http://old1.example.org/" + "a-very-long-name/" * 8
    draft = drafted(prospect(replace(long, link=replace(long.link, target_url=url))))
    assert url in draft.body
    assert all(len(line) <= 72 or "://" in line for line in draft.body.splitlines())


def test_a_link_without_words_and_a_page_without_a_title_still_make_sense() -> None:
    bare: DeadLink = dead(1, offer=Strength.STRONG, anchor="", section="")
    draft = drafted(prospect(bare, title=""))
    assert "1. A link without text: answers" in draft.body
    assert draft.subject == "Broken link on “greenlist.example”"
