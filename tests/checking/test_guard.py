"""The guard, from the outside: whatever a stranger's redirect or name server says, no connection into a private network is begun."""

import socket

import pytest

from prospector.checking import network as our_network
from prospector.checking import resolver as our_resolver
from prospector.checking.addresses import AddrInfo, guarded_socket, has_route, why_refused
from prospector.checking.failures import Failed
from prospector.checking.network import Network
from prospector.checking.observe import Observer, Wanted
from prospector.items import Observation, Outcome, VerdictKind
from prospector.verdicts.judge import judge
from prospector.verdicts.policy import Policy
from tests.checking.conftest import NOW, MakeNetwork, MakeObserver
from tests.misbehaving_site import ADDRESS, MisbehavingSite

HOST = "robots-allows.test"


class Doorman:
    """The guard, but for the misbehaving site itself; notes for which addresses sockets were made."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.let_through: list[tuple[str, int]] = []

    def socket(self, info: AddrInfo) -> socket.socket:
        address, port = str(info[4][0]), int(info[4][1])
        made = socket.socket(*info[:3]) if (address, port) == (ADDRESS, self.port) else guarded_socket(info)
        self.let_through.append((address, port))
        return made


@pytest.fixture
def doorman(site: MisbehavingSite, monkeypatch: pytest.MonkeyPatch) -> Doorman:
    standing = Doorman(site.port)
    monkeypatch.setattr(our_network, "guarded_socket", standing.socket)
    # by name the site is allowed too; what the guard says of addresses stands
    monkeypatch.setattr(our_resolver, "why_refused", lambda address: "" if address == ADDRESS else why_refused(address))
    return standing


@pytest.fixture
async def guarded(doorman: Doorman, make_network: MakeNetwork, make_observer: MakeObserver) -> Observer:
    return make_observer(make_network(guard=True))


async def see(observer: Observer, url: str) -> Observation:
    (seen,) = (await observer.observe(Wanted(url=url))).observations
    return seen


PRIVATE = ["/redirect-to-metadata", "/redirect-to-private", "/redirect-to-mapped", "/redirect-to-link-local"]


@pytest.mark.parametrize("path", PRIVATE)
async def test_a_redirect_into_a_private_network_is_not_followed(
    site: MisbehavingSite, guarded: Observer, doorman: Doorman, path: str
) -> None:
    seen = await see(guarded, site.url(path, host=HOST))
    assert seen.outcome is Outcome.ADDRESS_REFUSED, seen
    assert not seen.offline
    assert len(seen.hops) == 1
    assert judge([seen], Policy(), now=NOW).kind is VerdictKind.UNKNOWN
    assert set(doorman.let_through) == {(ADDRESS, site.port)}


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "127.1",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "017700000001",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "0",
        "0.0.0.0",
        "0300.0250.0.1",
        "public.example@10.0.0.1",
        "public.example:80@10.0.0.1",
        "public.example\\@10.0.0.1",
        "10.0.0.1\\.public.example",
        "10.0.0.1#@public.example",
        "10.0.0.1?@public.example",
        "10.0.0.1%23@public.example",
        "10%2e0%2e0%2e1",
        "10%E3%80%820%E3%80%820%E3%80%821",
        "%E2%91%A0%E2%93%AA.0.0.1",
        "10.0.0.1.",
        "[::1%25lo]",
        "[fe80::1%25eth0]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "100.64.0.1",
    ],
)
async def test_other_ways_to_write_an_address_lead_nowhere(site: MisbehavingSite, guarded: Observer, doorman: Doorman, host: str) -> None:
    path = "/redirect-to-decimal" if host == "2130706433" else "/elsewhere"
    if path == "/elsewhere":
        site.serves(path, status=302, headers={"Location": f"http://{host}:{site.port}/ok"}, host=HOST)
    seen = await see(guarded, site.url(path, host=HOST))
    assert seen.outcome in {Outcome.ANSWERED, Outcome.ADDRESS_REFUSED, Outcome.BAD_URL, Outcome.NO_HOST}
    assert judge([seen], Policy(), now=NOW).kind in {VerdictKind.UNKNOWN, VerdictKind.DNS}  # a name that looks like it is a name
    assert len(site.hits()) == 1
    assert set(doorman.let_through) == {(ADDRESS, site.port)}


@pytest.mark.parametrize(
    "there",
    [
        "file:///etc/passwd",
        "ftp://inside.test/",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "data:text/html,x",
        "dict://127.0.0.1:11211/",
        "jar:http://x!/",
    ],
)
async def test_a_redirect_to_anything_but_the_web_is_not_followed(
    site: MisbehavingSite, guarded: Observer, doorman: Doorman, there: str
) -> None:
    site.serves("/elsewhere", status=302, headers={"Location": there}, host=HOST)
    seen = await see(guarded, site.url("/elsewhere", host=HOST))
    assert not judge([seen], Policy(), now=NOW).kind.dead
    assert len(site.hits()) == 1
    assert set(doorman.let_through) == {(ADDRESS, site.port)}


@pytest.mark.parametrize("port", [22, 25, 6667])
async def test_a_redirect_to_a_port_of_another_service_is_not_followed(
    site: MisbehavingSite, doorman: Doorman, make_network: MakeNetwork, make_observer: MakeObserver, port: int
) -> None:
    site.serves("/mail", status=302, headers={"Location": f"http://mail.test:{port}/"}, host=HOST)
    observer = make_observer(make_network(guard=True, hosts={HOST: (ADDRESS,), "mail.test": ("93.184.215.14",)}))
    seen = await see(observer, site.url("/mail", host=HOST))
    assert seen.outcome is Outcome.ADDRESS_REFUSED
    assert judge([seen], Policy(), now=NOW).kind is VerdictKind.UNKNOWN
    assert set(doorman.let_through) == {(ADDRESS, site.port)}


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::a00:1"])
async def test_a_redirect_to_a_name_at_a_private_address_is_not_followed(
    site: MisbehavingSite, doorman: Doorman, make_network: MakeNetwork, make_observer: MakeObserver, address: str
) -> None:
    site.serves("/inside", status=302, headers={"Location": "http://inside.test/"}, host=HOST)
    observer = make_observer(make_network(guard=True, hosts={HOST: (ADDRESS,), "inside.test": (address,)}))
    seen = await see(observer, site.url("/inside", host=HOST))
    assert seen.outcome is Outcome.ADDRESS_REFUSED
    assert set(doorman.let_through) == {(ADDRESS, site.port)}


async def test_a_name_that_is_public_when_looked_up_and_private_at_the_next_look_up_is_caught(
    make_network: MakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: each look-up is guarded, not only the first of a name."""
    answers = ["93.184.215.14"]
    asked_for: list[str] = []

    def look_up(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop() if answers else "127.0.0.1", 0))]

    def unplugged(info: AddrInfo) -> socket.socket:
        asked_for.append(str(info[4][0]))
        guarded_socket(info).close()
        raise ConnectionRefusedError(111, "no live network in tests")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(our_network, "guarded_socket", unplugged)
    network = make_network(guard=True, hosts={})
    outcomes = []
    for url in ("http://rebinds.example/", "http://rebinds.example:8080/"):  # a port of its own is a look-up of its own
        with pytest.raises(Failed) as caught:
            await network.get(url, limit=1000)
        outcomes.append(caught.value.outcome)
    assert outcomes == [Outcome.REFUSED, Outcome.ADDRESS_REFUSED]
    assert asked_for == ["93.184.215.14"]


async def test_the_address_that_is_connected_to_counts_and_not_what_the_resolver_let_pass(
    make_network: MakeNetwork, make_observer: MakeObserver, site: MisbehavingSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(our_resolver, "why_refused", lambda _: "")
    seen = await see(make_observer(make_network(guard=True)), site.url("/ok", host=HOST))
    assert seen.outcome is Outcome.ADDRESS_REFUSED
    assert not site.hits()


async def test_literal_private_targets_are_refused_without_a_redirect(
    make_network: MakeNetwork, make_observer: MakeObserver, site: MisbehavingSite
) -> None:
    observer = make_observer(make_network(guard=True))
    for url in (site.url("/ok"), "http://[::1]/", "http://169.254.169.254/latest/", "http://[::ffff:7f00:1]/"):
        assert (await see(observer, url)).outcome is Outcome.ADDRESS_REFUSED


async def test_an_ipv6_address_without_a_way_to_it_says_nothing_about_the_host(
    make_network: MakeNetwork, make_observer: MakeObserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(our_resolver, "has_route", lambda _: False)
    observer = make_observer(make_network(hosts={"six.test": ("2001:db8::1",)}))
    for url in ("http://[2001:db8::1]/", "http://six.test/"):
        seen = await see(observer, url)
        assert (seen.outcome, seen.offline) == (Outcome.REFUSED, True)
        assert not judge([seen], Policy(), now=NOW).kind.dead


def test_a_way_is_known_without_sending_anything() -> None:
    assert not has_route("not an address")
    assert isinstance(has_route("::1"), bool)


async def test_a_refusal_after_an_address_that_never_answered_is_a_time_out(
    make_network: MakeNetwork, make_observer: MakeObserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    network: Network = make_network()
    network._connect_timeout = 0.0

    async def refuse(*_: object) -> None:
        raise ConnectionRefusedError(111, "the last address refuses")

    monkeypatch.setattr(network, "_once", refuse)
    assert (await see(make_observer(network), "http://slow.test/")).outcome is Outcome.TIMED_OUT
