"""A name server on loopback, over UDP and TCP, that misbehaves as each of its names says.

async with DnsServer({"gone.test": Fault.NXDOMAIN, "ok.test": ("192.0.2.1", "2001:db8::1", "MX 10 mail.ok.test.")}) as server:
    server.where                  # "127.0.0.1:PORT", as a setting names it
    server.queries                # who was asked for, in order
Names that it was not told of don't exist.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum, auto
from types import TracebackType
from typing import NamedTuple, Self

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

ADDRESS = "127.0.0.1"
BEHIND_TCP = "192.0.2.53"  # what TRUNCATED answers once it is asked by TCP


class Fault(Enum):
    NXDOMAIN = auto()
    NXDOMAIN_FOR_A_ONLY = auto()  # and SERVFAIL for AAAA
    NODATA = auto()
    SERVFAIL = auto()
    SERVFAIL_ONCE = auto()  # then NXDOMAIN
    REFUSED = auto()
    SILENCE = auto()
    TRUNCATED = auto()  # by UDP; whole by TCP
    TRUNCATED_EVERYWHERE = auto()  # by UDP; TCP hangs up
    WRONG_ID = auto()
    GARBAGE = auto()
    OTHER_QUESTION = auto()  # answers with an address, but for another name


Says = Fault | tuple[str, ...]


class Query(NamedTuple):
    name: str
    kind: str
    tcp: bool


class DnsServer:
    def __init__(self, names: Mapping[str, Says]) -> None:
        self.names = dict(names)
        self.queries: list[Query] = []
        self.port = 0
        self._tcp: asyncio.Server | None = None
        self._udp: asyncio.DatagramTransport | None = None

    @property
    def where(self) -> str:
        return f"{ADDRESS}:{self.port}"

    def asked_for(self, name: str) -> int:
        return sum(query.name == name for query in self.queries)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        while self._udp is None:
            self._tcp = await asyncio.start_server(self._talk, ADDRESS, 0)
            self.port = self._tcp.sockets[0].getsockname()[1]
            try:
                self._udp, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self), (ADDRESS, self.port), family=socket.AF_INET)
            except OSError:  # somebody else's by UDP: another number
                self._tcp.close()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._udp is not None
        assert self._tcp is not None
        self._udp.close()
        self._tcp.close()
        await self._tcp.wait_closed()

    def answer(self, wire: bytes, *, tcp: bool) -> bytes | None:
        """What goes back; None: nothing."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True)
        before = self.asked_for(name)
        self.queries.append(Query(name, dns.rdatatype.to_text(question.rdtype), tcp))
        says = self.names.get(name, Fault.NXDOMAIN)
        if says is Fault.SILENCE or (tcp and says is Fault.TRUNCATED_EVERYWHERE):
            return None
        if says is Fault.GARBAGE:
            return wire[:2] + b"\xff\xfe, this is no DNS"
        if says is Fault.OTHER_QUESTION:
            query = dns.message.make_query("other.test", question.rdtype, id=query.id)
            says = ("192.0.2.66", "2001:db8::66")
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if says is Fault.WRONG_ID:
            reply.id = (query.id + 1) % 65_536
        if says in {Fault.TRUNCATED, Fault.TRUNCATED_EVERYWHERE} and not tcp:
            reply.flags |= dns.flags.TC
        else:
            _fill(reply, (BEHIND_TCP,) if says is Fault.TRUNCATED else says, before=before)
        return reply.to_wire()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError):
            length = int.from_bytes(await reader.readexactly(2), "big")
            reply = self.answer(await reader.readexactly(length), tcp=True)
            if reply is not None:
                writer.write(len(reply).to_bytes(2, "big") + reply)
                await writer.drain()
        writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: DnsServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        reply = self._server.answer(data, tcp=False)
        if reply is not None:
            self._transport.sendto(reply, addr)


def _fill(reply: dns.message.Message, says: Says, *, before: int) -> None:
    """The response code, or the addresses that fit the question."""
    question = reply.question[0]
    a = question.rdtype == dns.rdatatype.A
    match says:
        case tuple(addresses):
            if question.rdtype == dns.rdatatype.MX:
                fitting = [address.removeprefix("MX ") for address in addresses if address.startswith("MX ")]
            else:
                fitting = [address for address in addresses if not address.startswith("MX ") and (":" in address) != a]
            if fitting:
                reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", question.rdtype, *fitting))
        case Fault.SERVFAIL | Fault.REFUSED:
            reply.set_rcode(dns.rcode.from_text(says.name))
        case Fault.NXDOMAIN_FOR_A_ONLY:
            reply.set_rcode(dns.rcode.NXDOMAIN if a else dns.rcode.SERVFAIL)
        case Fault.SERVFAIL_ONCE:  # once for A, once for AAAA
            reply.set_rcode(dns.rcode.SERVFAIL if before < 2 else dns.rcode.NXDOMAIN)
        case Fault.NXDOMAIN | Fault.WRONG_ID:
            reply.set_rcode(dns.rcode.NXDOMAIN)
