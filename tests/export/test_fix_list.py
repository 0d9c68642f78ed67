"""Fix lists: everything that was seen, the fixes in honest order, and nothing that a hostile page could make of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prospector.export.fix_list import Address, Fix, FixLink, FixList, Look, NoFixListError, fix_list
from prospector.export.fix_list_forms import FORMS, as_html, as_markdown, as_text
from prospector.items import (
    ArchivedCopy,
    BodySample,
    Confidence,
    Control,
    ControlKind,
    Hop,
    OutboundLink,
    Outcome,
    ResourcePage,
    Strength,
    VerdictKind,
    Via,
)
from prospector.store.findings import Alias
from tests.desk_world import DAY, NOW, OFFER, PAGE, Dead, World, target
from tests.store import builders as make


class Links(HTMLParser):
    """Addresses that a reader of the page could follow or that it asks for by itself."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.hrefs += [value or "" for name, value in attrs if name in {"href", "src", "srcset", "action", "data", "poster"}]
        assert not [name for name, _ in attrs if name.startswith("on")]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def saved(world: World, *links: OutboundLink, title: str = "Gardening links") -> None:
    world.store.pages.save(
        ResourcePage(url=PAGE, final_url=PAGE, status=200, fetched_at=NOW, title=title, is_resource_page=True, links=links)
    )


def listed(world: World, *, everything: bool = False) -> FixList:
    return fix_list(world.store, world.campaign, PAGE, everything=everything, now=NOW)


def test_a_link_comes_with_its_place_its_looks_and_its_fixes_the_offered_page_last(world: World) -> None:
    saved(world, make.link(target(), anchor="Planting guide", context="See the Planting guide for tables.", section="Vegetables"))
    world.judge(Dead())
    world.matches(Dead())
    world.store.findings.save_archived(
        ArchivedCopy(target_url=target(), captured_at=NOW, archive_url="https://archive.example/1/x"), now=NOW
    )
    (link,) = listed(world).links
    assert (link.context, link.section) == (("See the ", "Planting guide", " for tables."), "Vegetables")
    assert [(fix.what, fix.address.href) for fix in link.fixes] == [
        ("An archived copy", "https://archive.example/1/x"),
        ("A page on the same subject", OFFER),
    ]
    assert [look.when for look in link.looks] == ["2026-11-12 09:00 UTC", "2026-11-17 09:00 UTC"]
    assert link.ruled_out == ("A passing fault: it was found dead 2 times, and never working, on 12 and 17 November 2026.",)
    for form in FORMS.values():
        text = form(listed(world))
        places = [text.index(part) for part in ("old1.example.net/planting-1", "2026-11-12", "it was found dead")]
        assert places == sorted(places)
        assert text.index("An archived copy") < text.index("A page on the same subject")
        assert "lindgarden.example." in re.sub(r"\s+", " ", text)


def test_a_page_that_merely_moved_gets_its_new_address_and_no_offer(world: World) -> None:
    saved(world, make.link(target()))
    world.judge(Dead())
    world.matches(Dead())
    world.store.findings.save_alias(Alias(target_url=target(), new_url="https://old1.example.net/new", confidence=1), now=NOW)
    (link,) = listed(world).links
    assert [(fix.what, fix.address.href) for fix in link.fixes] == [("Its new address", "https://old1.example.net/new")]


@pytest.mark.parametrize("kind", [VerdictKind.PARKED, VerdictKind.HIJACKED])
def test_a_new_address_on_a_site_in_other_hands_is_none(world: World, kind: VerdictKind) -> None:
    saved(world, make.link(target()))
    world.judge(Dead(kind=kind))
    world.store.findings.save_alias(Alias(target_url=target(), new_url="https://old1.example.net/new", confidence=1), now=NOW)
    assert listed(world).links[0].fixes == ()


def test_what_a_person_refused_or_did_not_choose_is_not_offered(world: World) -> None:
    saved(world, make.link(target()))
    world.judge(Dead(strength=Strength.POSSIBLE))
    world.matches(Dead(strength=Strength.POSSIBLE))
    assert listed(world).links[0].fixes == ()


def test_a_look_that_says_nothing_is_no_failure(world: World) -> None:
    saved(world, make.link(target()))
    world.judge(Dead())
    world.store.evidence.save_observations([make.seen(target(), observed_at=NOW - timedelta(hours=1), status=403)])
    (link,) = listed(world).links
    assert link.looks[-1].said == "answered 403"
    assert link.ruled_out[0] == "A passing fault: it was found dead 2 times, and never working, on 12 and 17 November 2026."


def test_what_was_ruled_out_rests_on_what_was_seen(world: World) -> None:
    saved(world, make.link(target()))
    world.judge(Dead(kind=VerdictKind.SOFT404))
    controls = (
        Control(kind=ControlKind.ROOT, url="https://old1.example.net/", outcome=Outcome.ANSWERED, status=200),
        Control(kind=ControlKind.SIBLING, url="https://old1.example.net/zz", outcome=Outcome.ANSWERED, status=200, similarity=0.97),
    )
    world.store.evidence.save_observations(
        [
            make.seen(target(), observed_at=NOW - DAY, via=Via.BROWSER, status=404, controls=controls),
            make.seen(target(), observed_at=NOW - timedelta(hours=1), offline=True, outcome=Outcome.TIMED_OUT, status=None),
            make.seen(target(), observed_at=NOW - 400 * DAY, via=Via.ARCHIVE, status=404),
            make.seen(target(), observed_at=NOW - timedelta(hours=2), via=Via.PERSON, status=410),
        ]
    )
    (link,) = listed(world).links
    assert [said.partition(":")[0] for said in link.ruled_out] == [
        "A passing fault",
        "A site that only turns programs away",
        "The whole site being down",
        "A real page that only looks like an error",
        "A fault that only we see",
        "Our own connection",
    ]
    assert [look.said for look in link.looks] == [
        "a web archive's visit was answered 404",
        "answered 404",
        "answered 404",
        "in a browser: answered 404",
        "a person looked and found it dead",
        "timed out",
    ]
    assert [look.counted for look in link.looks] == [True] * 5 + [False]


def test_only_what_is_confirmed_is_claimed_unless_all_is_asked_for(world: World) -> None:
    saved(world, make.link(target(1)), make.link(target(2), position=1))
    world.judge(Dead(1))
    world.judge(Dead(2, confidence=Confidence.PROBABLE))
    found = listed(world)
    assert (len(found.links), found.unconfirmed) == (1, 1)
    assert "1 more link looks dead or taken over too, which is not confirmed yet." in as_text(found)
    everything = listed(world, everything=True)
    assert [link.certain for link in everything.links] == [True, False]
    assert "not confirmed yet" in as_html(everything)


@pytest.mark.parametrize("kind", [VerdictKind.HIJACKED, VerdictKind.PARKED])
def test_what_answers_at_a_taken_over_address_is_nowhere_to_click(world: World, kind: VerdictKind) -> None:
    saved(world, make.link(target(), anchor=f"Guide at {target()}", context=f"Guide at {target()} and www.old1.example.net"))
    world.judge(Dead(kind=kind))
    hop = Hop(url=target(), status=302, location="https://casino.example.com/")
    world.store.evidence.save_observations([make.seen(target(), observed_at=NOW, hops=(hop,), final_url="https://casino.example.com/")])
    archive = f"https://archive.example/web/2019/{target()}"
    world.store.findings.save_archived(ArchivedCopy(target_url=target(), captured_at=NOW, archive_url=archive), now=NOW)
    found = listed(world)
    assert found.links[0].address == Address(text="old1[.]example[.]net/planting-1", href="")
    html = as_html(found)
    assert [href for href in Links(html).hrefs if "old1" in href or "casino" in href] == [
        "https://archive.example/web/2019/old1.example.net/planting-1"
    ]
    for text in (html, as_markdown(found), as_text(found)):
        assert "https://old1.example.net" not in text
        assert "http://casino" not in text
        assert "https://casino" not in text
        assert "www.old1" not in text


def test_a_taken_over_page_is_not_called_dead_and_a_persons_note_stays_at_home(world: World) -> None:
    saved(world, make.link(target()))
    world.judge(Dead(kind=VerdictKind.HIJACKED))
    casino = BodySample(
        sha256="0" * 64, size=5000, complete=True, title="Slot gacor, togel and situs judi", words_present=False, signs=("hijack-gambling",)
    )
    world.store.evidence.save_observations(
        [
            *(make.seen(target(), observed_at=NOW - days * DAY, status=200, body=casino) for days in (2, 1)),
            make.seen(target(), observed_at=NOW - timedelta(hours=2), via=Via.PERSON, status=410, detail="our client knows them"),
        ]
    )
    found = listed(world)
    assert "found taken over" in found.links[0].ruled_out[0]
    for form in FORMS.values():
        text = " ".join(form(found).split())
        assert "found failing" not in text
        assert "nowhere" not in text
        assert "our client" not in text


HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)> [x](javascript:alert(1)) `` ` @admin # | {{ 7*7 }} \u202egnp'


def test_a_hostile_page_stays_text(world: World) -> None:
    saved(world, make.link(target(), anchor=HOSTILE, context=f"before {HOSTILE} after", section=HOSTILE), title=HOSTILE)
    world.judge(Dead())
    found = listed(world)
    links = Links(as_html(found))
    assert not {"script", "img", "iframe", "link", "form", "object"} & set(links.tags)
    assert all(href.startswith(("https://", "http://")) for href in links.hrefs)
    markdown = as_markdown(found)
    outside = re.sub(r"`[^`]*`", "", markdown)
    assert not re.search(r"script|javascript|@admin|onerror", outside)
    for form in FORMS.values():
        assert "\u202e" not in form(found)
        assert "7*7" in form(found)


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_no_text_gets_out_of_its_place(text: str) -> None:
    address = Address(text="https://a.example/", href="https://a.example/")
    link = FixLink(
        number=1, anchor=text, context=(text, text, text), section=text, address=address, wrong="not found", means="Gone.", certain=True,
        since="", looks=(Look(when="now", said="answered 404", steps=(text,)),), ruled_out=("x: " + "y",),
        fixes=(Fix(what="An archived copy", address=address, note=text),),
    )  # fmt: skip
    found = FixList(title=text, page=address, made_on="", read_on="", links=(link,), unconfirmed=0, from_whom=text, relation="")
    plain = FixList(title="t", page=address, made_on="", read_on="", links=(link,), unconfirmed=0, from_whom="w", relation="")
    assert set(Links(as_html(found)).hrefs) == {"https://a.example/"}
    assert sorted(set(Links(as_html(found)).tags)) == sorted(set(Links(as_html(plain)).tags))
    as_text(found)
    as_markdown(found)


def test_the_page_asks_nobody_for_anything(world: World) -> None:
    saved(world, make.link(target()))
    world.judge(Dead())
    html = as_html(listed(world))
    assert "default-src 'none'" in html
    assert "url(" not in html
    assert "@import" not in html
    assert set(Links(html).tags) <= {
        "html", "head", "meta", "title", "style", "body", "main", "header", "p", "h1", "h2", "h3", "a", "ol", "ul", "li", "div", "span",
        "b", "mark", "small", "section", "details", "summary", "table", "thead", "tbody", "tr", "th", "td", "footer",
    }  # fmt: skip


def test_text_fits_a_mail_and_keeps_addresses_whole(world: World) -> None:
    long = "https://old.example.net/" + "very-long-" * 12
    saved(world, make.link(long, anchor="word " * 60))
    world.store.evidence.save_checks([(make.seen(long), make.dead())], now=NOW)
    lines = as_text(listed(world)).splitlines()
    assert f"   {long}" in lines
    assert max(len(line) for line in lines if "http" not in line) <= 78


@pytest.mark.parametrize(
    ("confidence", "said"),
    [
        (None, "this page was not read"),
        (Confidence.PROBABLE, "no link on it is confirmed dead. 1 looks dead, which is not confirmed yet: --all lists it."),
    ],
)
def test_with_nothing_to_say_it_says_so(world: World, confidence: Confidence | None, said: str) -> None:
    if confidence is not None:
        saved(world, make.link(target()))
        world.judge(Dead(confidence=confidence))
    with pytest.raises(NoFixListError, match=re.escape(said)):
        listed(world)
