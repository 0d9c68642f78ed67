"""A damaged database → a new one with all that can still be read. The damaged one is kept beside it, never deleted.

A new table without a rowid, or one that is counted from others, belongs into DERIVED, and what fills it into FILLED_BY.
"""

from __future__ import annotations

import mmap
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from prospector.store import desk_tables, figure_tables, views
from prospector.store.carving import Leaf, Pages, Row, Value
from prospector.store.codecs import packed, unpacked
from prospector.store.errors import StoreError, is_busy, plain_errors
from prospector.store.schema import VERSION, prepare
from prospector.store.session import Session

# made from other tables, so made anew
DERIVED = frozenset({"desk_queue", "target_counts", "prospect_counts"})
FILLED_BY = (
    views.SEARCH_FILL,
    *figure_tables.FILL,
    desk_tables.listing(),
    "INSERT INTO desk_queue_fts (desk_queue_fts) VALUES ('rebuild')",
)
_MIGRATIONS = "_sqlite_migrations"
_MASTER = frozenset({"table", "index", "view", "trigger"})
_FITS: Mapping[str, tuple[type, ...]] = {"TEXT": (str,), "INTEGER": (int,), "REAL": (float, int), "BLOB": (bytes,)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvaged:
    """What came of it."""

    rows: Mapping[str, int]  # table → rows in the new database
    kept_at: Path  # where the damaged one is now
    left_out: int  # rows that were seen and could not be used
    deleted_may_be_back: bool  # which pages were in use is not known any more


class _Column(NamedTuple):
    name: str
    kind: str
    required: bool
    key: bool  # INTEGER PRIMARY KEY: the rowid itself


@dataclass(slots=True)
class _Tree:
    """The pages of one table, or of what is left of one."""

    leaves: list[int] = field(default_factory=list)


def why_damaged(path: Path) -> str:
    """What SQLite says of a database that it can open but not trust, or not open; "" when it is sound."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
    except sqlite3.DatabaseError as error:
        if is_busy(error):
            return ""
        return str(error)
    return "" if found == ["ok"] else "; ".join(" ".join(line.split()) for line in found)[:200]


def salvage(path: Path, *, now: datetime) -> Salvaged:
    """Put a new database with the readable rows of a damaged one in its place.

    :raises StoreError: a crawl is writing it, nothing of ours can be read in it, or the new one can't be written. Then all stays as it was.
    """
    fresh = path.with_name(f"{path.name}-repaired")
    with _nobody_writes(path), ExitStack() as files:
        pages = Pages(_mapped(path, files), _mapped(_beside(path, "-wal"), files))
        for ending in ("", "-wal", "-shm"):
            _beside(fresh, ending).unlink(missing_ok=True)  # of a repair that was stopped
        try:
            session = Session(fresh)
            try:
                prepare(session)
                rows, left_out = _fill(session, pages, path)
            finally:
                session.close()
        except BaseException:
            for ending in ("", "-wal", "-shm"):
                _beside(fresh, ending).unlink(missing_ok=True)
            raise
        kept_at = _free_name(path, now)
        for ending in ("-wal", "-shm", ""):
            if (old := _beside(path, ending)).exists():
                old.rename(_beside(kept_at, ending))
        fresh.rename(path)
    return Salvaged(rows=rows, kept_at=kept_at, left_out=left_out, deleted_may_be_back=pages.free is None)


@contextmanager
def _nobody_writes(path: Path) -> Iterator[None]:
    """The crawl's lock (lock.py), without a word in the database, which may take none."""
    lock = path.with_name(path.name + "-lock")
    try:
        with plain_errors(lock), closing(sqlite3.connect(lock, timeout=0, isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            yield
    except StoreError as error:
        if is_busy(error.__cause__):
            raise StoreError(f"{path}: a crawl is writing it. Wait for it or stop it, then repair.") from error
        raise


def _mapped(path: Path, files: ExitStack) -> bytes:
    if not path.exists() or not path.stat().st_size:
        return b""
    file = files.enter_context(path.open("rb"))
    # an mmap is sliced into bytes like bytes themselves
    return files.enter_context(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))  # type: ignore[return-value]


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _free_name(path: Path, now: datetime) -> Path:
    name = f"{path.stem}-damaged-{now:%Y%m%d-%H%M%S}"
    names = [name, *(f"{name}-{number}" for number in range(2, 1000))]
    return next(place for each in names if not (place := path.with_name(each + path.suffix)).exists())


def _fill(session: Session, pages: Pages, path: Path) -> tuple[dict[str, int], int]:
    tables = _tables(session)
    master = _master(pages)
    roots = {int(root): str(name) for kind, name, _, root, _ in master if kind == "table" and isinstance(root, int)}
    written = {
        str(name): columns
        for kind, name, _, _, sql in master
        if kind == "table" and name in tables and (columns := _columns_as_written(sql))
    }
    trees = _trees(pages)
    known = {top: roots[top] for top in trees if top in roots}
    if any(name == _MIGRATIONS and _newer(pages, trees[top]) for top, name in known.items()):
        raise StoreError(f"{path}: written by a newer Prospector. Update Prospector, then repair.")
    triggers = session.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    session.run("PRAGMA foreign_keys = OFF")
    left_out = 0
    with session.write():
        for trigger in triggers:
            session.run(f'DROP TRIGGER "{trigger["name"]}"')
        for top, name in known.items():  # what is certain goes first: where two rows claim one place, the later is left out
            if name in tables and name not in DERIVED:
                for number in trees[top].leaves:
                    left_out += _insert(session, name, written.get(name, tables[name]), tables[name], pages.leaf(number))
        for top in sorted(trees.keys() - known.keys() - {1}):
            left_out += _insert_unknown(session, tables, pages, trees[top])
        left_out += _drop_what_hangs_in_the_air(session)
        for statement in FILLED_BY:
            session.run(statement)
        for trigger in triggers:
            session.run(trigger["sql"])
        counts = {name: int(session.value(f'SELECT count(*) FROM "{name}"')) for name in tables if name not in DERIVED}  # noqa: S608 - our own names
        if not any(number for name, number in counts.items() if name != "meta"):
            raise StoreError(
                f"{path}: nothing in it can be read any more, so it was left as it is. Restore a copy, or move it away and crawl again."
            )
    session.run("PRAGMA foreign_keys = ON")
    session.run("PRAGMA wal_checkpoint(TRUNCATE)")
    return counts, left_out


def _tables(session: Session) -> dict[str, tuple[_Column, ...]]:
    """Those with rows of their own."""
    names = session.column(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    return {name: _columns(session.rows(f'PRAGMA table_info("{name}")')) for name in names if name != _MIGRATIONS}


def _columns(rows: Sequence[Mapping[str, Any]]) -> tuple[_Column, ...]:
    alone = sum(row["pk"] > 0 for row in rows) == 1
    return tuple(
        _Column(row["name"], row["type"], required=bool(row["notnull"]), key=alone and row["pk"] == 1 and row["type"] == "INTEGER")
        for row in rows
    )


def _columns_as_written(sql: Value) -> tuple[_Column, ...]:
    """The columns that a table had when it was written, in their order then."""
    if not isinstance(sql, str) or not sql.startswith("CREATE TABLE"):
        return ()
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.row_factory = sqlite3.Row
        try:
            memory.execute(sql)
            name = memory.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchone()[0]
            rows = [dict(row) for row in memory.execute(f'PRAGMA table_info("{name}")')]
        except sqlite3.DatabaseError:
            return ()
    return _columns(rows)


def _master(pages: Pages) -> list[tuple[Value, ...]]:
    """The table of tables: where the first page leads, or, when that is broken, whatever looks like it."""
    in_use = [number for number in pages.leaves() if number not in (pages.free or ())]
    own = [row for number in in_use if pages.top(number) == 1 for row in _master_rows(pages.leaf(number))]
    return own or [row for number in in_use for row in _master_rows(pages.leaf(number))]


def _master_rows(leaf: Leaf) -> list[tuple[Value, ...]]:
    rows = [row.values for row in leaf.rows]
    if not all(len(values) == 5 and values[0] in _MASTER and isinstance(values[3], int) for values in rows):
        return []
    return rows


def _trees(pages: Pages) -> dict[int, _Tree]:
    trees: dict[int, _Tree] = {}
    for number in pages.leaves():
        if number not in (pages.free or ()):
            trees.setdefault(pages.top(number), _Tree()).leaves.append(number)
    return trees


def _newer(pages: Pages, tree: _Tree) -> bool:
    applied = {
        row.values[2] for number in tree.leaves for row in pages.leaf(number).rows if len(row.values) == 4 and row.values[1] == "prospector"
    }
    return len(applied) > VERSION


def _insert(session: Session, name: str, columns: Iterable[_Column], current: tuple[_Column, ...], leaf: Leaf) -> int:
    """How many of the rows could not be used."""
    there = {column.name for column in current}
    columns = tuple(columns)
    lost = leaf.broken
    for row in leaf.rows:
        if len(row.values) > len(columns):
            lost += 1
            continue
        given = {
            column.name: row.rowid if column.key else value
            for column, value in zip(columns, row.values, strict=False)
            if column.name in there
        }
        if not any(column.key for column in columns):
            given["rowid"] = row.rowid
        if not _unpacks(given.get("html", b"")):
            lost += 1
            continue
        if not _unpacks(given.get("snapshot", b"")):  # too much hangs on a page to lose it for its text; without these it is read anew
            given |= {"snapshot": packed(""), "etag": "", "last_modified": ""}
        names, marks = ", ".join(f'"{each}"' for each in given), ", ".join("?" * len(given))
        try:
            lost += not session.run(f'INSERT OR IGNORE INTO "{name}" ({names}) VALUES ({marks})', list(given.values())).rowcount  # noqa: S608
        except sqlite3.IntegrityError:  # a value of another kind than the column's
            lost += 1
    return lost


def _unpacks(value: Value) -> bool:
    if isinstance(value, bytes) and value:
        try:
            unpacked(value)
        except (zlib.error, UnicodeDecodeError):
            return False
    return True


def _insert_unknown(session: Session, tables: Mapping[str, tuple[_Column, ...]], pages: Pages, tree: _Tree) -> int:
    """Pages that no table leads to any more: they belong to the one table whose columns all their rows fit."""
    leaves = [pages.leaf(number) for number in tree.leaves]
    rows = [row for leaf in leaves for row in leaf.rows]
    fitting = [name for name, columns in tables.items() if rows and all(_fits(row, columns) for row in rows)]
    if len(fitting) != 1 or fitting[0] in DERIVED:
        return 0  # a search index, an old table of tables, or what can't be told apart
    return sum(_insert(session, fitting[0], tables[fitting[0]], tables[fitting[0]], leaf) for leaf in leaves)


def _fits(row: Row, columns: tuple[_Column, ...]) -> bool:
    return len(row.values) == len(columns) and all(
        (value is None and (column.key or not column.required)) or (not column.key and isinstance(value, _FITS.get(column.kind, ())))
        for column, value in zip(columns, row.values, strict=True)
    )


def _drop_what_hangs_in_the_air(session: Session) -> int:
    """Rows that belong to a row which is lost: a reference that may be empty is emptied, otherwise the row goes. How many went."""
    gone = 0
    while broken := session.rows("PRAGMA foreign_key_check"):
        seen: Counter[str] = Counter()
        for row in broken:
            table, rowid = str(row["table"]), row["rowid"]
            keys = [key["from"] for key in session.rows(f'PRAGMA foreign_key_list("{table}")') if key["id"] == row["fkid"]]
            required = {column["name"] for column in session.rows(f'PRAGMA table_info("{table}")') if column["notnull"]}
            if required.isdisjoint(keys):
                emptied = ", ".join(f'"{key}" = NULL' for key in keys)
                session.run(f'UPDATE "{table}" SET {emptied} WHERE rowid = ?', (rowid,))  # noqa: S608 - our own names
            else:
                seen[table] += session.run(f'DELETE FROM "{table}" WHERE rowid = ?', (rowid,)).rowcount  # noqa: S608 - our own names
        gone += seen.total()
    return gone
