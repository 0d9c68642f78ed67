"""Where each key of a TOML text stands: path of keys and indexes → line number. tomllib hands out values without places.

Only for texts that tomllib has accepted: what is wrong with the syntax is its business, so nothing here ever complains.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right

KeyPath = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[^\s.=\]\"'#,{}]+")
_BARE_VALUE = re.compile(r"[^,\]}\n#]*")


def key_lines(text: str) -> dict[KeyPath, int]:
    """Line (from 1) of every key, table header and list element; the first place where a key is named counts."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self.last_index: dict[KeyPath, int] = {}  # arrays of tables: the entry that is being written
        self.line_starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def document(self) -> None:
        table: KeyPath = ()
        self.skip_blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip_blank()

    def header(self) -> KeyPath:
        start = self.at
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        *parents, last = self.key()
        self.skip_blank()
        self.at += brackets
        path: KeyPath = ()
        for key in parents:
            path = (*path, key)
            self.note(path, start)
            if path in self.last_index:
                path = (*path, self.last_index[path])
        path = (*path, last)
        self.note(path, start)
        if brackets == 2:
            self.last_index[path] = self.last_index.get(path, -1) + 1
            path = (*path, self.last_index[path])
            self.note(path, start)
        return path

    def pair(self, table: KeyPath) -> None:
        start, path = self.at, table
        for key in self.key():
            path = (*path, key)
            self.note(path, start)
        self.skip_blank()
        self.at += 1  # "="
        self.skip_blank()
        self.value(path)

    def key(self) -> list[str]:
        """A dotted key, quotes and escapes undone."""
        keys: list[str] = []
        while True:
            self.skip_blank()
            if self.text[self.at] in "\"'":
                keys.append(tomllib.loads(f"key = {self.string()}")["key"])
            elif bare := _BARE_KEY.match(self.text, self.at):
                keys.append(bare.group())
                self.at = bare.end()
            self.skip_blank()
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def value(self, path: KeyPath) -> None:
        match self.text[self.at]:
            case '"' | "'":
                self.string()
            case "[":
                self.array(path)
            case "{":
                self.inline_table(path)
            case _:
                bare = _BARE_VALUE.match(self.text, self.at)
                self.at = bare.end() if bare else self.at

    def array(self, path: KeyPath) -> None:
        self.at += 1
        index = 0
        while not self.closes("]"):
            element = (*path, index)
            self.note(element, self.at)
            self.value(element)
            index += 1

    def inline_table(self, path: KeyPath) -> None:
        self.at += 1
        while not self.closes("}"):
            self.pair(path)

    def closes(self, bracket: str) -> bool:
        """Step over blanks and commas; over the bracket too, if it is the next thing."""
        self.skip_blank()
        while self.text[self.at] == ",":
            self.at += 1
            self.skip_blank()
        if self.text[self.at] != bracket:
            return False
        self.at += 1
        return True

    def string(self) -> str:
        """The string that begins here, as written, with its quotes."""
        start, quote = self.at, self.text[self.at]
        mark = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(mark)
        while not self.text.startswith(mark, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        self.at += len(mark)
        if len(mark) == 3:  # one or two quotes may stand right before the closing three
            while self.at < len(self.text) and self.text[self.at] == quote:
                self.at += 1
        return self.text[start : self.at]

    def skip_blank(self) -> None:
        blank = _BLANK.match(self.text, self.at)
        self.at = blank.end() if blank else self.at

    def note(self, path: KeyPath, at: int) -> None:
        self.lines.setdefault(path, bisect_right(self.line_starts, at))
