"""Why a name has no address: asked of the name servers themselves, those of the system and one more.

The system's getaddrinfo only says that it failed. DNS says why: the name does not exist (NXDOMAIN), it exists without an address, or its
servers are ill. Only names that fail are asked for here: a run in which all names are found sends no query of its own.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from time import monotonic
from typing import NamedTuple

import dns.asyncquery
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver

from prospector.contacts.mail_hosts import MailAnswers
from prospector.links.sites import registrable_domain
from prospector.verdicts.evidence import DOMAIN_GONE, ONE_RESOLVER

logger = logging.getLogger(__name__)

QUERY_TIMEOUT = 3.0  # seconds for one question to one server; healthy ones answer within one
MIN_TRIES = 2  # UDP loses packets
MAX_TRIES = 3  # one for each of the three servers that resolv.conf may name
AT_A_TIME = 32  # names asked for at a time: each takes up to four sockets
SILENCES = 3  # names in a row without any answer, after which a resolver …
LEFT_ALONE = 30.0  # … is not asked for so many seconds: where port 53 is closed, each dead name would cost the full time-out
REMEMBERED_DOMAINS = 5_000


class Server(NamedTuple):
    address: str
    port: int


class Says(Enum):
    """What a resolver says of a name."""

    ABSENT = "NXDOMAIN"
    NOTHING = "no address"
    ADDRESSES = "an address"
    ILL = "an error"
    SILENT = "no answer"  # not reached, or it does not answer us


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One resolver's word on one name, for A and AAAA together."""

    says: Says
    words: str = ""
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What all that were asked come to. Neither absent nor with addresses: nobody can say."""

    absent: bool = False
    addresses: tuple[str, ...] = ()
    detail: str = ""
    proved: bool = False  # two resolvers say the same: it need not be asked again in this run


class NameServers:
    """One resolver: its servers, asked in turn until one can say."""

    def __init__(self, name: str, servers: Sequence[Server], *, timeout: float = QUERY_TIMEOUT) -> None:
        self.name = name
        self.servers = tuple(servers)
        self._timeout = timeout
        self._silences = 0
        self._left_alone_until = 0.0

    async def ask(self, name: str) -> Statement:
        """Its word on `name`. Raises ValueError for what can't be a name in DNS."""
        try:
            qname = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError) as error:
            raise ValueError(f"{name[:80]!r} can't be a host name: {error}") from error
        if not self.servers or monotonic() < self._left_alone_until:
            return Statement(says=Says.SILENT, words=Says.SILENT.value)
        a, aaaa = await asyncio.gather(self._query(qname, dns.rdatatype.A), self._query(qname, dns.rdatatype.AAAA))
        said = _together(a, aaaa)
        self._silences = self._silences + 1 if said.says is Says.SILENT else 0
        if self._silences >= SILENCES:
            self._left_alone_until = monotonic() + LEFT_ALONE
        return said

    async def exchangers(self, name: str) -> Statement:
        """Its word on who takes mail for `name`; the hosts stand in `addresses`."""
        try:
            return await self._query(dns.name.from_text(name), dns.rdatatype.MX) if self.servers else Statement(says=Says.SILENT)
        except (dns.exception.DNSException, UnicodeError):
            return Statement(says=Says.SILENT)

    async def _query(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> Statement:
        said = Statement(says=Says.SILENT, words=Says.SILENT.value)
        for attempt in range(min(max(MIN_TRIES, len(self.servers)), MAX_TRIES)):
            server = self.servers[attempt % len(self.servers)]
            try:
                reply, _ = await dns.asyncquery.udp_with_fallback(
                    dns.message.make_query(name, kind),
                    server.address,
                    timeout=self._timeout,
                    port=server.port,
                    # what is not an answer to this very question may come from somebody who wants us to believe it
                    ignore_unexpected=True,
                    ignore_errors=True,
                )
            except (dns.exception.DNSException, OSError, EOFError, ValueError):
                continue
            said = _read(reply, kind)
            if said.says in {Says.ABSENT, Says.NOTHING, Says.ADDRESSES}:
                break
        return said


class Dns:
    """The system's name servers and a second opinion (None: there is none)."""

    def __init__(self, system: NameServers, second: NameServers | None) -> None:
        self._system = system
        self._second = second
        self._turns = asyncio.Semaphore(AT_A_TIME)
        self._domains: OrderedDict[str, bool] = OrderedDict()

    async def find(self, name: str, *, unknown: bool) -> Finding:
        """Why getaddrinfo found no address for `name`; unknown: it said that there is no such name. Raises ValueError for what is no name."""
        async with self._turns:
            system, second = await asyncio.gather(self._system.ask(name), self._ask_second(name))
            found = weigh(system, second, unknown=unknown, second=self._second.name if self._second else "")
            if not found.absent:
                return found
            witness = self._system if system.says is Says.ABSENT or self._second is None else self._second
            whole = await self._domain_gone(name, witness)
        about = DOMAIN_GONE if whole else f"the host alone: {registrable_domain(name)[:100]} exists"
        return Finding(absent=True, detail=f"{found.detail}; {about}", proved=found.proved)

    async def mail(self, name: str) -> MailAnswers:
        """What the system's name servers say about mail to `name`: https://www.rfc-editor.org/rfc/rfc5321#section-5.1."""
        async with self._turns:
            said = await self._system.exchangers(name)
            if said.says is Says.NOTHING:
                host = (await self._system.ask(name)).says
                return MailAnswers(exchangers=(), has_address={Says.ADDRESSES: True, Says.NOTHING: False}.get(host))
        return MailAnswers(absent=said.says is Says.ABSENT, exchangers=said.addresses if said.says is Says.ADDRESSES else None)

    async def _ask_second(self, name: str) -> Statement:
        return await self._second.ask(name) if self._second else Statement(says=Says.SILENT)

    async def _domain_gone(self, name: str, witness: NameServers) -> bool:
        domain = registrable_domain(name)
        if domain == name:
            return True
        if domain not in self._domains:
            self._domains[domain] = (await witness.ask(domain)).says is Says.ABSENT
            if len(self._domains) > REMEMBERED_DOMAINS:
                self._domains.popitem(last=False)
        return self._domains[domain]


def weigh(system: Statement, second_says: Statement, *, unknown: bool, second: str) -> Finding:
    """Two resolvers' words on a name → what is known of it. second: what the second one is called, "" when there is none.

    unknown: getaddrinfo, which is the system's resolver too, said that there is no such name.
    """
    told = f"{system.words} from the system's resolver"
    told_second = f"{second_says.words} from {second}" if second else "no second one is set"
    silent = second_says.says is Says.SILENT
    if system.says is Says.ADDRESSES:
        return Finding(addresses=system.addresses, detail=told)
    if second_says.says is Says.ADDRESSES and system.says in {Says.SILENT, Says.ILL} and not unknown:
        return Finding(addresses=second_says.addresses, detail=told_second)
    if system.says is Says.ABSENT and second_says.says is Says.ABSENT:
        return Finding(absent=True, detail=f"{told} and from {second}", proved=True)
    if system.says is Says.ABSENT and silent:
        return Finding(absent=True, detail=f"{told}; {ONE_RESOLVER} ({told_second})")
    if system.says is Says.SILENT and unknown and (silent or second_says.says is Says.ABSENT):
        witness = "no such name, says the system" if silent else told_second
        return Finding(absent=True, detail=f"{witness}; {ONE_RESOLVER}")
    return Finding(detail=f"{told}, {told_second}")


def make_dns(servers: Sequence[str], second: str, *, timeout: float = QUERY_TIMEOUT) -> Dns:
    """servers: "IP" or "IP:port", empty for those that the system is set to use; second: the same, "" for none.

    Raises ValueError, in words for the user, for what is not an IP address.
    """
    system = tuple(server(text) for text in servers) or system_servers()
    others = (server(second),) if second else ()
    if others and others[0] in system:
        logger.warning("DNS_SECOND_RESOLVER %s is the system's own resolver and so no second opinion: dead names stay probable.", second)
        others = ()
    return Dns(
        NameServers("the system's resolver", system, timeout=timeout),
        NameServers(second, others, timeout=timeout) if others else None,
    )


def server(text: str) -> Server:
    """ "9.9.9.9", "9.9.9.9:53", "2620:fe::fe" or "[2620:fe::fe]:53". Raises ValueError that says how to write it."""
    address, port = text.strip(), "53"
    if address.startswith("["):
        address, bracket, port = address[1:].partition("]")
        port = port.removeprefix(":") or ("53" if bracket else "")
    elif address.count(":") == 1:
        address, _, port = address.partition(":")
    try:
        ipaddress.ip_address(address)
        number = int(port)
    except ValueError:
        number = -1
    if not 0 < number < 65_536:
        raise ValueError(f'{text!r} is not the address of a name server. Write it as "9.9.9.9" or "127.0.0.1:5353".')
    return Server(address, number)


def system_servers() -> tuple[Server, ...]:
    """The name servers of resolv.conf, or of Windows's registry; none when there is no such thing."""
    try:
        found = dns.resolver.Resolver()
    except (dns.exception.DNSException, OSError):
        return ()
    return tuple(Server(address, found.port) for address in found.nameservers if isinstance(address, str))[:MAX_TRIES]


def _read(reply: dns.message.Message, kind: dns.rdatatype.RdataType) -> Statement:
    rcode = reply.rcode()
    if rcode == dns.rcode.NXDOMAIN:
        return Statement(says=Says.ABSENT, words=Says.ABSENT.value)
    if rcode == dns.rcode.NOERROR:
        value = "exchange" if kind == dns.rdatatype.MX else "address"
        addresses = tuple(str(getattr(record, value)) for rrset in reply.answer if rrset.rdtype == kind for record in rrset)
        says = Says.ADDRESSES if addresses else Says.NOTHING
        return Statement(says=says, words=says.value, addresses=addresses)
    # SERVFAIL is about the name's own servers; with the others (REFUSED, …) this resolver says that it won't answer us
    says = Says.ILL if rcode == dns.rcode.SERVFAIL else Says.SILENT
    return Statement(says=says, words=dns.rcode.to_text(rcode))


def _together(a: Statement, aaaa: Statement) -> Statement:
    addresses = a.addresses + aaaa.addresses
    if addresses:
        return Statement(says=Says.ADDRESSES, words=Says.ADDRESSES.value, addresses=addresses)
    if a.words == aaaa.words:
        return Statement(says=a.says, words=f"{a.words} for A and AAAA")
    return Statement(says=a.says if a.says is aaaa.says else Says.ILL, words=f"{a.words} for A, {aaaa.words} for AAAA")
