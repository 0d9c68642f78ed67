"""A second connection to a host resumes the first one's session, and whatever was verified stays verified."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from prospector.checking import tls
from prospector.checking.network import Network
from tests.checking.conftest import MakeNetwork
from tests.misbehaving_site import MisbehavingSite
from tests.misbehaving_tls import contexts


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
