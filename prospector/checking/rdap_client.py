"""The registries' word on domains, by RDAP (RFC 9082, 9083, 9224): does the name exist, and since when. A failure is no word, never more.

One request for each registrable domain and run, and one for the bootstrap list that says which registry keeps which suffix.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from prospector.checking.failures import Failed
from prospector.checking.network import Answer, Network, Purpose
from prospector.links.urls import normalise

logger = logging.getLogger(__name__)

BOOTSTRAP_MAXSIZE = 2 * 1024 * 1024  # bytes; IANA's list has 60 KB
ANSWER_MAXSIZE = 512 * 1024
TIMEOUT = 10.0  # seconds for one answer
DELAY = 1.0  # seconds between two questions to one registry
REMEMBERED = 10_000  # domains of which the answer is kept
MOST_FAILURES = 3  # in a row; then a registry is not asked any more in this run
ABSENT = 404  # RFC 7480, 5.3
_JSON = frozenset({"application/rdap+json", "application/json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a registry says of a domain."""

    domain: str
    registry: str  # host of its server
    exists: bool
    registered_at: datetime | None = None  # the latest registration, where it is told


class RdapClient:
    """Asks registries through our network. bootstrap: URL of the list of registries, as IANA publishes it."""

    def __init__(self, network: Network, bootstrap: str, *, timeout: float = TIMEOUT, delay: float = DELAY) -> None:
        self._network = network
        self._bootstrap = bootstrap
        self._timeout = timeout
        self._delay = delay
        self._registries: asyncio.Task[Mapping[str, str]] | None = None
        self._asked: dict[str, asyncio.Task[Registration | None]] = {}
        self._failures: dict[str, int] = {}  # of a registry's host, in a row
        self._slowed: set[str] = set()

    async def ask(self, domain: str) -> Registration | None:
        """What the registry says; None when nobody could be asked, or no word was understood."""
        task = self._asked.get(domain)
        if task is None:
            task = self._asked[domain] = asyncio.ensure_future(self._ask(domain))
            self._forget()
        return await asyncio.shield(task)

    def _forget(self) -> None:
        """The oldest answers go when there are too many; what is being asked stays."""
        while len(self._asked) > REMEMBERED and self._asked[oldest := next(iter(self._asked))].done():
            del self._asked[oldest]

    async def close(self) -> None:
        tasks: list[asyncio.Task[Any]] = [*self._asked.values(), *([self._registries] if self._registries else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, domain: str) -> Registration | None:
        if self._registries is None:
            self._registries = asyncio.ensure_future(self._read_bootstrap())
        server = server_of(domain, await asyncio.shield(self._registries))
        if not server:
            return None
        host = urlsplit(server).hostname or ""
        if self._failures.get(host, 0) >= MOST_FAILURES:
            return None
        answer = await self._get(f"{server}domain/{quote(domain)}", ANSWER_MAXSIZE)
        found = None if answer is None else read_registration(answer, domain, registry=host)
        self._failures[host] = 0 if found else self._failures.get(host, 0) + 1
        return found

    async def _read_bootstrap(self) -> Mapping[str, str]:
        answer = await self._get(self._bootstrap, BOOTSTRAP_MAXSIZE)
        registries = read_bootstrap(answer.body) if answer is not None and answer.status == 200 else {}
        if not registries:
            logger.warning("No registry is asked in this run: %s could not be read.", self._bootstrap)
        return registries

    async def _get(self, url: str, limit: int) -> Answer | None:
        """An answer, or None. RDAP is made for programs, so robots.txt, which is about pages, is not asked for."""
        address = normalise(url)
        if address is None:
            return None
        host = urlsplit(address).hostname or ""
        if host not in self._slowed:
            self._slowed.add(host)
            self._network.gate.slow_down(host, self._delay)
        try:
            async with asyncio.timeout(self._timeout + max(0.0, self._network.gate.ready_at(host) - asyncio.get_running_loop().time())):
                return await self._network.get(address, limit=limit, binary_limit=limit, robots=False, purpose=Purpose.REGISTRY)
        except (Failed, TimeoutError) as error:
            logger.debug("%s: %s", address, error)
            return None


def read_bootstrap(body: bytes) -> dict[str, str]:
    """Suffix → the registry's base URL, encrypted where there is a choice (RFC 9224, 4). What can't be read is left out."""
    try:
        services = json.loads(body)["services"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    found: dict[str, str] = {}
    for service in services if isinstance(services, list) else ():
        match service:
            case [[*suffixes], [*urls], *_]:
                server = _best([url for url in urls if isinstance(url, str)])
                found.update((suffix.lower().strip("."), server) for suffix in suffixes if isinstance(suffix, str) and server)
            case _:
                pass
    return found


def _best(urls: Sequence[str]) -> str:
    usable = sorted((url for url in urls if url.startswith(("https://", "http://"))), key=lambda url: not url.startswith("https://"))
    return "" if not usable else usable[0] if usable[0].endswith("/") else f"{usable[0]}/"


def server_of(domain: str, registries: Mapping[str, str]) -> str:
    """The registry of the longest suffix that is listed; "" for none. The domain itself is no suffix of its own."""
    labels = domain.lower().split(".")
    return next((registries[suffix] for at in range(1, len(labels)) if (suffix := ".".join(labels[at:])) in registries), "")


def read_registration(answer: Answer, domain: str, *, registry: str) -> Registration | None:
    """The registry's word, where the answer is one: a web page that says 404 is a server's trouble, not a registry's word."""
    moved = (urlsplit(answer.url).hostname or "") != registry
    if answer.status == ABSENT and not moved and (not answer.body.strip() or answer.content_type in _JSON):
        return Registration(domain=domain, registry=registry, exists=False)
    if answer.status != 200 or answer.content_type not in _JSON:
        return None
    try:
        record = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or str(record.get("ldhName", "")).lower().rstrip(".") != domain:
        return None
    return Registration(domain=domain, registry=registry, exists=True, registered_at=_registered_at(record.get("events")))


def _registered_at(events: object) -> datetime | None:
    found = []
    for event in events if isinstance(events, list) else ():
        match event:
            case {"eventAction": "registration" | "reregistration", "eventDate": str(text)}:
                try:
                    moment = datetime.fromisoformat(text)
                except ValueError:
                    continue
                found.append(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
            case _:
                pass
    return max(found, default=None)
