"""What a person's decisions need of the database, as migration 4 adds it. Described in docs/data-dictionary.md.

Never edit a statement that was released: a change is a new migration in schema.py.
"""

_DRAFT_COLUMNS = (
    "waits TEXT NOT NULL DEFAULT '[]'",
    "claims TEXT NOT NULL DEFAULT '[]'",
    "released_at TEXT",
    "fresh_subject TEXT",
    "fresh_body TEXT",
    "chosen_contact_id INTEGER REFERENCES contacts (id)",
    "hidden_address_allowed_at TEXT",
    "snoozed_until TEXT",
    "message_id TEXT NOT NULL DEFAULT ''",
    "receipt TEXT NOT NULL DEFAULT ''",
    "exported_at TEXT",
    "sent_at TEXT",
    "outcome TEXT NOT NULL DEFAULT ''",
    "outcome_at TEXT",
)
NEW_DRAFT_COLUMNS = tuple(f"ALTER TABLE drafts ADD COLUMN {column}" for column in _DRAFT_COLUMNS)

# drafts of before say in words only what they wait for
FILL_WAITS = """
UPDATE drafts SET waits = (
    SELECT json_group_array(wait) FROM (
        SELECT 'offer' AS wait WHERE note LIKE '%choose the offer first%'
        UNION ALL SELECT 'claim' WHERE note LIKE '%waits until%'
        UNION ALL SELECT 'contact' WHERE note LIKE '%no contact found%'
    )
)
WHERE status = 'waiting'
"""
DRAFTS_BY_STATUS = "CREATE INDEX drafts_by_status ON drafts (status)"
ONE_FOLLOW_UP = "CREATE UNIQUE INDEX one_follow_up_a_letter ON drafts (follow_up_of) WHERE follow_up_of IS NOT NULL"

NEW_EVENT_COLUMNS = ("ALTER TABLE events ADD COLUMN part_of INTEGER", "ALTER TABLE events ADD COLUMN undone_by INTEGER")
EVENTS_BY_PART = "CREATE INDEX events_by_part ON events (part_of) WHERE part_of IS NOT NULL"
PERSONS_EVENTS = "CREATE INDEX events_by_person ON events (id) WHERE actor = 'person' AND part_of IS NULL AND undone_by IS NULL"

OFFER_CHOICES = """
CREATE TABLE offer_choices (
    page_url TEXT NOT NULL REFERENCES resource_pages (url),
    target_url TEXT NOT NULL REFERENCES targets (url),
    offer_url TEXT,
    chosen_at TEXT NOT NULL,
    PRIMARY KEY (page_url, target_url)
) STRICT
"""

ALL = (
    *NEW_DRAFT_COLUMNS,
    FILL_WAITS,
    DRAFTS_BY_STATUS,
    ONE_FOLLOW_UP,
    *NEW_EVENT_COLUMNS,
    EVENTS_BY_PART,
    PERSONS_EVENTS,
    OFFER_CHOICES,
)
