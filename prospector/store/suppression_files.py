"""The suppression list to and from files: plain lists of addresses and domains in, hashes in and out."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from prospector.outreach.decency import PastLetter
from prospector.store.codecs import maybe_time, maybe_time_text, time_text
from prospector.store.suppressions import Entry, LetterEntry, Reason, Suppressions

KEY_MARK = "# key "  # the first line of an exported file says which key its hashes were made with
COLUMNS = (
    "kind", "hash", "reason", "added_at", "note", "receipt", "site", "page", "exported_at", "sent_at", "answered_at", "ended_at", "bounced",
)  # fmt: skip
_NAMES = ("email", "e-mail", "address", "domain", "site", "value")  # columns of other people's lists
_TIMES = ("exported_at", "sent_at", "answered_at", "ended_at")
MOST_SHOWN = 20


class ListFileError(Exception):
    """The file can't be used; the message has a line for each mistake. Nothing of it was taken."""


def write_list(listed: Suppressions, out: TextIO) -> None:
    out.write(f"{KEY_MARK}{listed.key_id}\n")
    rows = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    rows.writeheader()
    for entry in listed.entries():
        note = f"'{entry.note}" if entry.note[:1] in ("=", "+", "-", "@", "\t") else entry.note  # a spreadsheet would take it for a formula
        rows.writerow(
            {
                "kind": entry.kind, "hash": entry.hash, "reason": entry.reason, "added_at": time_text(entry.added_at), "note": note,
                "receipt": entry.receipt,
            }
        )  # fmt: skip
    for letter in listed.letters():
        times = {name: maybe_time_text(getattr(letter.past, name)) for name in _TIMES}
        rows.writerow(
            {
                "kind": "letter", "hash": letter.address, "receipt": letter.receipt, "site": letter.site, "page": letter.page, **times,
                "bounced": int(letter.past.bounced),
            }
        )  # fmt: skip


def read_list(listed: Suppressions, path: Path, *, now: datetime) -> int:
    """Add what a file lists; how many entries are new.

    :raises ListFileError: with every mistake in it, its line before it.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ListFileError(f"{path}: it is not UTF-8 text. Save it as text or CSV in UTF-8.") from error
    if text.startswith(KEY_MARK):
        return _hashes(listed, path, text)
    entries: list[Entry] = []
    problems: list[str] = []
    for number, what in _names(text):
        try:
            kind, hashed = listed.named(what)
        except ValueError as error:
            problems.append(f"{path}:{number}  {error}. Write one on each line, or mend the column.")
            continue
        entries.append(Entry(hash=hashed, kind=kind, reason=Reason.OPT_OUT, added_at=now))
    _refuse(problems)
    return listed.put(entries)


def _names(text: str) -> list[tuple[int, str]]:
    """What a list names, with line numbers: a CSV's first known column, else whole lines without comments."""
    lines = text.splitlines()
    delimiter = next((sign for sign in (";", "\t", ",") if lines and sign in lines[0]), ",")
    header = [name.strip().strip('"').lower() for name in lines[0].split(delimiter)] if lines else []
    column = next((header.index(name) for name in _NAMES if name in header), None)
    if column is None:
        return [(number, what) for number, line in enumerate(lines, start=1) if (what := line.partition("#")[0].strip())]
    rows = csv.reader(lines[1:], delimiter=delimiter)
    return [(rows.line_num + 1, row[column].strip()) for row in rows if len(row) > column and row[column].strip()]


def _hashes(listed: Suppressions, path: Path, text: str) -> int:
    mark, _, body = text.partition("\n")
    if mark.removeprefix(KEY_MARK).strip() != listed.key_id:
        raise ListFileError(
            f"{path}:1  its hashes were made with another key, so they mean nothing here. "
            f"Put the key file of the machine that it comes from in the place of {listed.path.with_suffix('.key')}, before this list has entries."
        )
    entries: list[Entry] = []
    letters: list[LetterEntry] = []
    problems: list[str] = []
    rows = csv.DictReader(body.splitlines())
    for row in rows:
        try:
            if row["kind"] == "letter":
                letters.append(_letter(row))
            else:
                entries.append(_entry(row))
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            problems.append(f"{path}:{rows.line_num + 1}  this line is damaged ({error}). Export the list again.")
    _refuse(problems)
    new = listed.put(entries)
    listed.put_letters(letters)
    return new


def _entry(row: dict[str, Any]) -> Entry:
    if row["kind"] not in ("address", "domain", "site"):
        raise ValueError(f"unknown kind {row['kind']}")
    return Entry(
        hash=_hash(row["hash"]), kind=row["kind"], reason=Reason(row["reason"]), added_at=_time(row["added_at"]), note=row["note"],
        receipt=row["receipt"],
    )  # fmt: skip


def _letter(row: dict[str, Any]) -> LetterEntry:
    times: dict[str, Any] = {name: maybe_time(row[name] or None) for name in _TIMES}
    for moment in filter(None, times.values()):
        time_text(moment)  # refuses one without a zone
    return LetterEntry(
        receipt=row["receipt"], address=row["hash"] and _hash(row["hash"]), site=_hash(row["site"]), page=_hash(row["page"]),
        past=PastLetter(**times, bounced=row["bounced"] == "1"),
    )  # fmt: skip


def _hash(text: str) -> str:
    if len(text) != 64 or set(text) - set("0123456789abcdef"):
        raise ValueError("a hash has 64 hexadecimal digits")
    return text


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    time_text(moment)
    return moment


def _refuse(problems: list[str]) -> None:
    if problems:
        more = [f"and {len(problems) - MOST_SHOWN} more"] if len(problems) > MOST_SHOWN else []
        raise ListFileError("\n".join([*problems[:MOST_SHOWN], *more]))
