"""An export of a backlink tool → what it is, and its rows: links, pages or sites. Damaged rows are named by line, none is dropped in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import BinaryIO

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlink:
    """A link as a tool saw it."""

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


_SHAPES: dict[str, Callable[[str], bool]] = {
    "url": lambda cell: cell.strip().startswith(("http://", "https://")),
    "site": lambda cell: "." in cell and "/" not in cell and " " not in cell.strip() and number_of(cell) is None,
    "date": lambda cell: date_of(cell) is not None,
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
    make = {Kind.LINKS: _link, Kind.PAGES: _page, Kind.SITES: _site}[report.kind]
    least = max(place[name] for name in (*NEEDED[report.kind], "target") if name in place) + 1
    for record in records:
        if record.damage:
            yield Damaged(line=record.line, why=record.damage)
        elif len(record.cells) < least:
            yield Damaged(line=record.line, why=f"it has {len(record.cells)} columns, and should have {len(names)}")
        else:
            made = make(_Cells(record, place))
            if made is not None:
                yield made


class _Cells:
    """The cells of a record by our names."""

    __slots__ = ("_cells", "_place", "line")

    def __init__(self, record: Record, place: dict[str, int]) -> None:
        self.line, self._cells, self._place = record.line, record.cells, place

    def text(self, name: str) -> str:
        at = self._place.get(name)
        return self._cells[at].strip() if at is not None and at < len(self._cells) else ""

    def short(self, name: str) -> str:
        text = self.text(name)
        return " ".join(text[: 2 * MAX_TEXT].split())[:MAX_TEXT] if text else ""

    def number(self, name: str) -> float | None:
        text = self.text(name)
        return number_of(text) if text else None

    def count(self, name: str) -> int | None:
        found = self.number(name)
        return None if found is None else int(found)

    def date(self, name: str) -> datetime | None:
        text = self.text(name)
        return date_of(text) if text else None

    def yes(self, name: str) -> bool:
        text = self.text(name)
        return bool(text) and is_yes(text)

    def has(self, name: str) -> bool:
        return name in self._place


def _link(cells: _Cells) -> Backlink | Damaged | None:
    if cells.text("link_type").casefold() in _NO_LINKS:
        return None
    source = _url(cells.text("source"))
    if source is None:
        return Damaged(line=cells.line, why=f'no web address of a linking page: "{cells.text("source")[:60]}"')
    target = _url(cells.text("target")) if cells.has("target") else ""
    if target is None:
        return Damaged(line=cells.line, why=f'no web address of a linked page: "{cells.text("target")[:60]}"')
    context = " ".join(part for part in (cells.short("before"), cells.short("anchor"), cells.short("after")) if part)
    lost = cells.text("lost")
    return Backlink(
        line=cells.line,
        source_url=source,
        target_url=target,
        anchor=cells.short("anchor") or cells.short("alt"),
        rel=_rel(cells),
        source_title=cells.short("source_title"),
        source_status=cells.count("source_status"),
        target_status=cells.count("target_status"),
        context=context if cells.has("before") else "",
        language=cells.text("language")[:2].lower(),
        first_seen=cells.date("first_seen"),
        last_seen=cells.date("last_seen"),
        lost=bool(lost) and (is_yes(lost) or date_of(lost) is not None),
        authority=cells.number("authority"),
        external_links=cells.count("external_links"),
    )


def _rel(cells: _Cells) -> tuple[str, ...]:
    rel = dict.fromkeys(cells.text("rel").lower().split())
    rel |= dict.fromkeys(name for name in ("nofollow", "ugc", "sponsored") if cells.yes(name))
    if cells.text("follow").casefold() == "false":
        rel["nofollow"] = None
    return tuple(rel)


def _page(cells: _Cells) -> LinkedPage | Damaged:
    target = _url(cells.text("target"))
    if not target:
        return Damaged(line=cells.line, why=f'no web address of a linked page: "{cells.text("target")[:60]}"')
    return LinkedPage(
        line=cells.line,
        target_url=target,
        target_status=cells.count("target_status"),
        linking_pages=cells.count("linking_pages"),
        linking_sites=cells.count("linking_sites"),
    )


def _site(cells: _Cells) -> LinkingSite | Damaged:
    site = cells.text("site").lower().removeprefix("www.")
    if "." not in site or " " in site or "/" in site:
        return Damaged(line=cells.line, why=f'no site: "{site[:60]}"')
    return LinkingSite(line=cells.line, site=site, linking_pages=cells.count("linking_pages"), target_pages=cells.count("target_pages"))


def _url(text: str) -> str | None:
    """Normalised; tools leave the scheme out at times."""
    if not text or " " in text:
        return None
    if "://" not in text[:12]:
        text = text.lstrip("/")
        if "." not in text.partition("/")[0].strip(".-"):
            return None
        text = f"http://{text}"
    return normalise(text)
