"""What makes the dashboard's figures quick to ask for, as its migration makes it: counts that the database itself keeps, and indexes.

A new verdict, status or stage needs a migration that adds its rows.
Half a million targets can't be counted while a person waits, so every change of a target or prospect moves it from one count to another. No code has to
think of it: the triggers see every write, also one made by hand.
Never edit a statement that was released: a change is a new migration in schema.py.
"""

# ruff: noqa: S608  # every piece of a statement is ours
from prospector.items import DEAD_KINDS, Confidence, DraftStatus, Stage, Strength, VerdictKind

_DEAD = ", ".join(f"'{kind}'" for kind in VerdictKind if kind in DEAD_KINDS)
# must stand in a query letter by letter for SQLite to use the indexes below
DEAD = f"coalesce(override, verdict) IN ({_DEAD})"
CLAIM = "confidence = 'probable' AND override IS NULL"

NO_FIT = "none"  # it was tried, and nothing fits
SCORE_STEP = 10  # points in one group of scores

COLUMNS = (
    "ALTER TABLE targets ADD COLUMN linked INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE targets ADD COLUMN fit TEXT NOT NULL DEFAULT '' CHECK (fit IN ('', 'none', 'possible', 'strong'))",
)

COUNTS = """
CREATE TABLE target_counts (
    verdict TEXT NOT NULL,
    confidence TEXT NOT NULL,
    fit TEXT NOT NULL,
    targets INTEGER NOT NULL DEFAULT 0,
    links INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (verdict, confidence, fit)
) STRICT, WITHOUT ROWID
"""
# all there can be, at once: then a trigger only ever updates, whatever statement it was that set it off
_KINDS = ("", *VerdictKind)
_CONFIDENCES = ("", *Confidence)
_FITS = ("", NO_FIT, *Strength)
ROWS = "INSERT INTO target_counts (verdict, confidence, fit) VALUES " + ", ".join(
    f"('{kind}', '{confidence}', '{fit}')" for kind in _KINDS for confidence in _CONFIDENCES for fit in _FITS
)


PROSPECT_COUNTS = """
CREATE TABLE prospect_counts (
    stage TEXT NOT NULL,
    draft_status TEXT NOT NULL,
    has_contact INTEGER NOT NULL,
    score INTEGER NOT NULL,
    prospects INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (stage, draft_status, has_contact, score)
) STRICT, WITHOUT ROWID
"""
PROSPECT_ROWS = "INSERT INTO prospect_counts (stage, draft_status, has_contact, score) VALUES " + ", ".join(
    f"('{stage}', '{status}', {contact}, {score})"
    for stage in Stage
    for status in ("", *DraftStatus)
    for contact in (0, 1)
    for score in range(0, 100, SCORE_STEP)
)

_LIVE = "present = 1 AND boilerplate = 0 AND own = 0"
FILL = (
    f"UPDATE targets SET linked = (SELECT count(*) FROM links WHERE target_url = targets.url AND {_LIVE})",
    """
    UPDATE targets SET fit = coalesce((SELECT strength FROM matches WHERE target_url = targets.url AND rank = 1), 'none')
    WHERE matched_at IS NOT NULL
    """,
    f"""
    UPDATE target_counts SET (targets, links) = (
        SELECT count(*), coalesce(sum(linked), 0) FROM targets
        WHERE linked > 0 AND coalesce(override, verdict, '') = target_counts.verdict AND targets.fit = target_counts.fit
            AND CASE WHEN override IS NULL THEN coalesce(confidence, '') WHEN override IN ({_DEAD}) THEN 'confirmed' ELSE '' END
                = target_counts.confidence
    )
    """,
    f"""
    UPDATE prospect_counts SET prospects = found.number
    FROM (
        SELECT prospects.stage AS stage, coalesce(drafts.status, '') AS draft_status, prospects.contact_id IS NOT NULL AS has_contact,
            max(0, min(prospects.score, 99)) / {SCORE_STEP} * {SCORE_STEP} AS score, count(*) AS number
        FROM prospects LEFT JOIN drafts ON drafts.page_url = prospects.page_url AND drafts.follow_up_of IS NULL
        GROUP BY 1, 2, 3, 4
    ) AS found
    WHERE (prospect_counts.stage, prospect_counts.draft_status, prospect_counts.has_contact, prospect_counts.score)
        = (found.stage, found.draft_status, found.has_contact, found.score)
    """,
)


def _counted(row: str, sign: str) -> str:
    """One target more or less where it belongs."""
    confidence = f"CASE WHEN {row}.override IS NULL THEN coalesce({row}.confidence, '') WHEN {row}.override IN ({_DEAD}) THEN 'confirmed' ELSE '' END"
    return f"""
    UPDATE target_counts SET targets = targets {sign} ({row}.linked > 0), links = links {sign} {row}.linked
    WHERE verdict = coalesce({row}.override, {row}.verdict, '') AND confidence = {confidence} AND fit = {row}.fit;
    """


def _prospect(row: str, sign: str) -> str:
    """One prospect more or less where it belongs."""
    status = f"coalesce((SELECT status FROM drafts WHERE page_url = {row}.page_url AND follow_up_of IS NULL), '')"
    return f"""
    UPDATE prospect_counts SET prospects = prospects {sign} 1
    WHERE stage = {row}.stage AND draft_status = {status} AND has_contact = ({row}.contact_id IS NOT NULL)
        AND score = max(0, min({row}.score, 99)) / {SCORE_STEP} * {SCORE_STEP};
    """


def _letter(page_url: str, status: str, sign: str) -> str:
    """The page's prospect, if there is one, leaves or joins those whose first letter has this status."""
    return f"""
    UPDATE prospect_counts SET prospects = prospects {sign} 1
    WHERE draft_status = {status} AND (stage, has_contact, score) = (
        SELECT stage, contact_id IS NOT NULL, max(0, min(score, 99)) / {SCORE_STEP} * {SCORE_STEP}
        FROM prospects WHERE page_url = {page_url}
    );
    """


def _live(row: str) -> str:
    return f"{row}.present = 1 AND {row}.boilerplate = 0 AND {row}.own = 0"


_ONE_LESS = "UPDATE targets SET linked = linked - 1 WHERE url = OLD.target_url"
_ONE_MORE = "UPDATE targets SET linked = linked + 1 WHERE url = NEW.target_url"

TRIGGERS = (
    f"""
    CREATE TRIGGER target_added AFTER INSERT ON targets BEGIN
        UPDATE targets SET linked = (SELECT count(*) FROM links WHERE target_url = NEW.url AND {_LIVE}) WHERE url = NEW.url;
    END
    """,
    f"""
    CREATE TRIGGER target_changed AFTER UPDATE OF verdict, confidence, override, fit, linked ON targets
    WHEN OLD.verdict IS NOT NEW.verdict OR OLD.confidence IS NOT NEW.confidence OR OLD.override IS NOT NEW.override
        OR OLD.fit <> NEW.fit OR OLD.linked <> NEW.linked
    BEGIN {_counted("OLD", "-")} {_counted("NEW", "+")} END
    """,
    f"CREATE TRIGGER target_removed AFTER DELETE ON targets BEGIN {_counted('OLD', '-')} END",
    """
    CREATE TRIGGER target_matched AFTER UPDATE OF matched_at ON targets WHEN NEW.fit IN ('', 'none') BEGIN
        UPDATE targets SET fit = CASE WHEN NEW.matched_at IS NULL THEN '' ELSE 'none' END WHERE url = NEW.url;
    END
    """,
    """
    CREATE TRIGGER match_added AFTER INSERT ON matches WHEN NEW.rank = 1 BEGIN
        UPDATE targets SET fit = NEW.strength WHERE url = NEW.target_url;
    END
    """,
    """
    CREATE TRIGGER match_removed AFTER DELETE ON matches WHEN OLD.rank = 1 BEGIN
        UPDATE targets SET fit = CASE WHEN matched_at IS NULL THEN '' ELSE 'none' END WHERE url = OLD.target_url;
    END
    """,
    """
    CREATE TRIGGER match_changed AFTER UPDATE OF rank, strength ON matches BEGIN
        UPDATE targets SET fit = coalesce(
            (SELECT strength FROM matches WHERE target_url = NEW.target_url AND rank = 1),
            CASE WHEN matched_at IS NULL THEN '' ELSE 'none' END
        ) WHERE url = NEW.target_url;
    END
    """,
    f"CREATE TRIGGER link_added AFTER INSERT ON links WHEN {_live('NEW')} BEGIN {_ONE_MORE}; END",
    f"CREATE TRIGGER link_removed AFTER DELETE ON links WHEN {_live('OLD')} BEGIN {_ONE_LESS}; END",
    f"""
    CREATE TRIGGER link_appeared AFTER UPDATE OF present, boilerplate, own, target_url ON links
    WHEN {_live("NEW")} AND (NOT ({_live("OLD")}) OR OLD.target_url <> NEW.target_url) BEGIN {_ONE_MORE}; END
    """,
    f"""
    CREATE TRIGGER link_vanished AFTER UPDATE OF present, boilerplate, own, target_url ON links
    WHEN {_live("OLD")} AND (NOT ({_live("NEW")}) OR OLD.target_url <> NEW.target_url) BEGIN {_ONE_LESS}; END
    """,
)

LETTER_TRIGGERS = (
    f"CREATE TRIGGER prospect_added AFTER INSERT ON prospects BEGIN {_prospect('NEW', '+')} END",
    f"CREATE TRIGGER prospect_removed AFTER DELETE ON prospects BEGIN {_prospect('OLD', '-')} END",
    f"""
    CREATE TRIGGER prospect_changed AFTER UPDATE OF page_url, stage, contact_id, score ON prospects
    WHEN OLD.page_url <> NEW.page_url OR OLD.stage <> NEW.stage OR OLD.contact_id IS NOT NEW.contact_id OR OLD.score <> NEW.score
    BEGIN {_prospect("OLD", "-")} {_prospect("NEW", "+")} END
    """,
    f"""
    CREATE TRIGGER letter_added AFTER INSERT ON drafts WHEN NEW.follow_up_of IS NULL
    BEGIN {_letter("NEW.page_url", "''", "-")} {_letter("NEW.page_url", "NEW.status", "+")} END
    """,
    f"""
    CREATE TRIGGER letter_removed AFTER DELETE ON drafts WHEN OLD.follow_up_of IS NULL
    BEGIN {_letter("OLD.page_url", "OLD.status", "-")} {_letter("OLD.page_url", "''", "+")} END
    """,
    f"""
    CREATE TRIGGER letter_decided AFTER UPDATE OF status ON drafts WHEN NEW.follow_up_of IS NULL AND OLD.status <> NEW.status
    BEGIN {_letter("OLD.page_url", "OLD.status", "-")} {_letter("NEW.page_url", "NEW.status", "+")} END
    """,
)

INDEXES = (
    f"CREATE INDEX targets_by_demand ON targets (referring_domains DESC, referring_pages DESC, url) WHERE {DEAD}",
    f"CREATE INDEX targets_without_fit ON targets (referring_domains DESC, referring_pages DESC, url) WHERE fit = 'none' AND {DEAD}",
    f"CREATE INDEX targets_by_claim ON targets (next_check_at, verdict) WHERE {CLAIM}",
    "CREATE INDEX resource_pages_by_kind ON resource_pages (is_resource_page)",
    "CREATE INDEX visits_by_problem ON visits (problem) WHERE problem <> ''",
)

ALL = (*COLUMNS, COUNTS, ROWS, PROSPECT_COUNTS, PROSPECT_ROWS, *FILL, *TRIGGERS, *LETTER_TRIGGERS, *INDEXES)
