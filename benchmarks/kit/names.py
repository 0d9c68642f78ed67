"""A name server for the made-up web, and a mount namespace in which programs ask it: the dns profile. Needs Linux and root.

`hostNUMBER.test` has the address of host NUMBER, `lists.test` that of the lists; every other name does not exist.
"""

from __future__ import annotations

import asyncio
import re
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from benchmarks.kit.web import LISTS, address

ADDRESS = "127.0.0.153"  # the system's own resolver may have 127.0.0.53
PORT = 53  # what resolv.conf can name
SECONDS = 60  # answers may be kept for so long
_NAME = re.compile(r"(?:host(\d{1,5})|lists)\.test", re.IGNORECASE)
_A, _NO_ERROR, _NO_SUCH_NAME = 1, 0x8580, 0x8583


def reply(question: bytes) -> bytes:
    """To one question in one packet: an address, nothing of that type, or no such name; b"" to what is no question."""
    try:
        return _answer(question)
    except (IndexError, struct.error):
        return b""


def _answer(question: bytes) -> bytes:
    labels, at = [], 12
    while size := question[at]:
        labels.append(question[at + 1 : at + 1 + size].decode("ascii", "replace"))
        at += 1 + size
    kind, _class = struct.unpack_from("!HH", question, at + 1)
    asked = question[12 : at + 5]
    found = _NAME.fullmatch(".".join(labels))
    answers = b""
    if found and kind == _A:
        answers = struct.pack("!HHHIH", 0xC00C, _A, 1, SECONDS, 4) + socket.inet_aton(address(int(found[1])) if found[1] else LISTS)
    flags = _NO_ERROR if found else _NO_SUCH_NAME
    return question[:2] + struct.pack("!HHHHH", flags, 1, 1 if answers else 0, 0, 0) + asked + answers


class _Server(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)  # an asyncio of 3.11 does not call it one

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if answer := reply(data):
            self.transport.sendto(answer, addr)


async def _serve() -> None:
    await asyncio.get_running_loop().create_datagram_endpoint(_Server, local_addr=(ADDRESS, PORT))
    print("ready", flush=True)
    await asyncio.Event().wait()


@contextmanager
def resolving() -> Iterator[None]:
    """Answer questions while the block runs."""
    server = subprocess.Popen([sys.executable, "-m", "benchmarks.kit.names"], stdout=subprocess.PIPE)
    try:
        assert server.stdout
        if not server.stdout.readline():
            sys.exit(f"the name server can't have {ADDRESS}:{PORT}: the dns profile needs root")
        yield
    finally:
        server.terminate()
        server.communicate()


def inside(command: Sequence[str], folder: Path) -> list[str]:
    """The command, in a mount namespace whose resolv.conf names our server. It becomes the process itself, so that its costs stay its own."""
    settings = folder / "resolv.conf"
    settings.write_text(f"nameserver {ADDRESS}\noptions timeout:2 attempts:2\n", "utf-8")
    script = f'mount --bind {settings} "$(readlink -f /etc/resolv.conf)" && exec "$@"'
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", *command]


if __name__ == "__main__":
    asyncio.run(_serve())
