"""What the desk's posts do, as our own page sends them."""

from __future__ import annotations

import asyncio
import io
import threading
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from prospector.items import Contact, ContactKind, DraftStatus
from prospector.links.sites import site_of
from prospector.review.serving import Desk
from prospector.store import Store, StoredDraft
from tests.review.desk_world import CLUB, LIBRARY, MINT, NOW, OFFERS, SOIL
from tests.store import builders as make


def draft(desk: Desk, number: int) -> StoredDraft:
    found = desk.store.drafts.get(number)
    assert found is not None
    return found


async def post(client: aiohttp.ClientSession, path: str, **wishes: Any) -> tuple[int, dict[str, Any]]:
    async with client.post(path, json=wishes) as answer:
        return answer.status, await answer.json()


async def test_each_decision_says_what_it_did_and_can_be_taken_back(desk: Desk, client: aiohttp.ClientSession) -> None:
    for deed, status in (("approve", DraftStatus.APPROVED), ("reject", DraftStatus.REJECTED), ("snooze", DraftStatus.SNOOZED)):
        code, told = await post(client, f"/drafts/2/{deed}")
        assert (code, draft(desk, 2).status) == (200, status)
        assert told["said"].endswith(".")
        code, told = await post(client, "/drafts/2/undo", events=told["events"])
        assert (code, draft(desk, 2).status) == (200, DraftStatus.READY), told


async def test_undo_without_a_number_takes_back_the_last_change(desk: Desk, client: aiohttp.ClientSession) -> None:
    await post(client, "/drafts/2/reject")
    await post(client, "/drafts/3/approve")
    await post(client, "/undo")
    assert (draft(desk, 2).status, draft(desk, 3).status) == (DraftStatus.REJECTED, DraftStatus.READY)


async def test_undo_on_a_letter_takes_back_what_was_decided_on_that_letter(desk: Desk, client: aiohttp.ClientSession) -> None:
    await post(client, "/drafts/2/reject")
    await post(client, "/drafts/3/approve")
    code, told = await post(client, "/drafts/2/undo")
    assert (code, told["draft"]) == (200, 2)
    assert (draft(desk, 2).status, draft(desk, 3).status) == (DraftStatus.READY, DraftStatus.APPROVED)
    code, told = await post(client, "/drafts/2/undo")
    assert (code, told["reason"]) == (409, "There is nothing to undo.")


async def test_a_refusal_tells_its_reason(desk: Desk, client: aiohttp.ClientSession) -> None:
    await post(client, "/drafts/2/edit", subject="", body="Buy now [name]")
    code, told = await post(client, "/drafts/2/approve")
    assert code == 409
    assert len(told["reason"]) > 20
    assert draft(desk, 2).status is not DraftStatus.APPROVED


async def test_a_snooze_lasts_as_long_as_asked(desk: Desk, client: aiohttp.ClientSession) -> None:
    await post(client, "/drafts/2/snooze", days=3)
    assert draft(desk, 2).snoozed_until == NOW + timedelta(days=3)


async def test_words_and_offers(desk: Desk, client: aiohttp.ClientSession) -> None:
    await post(client, "/drafts/2/edit", subject="S", body="B\nC")
    assert (draft(desk, 2).final_subject, draft(desk, 2).final_body) == ("S", "B\nC")
    await post(client, "/drafts/2/edit", subject=None, body=None)
    assert not draft(desk, 2).edited
    await post(client, "/drafts/2/offer", target=MINT, page=OFFERS[1])
    assert OFFERS[1] in draft(desk, 2).body
    await post(client, "/drafts/2/offer", target=MINT, page=None)
    assert OFFERS[1] not in draft(desk, 2).body
    code, told = await post(client, "/drafts/2/offer", target=MINT, page="https://elsewhere.example/")
    assert code == 409
    assert "elsewhere.example" in told["reason"]


async def test_the_preview_shows_the_words_as_they_would_go_out_and_changes_nothing(desk: Desk, client: aiohttp.ClientSession) -> None:
    before = draft(desk, 2)
    code, told = await post(client, "/drafts/2/preview", subject="<b>S</b>", body="see http://x.example/?a=1&b=2. {{ page.titel }}")
    assert code == 200
    assert "&lt;b&gt;S&lt;/b&gt;" in told["mail"]
    assert '<span class="url">http://x.example/?a=1&amp;b=2</span>.' in told["mail"]
    assert told["errors"] >= 1
    assert "Must change" in told["lint"]
    assert draft(desk, 2) == before


async def test_many_at_once_say_how_many_and_why_not_the_rest(desk: Desk, client: aiohttp.ClientSession) -> None:
    await post(client, "/drafts/3/edit", subject="", body="")
    code, told = await post(client, "/bulk", deed="approve", ids=[2, 3, 4])
    assert code == 200
    assert told["said"].startswith("2 letters approved. 1 could not be:")
    assert told["refused"] == [3]
    await post(client, "/undo", events=told["events"])
    assert {draft(desk, number).status for number in (2, 4)} == {DraftStatus.READY}


async def test_letters_that_wait_for_a_word_are_asked_about_together(desk: Desk, client: aiohttp.ClientSession) -> None:
    for url in (LIBRARY, CLUB):
        german = Contact(site=site_of(url), kind=ContactKind.EMAIL, value=f"{site_of(url)}@garten.de", source_url=url, found_at=NOW)
        desk.store.prospects.save_contacts(german.site, [german], checked_at=NOW)
        desk.decisions.writer.redraft(url, now=NOW)
    code, told = await post(client, "/bulk", deed="approve", ids=[2, 3, 4])
    assert code == 200
    assert told["said"] == "1 letter approved."
    assert [line.partition(":")[0] for line in told["asks"]] == ["library.test", "club.test"]
    assert all("Germany" in line for line in told["asks"])
    assert told["ask_ids"] == [2, 4]
    assert {number: draft(desk, number).status for number in (2, 3, 4)} == {
        2: DraftStatus.READY,
        3: DraftStatus.APPROVED,
        4: DraftStatus.READY,
    }
    code, more = await post(client, "/bulk", deed="approve", ids=told["ask_ids"], acknowledged=True)
    assert (more["said"], more["asks"]) == ("2 letters approved.", [])
    code, told = await post(client, "/undo", events=[*told["events"], *more["events"]])
    assert code == 200, told
    assert {draft(desk, number).status for number in (2, 3, 4)} == {DraftStatus.READY}


async def test_a_target_is_named_by_a_link_to_it(desk: Desk, client: aiohttp.ClientSession) -> None:
    dossier = desk.store.dossiers.of(2)
    assert dossier is not None
    soil = next(claim for claim in dossier.claims if claim.link.target_url == SOIL)
    code, told = await post(client, f"/targets/{soil.link_id}/alive")
    assert code == 200, told
    verdict = desk.store.evidence.verdict(SOIL)
    assert verdict is not None
    assert not verdict.kind.dead
    assert SOIL not in draft(desk, 2).body
    code, told = await post(client, f"/targets/{soil.link_id}/confirm")
    assert code == 409
    assert (await post(client, "/targets/999/alive"))[0] == 404


@pytest.mark.parametrize(
    ("path", "wishes"),
    [
        ("/drafts/1/dance", {}),
        ("/targets/1/dance", {}),
        ("/drafts/1/contact", {}),
        ("/drafts/1/contact", {"contact": "1; DROP TABLE drafts"}),
        ("/drafts/1/mark", {"outcome": "loved"}),
        ("/drafts/1/snooze", {"days": 10**9}),
        ("/drafts/1/edit", {"subject": ["x"]}),
        ("/bulk", {"deed": "export", "ids": [1]}),
        ("/bulk", {"deed": "reject", "ids": "1"}),
        ("/bulk", {"deed": "reject", "ids": list(range(1000))}),
    ],
    ids=str,
)
async def test_a_post_that_makes_no_sense_is_answered_in_words(
    desk: Desk, client: aiohttp.ClientSession, path: str, wishes: dict[str, Any]
) -> None:
    code, told = await post(client, path, **wishes)
    assert code == 400
    assert told["reason"]
    assert draft(desk, 1).status is DraftStatus.READY


async def test_what_is_no_json_is_answered_in_words(client: aiohttp.ClientSession) -> None:
    for body in (b"{", b"[]", b"\xff"):
        async with client.post("/drafts/1/reject", data=body) as answer:
            assert answer.status == 400
            assert (await answer.json())["reason"]
    async with client.post("/drafts/1/preview", data=io.BytesIO(b'{"body": "' + b"x" * 2_000_000 + b'"}')) as answer:
        assert answer.status == 413


async def test_a_decision_is_quick_and_kept_while_a_crawl_writes(desk: Desk, client: aiohttp.ClientSession) -> None:
    """Over HTTP, as a person presses keys; the writer is a second connection in a thread, as a crawl's process would be."""
    stop = threading.Event()

    def crawl() -> None:
        with Store.open(desk.store.path, create=False) as store:
            number = 0
            while not stop.is_set():
                number += 1
                store.pages.save(make.page(f"https://new{number}.example.org/", links=[make.link(f"https://t{number}.example.com/")]))

    writer = threading.Thread(target=crawl)
    writer.start()
    try:
        for number in range(60):
            code, told = await post(client, "/drafts/2/reject" if number % 2 == 0 else "/undo")
            assert code == 200, told
            await asyncio.sleep(0.005)
    finally:
        stop.set()
        await asyncio.to_thread(writer.join)
    assert draft(desk, 2).status is DraftStatus.READY
    decisions = [event for event in desk.store.drafts.events(2) if event.kind == "rejected"]
    assert len(decisions) == 30
