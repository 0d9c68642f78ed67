"""The schema's versions: numbered migrations, oldest first. A released one is never edited; a change is a new one at the end."""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

from prospector.store import (
    backlink_tables,
    decision_tables,
    desk_tables,
    figure_tables,
    gap_views,
    rank_tables,
    reclaim_tables,
    seed_tables,
    tables,
    views,
    watching_tables,
    wish_tables,
)
from prospector.store.errors import StoreError, plain_errors
from prospector.store.session import Session

MIGRATIONS = Migrations("prospector")
VERSION = 12  # the number of migrations below
OLDEST_SQLITE = (3, 37, 0)  # strict tables


@MIGRATIONS(name="1 tables")
def _tables(db: Database) -> None:
    for statement in tables.ALL:
        db.execute(statement)


@MIGRATIONS(name="2 search and views")
def _search_and_views(db: Database) -> None:
    for statement in views.ALL:
        db.execute(statement)


@MIGRATIONS(name="3 ranks")
def _ranks(db: Database) -> None:
    for statement in rank_tables.ALL:
        db.execute(statement)


@MIGRATIONS(name="4 decisions")
def _decisions(db: Database) -> None:
    for statement in decision_tables.ALL:
        db.execute(statement)


@MIGRATIONS(name="5 searches and gaps")
def _searches_and_gaps(db: Database) -> None:
    for statement in gap_views.ALL:
        db.execute(statement)


@MIGRATIONS(name="6 the desk's queue")
def _desk_queue(db: Database) -> None:
    for statement in desk_tables.ALL:
        db.execute(statement)


@MIGRATIONS(name="7 figures")
def _figures(db: Database) -> None:
    for statement in figure_tables.ALL:
        db.execute(statement)


@MIGRATIONS(name="8 backlinks")
def _backlinks(db: Database) -> None:
    for statement in backlink_tables.ALL:
        db.execute(statement)


@MIGRATIONS(name="9 seeds")
def _seeds(db: Database) -> None:
    for statement in seed_tables.ALL:
        db.execute(statement)


@MIGRATIONS(name="10 sightings")
def _sightings(db: Database) -> None:
    for statement in watching_tables.ALL:
        db.execute(statement)


@MIGRATIONS(name="11 reclaiming")
def _reclaiming(db: Database) -> None:
    for statement in reclaim_tables.ALL:
        db.execute(statement)


@MIGRATIONS(name="12 wishes of sites")
def _wishes(db: Database) -> None:
    for statement in wish_tables.ALL:
        db.execute(statement)


def prepare(session: Session) -> None:
    """Bring a new or older database to this version's schema, and set the connection's pragmas.

    :raises StoreError: not a database of ours, written by a newer version, or not writable.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(f"This Python has SQLite {sqlite3.sqlite_version}; 3.37 or newer is needed. Install a newer Python.")
    with plain_errors(session.path):
        _refuse_what_is_not_ours(session)
        session.db.enable_wal()
        # default FULL: an fsync for each of many small transactions; with WAL a crash of the program loses nothing either way
        session.run("PRAGMA synchronous = NORMAL")
        session.run("PRAGMA foreign_keys = ON")
        if MIGRATIONS.pending(session.db):
            with session.write():  # two programs may open a new database at once: the second waits here, and finds nothing left to do
                MIGRATIONS.apply(session.db)


def _refuse_what_is_not_ours(session: Session) -> None:
    empty = not session.value("SELECT count(*) FROM sqlite_master")  # asked first: another program may fill it meanwhile
    applied = len(MIGRATIONS.applied(session.db))
    if not empty and not applied:
        raise StoreError(f"{session.path}: it is a database, but not one of Prospector's. Move it away, or choose another campaign name.")
    if applied > VERSION:
        raise StoreError(
            f"{session.path}: written by a newer Prospector (schema {applied}; this one knows {VERSION}). Update Prospector, then run again."
        )
