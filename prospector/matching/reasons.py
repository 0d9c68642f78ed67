"""Why a page was matched, in plain words: which words, where they were found, and how much of the score each kind of evidence made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from prospector.items import Part
from prospector.matching.evidence import TopicWords
from prospector.matching.pages import PageWords
from prospector.matching.topic import Source, Topic
from prospector.matching.words import words

MAX_REASONS = 6
MAX_NAMED = 5  # words named in one reason
FAMILIES: tuple[tuple[str, Source], ...] = (  # prefix of the feature names → the evidence they speak of; the longer prefix first
    ("archived_title_", Source.ARCHIVED_TITLE),
    ("archived_headings_", Source.ARCHIVED_HEADINGS),
    ("archived_text_", Source.ARCHIVED_TEXT),
    ("slug_", Source.SLUG),
    ("path_", Source.PATH),
    ("anchor_", Source.ANCHOR),
    ("context_", Source.CONTEXT),
    ("heading_", Source.HEADING),
)
TOGETHER = ("short_", "said_", "names_", "place_", "agreed_", "title_agreed", "slug_agreed")
LISTED = ("listed_", "title_listed", "slug_listed")
PLACES = ("title", "slug", "headings", "body")
PLACE_NAMES = {"title": "the page's title", "slug": "its URL", "headings": "its headings", "body": "its text"}


def reasons(topic: Topic, cut: TopicWords, page: PageWords, parts: Mapping[str, float]) -> tuple[Part, ...]:
    """The strongest first. Points are percent of the page's score. `parts`: feature → what it adds to the score."""
    shares: dict[str, float] = {}
    for name, added in parts.items():
        family = _family(name)
        shares[family] = shares.get(family, 0.0) + added
    total = sum(shares.values())
    if total <= 0.0:
        return ()
    told = [
        Part(name=family, points=round(100.0 * share / total, 1), reason=reason)
        for family, share in sorted(shares.items(), key=lambda item: (-item[1], item[0]))
        if share > 0.0 and (reason := _reason(family, topic, cut, page))
    ]
    return tuple(told[:MAX_REASONS])


def _family(feature: str) -> str:
    if feature.startswith(TOGETHER):
        return "all evidence together"
    if feature.startswith(LISTED):
        return Source.SIBLINGS.value
    for prefix, source in FAMILIES:
        if feature.startswith(prefix):
            return source.value
    return "found by the site's search" if feature.startswith("found_by_") else "kind of page"


def _reason(family: str, topic: Topic, cut: TopicWords, page: PageWords) -> str:
    source = next((each for each in Source if each.value == family), None)
    if source is not None:
        return _where(topic.of(source), cut, page)
    if family == "all evidence together":
        named = [word for word in sorted(cut.votes, key=lambda word: (-cut.votes[word], word)) if word in page.lead]
        return f"{_quoted(cut.surface[word] for word in named)} in {_listed(_fields(named, page))}" if named else ""
    return ""


def _where(texts: Iterable[str], cut: TopicWords, page: PageWords) -> str:
    """`"companion", "planting" in the page's title and its URL`. Words in the order in which they were written."""
    stem_of = {surface: stem for stem, surface in cut.surface.items()}
    written = dict.fromkeys(stem_of[word] for text in texts for word in words(text) if word in stem_of)
    strong = [word for word in written if word in page.lead]
    shared = strong or [word for word in written if word in page.body]
    if not shared:
        return ""
    return f"{_quoted(cut.surface[word] for word in shared)} in {_listed(_fields(shared, page))}; {len(shared)} of {len(written)} words"


def _fields(shared: Iterable[str], page: PageWords) -> list[str]:
    found = set(shared)
    headings = frozenset[str]().union(*page.headings)
    held = {"title": page.title, "slug": page.slug, "headings": headings, "body": page.body.keys()}
    places = [place for place in PLACES if found & held[place]]
    return [PLACE_NAMES[place] for place in (places[:-1] if len(places) > 1 and places[-1] == "body" else places)]


def _quoted(found: Iterable[str]) -> str:
    quoted = [f'"{word}"' for word in found]
    return ", ".join(quoted[:MAX_NAMED]) + (" …" if len(quoted) > MAX_NAMED else "")


def _listed(places: list[str]) -> str:
    return " and ".join([", ".join(places[:-1]), places[-1]]) if len(places) > 1 else "".join(places)
