"""The tables, as migration 1 makes them. Public API, described in docs/data-dictionary.md.

Never edit a statement that was released: a change is a new migration in schema.py.
Times are UTC ISO 8601 text, booleans 0 or 1, lists JSON or one line each.
"""

RUNS = """
CREATE TABLE runs (
    run_id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    reason TEXT,
    stats TEXT
) STRICT
"""

META = "CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT"

VISITS = """
CREATE TABLE visits (
    url TEXT NOT NULL PRIMARY KEY,
    depth INTEGER NOT NULL,
    seed TEXT NOT NULL,
    found_on TEXT NOT NULL,
    visited_at TEXT,
    problem TEXT NOT NULL DEFAULT ''
) STRICT
"""

RESOURCE_PAGES = """
CREATE TABLE resource_pages (
    url TEXT NOT NULL PRIMARY KEY,
    final_url TEXT NOT NULL,
    site TEXT NOT NULL,
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    status INTEGER NOT NULL,
    fetched_at TEXT NOT NULL,
    etag TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    outbound_links INTEGER NOT NULL,
    outbound_domains INTEGER NOT NULL,
    is_resource_page INTEGER NOT NULL,
    signals TEXT NOT NULL,
    depth INTEGER NOT NULL,
    seed TEXT NOT NULL,
    done_at TEXT,
    snapshot BLOB NOT NULL
) STRICT
"""

# page_url is a resource page or, where own = 1, one of the user's pages; target_url has a row in targets unless the link is boilerplate
LINKS = """
CREATE TABLE links (
    id INTEGER PRIMARY KEY,
    page_url TEXT NOT NULL,
    target_url TEXT NOT NULL,
    fragment TEXT NOT NULL,
    anchor TEXT NOT NULL,
    rel TEXT NOT NULL,
    context TEXT NOT NULL,
    section TEXT NOT NULL,
    heading TEXT NOT NULL,
    position INTEGER NOT NULL,
    boilerplate INTEGER NOT NULL,
    own INTEGER NOT NULL,
    present INTEGER NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL
) STRICT
"""
LINKS_BY_PAGE = "CREATE INDEX links_by_page ON links (page_url)"
LINKS_BY_TARGET = "CREATE INDEX links_by_target ON links (target_url, present, boilerplate)"

_KINDS = "'alive', 'gone', 'dns', 'refused', 'parked', 'soft404', 'redirected', 'hijacked', 'blocked', 'transient', 'unknown'"

TARGETS = f"""
CREATE TABLE targets (
    url TEXT NOT NULL PRIMARY KEY,
    verdict TEXT CHECK (verdict IN ({_KINDS})),
    reason TEXT NOT NULL DEFAULT '',
    confidence TEXT CHECK (confidence IN ('probable', 'confirmed')),
    first_failed_at TEXT,
    confirmed_at TEXT,
    next_check_at TEXT,
    moved_to TEXT NOT NULL DEFAULT '',
    rules TEXT NOT NULL DEFAULT '[]',
    referring_pages INTEGER NOT NULL DEFAULT 0,
    referring_domains INTEGER NOT NULL DEFAULT 0,
    checks INTEGER NOT NULL DEFAULT 0,
    last_checked_at TEXT,
    changed_at TEXT,
    matched_at TEXT,
    override TEXT CHECK (override IN ({_KINDS})),
    override_at TEXT,
    note TEXT NOT NULL DEFAULT ''
) STRICT
"""
TARGETS_BY_DUE = "CREATE INDEX targets_by_due ON targets (next_check_at)"
TARGETS_BY_VERDICT = "CREATE INDEX targets_by_verdict ON targets (verdict)"

BODIES = "CREATE TABLE bodies (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, html BLOB NOT NULL) STRICT"

OBSERVATIONS = """
CREATE TABLE observations (
    id INTEGER PRIMARY KEY,
    target_url TEXT NOT NULL REFERENCES targets (url),
    observed_at TEXT NOT NULL,
    run_id TEXT NOT NULL,
    via TEXT NOT NULL,
    outcome TEXT NOT NULL,
    status INTEGER,
    final_url TEXT NOT NULL,
    hops TEXT NOT NULL,
    elapsed_ms INTEGER NOT NULL,
    body_id INTEGER REFERENCES bodies (id),
    evidence TEXT NOT NULL
) STRICT
"""
OBSERVATIONS_BY_TARGET = "CREATE INDEX observations_by_target ON observations (target_url, observed_at)"

ARCHIVED_COPIES = """
CREATE TABLE archived_copies (
    target_url TEXT NOT NULL PRIMARY KEY REFERENCES targets (url),
    captured_at TEXT,
    archive_url TEXT NOT NULL,
    title TEXT NOT NULL,
    headings TEXT NOT NULL,
    text TEXT NOT NULL,
    failures TEXT NOT NULL,
    asked_at TEXT NOT NULL
) STRICT
"""

ALIASES = """
CREATE TABLE aliases (
    target_url TEXT NOT NULL PRIMARY KEY REFERENCES targets (url),
    new_url TEXT NOT NULL,
    confidence REAL NOT NULL,
    reasons TEXT NOT NULL
) STRICT
"""

# the id keeps the search index's references valid through a VACUUM, which may renumber the rows of a table that has none
SITE_PAGES = """
CREATE TABLE site_pages (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    headings TEXT NOT NULL,
    description TEXT NOT NULL,
    url_words TEXT NOT NULL,
    text TEXT NOT NULL,
    fetched_at TEXT,
    offered INTEGER NOT NULL
) STRICT
"""

MATCHES = """
CREATE TABLE matches (
    target_url TEXT NOT NULL REFERENCES targets (url),
    rank INTEGER NOT NULL,
    page_url TEXT NOT NULL,
    page_title TEXT NOT NULL,
    score REAL NOT NULL,
    confidence REAL NOT NULL,
    strength TEXT NOT NULL CHECK (strength IN ('strong', 'possible')),
    reasons TEXT NOT NULL,
    PRIMARY KEY (target_url, rank)
) STRICT
"""

SITES = "CREATE TABLE sites (site TEXT NOT NULL PRIMARY KEY, contacts_checked_at TEXT NOT NULL) STRICT"

CONTACTS = """
CREATE TABLE contacts (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('email', 'form', 'tracker')),
    value TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    source_url TEXT NOT NULL,
    found_at TEXT,
    rank INTEGER NOT NULL,
    reason TEXT NOT NULL,
    deobfuscated INTEGER NOT NULL,
    gone_at TEXT,
    UNIQUE (site, kind, value)
) STRICT
"""

PROSPECTS = """
CREATE TABLE prospects (
    page_url TEXT NOT NULL PRIMARY KEY REFERENCES resource_pages (url),
    score INTEGER NOT NULL,
    parts TEXT NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN (
        'found', 'drafted', 'contacted', 'replied', 'declined', 'won', 'fixed', 'lost', 'do_not_contact'
    )),
    contact_id INTEGER REFERENCES contacts (id),
    flags TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT
"""

DRAFTS = """
CREATE TABLE drafts (
    id INTEGER PRIMARY KEY,
    page_url TEXT NOT NULL REFERENCES resource_pages (url),
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    edited_subject TEXT,
    edited_body TEXT,
    template TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN (
        'waiting', 'ready', 'approved', 'snoozed', 'rejected', 'exported', 'sent', 'withdrawn'
    )),
    note TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    follow_up_of INTEGER REFERENCES drafts (id)
) STRICT
"""
ONE_FIRST_LETTER_A_PAGE = "CREATE UNIQUE INDEX one_first_letter_a_page ON drafts (page_url) WHERE follow_up_of IS NULL"

EVENTS = """
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    before TEXT,
    after TEXT
) STRICT
"""
EVENTS_BY_SUBJECT = "CREATE INDEX events_by_subject ON events (subject)"

ALL = (
    RUNS,
    META,
    VISITS,
    RESOURCE_PAGES,
    LINKS,
    LINKS_BY_PAGE,
    LINKS_BY_TARGET,
    TARGETS,
    TARGETS_BY_DUE,
    TARGETS_BY_VERDICT,
    BODIES,
    OBSERVATIONS,
    OBSERVATIONS_BY_TARGET,
    ARCHIVED_COPIES,
    ALIASES,
    SITE_PAGES,
    MATCHES,
    SITES,
    CONTACTS,
    PROSPECTS,
    DRAFTS,
    ONE_FIRST_LETTER_A_PAGE,
    EVENTS,
    EVENTS_BY_SUBJECT,
)
