"""What is seen of links that were won or imported, and a person's word on links to be disavowed. Described in docs/data-dictionary.md.

Never edit a statement that was released: a change is a new migration in schema.py.
"""

_STATES = "'linked', 'nofollow', 'moved', 'wrong_target', 'fixed', 'unchanged', 'page_gone', 'lost', 'unclear'"

SIGHTINGS = f"""
CREATE TABLE sightings (
    id INTEGER PRIMARY KEY,
    page_url TEXT NOT NULL,
    wanted_url TEXT NOT NULL,
    replaced_url TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('letter', 'profile')),
    seen_at TEXT NOT NULL,
    run_id TEXT NOT NULL,
    seen TEXT NOT NULL CHECK (seen IN ({_STATES})),
    state TEXT NOT NULL CHECK (state IN ({_STATES})),
    reason TEXT NOT NULL,
    link_url TEXT NOT NULL,
    anchor TEXT NOT NULL,
    rel TEXT NOT NULL,
    in_content INTEGER,
    hidden INTEGER NOT NULL,
    indexable INTEGER,
    status INTEGER,
    final_url TEXT NOT NULL
) STRICT
"""
SIGHTINGS_BY_LINK = "CREATE INDEX sightings_by_link ON sightings (page_url, wanted_url, replaced_url, seen_at)"

WATCHED_LINKS = """
CREATE VIEW watched_links AS
SELECT
    page_url, wanted_url, replaced_url, source, state, seen, reason, link_url, anchor, rel, in_content, hidden, indexable, status,
    seen_at, (
        SELECT count(*) FROM sightings AS earlier
        WHERE (earlier.page_url, earlier.wanted_url, earlier.replaced_url) = (latest.page_url, latest.wanted_url, latest.replaced_url)
    ) AS looks
FROM sightings AS latest
WHERE NOT EXISTS (
    SELECT 1 FROM sightings AS later
    WHERE (later.page_url, later.wanted_url, later.replaced_url) = (latest.page_url, latest.wanted_url, latest.replaced_url)
        AND (later.seen_at, later.id) > (latest.seen_at, latest.id)
)
"""

# what a person said of a page or a domain that links to them; nothing is disavowed without
BACKLINK_MARKS = """
CREATE TABLE backlink_marks (
    what TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('url', 'domain')),
    mark TEXT NOT NULL CHECK (mark IN ('disavow', 'keep')),
    note TEXT NOT NULL,
    marked_at TEXT NOT NULL
) STRICT
"""

ALL = (SIGHTINGS, SIGHTINGS_BY_LINK, WATCHED_LINKS, BACKLINK_MARKS)
