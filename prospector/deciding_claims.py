"""Whether what a letter claims still holds: every link that it names confirmed dead, and seen failing lately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from prospector.items import Claim, Confidence, DraftKind, Via
from prospector.outreach.plain import defanged, quiet
from prospector.reclaiming import lost_link
from prospector.store import Store, StoredDraft
from prospector.verdicts.failed import failed_looks


def claims_of(store: Store, draft: StoredDraft) -> Sequence[Claim]:
    """What the letter names; one that doesn't say counts as naming every dead link of its page."""
    if draft.claims:
        return draft.claims
    return [Claim(target_url=row["target_url"], anchor=row["anchor"]) for row in store.reports.claims(draft.page_url)] or [
        Claim(target_url=draft.page_url, anchor="every link on the page")
    ]


def fallen_claims(store: Store, draft: StoredDraft) -> list[Claim]:
    """Those that are not, or no longer, confirmed dead; of a letter about a lost link, its link if it is back."""
    if draft.kind is DraftKind.RECLAIM:
        lost = lost_link(store, draft.page_url)
        return [claim for claim in claims_of(store, draft) if lost is None or claim.target_url != lost.url]
    return [claim for claim in claims_of(store, draft) if not is_confirmed(store, claim.target_url)]


def is_confirmed(store: Store, target_url: str) -> bool:
    verdict = store.evidence.verdict(target_url)
    return verdict is not None and verdict.kind.dead and verdict.confidence is Confidence.CONFIRMED


def lost_addresses(store: Store, draft: StoredDraft) -> list[Claim]:
    """Links that the letter says moved to an address where they are not, or not any more."""
    return [claim for claim in draft.claims if claim.new_url and _address(store, claim.target_url) != claim.new_url]


def _address(store: Store, target_url: str) -> str:
    alias = store.findings.alias(target_url)
    return alias.new_url if alias else ""


def stale_targets(store: Store, draft: StoredDraft, *, fresh: timedelta, now: datetime) -> list[str]:
    """Links that the letter names and that nobody looked at within that time, or not at the new address that it gives for them."""
    if draft.kind is DraftKind.RECLAIM:
        lost = lost_link(store, draft.page_url)
        seen = lost is not None and lost.missed_at[-1] >= now - fresh
        return [] if seen else [claim.target_url for claim in claims_of(store, draft)]
    unseen = [claim.target_url for claim in claims_of(store, draft) if not _seen_since(store, claim.target_url, now - fresh)]
    return list(dict.fromkeys([*unseen, *(claim.target_url for claim in stale_addresses(store, draft, fresh=fresh, now=now))]))


def stale_addresses(store: Store, draft: StoredDraft, *, fresh: timedelta, now: datetime) -> list[Claim]:
    """Links whose new address, which the letter gives, did not answer within that time."""
    stale = []
    for claim in draft.claims:
        alias = store.findings.alias(claim.target_url) if claim.new_url else None
        if alias is not None and (alias.seen_at is None or alias.seen_at < now - fresh):
            stale.append(claim)
    return stale


def looked_at_since(store: Store, target_urls: Sequence[str], since: datetime) -> bool:
    """Was one of them asked, whatever it answered?"""
    looks = (look for url in target_urls for look in store.evidence.observations(url))
    return any(look.observed_at >= since and look.via not in {Via.ARCHIVE, Via.RDAP} for look in looks)


def _seen_since(store: Store, target_url: str, since: datetime) -> bool:
    """Was it seen dead? A look that a bot wall or an outage ended is none: it says nothing of the link."""
    return bool(failed_looks(store.evidence.observations(target_url), since=since))


def named(claims: Sequence[Claim]) -> str:
    """At most three of them, as a person knows them."""
    return ", ".join(f"“{quiet(claim.anchor, 60) or defanged(claim.target_url)}”" for claim in claims[:3])
