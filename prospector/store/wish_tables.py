"""The table of what the people of a site ask for, as migration 12 makes it. Described in docs/data-dictionary.md.

Never edit a statement that was released: a change is a new migration in schema.py.
"""

SITE_WISHES = """
CREATE TABLE site_wishes (
    site TEXT NOT NULL PRIMARY KEY,
    sentence TEXT NOT NULL,
    source_url TEXT NOT NULL,
    found_at TEXT NOT NULL
) STRICT
"""

ALL = (SITE_WISHES,)
