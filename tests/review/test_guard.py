"""Who may talk to the desk, and what each answer forbids."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from prospector.items import DraftStatus
from prospector.review.guard import PAGE_POLICY, SNAPSHOT_POLICY, TOKEN_HEADER
from prospector.review.serving import Desk


def status(desk: Desk) -> DraftStatus:
    draft = desk.store.drafts.get(1)
    assert draft is not None
    return draft.status


@pytest.mark.parametrize("path", ["/", "/drafts/1", "/dashboard", "/static/desk.js", "/nowhere", "/drafts/99"])
async def test_every_answer_is_forbidden_all_that_the_desk_does_not_need(client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(path) as answer:
        assert answer.headers["Content-Security-Policy"] == PAGE_POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "host", ["evil.test", "127.0.0.1", "localhost", "127.0.0.1:1", "127.0.0.1.evil.test:{port}", "LOCALHOST:{port}", ""]
)
async def test_any_other_name_is_told_that_this_is_not_its_desk(client: aiohttp.ClientSession, origin: str, host: str) -> None:
    name = host.format(port=origin.rpartition(":")[2])
    async with client.get("/", headers={"Host": name}) as answer:
        assert answer.status == 421
        assert "Herb" not in await answer.text()


async def test_two_hosts_are_none(origin: str) -> None:
    port = int(origin.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nHost: evil.test\r\nConnection: close\r\n\r\n".encode())
    assert (await reader.read()).split()[1] in {b"421", b"400"}
    writer.close()


async def test_localhost_is_this_desk_too(client: aiohttp.ClientSession, origin: str) -> None:
    async with client.get("/", headers={"Host": f"localhost:{origin.rpartition(':')[2]}"}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {TOKEN_HEADER: "guess"},
        {TOKEN_HEADER: ""},
        {TOKEN_HEADER: "gü€ß"},
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/drafts/1/reject", "/drafts/1/preview", "/targets/1/alive", "/bulk", "/undo"])
async def test_a_change_from_elsewhere_is_refused(desk: Desk, client: aiohttp.ClientSession, path: str, wrong: dict[str, str]) -> None:
    async with client.post(path, json={"deed": "reject", "ids": [1]}, headers=wrong) as answer:
        assert answer.status == 403
        assert "did not come from the desk" in (await answer.json())["reason"]
    assert status(desk) is DraftStatus.READY


async def test_a_change_from_our_own_page_is_made(desk: Desk, client: aiohttp.ClientSession) -> None:
    async with client.post("/drafts/1/reject", json={}) as answer:
        assert answer.status == 200
    assert status(desk) is DraftStatus.REJECTED


async def test_an_old_browser_that_tells_no_site_needs_origin_and_token_all_the_same(desk: Desk, origin: str) -> None:
    async with aiohttp.ClientSession(origin) as session:
        async with session.post("/drafts/1/reject", headers={TOKEN_HEADER: desk.guard.token}) as answer:
            assert answer.status == 403
        async with session.post("/drafts/1/reject", headers={TOKEN_HEADER: desk.guard.token, "Origin": origin}) as answer:
            assert answer.status == 200


async def test_a_saved_page_is_served_to_our_frame_only(client: aiohttp.ClientSession) -> None:
    for dest, site, expected in [
        ("iframe", "same-origin", 200),
        ("document", "same-origin", 403),
        ("document", "none", 403),
        ("iframe", "cross-site", 403),
        ("", "same-origin", 403),
        ("object", "same-origin", 403),
    ]:
        async with client.get("/drafts/1/page?link=1", headers={"Sec-Fetch-Dest": dest, "Sec-Fetch-Site": site}) as answer:
            assert answer.status == expected, (dest, site)
            assert answer.headers["Content-Security-Policy"] == (SNAPSHOT_POLICY if expected == 200 else PAGE_POLICY)


async def test_the_desk_listens_on_this_machine_only(origin: str) -> None:
    assert origin.startswith("http://127.0.0.1:")
    port = int(origin.rpartition(":")[2])
    with pytest.raises(OSError):  # noqa: PT011  # refused, by whatever name the system has for it
        await asyncio.open_connection("127.0.0.2", port)


async def test_static_files_do_not_lead_out_of_their_folder(client: aiohttp.ClientSession) -> None:
    for path in ("/static/../serving.py", "/static/%2e%2e/serving.py", "/static/..%2fserving.py", "/static//etc/passwd"):
        async with client.get(path) as answer:
            assert answer.status in {403, 404}
