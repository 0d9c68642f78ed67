"""Every fault of a misbehaving web, through the real network, to its outcome and verdict: docs/verdicts.md as a test."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from prospector.checking.network import Network
from prospector.checking.observe import Observer, Wanted
from prospector.items import Observation, Outcome, Verdict, VerdictKind
from prospector.verdicts.judge import judge
from prospector.verdicts.policy import Policy
from tests.checking.conftest import NOW, MakeNetwork
from tests.misbehaving_site import MisbehavingSite

ALIVE, TRANSIENT, UNKNOWN, BLOCKED = VerdictKind.ALIVE, VerdictKind.TRANSIENT, VerdictKind.UNKNOWN, VerdictKind.BLOCKED
GONE, REFUSED, DNS = VerdictKind.GONE, VerdictKind.REFUSED, VerdictKind.DNS
ANSWERED, GARBAGE, TIMED_OUT, TRUNCATED = Outcome.ANSWERED, Outcome.GARBAGE, Outcome.TIMED_OUT, Outcome.TRUNCATED

FAULTS = {
    "/ok": (ANSWERED, ALIVE),
    "/slow": (ANSWERED, ALIVE),
    "/empty": (GARBAGE, TRANSIENT),
    "/garbage": (GARBAGE, TRANSIENT),
    "/other-protocol": (GARBAGE, TRANSIENT),
    "/half-a-status-line": (GARBAGE, TRANSIENT),
    "/http-1.0": (ANSWERED, ALIVE),
    "/truncated": (TRUNCATED, TRANSIENT),
    "/truncated-chunked": (TRUNCATED, TRANSIENT),
    "/truncated-headers": (GARBAGE, TRANSIENT),
    "/bad-chunk-size": (GARBAGE, TRANSIENT),
    "/negative-length": (GARBAGE, TRANSIENT),
    "/two-lengths": (GARBAGE, TRANSIENT),
    "/huge-header": (GARBAGE, TRANSIENT),
    "/endless-headers": (GARBAGE, TRANSIENT),
    "/header-without-colon": (GARBAGE, TRANSIENT),
    "/loop": (Outcome.REDIRECT_LOOP, UNKNOWN),
    "/loop-a": (Outcome.REDIRECT_LOOP, UNKNOWN),
    "/cookie-wall": (Outcome.REDIRECT_LOOP, UNKNOWN),
    "/redirect-without-location": (ANSWERED, UNKNOWN),
    "/redirect-to-nothing": (ANSWERED, UNKNOWN),
    "/redirect-to-javascript": (ANSWERED, UNKNOWN),
    "/redirect-to-bad-url": (ANSWERED, UNKNOWN),
    "/redirect-to-bad-port": (ANSWERED, UNKNOWN),
    "/redirect-to-ftp": (ANSWERED, UNKNOWN),
    "/redirect-to-file": (ANSWERED, UNKNOWN),
    "/redirect-relative": (ANSWERED, ALIVE),
    "/redirect-permanent": (ANSWERED, ALIVE),
    "/gzip": (ANSWERED, ALIVE),
    "/invalid-gzip": (GARBAGE, TRANSIENT),
    "/brotli-that-is-none": (GARBAGE, TRANSIENT),
    "/unknown-encoding": (GARBAGE, TRANSIENT),
    "/wrong-charset": (ANSWERED, None),
    "/unknown-charset": (ANSWERED, ALIVE),
    "/no-content-type": (ANSWERED, ALIVE),
    "/no-reason": (ANSWERED, None),
    "/early-hints": (ANSWERED, ALIVE),
    "/429-seconds": (ANSWERED, BLOCKED),
    "/429-nonsense": (ANSWERED, BLOCKED),
    "/503-seconds": (ANSWERED, TRANSIENT),
    "/reset": (Outcome.REFUSED, REFUSED),
    "/reset-in-body": (TRUNCATED, TRANSIENT),
    "/stall": (TIMED_OUT, TRANSIENT),
    "/stall-in-headers": (TIMED_OUT, TRANSIENT),
    "/stall-after-headers": (TIMED_OUT, TRANSIENT),
    "/stall-in-body": (TIMED_OUT, TRANSIENT),
    "/drip": (TIMED_OUT, TRANSIENT),
    "/endless-body": (ANSWERED, ALIVE),
    "/endless-chunks": (ANSWERED, None),
    "/endless-gzip-bomb": (ANSWERED, None),
    "/gzip-bomb": (ANSWERED, None),
    "/head-405": (ANSWERED, ALIVE),
    "/head-500": (ANSWERED, ALIVE),
    "/head-stalls": (ANSWERED, ALIVE),
    "/head-200": (ANSWERED, GONE),
    "/hops/3": (ANSWERED, ALIVE),
    "/hops/11": (Outcome.TOO_MANY_HOPS, UNKNOWN),
    "/no-such-page": (ANSWERED, GONE),
}


def verdict(seen: Observation) -> Verdict:
    return judge([seen], Policy(), now=NOW)


async def see(observer: Observer, wanted: Wanted) -> Observation:
    """The one observation that comes of a look."""
    look = await observer.observe(wanted)
    (seen,) = look.observations
    return seen


@pytest.mark.parametrize(("path", "outcome", "kind"), [(path, *expected) for path, expected in FAULTS.items()])
async def test_each_fault_has_its_outcome_and_its_verdict(
    site: MisbehavingSite, observer: Observer, path: str, outcome: Outcome, kind: VerdictKind | None
) -> None:
    seen = await see(observer, Wanted(url=site.url(path)))
    assert seen.outcome is outcome, seen
    found = verdict(seen).kind
    assert found is kind if kind is not None else not found.dead


async def test_a_name_that_does_not_exist_is_probably_gone(
    make_network: MakeNetwork, site: MisbehavingSite, observer: Observer, network: Network
) -> None:
    network.resolver.hosts_only = True
    seen = await see(observer, Wanted(url="http://no-such-host.test/page"))
    assert seen.outcome is Outcome.NO_HOST
    assert verdict(seen).kind is DNS


async def test_with_hosts_only_an_ip_address_is_not_even_connected_to(site: MisbehavingSite, observer: Observer, network: Network) -> None:
    network.resolver.hosts_only = True
    seen = await see(observer, Wanted(url=site.url("/ok")))
    assert seen.outcome is Outcome.ADDRESS_REFUSED
    assert not site.hits()
    assert verdict(seen).kind is UNKNOWN


async def test_a_closed_port_is_refused(site: MisbehavingSite, observer: Observer) -> None:
    seen = await see(observer, Wanted(url=f"http://127.0.0.1:{site.closed_port()}/page"))
    assert seen.outcome is Outcome.REFUSED
    assert verdict(seen).kind is REFUSED


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        ("expired", "expired"),
        ("self-signed", "self-signed"),
        ("wrong-host", "wrong host"),
        ("untrusted", "untrusted"),
        ("incomplete", "untrusted"),
    ],
)
async def test_a_bad_certificate_is_noted_and_never_death(
    site: MisbehavingSite, observer: Observer, problem: str, says: str, network: Network
) -> None:
    network._strict.load_verify_locations(cadata=site.authority)
    seen = await see(observer, Wanted(url=site.tls_url(problem)))
    assert (seen.outcome, seen.status, seen.certificate) == (ANSWERED, 200, says)
    assert verdict(seen).kind is ALIVE


async def test_a_good_certificate_is_not_noted(site: MisbehavingSite, observer: Observer, network: Network) -> None:
    network._strict.load_verify_locations(cadata=site.authority)
    seen = await see(observer, Wanted(url=site.tls_url("good", host="localhost")))
    assert (seen.status, seen.certificate) == (200, "")


@pytest.mark.parametrize("problem", ["no-tls", "resets", "stalls"])
async def test_a_failed_handshake_is_transient(site: MisbehavingSite, observer: Observer, problem: str) -> None:
    seen = await see(observer, Wanted(url=site.tls_url(problem)))
    assert seen.outcome in {Outcome.TLS_FAILED, TIMED_OUT, Outcome.GARBAGE}
    assert verdict(seen).kind is TRANSIENT


async def test_a_host_that_only_has_ipv6_is_alive(
    site: MisbehavingSite, make_network: MakeNetwork, observer: Observer, network: Network
) -> None:
    url = site.ipv6_url("/ok")
    if url is None:
        # this machine has no ::1: then the resolver must at least hand out the IPv6 address it is given
        network.resolver.hosts["six.test"] = ("2001:db8::1",)
        assert [one["host"] for one in await network.resolver.resolve("six.test", 80)] == ["2001:db8::1"]
        return
    network.resolver.hosts["six.test"] = ("::1",)
    seen = await see(observer, Wanted(url=url.replace("[::1]", "six.test")))
    assert (seen.status, seen.address) == (200, "::1")


async def test_every_hop_is_kept_in_order(site: MisbehavingSite, observer: Observer) -> None:
    seen = await see(observer, Wanted(url=site.url("/hops/3")))
    assert [(hop.url, hop.status) for hop in seen.hops] == [(site.url(f"/hops/{left}"), 302) for left in (3, 2, 1)]
    assert seen.final_url == site.url("/hops/0")


async def test_a_body_is_read_to_the_limit_and_hashed(site: MisbehavingSite, observer: Observer) -> None:
    seen = await see(observer, Wanted(url=site.url("/endless-body")))
    assert seen.body is not None
    assert (seen.body.size, seen.body.complete, len(seen.body.sha256)) == (256 * 1024, False, 64)


async def test_a_file_is_not_read_to_its_end(site: MisbehavingSite, observer: Observer) -> None:
    url = site.serves("/paper.pdf", body=b"%PDF-1.4" + b"x" * 100_000, headers={"Content-Type": "application/pdf"})
    seen = await see(observer, Wanted(url=url))
    assert seen.body is not None
    assert seen.body.size == 4096
    assert verdict(seen).kind is ALIVE


LOST = "<html><title>Page not found</title><h1>Page not found</h1><p>" + "Nothing lives at this address any more. " * 20
SEEDS = "<html><title>Seed saving</title><h1>Seed saving</h1><p>" + "How to dry and keep seeds of beans for years. " * 20


async def test_a_page_with_the_words_it_promises_costs_no_control_probe(site: MisbehavingSite, observer: Observer) -> None:
    site.serves("/guides/seed-saving.html", body=SEEDS)
    await observer.observe(Wanted(url=site.url("/guides/seed-saving.html"), anchors=("Seed saving",)))
    assert len(site.hits()) == 1


async def test_a_suspect_whose_first_made_up_neighbour_reads_otherwise_costs_no_more(site: MisbehavingSite, observer: Observer) -> None:
    url = site.serves("/guides/renamed.html", body=SEEDS)
    seen = await see(observer, Wanted(url=url, anchors=("Overwintering dahlias",)))
    assert [control.status for control in seen.controls] == [404]
    assert verdict(seen).kind is ALIVE


async def test_suspects_of_one_shape_share_their_controls(site: MisbehavingSite, observer: Observer) -> None:
    urls = [site.serves(f"/guides/{name}.html", body=LOST) for name in ("beans", "peas", "kale")]
    for url in urls:
        await observer.observe(Wanted(url=url))
    assert len(site.hits()) == len(urls) + 2  # two neighbours that are not alike: the root could change nothing


async def test_a_page_that_only_lacks_words_is_measured_by_an_honest_answer_nearby(site: MisbehavingSite, observer: Observer) -> None:
    for path in ("/guides/2014/renamed.html", "/guides/2015/moved.html", "/shop/renamed.html"):
        seen = await see(observer, Wanted(url=site.serves(path, body=SEEDS), anchors=("Overwintering dahlias",)))
        assert len(seen.controls) == 1
        assert verdict(seen).kind is ALIVE
    assert len(site.hits()) == 3 + 1


@pytest.mark.parametrize("moved", [False, True])
async def test_pages_that_only_lack_words_leave_a_control_for_one_that_says_it_is_lost(
    site: MisbehavingSite, observer: Observer, monkeypatch: pytest.MonkeyPatch, *, moved: bool
) -> None:
    for path in ("/guides/renamed.html", "/shop/renamed.html", "/news/renamed.html"):
        url = site.serves(path, body=SEEDS)
        if moved:
            url = site.serves(path.replace("renamed", "old"), status=301, headers={"Location": path})
        await see(observer, Wanted(url=url, anchors=("Overwintering dahlias",)))
    made_up = site.serves("/lost/xqzpv.html", body=LOST), site.serves("/lost/wkjtr.html", body=LOST)
    monkeypatch.setattr("prospector.checking.controls.siblings", lambda *_: made_up)
    seen = await see(observer, Wanted(url=site.serves("/lost/beans.html", body=LOST)))
    assert verdict(seen).kind is VerdictKind.SOFT404


async def test_a_page_that_only_lacks_words_may_spend_the_last_control_once_the_first_speaks_against_it(
    site: MisbehavingSite, observer: Observer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up = site.serves("/guides/xqzpv.html", body=SEEDS), site.serves("/guides/wkjtr.html", body=SEEDS)
    monkeypatch.setattr("prospector.checking.controls.siblings", lambda *_: made_up)
    site.serves("/", body="<title>A garden</title><h1>Welcome</h1><p>Opening hours, a map and our news.")
    seen = await see(observer, Wanted(url=site.serves("/guides/renamed.html", body=SEEDS), anchors=("Overwintering dahlias",)))
    assert verdict(seen).kind is VerdictKind.SOFT404


async def test_a_page_that_says_it_is_lost_is_measured_in_its_own_folder(site: MisbehavingSite, observer: Observer) -> None:
    await see(observer, Wanted(url=site.serves("/guides/2014/renamed.html", body=SEEDS), anchors=("Overwintering dahlias",)))
    seen = await see(observer, Wanted(url=site.serves("/guides/2015/lost.html", body=LOST)))
    assert urlsplit(seen.controls[0].url).path.startswith("/guides/2015/")


async def test_a_shape_is_measured_by_its_own_and_a_host_asked_three_times_at_most(
    site: MisbehavingSite, make_network: MakeNetwork, make_observer: Callable[[Network], Observer]
) -> None:
    """Three pages that say they are lost, on a host that answers 404 to made-up addresses."""
    observer = make_observer(make_network())
    for path in ("/guides/lost.html", "/node/12345678", "/guides/other.php"):
        site.serves(path, body=LOST)
    shown = [await see(observer, Wanted(url=site.url(path))) for path in ("/guides/lost.html", "/node/12345678", "/guides/other.php")]
    asked = [urlsplit(control.url).path for seen in shown for control in seen.controls]
    assert len(set(asked)) == 2  # the root could change nothing
    assert all(path.startswith("/guides/") and path.endswith(".html") for path in asked)
    assert [verdict(seen).kind for seen in shown] == [ALIVE, UNKNOWN, UNKNOWN]  # what another shape's neighbours refute is only doubtful
    assert len(asked) == 6


async def test_a_soft_404_is_found_by_its_made_up_neighbours(
    site: MisbehavingSite, observer: Observer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = "<html><title>Page not found</title><h1>Page not found</h1><p>" + "Nothing lives at this address any more, try our search. " * 20
    monkeypatch.setattr(MisbehavingSite, "_default", lambda *_: None, raising=False)
    monkeypatch.setattr(
        "prospector.checking.controls.siblings", lambda url, rng: (site.url("/guides/xqzpv.html"), site.url("/guides/wkjtr.html"))
    )
    for path in ("/guides/beans.html", "/guides/xqzpv.html", "/guides/wkjtr.html"):
        site.serves(path, body=lost)
    seen = await see(observer, Wanted(url=site.url("/guides/beans.html"), anchors=("Growing beans",)))
    assert [control.similarity for control in seen.controls if control.kind.value == "sibling"] == [1.0, 1.0]
    assert verdict(seen).kind is VerdictKind.SOFT404


async def test_a_page_our_own_code_trips_over_costs_itself_only(
    site: MisbehavingSite, observer: Observer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def trip(*_: object, **__: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("prospector.checking.observe.read_body", trip)
    seen = await see(observer, Wanted(url=site.url("/ok")))
    assert seen.outcome is Outcome.OUR_ERROR
    assert "too deep" in seen.detail
    assert verdict(seen).kind is UNKNOWN
    assert "Could not read" in caplog.text


async def test_a_place_that_the_page_lacks_is_noted_and_never_death(site: MisbehavingSite, observer: Observer) -> None:
    url = site.serves("/guides/soil.html", body=f"<h2 id='sand'>Sand</h2>{SEEDS}")
    there = await see(observer, Wanted(url=url, fragments=("sand", "top", ":~:text=beans")))
    assert (there.detail, verdict(there).reason) == ("", "The page answers.")
    lacks = await see(observer, Wanted(url=url, fragments=("clay", "sand")))
    assert verdict(lacks).kind is ALIVE
    assert verdict(lacks).reason == "The page answers; the place that was linked is not on it: #clay."
    assert verdict(lacks).rules == ("content", "fragment")


async def test_a_page_that_was_not_read_whole_may_have_the_place(site: MisbehavingSite, observer: Observer) -> None:
    seen = await see(observer, Wanted(url=site.url("/endless-body"), fragments=("clay",)))
    assert verdict(seen).reason == "The page answers."
