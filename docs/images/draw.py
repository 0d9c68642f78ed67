# ruff: noqa: INP001 - a script, not a package
"""Draws demo.svg, the picture in the README, from what the program really prints: crawls the demo in a temporary folder.

.venv/bin/python docs/images/draw.py
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[2]
PICTURE = Path(__file__).with_name("demo.svg")
ROUNDS = 3  # looks until everything that can be confirmed in the demo is
PAUSE = 2.5  # seconds: the demo's days
MOST_LINES = 32  # of the letter

SIZE, LINE, ADVANCE = 14, 20, 8.43  # font size, line height and width of a character, in pixels
EDGE, BAR, GAP = 20, 34, 22  # inner margin, title bar, between the two windows
BACKGROUND, BAR_COLOUR, TEXT = "#1d2330", "#2a3142", "#d5dbe8"
PROMPT, NUMBER, ADDRESS, QUIET = "#8fd694", "#f2cc8f", "#86c5f4", "#8b95aa"
FONT = "'DejaVu Sans Mono', 'Cascadia Mono', Menlo, Consolas, 'Liberation Mono', monospace"
# first match wins at each place of a line
COLOURS = (
    (re.compile(r"^\$ .*"), PROMPT),
    (re.compile(r"^ +\d[\d,]*(?=  )|^\d+(?=\. )|^   +\d+(?=  )"), NUMBER),
    (re.compile(r"^(?:Page|Status|To|Subject|Note):"), QUIET),
    (re.compile(r"https?://\S+|\S+@\S+\.\w+|\S+\[\.\]\S+|scrapy [a-z]+(?: [a-z-]+)*(?: (?:ID|URL))?"), ADDRESS),
)


def scrapy(*arguments: str, folder: str) -> tuple[str, str]:
    """stdout and stderr of a command, as somebody in that folder sees them."""
    environment = {**os.environ, "SCRAPY_SETTINGS_MODULE": "prospector.settings", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "scrapy", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout, done.stderr.replace(f"{Path(folder).resolve()}{os.sep}", "").replace(f"{folder}{os.sep}", "")


def what_is_shown() -> tuple[list[str], list[str]]:
    """The last summary of the demo, and the letter to the best prospect, as far as it fits."""
    with tempfile.TemporaryDirectory() as folder:
        _, said = scrapy("crawl", "resources", folder=folder)
        for _ in range(ROUNDS - 1):
            time.sleep(PAUSE)
            _, said = scrapy("crawl", "recheck", folder=folder)
        rows, _ = scrapy("export", "drafts", "--format", "jsonl", folder=folder)
        ready = [row for row in map(json.loads, rows.splitlines()) if row["status"] == "ready"]
        chosen = max(ready, key=lambda row: (row["score"], -len(row["body"])))["id"]
        letter, _ = scrapy("drafts", "show", str(chosen), folder=folder)
    summary = "\n".join(line for line in said.splitlines() if not line.startswith("campaign ")).strip("\n").splitlines()
    lines = letter.splitlines()
    whole = max(at for at, line in enumerate(lines[:MOST_LINES]) if not line)  # up to the end of an entry
    return ["$ scrapy crawl recheck", "", *summary], [f"$ scrapy drafts show {chosen} | head -{whole}", "", *lines[:whole]]


def window(lines: Sequence[str], *, top: int, width: int) -> Iterator[str]:
    """A terminal with these lines."""
    height = BAR + 2 * EDGE + LINE * len(lines)
    yield f'<rect x="0" y="{top}" width="{width}" height="{height}" rx="10" fill="{BACKGROUND}"/>'
    yield f'<path d="M0 {top + BAR}v-{BAR - 10}a10 10 0 0 1 10-10h{width - 20}a10 10 0 0 1 10 10v{BAR - 10}z" fill="{BAR_COLOUR}"/>'
    for at, colour in enumerate(("#e0705f", "#e3b653", "#74bd6b")):
        yield f'<circle cx="{22 + 20 * at}" cy="{top + BAR // 2}" r="6" fill="{colour}"/>'
    for number, line in enumerate(lines):
        if line:
            baseline = top + BAR + EDGE + LINE * number + SIZE
            yield f'<text x="{EDGE}" y="{baseline}" textLength="{len(line) * ADVANCE:.1f}">{"".join(painted(line))}</text>'


def painted(line: str) -> Iterator[str]:
    """A line with its numbers and addresses in colour."""
    found = [(match.start(), match.end(), colour) for pattern, colour in COLOURS for match in pattern.finditer(line)]
    at = 0
    for start, end, colour in sorted(found):
        if start >= at:
            yield drawn(line[at:start])
            yield f'<tspan fill="{colour}">{drawn(line[start:end])}</tspan>'
            at = end
    yield drawn(line[at:])


def drawn(text: str) -> str:
    """As text of an SVG, where several plain spaces would be drawn as one."""
    return escape(text, quote=False).replace(" ", "\N{NO-BREAK SPACE}")


def picture(*windows: Sequence[str]) -> str:
    width = round(2 * EDGE + ADVANCE * max(len(line) for lines in windows for line in lines))
    parts: list[str] = []
    top = 0
    for lines in windows:
        parts += window(lines, top=top, width=width)
        top += BAR + 2 * EDGE + LINE * len(lines) + GAP
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{top - GAP}" viewBox="0 0 {width} {top - GAP}" '
        f'font-family="{FONT}" font-size="{SIZE}" fill="{TEXT}" role="img">'
    )
    return "\n".join((head, "<title>What Prospector prints at the end of a crawl, and a letter it drafted</title>", *parts, "</svg>", ""))


if __name__ == "__main__":
    PICTURE.write_text(picture(*what_is_shown()), encoding="utf-8", newline="\n")
