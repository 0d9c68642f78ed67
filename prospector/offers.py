"""What is offered for a dead target: everything stored of it → its topic → the pages of the user's site that fit, or none → the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from prospector.campaign import Thresholds
from prospector.items import Match, OutboundLink
from prospector.matching.rank import Ranker
from prospector.matching.topic import Sighting, Topic, siblings_of, topic_of
from prospector.store import Store

LinksOf = Callable[[str], Sequence[OutboundLink]]  # page URL → its links, in document order

MOST_LISTS = 20  # lists that a target stands on, and that tell what it is about by their other links


@dataclass(frozen=True, slots=True, kw_only=True)
class Rematched:
    target_url: str
    before: tuple[Match, ...]
    after: tuple[Match, ...]

    @property
    def changed(self) -> bool:
        """Another page is offered, or the same one as another kind of match. Another figure or another alternative changes no letter."""
        return [(one.page_url, one.page_title, one.strength) for one in self.before[:1]] != [
            (one.page_url, one.page_title, one.strength) for one in self.after[:1]
        ]


def topic_in(store: Store, target_url: str, links_of: LinksOf | None = None) -> Topic:
    """What all that is stored of a target says it was about.

    :param links_of: in place of the store's own; who matches all dead links of a page reads the page's links once.
    """
    links_of = links_of or store.pages.links_of
    sightings = [
        Sighting(
            link=seen.link,
            page_title=seen.page_title,
            siblings=siblings_of(seen.link, links_of(seen.page_url)) if number < MOST_LISTS else (),
        )
        for number, seen in enumerate(store.pages.sightings(target_url))
    ]
    return topic_of(target_url, sightings, store.findings.archived(target_url))


def match_target(
    store: Store, ranker: Ranker, thresholds: Thresholds, target_url: str, *, links_of: LinksOf | None = None, now: datetime
) -> tuple[Match, ...]:
    """What fits now, saved in place of what fitted before."""
    topic = topic_in(store, target_url, links_of)
    matches = _standing(store, target_url, ranker.best_matches(topic, strong=thresholds.strong, possible=thresholds.possible))
    store.findings.save_matches(target_url, matches, topic_words=ranker.telling_words(topic), now=now)
    return matches


def _standing(store: Store, target_url: str, found: Sequence[Match]) -> tuple[Match, ...]:
    """Without the dead page itself, which may be one of yours that was indexed while it lived, and others of yours that died since."""
    left = (match for match in found if match.page_url != target_url and not _is_dead(store, match.page_url))
    return tuple(replace(match, rank=rank) for rank, match in enumerate(left, start=1))


def _is_dead(store: Store, url: str) -> bool:
    verdict = store.evidence.verdict(url)
    return verdict is not None and verdict.kind.dead


def compared(
    store: Store, ranker: Ranker, thresholds: Thresholds, target_urls: Iterable[str], *, save: bool, now: datetime
) -> Iterator[Rematched]:
    """What fits each of these now, and what did before. With `save`, now is what counts."""
    for target_url in target_urls:
        before = store.findings.matches(target_url)
        if save:
            after = match_target(store, ranker, thresholds, target_url, now=now)
        else:
            topic = topic_in(store, target_url)
            after = _standing(store, target_url, ranker.best_matches(topic, strong=thresholds.strong, possible=thresholds.possible))
        yield Rematched(target_url=target_url, before=before, after=after)
