"""The search index and the views for people, as migration 2 makes them. Described in docs/data-dictionary.md.

Never edit a statement that was released: a change is a new migration in schema.py.
"""

SEARCH_INDEX = """
CREATE VIRTUAL TABLE site_pages_fts USING fts5 (
    title, headings, description, url_words, text,
    content = 'site_pages', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
)
"""
# rows with long texts are slow to scan for one flag: the few pages that are never offered are found here
HIDDEN_PAGES = "CREATE INDEX site_pages_hidden ON site_pages (id) WHERE offered = 0"
SEARCH_FILL = "INSERT INTO site_pages_fts (site_pages_fts) VALUES ('rebuild')"

_NEW = "INSERT INTO site_pages_fts (rowid, title, headings, description, url_words, text) VALUES (new.id, new.title, new.headings, new.description, new.url_words, new.text)"
_OLD = (
    "INSERT INTO site_pages_fts (site_pages_fts, rowid, title, headings, description, url_words, text)"
    " VALUES ('delete', old.id, old.title, old.headings, old.description, old.url_words, old.text)"
)
SEARCH_TRIGGERS = (
    f"CREATE TRIGGER site_pages_added AFTER INSERT ON site_pages BEGIN {_NEW}; END",
    f"CREATE TRIGGER site_pages_removed AFTER DELETE ON site_pages BEGIN {_OLD}; END",
    f"CREATE TRIGGER site_pages_changed AFTER UPDATE ON site_pages BEGIN {_OLD}; {_NEW}; END",
)

# what counts of a target: a person's word before the judge's
TARGET_VERDICTS = """
CREATE VIEW target_verdicts AS
SELECT
    url AS target_url,
    coalesce(override, verdict) AS verdict,
    coalesce(override, verdict) IN ('gone', 'dns', 'refused', 'parked', 'soft404', 'redirected', 'hijacked') AS dead,
    CASE
        WHEN override IS NULL THEN confidence
        WHEN override IN ('gone', 'dns', 'refused', 'parked', 'soft404', 'redirected', 'hijacked') THEN 'confirmed'
    END AS confidence,
    CASE
        WHEN override IS NULL THEN reason
        WHEN note = '' THEN 'A person looked and marked it ' || override || '.'
        ELSE 'A person looked and marked it ' || override || ': ' || note
    END AS reason,
    first_failed_at,
    CASE WHEN override IS NULL THEN confirmed_at ELSE coalesce(confirmed_at, override_at) END AS confirmed_at,
    next_check_at,
    moved_to,
    rules,
    referring_pages,
    referring_domains,
    checks,
    last_checked_at,
    changed_at,
    matched_at
FROM targets
"""

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
LEFT JOIN aliases AS alias ON alias.target_url = target.target_url
LEFT JOIN archived_copies AS archived ON archived.target_url = target.target_url AND archived.captured_at IS NOT NULL
LEFT JOIN matches AS match ON match.target_url = target.target_url AND match.rank = 1
WHERE target.dead
"""

OWN_DEAD_LINKS = """
CREATE VIEW own_dead_links AS
SELECT
    link.page_url,
    page.title AS page_title,
    link.target_url,
    link.anchor,
    link.context,
    link.section,
    target.verdict,
    target.confidence,
    target.reason,
    target.first_failed_at,
    target.confirmed_at,
    archived.archive_url
FROM target_verdicts AS target
JOIN links AS link ON link.target_url = target.target_url AND link.present = 1 AND link.boilerplate = 0 AND link.own = 1
JOIN site_pages AS page ON page.url = link.page_url
LEFT JOIN archived_copies AS archived ON archived.target_url = target.target_url AND archived.captured_at IS NOT NULL
WHERE target.dead
"""

CONTENT_GAPS = """
CREATE VIEW content_gaps AS
SELECT
    target.target_url,
    target.verdict,
    target.confidence,
    target.reason,
    json_group_array(DISTINCT link.anchor) AS anchors,
    count(DISTINCT link.page_url) AS referring_pages,
    count(DISTINCT page.site) AS referring_domains,
    min(link.page_url) AS example_page_url,
    archived.title AS archived_title,
    archived.archive_url
FROM target_verdicts AS target
JOIN links AS link ON link.target_url = target.target_url AND link.present = 1 AND link.boilerplate = 0 AND link.own = 0
JOIN resource_pages AS page ON page.url = link.page_url
LEFT JOIN archived_copies AS archived ON archived.target_url = target.target_url AND archived.captured_at IS NOT NULL
WHERE target.dead
    AND target.matched_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM matches WHERE matches.target_url = target.target_url)
GROUP BY target.target_url
"""

PROSPECT_LIST = """
CREATE VIEW prospect_list AS
SELECT
    prospect.page_url,
    page.title AS page_title,
    page.site,
    page.language,
    prospect.score,
    prospect.parts,
    prospect.stage,
    prospect.flags,
    (SELECT count(DISTINCT target_url) FROM dead_links WHERE dead_links.page_url = prospect.page_url) AS dead_links,
    (
        SELECT count(DISTINCT target_url) FROM dead_links
        WHERE dead_links.page_url = prospect.page_url AND dead_links.confidence = 'confirmed'
    ) AS confirmed_dead_links,
    contact.kind AS contact_kind,
    contact.value AS contact,
    contact.name AS contact_name,
    contact.role AS contact_role,
    contact.reason AS contact_reason,
    contact.source_url AS contact_source_url,
    contact.found_at AS contact_found_at,
    draft.status AS draft_status,
    page.fetched_at,
    prospect.updated_at
FROM prospects AS prospect
JOIN resource_pages AS page ON page.url = prospect.page_url
LEFT JOIN contacts AS contact ON contact.id = prospect.contact_id
LEFT JOIN drafts AS draft ON draft.page_url = prospect.page_url AND draft.follow_up_of IS NULL
"""

DRAFT_LIST = """
CREATE VIEW draft_list AS
SELECT
    draft.id,
    draft.page_url,
    page.title AS page_title,
    page.site,
    draft.status,
    draft.note,
    draft.recipient,
    coalesce(draft.edited_subject, draft.subject) AS subject,
    coalesce(draft.edited_body, draft.body) AS body,
    draft.edited_subject IS NOT NULL OR draft.edited_body IS NOT NULL AS edited,
    draft.template,
    contact.name AS contact_name,
    contact.role AS contact_role,
    contact.source_url AS contact_source_url,
    contact.found_at AS contact_found_at,
    prospect.score,
    draft.created_at,
    draft.updated_at,
    draft.follow_up_of
FROM drafts AS draft
JOIN resource_pages AS page ON page.url = draft.page_url
LEFT JOIN prospects AS prospect ON prospect.page_url = draft.page_url
LEFT JOIN contacts AS contact ON contact.id = prospect.contact_id AND contact.value = draft.recipient
"""

FUNNEL = """
CREATE VIEW funnel AS
WITH
linked AS (
    SELECT target.* FROM target_verdicts AS target
    WHERE EXISTS (
        SELECT 1 FROM links AS link
        WHERE link.target_url = target.target_url AND link.present = 1 AND link.boilerplate = 0 AND link.own = 0
    )
),
judged AS (
    SELECT
        count(*) AS targets,
        count(verdict) AS checked,
        count(*) FILTER (WHERE verdict = 'alive') AS alive,
        count(*) FILTER (WHERE dead AND linked.confidence = 'probable') AS dead_probable,
        count(*) FILTER (WHERE dead AND linked.confidence = 'confirmed') AS dead_confirmed,
        count(*) FILTER (WHERE verdict = 'blocked') AS blocked,
        count(*) FILTER (WHERE verdict = 'transient') AS transient,
        count(*) FILTER (WHERE verdict = 'unknown') AS unknown,
        count(*) FILTER (WHERE dead AND match.strength = 'strong') AS matched_strong,
        count(*) FILTER (WHERE dead AND match.strength = 'possible') AS matched_possible,
        count(*) FILTER (WHERE dead AND match.strength IS NULL AND matched_at IS NOT NULL) AS no_fit
    FROM linked
    LEFT JOIN matches AS match ON match.target_url = linked.target_url AND match.rank = 1
),
broken AS (
    SELECT DISTINCT page_url FROM dead_links
)
SELECT 1 AS position, 'pages_fetched' AS step, (SELECT count(*) FROM resource_pages) AS number
UNION ALL SELECT 2, 'resource_pages', (SELECT count(*) FROM resource_pages WHERE is_resource_page = 1)
UNION ALL SELECT 3, 'links', (SELECT count(*) FROM links WHERE present = 1 AND boilerplate = 0 AND own = 0)
UNION ALL SELECT 4, 'targets', (SELECT targets FROM judged)
UNION ALL SELECT 5, 'checked', (SELECT checked FROM judged)
UNION ALL SELECT 6, 'alive', (SELECT alive FROM judged)
UNION ALL SELECT 7, 'dead_probable', (SELECT dead_probable FROM judged)
UNION ALL SELECT 8, 'dead_confirmed', (SELECT dead_confirmed FROM judged)
UNION ALL SELECT 9, 'blocked', (SELECT blocked FROM judged)
UNION ALL SELECT 10, 'transient', (SELECT transient FROM judged)
UNION ALL SELECT 11, 'unknown', (SELECT unknown FROM judged)
UNION ALL SELECT 12, 'matched_strong', (SELECT matched_strong FROM judged)
UNION ALL SELECT 13, 'matched_possible', (SELECT matched_possible FROM judged)
UNION ALL SELECT 14, 'no_fit', (SELECT no_fit FROM judged)
UNION ALL SELECT 15, 'pages_with_dead_links', (SELECT count(*) FROM broken)
UNION ALL SELECT 16, 'pages_with_contact', (SELECT count(*) FROM broken JOIN prospects USING (page_url) WHERE contact_id IS NOT NULL)
UNION ALL SELECT 17, 'drafts_waiting', (SELECT count(*) FROM drafts WHERE status = 'waiting')
UNION ALL SELECT 18, 'drafts_ready', (SELECT count(*) FROM drafts WHERE status = 'ready')
UNION ALL SELECT 19, 'drafts_approved', (SELECT count(*) FROM drafts WHERE status = 'approved')
UNION ALL SELECT 20, 'drafts_snoozed', (SELECT count(*) FROM drafts WHERE status = 'snoozed')
UNION ALL SELECT 21, 'drafts_rejected', (SELECT count(*) FROM drafts WHERE status = 'rejected')
UNION ALL SELECT 22, 'drafts_exported', (SELECT count(*) FROM drafts WHERE status = 'exported')
UNION ALL SELECT 23, 'drafts_sent', (SELECT count(*) FROM drafts WHERE status = 'sent')
UNION ALL SELECT 24, 'drafts_withdrawn', (SELECT count(*) FROM drafts WHERE status = 'withdrawn')
"""

ALL = (
    SEARCH_INDEX,
    HIDDEN_PAGES,
    SEARCH_FILL,
    *SEARCH_TRIGGERS,
    TARGET_VERDICTS,
    DEAD_LINKS,
    OWN_DEAD_LINKS,
    CONTENT_GAPS,
    PROSPECT_LIST,
    DRAFT_LIST,
    FUNNEL,
)
