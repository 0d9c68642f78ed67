"""robots.txt by RFC 9309, against hosts that answer it in every way they shouldn't."""

import asyncio

import pytest

from prospector.checking import robots as our_robots
from prospector.checking.failures import Failed
from prospector.checking.network import Network
from prospector.checking.robots import MAX_CRAWL_DELAY, Robots
from prospector.items import Outcome
from tests.checking.conftest import MakeNetwork
from tests.misbehaving_site import MisbehavingSite


@pytest.fixture
async def polite(make_network: MakeNetwork) -> Network:
    return make_network(obey_robots=True)


async def outcome(network: Network, url: str) -> Outcome:
    try:
        await network.get(url, limit=1000)
    except Failed as failed:
        return failed.outcome
    return Outcome.ANSWERED


@pytest.mark.parametrize(
    ("host", "path", "expected"),
    [
        ("robots-forbids.test", "/ok", Outcome.FORBIDDEN_BY_ROBOTS),
        ("robots-allows.test", "/ok", Outcome.ANSWERED),
        ("robots-allows.test", "/private/x", Outcome.FORBIDDEN_BY_ROBOTS),
        ("robots-500.test", "/ok", Outcome.FORBIDDEN_BY_ROBOTS),  # RFC 9309, 2.3.1.4: unreachable means complete disallow
        ("robots-403.test", "/ok", Outcome.ANSWERED),  # 2.3.1.3: unavailable means no rule
        ("robots-html.test", "/ok", Outcome.ANSWERED),
        ("robots-binary.test", "/ok", Outcome.ANSWERED),
        ("robots-loop.test", "/ok", Outcome.ANSWERED),
        ("robots-huge.test", "/private/x", Outcome.FORBIDDEN_BY_ROBOTS),
        ("robots-huge.test", "/ok", Outcome.ANSWERED),
        ("robots-stall.test", "/ok", Outcome.ANSWERED),  # the target itself is to show what is wrong
        ("robots-reset.test", "/ok", Outcome.ANSWERED),
        ("no-robots.test", "/ok", Outcome.ANSWERED),
    ],
)
async def test_each_way_to_answer_has_its_meaning(polite: Network, site: MisbehavingSite, host: str, path: str, expected: Outcome) -> None:
    polite.resolver.hosts["no-robots.test"] = ("127.0.0.1",)
    assert await outcome(polite, site.url(path, host=host)) is expected
    # a reset may have met a connection that was idle for too long: aiohttp asks once more
    assert len(site.hits("/robots.txt", host=host)) == (2 if host == "robots-reset.test" else 1)
    assert len(site.hits(path, host=host)) == (expected is Outcome.ANSWERED)


async def test_a_host_whose_robots_txt_says_too_many_requests_is_paused(polite: Network, site: MisbehavingSite) -> None:
    await polite.robots.rules(site.url("/ok", host="robots-429.test"))
    assert polite.gate.ready_at("robots-429.test") > asyncio.get_running_loop().time() + 10


async def test_it_is_asked_for_once_however_many_pages_wait_for_it(polite: Network, site: MisbehavingSite) -> None:
    urls = [site.url(f"/ok?{number}", host="robots-allows.test") for number in range(8)]
    await asyncio.gather(*(polite.get(url, limit=1000) for url in urls))
    assert len(site.hits("/robots.txt")) == 1
    assert site.hits(host="robots-allows.test")[0].path == "/robots.txt"


async def test_a_crawl_delay_is_kept(polite: Network, site: MisbehavingSite) -> None:
    for _ in range(2):
        await polite.get(site.url("/ok", host="robots-delay.test"), limit=1000)
    assert [gap >= 0.29 for gap in site.gaps(host="robots-delay.test")] == [True, True]


async def test_what_it_forbids_is_forbidden_at_every_hop(polite: Network, site: MisbehavingSite) -> None:
    site.serves("/away", status=302, headers={"Location": site.url("/private/x", host="robots-allows.test")}, host="from.test")
    polite.resolver.hosts["from.test"] = ("127.0.0.1",)
    with pytest.raises(Failed) as caught:
        await polite.get(site.url("/away", host="from.test"), limit=1000)
    assert caught.value.outcome is Outcome.FORBIDDEN_BY_ROBOTS
    assert [hop.url for hop in caught.value.hops] == [site.url("/away", host="from.test")]
    assert not site.hits("/private/x")


async def test_who_does_not_obey_does_not_ask(make_network: MakeNetwork, site: MisbehavingSite) -> None:
    assert await outcome(make_network(), site.url("/ok", host="robots-forbids.test")) is Outcome.ANSWERED
    assert not site.hits("/robots.txt")


class Origin:
    """One origin's robots.txt, or what asking for it comes to."""

    def __init__(self, text: bytes = b"", *, status: int = 200, fails: Failed | None = None) -> None:
        self.text, self.status, self.fails = text, status, fails
        self.asked: list[str] = []
        self.slowed: list[tuple[str, float]] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.now = 0.0
        self.robots = Robots(
            self.fetch, agent="Prospector", slow_down=lambda host, delay: self.slowed.append((host, delay)), clock=lambda: self.now
        )

    async def fetch(self, url: str) -> tuple[int, bytes]:
        self.asked.append(url)
        await self.may_answer.wait()
        if self.fails:
            raise self.fails
        return self.status, self.text


async def test_rules_for_our_name_go_before_those_for_all() -> None:
    origin = Origin(b"User-agent: *\nDisallow: /\n\nUser-agent: prospector\nDisallow: /secret\nCrawl-delay: 2\n")
    assert await origin.robots.refusal("http://a.test/page") == ""
    assert "robots.txt" in await origin.robots.refusal("http://a.test/secret/x")
    assert origin.slowed == [("a.test", 2.0)]


async def test_a_rule_is_obeyed_however_it_is_spelt_and_an_empty_one_forbids_nothing() -> None:
    for rule in (
        b"Disallow: /",
        b"DISALLOW:/",
        b"Disallow /",
        b"dissallow: /",
        b"Dissalow: /",
        b"Disalow: /",
        b"Diasllow: /",
        b"Disallaw:\t/",
    ):
        assert await Origin(b"User-agent: *\n" + rule).robots.refusal("http://a.test/page"), rule
    for rule in (b"Disallow:", b"Disallow: # nothing", b"Disallow:\r\nSitemap: http://a.test/map.xml"):
        origin = Origin(b"User-agent: *\n" + rule)
        assert (await origin.robots.rules("http://a.test/")).text is None, rule


async def test_a_crawl_delay_has_a_ceiling_and_nonsense_is_none() -> None:
    origin = Origin(b"User-agent: *\nCrawl-delay: 86400\n")
    await origin.robots.rules("http://a.test/")
    assert origin.slowed == [("a.test", MAX_CRAWL_DELAY)]
    for text in (b"User-agent: *\nCrawl-delay: soon\n", b"User-agent: *\nCrawl-delay: -5\n", b"User-agent: *\nCrawl-delay: nan\n"):
        odd = Origin(text)
        await odd.robots.rules("http://a.test/")
        assert not odd.slowed, text


async def test_sitemaps_are_told() -> None:
    origin = Origin(b"Sitemap: http://a.test/map.xml\n")
    assert (await origin.robots.rules("http://a.test/")).sitemaps == ("http://a.test/map.xml",)


@pytest.mark.parametrize("result", [Outcome.HOST_STOPPED, Outcome.ADDRESS_REFUSED, Outcome.NO_HOST, Outcome.TIMED_OUT, Outcome.TLS_FAILED])
async def test_a_robots_txt_that_fails_forbids_nothing_because_the_page_itself_says_what_is_wrong(result: Outcome) -> None:
    assert await Origin(fails=Failed(result, "why it failed")).robots.refusal("http://a.test/") == ""


@pytest.mark.parametrize(("status", "hours"), [(200, 12), (404, 12), (503, 1)])
async def test_after_half_a_day_it_is_asked_for_again_and_sooner_where_a_server_was_not_well(status: int, hours: int) -> None:
    origin = Origin(b"User-agent: *\nDisallow: /private\n", status=status)
    for origin.now in (0.0, hours * 3600 - 1.0, hours * 3600 + 1.0):
        await origin.robots.rules("http://a.test/")
    assert len(origin.asked) == 2


async def test_each_origin_has_its_own_and_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(our_robots, "REMEMBERED", 2)
    origin = Origin()
    for url in ("http://a.test/1", "https://a.test/", "http://a.test:8080/", "http://a.test/2"):
        await origin.robots.rules(url)
    assert [url.removesuffix("/robots.txt") for url in origin.asked] == [
        "http://a.test",
        "https://a.test",
        "http://a.test:8080",
        "http://a.test",
    ]
    assert len(origin.robots._rules) == 2


async def test_who_stops_waiting_does_not_stop_the_others_and_closing_stops_all() -> None:
    origin = Origin(b"User-agent: *\nDisallow: /x\n")
    origin.may_answer.clear()
    first, second = (asyncio.ensure_future(origin.robots.refusal("http://a.test/x")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    origin.may_answer.set()
    assert await second
    origin.may_answer.clear()
    waiting = asyncio.ensure_future(origin.robots.refusal("http://b.test/"))
    await asyncio.sleep(0)
    await asyncio.wait_for(origin.robots.close(), 1)
    assert isinstance((await asyncio.gather(waiting, return_exceptions=True))[0], asyncio.CancelledError)
