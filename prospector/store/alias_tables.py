"""When a new address was last asked, and whether it still holds, as migration 13 makes it. Described in docs/data-dictionary.md.

Never edit a statement that was released: a change is a new migration in schema.py.
"""

HOLDS = "ALTER TABLE aliases ADD COLUMN holds INTEGER NOT NULL DEFAULT 1"
SEEN_AT = "ALTER TABLE aliases ADD COLUMN seen_at TEXT"
ASKED_AT = "ALTER TABLE aliases ADD COLUMN asked_at TEXT"
ANSWER = "ALTER TABLE aliases ADD COLUMN answer TEXT NOT NULL DEFAULT ''"

# letters of before claimed no new address: one that stands in a letter is claimed from now on, so that it is noticed when it falls
CLAIM_WHAT_IS_GIVEN = """
UPDATE drafts SET claims = (
    SELECT json_group_array(
        CASE
            WHEN instr(lower(coalesce(drafts.edited_body, drafts.body)), lower(named.new_url))
            THEN json_set(named.claim, '$.new_url', named.new_url)
            ELSE json(named.claim)
        END
    )
    FROM (
        SELECT each.value AS claim, alias.new_url
        FROM json_each(drafts.claims) AS each LEFT JOIN aliases AS alias ON alias.target_url = json_extract(each.value, '$.target_url')
        ORDER BY each.key
    ) AS named
)
WHERE EXISTS (
    SELECT 1 FROM json_each(drafts.claims) AS each JOIN aliases AS alias ON alias.target_url = json_extract(each.value, '$.target_url')
    WHERE instr(lower(coalesce(drafts.edited_body, drafts.body)), lower(alias.new_url))
)
"""

DROP_DEAD_LINKS = "DROP VIEW dead_links"
DEAD_LINKS = """
CREATE VIEW dead_links AS
SELECT
    link.page_url,
    page.title AS page_title,
    page.site,
    link.target_url,
    link.anchor,
    link.rel,
    link.context,
    link.section,
    link.heading,
    link.position,
    link.first_seen,
    target.verdict,
    target.confidence,
    target.reason,
    target.first_failed_at,
    target.confirmed_at,
    target.next_check_at,
    target.referring_pages,
    target.referring_domains,
    alias.new_url,
    archived.archive_url,
    match.page_url AS match_url,
    match.page_title AS match_title,
    match.strength AS match_strength,
    match.confidence AS match_confidence
FROM target_verdicts AS target
JOIN links AS link ON link.target_url = target.target_url AND link.present = 1 AND link.boilerplate = 0 AND link.own = 0
JOIN resource_pages AS page ON page.url = link.page_url
LEFT JOIN aliases AS alias ON alias.target_url = target.target_url AND alias.holds
LEFT JOIN archived_copies AS archived ON archived.target_url = target.target_url AND archived.captured_at IS NOT NULL
LEFT JOIN matches AS match ON match.target_url = target.target_url AND match.rank = 1
WHERE target.dead
"""

ALL = (HOLDS, SEEN_AT, ASKED_AT, ANSWER, CLAIM_WHAT_IS_GIVEN, DROP_DEAD_LINKS, DEAD_LINKS)
