"""The one way out: turns, limits, Retry-After, hops, headers, certificates, against a site that counts."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import aiohttp
import pytest

from prospector.checking.failures import Failed, certificate_problem, is_ours, outcome_of
from prospector.checking.gate import MAX_PAUSE
from prospector.checking.network import MAX_URL, Network, seconds_to_wait
from prospector.items import Outcome
from tests.checking.conftest import MakeNetwork
from tests.misbehaving_site import ADDRESS, MisbehavingSite
from tests.misbehaviours import RETRY_SECONDS


async def failure(network: Network, url: str) -> Failed:
    with pytest.raises(Failed) as caught:
        await network.get(url, limit=1000)
    return caught.value


# -- decency ----------------------------------------------------------------------------------------------------------------------


async def test_requests_to_one_host_keep_the_delay_whoever_makes_them(make_network: MakeNetwork, site: MisbehavingSite) -> None:
    network = make_network(delay=0.05, per_host=4, obey_robots=True)
    site.serves("/away", status=302, headers={"Location": "/ok"})
    await asyncio.gather(*(network.get(site.url(path), limit=1000, urgent=path == "/ok") for path in ("/ok", "/ok?2", "/away")))
    assert site.hits()[0].path == "/robots.txt"
    assert len(site.hits()) == 5
    assert min(site.gaps(host=ADDRESS)) >= 0.045


async def test_no_more_requests_are_under_way_on_a_host_than_the_limit(make_network: MakeNetwork, site: MisbehavingSite) -> None:
    network = make_network(per_host=2)
    await asyncio.gather(*(network.get(site.url(f"/slow?{number}"), limit=1000) for number in range(5)))
    assert site.most_at_once() == 2


async def test_other_names_of_one_machine_are_other_hosts(make_network: MakeNetwork, site: MisbehavingSite) -> None:
    network = make_network(per_host=1, delay=5.0)
    hosts = ("robots-allows.test", "robots-403.test")
    await asyncio.wait_for(asyncio.gather(*(network.get(site.url("/ok", host=host), limit=1000) for host in hosts)), 2)


@pytest.mark.parametrize(("path", "seconds"), [("/429-seconds", RETRY_SECONDS), ("/429-date", RETRY_SECONDS), ("/429-nonsense", 30)])
async def test_a_host_that_says_too_many_requests_is_paused_as_long_as_it_says(
    make_network: MakeNetwork, site: MisbehavingSite, path: str, seconds: float
) -> None:
    network = make_network()
    assert (await network.get(site.url(path), limit=1000)).status == 429
    pause = network.gate.ready_at(ADDRESS) - asyncio.get_running_loop().time()
    assert seconds - 3 <= pause <= seconds
    assert not network.gate.stopped(ADDRESS)


async def test_a_host_that_says_so_twice_is_left_alone(make_network: MakeNetwork, site: MisbehavingSite) -> None:
    network = make_network()
    url = site.serves("/full", status=429, headers={"Retry-After": "0"})
    for _ in range(2):
        await network.get(url, limit=1000)
    failed = await failure(network, site.url("/ok"))
    assert failed.outcome is Outcome.HOST_STOPPED
    assert "twice" in failed.detail
    assert not site.hits("/ok")


async def test_a_host_that_wants_a_longer_pause_than_a_run_is_left_alone(make_network: MakeNetwork, site: MisbehavingSite) -> None:
    network = make_network()
    await network.get(site.serves("/full", status=429, headers={"Retry-After": f"{MAX_PAUSE + 1:.0f}"}), limit=1000)
    assert (await failure(network, site.url("/ok"))).outcome is Outcome.HOST_STOPPED


async def test_retry_after_with_another_status_is_evidence_and_no_pause(make_network: MakeNetwork, site: MisbehavingSite) -> None:
    network = make_network()
    assert (await network.get(site.url("/503-seconds"), limit=1000)).headers["retry-after"] == str(RETRY_SECONDS)
    assert (await network.get(site.url("/ok"), limit=1000)).status == 200


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("17", 17), (" 0 ", 0), ("9" * 400, 999_999_999), ("-5", None), ("soon", None), ("", None), ("１７", None), ("1.5", None)],
)
def test_retry_after_is_read_as_seconds(text: str, seconds: float | None) -> None:
    assert seconds_to_wait(text) == seconds


def test_retry_after_is_read_as_a_date() -> None:
    soon = datetime.now(UTC) + timedelta(seconds=60)
    assert 57 <= (seconds_to_wait(format_datetime(soon, usegmt=True)) or 0) <= 60
    assert seconds_to_wait("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert seconds_to_wait("Wed, 21 Oct 2015 07:28:00 -0000") == 0  # a date without a zone
    assert seconds_to_wait("Wed, 99 Oct 9999 99:99:99 GMT") is None


# -- what is asked and what is kept --------------------------------------------------------------------------------------------------


async def test_we_say_who_we_are_and_carry_nothing_else(make_network: MakeNetwork, site: MisbehavingSite) -> None:
    network = make_network()
    site.serves("/sets", headers={"Set-Cookie": "seen=1"})
    for path in ("/sets", "/ok"):
        await network.get(site.url(path), limit=1000, headers={"If-None-Match": '"x"'})
    sent = site.hits("/ok")[0].headers
    assert sent["user-agent"] == network.settings.user_agent
    assert sent["if-none-match"] == '"x"'
    assert not {"cookie", "referer", "authorization"} & set(sent)


async def test_an_address_is_asked_for_byte_for_byte(make_network: MakeNetwork, site: MisbehavingSite) -> None:
    path = "/a%2Fb/%E2%82%AC?q=%2B+&r=[1]|"
    await make_network().get(site.url(path), limit=1000)
    assert site.hits()[0].path == path


async def test_only_as_much_as_asked_for_is_read(make_network: MakeNetwork, site: MisbehavingSite) -> None:
    network = make_network()
    text = site.serves("/text", body="x" * 5000)
    image = site.serves("/image", body="x" * 5000, headers={"Content-Type": "image/png"})
    answers = [await network.get(url, limit=3000, binary_limit=100) for url in (text, image)]
    assert [(len(answer.body), answer.complete) for answer in answers] == [(3000, False), (100, False)]
    assert answers[1].content_type == "image/png"
    assert answers[0].address == ADDRESS


async def test_an_address_that_is_too_long_is_not_asked_for(make_network: MakeNetwork, site: MisbehavingSite) -> None:
    failed = await failure(make_network(), site.url("/" + "x" * MAX_URL))
    assert failed.outcome is Outcome.BAD_URL
    assert not site.hits()


async def test_a_failure_tells_the_hops_before_it(make_network: MakeNetwork, site: MisbehavingSite) -> None:
    url = site.serves("/away", status=302, headers={"Location": "/stall"})
    failed = await failure(make_network(timeout=0.2), url)
    assert (failed.outcome, failed.url, [hop.url for hop in failed.hops]) == (Outcome.TIMED_OUT, site.url("/stall"), [url])
    assert 150 <= failed.elapsed_ms <= 1500
    assert str(failed).startswith("timed_out: ")


async def test_a_bad_certificate_is_found_out_once_for_a_host(make_network: MakeNetwork, site: MisbehavingSite) -> None:
    network = make_network()
    for path in ("/ok", "/http-1.0"):
        answer = await network.get(site.tls_url("self-signed", path), limit=1000)
        assert (answer.status, answer.certificate) == (200, "self-signed")
    assert len(site.hits()) == 2


async def test_a_key_is_not_sent_past_a_bad_certificate(make_network: MakeNetwork, site: MisbehavingSite) -> None:
    network, url = make_network(), site.tls_url("self-signed", "/ok")
    await network.get(url, limit=1000)  # the host's certificate is known to be bad, which a page may have
    with pytest.raises(Failed) as caught:
        await network.get(url, limit=1000, headers={"X-Key": "secret"}, follow=False)
    assert caught.value.outcome is Outcome.TLS_FAILED
    assert len(site.hits()) == 1


async def test_what_leads_elsewhere_than_to_the_internet_is_local(make_network: MakeNetwork) -> None:
    network = make_network()
    local = ("http://robots-allows.test/", "http://127.0.0.1/", "http://10.1.1.1/", "http://[::1]/")
    assert all(network.is_local(url) for url in local)
    assert not network.is_local("http://example.org/")
    assert not network.is_local("http://93.184.215.14/")
    assert make_network(hosts_only=True).is_local("http://example.org/")


# -- foreign words -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ConnectionRefusedError(111, "refused"), Outcome.REFUSED),
        (OSError(113, "no route to host"), Outcome.REFUSED),
        (OSError("Multiple exceptions: [Errno 111] x, [Errno 101] y"), Outcome.REFUSED),
        (OSError("Multiple exceptions: [Errno 111] x, [Errno 5] y"), Outcome.GARBAGE),
        (OSError(110, "timed out in the system"), Outcome.TIMED_OUT),
        (OSError("nothing to go by"), Outcome.GARBAGE),
        (TimeoutError(), Outcome.TIMED_OUT),
        (aiohttp.ServerDisconnectedError(), Outcome.GARBAGE),
        (aiohttp.ClientPayloadError("short"), Outcome.TRUNCATED),
        (aiohttp.InvalidURL("http://["), Outcome.BAD_URL),
        (ValueError("no URL"), Outcome.BAD_URL),
        (aiohttp.ClientError("something new"), Outcome.GARBAGE),
    ],
)
def test_library_errors_have_one_meaning_each(error: Exception, outcome: Outcome) -> None:
    found, words = outcome_of(error)
    assert found is outcome
    assert words
    assert not is_ours(error, proxied=False)
    assert certificate_problem(error) == ""


def test_words_are_short_and_on_one_line() -> None:
    assert outcome_of(ValueError("a\n\tb  c" + "x" * 1000))[1] == ("a b c" + "x" * 1000)[:300]
    assert outcome_of(TimeoutError())[1] == "TimeoutError"
