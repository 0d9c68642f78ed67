"""The table seed-candidates: where to crawl next. Links to other sites that look like lists of links themselves, one a site, best first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prospector.links.sites import site_of
from prospector.scoring.resource_pages import looks_like_resource_page, why_it_looks_like_one
from prospector.store import Store
from prospector.store.signals import LinkedTarget

LIKELY = 0.5  # more likely than not
MOST_PAGES = 5  # of those that link to it, named
COLUMNS = (
    "url",
    "site",
    "likelihood",
    "reason",
    "anchor",
    "context",
    "verdict",
    "ranks",
    "referring_pages",
    "referring_domains",
    "linked_from",
)


def rows(store: Store) -> Iterator[Mapping[str, object]]:
    """Dead targets, sites that were seen already and the user's own are left out."""
    seen = store.signals.seen_sites()
    best: dict[str, tuple[tuple[float, int], LinkedTarget]] = {}
    for target in store.signals.linked_targets():
        likelihood = max(map(looks_like_resource_page, target.links))
        if likelihood < LIKELY or (target.verdict is not None and target.verdict.dead):
            continue
        site = site_of(target.url)
        rating = (likelihood, len(target.sites))
        if site not in seen and (site not in best or rating > best[site][0]):
            best[site] = (rating, target)
    for site, ((likelihood, _), target) in sorted(best.items(), key=lambda item: (*(-number for number in item[1][0]), item[0])):
        yield _row(store, site, likelihood, target)


def _row(store: Store, site: str, likelihood: float, target: LinkedTarget) -> Mapping[str, object]:
    link = max(target.links, key=looks_like_resource_page)
    return {
        "url": target.url,
        "site": site,
        "likelihood": likelihood,
        "reason": why_it_looks_like_one(link),
        "anchor": link.anchor,
        "context": link.context,
        "verdict": target.verdict,
        "ranks": [rank.in_words for rank in store.ranks.of(site)],
        "referring_pages": len(target.pages),
        "referring_domains": len(target.sites),
        "linked_from": list(target.pages[:MOST_PAGES]),
    }
