"""The network, once: one aiohttp session for pages, link checks, robots.txt, sitemaps and contacts.

Every request of every kind, and every hop of every redirect, goes through `Network.get`: robots.txt, the host's gate, our resolver, the
address guard, and the caps on time, headers, body and decompressed size. Nothing else in this program opens a connection.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from prospector.checking.addresses import AddressRefusedError, guarded_socket
from prospector.checking.body import ACCEPT_ENCODING, read_capped
from prospector.checking.connector import KEPT_OPEN, Connector, Response
from prospector.checking.dns import make_dns
from prospector.checking.failures import FOREIGN, Failed, certificate_problem, is_ours, outcome_of
from prospector.checking.gate import Gate
from prospector.checking.proxies import Proxies, is_local_name, is_private_literal, refusal_by_name, without_credentials
from prospector.checking.resolver import Resolver
from prospector.checking.robots import MAX_BYTES as ROBOTS_MAX_BYTES
from prospector.checking.robots import Fetch as RobotsFetch
from prospector.checking.robots import Robots
from prospector.checking.tls import lenient_context, strict_context
from prospector.items import Hop, Outcome
from prospector.links.urls import normalise

MAX_HOPS = 10  # a browser gives up at 20; honest chains end within 5
MAX_URL = 8_000  # characters; longer ones are refused by most servers
MAX_HEADER_LINE = 32 * 1024  # bytes
CONNECT_TIMEOUT = 15.0  # seconds for all addresses of a host; the run's time-out where that is shorter
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TEXTUAL = ("text/", "application/xhtml", "application/xml", "application/json", "application/rss", "application/atom")


class Purpose(StrEnum):
    """What a request is for: what a run costs, and why, is counted by it."""

    PAGE = "page"
    CHECK = "check"  # the first look at a target
    SECOND = "second"  # another look at it: by the other scheme, or in a browser
    CONTROL = "control"  # made-up addresses and roots, to hold a suspect against
    ROBOTS = "robots"
    CANARY = "canary"
    CONTACT = "contact"
    ARCHIVE = "archive"
    REGISTRY = "registry"
    MOVED = "moved"  # the search for a dead page's new address


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """What a run wants of the network. Times in seconds, sizes in bytes."""

    user_agent: str
    robots_agent: str = "Prospector"
    obey_robots: bool = True
    per_host: int = 1
    delay: float = 1.0
    timeout: float = 20.0
    guard: bool = True
    hosts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    hosts_only: bool = False
    ports: Mapping[int, int] = field(default_factory=dict)
    dns_servers: Sequence[str] = ()  # "IP" or "IP:port"; empty: those of the system
    dns_second: str = ""  # the same; "": none
    canaries: Sequence[str] = ()  # URLs, normalised


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole HTTP answer, or as much of it as was asked for."""

    url: str  # the one that answered, after redirects
    status: int
    headers: Mapping[str, str]  # lower-case names; of repeated ones the last
    body: bytes
    complete: bool
    hops: tuple[Hop, ...] = ()
    address: str = ""
    certificate: str = ""
    elapsed_ms: int = 0  # without waiting for turns

    @property
    def content_type(self) -> str:
        """The media type, lower case, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class _Ask:
    limit: int
    binary_limit: int
    headers: Mapping[str, str] | None
    purpose: Purpose
    strict: bool  # a bad certificate ends it


class Network:
    """One session and what stands before it. Make it inside a running event loop, `close()` it there."""

    def __init__(
        self, settings: NetworkSettings, *, gate: Gate | None = None, share_robots: Callable[[RobotsFetch], RobotsFetch] | None = None
    ) -> None:
        """:param gate: one whose turns hold beyond this process; share_robots: spares it what other processes asked for."""
        self.settings = settings
        self.gate = gate or Gate(limit=settings.per_host, delay=settings.delay)
        self.resolver = _resolver(settings)
        fetch = share_robots(self._get_robots) if share_robots else self._get_robots
        self.robots = Robots(fetch, agent=settings.robots_agent, slow_down=self.gate.slow_down)
        self.requests: Counter[Purpose] = Counter()  # hops of redirects included
        self._strict = strict_context()
        self._lenient = lenient_context()
        self._bad_certificates: dict[str, str] = {}
        self._connect_timeout = min(settings.timeout, CONNECT_TIMEOUT)
        self._proxies = Proxies.of_environment()
        self._session = self._make_session(self.resolver, guarded=settings.guard)
        # What goes through a proxy connects to nothing but the proxy, which the user chose: it may be on this machine
        self._to_proxies = Resolver(hosts=settings.hosts, hosts_only=False, ports={}, guard=False)
        self._proxied = self._make_session(self._to_proxies, guarded=False) if self._proxies else self._session

    def _make_session(self, resolver: Resolver, *, guarded: bool) -> aiohttp.ClientSession:
        settings = self.settings
        return aiohttp.ClientSession(
            response_class=Response,
            connector=Connector(
                resolver=resolver,
                limit=0,  # the gate and the checker limit; a second limit would only hide what they do
                ttl_dns_cache=600,
                dns_cache_max_size=20_000,
                keepalive_timeout=KEPT_OPEN,
                socket_factory=guarded_socket if guarded else None,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # theirs has no ceiling
            requote_redirect_url=False,
            timeout=aiohttp.ClientTimeout(total=settings.timeout, sock_connect=self._connect_timeout),
            max_line_size=MAX_HEADER_LINE,
            max_field_size=MAX_HEADER_LINE,
            headers={
                "User-Agent": settings.user_agent,
                "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
                "Accept-Language": "en,*;q=0.5",
                "Accept-Encoding": ACCEPT_ENCODING,
            },
        )

    async def get(
        self,
        url: str,
        *,
        limit: int,
        binary_limit: int | None = None,
        headers: Mapping[str, str] | None = None,
        urgent: bool = False,
        robots: bool = True,
        follow: bool = True,
        purpose: Purpose = Purpose.PAGE,
    ) -> Answer:
        """GET `url` (normalised), following redirects, reading at most `limit` bytes of the body.

        binary_limit: bytes to read of what is no text (`limit` when None); robots: False only for robots.txt itself and services that are made for
        programs; follow: False where `headers` hold what is meant for this address alone: it follows no redirect, and no bad certificate is overlooked.
        Raises Failed, with the hops up to the failure.
        """
        ask = _Ask(limit, limit if binary_limit is None else binary_limit, headers, purpose, strict=not follow)
        hops: list[Hop] = []
        seen: set[str] = set()
        spent = 0.0
        certificate = ""
        while True:
            seen.add(url)
            host = _host(url)
            started = time.monotonic()
            try:
                if robots and self.settings.obey_robots:
                    await self._obey_robots(url)
                async with self.gate.turn(host, urgent=urgent):
                    started = time.monotonic()
                    answer = await self._once(url, host, ask)
            except Failed as failed:
                raise replace(failed, url=url, hops=tuple(hops), elapsed_ms=_ms(spent)) from None
            except FOREIGN as error:
                outcome, detail = outcome_of(error)
                took = time.monotonic() - started
                spent += took
                if outcome is Outcome.REFUSED and took >= self._connect_timeout:
                    # the error is the last address's; one before it never answered, which is no refusal
                    outcome = Outcome.TIMED_OUT
                ours = is_ours(error, proxied=self._proxy_for(url) is not None)
                raise Failed(outcome, detail, url, tuple(hops), _ms(spent), ours) from error
            spent += time.monotonic() - started
            certificate = certificate or answer.certificate
            location = answer.headers.get("location", "") if follow and answer.status in REDIRECTS else ""
            goes_to = normalise(location, url) if location else None
            if goes_to is None:  # an answer, or a redirect that leads nowhere we can go
                return replace(answer, hops=tuple(hops), elapsed_ms=_ms(spent), certificate=certificate)
            hops.append(Hop(url=url, status=answer.status, location=without_credentials(location[:MAX_URL])))
            url = goes_to
            if url in seen:
                raise Failed(Outcome.REDIRECT_LOOP, f"it redirects in a circle, back to {url[:200]}", url, tuple(hops), _ms(spent))
            if len(hops) > MAX_HOPS:
                raise Failed(Outcome.TOO_MANY_HOPS, f"more than {MAX_HOPS} redirects", url, tuple(hops), _ms(spent))

    def is_local(self, url: str) -> bool:
        """Whether asking for `url` tells nothing about our way to the internet: the hosts file or a private address leads elsewhere."""
        host = _host(url)
        return self.resolver.decides(host) or is_private_literal(host)

    async def close(self) -> None:
        await self.robots.close()
        for session, resolver in ((self._session, self.resolver), (self._proxied, self._to_proxies)):
            await session.close()
            await resolver.close()

    async def _obey_robots(self, url: str) -> None:
        if why := await self.robots.refusal(url):
            raise Failed(Outcome.FORBIDDEN_BY_ROBOTS, why)

    async def _once(self, url: str, host: str, ask: _Ask) -> Answer:
        if len(url) > MAX_URL:
            raise Failed(Outcome.BAD_URL, f"the address is {len(url)} characters long")
        self.requests[ask.purpose] += 1
        known_problem = "" if ask.strict else self._bad_certificates.get(host, "")
        try:
            return await self._request(url, host, ask, known_problem)
        except aiohttp.ClientConnectorCertificateError as error:
            if ask.strict:
                raise
            # A bad certificate is the owner's oversight, not the page's death: look behind it, and say so.
            problem = certificate_problem(error)
            self._bad_certificates[host] = problem
            return await self._request(url, host, ask, problem)

    async def _request(self, url: str, host: str, ask: _Ask, problem: str) -> Answer:
        proxy = self._proxy_for(url)
        if proxy and self.settings.guard and (why := refusal_by_name(host)):
            raise AddressRefusedError(why)
        async with (self._proxied if proxy else self._session).get(
            URL(url, encoded=True),
            headers=ask.headers,
            allow_redirects=False,
            ssl=self._lenient if problem else self._strict,
            proxy=proxy,
        ) as response:
            found = {name.lower(): value for name, value in response.headers.items()}
            if response.status == 429:
                self.gate.too_many(host, seconds_to_wait(found.get("retry-after", "")))
            wanted = ask.limit if _textual(found.get("content-type", "")) else min(ask.limit, ask.binary_limit)
            body, complete = await read_capped(response.content, coding=found.get("content-encoding", ""), limit=wanted)
            if not complete:
                response.close()  # the rest is not wanted: give the connection up
            return Answer(
                url=url,
                status=response.status,
                headers=found,
                body=body,
                complete=complete,
                address=response.address if isinstance(response, Response) and not proxy else "",
                certificate=problem,
            )

    async def _get_robots(self, url: str) -> tuple[int, bytes]:
        answer = await self.get(url, limit=ROBOTS_MAX_BYTES, robots=False, urgent=True, purpose=Purpose.ROBOTS)
        return answer.status, answer.body

    def _proxy_for(self, url: str) -> str | None:
        if not self._proxies or self.resolver.decides(_host(url)):
            return None
        if not self.settings.guard and is_local_name(_host(url)):
            return None  # allowed, and no proxy elsewhere could reach it
        return self._proxies.of(url)


def _resolver(settings: NetworkSettings) -> Resolver:
    dns = None if settings.hosts_only else make_dns(settings.dns_servers, settings.dns_second)
    return Resolver(hosts=settings.hosts, hosts_only=settings.hosts_only, ports=settings.ports, guard=settings.guard, dns=dns)


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _textual(content_type: str) -> bool:
    kind = content_type.lstrip().lower()
    return not kind or kind.startswith(_TEXTUAL)


def seconds_to_wait(retry_after: str) -> float | None:
    """A Retry-After header (RFC 9110, 10.2.3: seconds or a date) in seconds from now; None when it says nothing."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
