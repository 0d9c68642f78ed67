"""What a dead target was about: every piece of evidence kept apart, with its source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from prospector.items import ArchivedCopy, OutboundLink
from prospector.matching.words import fold, host_name, slug_segments

MAX_PIECES = 3  # of one source; the most frequent ones: a target linked from a thousand pages is not looked at a thousand times
MAX_VIEWS = 3
MAX_SIBLINGS = 12  # links of the same list that are listened to: the nearest
MAX_ARCHIVED_HEADINGS = 25
MAX_ARCHIVED_TEXT = 3000  # characters: what the weights were fitted on


class Source(StrEnum):
    """Where a piece of a topic was found. The value is what a reader is told."""

    SLUG = "the dead URL"
    PATH = "the dead URL's folders"
    ANCHOR = "the link text"
    CONTEXT = "the words around the link"
    HEADING = "the heading above the link"
    PAGE_TITLE = "the linking page's title"
    SIBLINGS = "the other links under the same heading"
    ARCHIVED_TITLE = "the archived title"
    ARCHIVED_HEADINGS = "the archived headings"
    ARCHIVED_TEXT = "the archived text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One link to the target, the title of the page it stands on, and the links that stand beside it there."""

    link: OutboundLink
    page_title: str = ""
    siblings: tuple[OutboundLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    source: Source
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    target_url: str
    pieces: tuple[Piece, ...]
    # Of several links: the same told by one link each. Pooled, they say more than any page answers; one alone may name it exactly
    views: tuple[Topic, ...] = ()

    def of(self, source: Source) -> tuple[str, ...]:
        """The texts found there, most frequent first."""
        return tuple(piece.text for piece in self.pieces if piece.source is source)

    @property
    def archived(self) -> bool:
        return any(piece.source in {Source.ARCHIVED_TITLE, Source.ARCHIVED_TEXT} for piece in self.pieces)


def topic_of(target_url: str, sightings: Sequence[Sighting], archived: ArchivedCopy | None) -> Topic:
    """Pool what all links to a target, its URL and its archived copy say. Links in boilerplate speak only where there is no other."""
    speaking = [sighting for sighting in sightings if not sighting.link.boilerplate] or list(sightings)
    links = [sighting.link for sighting in speaking]
    segments = slug_segments(target_url)
    pieces = [
        *_pieces(Source.SLUG, segments[-1:] or [host_name(target_url)]),
        *_pieces(Source.PATH, [" ".join(segments[:-1])]),
        *_pieces(Source.ANCHOR, (link.anchor for link in links)),
        *_pieces(Source.CONTEXT, (link.context for link in links)),
        *_pieces(Source.HEADING, (text for link in links for text in dict.fromkeys((link.section, link.heading)))),
        *_pieces(Source.PAGE_TITLE, (sighting.page_title for sighting in speaking)),
        *_pieces(Source.SIBLINGS, (_name(link) for sighting in speaking for link in sighting.siblings), limit=MAX_SIBLINGS),
    ]
    if archived is not None:
        pieces += [
            *_pieces(Source.ARCHIVED_TITLE, [archived.title]),
            *_pieces(Source.ARCHIVED_HEADINGS, archived.headings, limit=MAX_ARCHIVED_HEADINGS),
            *_pieces(Source.ARCHIVED_TEXT, [archived.text[:MAX_ARCHIVED_TEXT]]),
        ]
    views = tuple(topic_of(target_url, [one], archived) for one in _told_otherwise(speaking))
    return Topic(target_url=target_url, pieces=tuple(pieces), views=views)


def _told_otherwise(sightings: Sequence[Sighting]) -> list[Sighting]:
    """One sighting for each of the most frequent link texts; none when there is only one."""
    first: dict[str, Sighting] = {}
    for sighting in sightings:
        first.setdefault(fold(sighting.link.anchor), sighting)
    if len(sightings) < 2:  # of one link there are not two ways to tell
        return []
    counted = Counter(fold(sighting.link.anchor) for sighting in sightings)
    return [first[anchor] for anchor, _ in counted.most_common(MAX_VIEWS)]


def siblings_of(link: OutboundLink, links: Iterable[OutboundLink]) -> tuple[OutboundLink, ...]:
    """The links of the same page that stand under the same heading, nearest first: what a list agrees on is what it is about."""
    beside = [
        other
        for other in links
        if (other.section, other.heading) == (link.section, link.heading) and other.target_url != link.target_url and not other.boilerplate
    ]
    return tuple(sorted(beside, key=lambda other: (abs(other.position - link.position), other.position))[:MAX_SIBLINGS])


def _name(link: OutboundLink) -> str:
    return " ".join([link.anchor, *slug_segments(link.target_url)[-1:]])


def _pieces(source: Source, texts: Iterable[str], *, limit: int = MAX_PIECES) -> list[Piece]:
    counted = Counter(" ".join(text.split()) for text in texts)
    del counted[""]
    return [Piece(source=source, text=text) for text, _ in counted.most_common(limit)]
