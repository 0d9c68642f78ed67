"""Why a name fails: two name servers on loopback play the system's resolver and the second opinion."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from dns.resolver import NoResolverConfiguration

from prospector.checking import dns as our_dns
from prospector.checking.dns import Dns, Finding, NameServers, Says, Server, Statement, make_dns, server, system_servers, weigh
from prospector.checking.resolver import Resolver
from prospector.verdicts.evidence import DOMAIN_GONE, ONE_RESOLVER
from tests.dns_server import BEHIND_TCP, DnsServer, Fault
from tests.dns_server import Says as ServerSays

HERE = ("192.0.2.1",)
CLOSED = "127.0.0.1:1"


class TwoServers:
    """What each says of lost.test, and the Dns that asks them."""

    def __init__(self, system: DnsServer, second: DnsServer) -> None:
        self.system = system
        self.second = second
        self.dns = make_dns([system.where], second.where, timeout=0.15)

    async def find(self, system: ServerSays, second: ServerSays, *, unknown: bool = True, name: str = "lost.test") -> Finding:
        self.system.names[name], self.second.names[name] = system, second
        return await self.dns.find(name, unknown=unknown)


@pytest.fixture
async def two() -> AsyncIterator[TwoServers]:
    async with AsyncExitStack() as stack:
        yield TwoServers(await stack.enter_async_context(DnsServer({})), await stack.enter_async_context(DnsServer({})))


# -- what two resolvers' words come to ------------------------------------------------------------------------------------


async def test_nxdomain_from_both_for_a_and_aaaa_is_proof(two: TwoServers) -> None:
    found = await two.find(Fault.NXDOMAIN, Fault.NXDOMAIN)
    assert (found.absent, found.proved, found.addresses) == (True, True, ())
    assert "NXDOMAIN for A and AAAA from the system's resolver and from 127.0.0.1" in found.detail
    assert ONE_RESOLVER not in found.detail
    assert {query.kind for query in two.system.queries} == {query.kind for query in two.second.queries} == {"A", "AAAA"}


@pytest.mark.parametrize("second", [Fault.SILENCE, Fault.REFUSED, Fault.GARBAGE, Fault.WRONG_ID, Fault.OTHER_QUESTION])
async def test_nxdomain_from_the_system_alone_is_absence_by_one_resolver(two: TwoServers, second: Fault) -> None:
    found = await two.find(Fault.NXDOMAIN, second)
    assert (found.absent, found.proved) == (True, False)
    assert ONE_RESOLVER in found.detail


@pytest.mark.parametrize(
    ("system", "second", "says"),
    [
        (Fault.NXDOMAIN, Fault.SERVFAIL, "SERVFAIL for A and AAAA from 127"),
        (Fault.NXDOMAIN, Fault.NODATA, "no address for A and AAAA from 127"),
        (Fault.NXDOMAIN, HERE, "an address from 127"),
        (Fault.NXDOMAIN, Fault.NXDOMAIN_FOR_A_ONLY, "NXDOMAIN for A, SERVFAIL for AAAA from 127"),
        (Fault.SERVFAIL, Fault.NXDOMAIN, "SERVFAIL for A and AAAA from the system"),
        (Fault.SERVFAIL, Fault.SERVFAIL, "SERVFAIL for A and AAAA from the system"),
        (Fault.NODATA, Fault.NODATA, "no address for A and AAAA from the system"),
        (Fault.NODATA, HERE, "no address for A and AAAA from the system's resolver, an address from 127"),
        (Fault.NODATA, Fault.SILENCE, "no answer for A and AAAA from 127"),
        (Fault.NXDOMAIN_FOR_A_ONLY, Fault.NXDOMAIN, "NXDOMAIN for A, SERVFAIL for AAAA from the system"),
    ],
)
async def test_what_is_no_proof_says_who_said_what(two: TwoServers, system: ServerSays, second: ServerSays, says: str) -> None:
    found = await two.find(system, second)
    assert (found.absent, found.proved, found.addresses) == (False, False, ())
    assert says in found.detail


async def test_silence_from_the_system_is_no_absence_unless_getaddrinfo_said_so(two: TwoServers) -> None:
    assert not (await two.find(Fault.SILENCE, Fault.NXDOMAIN, unknown=False)).absent
    known = await two.find(Fault.SILENCE, Fault.NXDOMAIN, unknown=True)
    assert known.absent
    assert ONE_RESOLVER in known.detail


async def test_when_no_server_can_be_reached_the_systems_own_word_stands_as_one() -> None:
    unreachable = make_dns([CLOSED], CLOSED.replace("127.0.0.1", "127.0.0.2"), timeout=0.05)
    known = await unreachable.find("lost.test", unknown=True)
    assert (known.absent, known.proved) == (True, False)
    assert ONE_RESOLVER in known.detail
    assert not (await unreachable.find("lost.test", unknown=False)).absent


async def test_an_address_that_getaddrinfo_did_not_see_is_used(two: TwoServers) -> None:
    assert (await two.find(("2001:db8::1",), Fault.NXDOMAIN)).addresses == ("2001:db8::1",)
    assert (await two.find(("192.0.2.1", "2001:db8::1"), Fault.SILENCE)).addresses == ("192.0.2.1", "2001:db8::1")


@pytest.mark.parametrize("system", [Fault.SERVFAIL, Fault.SILENCE])
async def test_an_address_of_the_second_is_used_when_the_system_can_not_say(two: TwoServers, system: Fault) -> None:
    assert (await two.find(system, HERE, unknown=False)).addresses == HERE


async def test_without_a_second_resolver_nothing_is_proved() -> None:
    async with DnsServer({}) as system:
        found = await make_dns([system.where], "").find("lost.test", unknown=True)
    assert (found.absent, found.proved) == (True, False)
    assert f"{ONE_RESOLVER} (no second one is set)" in found.detail


# -- how it is asked ------------------------------------------------------------------------------------------------------


async def test_a_truncated_answer_is_asked_for_again_by_tcp(two: TwoServers) -> None:
    assert (await two.find(Fault.TRUNCATED, Fault.NXDOMAIN)).addresses == (BEHIND_TCP,)
    assert any(query.tcp for query in two.system.queries)


async def test_a_server_that_truncates_and_hangs_up_is_silent(two: TwoServers) -> None:
    found = await two.find(Fault.NXDOMAIN, Fault.TRUNCATED_EVERYWHERE)
    assert ONE_RESOLVER in found.detail


async def test_a_lost_or_failed_query_is_asked_once_more(two: TwoServers) -> None:
    found = await two.find(Fault.SERVFAIL_ONCE, Fault.NXDOMAIN)
    assert found.proved
    assert two.system.asked_for("lost.test") == 4
    assert two.second.asked_for("lost.test") == 2


async def test_the_next_server_of_a_resolver_is_asked_when_the_first_is_silent() -> None:
    async with DnsServer({}) as answers:
        both = NameServers("both", [server(CLOSED), server(answers.where)], timeout=0.05)
        assert (await both.ask("lost.test")).says is Says.ABSENT


async def test_a_resolver_that_never_answers_is_left_alone_for_a_while(two: TwoServers, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        await two.find(Fault.NXDOMAIN, Fault.SILENCE, name=f"lost{number}.test")
    asked = len(two.second.queries)
    assert asked == our_dns.SILENCES * 2 * our_dns.MIN_TRIES
    monkeypatch.setattr(our_dns, "monotonic", lambda: float("inf"))
    assert (await two.find(Fault.NXDOMAIN, Fault.NXDOMAIN)).proved


async def test_no_more_names_are_asked_for_at_a_time_than_sockets_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    under_way = most = 0

    async def ask(self: NameServers, name: str) -> Statement:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1
        return Statement(says=Says.NOTHING)

    monkeypatch.setattr(NameServers, "ask", ask)
    asked = Dns(NameServers("system", []), None)
    await asyncio.gather(*(asked.find(f"{number}.test", unknown=True) for number in range(100)))
    assert most == our_dns.AT_A_TIME


@pytest.mark.parametrize("name", ["a..test", f"{'x' * 64}.test", f"{'x.' * 130}test"])
async def test_what_can_not_be_a_name_is_not_asked_for(name: str, two: TwoServers) -> None:
    with pytest.raises(ValueError, match="can't be a host name"):
        await two.dns.find(name, unknown=True)
    assert not two.system.queries


# -- the host or the whole domain -------------------------------------------------------------------------------------------


async def test_a_host_is_told_from_its_whole_domain(two: TwoServers) -> None:
    gone = await two.find(Fault.NXDOMAIN, Fault.NXDOMAIN, name="www.gone.test")
    assert DOMAIN_GONE in gone.detail
    two.system.names["alive.test"] = HERE
    alone = await two.find(Fault.NXDOMAIN, Fault.NXDOMAIN, name="old.alive.test")
    assert DOMAIN_GONE not in alone.detail
    assert "the host alone: alive.test exists" in alone.detail
    itself = await two.find(Fault.NXDOMAIN, Fault.NXDOMAIN, name="gone.test")
    assert DOMAIN_GONE in itself.detail


async def test_a_domain_is_asked_for_once_for_all_its_hosts_and_not_remembered_for_ever(
    two: TwoServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await two.find(Fault.NXDOMAIN, Fault.NXDOMAIN, name=f"h{number}.gone.test")
    assert two.system.asked_for("gone.test") == 2
    monkeypatch.setattr(our_dns, "REMEMBERED_DOMAINS", 3)
    for number in range(10):
        await two.find(Fault.NXDOMAIN, Fault.NXDOMAIN, name=f"h.d{number}.test")
    assert len(two.dns._domains) <= 4


# -- settings ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("9.9.9.9", "9.9.9.9", 53),
        (" 127.0.0.1:5353 ", "127.0.0.1", 5353),
        ("2620:fe::fe", "2620:fe::fe", 53),
        ("[2620:fe::fe]:54", "2620:fe::fe", 54),
    ],
)
def test_a_server_is_an_address_with_or_without_a_port(text: str, address: str, port: int) -> None:
    assert server(text) == Server(address, port)


@pytest.mark.parametrize("text", ["dns.example", "9.9.9", "9.9.9.9:dns", "9.9.9.9:0", "9.9.9.9:99999", "[::1", ":53", "[]:53"])
def test_what_is_no_server_is_told_how_to_be_written(text: str) -> None:
    with pytest.raises(ValueError, match=r'Write it as "9\.9\.9\.9"'):
        server(text)


def test_the_systems_own_resolver_is_no_second_opinion(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        made = make_dns(["9.9.9.9"], "9.9.9.9:53")
    assert made._second is None
    assert "no second opinion" in caplog.text


def test_without_servers_of_our_own_the_systems_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fake:
        nameservers = ("192.0.2.53", "192.0.2.54", object(), "192.0.2.55", "192.0.2.56")
        port = 53

    monkeypatch.setattr("dns.resolver.Resolver", Fake)
    assert system_servers() == (Server("192.0.2.53", 53), Server("192.0.2.54", 53), Server("192.0.2.55", 53))
    assert make_dns([], "9.9.9.9")._system.servers == system_servers()


def test_a_system_without_dns_settings_has_no_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise NoResolverConfiguration

    monkeypatch.setattr("dns.resolver.Resolver", fail)
    assert system_servers() == ()


def test_silence_on_both_sides_without_the_systems_word_is_no_finding() -> None:
    silent = Statement(says=Says.SILENT, words="no answer")
    assert weigh(silent, silent, unknown=False, second="9.9.9.9") == Finding(
        detail="no answer from the system's resolver, no answer from 9.9.9.9"
    )


# -- who takes mail -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("says", "takes"),
    [
        (("MX 10 mail.lost.test.",), True),
        (("MX 0 .", "192.0.2.1"), False),
        (("192.0.2.1",), True),
        (Fault.NODATA, False),
        (Fault.NXDOMAIN, False),
        (Fault.SERVFAIL, None),
        (Fault.SILENCE, None),
    ],
)
async def test_a_domain_takes_mail_by_its_exchangers_else_by_its_address(two: TwoServers, says: ServerSays, takes: bool | None) -> None:  # noqa: FBT001 - an expected value
    two.system.names["lost.test"] = says
    asked = Resolver(hosts={}, hosts_only=False, ports={}, guard=False, dns=two.dns)
    assert await asked.takes_mail("lost.test") is takes
    await asked.close()


async def test_names_that_the_hosts_file_decides_are_not_asked_for_mail(two: TwoServers) -> None:
    asked = Resolver(hosts={"club.test": ("127.0.0.1",)}, hosts_only=False, ports={}, guard=False, dns=two.dns)
    assert await asked.takes_mail("club.test") is None
    assert not two.system.queries
    await asked.close()
