"""A misbehaving site, and a network that may talk to it."""

import random
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from prospector.checking.dns import Dns, NameServers
from prospector.checking.network import Network, NetworkSettings
from prospector.checking.observe import Observer
from tests.misbehaving_site import MisbehavingSite

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
SETTINGS = NetworkSettings(
    user_agent="Prospector/test (+https://example.org/)", delay=0, per_host=4, timeout=0.6, guard=False, obey_robots=False
)

MakeNetwork = Callable[..., Network]


@pytest.fixture(autouse=True)
def no_live_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test asks a name server that isn't its own."""
    look_up = socket.getaddrinfo

    def local_only(host: str | None, *arguments: Any, **settings: Any) -> Any:
        if host not in {None, "localhost", "127.0.0.1", "::1"}:
            raise socket.gaierror(socket.EAI_NONAME, "no live network in tests")
        return look_up(host, *arguments, **settings)

    monkeypatch.setattr(socket, "getaddrinfo", local_only)
    monkeypatch.setattr("prospector.checking.network.make_dns", lambda *_: Dns(NameServers("nobody", []), None))


@pytest.fixture
async def site() -> AsyncIterator[MisbehavingSite]:
    async with MisbehavingSite() as running:
        yield running


@pytest.fixture
async def make_network(site: MisbehavingSite) -> AsyncIterator[MakeNetwork]:
    made: list[Network] = []

    def make(**settings: object) -> Network:
        hosts = {name: (address,) for name, address in site.hosts.items()}
        network = Network(replace(SETTINGS, **{"hosts": hosts, **settings}))  # type: ignore[arg-type]
        made.append(network)
        return network

    yield make
    for network in made:
        await network.close()


@pytest.fixture
async def network(make_network: MakeNetwork) -> Network:
    return make_network()


MakeObserver = Callable[[Network], Observer]


@pytest.fixture
async def make_observer() -> MakeObserver:
    return lambda network: Observer(network, run_id="run", now=lambda: NOW, rng=random.Random(7))


@pytest.fixture
async def observer(network: Network, make_observer: MakeObserver) -> Observer:
    return make_observer(network)
