"""An export of a backlink tool → what it is, and its rows: links, pages or sites. Damaged rows are named by line, none is dropped in silence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import chain, islice
from operator import itemgetter
from typing import BinaryIO, NamedTuple

from prospector.backlinks.records import DELIMITERS, SNIFFED, Record, encoding_of, lines_of, records_of
from prospector.backlinks.reports import NEEDED, Kind, Report, all_reports, folded
from prospector.backlinks.values import date_of, is_yes, number_of
from prospector.links.urls import normalise

PREAMBLE = 15  # lines that may stand above the headings
MAX_TEXT = 500  # characters kept of an anchor or title
_NO_LINKS = frozenset(("image", "css", "javascript", "iframe"))  # what a crawler's list of "inlinks" holds besides links
_PACKED = {
    b"PK\x03\x04": "a spreadsheet or zip file",
    b"\x1f\x8b": "packed by gzip",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
}


class ExportError(Exception):
    """The file is no export that we can read; the text says what it seems to be and what to do."""


class Backlink(NamedTuple):
    """A link as a tool saw it. A tuple, because a million of them are made: a frozen dataclass takes three times as long."""

    line: int
    source_url: str
    target_url: str  # "" where the report names no page: some page of the site that it was made for
    anchor: str = ""
    rel: tuple[str, ...] = ()
    source_title: str = ""
    source_status: int | None = None
    target_status: int | None = None
    context: str = ""
    language: str = ""
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    lost: bool = False
    authority: float | None = None  # in the tool's own measure
    external_links: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedPage:
    """A page, and how many link to it, as a tool counted."""

    line: int
    target_url: str
    target_status: int | None = None
    linking_pages: int | None = None
    linking_sites: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkingSite:
    """A site, and how many of its pages link to how many of ours."""

    line: int
    site: str
    linking_pages: int | None = None
    target_pages: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    line: int
    why: str


Row = Backlink | LinkedPage | LinkingSite


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file that was recognised; `rows` can be read once."""

    report: Report
    encoding: str
    delimiter: str
    heading_line: int  # 0: there is no line of headings that we know, the shape of the columns told
    not_understood: tuple[str, ...]  # headings that mean nothing to us, as written
    rows: Iterator[Row | Damaged]


def read_export(file: BinaryIO, *, name: str) -> Export:
    """Recognise an export and begin to read it.

    :param file: opened for reading bytes, seekable. It must stay open while the rows are read.
    :param name: what messages call it.
    :raises ExportError: it is nothing that we know.
    """
    start = file.read(SNIFFED)
    file.seek(0)
    if not start.strip(b"\0\xff\xfe\xef\xbb\xbf \r\n\t"):
        raise ExportError(f"{name}: it is empty.")
    for mark, what in _PACKED.items():
        if start.startswith(mark):
            raise ExportError(f"{name}: it is {what}. Export it as CSV, or unpack it first.")
    if start.lstrip()[:1] in (b"<", b"{", b"["):
        raise ExportError(f"{name}: it is a web page or JSON, no table. Export it as CSV.")
    encoding = encoding_of(start)
    lines = lines_of(file, encoding)
    top = list(islice(lines, PREAMBLE))
    found = _recognised(top) or _by_shape(top)
    if found is None:
        raise ExportError(_unknown(name, top))
    report, delimiter, heading, at = found
    names = [report.column(folded(cell)) for cell in heading] if at >= 0 else []
    if at < 0 or not set(NEEDED[report.kind]) & set(names):
        names = list(_SHAPED[report.id])
    unknown = [cell.strip() for cell in heading if cell.strip() and not report.column(folded(cell)) and folded(cell) not in report.known]
    rest = chain(top[at + 1 :] if at >= 0 else top, lines)
    return Export(
        report=report,
        encoding=encoding,
        delimiter=delimiter,
        heading_line=top[at][0] if at >= 0 else 0,
        not_understood=tuple(unknown) if report.shape == () or (at >= 0 and report.column(folded(heading[0]))) else (),
        rows=_rows(records_of(rest, delimiter), report, names),
    )


_SHAPED = {
    "gsc-latest-links": ("source", "last_seen"),
    "gsc-linking-sites": ("site", "linking_pages", "target_pages"),
    "gsc-linked-pages": ("target", "linking_pages", "linking_sites"),
}

_Found = tuple[Report, str, list[str], int]


def _recognised(top: Sequence[tuple[int, str]]) -> _Found | None:
    """By a line of headings: the report all of whose marks stand there, the most particular one first."""
    for at, (number, line) in enumerate(top):
        for delimiter in DELIMITERS:
            record = next(records_of(iter([(number, line)]), delimiter), None)
            if record is None or len(record.cells) < 2:
                continue
            headings = {folded(cell) for cell in record.cells}
            for report in all_reports():
                if report.marks and headings >= set(report.marks):
                    return report, delimiter, record.cells, at
                named = {report.column(heading) for heading in headings}
                by_names = not report.marks or bool(report.shape)
                if by_names and named >= ({"source", "target"} if not report.shape else set(report.columns)):
                    return report, delimiter, record.cells, at
    return None


def _by_shape(top: Sequence[tuple[int, str]]) -> _Found | None:
    """By what stands in the columns, where the headings are in a language that we do not know."""
    for delimiter in DELIMITERS:
        records = [record for record in records_of(iter(top), delimiter) if not record.damage]
        for report in all_reports():
            if not report.shape or len(records) < 2:
                continue
            fits = [_fits(record.cells, report.shape) for record in records]
            if all(fits[1:]) and not fits[0]:
                return report, delimiter, records[0].cells, next(at for at, (number, _) in enumerate(top) if number == records[0].line)
    return None


_TWO_DAYS = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\Z")  # a day, if only it were known which

_SHAPES: dict[str, Callable[[str], bool]] = {
    "url": lambda cell: cell.strip().startswith(("http://", "https://")),
    "site": lambda cell: "." in cell and "/" not in cell and " " not in cell.strip() and number_of(cell) is None,
    "date": lambda cell: date_of(cell) is not None or _TWO_DAYS.match(cell.strip()) is not None,
    "number": lambda cell: number_of(cell) is not None,
}


def _fits(cells: Sequence[str], shape: Sequence[str]) -> bool:
    return len(cells) == len(shape) and all(_SHAPES[kind](cell) for cell, kind in zip(cells, shape, strict=True))


def _unknown(name: str, top: Sequence[tuple[int, str]]) -> str:
    first = next((line for _, line in top if line.strip()), "")[:120]
    tools = ", ".join(dict.fromkeys(report.tool for report in all_reports() if report.marks))
    return (
        f'{name}: not an export that is known. Its first line is "{first}". Known are {tools}, and any table whose headings name a column '
        '"source" (the page with the link) and one "target" (where it leads). Rename the headings so, or export it anew as CSV.'
    )


# -- rows -----------------------------------------------------------------------------------------------------------------


def _rows(records: Iterator[Record], report: Report, names: Sequence[str]) -> Iterator[Row | Damaged]:
    place = {name: at for at, name in reversed(list(enumerate(names))) if name}
    read = {Kind.LINKS: _links, Kind.PAGES: _pages, Kind.SITES: _sites}[report.kind](place)
    least = max(place[name] for name in (*NEEDED[report.kind], "target") if name in place) + 1
    width = len(names)
    for line, cells, damage in records:
        if damage:
            yield Damaged(line=line, why=damage)
        elif len(cells) < least:
            yield Damaged(line=line, why=f"it has {len(cells)} {'column' if len(cells) == 1 else 'columns'}, and should have {width}")
        else:
            if len(cells) < width:
                cells.extend([""] * (width - len(cells)))
            cells.append("")  # what a column holds that this report does not have: its place is -1
            made = read(line, cells)
            if made is not None:
                yield made


_Reader = Callable[[int, list[str]], Row | Damaged | None]
_LINK_COLUMNS = (
    *("source", "target", "link_type", "lost", "anchor", "alt", "before", "after", "source_title", "language", "first_seen", "last_seen"),
    *("source_status", "target_status", "authority", "external_links", "rel", "nofollow", "ugc", "sponsored", "follow"),
)


def _links(place: dict[str, int]) -> _Reader:
    """How a row of links is read. Places are looked up once, not for each of a million rows."""
    chosen = itemgetter(*(place.get(name, -1) for name in _LINK_COLUMNS))
    names_target, has_context = "target" in place, "before" in place

    def read(line: int, cells: list[str]) -> Backlink | Damaged | None:
        (source_text, target_text, kind, lost, anchor, alt, before, after, title, language, first, last) = (found := chosen(cells))[:12]
        if kind and kind.strip().casefold() in _NO_LINKS:
            return None
        source = _url(source_text)
        if source is None:
            return Damaged(line=line, why=f'no web address of a linking page: "{source_text.strip()[:60]}"')
        target = _linked_url(target_text) if names_target else ""
        if target is None:
            return Damaged(line=line, why=f'no web address of a linked page: "{target_text.strip()[:60]}"')
        anchor = _short(anchor)
        return Backlink(
            line=line,
            source_url=source,
            target_url=target,
            anchor=anchor or _short(alt),
            rel=_rel(*found[16:]),
            source_title=_short(title),
            source_status=_count(found[12]),
            target_status=_count(found[13]),
            context=" ".join(part for part in (_short(before), anchor, _short(after)) if part) if has_context else "",
            language=language.strip()[:2].lower(),
            first_seen=_date(first),
            last_seen=_date(last),
            lost=bool(lost) and (is_yes(lost) or _date(lost) is not None),
            authority=_number(found[14]),
            external_links=_count(found[15]),
        )

    return read


def _pages(place: dict[str, int]) -> _Reader:
    def read(line: int, cells: list[str]) -> LinkedPage | Damaged:
        text, status, pages, sites = (cells[place.get(name, -1)] for name in ("target", "target_status", "linking_pages", "linking_sites"))
        target = _url(text)
        if not target:
            return Damaged(line=line, why=f'no web address of a linked page: "{text.strip()[:60]}"')
        return LinkedPage(
            line=line, target_url=target, target_status=_count(status), linking_pages=_count(pages), linking_sites=_count(sites)
        )

    return read


def _sites(place: dict[str, int]) -> _Reader:
    def read(line: int, cells: list[str]) -> LinkingSite | Damaged:
        text, linking, targets = (cells[place.get(name, -1)] for name in ("site", "linking_pages", "target_pages"))
        site = text.strip().lower().removeprefix("www.")
        if "." not in site or " " in site or "/" in site:
            return Damaged(line=line, why=f'no site: "{site[:60]}"')
        return LinkingSite(line=line, site=site, linking_pages=_count(linking), target_pages=_count(targets))

    return read


# a million rows hold few distinct ratings, days and linked pages
_number = lru_cache(maxsize=4096)(number_of)
_date = lru_cache(maxsize=4096)(date_of)


@lru_cache(maxsize=4096)
def _count(text: str) -> int | None:
    found = number_of(text)
    return None if found is None else int(found)


def _short(text: str) -> str:
    return " ".join(text[: 2 * MAX_TEXT].split())[:MAX_TEXT] if text else ""


@lru_cache(maxsize=1024)
def _rel(rel: str, nofollow: str, ugc: str, sponsored: str, follow: str) -> tuple[str, ...]:
    found = dict.fromkeys(rel.lower().split())
    found |= dict.fromkeys(name for name, said in (("nofollow", nofollow), ("ugc", ugc), ("sponsored", sponsored)) if said and is_yes(said))
    if follow.strip().casefold() == "false":
        found["nofollow"] = None
    return tuple(found)


def _url(text: str) -> str | None:
    """Normalised; tools leave the scheme out at times."""
    text = text.strip()
    if not text or " " in text:
        return None
    if "://" not in text[:12]:
        text = text.lstrip("/")
        if "." not in text.partition("/")[0].strip(".-"):
            return None
        text = f"http://{text}"
    return normalise(text)


_linked_url = lru_cache(maxsize=8192)(_url)
