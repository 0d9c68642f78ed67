"""Whatever bytes come from outside, each reader of ours ends soon, with an answer of bounded size or the one exception that it promises.

Fast here; `make torture` tries many more. What a reader means is tested beside it; here only that nothing gets through that it doesn't say.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prospector.archive.cdx import MOST_CAPTURES, Dialect, NotAnIndexError, read_captures
from prospector.campaign import CampaignError, load_campaign
from prospector.checking.network import seconds_to_wait
from prospector.checking.resolver import read_hosts
from prospector.checking.robots import MAX_CRAWL_DELAY, Robots
from prospector.contacts.find import contacts_on
from prospector.links.charset import decode
from prospector.links.extract import read_page
from prospector.links.sitemaps import MAX_URLS, read_sitemap
from prospector.links.urls import normalise
from prospector.store import Store
from prospector.verdicts.reading import read_body
from tests.store import builders as make

PAGE = "http://lists.test/links.html"
MUCH = 3_000  # examples in `make torture`
QUICK = settings(max_examples=60, deadline=2_000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
LONG = settings(QUICK, max_examples=MUCH)

HTML = b"<html><head><meta charset=utf-8><title>Links</title><base href=/a/></head><body><h2>More</h2><ul><li><a href=http://x.test/?a=1&b=2>x</a> text</ul><p>&#0;&amp;</body></html>"
XML = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://lists.test/a</loc></url></urlset>"""
ROBOTS = b"User-agent: *\nDisallow: /private*$\nCrawl-delay: 1.5\nSitemap: http://lists.test/s.xml\n"
CDX = json.dumps(
    [["timestamp", "original", "mimetype", "statuscode", "digest"], ["20190412083000", "http://x.test/", "text/html", "200", "A"]]
)
CONTACTS = b"""<p><a href="mailto:ann@lists.test?subject=x">Ann Lind</a> <a data-cfemail="6506090a0d">x</a> ben [at] lists [dot] test
<script type="application/ld+json">{"@type": "Person", "name": "Ann", "email": "ann@lists.test"}</script></p>"""
HOSTS = b"127.0.0.1 a.test b.test # remark\n::1 c.test\n"
TOML = b"""name = "garden"\ngoal = "help"\nkeywords = ["soil"]\n[seeds]\nurls = ["http://x.test/"]\n[sender]\nname = "Ada"\nemail = "a@example.org"\nsite = "https://example.org/"\nrelation = "volunteer"\n[verdicts]\ngone = { passes = 2, gap = "2d" }\n"""


@st.composite
def spoiled(draw: st.DrawFn, sound: bytes) -> bytes:
    """A sound document with pieces cut, doubled, swapped or replaced: it gets further into a reader than noise does."""
    data = bytearray(sound)
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(data)))
        end = draw(st.integers(at, min(len(data), at + 12)))
        data[at:end] = draw(
            st.one_of(
                st.binary(max_size=8), st.just(bytes(data[at:end]) * 3), st.sampled_from([b"\xff\xfe", b"\0", b"<", b'"', b"\n", b"1e999"])
            )
        )
    return bytes(data)


def page(body: bytes) -> None:
    reading = read_page(decode(body, "text/html"), url=PAGE)
    assert len(reading.links) <= 10 + body.count(b"<") + body.count(b"&")
    assert all(link.target_url.startswith(("http://", "https://")) for link in reading.links)


def charset(body: bytes) -> None:
    text = decode(body, f"text/html; charset={body[:20].decode('latin-1')}")
    assert len(text) <= len(body) + 1


def sitemap(body: bytes) -> None:
    found = read_sitemap(body, url=PAGE)
    assert len(found.pages) + len(found.sitemaps) <= MAX_URLS
    assert all(url.startswith(("http://", "https://")) for url in found.pages + found.sitemaps)


def robots(body: bytes) -> None:
    rules = Robots(None, agent="Prospector", slow_down=lambda *_: None)._read(200, body)  # type: ignore[arg-type]
    assert 0 <= rules.delay <= MAX_CRAWL_DELAY
    assert len(rules.sitemaps) <= 50
    if rules.text is not None:
        assert rules.text.can_fetch(PAGE, "Prospector") in {True, False}


def index(body: bytes) -> None:
    for dialect in Dialect:
        try:
            captures = read_captures(body, dialect)
        except NotAnIndexError as error:
            assert len(str(error)) < 500  # noqa: PT017 - either is right
        else:
            assert len(captures) <= 2 * MOST_CAPTURES


def hosts_file(body: bytes, folder: Path) -> None:
    path = folder / "hosts.txt"
    path.write_bytes(body)
    try:
        found = read_hosts(path)
    except ValueError as error:
        assert str(path) in str(error)  # noqa: PT017 - either is right
    else:
        assert all(found.values())


def campaign(body: bytes, folder: Path) -> None:
    path = folder / "campaign.toml"
    path.write_bytes(body)
    try:
        load_campaign(path)
    except CampaignError as error:
        assert all(problem.strip() for problem in error.problems or [""])  # noqa: PT017 - either is right


def address(body: bytes) -> None:
    base, _, link = body.decode("utf-8", "replace").partition("\n")
    url = normalise(link, f"http://lists.test/{base}")
    assert url is None or (url.startswith(("http://", "https://")) and normalise(url) == url)


def retry_after(body: bytes) -> None:
    seconds = seconds_to_wait(body.decode("latin-1"))
    assert seconds is None or seconds >= 0


def sample(body: bytes) -> None:
    read = read_body(
        body.decode("utf-8", "replace"), url=PAGE, content_type="text/html", sha256="0", size=len(body), complete=True, expected=("garden",)
    )
    assert read.text_length <= len(body) + 10
    assert len(read.headings) <= 20


def contacts(body: bytes) -> None:
    for contact in contacts_on(body.decode("utf-8", "replace"), url=PAGE, now=make.NOON):
        assert contact.value.isprintable()


Reader = Callable[[bytes], None]
READERS: dict[str, tuple[Reader, bytes]] = {
    "address": (address, b"a/b\n//Ex.Test:80/c/../%7e?x=1#f"),
    "retry-after": (retry_after, b"Fri, 20 Nov 2026 12:00:00 GMT"),
    "sample": (sample, HTML),
    "contacts": (contacts, CONTACTS),
    "page": (page, HTML),
    "charset": (charset, HTML),
    "sitemap": (sitemap, XML),
    "robots": (robots, ROBOTS),
    "index": (index, CDX.encode()),
}


def of_files(folder: Path) -> dict[str, tuple[Reader, bytes]]:
    return {"hosts": (lambda body: hosts_file(body, folder), HOSTS), "campaign": (lambda body: campaign(body, folder), TOML)}


NAMES = [*READERS, "hosts", "campaign"]


def try_all(name: str, folder: Path, how: settings) -> None:
    reader, sound = (READERS | of_files(folder))[name]

    @how
    @given(st.one_of(st.binary(max_size=400), spoiled(sound)))
    def run(body: bytes) -> None:
        reader(body)

    run()


@pytest.mark.parametrize("name", NAMES)
def test_no_bytes_get_anything_else_out_of_a_reader(name: str, tmp_path: Path) -> None:
    try_all(name, tmp_path, QUICK)


@pytest.mark.torture
@pytest.mark.parametrize("name", NAMES)
def test_no_bytes_get_anything_else_out_of_a_reader_however_many(name: str, tmp_path: Path) -> None:
    try_all(name, tmp_path, LONG)


# -- made to be large, deep or slow ------------------------------------------------------------------------------------------

MB = 1_000_000


def peak_of(work: Callable[[], object]) -> tuple[float, int]:
    """CPU seconds, and the bytes by which this process's memory grew at most."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak counts from here
    before = peak()
    began = time.process_time()
    work()
    return time.process_time() - began, peak() - before


def peak() -> int:
    """In bytes."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


DEEP_XML = b"<?xml version='1.0'?>" + b"<a>" * 300_000
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(f'<!ENTITY {two} "{f"&{one};" * 10}">'.encode() for one, two in zip("abcdefghi", "bcdefghij", strict=True))
    + b"]><urlset><url><loc>http://lists.test/&j;</loc></url></urlset>"
)
OUTSIDE = b'<!DOCTYPE x [<!ENTITY p SYSTEM "file:///etc/passwd">]><urlset><url><loc>http://lists.test/&p;</loc></url></urlset>'
BOMBS: dict[str, tuple[Callable[[], object], float, int]] = {
    # what it does, CPU seconds, bytes
    "a million links": (lambda: read_page("<a href=/x>x</a>" * MB, url=PAGE), 20, 400 * MB),
    "deep html": (lambda: read_page("<div>" * MB + "<a href=http://x.test/>x</a>", url=PAGE), 20, 700 * MB),
    "deep xml": (lambda: read_sitemap(DEEP_XML, url=PAGE), 5, 300 * MB),
    "entities in xml": (lambda: read_sitemap(LAUGHS, url=PAGE), 2, 100 * MB),
    "robots of one line": (lambda: robots(b"User-agent: *\nDisallow: /" + b"*a" * 250_000), 5, 300 * MB),
    "robots of many lines": (lambda: robots(b"User-agent: *\nDisallow: /x\n" * 20_000), 10, 300 * MB),
    "index of nothing but rows": (lambda: index(b"[" + b'["timestamp","original"],' * 100_000 + b"[]]"), 10, 400 * MB),
    "index nested": (lambda: index(b"[" * MB), 5, 300 * MB),
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_made_to_be_expensive_costs_a_known_amount(name: str) -> None:
    work, seconds, most = BOMBS[name]
    took, grown = peak_of(work)
    assert took < seconds
    assert grown < most


def test_entities_are_neither_unfolded_nor_fetched() -> None:
    for body in (LAUGHS, OUTSIDE):
        assert all(len(url) < 200 and "root" not in url for url in read_sitemap(body, url=PAGE).pages)


# -- what is kept comes back as it was ---------------------------------------------------------------------------------------

WORDS = st.text(max_size=60)


def test_every_observation_reads_back_as_it_was(tmp_path: Path) -> None:
    numbers = itertools.count()
    with Store.open(tmp_path / "garden.db") as store:

        @QUICK
        @given(WORDS, WORDS, st.integers(100, 599) | st.none(), st.integers(0, 10**9))
        def run(detail: str, host: str, status: int | None, elapsed: int) -> None:
            target = f"https://x.test/{next(numbers)}"
            seen = make.seen(target, detail=detail, final_url=f"https://{host}.test/", status=status, elapsed_ms=elapsed)
            store.evidence.save_checks([(seen, make.dead())], now=make.NOON)
            (back, *_) = store.evidence.observations(target)
            assert back == seen

        run()
