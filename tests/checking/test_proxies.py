"""The environment's proxies: used, left out where told to, never told on, and no way around the guard."""

import logging
import socket
from collections.abc import AsyncIterator, Mapping

import pytest

from prospector.checking.failures import Failed
from prospector.checking.network import Network
from prospector.checking.observe import Wanted
from prospector.checking.proxies import Proxies, is_local_literal, is_private_literal, refusal_by_name, without_credentials
from prospector.items import Outcome, VerdictKind
from prospector.verdicts.judge import judge
from prospector.verdicts.policy import Policy
from tests.checking.conftest import NOW, MakeNetwork, MakeObserver
from tests.misbehaving_site import MisbehavingSite
from tests.proxy import Proxy

VARIABLES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")
SECRET = "s3cret"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def proxy(site: MisbehavingSite) -> AsyncIterator[Proxy]:
    async with Proxy(http=site.port, https=int(site.tls_url("good").split(":")[2].partition("/")[0])) as running:
        yield running


def use(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


async def failure(network: Network, url: str) -> Failed:
    with pytest.raises(Failed) as caught:
        await network.get(url, limit=1000)
    return caught.value


async def test_http_and_https_go_through_their_proxies(make_network: MakeNetwork, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, http_proxy=proxy.url, https_proxy=proxy.url)
    network = make_network()
    plain = await network.get("http://far.example/ok", limit=1000)
    secure = await network.get("https://far.example/ok", limit=1000)
    assert (plain.status, secure.status) == (200, 200)
    assert proxy.asked == ["GET http://far.example/ok", "CONNECT far.example:443", "CONNECT far.example:443"]
    assert secure.certificate == "untrusted"  # the tunnel's end is looked at as without a proxy: asked again, and noted
    assert plain.address == ""  # the proxy's is nobody's business


async def test_a_scheme_without_a_proxy_goes_straight_there(
    make_network: MakeNetwork, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, https_proxy=proxy.url)
    network = make_network()
    assert network._proxy_for("http://far.example/") is None
    assert network._proxy_for("https://far.example/") == proxy.url


async def test_no_proxy_is_honoured(make_network: MakeNetwork, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, http_proxy=proxy.url, no_proxy="near.example,other.example:8080")
    network = make_network()
    assert network._proxy_for("http://near.example/") is None
    assert network._proxy_for("http://www.near.example/x") is None
    assert network._proxy_for("http://other.example:8080/") is None
    assert network._proxy_for("http://far.example/") == proxy.url


async def test_what_the_hosts_file_decides_and_this_machine_itself_are_not_a_proxys_business(
    make_network: MakeNetwork, site: MisbehavingSite, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, http_proxy=proxy.url)
    network = make_network()
    assert (await network.get(site.url("/ok", host="robots-allows.test"), limit=1000)).status == 200
    assert (await network.get(site.url("/ok"), limit=1000)).status == 200
    assert (await failure(make_network(hosts_only=True), "http://far.example/")).outcome is Outcome.NO_HOST
    assert proxy.asked == []


async def test_the_guard_lets_us_talk_to_the_users_own_proxy(
    make_network: MakeNetwork, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, http_proxy=proxy.url.replace("127.0.0.1", "localhost"))
    assert (await make_network(guard=True).get("http://far.example/ok", limit=1000)).status == 200


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "[::ffff:a00:1]", "[fd00::1]", "localhost", "db.localhost", "0.0.0.0"])
async def test_private_addresses_are_refused_before_a_proxy_is_asked(
    make_network: MakeNetwork, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    use(monkeypatch, http_proxy=proxy.url, https_proxy=proxy.url)
    network = make_network(guard=True, hosts={})
    for scheme in ("http", "https"):
        assert (await failure(network, f"{scheme}://{host}/")).outcome is Outcome.ADDRESS_REFUSED
    assert proxy.asked == []


async def test_a_redirect_to_a_private_address_is_refused_behind_a_proxy_too(
    make_network: MakeNetwork, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, http_proxy=proxy.url)
    failed = await failure(make_network(guard=True, hosts={}), "http://far.example/redirect-to-metadata")
    assert failed.outcome is Outcome.ADDRESS_REFUSED
    assert proxy.asked == ["GET http://far.example/redirect-to-metadata"]


async def test_the_proxys_own_address_is_no_way_in_for_targets(
    make_network: MakeNetwork, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, http_proxy=proxy.url)
    network = make_network(guard=True)
    await network.get("http://far.example/ok", limit=1000)
    assert (await failure(network, f"{proxy.url}/")).outcome is Outcome.ADDRESS_REFUSED
    assert len(proxy.asked) == 1


async def test_a_proxy_that_is_down_is_our_outage_and_nobodys_death(
    make_network: MakeNetwork, site: MisbehavingSite, monkeypatch: pytest.MonkeyPatch, make_observer: MakeObserver
) -> None:
    use(monkeypatch, http_proxy=f"http://127.0.0.1:{site.closed_port()}", https_proxy="http://no-such-proxy.test:3128")
    monkeypatch.setattr("socket.getaddrinfo", _no_such_name)
    observer = make_observer(make_network())
    for url in ("http://far.example/", "https://far.example/"):
        (seen,) = (await observer.observe(Wanted(url=url))).observations
        assert seen.offline, seen
        assert not judge([seen], Policy(), now=NOW).kind.dead


@pytest.mark.parametrize(("status", "offline"), [(407, True), (502, False), (403, False)])
async def test_what_the_proxy_says_is_never_death(
    make_network: MakeNetwork,
    site: MisbehavingSite,
    monkeypatch: pytest.MonkeyPatch,
    make_observer: MakeObserver,
    status: int,
    *,
    offline: bool,
) -> None:
    async with Proxy(http=site.port, https=site.port, refuses_with=status) as refusing:
        use(monkeypatch, https_proxy=refusing.url)
        (seen,) = (await make_observer(make_network()).observe(Wanted(url="https://far.example/"))).observations
    assert (seen.outcome, seen.offline) == (Outcome.GARBAGE, offline)
    assert judge([seen], Policy(), now=NOW).kind in {VerdictKind.TRANSIENT, VerdictKind.UNKNOWN}


async def test_credentials_of_a_proxy_are_used_and_told_to_nobody(
    make_network: MakeNetwork, site: MisbehavingSite, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with_secret = proxy.url.replace("//", f"//ann:{SECRET}@")
    use(monkeypatch, http_proxy=with_secret, https_proxy=with_secret)
    network = make_network()
    await network.get("http://far.example/ok", limit=1000)
    await network.get("https://far.example/ok", limit=1000)
    assert all(given.startswith("Basic ") for given in proxy.authorizations)
    details = [str(await failure(network, "http://far.example/stall"))]
    async with Proxy(http=site.port, https=site.port, refuses_with=407) as refusing:
        use(monkeypatch, https_proxy=refusing.url.replace("//", f"//ann:{SECRET}@"))
        details.append(str(await failure(make_network(), "https://far.example/")))
    closed = f"http://ann:{SECRET}@127.0.0.1:{site.closed_port()}"
    use(monkeypatch, http_proxy=closed, https_proxy=closed)
    details += [str(await failure(make_network(), f"{scheme}://far.example/")) for scheme in ("http", "https")]
    assert SECRET not in " ".join(details) + caplog.text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("can't reach http://ann:pw@proxy:3128/ today", "can't reach http://proxy:3128/ today"),
        ("https://a@b@proxy:1 and http://x:y@z", "https://proxy:1 and http://z"),
        ("http://proxy/@home", "http://proxy/@home"),
        ("ann@example.org", "ann@example.org"),
        ("//" * 50_000 + "a" * 50_000, "//" * 50_000 + "a" * 50_000),
    ],
)
def test_credentials_are_taken_out_of_texts(text: str, clean: str) -> None:
    assert without_credentials(text) == clean


@pytest.mark.parametrize("url", ["socks5://proxy:1080", "http://", "http://[::1", "http://proxy:0", "http://proxy:99999"])
def test_a_proxy_we_can_not_use_is_said_so_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"https_proxy: .* Write it as") as caught:
        Proxies({"https": url.replace("//", f"//ann:{SECRET}@")})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("found", "proxy"),
    [
        ({"http": "proxy:3128"}, "http://proxy:3128"),
        ({"http": "https://proxy"}, "https://proxy"),
        ({"all": "http://proxy"}, None),
        ({"http": ""}, None),
    ],
)
def test_proxies_are_read_as_other_programs_read_them(found: Mapping[str, str], proxy: str | None) -> None:
    assert Proxies(found).of("http://far.example/") == proxy


def test_names_tell_as_much_as_names_can() -> None:
    assert refusal_by_name("LOCALHOST.")
    assert refusal_by_name("192.168.1.1")
    assert not refusal_by_name("far.example")
    assert not refusal_by_name("93.184.215.14")
    assert is_local_literal("127.0.0.2")
    assert not is_local_literal("10.0.0.1")
    assert is_private_literal("10.0.0.1")
    assert not is_private_literal("localhost.example")


def _no_such_name(*_: object, **__: object) -> None:
    raise socket.gaierror(socket.EAI_NONAME, "no such name")
