"""Asking the Wayback Machine: what it knows of a dead page, how slowly it is asked, and what its own troubles cost a crawl (nothing)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from prospector.archive.cdx import MOST_CAPTURES
from prospector.checking.archive_client import BACKOFF, FAILURES_IN_A_ROW, ArchiveClient
from prospector.items import ArchivedCopy
from tests.checking.conftest import MakeNetwork
from tests.checking.wayback import HOST, Wayback, row
from tests.misbehaving_site import MisbehavingSite

DEAD = "http://brambles.test/pruning.html"
PAGE = "<html><head><title>Pruning raspberries</title></head><body><h1>Pruning raspberries</h1><p>Cut the old canes down to the ground.</p></body></html>"
LOST = "<html><head><title>Page not found</title></head><body><h1>Page not found</h1></body></html>"
MakeClient = Callable[..., ArchiveClient]


class Waits:
    """A sleep that notes how long it was to be, and may change the world meanwhile."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        self.then: dict[int, Callable[[], None]] = {}  # after so many waits

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.then.get(len(self.taken), lambda: None)()


@pytest.fixture
def wayback(site: MisbehavingSite) -> Wayback:
    site.serves("/", host=HOST)  # makes the name known
    return Wayback(site)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def make_client(make_network: MakeNetwork, wayback: Wayback, waits: Waits) -> MakeClient:
    def make(*, delay: float = 0.0, timeout: float = 0.5) -> ArchiveClient:
        return ArchiveClient(make_network(), wayback.archive, delay=delay, timeout=timeout, sleep=waits)

    return make


@pytest.fixture
async def client(make_client: MakeClient) -> ArchiveClient:
    return make_client()


def day(year: int, month: int = 1, of_month: int = 1) -> datetime:
    return datetime(year, month, of_month, tzinfo=UTC)


async def found(client: ArchiveClient, url: str = DEAD) -> ArchivedCopy:
    copy = await client.lookup(url)
    assert copy is not None
    return copy


# -- what it finds -----------------------------------------------------------------------------------------------------------


async def test_the_last_good_capture_and_the_failures_since(client: ArchiveClient, wayback: Wayback) -> None:
    wayback.has(
        DEAD,
        row("20090101000000", DEAD, "404"),
        row("20100101000000", DEAD),
        row("20120101000000", "http://brambles.test:80/pruning.html"),
        row("20130101000000", DEAD, "301"),
        row("20140101000000", DEAD, "404"),
        row("20140102000000", DEAD, "404"),
        row("20150301000000", DEAD, "410"),
    )
    wayback.shows("20120101000000", DEAD, PAGE)
    copy = await found(client)
    assert copy.captured_at == day(2012)
    assert copy.archive_url == f"{wayback.archive.replay}20120101000000/{DEAD}"
    assert (copy.title, copy.headings, copy.text) == (
        "Pruning raspberries",
        ("Pruning raspberries",),
        "Cut the old canes down to the ground.",
    )
    assert copy.failures == (day(2014), day(2015, 3))


async def test_a_page_without_captures_is_known_to_have_none(client: ArchiveClient, wayback: Wayback) -> None:
    wayback.has(DEAD)
    assert await found(client) == ArchivedCopy(target_url=DEAD)


async def test_a_page_captured_only_as_missing_has_failures_and_no_copy(client: ArchiveClient, wayback: Wayback) -> None:
    wayback.has(DEAD, row("20140101000000", DEAD, "404"), row("20150101000000", DEAD, "404"))
    assert await found(client) == ArchivedCopy(target_url=DEAD, failures=(day(2014), day(2015)))


async def test_a_capture_that_nothing_had_changed_is_a_sign_of_life(client: ArchiveClient, wayback: Wayback) -> None:
    wayback.has(
        DEAD,
        row("20120101000000", DEAD, digest="GOOD"),
        row("20140101000000", DEAD, "404"),
        row("20150101000000", DEAD, "-", mime="warc/revisit", digest="GOOD"),
        row("20160101000000", DEAD, "404"),
    )
    wayback.shows("20150101000000", DEAD, PAGE)
    copy = await found(client)
    assert (copy.captured_at, copy.failures) == (day(2015), (day(2016),))


async def test_error_pages_that_claim_success_are_passed_over_and_are_no_sign_of_life(client: ArchiveClient, wayback: Wayback) -> None:
    wayback.has(
        DEAD,
        row("20100101000000", DEAD),
        row("20140101000000", DEAD, "404"),
        row("20150101000000", DEAD, digest="LOST"),
        row("20160101000000", DEAD, "404"),
    )
    wayback.shows("20100101000000", DEAD, PAGE)
    wayback.shows("20150101000000", DEAD, LOST)
    copy = await found(client)
    assert (copy.captured_at, copy.failures) == (day(2010), (day(2014), day(2016)))


async def test_a_good_capture_older_than_what_was_listed_is_asked_for(client: ArchiveClient, wayback: Wayback) -> None:
    wayback.has(DEAD, *(row(f"2020{1 + n // 25:02}{1 + n % 25:02}000000", DEAD, "404") for n in range(MOST_CAPTURES)))
    wayback.has(DEAD, row("20050101000000", DEAD), status=200)
    wayback.shows("20050101000000", DEAD, PAGE)
    copy = await found(client)
    assert copy.captured_at == day(2005)
    assert len(copy.failures) > 30


async def test_a_recorded_redirect_is_followed_to_the_page_it_led_to(client: ArchiveClient, wayback: Wayback) -> None:
    new = "http://brambles.test/fruit/raspberries.html"
    wayback.has(DEAD, row("20140101000000", DEAD, "301"))
    wayback.shows("20140101000000", DEAD, code=301, headers={"Location": new})
    wayback.shows("20140101000000", new, code=302, headers={"Location": "http://brambles.test/fruit/canes.html"})
    wayback.shows("20140101000000", "http://brambles.test/fruit/canes.html", PAGE)
    copy = await found(client)
    assert copy.archive_url == f"{wayback.archive.replay}20140101000000/http://brambles.test/fruit/canes.html"
    assert copy.title == "Pruning raspberries"


async def test_the_archives_own_way_to_the_nearest_capture_is_no_recorded_redirect(client: ArchiveClient, wayback: Wayback) -> None:
    wayback.has(DEAD, row("20140101000000", DEAD))
    wayback.site.serves(f"/web/20140101000000id_/{DEAD}", status=302, headers={"Location": f"/web/20131231235959id_/{DEAD}"}, host=HOST)
    wayback.shows("20131231235959", DEAD, PAGE)
    assert (await found(client)).title == "Pruning raspberries"


async def test_the_encoding_is_the_one_that_was_captured(client: ArchiveClient, wayback: Wayback) -> None:
    wayback.has(DEAD, row("20140101000000", DEAD))
    wayback.shows(
        "20140101000000", DEAD, PAGE.replace("canes", "жимолость").encode("koi8-r"), headers={"Content-Type": "text/html; charset=koi8-r"}
    )
    assert "жимолость" in (await found(client)).text


async def test_a_site_that_wants_to_be_left_out_has_no_captures(client: ArchiveClient, wayback: Wayback) -> None:
    said = "org.archive.util.io.RuntimeIOException: org.archive.wayback.exception.AdministrativeAccessControlException: Blocked Site Error"
    wayback.says(DEAD, said, code=403, kind="text/plain")
    assert await found(client) == ArchivedCopy(target_url=DEAD)


async def test_a_capture_that_cannot_be_shown_gives_way_to_an_older_one(client: ArchiveClient, wayback: Wayback) -> None:
    wayback.has(DEAD, row("20100101000000", DEAD), row("20140101000000", DEAD))
    wayback.shows("20140101000000", DEAD, "not in archive", code=404)
    wayback.shows("20100101000000", DEAD, PAGE)
    assert (await found(client)).captured_at == day(2010)


# -- its troubles ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code", "kind"),
    [
        ("<html><title>Sorry</title>The Wayback Machine is out of order</html>", 200, "text/html"),
        ("", 200, "application/json"),
        ('[["timestamp","original"],["2014', 200, "application/json"),
        ('{"message": "ok"}', 200, "application/json"),
        ('[["a","b"],["c","d"]]', 200, "application/json"),
        ("[1, 2, 3]", 200, "application/json"),
        ("[" * 100_000, 200, "application/json"),
        (b"\xff\xfe\x00[", 200, "application/json"),
        ("bad gateway", 502, "text/html"),
        ("unavailable", 503, "text/html"),
        ("internal", 500, "application/json"),
    ],
    ids=["html", "empty", "cut-off", "other-json", "other-table", "numbers", "deep", "bytes", "502", "503", "500"],
)
async def test_what_is_no_answer_is_asked_for_again_more_and_more_slowly(
    client: ArchiveClient, wayback: Wayback, waits: Waits, body: str | bytes, code: int, kind: str
) -> None:
    wayback.says(DEAD, body, code=code, kind=kind)
    assert await client.lookup(DEAD) is None
    assert waits.taken == list(BACKOFF)
    assert wayback.asked_for(DEAD) == 4


async def test_a_passing_trouble_costs_a_wait(client: ArchiveClient, wayback: Wayback, waits: Waits) -> None:
    wayback.says(DEAD, "bad gateway", code=502)
    waits.then[2] = lambda: wayback.has(DEAD)
    assert await found(client) == ArchivedCopy(target_url=DEAD)
    assert waits.taken == [2.0, 4.0]


async def test_an_archive_that_says_when_to_come_back_is_left_alone_until_then(
    client: ArchiveClient, wayback: Wayback, waits: Waits
) -> None:
    wayback.says(DEAD, "busy", code=503, Retry_After="17")
    waits.then[1] = lambda: wayback.has(DEAD)
    assert await found(client) == ArchivedCopy(target_url=DEAD)
    assert waits.taken == [17.0]


async def test_an_archive_that_wants_an_hour_is_not_asked_again_in_this_run(client: ArchiveClient, wayback: Wayback, waits: Waits) -> None:
    wayback.says(DEAD, "busy", code=503, Retry_After="3600")
    assert await client.lookup(DEAD) is None
    assert await client.lookup("http://other.test/") is None
    assert len(wayback.site.hits(host=HOST)) == 1
    assert waits.taken == []


async def test_after_too_many_requests_it_is_asked_once_more_and_then_left_alone(client: ArchiveClient, wayback: Wayback) -> None:
    wayback.says(DEAD, "slow down", code=429, Retry_After="0")
    assert await client.lookup(DEAD) is None
    assert client.given_up
    assert wayback.asked_for(DEAD) == 2
    assert await client.lookup("http://other.test/") is None
    assert len(wayback.site.hits(host=HOST)) == 2


@pytest.mark.parametrize("fault", ["/stall", "/reset", "/truncated", "/garbage"])
async def test_faults_below_http_cost_waits_and_no_more(client: ArchiveClient, wayback: Wayback, waits: Waits, fault: str) -> None:
    to = wayback.site.url(fault, host=HOST)
    wayback.site.serves(wayback.index_path(DEAD), status=302, headers={"Location": to}, host=HOST)
    assert await client.lookup(DEAD) is None
    assert waits.taken == list(BACKOFF)


async def test_a_huge_answer_is_not_read_to_its_end(client: ArchiveClient, wayback: Wayback) -> None:
    wayback.site.serves(wayback.index_path(DEAD), status=302, headers={"Location": "/endless-chunks"}, host=HOST)
    assert await client.lookup(DEAD) is None


async def test_an_archive_that_fails_again_and_again_is_given_up_for_this_run(client: ArchiveClient, wayback: Wayback) -> None:
    urls = [f"http://dead.test/{n}" for n in range(FAILURES_IN_A_ROW + 2)]
    for url in urls:
        wayback.says(url, "no", code=500)
        assert await client.lookup(url) is None
    assert [wayback.asked_for(url) for url in urls] == [4] * FAILURES_IN_A_ROW + [0, 0]


async def test_one_answer_between_failures_keeps_it_in_use(client: ArchiveClient, wayback: Wayback) -> None:
    for n in range(2 * FAILURES_IN_A_ROW):
        url = f"http://dead.test/{n}"
        if n % 2:
            wayback.has(url)
        else:
            wayback.says(url, "no", code=500)
        await client.lookup(url)
    assert not client.given_up


# -- its pace ----------------------------------------------------------------------------------------------------------------


async def test_it_is_asked_one_thing_at_a_time_and_a_while_apart(make_client: MakeClient, wayback: Wayback) -> None:
    client = make_client(delay=0.1)
    urls = [f"http://dead.test/{n}" for n in range(3)]
    for url in urls:
        wayback.has(url, row("20140101000000", url))
        wayback.shows("20140101000000", url, PAGE)
    copies = await asyncio.gather(*(client.lookup(url) for url in urls))
    assert all(copy is not None and copy.captured_at == day(2014) for copy in copies)
    assert wayback.site.most_at_once(HOST) == 1
    assert min(wayback.site.gaps(host=HOST)) >= 0.095


async def test_a_slow_archive_is_not_waited_for_longer_than_the_campaign_wants(
    make_client: MakeClient, wayback: Wayback, waits: Waits
) -> None:
    client = make_client(timeout=0.05)
    wayback.site.serves(wayback.index_path(DEAD), body="[]", delay=0.3, host=HOST)
    assert await client.lookup(DEAD) is None
    assert waits.taken == list(BACKOFF)
