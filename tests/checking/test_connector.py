"""Connections that wait for another request: few, and those of the hosts asked last."""

from __future__ import annotations

import asyncio
import errno

import pytest

from prospector.checking import connector
from prospector.checking.connector import IDLE_AT_A_HOST, Connector
from prospector.checking.failures import is_ours
from prospector.checking.network import Network
from tests.checking.conftest import MakeNetwork
from tests.misbehaving_site import MisbehavingSite


def pool(network: Network) -> Connector:
    found = network._session.connector
    assert isinstance(found, Connector)
    return found


async def test_connections_are_kept_for_the_hosts_that_were_asked_last(
    site: MisbehavingSite, make_network: MakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connector, "IDLE_HOSTS", 3)
    urls = [site.serves("/", body="x", host=f"h{number}.test") for number in range(6)]
    network = make_network()
    for url in urls:
        await network.get(url, limit=100)
        await network.get(urls[0], limit=100)  # asked again and again: stays
    assert {key.host for key in pool(network)._conns} == {"h0.test", "h4.test", "h5.test"}
    assert pool(network).idle == 3


async def test_a_host_asked_for_many_things_at_once_keeps_few_connections(site: MisbehavingSite, network: Network) -> None:
    urls = [site.serves(f"/{number}", body="x") for number in range(12)]
    await asyncio.gather(*(network.get(url, limit=100) for url in urls))
    assert 1 <= pool(network).idle <= IDLE_AT_A_HOST


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM])
def test_a_machine_without_room_for_another_connection_is_not_the_hosts_failure(number: int) -> None:
    assert is_ours(OSError(number, "no room"), proxied=False)
