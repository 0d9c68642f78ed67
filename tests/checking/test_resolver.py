"""Names to addresses: hosts file, guard, and why a name fails."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from prospector.checking import resolver as our_resolver
from prospector.checking.addresses import AddressRefusedError
from prospector.checking.dns import make_dns
from prospector.checking.resolver import DnsFailedError, NoHostError, NoRouteError, Resolver, read_hosts
from prospector.verdicts.evidence import DOMAIN_GONE, ONE_RESOLVER
from tests.dns_server import DnsServer, Fault


def resolver(
    *,
    hosts: dict[str, tuple[str, ...]] | None = None,
    hosts_only: bool = False,
    ports: dict[int, int] | None = None,
    guard: bool = False,
    servers: tuple[DnsServer, DnsServer] | None = None,
) -> Resolver:
    dns = make_dns([servers[0].where], servers[1].where, timeout=0.1) if servers else None
    return Resolver(hosts=hosts or {}, hosts_only=hosts_only, ports=ports or {}, guard=guard, dns=dns)


class System:
    """The system's getaddrinfo, as tests want it: name → addresses, or the error code it fails with."""

    def __init__(self) -> None:
        self.names: dict[str, tuple[str, ...] | int] = {}
        self.asked: list[str] = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    def getaddrinfo(self, host: str, port: object, **_: object) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        assert self.may_answer.wait(5)
        found = self.names.get(host, socket.EAI_NONAME)
        if isinstance(found, int):
            raise socket.gaierror(found, "as the system says it")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    fake = System()
    monkeypatch.setattr(socket, "getaddrinfo", fake.getaddrinfo)
    return fake


@pytest.fixture
async def servers() -> AsyncIterator[tuple[DnsServer, DnsServer]]:
    async with DnsServer({}) as first, DnsServer({}) as second:
        yield first, second


async def why(asked: Resolver, name: str, error: type[OSError]) -> str:
    """The words with which the name fails."""
    with pytest.raises(error) as caught:
        await asked.resolve(name, 80)
    return str(caught.value)


# -- the hosts file -----------------------------------------------------------------------------------------------------------


def test_a_hosts_file_is_read_as_the_system_reads_its_own(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text("# ours\n127.0.0.1  Library.test www.library.test  # both\n\n::1 library.test\n")
    assert read_hosts(path) == {"library.test": ("127.0.0.1", "::1"), "www.library.test": ("127.0.0.1",)}


@pytest.mark.parametrize(
    ("text", "says"), [("library.test 127.0.0.1\n", ":1  'library.test' is not an IP address"), ("\n127.0.0.1\n", ":2  no name")]
)
def test_a_bad_line_is_named_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "hosts"
    path.write_text(text)
    with pytest.raises(ValueError, match=says):
        read_hosts(path)


async def test_names_in_the_hosts_file_go_to_its_addresses_and_ports() -> None:
    found = await resolver(hosts={"Library.test": ("127.0.0.1", "::1")}, ports={80: 8123}).resolve("library.TEST.", 80)
    assert [(one["host"], one["port"], one["family"]) for one in found] == [
        ("127.0.0.1", 8123, socket.AF_INET),
        ("::1", 8123, socket.AF_INET6),
    ]


async def test_only_the_family_that_is_wanted_is_given() -> None:
    found = await resolver(hosts={"library.test": ("127.0.0.1", "::1")}).resolve("library.test", 80, socket.AF_INET)
    assert [one["host"] for one in found] == ["127.0.0.1"]


async def test_names_that_the_hosts_file_decides_cost_no_query(servers: tuple[DnsServer, DnsServer], system: System) -> None:
    with_file = resolver(hosts={"library.test": ("127.0.0.1",)}, servers=servers)
    await with_file.resolve("library.test", 80)
    assert with_file.decides("Library.test.")
    assert not with_file.decides("other.test")
    with_file.hosts_only = True
    assert with_file.decides("other.test")
    said = await why(with_file, "other.test", NoHostError)
    assert ONE_RESOLVER not in said
    assert not system.asked + servers[0].queries + servers[1].queries


async def test_with_hosts_only_a_missing_host_is_told_from_a_missing_domain() -> None:
    asked = resolver(hosts={"www.library.test": ("127.0.0.1",)}, hosts_only=True)
    assert DOMAIN_GONE not in await why(asked, "old.library.test", NoHostError)
    assert DOMAIN_GONE in await why(asked, "www.gone.test", NoHostError)
    asked.pretend({"www.gone.test": ("127.0.0.1",)}, {80: 8080})
    assert DOMAIN_GONE not in await why(asked, "old.gone.test", NoHostError)
    assert (await asked.resolve("www.gone.test", 80))[0]["port"] == 8080


def test_an_ip_address_in_a_url_obeys_the_hosts_file_too() -> None:
    mapped = resolver(hosts={"192.0.2.7": ("127.0.0.1",)}, hosts_only=True).literal("192.0.2.7", 80)
    assert mapped is not None
    assert [one["host"] for one in mapped] == ["127.0.0.1"]
    with pytest.raises(AddressRefusedError, match="nothing else may be reached"):
        resolver(hosts_only=True).literal("192.0.2.7", 80)
    assert resolver().literal("192.0.2.7", 80) is None
    assert resolver(hosts_only=True).literal("library.test", 80) is None


# -- which addresses may be used ------------------------------------------------------------------------------------------------


async def test_the_guard_leaves_out_refused_addresses_and_fails_when_none_is_left() -> None:
    hosts = {"mixed.test": ("10.0.0.1", "93.184.215.14"), "inside.test": ("169.254.169.254",)}
    guarded = resolver(hosts=hosts, guard=True)
    assert [one["host"] for one in await guarded.resolve("mixed.test", 80)] == ["93.184.215.14"]
    with pytest.raises(AddressRefusedError, match="metadata"):
        await guarded.resolve("inside.test", 80)


async def test_a_machine_without_ipv6_leaves_those_addresses_out_and_says_when_there_are_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(our_resolver, "has_route", lambda _: False)
    asked = resolver(hosts={"both.test": ("2001:db8::1", "127.0.0.1"), "six.test": ("2001:db8::1",)})
    assert [one["host"] for one in await asked.resolve("both.test", 80)] == ["127.0.0.1"]
    assert "no way" in await why(asked, "six.test", NoRouteError)


async def test_a_name_with_no_addresses_at_all_has_failed(system: System) -> None:
    system.names["bare.test"] = ()
    assert "no addresses" in await why(resolver(), "bare.test", DnsFailedError)


# -- names that fail ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "error"), [(socket.EAI_NONAME, NoHostError), (socket.EAI_AGAIN, DnsFailedError), (socket.EAI_FAIL, DnsFailedError)]
)
async def test_without_dns_the_systems_word_is_all_there_is(system: System, code: int, error: type[OSError]) -> None:
    system.names["lost.test"] = code
    assert "as the system says it" in await why(resolver(), "lost.test", error)


@pytest.mark.parametrize("code", [socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAIL])
async def test_nxdomain_is_told_whatever_the_system_calls_it(system: System, servers: tuple[DnsServer, DnsServer], code: int) -> None:
    system.names["lost.test"] = code
    said = await why(resolver(servers=servers), "lost.test", NoHostError)
    assert said.startswith("NXDOMAIN for A and AAAA from the system's resolver and from 127.0.0.1")
    assert ONE_RESOLVER not in said


@pytest.mark.parametrize("fault", [Fault.SERVFAIL, Fault.NODATA])
async def test_ill_and_empty_names_are_no_absence(system: System, servers: tuple[DnsServer, DnsServer], fault: Fault) -> None:
    servers[0].names["lost.test"] = servers[1].names["lost.test"] = fault
    assert "from the system's resolver" in await why(resolver(servers=servers), "lost.test", DnsFailedError)


async def test_addresses_that_only_dns_knows_are_used_and_guarded(system: System, servers: tuple[DnsServer, DnsServer]) -> None:
    servers[0].names |= {"six.test": ("::1",), "public.test": ("93.184.215.14",), "inside.test": ("10.0.0.1",)}
    assert [one["host"] for one in await resolver(servers=servers).resolve("six.test", 80)] == ["::1"]
    guarded = resolver(servers=servers, guard=True)
    assert [one["host"] for one in await guarded.resolve("public.test", 80)] == ["93.184.215.14"]
    assert "private" in await why(guarded, "inside.test", AddressRefusedError)


async def test_a_name_is_asked_for_once_however_many_want_it(system: System, servers: tuple[DnsServer, DnsServer]) -> None:
    asked = resolver(servers=servers)
    system.may_answer.clear()
    waiting = [asyncio.ensure_future(asked.resolve("lost.test", port)) for port in (80, 443, 80)]
    await asyncio.sleep(0)
    system.may_answer.set()
    assert all(isinstance(result, NoHostError) for result in await asyncio.gather(*waiting, return_exceptions=True))
    await why(asked, "lost.test", NoHostError)
    assert system.asked == ["lost.test"]
    assert servers[1].asked_for("lost.test") == 2


async def test_who_stops_waiting_does_not_stop_the_others(system: System) -> None:
    system.names["here.test"] = ("192.0.2.1",)
    system.may_answer.clear()
    asked = resolver()
    first, second = (asyncio.ensure_future(asked.resolve("here.test", 80)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    system.may_answer.set()
    assert (await second)[0]["host"] == "192.0.2.1"


async def test_doubts_are_forgotten_when_told_to_or_after_a_while_and_proofs_are_not(
    system: System, servers: tuple[DnsServer, DnsServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    servers[0].names["ill.test"] = Fault.SERVFAIL
    asked = resolver(servers=servers)
    for _ in range(2):
        await why(asked, "ill.test", DnsFailedError)
        await why(asked, "gone.test", NoHostError)
    assert system.asked == ["ill.test", "gone.test"]
    asked.forget_doubts()
    await why(asked, "ill.test", DnsFailedError)
    await why(asked, "gone.test", NoHostError)
    assert system.asked == ["ill.test", "gone.test", "ill.test"]
    monkeypatch.setattr(our_resolver, "DOUBTS_STAND", -1.0)
    asked.forget_doubts()
    await why(asked, "ill.test", DnsFailedError)
    await why(asked, "ill.test", DnsFailedError)
    assert system.asked.count("ill.test") == 4


async def test_memory_of_failures_is_bounded(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(our_resolver, "REMEMBERED", 3)
    asked = resolver()
    for number in range(10):
        await why(asked, f"{number}.test", NoHostError)
    assert list(asked._failures) == ["7.test", "8.test", "9.test"]
    assert not asked._asking


async def test_what_can_not_be_a_name_does_not_exist(servers: tuple[DnsServer, DnsServer]) -> None:
    assert "can't be a host name" in await why(resolver(servers=servers), f"{'x' * 64}.test", NoHostError)


async def test_what_the_system_lets_through_and_dns_can_not_hold_does_not_exist(
    system: System, servers: tuple[DnsServer, DnsServer]
) -> None:
    assert "can't be a host name" in await why(resolver(servers=servers), "a..test", NoHostError)


async def test_closing_does_not_wait_for_an_answer(system: System) -> None:
    system.may_answer.clear()
    asked = resolver()
    waiting = asyncio.ensure_future(asked.resolve("slow.test", 80))
    await asyncio.sleep(0)
    await asyncio.wait_for(asked.close(), 1)
    assert isinstance((await asyncio.gather(waiting, return_exceptions=True))[0], asyncio.CancelledError)
    system.may_answer.set()
