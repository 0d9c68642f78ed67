"""Run a scrapy command whose requests come from an address of its own, so that a server on this machine can tell who asked.

python -m benchmarks.kit.from_address 127.9.0.1 crawl worker -s …
"""

from __future__ import annotations

import sys
from typing import Any

import aiohttp
from scrapy import cmdline


def asking_from(address: str) -> None:
    """From now on every connection of this process to a web server begins there."""
    begin = aiohttp.TCPConnector.__init__

    def begin_there(self: aiohttp.TCPConnector, **arguments: Any) -> None:
        begin(self, **arguments, local_addr=(address, 0))

    aiohttp.TCPConnector.__init__ = begin_there  # type: ignore[method-assign]


def main() -> None:
    _, address, *words = sys.argv
    asking_from(address)
    cmdline.execute(["scrapy", *words])


if __name__ == "__main__":
    main()
