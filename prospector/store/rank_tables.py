"""The table of imported ranks, as migration 3 makes it. Described in docs/data-dictionary.md.

Never edit a statement that was released: a change is a new migration in schema.py.
"""

RANKS = """
CREATE TABLE ranks (
    domain TEXT NOT NULL,
    source TEXT NOT NULL,
    rank INTEGER CHECK (rank >= 1),
    rating REAL CHECK (rating BETWEEN 0 AND 100),
    imported_at TEXT NOT NULL,
    PRIMARY KEY (domain, source),
    CHECK ((rank IS NULL) <> (rating IS NULL))
) STRICT
"""

ALL = (RANKS,)
