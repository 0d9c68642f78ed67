"""The misbehaving site misbehaves as it says, counts what it hears and leaves nothing open."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.misbehaving_site import ADDRESS, BROKEN_TLS, MisbehavingSite
from tests.misbehaving_tls import PROBLEMS
from tests.misbehaviours import ANSWERS, BEHAVIOURS, PAGE, RETRY_SECONDS, ROBOTS

ENOUGH = 300_000


@pytest.fixture
async def site() -> AsyncIterator[MisbehavingSite]:
    async with MisbehavingSite() as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        yield session


async def raw(site: MisbehavingSite, path: str, *, host: str = ADDRESS, method: str = "GET", patience: float = 0.3) -> bytes:
    """What comes over the wire until the server closes, falls silent or has said enough."""
    reader, writer = await asyncio.open_connection(ADDRESS, site.port)
    heard = bytearray()
    try:
        writer.write(f"{method} {path} HTTP/1.1\r\nHost: {host}:{site.port}\r\n\r\n".encode())
        async with asyncio.timeout(patience):
            while len(heard) < ENOUGH and (data := await reader.read(65_536)):
                heard += data
    except TimeoutError:
        heard += b"(silence)"
    except ConnectionResetError:
        heard += b"(reset)"
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)
    return bytes(heard)


@pytest.mark.parametrize("path", sorted(ANSWERS))
async def test_an_answer_made_of_bytes_arrives_byte_for_byte(site: MisbehavingSite, path: str) -> None:
    heard = await raw(site, path, patience=5)
    assert heard == ANSWERS[path] or (len(heard) >= ENOUGH and ANSWERS[path].startswith(heard))


async def test_a_reset_is_a_reset(site: MisbehavingSite) -> None:
    assert await raw(site, "/reset") == b"(reset)"
    assert (await raw(site, "/reset-in-body")).endswith(b"(reset)")


@pytest.mark.parametrize(
    ("path", "before"),
    [
        ("/stall", b""),
        ("/stall-in-headers", b"HTTP/1.1 200 OK\r\nContent-Type: "),
        ("/stall-after-headers", b"\r\n\r\n"),
        ("/stall-in-body", PAGE),
    ],
)
async def test_a_stall_falls_silent_where_it_says(site: MisbehavingSite, path: str, before: bytes) -> None:
    assert (await raw(site, path)).endswith(before + b"(silence)")


async def test_a_drip_never_stops_and_never_gets_anywhere(site: MisbehavingSite) -> None:
    body = (await raw(site, "/drip", patience=0.5)).partition(b"\r\n\r\n")[2]
    assert body.endswith(b"x(silence)")
    assert body.count(b"x") < 20


@pytest.mark.parametrize("path", ["/endless-headers", "/endless-body", "/endless-chunks"])
async def test_the_endless_have_no_end(site: MisbehavingSite, path: str) -> None:
    assert len(await raw(site, path, patience=5)) >= ENOUGH


async def test_bombs_are_small_outside_and_large_inside(site: MisbehavingSite, client: aiohttp.ClientSession) -> None:
    body = ANSWERS["/gzip-bomb"].partition(b"\r\n\r\n")[2]
    assert len(body) < 20_000
    assert len(gzip.decompress(body)) == 10_000_000
    async with client.get(site.url("/endless-gzip-bomb")) as response:
        assert len(await response.content.readexactly(20_000_000)) == 20_000_000


async def test_redirects_lead_where_they_say(site: MisbehavingSite, client: aiohttp.ClientSession) -> None:
    async with client.get(site.url("/hops/10"), max_redirects=11) as response:
        assert (len(response.history), response.status) == (10, 200)
    for endless in ("/loop", "/loop-a", "/hops/11"):
        with pytest.raises(aiohttp.TooManyRedirects):
            await client.get(site.url(endless), max_redirects=10)


async def test_head_lies_both_ways(site: MisbehavingSite, client: aiohttp.ClientSession) -> None:
    said = {}
    for path in ("/head-405", "/head-500", "/head-200"):
        async with client.head(site.url(path)) as head, client.get(site.url(path)) as get:
            said[path] = (head.status, get.status)
    assert said == {"/head-405": (405, 200), "/head-500": (500, 200), "/head-200": (200, 404)}


@pytest.mark.parametrize("status", ["600", "999", "451", "418", "226"])
async def test_any_status_can_be_had(site: MisbehavingSite, status: str) -> None:
    assert (await raw(site, f"/status/{status}")).startswith(f"HTTP/1.1 {status} ".encode())


async def test_a_date_to_come_back_at_lies_in_the_future(site: MisbehavingSite, client: aiohttp.ClientSession) -> None:
    async with client.get(site.url("/429-date")) as response:
        wait = parsedate_to_datetime(response.headers["Retry-After"]) - datetime.now(UTC)
    assert response.status == 429
    assert RETRY_SECONDS - 10 < wait.total_seconds() <= RETRY_SECONDS


async def test_a_cookie_opens_the_cookie_wall(site: MisbehavingSite) -> None:
    jar = aiohttp.CookieJar(unsafe=True)  # "unsafe": keeps cookies of bare addresses
    async with aiohttp.ClientSession(cookie_jar=jar) as client, client.get(site.url("/cookie-wall")) as response:
        assert (response.status, len(response.history)) == (200, 1)


@pytest.mark.parametrize("host", sorted(ROBOTS))
async def test_each_robots_host_has_its_robots_and_the_usual_paths(site: MisbehavingSite, host: str) -> None:
    said = ROBOTS[host]
    heard = await raw(site, "/robots.txt", host=host)
    assert said[:ENOUGH] == heard[:ENOUGH] if isinstance(said, bytes) else heard in {b"(reset)", b"(silence)"}
    assert await raw(site, "/ok", host=host) == ANSWERS["/ok"]
    assert site.hosts[host] == ADDRESS


WRONG = {
    "expired": "certificate has expired",
    "not-yet-valid": "not yet valid",
    "self-signed": "self-signed certificate",
    "wrong-host": "IP address mismatch",
    "untrusted": "unable to get local issuer certificate",
    "incomplete": "unable to get local issuer certificate",
}


@pytest.mark.parametrize("problem", PROBLEMS)
async def test_each_certificate_is_wrong_in_its_own_way(site: MisbehavingSite, client: aiohttp.ClientSession, problem: str) -> None:
    trusting = ssl.create_default_context(cadata=site.authority)
    if problem in WRONG:
        with pytest.raises(aiohttp.ClientConnectorCertificateError, match=WRONG[problem]):
            await client.get(site.tls_url(problem), ssl=trusting)
    async with client.get(site.tls_url(problem), ssl=False if problem in WRONG else trusting) as response:
        assert await response.read() == PAGE
    assert site.hits("/ok")[-1].secure


@pytest.mark.parametrize("problem", BROKEN_TLS)
async def test_some_never_get_as_far_as_a_certificate(site: MisbehavingSite, client: aiohttp.ClientSession, problem: str) -> None:
    with pytest.raises((aiohttp.ClientConnectorError, aiohttp.ClientOSError, TimeoutError)):
        await client.get(site.tls_url(problem), ssl=False, timeout=aiohttp.ClientTimeout(total=0.3))
    assert site.hits() == ()


async def test_a_closed_port_refuses_and_differs_each_time(site: MisbehavingSite) -> None:
    first, second = site.closed_port(), site.closed_port()
    assert first != second
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(ADDRESS, first)


async def test_ipv6_is_served_where_the_machine_has_it(site: MisbehavingSite, client: aiohttp.ClientSession) -> None:
    url = site.ipv6_url("/ok")
    if url is None:
        with pytest.raises(OSError, match=r"."):
            await asyncio.start_server(lambda _reader, _writer: None, "::1", 0)
        return
    async with client.get(url) as response:
        assert await response.read() == PAGE
    with pytest.raises(OSError, match=r"."):  # on ::1 alone
        await asyncio.open_connection(ADDRESS, urlsplit(url).port)


async def test_a_test_can_give_its_own_answers(site: MisbehavingSite, client: aiohttp.ClientSession) -> None:
    url = site.serves("/guide", status=404, body="<h1>Grüße</h1>", headers={"X-Wall": "yes"})
    for _ in range(2):  # twice on one connection
        async with client.get(url) as response:
            assert (response.status, await response.text(), response.headers["X-Wall"]) == (404, "<h1>Grüße</h1>", "yes")
    async with client.head(url) as response:
        assert int(response.headers["Content-Length"]) == len("<h1>Grüße</h1>".encode())
    site.serves("/guide", body="of one host", host="one.test")
    assert b"of one host" in await raw(site, "/guide", host="one.test")
    assert site.hosts["one.test"] == ADDRESS
    assert [hit.method for hit in site.hits("/guide", host=ADDRESS)] == ["GET", "GET", "HEAD"]


async def test_it_measures_politeness(site: MisbehavingSite, client: aiohttp.ClientSession) -> None:
    for _ in range(2):
        async with client.get(site.url("/ok")):
            await asyncio.sleep(0.1)
    (gap,) = site.gaps(host=ADDRESS)
    assert gap >= 0.1
    assert site.most_at_once() == 1
    responses = await asyncio.gather(*(client.get(site.url("/slow")) for _ in range(3)))
    assert site.most_at_once() == 3
    for response in responses:
        response.release()
    assert len(site.hits()) == 5


async def test_it_leaves_no_task_behind_though_clients_stay(client: aiohttp.ClientSession) -> None:
    before = asyncio.all_tasks()
    async with MisbehavingSite() as site:
        waiting = [asyncio.create_task(client.get(site.url(path))) for path in ("/stall", "/stall-in-headers", "/slow")]
        silent = await asyncio.open_connection(ADDRESS, site.port)
        await asyncio.sleep(0.05)
        assert len(site.hits()) == 3
    results = await asyncio.gather(*waiting, return_exceptions=True)
    silent[1].transport.abort()
    await asyncio.sleep(0)
    assert all(isinstance(result, aiohttp.ClientError) for result in results)
    assert asyncio.all_tasks() == before


def test_every_path_is_told_once() -> None:
    assert set(ANSWERS).isdisjoint(BEHAVIOURS)
