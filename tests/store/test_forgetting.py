"""A forgotten person is in no byte of the database: neither in a table, nor in a saved page, nor in the file's free space."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from prospector.backlinks.read import read_export
from prospector.contacts.wishes import Wish
from prospector.deciding import Outcome as Marked
from prospector.items import BodySample, Contact, ContactKind, DraftStatus, OutboundLink, Outcome, ResourcePage, SitePage, Stage
from prospector.watching.states import PageLook, Seen, Source, State, Watch
from tests.desk_world import NOW, PAGE, World, done, target
from tests.store import builders as make

ADDRESS, NAME = "ann.lind@greenlist.example", "Ann Lindqvist"
VEILED = "2a" + bytes(byte ^ 0x2A for byte in ADDRESS.encode()).hex()  # as Cloudflare hides it
SPELLINGS = (
    "ann.lind@greenlist.example",
    "Ann.Lind@GreenList.example",
    "ann.lind&#64;greenlist.example",
    "ann.lind [at] greenlist [dot] example",
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def known_everywhere(world: World) -> None:
    """A person whom every table knows."""
    contact = Contact(
        site="greenlist.example", kind=ContactKind.EMAIL, value=ADDRESS, name=NAME, role="librarian", source_url=PAGE, found_at=NOW,
        reason=f"{NAME} looks after the page",
    )  # fmt: skip
    world.page(contact=contact)
    links = [OutboundLink(target_url=target(), anchor=f"{NAME}'s guide", context=f"Write to {ADDRESS}.", position=1)]
    html = f"<p>Kept by {NAME} <a href='mailto:{ADDRESS}'>mail</a><li><a href='{target()}'>{NAME}'s guide</a>"
    world.store.pages.save(
        ResourcePage(url=PAGE, final_url=PAGE, status=200, fetched_at=NOW, title=f"Links of {NAME}", language="en", html=html, links=tuple(links))
    )  # fmt: skip
    elsewhere = "https://mirror.example.net/copy"
    world.store.pages.save(make.page(elsewhere, html=f"<p>{SPELLINGS[2]} or {SPELLINGS[3]}", title="A copy"))
    veiled = "https://veiled.example.net/list"
    world.store.pages.save(make.page(veiled, html=f'<p><a data-cfemail="{VEILED}">', title="Veiled"))
    body = BodySample(sha256="0" * 64, size=9, complete=True, html=f"<p>Gone. Ask {SPELLINGS[1]}")
    world.store.evidence.save_checks(
        [(make.seen(target(), observed_at=NOW, body=body, detail=f"said {ADDRESS}"), make.dead(next_check_at=NOW))], now=NOW
    )
    world.store.site.save([SitePage(url="https://lindgarden.example/thanks", title="Thanks", text=f"Thanks to {ADDRESS} for it.")])
    draft = world.crawl()
    assert NAME in draft.body or "Lindqvist" in draft.body or draft.recipient == ADDRESS
    done(world.decisions.edit(draft.id, subject=f"For {NAME}", body=f"{draft.body}\n{ADDRESS}", now=NOW))
    done(world.decisions.approve(draft.id, now=NOW))
    done(world.decisions.mark(draft.id, Marked.SENT, now=NOW))
    world.store.evidence.set_override(target(), None, note=f"{ADDRESS} told me", now=NOW)
    known_to_other_tools(world)


def known_to_other_tools(world: World) -> None:
    """What was imported, marked, watched and chosen, with them in each text of it."""
    links = (
        "Referring page title,Referring page URL,Target URL,Left context,Anchor,Right context\n"
        f"Links by {NAME},https://third.example.net/list?by={ADDRESS},https://lindgarden.example/,ask,{NAME},at {SPELLINGS[3]}\n"
        f"Links,{PAGE},https://lindgarden.example/,thanks to,{NAME.upper()},\n"
    )
    pages = f"Target page,Incoming links,Linking sites\nhttps://lindgarden.example/to/{ADDRESS},3,2\n"
    for name, text in ((f"{NAME} {ADDRESS}.csv", links), ("pages.csv", pages)):
        export = read_export(io.BytesIO(text.encode()), name=name)
        assert world.store.backlinks.save(export, file=name, now=NOW).damaged == ()
    watch = Watch(page_url=PAGE, wanted_url="https://lindgarden.example/", source=Source.PROFILE)
    seen = Seen(
        state=State.LINKED,
        reason=f"“{NAME}” links, says {ADDRESS}",
        link_url=f"https://lindgarden.example/?{ADDRESS}",
        anchor=f"by {NAME.replace(' ', '  ')}",
    )
    look = PageLook(at=NOW, outcome=Outcome.ANSWERED, status=200, final_url=f"{PAGE}?{ADDRESS}")
    world.store.watching.save(watch, look, seen, State.LINKED, run_id="run")
    world.store.profile.mark("third.example.net", "domain", "keep", note=f"{NAME} ({ADDRESS}) asked", now=NOW)
    world.store.own_pages.mark("https://lindgarden.example/gone", "letter", note=f"{NAME} says so", now=NOW)
    asked = (("greenlist.example", f"{NAME} takes no links: {ADDRESS}"), ("third.example.net", f"{NAME} takes none"))
    for site, sentence in asked:
        world.store.prospects.save_wish(site, Wish(sentence=sentence, source_url=f"https://{site}/contact"), found_at=NOW)
    world.store.seeds.choose(f"https://third.example.net/?by={ADDRESS}", "dropped", now=NOW)


def everything(path: Path) -> bytes:
    """The bytes of the database and its log, with all that is compressed in it unpacked."""
    raw = b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))
    unpacked = []
    for start in (found.start() for found in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", raw)):
        try:
            unpacked.append(zlib.decompressobj().decompress(raw[start : start + 100_000]))
        except zlib.error:
            continue
    return b"\n".join([raw, *unpacked])


def test_no_byte_of_them_is_left(world: World) -> None:
    known_everywhere(world)
    path = world.store.path
    before = everything(path).lower()
    for spelling in (*SPELLINGS, NAME, VEILED):
        assert spelling.lower().encode() in before, f"the test should plant {spelling}"
    person = world.store.whom(ADDRESS)
    assert person is not None
    found = world.store.forget(person, now=NOW)
    assert (found.contacts, found.drafts) == (1, 1)
    after = everything(path).lower()
    for spelling in (*SPELLINGS, "ann.lind", NAME, "lindqvist", VEILED):
        assert spelling.lower().encode() not in after, spelling


def test_that_there_was_a_letter_stays_known_and_it_is_never_undone(world: World) -> None:
    known_everywhere(world)
    person = world.store.whom(ADDRESS)
    assert person is not None
    world.store.forget(person, now=NOW)
    draft = world.draft()
    assert (draft.status, draft.recipient, draft.final_body) == (DraftStatus.SENT, "", "")
    assert world.store.prospects.stage(PAGE) is Stage.DO_NOT_CONTACT
    assert world.store.prospects.contacts("greenlist.example") == ()
    undone = world.decisions.undo(now=NOW)
    assert ADDRESS not in str(undone)
    assert world.draft().recipient == ""


def test_a_domain_takes_everybody_there_along(world: World) -> None:
    known_everywhere(world)
    person = world.store.whom("greenlist.example")
    assert person is not None
    world.store.forget(person, now=NOW)
    assert b"@greenlist.example" not in everything(world.store.path).lower()


def test_others_stay(world: World) -> None:
    known_everywhere(world)
    other = "https://elsewhere.example.org/links"
    world.page(other)
    kept = world.crawl(other)
    person = world.store.whom(ADDRESS)
    assert person is not None
    world.store.forget(person, now=NOW)
    assert world.draft(other) == kept
    assert world.store.pages.html(other) == "<p>Links"


@pytest.mark.parametrize("what", ["", "lind", "not an address@", "http://x y"])
def test_what_is_neither_address_nor_domain_is_nobody(world: World, what: str) -> None:
    assert world.store.whom(what) is None
