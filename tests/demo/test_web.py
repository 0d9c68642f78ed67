"""The demo's web is what `truth.toml` says it is, starts at once and leaves nothing behind."""

from __future__ import annotations

import asyncio
import urllib.robotparser
from collections.abc import Callable, Coroutine
from urllib.parse import urljoin, urlsplit

import aiohttp
import pytest

from prospector.demo.truth import load_truth
from prospector.demo.web import CLOSED_PORT, DemoWeb
from prospector.items import VerdictKind

TRUTH = load_truth()
WALLS = (b"_cf_chl_opt", b'type="password"')
LEXICON = (b"casino", b"payday")
Browse = Callable[[DemoWeb], aiohttp.ClientSession]
SHORT = aiohttp.ClientTimeout(total=0.4)


async def get(session: aiohttp.ClientSession, url: str) -> tuple[int, bytes, str]:
    async with session.get(url) as answer:
        return answer.status, await answer.read(), str(answer.url)


async def is_alive(session: aiohttp.ClientSession, url: str) -> None:
    status, body, _ = await get(session, url)
    assert status == 200
    assert body
    assert not any(wall in body for wall in WALLS)


async def is_gone(session: aiohttp.ClientSession, url: str) -> None:
    status, body, _ = await get(session, url)
    assert status in {404, 410}
    assert not any(wall in body for wall in WALLS)


async def is_refused(session: aiohttp.ClientSession, url: str) -> None:
    with pytest.raises((aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)):
        await get(session, url)


async def is_parked(session: aiohttp.ClientSession, url: str) -> None:
    answers = [await get(session, urljoin(url, path)) for path in ("", "/", "/q8x2.html")]
    assert {(status, body) for status, body, _ in answers} == {(200, answers[0][1])}
    assert b"domain" in answers[0][1]


async def is_soft404(session: aiohttp.ClientSession, url: str) -> None:
    page, sibling, root = [await get(session, urljoin(url, path)) for path in ("", "q8x2.html", "/")]
    assert (page[0], sibling[0], root[0]) == (200, 200, 200)
    assert page[1] == sibling[1] != root[1]


async def is_redirected(session: aiohttp.ClientSession, url: str) -> None:
    page, sibling = [await get(session, urljoin(url, path)) for path in ("", "q8x2.html")]
    assert page[0] == 200
    assert page[2] == sibling[2] != url
    assert not [word for word in (b"clay", b"manure", b"mould") if word in page[1].lower()]


async def is_hijacked(session: aiohttp.ClientSession, url: str) -> None:
    status, body, _ = await get(session, url)
    assert status == 200
    assert any(word in body.lower() for word in LEXICON)


async def is_blocked(session: aiohttp.ClientSession, url: str) -> None:
    status, body, _ = await get(session, url)
    assert status in {401, 429, 451, 999} or any(wall in body for wall in WALLS)


async def is_transient(session: aiohttp.ClientSession, url: str) -> None:
    try:
        async with session.get(url, timeout=SHORT) as answer:
            await answer.read()
            assert answer.status == 503
    except (TimeoutError, aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError, aiohttp.ClientResponseError) as error:
        assert not isinstance(error, aiohttp.TooManyRedirects)  # noqa: PT017  it is one of the ways to be transient, and not this one


async def is_unknown(session: aiohttp.ClientSession, url: str) -> None:
    _, robots, _ = await get(session, urljoin(url, "/robots.txt"))
    rules = urllib.robotparser.RobotFileParser()
    rules.parse(robots.decode().splitlines())
    if not rules.can_fetch("prospector", url):
        return
    try:
        answers = [(await get(session, urljoin(url, path)))[1] for path in ("", "/", "q8x2")]
    except aiohttp.TooManyRedirects:
        return
    assert len(set(answers)) == 1
    assert b"JavaScript" in answers[0]


LOOKS: dict[VerdictKind, Callable[[aiohttp.ClientSession, str], Coroutine[None, None, None]]] = {
    VerdictKind.ALIVE: is_alive,
    VerdictKind.GONE: is_gone,
    VerdictKind.REFUSED: is_refused,
    VerdictKind.PARKED: is_parked,
    VerdictKind.SOFT404: is_soft404,
    VerdictKind.REDIRECTED: is_redirected,
    VerdictKind.HIJACKED: is_hijacked,
    VerdictKind.BLOCKED: is_blocked,
    VerdictKind.TRANSIENT: is_transient,
    VerdictKind.UNKNOWN: is_unknown,
}


@pytest.mark.parametrize("turn", [0, 1, 2])
async def test_every_target_answers_as_the_truth_says(browse: Browse, turn: int) -> None:
    async with DemoWeb(round=turn) as web, browse(web) as session:
        looks = []
        for pattern in TRUTH.kinds:
            url, kind = pattern.replace("*", "some-page"), TRUTH.kind(pattern, turn=turn)
            if kind is VerdictKind.DNS:
                assert urlsplit(url).hostname not in web.hosts
            else:
                assert urlsplit(url).hostname in web.hosts, url
                looks.append((url, kind, LOOKS[kind](session, url)))
        outcomes = await asyncio.gather(*(look for _, _, look in looks), return_exceptions=True)
    wrong = [(url, kind, repr(outcome)) for (url, kind, _), outcome in zip(looks, outcomes, strict=True) if outcome is not None]
    assert wrong == []


async def test_a_moved_page_is_where_the_truth_says(browse: Browse) -> None:
    async with DemoWeb() as web, browse(web) as session:
        for old, new in TRUTH.moved.items():
            status, _, final = await get(session, old)
            assert (status, final) in {(200, new), (404, old)}
            assert (await get(session, new))[0] == 200


async def test_the_same_site_answers_over_https(browse: Browse) -> None:
    async with DemoWeb() as web, browse(web) as session:
        plain = await get(session, "http://herb-society.test/links.html")
        secure = await get(session, "https://herb-society.test/links.html")
    assert plain[:2] == secure[:2]


async def test_pages_in_old_encodings_arrive_in_them(browse: Browse) -> None:
    expected = {
        "http://grannysgarden.test/links.html": ("windows-1252", "don’t", None),
        "http://jardin-potager.test/liens.html": ("iso-8859-1", "été", "iso-8859-1"),
        "http://hatake-links.test/links.html": ("shift_jis", "リンク集", None),
        "http://kraeutergarten.test/links.html": ("utf-8", "Kräuter", "utf-8"),
    }
    async with DemoWeb() as web, browse(web) as session:
        for url, (charset, words, declared) in expected.items():
            async with session.get(url) as answer:
                assert answer.charset == declared
                assert words.encode(charset) in await answer.read()


async def test_a_page_that_has_not_changed_is_not_sent_twice(browse: Browse) -> None:
    async with DemoWeb() as web, browse(web) as session:
        url = "http://herb-society.test/links.html"
        async with session.get(url) as first:
            etag = first.headers["ETag"]
        async with session.get(url, headers={"If-None-Match": etag}) as second:
            assert (second.status, await second.read()) == (304, b"")


async def test_head_and_other_methods_keep_to_http(browse: Browse) -> None:
    async with DemoWeb() as web, browse(web) as session:
        async with session.head("http://herb-society.test/") as answer:
            assert answer.status == 200
            assert int(answer.headers["Content-Length"]) > 0
        async with session.post("http://herb-society.test/", data=b"x") as answer:
            assert answer.status == 405


async def test_an_unknown_name_gets_no_site() -> None:
    async with DemoWeb() as web:
        reader, writer = await asyncio.open_connection("127.0.0.1", web.ports[80])
        writer.write(b"GET / HTTP/1.1\r\nHost: elsewhere.test\r\n\r\n")
        assert b" 421 " in await reader.readline()
        writer.close()
        await writer.wait_closed()


async def test_the_sitemap_names_every_guide(browse: Browse) -> None:
    async with DemoWeb() as web, browse(web) as session:
        _, robots, _ = await get(session, "http://thymeandtilth.test/robots.txt")
        assert b"Sitemap: http://thymeandtilth.test/sitemap.xml" in robots
        _, sitemap, _ = await get(session, "http://thymeandtilth.test/sitemap.xml")
        offered = {page for offer in TRUTH.offers for page in offer.pages}
        assert [page for page in offered if f"<loc>{page}</loc>".encode() not in sitemap] == []


async def test_it_stops_with_connections_open_in_every_state() -> None:
    before = asyncio.all_tasks()
    async with DemoWeb() as web:
        conversations = []
        for host in ("herb-society.test", "tortoise-garden.test", "gasping-pond.test", "wild-edges.test"):
            reader, writer = await asyncio.open_connection("127.0.0.1", web.ports[80])
            writer.write(f"GET /x HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            conversations.append((reader, writer))
        conversations.append(await asyncio.open_connection("127.0.0.1", web.ports[80]))  # says nothing
        await asyncio.sleep(0.05)
    for _, writer in conversations:
        writer.transport.abort()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


async def test_the_closed_port_refuses() -> None:
    async with DemoWeb() as web:
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", web.ports[CLOSED_PORT])
