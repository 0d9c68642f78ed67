"""Against a real archive server, in pywb's dialect: what a dead page was, and since when it is missing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from prospector.archive.cdx import Archive
from prospector.checking.archive_client import ArchiveClient
from prospector.checking.network import Network
from prospector.items import ArchivedCopy


def day(year: int, month: int, of_month: int = 1) -> datetime:
    return datetime(year, month, of_month, tzinfo=UTC)


@pytest.fixture
def client(network: Network, pywb: Archive) -> ArchiveClient:
    return ArchiveClient(network, pywb, delay=0, timeout=5)


async def lookup(client: ArchiveClient, url: str) -> ArchivedCopy:
    copy = await client.lookup(url)
    assert copy is not None, client.given_up
    return copy


async def test_the_last_good_capture_is_found_with_the_failures_since(client: ArchiveClient, pywb: Archive) -> None:
    copy = await lookup(client, "http://brambles.test/pruning.html")
    assert copy.captured_at == day(2014, 5)
    assert copy.archive_url == f"{pywb.replay}20140501000000/http://brambles.test/pruning.html"
    assert copy.title == "Pruning raspberries - Bramble Page"
    assert copy.headings == ("Pruning raspberries",)
    assert copy.text.startswith("Cut the canes that have carried fruit")
    assert copy.failures == (day(2015, 5), day(2015, 8))


async def test_a_page_that_was_never_captured_is_known_to_be_so(client: ArchiveClient) -> None:
    assert await lookup(client, "http://never.test/") == ArchivedCopy(target_url="http://never.test/")


async def test_error_pages_that_claim_success_are_passed_over(client: ArchiveClient) -> None:
    copy = await lookup(client, "http://softly.test/guide")
    assert copy.captured_at == day(2010, 1)
    assert copy.failures == ()


async def test_the_encoding_is_that_of_the_captured_page(client: ArchiveClient) -> None:
    copy = await lookup(client, "http://umlaute.test/spirale.html")
    assert (copy.title, copy.headings) == ("Kräuterspirale", ("Kräuterspirale bauen",))


async def test_recorded_redirects_are_followed_inside_the_archive(client: ArchiveClient, pywb: Archive) -> None:
    copy = await lookup(client, "http://hops.test/a.html")
    assert copy.title == "Pruning raspberries - Bramble Page"
    assert copy.archive_url == f"{pywb.replay}20140103000000/http://hops.test/fruit/c.html"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://hops.test/far/0", "five redirects away"),
        ("http://hops.test/elder.html", "sent to the home page"),
        ("http://hops.test/out.html", "sent to a page that was not captured"),
    ],
)
async def test_redirects_that_lead_nowhere_are_no_copy(client: ArchiveClient, url: str, why: str) -> None:
    assert (await lookup(client, url)).captured_at is None, why


async def test_a_document_is_offered_as_it_is_and_not_read(client: ArchiveClient, pywb: Archive) -> None:
    copy = await lookup(client, "http://leaflets.test/a.pdf")
    assert (copy.captured_at, copy.text) == (day(2016, 1), "")
    assert copy.archive_url == f"{pywb.replay}20160101000000/http://leaflets.test/a.pdf"


async def test_nothing_but_the_archive_is_asked(client: ArchiveClient, network: Network) -> None:
    await lookup(client, "http://hops.test/out.html")
    assert network.requests.total() == 3  # the index, the redirect, and what the archive says of the page it led to
