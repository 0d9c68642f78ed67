"""Export from the desk: by the rules of `scrapy export outreach`, and nothing that was not seen lately."""

from __future__ import annotations

import base64
import csv
import io
import mailbox
import zipfile
from contextlib import closing
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from prospector.deciding import Done
from prospector.export.mail_merge import PRESETS
from prospector.items import DraftStatus
from prospector.review.serving import Desk
from tests.review.desk_world import MINT, NOW, seen_lately
from tests.store import builders as make


@pytest.fixture
def approved(desk: Desk) -> Desk:
    """Two approved letters whose links failed an hour ago."""
    seen_lately(desk.store)
    for number in (2, 3):
        assert isinstance(desk.decisions.approve(number, now=NOW), Done)
    return desk


async def post(client: aiohttp.ClientSession, path: str, **wishes: object) -> tuple[int, dict[str, Any]]:
    async with client.post(path, json=wishes) as answer:
        return answer.status, await answer.json()


async def page(client: aiohttp.ClientSession) -> str:
    async with client.get("/export") as answer:
        assert answer.status == 200
        return await answer.text()


def statuses(desk: Desk) -> dict[int, DraftStatus]:
    return {draft.id: draft.status for draft in desk.store.drafts.list() if draft.id in {2, 3}}


BOTH_OUT = {2: DraftStatus.EXPORTED, 3: DraftStatus.EXPORTED}
BOTH_APPROVED = {2: DraftStatus.APPROVED, 3: DraftStatus.APPROVED}


async def test_the_page_shows_what_may_go_out_and_changes_nothing(approved: Desk, client: aiohttp.ClientSession) -> None:
    shown = await page(client)
    assert "2 letters may go out now" in shown
    assert "editor@library.test" in shown
    assert statuses(approved) == BOTH_APPROVED


async def test_letters_come_as_mails_in_a_zip_and_are_marked(approved: Desk, client: aiohttp.ClientSession) -> None:
    code, told = await post(client, "/export", form="eml")
    assert code == 200, told
    assert (told["name"], told["kind"]) == (f"demo-letters-{NOW:%Y-%m-%d}.zip", "application/zip")
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(told["content"]))) as packed:
        mails = [message_from_bytes(packed.read(name), policy=policy.default) for name in packed.namelist()]
        assert packed.namelist() == ["0002-library.test.eml", "0003-school.test.eml"]
    assert [mail["To"].addresses[0].addr_spec for mail in mails] == ["editor@library.test", "editor@school.test"]
    assert all(MINT in mail.get_content() for mail in mails)
    assert told["ids"] == [2, 3]
    assert statuses(approved) == BOTH_OUT
    code, again = await post(client, "/export", form="eml")
    assert code == 409
    assert "No letter may go out now" in again["reason"]
    code, undone = await post(client, "/undo", events=told["events"])
    assert undone["said"].startswith("Undone: 2 letters are as they were. Delete the file")
    assert statuses(approved) == BOTH_APPROVED


async def test_letters_come_as_a_mailbox(approved: Desk, client: aiohttp.ClientSession, tmp_path: Path) -> None:
    _, told = await post(client, "/export", form="mbox")
    path = tmp_path / told["name"]
    path.write_bytes(base64.b64decode(told["content"]))
    with closing(mailbox.mbox(path)) as box:
        assert len(box) == 2


@pytest.mark.parametrize("preset", [None, *PRESETS])
async def test_letters_come_as_a_table_of_any_tool(approved: Desk, client: aiohttp.ClientSession, preset: str | None) -> None:
    _, told = await post(client, "/export", form="csv", preset=preset)
    content = base64.b64decode(told["content"])
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == 2
    assert preset is None or tuple(rows[0]) == tuple(PRESETS[preset].columns)
    assert statuses(approved) == BOTH_OUT


async def test_what_nobody_saw_lately_never_leaves_and_the_page_says_what_looks(desk: Desk, client: aiohttp.ClientSession) -> None:
    assert isinstance(desk.decisions.approve(2, now=NOW), Done)
    shown = await page(client)
    assert "No letter may go out now" in shown
    assert "1 letter needs a new look first" in shown
    assert "scrapy export outreach -o letters/" in shown
    code, told = await post(client, "/export", form="csv")
    assert code == 409
    assert "1 letter first needs a new look at its links" in told["reason"]
    draft = desk.store.drafts.get(2)
    assert draft is not None
    assert draft.status is DraftStatus.APPROVED
    code, told = await post(client, "/export/look")
    assert "Run: scrapy crawl recheck" in told["said"]
    verdict = desk.store.evidence.verdict(MINT)
    assert verdict is not None
    assert verdict.next_check_at == NOW


async def test_a_letter_whose_link_works_again_is_withdrawn_and_not_in_the_file(approved: Desk, client: aiohttp.ClientSession) -> None:
    approved.store.evidence.save_verdict(MINT, make.alive(), now=NOW)
    before = statuses(approved)
    await page(client)
    assert statuses(approved) == before  # a look at the page is no decision
    code, told = await post(client, "/export", form="csv")
    assert code == 409, told
    assert "a link in it works again" in told["reason"]
    assert all(MINT not in draft.body for draft in approved.store.drafts.list() if draft.exportable)


async def test_the_days_limit_holds(desk: Desk, client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch) -> None:
    seen_lately(desk.store)
    for number in (2, 3):
        assert isinstance(desk.decisions.approve(number, now=NOW), Done)
    monkeypatch.setattr(type(desk.decisions), "out_today", lambda self, now: desk.campaign.export.per_day - 1)
    assert "over the limit for one day" in await page(client)
    _, told = await post(client, "/export", form="csv")
    assert told["ids"] == [2]


async def test_a_long_backlog_is_counted_and_not_all_read(
    approved: Desk, client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prospector.review.export_page.MOST_LOOKED_AT", 1)
    shown = await page(client)
    assert "1 letter may go out now" in shown
    assert "1 more approved letter" in shown


async def test_a_file_that_fails_takes_the_marks_back(
    approved: Desk, client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bytes:
        raise OSError("full")

    monkeypatch.setattr("prospector.export.handover._zipped", fail)
    code, told = await post(client, "/export", form="eml")
    assert code == 500
    assert "Nothing was changed" in told["reason"]
    assert statuses(approved) == BOTH_APPROVED


@pytest.mark.parametrize(
    "wishes", [{}, {"form": "exe"}, {"form": "eml", "preset": "instantly"}, {"form": "csv", "preset": "../x"}, {"form": ["eml"]}]
)
async def test_only_the_forms_that_there_are(approved: Desk, client: aiohttp.ClientSession, wishes: dict[str, Any]) -> None:
    assert (await post(client, "/export", **wishes))[0] == 400
    assert statuses(approved) == BOTH_APPROVED


async def test_nobody_elses_page_gets_a_letter(approved: Desk, origin: str) -> None:
    async with (
        aiohttp.ClientSession(origin) as stranger,
        stranger.post("/export", json={"form": "eml"}, headers={"Origin": "http://evil.test"}) as answer,
    ):
        assert answer.status == 403
    assert statuses(approved) == BOTH_APPROVED


async def test_exported_letters_are_marked_as_sent_together(approved: Desk, client: aiohttp.ClientSession) -> None:
    _, told = await post(client, "/export", form="mbox")
    code, marked = await post(client, "/bulk", deed="mark", ids=told["ids"], outcome="sent")
    assert (code, marked["said"]) == (200, "2 letters marked.")
    assert statuses(approved) == {2: DraftStatus.SENT, 3: DraftStatus.SENT}
    assert timedelta(0) == NOW - approved.store.drafts.list(DraftStatus.SENT)[0].sent_at  # type: ignore[operator]
