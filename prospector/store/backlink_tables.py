"""The tables of imported backlinks. Described in docs/data-dictionary.md.

Never edit a statement that was released: a change is a new migration in schema.py.
"""

IMPORTS = """
CREATE TABLE imports (
    id INTEGER PRIMARY KEY,
    file TEXT NOT NULL,
    tool TEXT NOT NULL,
    report TEXT NOT NULL,
    imported_at TEXT NOT NULL,
    ended_at TEXT,
    rows INTEGER NOT NULL DEFAULT 0,
    damaged INTEGER NOT NULL DEFAULT 0,
    not_understood TEXT NOT NULL
) STRICT
"""

# A link is one row however many tools saw it: `import_id` and `line` tell where it was last read, `tools` who ever saw it.
BACKLINKS = """
CREATE TABLE backlinks (
    source_url TEXT NOT NULL,
    target_url TEXT NOT NULL,
    source_site TEXT NOT NULL,
    anchor TEXT NOT NULL,
    rel TEXT NOT NULL,
    source_title TEXT NOT NULL,
    source_status INTEGER,
    target_status INTEGER,
    context TEXT NOT NULL,
    language TEXT NOT NULL,
    first_seen TEXT,
    last_seen TEXT,
    lost INTEGER NOT NULL,
    authority REAL,
    external_links INTEGER,
    tools TEXT NOT NULL,
    import_id INTEGER NOT NULL REFERENCES imports (id),
    line INTEGER NOT NULL,
    PRIMARY KEY (source_url, target_url)
) STRICT
"""
BACKLINKS_BY_TARGET = "CREATE INDEX backlinks_by_target ON backlinks (target_url, source_site)"

LINKED_PAGES = """
CREATE TABLE linked_pages (
    target_url TEXT NOT NULL PRIMARY KEY,
    target_status INTEGER,
    linking_pages INTEGER,
    linking_sites INTEGER,
    import_id INTEGER NOT NULL REFERENCES imports (id),
    line INTEGER NOT NULL
) STRICT
"""

LINKING_SITES = """
CREATE TABLE linking_sites (
    site TEXT NOT NULL PRIMARY KEY,
    linking_pages INTEGER,
    target_pages INTEGER,
    import_id INTEGER NOT NULL REFERENCES imports (id),
    line INTEGER NOT NULL
) STRICT
"""

ALL = (IMPORTS, BACKLINKS, BACKLINKS_BY_TARGET, LINKED_PAGES, LINKING_SITES)
