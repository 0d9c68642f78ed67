"""What the review desk lists, as migration 6 makes it: one row a draft, kept by triggers, so that no page of the desk joins 50,000 prospects.

Never edit a statement that was released: a change is a new migration in schema.py.
"""

DESK_QUEUE = """
CREATE TABLE desk_queue (
    draft_id INTEGER NOT NULL PRIMARY KEY,
    page_url TEXT NOT NULL,
    site TEXT NOT NULL,
    page_title TEXT NOT NULL,
    subject TEXT NOT NULL,
    recipient TEXT NOT NULL,
    status TEXT NOT NULL,
    note TEXT NOT NULL,
    edited INTEGER NOT NULL,
    score INTEGER NOT NULL,
    band INTEGER NOT NULL,
    turn INTEGER NOT NULL,
    contact_kind TEXT NOT NULL,
    kinds TEXT NOT NULL,
    strength TEXT NOT NULL,
    dead_links INTEGER NOT NULL,
    confirmed_dead_links INTEGER NOT NULL
) STRICT
"""
# both hold all that filters ask for. One in the order of the counts beside the filters, so that they need no sorting; one in the queue's own
BY_FILTERS = "CREATE INDEX desk_queue_filters ON desk_queue (status, kinds, band, strength, contact_kind, site)"
BY_TURN = "CREATE INDEX desk_queue_turns ON desk_queue (turn, draft_id, status, kinds, band, strength, contact_kind, site)"
BY_SITE = "CREATE INDEX desk_queue_sites ON desk_queue (site)"
# the unique index knows first letters only; whatever looks for a page's drafts would read them all
DRAFTS_BY_PAGE = "CREATE INDEX drafts_by_page ON drafts (page_url)"

_COLUMNS = (
    "draft_id, page_url, site, page_title, subject, recipient, status, note, edited, score, band, turn, contact_kind, kinds, strength, dead_links, "
    "confirmed_dead_links"
)
_UPDATES = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", ")[1:])
_KINDS = ("gone", "soft404", "dns", "refused", "parked", "redirected", "hijacked")
# always in this order, so that equal sets are equal texts
_SET_OF_KINDS = " || ".join(f"max(CASE target.verdict WHEN '{kind}' THEN '{kind} ' ELSE '' END)" for kind in _KINDS)
_ROWS = """
SELECT
    id, page_url, site, page_title, subject, recipient, status, note, edited, score,
    CASE WHEN score >= 80 THEN 80 WHEN score >= 60 THEN 60 WHEN score >= 40 THEN 40 ELSE 0 END,
    CASE WHEN status = 'ready' THEN 0 ELSE 1000 END - score,
    CASE WHEN recipient = '' THEN 'none' WHEN recipient LIKE 'http%' THEN coalesce(nullif(kind, 'email'), 'form') ELSE 'email' END,
    coalesce(trim(json_extract(dead, '$.kinds')), ''),
    coalesce(json_extract(dead, '$.strength'), 'none'),
    json_extract(dead, '$.links'),
    json_extract(dead, '$.confirmed')
FROM (
    SELECT
        draft.id, draft.page_url, page.site, page.title AS page_title, coalesce(draft.edited_subject, draft.subject) AS subject,
        draft.recipient, draft.status, draft.note, draft.edited_subject IS NOT NULL OR draft.edited_body IS NOT NULL AS edited,
        coalesce(prospect.score, 0) AS score, contact.kind,
        (
            SELECT json_object(
                'kinds', {kinds},
                'strength', max(match.strength),
                'links', count(DISTINCT link.target_url),
                'confirmed', count(DISTINCT CASE WHEN target.confidence = 'confirmed' THEN link.target_url END)
            )
            FROM links AS link
            JOIN target_verdicts AS target ON target.target_url = link.target_url AND target.dead
            LEFT JOIN matches AS match ON match.target_url = link.target_url AND match.rank = 1
            WHERE link.page_url = draft.page_url AND link.present = 1 AND link.boilerplate = 0 AND link.own = 0
        ) AS dead
    FROM drafts AS draft
    JOIN resource_pages AS page ON page.url = draft.page_url
    LEFT JOIN prospects AS prospect ON prospect.page_url = draft.page_url
    LEFT JOIN contacts AS contact ON contact.id = prospect.contact_id
    {where}
    LIMIT -1
)
WHERE id > 0
"""  # the LIMIT keeps SQLite from asking the inner question once for each json_extract; the WHERE tells ON CONFLICT from a join's ON


def listing(where: str = "") -> str:
    """Write the rows of some drafts anew. :param where: of `draft`; "" for all."""
    rows = _ROWS.format(where=where, kinds=_SET_OF_KINDS)
    return f"INSERT INTO desk_queue ({_COLUMNS}) {rows} ON CONFLICT (draft_id) DO UPDATE SET {_UPDATES}"  # all of it is ours


_OF_PAGE = listing("WHERE draft.page_url = new.page_url")
KEPT_BY = (
    f"CREATE TRIGGER desk_queue_draft_added AFTER INSERT ON drafts BEGIN {_OF_PAGE}; END",
    f"CREATE TRIGGER desk_queue_draft_changed AFTER UPDATE ON drafts BEGIN {_OF_PAGE}; END",
    "CREATE TRIGGER desk_queue_draft_removed AFTER DELETE ON drafts BEGIN DELETE FROM desk_queue WHERE draft_id = old.id; END",
    # a crawl that finds a page's links, verdicts, matches or contact changed saves its prospect: one trigger follows them all
    f"CREATE TRIGGER desk_queue_prospect_added AFTER INSERT ON prospects BEGIN {_OF_PAGE}; END",
    f"CREATE TRIGGER desk_queue_prospect_changed AFTER UPDATE ON prospects BEGIN {_OF_PAGE}; END",
)

SEARCH_INDEX = """
CREATE VIRTUAL TABLE desk_queue_fts USING fts5 (
    site, page_url, page_title, subject, recipient,
    content = 'desk_queue', content_rowid = 'draft_id', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
)
"""
_SEARCHED = "site, page_url, page_title, subject, recipient"
_NEW_VALUES, _OLD_VALUES = (", ".join(f"{row}.{name}" for name in _SEARCHED.split(", ")) for row in ("new", "old"))
_NEW = f"INSERT INTO desk_queue_fts (rowid, {_SEARCHED}) VALUES (new.draft_id, {_NEW_VALUES})"  # noqa: S608  # all of it is ours
_OLD = f"INSERT INTO desk_queue_fts (desk_queue_fts, rowid, {_SEARCHED}) VALUES ('delete', old.draft_id, {_OLD_VALUES})"  # noqa: S608
_CHANGED = " OR ".join(f"old.{name} <> new.{name}" for name in _SEARCHED.split(", "))
SEARCH_TRIGGERS = (
    f"CREATE TRIGGER desk_queue_added AFTER INSERT ON desk_queue BEGIN {_NEW}; END",
    f"CREATE TRIGGER desk_queue_removed AFTER DELETE ON desk_queue BEGIN {_OLD}; END",
    f"CREATE TRIGGER desk_queue_changed AFTER UPDATE ON desk_queue WHEN {_CHANGED} BEGIN {_OLD}; {_NEW}; END",
)

ALL = (DESK_QUEUE, BY_FILTERS, BY_TURN, BY_SITE, DRAFTS_BY_PAGE, SEARCH_INDEX, *SEARCH_TRIGGERS, *KEPT_BY, listing())
