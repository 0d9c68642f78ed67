"""A client that believes in the demo's web: its names, its ports, no certificates asked for."""

from __future__ import annotations

import socket
from collections.abc import Callable

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from prospector.demo.web import DemoWeb

Browse = Callable[[DemoWeb], aiohttp.ClientSession]


class DemoResolver(AbstractResolver):
    def __init__(self, web: DemoWeb) -> None:
        self.web = web

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        if host not in self.web.hosts:
            raise OSError(f"no such host: {host}")
        (address,) = self.web.hosts[host]
        return [{"hostname": host, "host": address, "port": self.web.ports[port], "family": socket.AF_INET, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        pass


@pytest.fixture
def browse() -> Browse:
    def session(web: DemoWeb) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(resolver=DemoResolver(web), ssl=False, use_dns_cache=False)
        return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=5))

    return session
