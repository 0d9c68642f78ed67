"""A second connection to a host resumes the first one's session, and whatever was verified stays verified."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from prospector.checking import tls
from prospector.checking.failures import Failed
from prospector.checking.network import Network
from tests.checking.conftest import MakeNetwork
from tests.misbehaving_site import MisbehavingSite
from tests.misbehaving_tls import contexts

PRE_SHARED_KEY = 41  # the number of the extension that offers a session, always the last (RFC 8446, 4.2.11)


@dataclass
class Server:
    """Answers once on each connection."""

    port: int = 0
    resumed: list[bool] = field(default_factory=list)  # of each connection

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.resumed.append(writer.get_extra_info("ssl_object").session_reused)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def serving(context: ssl.SSLContext) -> AsyncIterator[Server]:
    server = Server()
    async with await asyncio.start_server(server.answer, "127.0.0.1", 0, ssl=context) as listening:
        server.port = listening.sockets[0].getsockname()[1]
        yield server


@dataclass
class Front:
    """Stands before a server, and turns away who offers a session."""

    port: int = 0
    offered: list[bool] = field(default_factory=list)  # on each connection


@asynccontextmanager
async def in_front_of(server: Server, *, alert: bytes) -> AsyncIterator[Front]:
    front = Front()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await reader.read(16_384)
        front.offered.append(offers_session(hello))
        if front.offered[-1]:
            writer.write(alert)
            if alert:
                await writer.drain()
                writer.close()
            else:
                writer.transport.abort()
            return
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", server.port)
        inner_writer.write(hello)
        await asyncio.gather(copy(reader, inner_writer), copy(inner_reader, writer))

    async with await asyncio.start_server(pass_on, "127.0.0.1", 0) as listening:
        front.port = listening.sockets[0].getsockname()[1]
        yield front


def offers_session(hello: bytes) -> bool:
    """Whether a ClientHello has the extension."""
    at = 9 + 2 + 32  # record and handshake headers, version, random
    at += 1 + hello[at]  # session id
    at += 2 + int.from_bytes(hello[at : at + 2])  # ciphers
    at += 1 + hello[at] + 2  # compression; the length of all extensions
    while at + 4 <= len(hello):
        if int.from_bytes(hello[at : at + 2]) == PRE_SHARED_KEY:
            return True
        at += 4 + int.from_bytes(hello[at + 2 : at + 4])
    return False


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def asked(network: Network, port: int, times: int) -> set[str]:
    """The certificate's faults, as answers note them."""
    return {(await network.get(f"https://localhost:{port}/", limit=10)).certificate for _ in range(times)}


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_second_connection_resumes_the_first_ones_session(
    make_network: MakeNetwork, version: ssl.TLSVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = make_network()
    network._strict.load_verify_locations(cadata=contexts().authority)
    context = contexts().server["good"]
    monkeypatch.setattr(context, "maximum_version", version)
    async with serving(context) as server:
        assert await asked(network, server.port, 3) == {""}
    assert server.resumed == [False, True, True]


async def test_what_is_known_to_be_out_of_order_is_resumed_too_and_still_noted(make_network: MakeNetwork) -> None:
    async with serving(contexts().server["self-signed"]) as server:
        assert await asked(make_network(), server.port, 3) == {"self-signed"}
    assert server.resumed == [False, True, True]


async def test_a_session_with_one_server_proves_nothing_of_another(make_network: MakeNetwork) -> None:
    network = make_network()
    network._strict.load_verify_locations(cadata=contexts().authority)
    async with serving(contexts().server["good"]) as good, serving(contexts().server["wrong-host"]) as other:
        assert await asked(network, good.port, 2) == {""}
        assert await asked(network, other.port, 1) == {"wrong host"}
    assert other.resumed == [False]


@pytest.mark.parametrize("alert", [b"\x15\x03\x03\x00\x02\x02\x50", b""], ids=["an alert", "a reset"])
async def test_a_host_that_drops_who_offers_a_session_is_offered_none_again(make_network: MakeNetwork, alert: bytes) -> None:
    network = make_network()
    network._strict.load_verify_locations(cadata=contexts().authority)
    async with serving(contexts().server["good"]) as server, in_front_of(server, alert=alert) as front:
        for at, fails in enumerate((False, True, False, False, False)):
            if fails:
                with pytest.raises(Failed):
                    await asked(network, front.port, 1)
            else:
                assert await asked(network, front.port, 1) == {""}, f"request {at + 1}"
    assert front.offered == [False, True, False, False, False]


async def test_only_so_many_hosts_are_remembered(make_network: MakeNetwork, site: MisbehavingSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "REMEMBERED", 1)
    network = make_network()
    for host in ("localhost", "127.0.0.1"):
        assert (await network.get(site.tls_url("self-signed", host=host), limit=10)).status == 200
    assert isinstance(network._lenient, tls.ResumingContext)
    assert list(network._lenient._sessions) == ["127.0.0.1"]


def test_strangers_are_trusted_as_python_trusts_them() -> None:
    ours, pythons = tls.strict_context(), ssl.create_default_context()
    assert (ours.verify_mode, ours.check_hostname, ours.verify_flags) == (pythons.verify_mode, pythons.check_hostname, pythons.verify_flags)
    assert (ours.options, ours.minimum_version, ours.cert_store_stats()) == (
        pythons.options,
        pythons.minimum_version,
        pythons.cert_store_stats(),
    )
