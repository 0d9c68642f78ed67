"""The examples of docs/distributed.md do what they say: a worker starts, waits and ends as its unit has it."""

from __future__ import annotations

import asyncio
import configparser
import re
import signal
import sys
from pathlib import Path

from scrapy.utils.misc import walk_modules_iter

from tests.crawling import environment
from tests.redis_server import RedisServer

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PASSWORD = "correcthorse"


async def test_a_worker_runs_as_its_unit_says_and_shows_no_password(tmp_path: Path) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(EXAMPLES / "prospector-worker@.service", "utf-8")
    service = unit["Service"]
    program, *words = service["ExecStart"].split()
    assert program.endswith("/bin/scrapy")
    name, _, value = service["Environment"].partition("=")
    async with RedisServer(tmp_path / "redis", password=PASSWORD) as redis:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "scrapy",
            *words,
            cwd=tmp_path,
            env={**environment(), name: value, "REDIS_URL": redis.url},
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stderr is not None
        said = ""
        while "waiting for a scrapy ingest" not in said:
            line = await asyncio.wait_for(process.stderr.readline(), 60)
            assert line, said
            said += line.decode()
        shown = Path(f"/proc/{process.pid}/cmdline").read_bytes()  # noqa: ASYNC240 - made by the kernel
        process.send_signal(signal.Signals[service["KillSignal"]])
        rest = await asyncio.wait_for(process.stderr.read(), float(service["TimeoutStopSec"]))
        assert await process.wait() == 130
    assert PASSWORD.encode() not in shown
    assert PASSWORD not in said + rest.decode()


def test_the_commands_of_the_compose_file_exist() -> None:
    text = (EXAMPLES / "compose.yml").read_text("utf-8")
    commands = {module.__name__.rpartition(".")[2] for module in walk_modules_iter("prospector.commands")}
    told = re.findall(r"^ *command: scrapy (\w+)(?: (\w+))?$", text, re.MULTILINE)
    assert sorted(told) == [("crawl", "worker"), ("ingest", "")]
    assert {name for name, _ in told} <= commands
    assert text.count("REDIS_URL: redis://redis:6379/0") == len(told)
    assert "\t" not in text
