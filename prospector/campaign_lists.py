"""Lists of web addresses that people keep: a text file with one address a line, or a CSV with a column `url`.

Every line that is no address is a problem with its file and line; none is dropped silently.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from prospector.links.urls import normalise

_DELIMITERS = ",;\t"
_INSIDE = re.compile(r"https?://[^\s,;\"'<>()]+")  # addresses in a line that holds more than one: a bullet, quotes, commas
_SHOWN_PROBLEMS = 20  # of one file: a file that isn't a list at all would fill the screen


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlFile:
    """A list that was read: where it lies and what stands in it, in order, without duplicates."""

    path: Path
    shown: str  # its name as the user wrote it
    urls: tuple[str, ...]
    lines: tuple[int, ...]  # where each stands, from 1


class UrlFileError(Exception):
    """A list with mistakes; `problems` are whole lines for people, each with file and line."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_url_file(path: Path, shown: str) -> UrlFile:
    """Read a list; `shown` is the file's name as the user wrote it. Raises UrlFileError, or OSError when it can't be opened."""
    text = _decode(path.read_bytes())
    if text is None:
        raise UrlFileError((f'{shown}:1  not UTF-8 text. Save it as UTF-8 (in Excel: "CSV UTF-8").',))
    try:
        rows = list(_addresses(text, shown))
    except csv.Error as error:
        raise UrlFileError((f"{shown}:1  can't be read as CSV ({error}). Save it as a text file, one address a line.",)) from error
    urls: dict[str, int] = {}
    problems = []
    for line, address in rows:
        url, wrong = check_address(address)
        if wrong:
            problems.append(f"{shown}:{line}  {wrong}")
        else:
            urls.setdefault(url, line)
    if len(problems) > _SHOWN_PROBLEMS:
        more = len(problems) - _SHOWN_PROBLEMS
        problems[_SHOWN_PROBLEMS:] = [f"{shown}  and {more} more lines like these: is it a list of web addresses?"]
    if problems:
        raise UrlFileError(tuple(problems))
    return UrlFile(path=path, shown=shown, urls=tuple(urls), lines=tuple(urls.values()))


def check_address(text: str) -> tuple[str, str]:
    """The normalised address and "", or "" and what is wrong with an example of what is right."""
    given = text.strip()
    short = given if len(given) <= 80 else given[:77] + "..."
    if not given:
        return "", 'not a web address: it is empty. Write it as "https://example.org/links".'
    if "://" not in given and not given.lower().startswith(("http:", "https:", "mailto:", "javascript:", "data:")):
        secure = normalise(f"https://{given.lstrip('/')}")
        if secure is not None and "." in given and not any(mark in given for mark in " @<>\"'"):
            return "", f'"{short}" has no scheme. Write it as "{secure}".'
    url = None if any(mark.isspace() for mark in given) else normalise(given)
    if url is None:
        return "", _not_an_address(given, short)
    return url, ""


def _not_an_address(given: str, short: str) -> str:
    scheme = re.match(r"[a-z][a-z0-9+-]*(?=://|:[^0-9])", given.lower())
    if scheme and scheme[0] not in ("http", "https"):
        return f'"{short}" begins with {scheme[0]}:, and only web pages can be used. Write it as "https://example.org/links".'
    inside = [found for one in _INSIDE.findall(given) if (found := normalise(one))]
    if len(inside) > 1:
        return f'several addresses on one line: "{short}". Write each on a line of its own.'
    if inside:
        return f'more than the address: "{short}". Write it as "{inside[0]}".'
    return f'not a web address: "{short}". Write it as "https://example.org/links".'


def _addresses(text: str, shown: str) -> Iterator[tuple[int, str]]:
    first_line, first = next(((number, line) for number, line in _lines(text)), (1, ""))
    delimiter = next((mark for mark in _DELIMITERS if _url_column(first, mark) is not None), "")
    if delimiter:
        return _from_csv(text, delimiter, first_line)
    if _looks_like_a_heading(first):
        raise UrlFileError(
            (f'{shown}:{first_line}  a CSV without a column "url": "{first[:80]}". Name the column that holds the addresses: url.',)
        )
    return ((number, line.split(" #")[0].split("\t#")[0].strip()) for number, line in _lines(text))


def _from_csv(text: str, delimiter: str, heading_line: int) -> Iterator[tuple[int, str]]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    column = -1
    begins = 1
    for row in rows:
        line, begins = begins, rows.line_num + 1
        if line < heading_line or not any(cell.strip() for cell in row) or row[0].lstrip().startswith("#"):
            continue
        if column < 0:
            column = _names(row).index("url")
            continue
        yield line, row[column].strip() if column < len(row) else ""


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that say something; Excel's own first line `sep=;` says nothing."""
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        content = line.strip()
        if content and not content.startswith("#") and not (number == 1 and content.lower().startswith("sep=")):
            yield number, content


def _url_column(heading: str, delimiter: str) -> int | None:
    names = _names(next(csv.reader([heading], delimiter=delimiter), []))
    return names.index("url") if "url" in names else None


def _names(row: list[str]) -> list[str]:
    return [cell.strip().lower() for cell in row]


def _looks_like_a_heading(line: str) -> bool:
    """Several cells, none of which could be an address."""
    return any(mark in line for mark in _DELIMITERS) and "/" not in line and ":" not in line


def _decode(data: bytes) -> str | None:
    """UTF-8 with or without a mark, UTF-16 with one (what spreadsheets and PowerShell write)."""
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None
