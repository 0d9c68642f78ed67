"""A plain, quick web server on loopback for speed measurements: the address says what it answers.

    benchmarks/local_web.py PORT        prints "ready"; every 127.a.b.c is a host (Linux), elsewhere 127.0.0.1 alone

/l/ok/MS/N  an ordinary page of 16 KB after MS milliseconds     /l/gone/MS/N  404     /l/moved/MS/N  301 to /l/ok/MS/N
"""

from __future__ import annotations

import asyncio
import sys

PAGE = (
    "<!doctype html><html><head><title>Ordinary page {n}</title></head><body><h1>Library guide {n}</h1>"
    + "".join(f"<p>Plain words of an ordinary page, paragraph {{n}}-{part}, about seeds and soil.</p>\n" for part in range(190))
    + "</body></html>"
)
LOST = b"<html><head><title>Not Found</title></head><body><h1>Not Found</h1></body></html>"


def answer(path: str) -> bytes:
    """The whole HTTP answer for a path."""
    fields = path.split("/")
    kind, ms, number = (fields[2], fields[3], fields[4]) if len(fields) > 4 else ("gone", "0", "0")
    if kind == "moved":
        return f"HTTP/1.1 301 Moved Permanently\r\nLocation: /l/ok/{ms}/{number}\r\nContent-Length: 0\r\n\r\n".encode()
    status, body = ("200 OK", PAGE.replace("{n}", number).encode()) if kind == "ok" and number.isdigit() else ("404 Not Found", LOST)
    return f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode("latin-1")
            fields = path.split("/")
            if len(fields) > 4 and fields[3] != "0":
                await asyncio.sleep(int(fields[3]) / 1000)
            writer.write(answer(path))
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def serve(port: int) -> None:
    server = await asyncio.start_server(talk, "0.0.0.0" if sys.platform == "linux" else "127.0.0.1", port, backlog=4096)  # noqa: S104 - 127.a.b.c
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    asyncio.run(serve(int(sys.argv[1])))
