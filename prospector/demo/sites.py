"""The demo's sites, read from `sites/`: what each host answers to each path in a given round.

A new site is `sites/<host>.toml` (its keys are the fields of `SiteFile` and `AnswerRow` below) and, if it has documents of its own,
the folder `sites/<host>/`: `.html` files are served as they are, `.txt` files become pages by `render`. A page that many hosts share
(a parking page, a bot wall) stands in `stock/`. What is true of the new site's links goes into `truth.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from prospector.demo import render

HERE = Path(__file__).parent
ROBOTS = "/robots.txt"
ALWAYS = 1_000_000
SLUG = b"{slug}"  # in a page: the words of the path that was asked for


class Fault(StrEnum):
    """How a host fails below HTTP."""

    RESET = "reset"  # closes with RST before any answer
    EMPTY = "empty"  # closes politely before any answer
    GARBAGE = "garbage"  # answers, but not in HTTP
    STALL = "stall"  # never answers
    STALL_AFTER_HEADERS = "stall after headers"  # never sends the body
    TRUNCATE = "truncate"  # half of the body, then the end


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a host says to one path."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0  # seconds before the first byte
    fault: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A host in one round of the demo."""

    host: str
    pages: Mapping[str, Answer]  # path with query, percent-decoded
    lost: Answer  # for every other path
    certificate: str  # a name from `certificates.py`

    def answer(self, path: str) -> Answer:
        answer = self.pages.get(path, self.lost)
        if SLUG not in answer.body:
            return answer
        words = re.sub(r"[^a-z0-9]+", " ", path.rpartition("/")[2].lower()).strip() or self.host
        return replace(answer, body=answer.body.replace(SLUG, words.encode()))


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """An answer as `sites/*.toml` writes it."""

    path: str = ""
    title: str = ""
    text: str = ""
    stock: str = ""  # a page of `stock/`, without ".html"
    pdf: bool = False
    status: int = 200
    location: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""
    since: int = 0  # first round in which it is so
    until: int = ALWAYS  # first round in which it is so no more

    def holds(self, turn: int) -> bool:
        return self.since <= turn < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFile:
    """`sites/<host>.toml` as written."""

    name: str
    also: tuple[str, ...] = ()  # more hosts that are just like this one
    language: str = "en"
    charset: str = "utf-8"
    charset_in_header: bool = True
    certificate: str = "self-signed"
    delay: float = 0.0  # seconds before every answer
    robots: str = ""
    sitemap: bool = False
    home: str = ""  # text of the page at "/"
    pages: tuple[AnswerRow, ...] = ()
    lost: AnswerRow = AnswerRow(status=404, stock="not-found")
    everything: AnswerRow | None = None  # said to every path but /robots.txt, whatever pages there are


def load_sites(turn: int) -> Mapping[str, Site]:
    """Every host that exists in this round. Raises on a mistake in our own files."""
    files = ((path.name.removesuffix(".toml"), _site_file(path)) for path in sorted((HERE / "sites").glob("*.toml")))
    return {name: _site(name, file, turn) for host, file in files for name in (host, *file.also)}


def _site_file(path: Path) -> SiteFile:
    raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        for key in ("lost", "everything"):
            if key in raw:
                raw[key] = AnswerRow(**raw[key])
        raw["pages"] = tuple(AnswerRow(**row) for row in raw.get("pages", ()))
        return SiteFile(**raw)
    except TypeError as error:
        raise ValueError(f"{path.name}: {error}") from error


def _site(host: str, file: SiteFile, turn: int) -> Site:
    pages: dict[str, Answer] = {}
    if file.home:
        pages["/"] = _answer(AnswerRow(title=file.name, text=file.home), host, file)
    pages |= dict(_documents(host, file))
    pages |= {row.path: _answer(row, host, file) for row in file.pages if row.holds(turn)}
    if file.sitemap:
        pages["/sitemap.xml"] = _sitemap(host, pages)
    lost = _answer(file.lost, host, file)
    if file.everything is not None and file.everything.holds(turn):
        pages, lost = {}, _answer(file.everything, host, file)
    if file.robots:
        pages[ROBOTS] = Answer(body=file.robots.encode(), headers={"Content-Type": "text/plain; charset=utf-8"})
    elif lost.fault is None:  # a parking page or a redirect home is no robots.txt: what it would forbid is anybody's guess
        pages.setdefault(ROBOTS, Answer(status=404, headers={"Content-Type": "text/plain"}, body=b"no robots.txt here\n"))
    return Site(host=host, pages=pages, lost=lost, certificate=file.certificate)


def _documents(host: str, file: SiteFile) -> Iterator[tuple[str, Answer]]:
    folder = HERE / "sites" / host
    for path in sorted(folder.rglob("*.*")):
        at = "/" + path.relative_to(folder).as_posix()
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".txt":
            heading, _, rest = text.partition("\n")
            text = render.page(heading=heading, text=rest, name=file.name, language=file.language, charset=file.charset)
            at = at.removesuffix(".txt") + ".html"
        yield at.removesuffix("index.html") if at.endswith("/index.html") else at, _html(text, file)


def _answer(row: AnswerRow, host: str, file: SiteFile) -> Answer:
    if row.location:
        return Answer(status=row.status, headers={"Location": row.location, **row.headers}, delay=file.delay)
    if row.pdf:
        return Answer(body=render.pdf(heading=row.title, text=row.text), headers={"Content-Type": "application/pdf"})
    if row.stock:
        stock = (HERE / "stock" / f"{row.stock}.html").read_text(encoding="utf-8")
        text = Template(stock).safe_substitute(host=escape(host), name=escape(file.name))
    else:
        text = render.page(heading=row.title, text=row.text, name=file.name, language=file.language, charset=file.charset)
    return _html(text, file, row)


def _html(text: str, file: SiteFile, row: AnswerRow | None = None) -> Answer:
    row = row or AnswerRow()
    kind = "text/html" + (f"; charset={file.charset}" if file.charset_in_header else "")
    return Answer(
        status=row.status,
        headers={"Content-Type": kind, **row.headers},
        body=text.encode(file.charset, "xmlcharrefreplace"),
        delay=file.delay,
        fault=Fault(row.fault) if row.fault else None,
    )


def _sitemap(host: str, pages: Mapping[str, Answer]) -> Answer:
    rows = "\n".join(f"  <url><loc>http://{host}{escape(path)}</loc></url>" for path in pages)
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}\n</urlset>\n'
    return Answer(body=text.encode(), headers={"Content-Type": "application/xml"})
