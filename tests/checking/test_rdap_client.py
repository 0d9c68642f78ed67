"""A registry on loopback, in good health and in bad: only its own clear word counts, and whatever goes wrong is no word."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from prospector.checking import rdap_client
from prospector.checking.network import Network
from prospector.checking.rdap_client import RdapClient, Registration, read_bootstrap, server_of
from tests.checking.conftest import MakeNetwork
from tests.misbehaving_site import MisbehavingSite

RDAP = {"Content-Type": "application/rdap+json"}
Serve = Callable[..., None]


class Registry:
    """A misbehaving site that keeps .test and .co.test."""

    def __init__(self, site: MisbehavingSite, network: Network) -> None:
        self.site = site
        services = {"services": [[["com"], ["http://elsewhere.test/"]], [["test"], [site.url("/rdap")]], [["co.test"], [site.url("/co/")]]]}
        bootstrap = site.serves("/dns.json", body=json.dumps(services), headers={"Content-Type": "application/json"})
        self.client = RdapClient(network, bootstrap, timeout=0.3, delay=0)

    def says(self, domain: str, status: int = 200, body: object = b"", **headers: str) -> None:
        text = body if isinstance(body, bytes | str) else json.dumps(body)
        self.site.serves(f"/rdap/domain/{domain}", status=status, body=text, headers={**RDAP, **headers})

    def asked(self, domain: str) -> int:
        return len(self.site.hits(f"/rdap/domain/{domain}"))


@pytest.fixture
async def registry(site: MisbehavingSite, network: Network) -> Registry:
    return Registry(site, network)


def record(domain: str, *events: tuple[str, str]) -> dict[str, object]:
    return {
        "objectClassName": "domain",
        "ldhName": domain.upper(),
        "events": [{"eventAction": action, "eventDate": date} for action, date in events],
    }


async def test_a_name_that_the_registry_does_not_know(registry: Registry) -> None:
    registry.says("gone.test", 404)
    said = await registry.client.ask("gone.test")
    assert said == Registration(domain="gone.test", registry="127.0.0.1", exists=False)


async def test_a_name_that_it_knows_and_since_when(registry: Registry) -> None:
    dates = [("registration", "2004-02-03T10:00:00Z"), ("reregistration", "2025-11-30T00:00:00Z"), ("expiration", "2031-01-01T00:00:00Z")]
    registry.says("taken.test", body=record("taken.test", *dates))
    said = await registry.client.ask("taken.test")
    assert said is not None
    assert (said.exists, said.registered_at) == (True, datetime(2025, 11, 30, tzinfo=UTC))


async def test_a_record_without_a_readable_date_says_that_it_exists(registry: Registry) -> None:
    registry.says("old.test", body={**record("old.test", ("registration", "long ago")), "notices": [1]})
    said = await registry.client.ask("old.test")
    assert said is not None
    assert (said.exists, said.registered_at) == (True, None)


async def test_a_domain_is_asked_for_once_however_many_want_to_know(registry: Registry) -> None:
    registry.says("gone.test", 404)
    said = await asyncio.gather(*(registry.client.ask("gone.test") for _ in range(5)))
    assert len(set(said)) == 1
    assert registry.asked("gone.test") == 1
    assert len(registry.site.hits("/dns.json")) == 1


async def test_the_longest_suffix_decides_who_is_asked(registry: Registry) -> None:
    registry.site.serves("/co/domain/gone.co.test", status=404)
    said = await registry.client.ask("gone.co.test")
    assert said is not None
    assert not said.exists
    assert server_of("co.test", {"test": "https://one.test/", "co.test": "https://two.test/"}) == "https://one.test/"


FAULTS = {
    "it asks for a pause": (429, b"", {"Retry-After": "600"}),
    "it is in trouble": (503, b"", {}),
    "a gateway's web page that says 404": (404, b"<html><title>404 Not Found</title></html>", {"Content-Type": "text/html"}),
    "a web page in place of a record": (200, b"<html>Who is it?</html>", {"Content-Type": "text/html"}),
    "a record of another name": (200, json.dumps({"ldhName": "other.test"}), {}),
    "no JSON": (200, b"{", {}),
    "a list": (200, b"[]", {}),
    "a bottomless record": (200, b"[" * 100_000, {}),
    "it turns us away": (403, b"", {}),
    "it needs a log-in": (401, b"", {}),
}


@pytest.mark.parametrize(("status", "body", "headers"), FAULTS.values(), ids=FAULTS.keys())
async def test_what_is_no_clear_word_is_none(registry: Registry, status: int, body: bytes, headers: dict[str, str]) -> None:
    registry.says("lake.test", status, body, **headers)
    assert await registry.client.ask("lake.test") is None
    assert registry.asked("lake.test") == 1


async def test_a_redirect_is_followed_but_a_404_behind_it_is_not_the_registrys(registry: Registry, site: MisbehavingSite) -> None:
    moved = site.url("/rdap2/domain/moved.test").replace("127.0.0.1", "localhost")
    site.serves("/rdap2/domain/moved.test", status=404, host="localhost")
    registry.says("moved.test", 302, Location=moved)
    assert await registry.client.ask("moved.test") is None
    site.serves("/rdap2/domain/here.test", body=json.dumps(record("here.test")), headers=RDAP)
    registry.says("here.test", 302, Location=site.url("/rdap2/domain/here.test"))
    said = await registry.client.ask("here.test")
    assert said is not None
    assert said.exists


async def test_a_slow_registry_is_given_up(registry: Registry) -> None:
    registry.site.serves("/rdap/domain/slow.test", status=404, delay=5)
    async with asyncio.timeout(2):
        assert await registry.client.ask("slow.test") is None


async def test_a_registry_that_keeps_failing_is_left_alone(registry: Registry) -> None:
    for number in range(6):
        registry.says(f"lake{number}.test", 503)
        assert await registry.client.ask(f"lake{number}.test") is None
    assert sum(registry.asked(f"lake{number}.test") for number in range(6)) == 3


@pytest.mark.parametrize("path", ["/no-such-list", "/garbage", "/stall", "/ok"])
async def test_without_a_list_of_registries_nobody_is_asked(make_network: MakeNetwork, site: MisbehavingSite, path: str) -> None:
    client = RdapClient(make_network(), site.url(path), timeout=0.3, delay=0)
    assert await client.ask("gone.test") is None
    assert await client.ask("lost.test") is None
    assert len(site.hits()) == 1
    await client.close()


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b'{"services": 3}', b'{"services": [[]]}', b'{"services": [[["a"], ["ftp://x/"]], [[1], [2]], "x"]}', b"[" * 99_999],
)
def test_a_broken_list_is_an_empty_one(body: bytes) -> None:
    assert read_bootstrap(body) == {}


def test_of_two_ways_to_a_registry_the_encrypted_one_is_taken() -> None:
    body = json.dumps({"services": [[["Example", "test."], ["http://plain.test", "https://safe.test"]]]}).encode()
    assert read_bootstrap(body) == {"example": "https://safe.test/", "test": "https://safe.test/"}


async def test_only_so_many_answers_are_remembered(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdap_client, "REMEMBERED", 2)
    names = [f"name{n}.test" for n in range(3)]
    for name in [*names, names[2], names[0]]:
        registry.says(name, status=404)
        assert await registry.client.ask(name) is not None
    assert [registry.asked(name) for name in names] == [2, 1, 1]
