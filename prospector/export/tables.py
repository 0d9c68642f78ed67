"""The tables that can be exported, with their columns in order: public, described in docs/data-dictionary.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from prospector.export import prospects, seed_candidates
from prospector.store import Store
from prospector.store.suppressions import Suppressions

Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    name: str
    says: str  # for help texts
    columns: tuple[str, ...]
    rows: Callable[[Store], Rows]
    doubt: Callable[[Mapping[str, Any], Suppressions], str] = lambda _row, _suppressions: (
        ""
    )  # why a row is left out unless all are asked for, or ""


_ALL = (
    Table(
        name="prospects",
        says="pages worth writing about, best first",
        columns=prospects.COLUMNS,
        rows=prospects.rows,
        doubt=prospects.doubt,
    ),
    Table(
        name="drafts",
        says="all letters with their status",
        columns=(
            "id",
            "page_url",
            "page_title",
            "site",
            "status",
            "note",
            "recipient",
            "subject",
            "body",
            "edited",
            "template",
            "contact_name",
            "contact_role",
            "contact_source_url",
            "contact_found_at",
            "score",
            "created_at",
            "updated_at",
            "follow_up_of",
            "kind",
        ),
        rows=lambda store: store.reports.drafts(),
    ),
    Table(
        name="dead-links",
        says="every dead link on somebody's page, with the fixes on offer",
        columns=(
            "page_url",
            "page_title",
            "site",
            "target_url",
            "anchor",
            "rel",
            "context",
            "section",
            "heading",
            "position",
            "first_seen",
            "verdict",
            "confidence",
            "reason",
            "first_failed_at",
            "confirmed_at",
            "next_check_at",
            "referring_pages",
            "referring_domains",
            "new_url",
            "archive_url",
            "match_url",
            "match_title",
            "match_strength",
            "match_confidence",
        ),
        rows=lambda store: store.reports.dead_links(),
    ),
    Table(
        name="content-gaps",
        says="dead targets for which your site has nothing, most wanted first",
        columns=(
            "target_url",
            "verdict",
            "confidence",
            "reason",
            "topic_words",
            "anchors",
            "referring_pages",
            "referring_domains",
            "example_page_url",
            "archived_title",
            "archive_url",
        ),
        rows=lambda store: store.reports.content_gaps(),
    ),
    Table(
        name="seed-candidates",
        says="other sites' pages that look like further lists of links, best first",
        columns=seed_candidates.COLUMNS,
        rows=seed_candidates.rows,
    ),
    Table(
        name="own-dead-links",
        says="dead links on your own pages: what to fix there",
        columns=(
            "page_url",
            "page_title",
            "target_url",
            "anchor",
            "context",
            "section",
            "verdict",
            "confidence",
            "reason",
            "first_failed_at",
            "confirmed_at",
            "archive_url",
        ),
        rows=lambda store: store.reports.own_dead_links(),
    ),
)
TABLES: Mapping[str, Table] = {table.name: table for table in _ALL}
