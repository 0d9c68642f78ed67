"""What a letter says, when there is one, and what it waits for."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from prospector.items import Confidence, Contact, ContactKind, DeadLink, Draft, DraftStatus, Prospect, Stage, Strength, VerdictKind
from prospector.outreach.letter import NoDraft, compose
from prospector.outreach.phrases import relation
from tests.outreach.letters import (
    EMAIL,
    NOW,
    OF_DEAD_LINKS,
    OFFER,
    PREVIOUS,
    Campaign,
    Letters,
    Sender,
    dead,
    november,
    prospect,
    shipped,
    target,
)

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
        previous=PREVIOUS if template.startswith("follow-up") else None,
    )
    assert isinstance(draft, Draft)
    return draft


def flat(draft: Draft) -> str:
    return " ".join(draft.body.split())


def test_a_letter_names_each_dead_link_with_its_place_its_anchor_what_is_wrong_and_when_it_was_seen() -> None:
    draft = drafted(prospect(dead(1, offer=Strength.STRONG)))
    assert "I checked it on 3, 7 and 12 November 2026. “Planting chart”, under “Vegetables”: answers “not found” (404)." in flat(draft)
    assert (draft.recipient, draft.status, draft.note, draft.template) == ("bo@greenlist.example", DraftStatus.READY, "", "resource-page")
    assert "https://greenlist.example/resources.html" in draft.body


@pytest.mark.parametrize("template", OF_DEAD_LINKS)
def test_fixes_stand_in_honest_order_new_address_archived_copy_own_page_last(template: str) -> None:
    moved = dead(1, offer=Strength.STRONG, archived=True, new_url="https://old1.example.org/new")
    body = drafted(prospect(moved), Campaign(templates=Letters(offer_for_moved=True)), template=template).body
    places = [body.index(url) for url in ("https://old1.example.org/new", "https://archive.example/web/2019/", OFFER)]
    assert places == sorted(places)


def test_a_page_that_merely_moved_needs_no_substitute() -> None:
    moved = dead(1, offer=Strength.STRONG, new_url="https://old1.example.org/new")
    body = drafted(prospect(moved, dead(2, offer=Strength.STRONG))).body
    assert "https://old1.example.org/new" in body
    assert body.count(OFFER) == 1
    alone, letter = prospect(moved), shipped("resource-page")
    assert isinstance(compose(alone, Campaign(), letter, now=NOW, seen={}), NoDraft)
    assert isinstance(compose(alone, Campaign(), letter, now=NOW, seen={}, chosen=[moved.link.target_url]), Draft)


@pytest.mark.parametrize("template", OF_DEAD_LINKS)
def test_every_shipped_letter_says_who_writes_for_whom_where_the_address_is_from_and_how_to_hear_no_more(template: str) -> None:
    draft = drafted(prospect(dead(1, offer=Strength.STRONG)), template=template)
    said = flat(draft)
    assert "https://greenlist.example/about" in said
    assert "Lind Garden, 1 Mill Lane, Anytown" in said
    german = template.endswith("de")
    assert (
        "Ich heiße Ada Lind und betreibe die Website lindgarden." if german else "My name is Ada Lind, and I run the website lindg"
    ) in said
    assert ("ich schreibe nicht wieder" if german else "I will not write") in said
    assert len(draft.subject) <= 60


@pytest.mark.parametrize("template", OF_DEAD_LINKS)
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
        ("owner", None, "My name is Ada Lind, and I run the website lindgarden.example."),
        ("employee", None, "and I work for the people behind lindgarden.example."),
        ("agency", "Lind Ltd", "I work for an agency, and Lind Ltd pays us to look after the website lindgarden.example."),
        ("volunteer", None, "and I help with the website lindgarden.example as a volunteer."),
    ],
)
def test_the_relation_is_the_one_to_the_offered_page_whatever_site_the_sender_has(relation: str, client: str | None, sentence: str) -> None:
    sender = Sender(relation=relation, client=client, site="https://letters.example/")
    assert sentence in flat(drafted(prospect(dead(1, offer=Strength.STRONG)), Campaign(sender=sender)))


@pytest.mark.parametrize("kind", [VerdictKind.PARKED, VerdictKind.HIJACKED])
@pytest.mark.parametrize("template", OF_DEAD_LINKS)
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


@pytest.mark.parametrize("template", OF_DEAD_LINKS)
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
    assert "I can send you the other five as well." in draft.body
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
    assert ("Your address is given" in flat(draft)) is (contact is not None and contact.kind is ContactKind.EMAIL)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((12,), "checked it on 12 November 2026"),
        ((3, 12), "checked it on 3 and 12 November 2026"),
        ((3, 5, 7, 9, 12), "checked it on five days between 3 and 12 November 2026"),
        ((), "checked it on 3 November 2026"),
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
    assert "   A link without text: answers" in draft.body
    assert draft.subject == "Broken link on “greenlist.example”"


def offering(number: int, page: str, *, confidence: float, **of: bool) -> DeadLink:
    one = dead(number, offer=Strength.STRONG, new_url="https://old.example.org/new" if of.get("moved") else "")
    assert one.match
    return replace(one, match=replace(one.match, page_url=f"https://lindgarden.example/{page}", confidence=confidence))


def offered(draft: Draft) -> list[str]:
    return re.findall(r"https://lindgarden\.example/(\w+)", draft.body)


def test_one_own_page_is_offered_the_one_that_fits_best_where_nothing_better_is_known() -> None:
    whom = prospect(
        offering(1, "good", confidence=0.8), offering(2, "best", confidence=0.9), offering(3, "moved", confidence=1, moved=True)
    )
    draft = drafted(whom)
    assert offered(draft) == ["best"]
    assert "The page I suggest is from there" in flat(draft)
    assert [target(number) in draft.body for number in (1, 2, 3)] == [True] * 3


def test_a_campaign_may_want_more_own_pages_in_a_letter() -> None:
    whom = prospect(offering(1, "good", confidence=0.8), offering(2, "best", confidence=0.9), offering(3, "least", confidence=0.7))
    draft = drafted(whom, Campaign(templates=Letters(own_pages=2)))
    assert offered(draft) == ["good", "best"]
    assert "The pages I suggest are from there" in flat(draft)


def test_the_page_that_a_person_chose_is_offered_though_another_is_stronger_and_the_letter_waits_for_its_claim() -> None:
    chosen = offering(1, "chosen", confidence=0.4)
    assert chosen.match
    chosen = replace(
        chosen,
        match=replace(chosen.match, strength=Strength.POSSIBLE),
        verdict=replace(chosen.verdict, confidence=Confidence.PROBABLE),
    )
    whom = prospect(chosen, offering(2, "best", confidence=0.9))
    draft = compose(whom, Campaign(), shipped(), now=NOW, seen={}, chosen=[target(1)])
    assert isinstance(draft, Draft)
    assert offered(draft) == ["chosen"]
    assert draft.status is DraftStatus.WAITING
    assert "confirmed dead" in draft.note


def test_nine_links_are_all_named_since_one_more_is_no_shorter_than_its_name() -> None:
    body = drafted(prospect(dead(0, offer=Strength.STRONG), *(dead(n) for n in range(1, 9)))).body
    assert len(re.findall(r"^\d+\. ", body, re.MULTILINE)) == 9
    assert "as well" not in body


@pytest.mark.parametrize("template", OF_DEAD_LINKS)
def test_days_that_the_links_share_are_said_once_and_others_where_they_differ(template: str) -> None:
    links = [dead(n, offer=Strength.STRONG) for n in range(3)]
    seen = {target(0): [november(3)], target(1): [november(3)], target(2): [november(4)]}
    previous = PREVIOUS if template.startswith("follow-up") else None
    draft = compose(prospect(*links), Campaign(), shipped(template), now=NOW, seen=seen, previous=previous)
    assert isinstance(draft, Draft)
    german = template.endswith("de")
    assert flat(draft).count("am 3. November 2026" if german else "on 3 November 2026") == 1
    assert flat(draft).count("geprüft am 4. November 2026" if german else "checked on 4 November 2026") == 1
    assert ("die meisten" if german else "most of them") in flat(draft)


@pytest.mark.parametrize("template", OF_DEAD_LINKS)
def test_brackets_in_an_address_are_explained_where_there_are_any(template: str) -> None:
    plainly = drafted(prospect(dead(2, offer=Strength.STRONG)), template=template)
    bracketed = drafted(prospect(dead(1, VerdictKind.PARKED), dead(2, offer=Strength.STRONG)), template=template)
    explained = "Klammern verhindern" if template.endswith("de") else "brackets keep them"
    assert (explained in flat(plainly), explained in flat(bracketed)) == (False, True)


def test_an_address_that_stands_on_the_page_itself_is_said_to_without_repeating_the_page() -> None:
    draft = drafted(prospect(dead(1, offer=Strength.STRONG), contact=replace(EMAIL, source_url="https://greenlist.example/resources.html")))
    assert draft.body.count("https://greenlist.example/resources.html") == 1
    assert "Your address is given on the page itself" in flat(draft)


def test_a_follow_up_names_the_day_and_the_subject_of_the_first_letter() -> None:
    draft = drafted(prospect(dead(1, offer=Strength.STRONG)), template="follow-up")
    assert draft.subject == "Re: Broken link on “Gardening resources”"
    assert "On 5 November 2026 I wrote to you about a dead link" in flat(draft)


@pytest.mark.parametrize("template", OF_DEAD_LINKS)
def test_the_page_is_named_before_the_list(template: str) -> None:
    body = drafted(prospect(dead(1, offer=Strength.STRONG)), template=template).body
    assert body.index("https://greenlist.example/resources.html") < body.index(target(1))


def test_a_relation_can_be_said_where_the_writer_is_named_elsewhere() -> None:
    assert relation("owner", site="lindgarden.example", client="", locale="en") == "I run the website lindgarden.example."
    assert relation("owner", site="lindgarden.example", client="", locale="de") == "Ich betreibe die Website lindgarden.example."
    assert relation("agency", site="a.example", client="", locale="en", name="Ada") == (
        "My name is Ada. I work for an agency that is paid to look after the website a.example."
    )
