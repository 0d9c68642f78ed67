"""A file of unknown encoding and delimiter → records with their line numbers. A quote that is never closed costs its own line, not the rest."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, NamedTuple

SNIFFED = 64 * 1024  # bytes looked at to tell the encoding
MAX_LINE = 256 * 1024  # characters of one line; a longer one is no row of a table
MAX_JOINED = 30  # lines that one record may span, where cells hold line breaks
DELIMITERS = (",", "\t", ";", "|")


class Record(NamedTuple):
    line: int  # 1-based, where it begins
    cells: list[str]
    damage: str  # "" or what is wrong with the line, in words; then `cells` is empty


def encoding_of(start: bytes) -> str:
    """By its mark, by its zeros, by whether it is valid UTF-8; else the code page that spreadsheets of the West write."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if start.startswith(mark):
            return name
    if start.count(0) > len(start) // 4:
        return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def lines_of(file: BinaryIO, encoding: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, without their ends. What the encoding does not know becomes U+FFFD."""
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline=None)
    number = 0
    try:
        while line := text.readline(MAX_LINE):
            number += 1
            while not line.endswith("\n") and len(line) == MAX_LINE:
                rest = text.readline(MAX_LINE)
                if not rest:
                    break
                if len(rest) < MAX_LINE or rest.endswith("\n"):
                    break
            yield number, line.removesuffix("\n")
    finally:
        with suppress(ValueError):  # the file was closed already
            text.detach()  # it is the caller's to close


def records_of(lines: Iterator[tuple[int, str]], delimiter: str) -> Iterator[Record]:
    """Records of a table. Lines with nothing on them are left out."""
    held: list[tuple[int, str]] = []  # lines read ahead that turned out to be no part of a record
    while True:
        number, line = held.pop(0) if held else next(lines, (0, ""))
        if not number:
            return
        if not line.strip(" \t\0" + delimiter):
            continue
        if len(line) >= MAX_LINE - 1:
            yield Record(number, [], "the line is too long for a row of a table")
        elif '"' not in line:
            yield Record(number, line.split(delimiter), "")
        elif line.count('"') % 2 == 0:
            yield _parsed(number, line, delimiter)
        else:
            joined = _joined(line, lines, held)
            yield _parsed(number, joined, delimiter) if joined else Record(number, [], "a quotation mark is never closed")


def _joined(first: str, lines: Iterator[tuple[int, str]], held: list[tuple[int, str]]) -> str:
    """A record that goes on over line breaks, up to the line that closes its quotes; "" when none does, and the lines are read anew."""
    taken: list[tuple[int, str]] = []
    quotes = first.count('"')
    while len(taken) < MAX_JOINED:
        following = held.pop(0) if held else next(lines, None)
        if following is None:
            break
        taken.append(following)
        quotes += following[1].count('"')
        if quotes % 2 == 0:
            if following[1].count('"') > 1 and _stands_alone(following[1]):
                break  # this line is a whole row: the odd mark before it belonged to nothing
            return "\n".join([first, *(text for _, text in taken)])
    held[:0] = taken
    return ""


def _stands_alone(line: str) -> bool:
    return line.startswith(('"http', "http"))


def _parsed(number: int, text: str, delimiter: str) -> Record:
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=False))
    except csv.Error as error:
        return Record(number, [], f"can't be read as a row ({error})")
    return Record(number, rows[0] if rows else [], "")
