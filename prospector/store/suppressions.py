"""Who is not to be written to: one database for all campaigns of a user, of keyed hashes. It never holds an address, nor which client wrote.

The key lies in a file beside it. Without the key nobody can test a guessed address against the database; with it, everybody can.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from platformdirs import user_data_path

from prospector.links.urls import host_of
from prospector.outreach.decency import COOL_DOWN, PastLetter, Sameness, too_soon
from prospector.outreach.identity import address_key, domain_key, domains_of, page_key, site_key
from prospector.store.codecs import maybe_time, maybe_time_text, time_text
from prospector.store.errors import StoreError, plain_errors
from prospector.store.session import Row, Session

FILE_NAME = "suppressions.db"
_VERSION = 1
_KEY_BYTES = 32
_ADDRESS = re.compile(r"[^\s<>\"'()\[\],;:=&?/@]{1,64}@(?:[\w-]{1,63}\.){1,8}\w{2,63}")
_TABLES = (
    """
    CREATE TABLE blocks (
        hash TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('address', 'domain', 'site')),
        reason TEXT NOT NULL CHECK (reason IN ('opt-out', 'declined', 'bounced', 'forgotten')),
        added_at TEXT NOT NULL,
        note TEXT NOT NULL,
        receipt TEXT NOT NULL,
        PRIMARY KEY (hash, reason, receipt)
    ) STRICT
    """,
    """
    CREATE TABLE letters (
        receipt TEXT NOT NULL PRIMARY KEY,
        address TEXT NOT NULL,
        site TEXT NOT NULL,
        page TEXT NOT NULL,
        exported_at TEXT,
        sent_at TEXT,
        answered_at TEXT,
        ended_at TEXT,
        bounced INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX letters_by_address ON letters (address)",
    "CREATE INDEX letters_by_site ON letters (site)",
    "CREATE INDEX letters_by_page ON letters (page)",
)


class Reason(StrEnum):
    OPT_OUT = "opt-out"
    DECLINED = "declined"
    BOUNCED = "bounced"
    FORGOTTEN = "forgotten"


_SAID = {
    Reason.OPT_OUT: "{who} asked not to be written to.",
    Reason.DECLINED: "{who} said no to a letter.",
    Reason.BOUNCED: "Mail to {who} came back.",
    Reason.FORGOTTEN: "{who} asked to be forgotten.",
}
_WHO = {"address": "this address", "domain": "this domain", "site": "this site"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the list: a hash, never what it was made of."""

    hash: str
    kind: str  # "address", "domain", "site"
    reason: Reason
    added_at: datetime
    note: str = ""
    receipt: str = ""  # of the letter that it came from


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterEntry:
    """A letter that left the house, as hashes."""

    receipt: str
    address: str
    site: str
    page: str
    past: PastLetter


def default_path() -> Path:
    return user_data_path("prospector", appauthor=False) / FILE_NAME


class Suppressions:
    """Every method raises StoreError when the database can't do what is asked."""

    def __init__(self, session: Session, key: bytes) -> None:
        self._session = session
        self._key = key

    @classmethod
    def open(cls, path: Path | str | None = None) -> Self:
        """Open the list, or begin one.

        :param path: None: the one in the user's data folder.
        :raises StoreError: the folder or the file can't be used, or the key is missing although there are entries.
        """
        path = default_path() if path is None else Path(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{path.parent}: the folder can't be made ({error.strerror}). Set SUPPRESSIONS_DB to another place."
            ) from error
        session = Session(path)
        try:
            _prepare(session)
            with session.write():  # two programs may begin the list at once: they must not make two keys
                key = _read_key(path, empty=not session.value("SELECT EXISTS (SELECT 1 FROM blocks UNION ALL SELECT 1 FROM letters)"))
        except BaseException:
            session.close()
            raise
        return cls(session, key)

    @property
    def path(self) -> Path:
        return self._session.path

    @property
    def key_id(self) -> str:
        """Tells two keys apart, and nothing else about them."""
        return self._hash("key", "")[:16]

    def together(self) -> AbstractContextManager[None]:
        """What is asked and noted inside happens at once: no other campaign notes a letter meanwhile. Keep it short."""
        return self._session.write()

    # -- asking ------------------------------------------------------------------------------------------------------------

    def why_not(
        self,
        *,
        address: str,
        site: str,
        page_url: str,
        now: datetime,
        cool_down: timedelta = COOL_DOWN,
        except_for: Sequence[str] = (),
        same_page: Sequence[str] = (),
    ) -> str:
        """Why nobody may write there now, in a sentence; "" if somebody may.

        :param address: "" where there is only a form or a tracker.
        :param except_for: receipts of letters that don't count: its own, and the one that it follows up.
        :param same_page: receipts of letters about the same page that only ask for the usual time between two letters: a link that they won is lost.
        """
        if why := self.blocked(address=address, site=site, page_url=page_url):
            return why
        shared = {Sameness.PAGE: self._page(page_url), Sameness.CONTACT: self._address(address), Sameness.SITE: self._site(site)}
        for same, hashed in shared.items():
            for letter in self._letters(same, hashed):
                counts_as = Sameness.SITE if letter.receipt in same_page else same
                if letter.receipt not in except_for and (why := too_soon(letter.past, counts_as, cool_down=cool_down, now=now)):
                    return why
        return ""

    def blocked(self, *, address: str, site: str, page_url: str) -> str:
        """Why nobody may ever write there, in a sentence; "" if somebody may: what `why_not` says without the rules of time."""
        for kind, hashed in self._names(address, site, page_url):
            for reason in self._session.column("SELECT reason FROM blocks WHERE hash = ? AND kind = ?", (hashed, kind)):
                said = _SAID[Reason(reason)].format(who=_WHO[kind])
                return said[:1].upper() + said[1:]
        return ""

    def blocked_address(self, address: str) -> bool:
        """May this address not even be collected?"""
        key = address_key(address)
        hashes = [self._address(address), *(self._hash("domain", host) for host in domains_of(key.rpartition("@")[2]))]
        return bool(key) and any(
            self._session.value("SELECT 1 FROM blocks WHERE hash = ? AND reason IN ('forgotten', 'opt-out')", (hashed,))
            for hashed in hashes
        )

    def without_forgotten(self, text: str) -> str:
        """A text without the addresses of those who asked to be forgotten."""
        if "@" not in text or not self._session.value("SELECT EXISTS (SELECT 1 FROM blocks WHERE reason = 'forgotten')"):
            return text
        return _ADDRESS.sub(lambda match: "[forgotten]" if self.blocked_address(match[0].removeprefix("mailto:")) else match[0], text)

    # -- the list ----------------------------------------------------------------------------------------------------------

    def add(self, what: str, *, reason: Reason = Reason.OPT_OUT, note: str = "", receipt: str = "", now: datetime) -> bool:
        """Never write to this address, domain or (with a path) site again. False: it was on the list already.

        :raises ValueError: it is none of them.
        """
        kind, hashed = self.named(what)
        return self.put([Entry(hash=hashed, kind=kind, reason=reason, added_at=now, note=note, receipt=receipt)]) == 1

    def add_site(self, site: str, *, reason: Reason, receipt: str = "", now: datetime) -> None:
        """Never write to this site, as links.sites names it, again."""
        self.put([Entry(hash=self._site(site), kind="site", reason=reason, added_at=now, receipt=receipt)])

    def understands(self, what: str) -> bool:
        """Is it an address, a domain or a site?"""
        try:
            self.named(what)
        except ValueError:
            return False
        return True

    def remove(self, what: str) -> int:
        """Take an address, a domain or a site off the list; how many rows. What is above it (its domain) stays.

        :raises ValueError: it is none of them.
        """
        kind, hashed = self.named(what)
        with self._session.write():
            return self._session.run(
                "DELETE FROM blocks WHERE hash = ? OR hash = ?", (hashed, self._site(what) if kind == "domain" else hashed)
            ).rowcount

    def entries(self) -> tuple[Entry, ...]:
        """Oldest first."""
        return tuple(map(_entry, self._session.rows("SELECT * FROM blocks ORDER BY added_at, hash")))

    def letters(self) -> tuple[LetterEntry, ...]:
        return tuple(map(_letter, self._session.rows("SELECT * FROM letters ORDER BY receipt")))

    def put(self, entries: Iterable[Entry]) -> int:
        """Entries as hashes, of this or another machine's list with the same key; how many are new."""
        with self._session.write():
            before = self._session.value("SELECT count(*) FROM blocks")
            for entry in entries:
                self._session.run(
                    "INSERT INTO blocks (hash, kind, reason, added_at, note, receipt) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    (entry.hash, entry.kind, entry.reason, time_text(entry.added_at), entry.note, entry.receipt),
                )
            return int(self._session.value("SELECT count(*) FROM blocks")) - int(before)

    def put_letters(self, letters: Iterable[LetterEntry]) -> None:
        """Letters of another machine's list with the same key; of two tellings of one letter, what either knows."""
        with self._session.write():
            for letter in letters:
                self._write_letter(letter, known="coalesce(excluded.{0}, letters.{0})")

    # -- letters -----------------------------------------------------------------------------------------------------------

    def note_letter(self, receipt: str, past: PastLetter, *, address: str, site: str, page_url: str) -> None:
        """How a letter stands; replaces what was known of it."""
        letter = LetterEntry(receipt=receipt, address=self._address(address), site=self._site(site), page=self._page(page_url), past=past)
        with self._session.write():
            self._write_letter(letter, known="excluded.{0}")

    def drop_letter(self, receipt: str) -> None:
        """It never left the house after all."""
        with self._session.write():
            self._session.run("DELETE FROM letters WHERE receipt = ?", (receipt,))

    def drop_reasons(self, receipt: str) -> None:
        """What came of a letter is taken back: the entries made because of it."""
        with self._session.write():
            self._session.run("DELETE FROM blocks WHERE receipt = ? AND receipt <> ''", (receipt,))

    def _write_letter(self, letter: LetterEntry, *, known: str) -> None:
        times = ("exported_at", "sent_at", "answered_at", "ended_at")
        updates = ", ".join(f"{name} = {known.format(name)}" for name in times)
        self._session.run(
            f"""
            INSERT INTO letters (receipt, address, site, page, exported_at, sent_at, answered_at, ended_at, bounced)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (receipt) DO UPDATE SET
                address = excluded.address, site = excluded.site, page = excluded.page, {updates}, bounced = excluded.bounced
            """,  # noqa: S608  # the columns are ours
            (
                letter.receipt,
                letter.address,
                letter.site,
                letter.page,
                *(maybe_time_text(getattr(letter.past, name)) for name in times),
                letter.past.bounced,
            ),
        )

    def _letters(self, same: Sameness, hashed: str) -> tuple[LetterEntry, ...]:
        column = {Sameness.PAGE: "page", Sameness.CONTACT: "address", Sameness.SITE: "site"}[same]
        if not hashed:
            return ()
        return tuple(map(_letter, self._session.rows(f"SELECT * FROM letters WHERE {column} = ?", (hashed,))))  # noqa: S608  # ours

    # -- hashes ------------------------------------------------------------------------------------------------------------

    def _names(self, address: str, site: str, page_url: str) -> list[tuple[str, str]]:
        """Everything that a block may be for which forbids this letter: kind and hash."""
        key = address_key(address)
        hosts = dict.fromkeys((*domains_of(key.rpartition("@")[2]), *domains_of(host_of(page_url)), *domains_of(site.partition("/")[0])))
        names = [("address", self._address(address))] if key else []
        return [*names, *(("domain", self._hash("domain", host)) for host in hosts), ("site", self._site(site))]

    def named(self, what: str) -> tuple[str, str]:
        """Kind and hash of an address, a domain or a site as people write them.

        :raises ValueError: it is none of them.
        """
        if "@" in what.strip().lstrip("@"):
            if key := address_key(what):
                return "address", self._hash("address", key)
        elif "/" in what and "://" not in what and domain_key(what.partition("/")[0]):
            return "site", self._site(what)
        elif (key := domain_key(host_of(what) if "://" in what else what)) and "." in key:
            return "domain", self._hash("domain", key)
        raise ValueError(f"“{what}” is neither an e-mail address nor a domain")

    def _address(self, address: str) -> str:
        key = address_key(address)
        return self._hash("address", key) if key else ""

    def _site(self, site: str) -> str:
        return self._hash("site", site_key(site)) if site else ""

    def _page(self, url: str) -> str:
        return self._hash("page", page_key(url))

    def _hash(self, kind: str, text: str) -> str:
        return hmac.new(self._key, f"{kind}\n{text}".encode("utf-8", "surrogatepass"), sha256).hexdigest()

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _prepare(session: Session) -> None:
    with plain_errors(session.path):
        version = int(session.value("PRAGMA user_version"))
        if version > _VERSION:
            raise StoreError(f"{session.path}: written by a newer Prospector. Update Prospector, then run again.")
        session.db.enable_wal()
        session.run("PRAGMA secure_delete = ON")
        if version < _VERSION:
            with session.write():
                if not session.value("PRAGMA user_version"):  # two programs may begin it at once
                    for statement in _TABLES:
                        session.run(statement)
                    session.run(f"PRAGMA user_version = {_VERSION}")
    if os.name == "posix":
        session.path.chmod(0o600)


def key_path(path: Path) -> Path:
    return path.with_suffix(".key")


def _read_key(path: Path, *, empty: bool) -> bytes:
    file = key_path(path)
    try:
        if empty and not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
                out.write(secrets.token_hex(_KEY_BYTES) + "\n")
        key = bytes.fromhex(file.read_text("ascii"))
    except FileNotFoundError as error:
        raise StoreError(
            f"{file}: the key of the suppression list is missing, so nobody can be looked up. Restore it from a copy."
        ) from error
    except (OSError, ValueError) as error:
        raise StoreError(f"{file}: the key of the suppression list can't be read ({error}). Restore it from a copy.") from error
    if len(key) != _KEY_BYTES:
        raise StoreError(f"{file}: the key of the suppression list is damaged. Restore it from a copy.")
    return key


def _entry(row: Row) -> Entry:
    return Entry(**{**row, "reason": Reason(row["reason"]), "added_at": datetime.fromisoformat(row["added_at"])})


def _letter(row: Row) -> LetterEntry:
    times: dict[str, Any] = {name: maybe_time(row[name]) for name in ("exported_at", "sent_at", "answered_at", "ended_at")}
    return LetterEntry(
        receipt=row["receipt"],
        address=row["address"],
        site=row["site"],
        page=row["page"],
        past=PastLetter(**times, bounced=bool(row["bounced"])),
    )
