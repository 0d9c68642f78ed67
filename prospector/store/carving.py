"""The rows in a damaged database file, read page by page without SQLite. Pure: bytes in, rows out.

SQLite gives up on a whole table where one page of it is broken, or on the whole file when its header is. The file's format is documented and
frozen (https://www.sqlite.org/fileformat2.html), so what the other pages hold can still be read. Only tables with a rowid are; ours all are,
but for counts that are made anew.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

MAGIC = b"SQLite format 3\0"
USUAL_PAGE = 4096  # SQLite's default, which we never change
_HEADER = 100  # bytes before the first page's own content
_INTERIOR, _LEAF = 5, 13  # pages of tables; those of indexes are never needed
_INTEGER_SIZES = (0, 1, 2, 3, 4, 6, 8)
_WAL_MAGIC = {0x377F0682: "<", 0x377F0683: ">"}  # which byte order the checksums are counted in
_DEEPEST = 40  # levels; a table of 2**64 rows has fewer

Value = None | int | float | str | bytes


@dataclass(frozen=True, slots=True)
class Row:
    rowid: int
    values: tuple[Value, ...]


@dataclass(slots=True)
class Leaf:
    """What one page of a table gave."""

    rows: list[Row] = field(default_factory=list)
    broken: int = 0  # cells that could not be read


class _BrokenError(Exception):
    pass


class Pages:
    """A database file with the log beside it laid over it, as far as its transactions were finished."""

    def __init__(self, file: bytes, log: bytes = b"") -> None:
        """:param file, log: anything that can be sliced into bytes, such as an mmap."""
        self._file = file
        self._log = log
        self.header_readable = file[:16] == MAGIC
        self.size = self._page_size()
        self._newer = _committed(log, self.size) if log else {}
        self._kept = self.size - (self.page(1)[20] if self.readable_header(self.page(1)) else 0)
        self.count = max(len(file) // self.size + (len(file) % self.size > 0), *self._newer, 0)

    @staticmethod
    def readable_header(page: bytes) -> bool:
        return page[:16] == MAGIC and page[20] < 64

    def page(self, number: int) -> bytes:
        """Padded where the file ends too soon; empty where there is none."""
        at = self._newer.get(number)
        if at is not None:
            return bytes(self._log[at : at + self.size])
        found = bytes(self._file[(number - 1) * self.size : number * self.size])
        return found.ljust(self.size, b"\0") if found else b""

    def kind(self, number: int) -> int:
        page = self.page(number)
        start = _HEADER if number == 1 else 0
        return page[start] if len(page) > start else 0

    @cached_property
    def free(self) -> frozenset[int] | None:
        """Pages that are in no use and hold what was deleted; None when that can't be known."""
        first = self.page(1)
        if not self.readable_header(first):
            return None
        found: set[int] = set()
        trunk, wanted = struct.unpack_from(">II", first, 32)
        while trunk:
            page = self.page(trunk)
            if not page or trunk in found:
                return None
            found.add(trunk)
            trunk, length = struct.unpack_from(">II", page)
            if length > self.size // 4 - 2:
                return None
            found.update(struct.unpack_from(f">{length}I", page, 8))
        return frozenset(found) if len(found) == wanted else None

    @cached_property
    def parents(self) -> Mapping[int, int]:
        """Page → the page that leads to it, of tables."""
        found: dict[int, int] = {}
        for number in range(1, self.count + 1):
            if self.kind(number) == _INTERIOR:
                for child in self._children(number):
                    found.setdefault(child, number)
        return found

    def top(self, number: int) -> int:
        """The root of the tree that a page is in, as far as one can climb."""
        for _ in range(_DEEPEST):
            above = self.parents.get(number)
            if above is None:
                break
            number = above
        return number

    def leaves(self) -> Iterator[int]:
        return (number for number in range(1, self.count + 1) if self.kind(number) == _LEAF)

    def leaf(self, number: int) -> Leaf:
        page = self.page(number)
        found = Leaf()
        try:
            cells = _cells(page, _HEADER if number == 1 else 0, 8)
        except _BrokenError:
            found.broken += 1
            return found
        for at in cells:
            try:
                found.rows.append(self._row(page, at))
            except (_BrokenError, IndexError, struct.error, UnicodeDecodeError):
                found.broken += 1
        return found

    def _children(self, number: int) -> list[int]:
        page = self.page(number)
        start = _HEADER if number == 1 else 0
        try:
            cells = _cells(page, start, 12)
        except _BrokenError:
            return []
        last: int = struct.unpack_from(">I", page, start + 8)[0]
        inner = [struct.unpack_from(">I", page, at)[0] for at in cells if at + 4 <= len(page)]
        return [child for child in (*inner, last) if 1 < child <= self.count]

    def _page_size(self) -> int:
        told: int = struct.unpack(">H", self._file[16:18])[0] if self.header_readable and len(self._file) > 18 else 0
        if not told and len(self._log) >= 32:
            told = struct.unpack(">I", self._log[8:12])[0]
        size = 65536 if told == 1 else told
        return size if 512 <= size <= 65536 and size & (size - 1) == 0 else USUAL_PAGE

    def _row(self, page: bytes, at: int) -> Row:
        length, at = _varint(page, at)
        rowid, at = _varint(page, at)
        if rowid >= 1 << 63:
            rowid -= 1 << 64
        if length > self.count * self.size:
            raise _BrokenError
        most = self._kept - 35
        here = length
        if length > most:
            least = (self._kept - 12) * 32 // 255 - 23
            here = least + (length - least) % (self._kept - 4)
            here = here if here <= most else least
        if at + here > len(page):
            raise _BrokenError
        content = page[at : at + here]
        if here < length:
            content += self._overflow(struct.unpack_from(">I", page, at + here)[0], length - here)
        return Row(rowid, tuple(_record(content)))

    def _overflow(self, number: int, length: int) -> bytes:
        parts: list[bytes] = []
        while length > 0:
            page = self.page(number) if number > 1 else b""
            if not page:
                raise _BrokenError
            part = page[4 : min(self._kept, 4 + length)]
            parts.append(part)
            length -= len(part)
            number = struct.unpack_from(">I", page)[0]
        return b"".join(parts)


def _cells(page: bytes, start: int, header: int) -> tuple[int, ...]:
    if len(page) < start + header:
        raise _BrokenError
    number: int = struct.unpack_from(">H", page, start + 3)[0]
    if start + header + 2 * number > len(page):
        raise _BrokenError
    return struct.unpack_from(f">{number}H", page, start + header)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for number in range(8):
        byte = data[at + number]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + number + 1
    return value << 8 | data[at + 8], at + 9


def _record(content: bytes) -> Iterator[Value]:
    end, at = _varint(content, 0)
    if end > len(content):
        raise _BrokenError
    start = end
    while at < end:
        kind, at = _varint(content, at)
        value, start = _value(content, kind, start)
        yield value


def _value(content: bytes, kind: int, at: int) -> tuple[Value, int]:
    if kind >= 12:
        length = (kind - 12) // 2
        part = content[at : at + length]
        if len(part) < length:
            raise _BrokenError
        if kind % 2 == 0:
            return part, at + length
        if b"\0" in part:  # no text of ours has one: a piece of the file was blanked
            raise _BrokenError
        return part.decode(), at + length
    match kind:
        case 0:
            return None, at
        case 7:
            number: float = struct.unpack_from(">d", content, at)[0]
            return number, at + 8
        case 8 | 9:
            return kind - 8, at
        case 10 | 11:
            raise _BrokenError
        case _:
            size = _INTEGER_SIZES[kind]
            if at + size > len(content):
                raise _BrokenError
            return int.from_bytes(content[at : at + size], "big", signed=True), at + size


def _committed(log: bytes, size: int) -> dict[int, int]:
    """Page → where its newest finished version begins in the write-ahead log."""
    if len(log) < 32:
        return {}
    magic = struct.unpack(">I", log[:4])[0]
    order = _WAL_MAGIC.get(magic)
    if order is None:
        return {}
    add = _checksum(order)
    salts = log[16:24]
    sums = add((0, 0), bytes(log[:24]))
    if struct.unpack(">II", log[24:32]) != sums:
        return {}
    done: dict[int, int] = {}
    open_: dict[int, int] = {}
    for at in range(32, len(log) - size - 23, size + 24):
        head = bytes(log[at : at + 24])
        if head[8:16] != salts:
            break
        sums = add(add(sums, head[:8]), bytes(log[at + 24 : at + 24 + size]))
        if struct.unpack(">II", head[16:24]) != sums:
            break
        number, commit = struct.unpack(">II", head[:8])
        open_[number] = at + 24
        if commit:
            done |= open_
            open_ = {}
    return done


def _checksum(order: str) -> Callable[[tuple[int, int], bytes], tuple[int, int]]:
    def add(sums: tuple[int, int], data: bytes) -> tuple[int, int]:
        one, two = sums
        words = struct.unpack(f"{order}{len(data) // 4}I", data)
        for first, second in zip(words[::2], words[1::2], strict=True):
            one = (one + first + two) & 0xFFFFFFFF
            two = (two + second + one) & 0xFFFFFFFF
        return one, two

    return add
