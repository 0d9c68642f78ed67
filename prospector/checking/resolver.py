"""Names to addresses: a hosts file first, then the system's resolver; then, for a name that fails, DNS itself, which says why.

The system's resolver decides what a user's browser would reach, so it decides for us; but it can't say whether a name does not exist or its
servers are ill.
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
import socket
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from aiohttp.abc import AbstractResolver, ResolveResult

from prospector.checking.addresses import AddressRefusedError, has_route, why_refused
from prospector.checking.dns import Dns
from prospector.contacts.mail_hosts import takes_mail
from prospector.links.sites import registrable_domain
from prospector.verdicts.evidence import DOMAIN_GONE

THREADS = 64  # look-ups at a time: the system's resolver blocks its thread
REMEMBERED = 20_000  # names that failed; one takes about 500 bytes
DOUBTS_STAND = 60.0  # seconds for which "nobody can say" is not asked again; a proved absence stands for the run


class NoRouteError(OSError):
    """This machine has no way to any address of the host: it has IPv6 only, and we have none."""


class NoHostError(OSError):
    """The name does not exist (NXDOMAIN, or not in the hosts file where only that counts)."""


class DnsFailedError(OSError):
    """The resolver could not say: a time-out, SERVFAIL, or a name without addresses."""


def read_hosts(path: Path) -> dict[str, tuple[str, ...]]:
    """A file in /etc/hosts format: name → its addresses.

    Raises ValueError naming file and line for a line that isn't "ADDRESS NAME [NAME…]", OSError when it can't be read.
    """
    found: dict[str, tuple[str, ...]] = {}
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(
            f'{path}: it is not written in UTF-8. Write lines like "127.0.0.1 name.example" in a plain text editor.'
        ) from error
    for number, line in enumerate(text.splitlines(), start=1):
        fields = line.partition("#")[0].split()
        if not fields:
            continue
        try:
            ipaddress.ip_address(fields[0])
        except ValueError as error:
            raise ValueError(f'{path}:{number}  {fields[0]!r} is not an IP address. Write "127.0.0.1 name.example".') from error
        if len(fields) == 1:
            raise ValueError(f'{path}:{number}  no name after the address. Write "{fields[0]} name.example".')
        for name in fields[1:]:
            found[name.lower()] = (*found.get(name.lower(), ()), fields[0])
    return found


@dataclass(frozen=True, slots=True)
class _Failure:
    kind: type[OSError]
    detail: str
    until: float  # the loop's clock


class Resolver(AbstractResolver):
    """What aiohttp's connector asks.

    hosts: names with fixed addresses; hosts_only: no other name exists; ports: for names in `hosts`, where a port really is
    (a demo or a test can't open port 80); guard: refuse addresses that the address guard refuses; dns: asked about names that fail.
    """

    def __init__(
        self, *, hosts: Mapping[str, Sequence[str]], hosts_only: bool, ports: Mapping[int, int], guard: bool, dns: Dns | None = None
    ) -> None:
        self.hosts = {name.lower(): tuple(addresses) for name, addresses in hosts.items()}
        self.hosts_only = hosts_only
        self.ports = dict(ports)
        self._guard = guard
        self._dns = dns
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="resolver")
        self._failures: OrderedDict[str, _Failure] = OrderedDict()
        self._asking: dict[str, asyncio.Task[tuple[str, ...] | _Failure]] = {}
        self._listed_domains: frozenset[str] | None = None  # of `hosts`, once a name was not among them

    def pretend(self, hosts: Mapping[str, Sequence[str]], ports: Mapping[int, int]) -> None:
        """From now on these names exist, at these addresses and real ports, and no others: for the bundled demo."""
        self.hosts = {name.lower(): tuple(addresses) for name, addresses in hosts.items()}
        self.ports = dict(ports)
        self.hosts_only = True
        self._listed_domains = None

    def decides(self, host: str) -> bool:
        """Whether the hosts file alone says where this name is, or that it is nowhere."""
        return self.hosts_only or _plain(host) in self.hosts

    async def takes_mail(self, domain: str) -> bool | None:
        """Whether anybody takes mail for this domain; None: nobody can say, or the hosts file decides about the name."""
        if self._dns is None or self.decides(domain):
            return None
        return takes_mail(await self._dns.mail(domain))

    def forget_doubts(self) -> None:
        """Ask again for names of which nobody could say anything: the network may be back."""
        for name in [name for name, failure in self._failures.items() if failure.until < math.inf]:
            del self._failures[name]

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        """Addresses of `host`. Raises NoHostError, DnsFailedError, AddressRefusedError or NoRouteError."""
        name = _plain(host)
        if name in self.hosts:
            addresses, port = self.hosts[name], self.ports.get(port, port)
        elif self.hosts_only:
            raise NoHostError(self._not_listed(name))
        else:
            addresses = await self._look_up(name)
        return self._allowed(host, [(address, port) for address in addresses if family in {socket.AF_UNSPEC, _family(address)}])

    def literal(self, host: str, port: int) -> list[ResolveResult] | None:
        """Where an IP address in a URL leads by the hosts file, or by IPv6; None for other hosts, which lead to themselves or to `resolve`.

        Raises AddressRefusedError when only names in the hosts file may be reached, and what `resolve` raises.
        """
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return None
        if host in self.hosts:
            return self._allowed(host, [(address, self.ports.get(port, port)) for address in self.hosts[host]])
        if self.hosts_only:
            raise AddressRefusedError(f"{host} is not in the hosts file, and nothing else may be reached")
        return self._allowed(host, [(host, port)]) if ":" in host else None

    async def close(self) -> None:
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _not_listed(self, name: str) -> str:
        if self._listed_domains is None:
            self._listed_domains = frozenset(map(registrable_domain, self.hosts))
        whole = registrable_domain(name) not in self._listed_domains
        return f"{name[:100]} is not in the hosts file" + (f"; {DOMAIN_GONE}" if whole else "")

    async def _look_up(self, name: str) -> tuple[str, ...]:
        """Asked once for all who want the same name at the same time."""
        now = asyncio.get_running_loop().time()
        found: tuple[str, ...] | _Failure | None = self._failures.get(name)
        if not isinstance(found, _Failure) or found.until <= now:
            task = self._asking.get(name)
            if task is None:
                task = self._asking[name] = asyncio.ensure_future(self._ask(name))
                task.add_done_callback(lambda _: self._asking.pop(name, None))
            found = await asyncio.shield(task)
        if isinstance(found, _Failure):
            raise found.kind(found.detail)
        return found

    async def _ask(self, name: str) -> tuple[str, ...] | _Failure:
        found = await self._ask_system(name)
        if isinstance(found, _Failure):
            self._failures[name] = found
            self._failures.move_to_end(name)
            if len(self._failures) > REMEMBERED:
                self._failures.popitem(last=False)
        return found

    async def _ask_system(self, name: str) -> tuple[str, ...] | _Failure:
        def ask() -> list[str]:
            return [str(found[4][0]) for found in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)]

        loop = asyncio.get_running_loop()
        try:
            return tuple(await loop.run_in_executor(self._threads, ask))
        except UnicodeError as error:
            return _Failure(NoHostError, f"{name[:80]!r} can't be a host name: {error}", math.inf)
        except socket.gaierror as error:
            # EAI_NODATA (the name exists, without addresses) is missing on some systems, where EAI_NONAME covers both
            unknown = error.errno == socket.EAI_NONAME
            said = str(error)
        if self._dns is None:
            return _Failure(NoHostError if unknown else DnsFailedError, said, loop.time() + DOUBTS_STAND)
        try:
            finding = await self._dns.find(name, unknown=unknown)
        except ValueError as error:
            return _Failure(NoHostError, str(error), math.inf)
        if finding.addresses:
            return finding.addresses
        until = math.inf if finding.proved else loop.time() + DOUBTS_STAND
        return _Failure(NoHostError if finding.absent else DnsFailedError, finding.detail, until)

    def _allowed(self, host: str, addresses: Sequence[tuple[str, int]]) -> list[ResolveResult]:
        refusals = [why_refused(address) if self._guard else "" for address, _ in addresses]
        allowed = [(address, port) for (address, port), refusal in zip(addresses, refusals, strict=True) if not refusal]
        if addresses and not allowed:
            raise AddressRefusedError(refusals[0])
        if not allowed:
            raise DnsFailedError(f"{host} has no addresses")
        # An IPv6 address that we have no way to is our own lack: tried last, its error would hide what the IPv4 one came to
        reachable = [(address, port) for address, port in allowed if ":" not in address or has_route(address)]
        if not reachable:
            raise NoRouteError(f"{host} has IPv6 addresses only, and this machine has no way to them")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=_family(address),
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address, port in reachable
        ]


def _plain(host: str) -> str:
    return host.rstrip(".").lower()


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET
