"""Scrapy's pages through our network: the download handler, and the network that a crawler and its spiders share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from weakref import WeakKeyDictionary

from scrapy import Request, signals
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings

from prospector.checking.dns import server
from prospector.checking.network import Answer, Network, NetworkSettings
from prospector.checking.resolver import read_hosts
from prospector.links.urls import normalise

_networks: WeakKeyDictionary[Crawler, Network] = WeakKeyDictionary()
_makers: WeakKeyDictionary[Crawler, Callable[[NetworkSettings], Network]] = WeakKeyDictionary()
# What our own layer has undone or does not do: told to Scrapy's response, these headers would make it unpack or follow again.
_UNDONE = frozenset({"content-encoding", "transfer-encoding", "content-length"})


def network_of(crawler: Crawler) -> Network:
    """The one network of this crawler: made, inside the running loop, when first asked for, and closed with the engine."""
    network = _networks.get(crawler)
    if network is None:
        settings = network_settings(crawler.settings)
        try:
            network = _makers.pop(crawler, Network)(settings)
        except ValueError as error:  # a proxy of the environment that can't be used
            raise NotConfigured(str(error)) from error
        use_network(crawler, network)
    return network


def make_network_by(crawler: Crawler, make: Callable[[NetworkSettings], Network]) -> None:
    """How this crawler's network is made when it is first asked for, which pipelines do before the spider starts."""
    _makers[crawler] = make


def use_network(crawler: Crawler, network: Network) -> None:
    """Let this be the crawler's network. Before anybody asked for it: two would not keep each other's turns."""
    if crawler in _networks:
        raise RuntimeError("somebody has this crawler's network already")
    _networks[crawler] = network
    crawler.signals.connect(network.close, signals.engine_stopped)

    def tell() -> None:
        for purpose, number in network.requests.items():
            if crawler.stats:
                crawler.stats.set_value(f"prospector/requests/{purpose}", number)

    crawler.signals.connect(tell, signals.spider_closed, weak=False)


def network_settings(settings: BaseSettings) -> NetworkSettings:
    """Scrapy's settings, read as ours: the standard ones mean for checks what they mean for pages.

    Raises NotConfigured, in words for the user, for a HOSTS_FILE, name server or canary that can't be used.
    """
    hosts: Mapping[str, tuple[str, ...]] = {}
    if hosts_file := settings.get("HOSTS_FILE"):
        try:
            hosts = read_hosts(Path(hosts_file))
        except (OSError, ValueError) as error:
            raise NotConfigured(f"HOSTS_FILE: {error}") from error
    return NetworkSettings(
        user_agent=settings["USER_AGENT"],
        robots_agent=settings.get("ROBOTSTXT_USER_AGENT") or "Prospector",
        obey_robots=settings.getbool("ROBOTSTXT_OBEY"),
        per_host=settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"),
        delay=settings.getfloat("DOWNLOAD_DELAY"),
        timeout=settings.getfloat("DOWNLOAD_TIMEOUT"),
        guard=settings.getbool("ADDRESS_GUARD_ENABLED"),
        hosts=hosts,
        hosts_only=settings.getbool("HOSTS_ONLY"),
        ports={int(port): int(real) for port, real in settings.getdict("HOSTS_PORTS").items()},
        dns_servers=[_server("DNS_SERVERS", text) for text in settings.getlist("DNS_SERVERS") if text],
        dns_second=_server("DNS_SECOND_RESOLVER", settings.get("DNS_SECOND_RESOLVER") or ""),
        canaries=[_canary(text) for text in settings.getlist("CANARY_URLS") if text],
    )


def _server(name: str, text: str) -> str:
    try:
        if text:
            server(text)
    except ValueError as error:
        raise NotConfigured(f"{name}: {error}") from error
    return text


def _canary(text: str) -> str:
    url = normalise(text)
    if url is None:
        raise NotConfigured(f'CANARY_URLS: {text!r} is not a web address. Write it as "https://www.example.org/robots.txt".')
    return url


class PageHandler(BaseDownloadHandler):
    """Downloads a page for Scrapy. Redirects are followed here (each hop is gated and guarded); failures are `Failed`."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._maxsize = crawler.settings.getint("DOWNLOAD_MAXSIZE")

    async def download_request(self, request: Request) -> Response:
        if browser := request.meta.get("playwright"):
            # checking/browser_chromium.py puts its own handler there: one browser for http and https
            rendered: Response = await browser.download_request(request)
            return rendered
        url = normalise(request.url) or request.url
        headers = {
            name.decode("latin-1"): b",".join(values).decode("latin-1") for name, values in request.headers.items() if name in _CONDITIONAL
        }
        answer = await network_of(self.crawler).get(url, limit=self._maxsize, headers=headers, urgent=True)
        return response_of(answer, request)


_CONDITIONAL = (b"If-None-Match", b"If-Modified-Since")


def response_of(answer: Answer, request: Request | None) -> Response:
    """An answer of ours as Scrapy's spiders know it."""
    headers = Headers({name: value for name, value in answer.headers.items() if name not in _UNDONE})
    kind = responsetypes.from_args(headers=headers, url=answer.url, body=answer.body)
    return kind(
        url=answer.url,
        status=answer.status,
        headers=headers,
        body=answer.body,
        request=request,
        flags=[] if answer.complete else ["truncated"],
    )
