"""Letters about links that were lost, and a person's word on dead pages of their own, as migration 11 adds them.

Never edit a statement that was released: a change is a new migration in schema.py. Described in docs/data-dictionary.md.
"""

from prospector.store.views import DRAFT_LIST

KIND = "ALTER TABLE drafts ADD COLUMN kind TEXT NOT NULL DEFAULT 'first' CHECK (kind IN ('first', 'follow-up', 'reclaim'))"
FILL_KIND = "UPDATE drafts SET kind = 'follow-up' WHERE follow_up_of IS NOT NULL"
# a page has one letter of each kind, ever
NOT_ONLY_FOLLOW_UPS = "DROP INDEX one_follow_up_a_letter"
ONE_OF_A_KIND = "CREATE UNIQUE INDEX one_letter_of_a_kind ON drafts (page_url, kind)"

_WITHOUT_KIND = "DROP VIEW draft_list"
_WITH_KIND = DRAFT_LIST.replace("draft.follow_up_of\n", "draft.follow_up_of,\n    draft.kind\n")

# which of your dead pages others should be written to about, because no redirect can be put there
OWN_PAGE_MARKS = """
CREATE TABLE own_page_marks (
    url TEXT NOT NULL PRIMARY KEY,
    mark TEXT NOT NULL CHECK (mark IN ('letter', 'redirect')),
    note TEXT NOT NULL,
    marked_at TEXT NOT NULL
) STRICT
"""

ALL = (KIND, FILL_KIND, NOT_ONLY_FOLLOW_UPS, ONE_OF_A_KIND, _WITHOUT_KIND, _WITH_KIND, OWN_PAGE_MARKS)
