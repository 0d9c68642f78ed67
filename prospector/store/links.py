"""The links of a page, kept through its refetches: the same link keeps its id, a vanished one keeps its row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from prospector.items import OutboundLink
from prospector.store.codecs import time_text
from prospector.store.session import Row, Session

COLUMNS = "target_url, fragment, anchor, rel, context, section, heading, position, boilerplate"


def sync_links(session: Session, page_url: str, links: Sequence[OutboundLink], *, seen_at: datetime, own: bool) -> None:
    """Make the stored links of a page say what was just read. Inside a transaction.

    A link is the same as an earlier one if it has the target, the fragment and the anchor of it, wherever on the page it stands now;
    of several alike, the first is the first.
    """
    seen = time_text(seen_at)
    known: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for row in session.rows(
        "SELECT id, target_url, fragment, anchor FROM links WHERE page_url = ? AND own = ? ORDER BY id DESC", (page_url, own)
    ):
        known[row["target_url"], row["fragment"], row["anchor"]].append(row["id"])
    session.run("UPDATE links SET present = 0 WHERE page_url = ? AND own = ? AND present = 1", (page_url, own))
    kept, new = [], []
    for link in links:
        ids = known.get((link.target_url, link.fragment, link.anchor))
        if ids:
            kept.append((*_values(link), seen, ids.pop()))
        else:
            new.append((page_url, *_values(link), own, seen, seen))
    session.run_many(
        f"UPDATE links SET ({COLUMNS}) = (?, ?, ?, ?, ?, ?, ?, ?, ?), present = 1, last_seen = ? WHERE id = ?",  # noqa: S608  # COLUMNS is ours
        kept,
    )
    session.run_many(
        f"INSERT INTO links (page_url, {COLUMNS}, own, present, first_seen, last_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)",  # noqa: S608
        new,
    )
    # navigation, footers and share buttons are no prospect's dead links: they are checked only where content has them too
    session.run_many("INSERT OR IGNORE INTO targets (url) VALUES (?)", [(link.target_url,) for link in links if not link.boilerplate])


def _values(link: OutboundLink) -> tuple[str | int, ...]:
    return (
        link.target_url,
        link.fragment,
        link.anchor,
        " ".join(link.rel),
        link.context,
        link.section,
        link.heading,
        link.position,
        link.boilerplate,
    )


def link_of(row: Row) -> OutboundLink:
    return OutboundLink(
        target_url=row["target_url"],
        fragment=row["fragment"],
        anchor=row["anchor"],
        rel=tuple(row["rel"].split()),
        context=row["context"],
        section=row["section"],
        heading=row["heading"],
        position=row["position"],
        boilerplate=bool(row["boilerplate"]),
    )


def links_of(session: Session, page_url: str, *, own: bool, present_only: bool) -> tuple[OutboundLink, ...]:
    rows = session.rows(
        f"SELECT {COLUMNS} FROM links WHERE page_url = ? AND own = ? AND present >= ? ORDER BY position, id",  # noqa: S608  # COLUMNS is ours
        (page_url, own, present_only),
    )
    return tuple(map(link_of, rows))


# (referring_pages, referring_domains) of the row of targets that is being updated
REFERRERS = """(
    SELECT count(DISTINCT link.page_url), count(DISTINCT page.site)
    FROM links AS link JOIN resource_pages AS page ON page.url = link.page_url
    WHERE link.target_url = targets.url AND link.present = 1 AND link.boilerplate = 0 AND link.own = 0
)"""


def recount_referrers_of_dead(session: Session, page_url: str) -> None:
    """How widely a dead target is linked decides what it is worth; of the living, which are many, it is counted when they are judged."""
    session.run(
        f"""
        UPDATE targets SET (referring_pages, referring_domains) = {REFERRERS}
        WHERE url IN (
            SELECT link.target_url FROM links AS link JOIN target_verdicts AS target ON target.target_url = link.target_url
            WHERE link.page_url = ? AND target.dead
        )
        """,  # noqa: S608  # REFERRERS is ours
        (page_url,),
    )
