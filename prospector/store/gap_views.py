"""What was searched for without being found, as migration 5 makes it: searches for new addresses, and content gaps with what they are about.

Never edit a statement that was released: a change is a new migration in schema.py. Described in docs/data-dictionary.md.
"""

HOME_SEARCHES = """
CREATE TABLE home_searches (
    target_url TEXT NOT NULL PRIMARY KEY REFERENCES targets (url),
    asked_at TEXT NOT NULL
) STRICT
"""

TOPIC_WORDS = "ALTER TABLE targets ADD COLUMN topic_words TEXT NOT NULL DEFAULT '[]'"

DROP_CONTENT_GAPS = "DROP VIEW content_gaps"
CONTENT_GAPS = """
CREATE VIEW content_gaps AS
SELECT
    target.target_url,
    target.verdict,
    target.confidence,
    target.reason,
    targets.topic_words,
    json_group_array(DISTINCT link.anchor) AS anchors,
    count(DISTINCT link.page_url) AS referring_pages,
    count(DISTINCT page.site) AS referring_domains,
    min(link.page_url) AS example_page_url,
    archived.title AS archived_title,
    archived.archive_url
FROM target_verdicts AS target
JOIN targets ON targets.url = target.target_url
JOIN links AS link ON link.target_url = target.target_url AND link.present = 1 AND link.boilerplate = 0 AND link.own = 0
JOIN resource_pages AS page ON page.url = link.page_url
LEFT JOIN archived_copies AS archived ON archived.target_url = target.target_url AND archived.captured_at IS NOT NULL
WHERE target.dead
    AND target.matched_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM matches WHERE matches.target_url = target.target_url)
GROUP BY target.target_url
"""

ALL = (HOME_SEARCHES, TOPIC_WORDS, DROP_CONTENT_GAPS, CONTENT_GAPS)
