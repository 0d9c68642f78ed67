"""The store: one SQLite database per campaign. The only package that imports sqlite_utils or writes SQL."""

from prospector.store.draft_rows import StoredDraft
from prospector.store.drafts import Saved
from prospector.store.errors import StoreError
from prospector.store.events import Actor, Event
from prospector.store.evidence import Due, Wanted
from prospector.store.figures import PageCounts, ProspectCount, TargetCount, Wish
from prospector.store.findings import Alias
from prospector.store.lock import CrawlLock
from prospector.store.pages import KnownPage, LinkSighting
from prospector.store.reports import Funnel
from prospector.store.runs import Run
from prospector.store.salvage import Salvaged, salvage, why_damaged
from prospector.store.store import Store
from prospector.store.visits import Visit

__all__ = [
    "Actor",
    "Alias",
    "CrawlLock",
    "Due",
    "Event",
    "Funnel",
    "KnownPage",
    "LinkSighting",
    "PageCounts",
    "ProspectCount",
    "Run",
    "Salvaged",
    "Saved",
    "Store",
    "StoreError",
    "StoredDraft",
    "TargetCount",
    "Visit",
    "Wanted",
    "Wish",
    "salvage",
    "why_damaged",
]
