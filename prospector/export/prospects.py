"""The table prospects: pages worth writing about, with what a person needs to believe it: what was seen, when, and where the contact stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prospector.items import ContactKind, VerdictKind
from prospector.store import Store
from prospector.store.suppressions import Suppressions
from prospector.words import clause

COLUMNS = (
    "page_url",
    "page_title",
    "site",
    "language",
    "score",
    "parts",
    "stage",
    "flags",
    "dead_links",
    "confirmed_dead_links",
    "verdict_text",
    "checked_on",
    "contact_kind",
    "contact",
    "contact_hidden",
    "contact_name",
    "contact_role",
    "contact_reason",
    "contact_source",
    "contact_source_url",
    "contact_found_at",
    "draft_status",
    "fetched_at",
    "updated_at",
)
_STATUS = re.compile(r"\b(404|410)\b")


def rows(store: Store) -> Iterator[Mapping[str, Any]]:
    for row in store.reports.prospects():
        claims = [claim for claim in store.reports.claims(row["page_url"]) if claim["confidence"] == "confirmed"]
        hidden = is_hidden(store, row)
        yield {
            **row,
            "contact_hidden": hidden,
            "verdict_text": _said(claims),
            "checked_on": _checked(claims),
            "contact_source": _source(row),
        }


def doubt(row: Mapping[str, Any], suppressions: Suppressions) -> str:
    """Why the page is no use to a sender, or ""."""
    if not row["confirmed_dead_links"]:
        return "no dead link on the page is confirmed yet"
    if row["contact_hidden"]:
        return "its owner hid the address from harvesters, and you have not allowed its use"
    address = row["contact"] if row["contact_kind"] == ContactKind.EMAIL else ""
    why = suppressions.blocked(address=address or "", site=row["site"], page_url=row["page_url"])
    return (why[:1].lower() + why[1:]).rstrip(".")


def is_hidden(store: Store, row: Mapping[str, Any]) -> bool:
    """Did its owner hide the address, without a person having allowed its use for this page's letter?"""
    contact = store.prospects.contact_at(row["site"], row["contact"]) if row["contact_kind"] == ContactKind.EMAIL else None
    if contact is None or not contact.deobfuscated:
        return False
    draft = store.drafts.of_page(row["page_url"])
    return draft is None or draft.hidden_address_allowed_at is None


def _said(claims: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"{claim['anchor'] or claim['target_url']}: {_clause(claim)}" for claim in claims]


def _clause(claim: Mapping[str, Any]) -> str:
    kind = VerdictKind(claim["verdict"])
    status = _STATUS.search(claim["reason"]) if kind is VerdictKind.GONE else None
    return clause(kind, status=int(status[1]) if status else None)


def _checked(claims: Sequence[Mapping[str, Any]]) -> str:
    """The day since which every one of them was looked at again; "" where there is none."""
    return min((claim["last_checked_at"] or "" for claim in claims), default="")[:10]


def _source(row: Mapping[str, Any]) -> str:
    """Where the address was found and when: what privacy law wants a sender to know."""
    if not row["contact_source_url"]:
        return ""
    return ", seen ".join(filter(None, (row["contact_source_url"], (row["contact_found_at"] or "")[:10])))
