"""Connections of the one session: to addresses that our resolver gives, and kept open for few hosts only, because each takes memory and a descriptor.

aiohttp limits the connections in use, not those that wait for another request: a crawl of many hosts would keep thousands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.abc import ResolveResult
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from prospector.checking.resolver import Resolver

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.client_reqrep import ConnectionKey

KEPT_OPEN = 15  # seconds: robots.txt, a check and a control of one host come within it
IDLE_HOSTS = 500  # with connections that wait for another request; a process may often have 1,024 descriptors
IDLE_AT_A_HOST = 2


class Response(aiohttp.ClientResponse):
    """Remembers who answered: a short answer gives its connection back before anybody can ask."""

    address = ""

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        if connection.transport is not None:
            self.address = str((connection.transport.get_extra_info("peername") or ("",))[0])
        return await super().start(connection)


class Connector(aiohttp.TCPConnector):
    """Asks our resolver about IP addresses too, which aiohttp takes as they are: a hosts file may send them elsewhere, or forbid them.

    Of connections that wait, those of the host that was asked longest ago are closed first.
    """

    async def _resolve_host(self, host: str, port: int, traces: Sequence[Trace] | None = None) -> list[ResolveResult]:
        if isinstance(self._resolver, Resolver) and (found := self._resolver.literal(host, port)) is not None:
            return found
        return await super()._resolve_host(host, port, traces)

    @property
    def idle(self) -> int:
        """Connections that wait for another request."""
        return sum(map(len, self._conns.values()))

    def _release(self, key: ConnectionKey, protocol: ResponseHandler, *, should_close: bool = False) -> None:
        super()._release(key, protocol, should_close=should_close)
        waiting = self._conns.pop(key, None)
        if waiting is None:
            return
        self._conns[key] = waiting  # the last one now
        while len(waiting) > IDLE_AT_A_HOST:
            waiting.popleft()[0].close()
        if len(self._conns) > IDLE_HOSTS:
            for other, _ in self._conns.pop(next(iter(self._conns))):
                other.close()
