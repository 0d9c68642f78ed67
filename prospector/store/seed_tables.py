"""The table of what a person decided about further seeds, as migration 9 makes it. Described in docs/data-dictionary.md.

Never edit a statement that was released: a change is a new migration in schema.py.
"""

SEED_CHOICES = """
CREATE TABLE seed_choices (
    url TEXT NOT NULL PRIMARY KEY,
    site TEXT NOT NULL,
    choice TEXT NOT NULL CHECK (choice IN ('kept', 'dropped')),
    decided_at TEXT NOT NULL
) STRICT
"""

ALL = (SEED_CHOICES,)
