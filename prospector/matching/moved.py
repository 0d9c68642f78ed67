"""Which page of a dead page's own site is its new home. Pure: it judges what others fetched.

A wrong new address in a letter is a false claim, so a name alone is never enough: the pieces of evidence below must agree, and the page
itself must have been read. Two pages of one site can share a short name ("courses/pottery", "books/pottery"), but hardly name, title and text.
Measured on 538 pages of three sites that editors redirected or relinked: with an archived copy 57 % are found and 98 % of the claims are right,
without one 30 % and 98 %; with the right page taken off the site a claim is made for 4 in 300, three of them pages with the same text.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from prospector.items import ArchivedCopy, Part, SitePage
from prospector.matching.rank import Ranker
from prospector.matching.topic import Source, Topic
from prospector.matching.words import KIND_STEMS, LISTING_SEGMENTS, WORD, fold, name_words, slug_segments, stem, words
from prospector.verdicts.shingles import shingles

ACCEPTED = 0.9  # confidence from which a new address is believed
SHORTLIST = 3
PLAUSIBLE = 0.5  # of any of _NAMING: below it a page is not worth a request
LONG_WORD = 5  # letters from which one word alone is a name
ENOUGH_TEXT = 30  # shingles: an archived text shorter than that proves nothing by being found elsewhere
COPIED = 0.3  # of the archived text's shingles: what unrelated pages of one site never share
FOREIGN = 0.02  # below it two texts have nothing in common but the site's phrases
_NAMING = (
    "slug_slug_dice", "slug_title_dice", "anchor_slug_dice", "anchor_title_dice", "archived_title_slug_dice", "archived_title_title_dice",
)  # fmt: skip

# How sure a piece of evidence makes us by itself; together they leave the product of the doubts. The same order as in `_evidence`.
REDIRECTED = 0.9  # the archive saw the old address redirect there
SAME_NAME = 0.85  # the last part of both addresses, of several words
SAME_WORD = 0.7  # of one word, and nothing is left in the old folder
SAME_WORD_ONLY = 0.5  # of one word, and other pages live on in the old folder
SHARED_NAME = 0.2  # several pages of the site have that name
SAME_TITLE = 0.8  # the archived title or first heading, of at least two telling words
NAMED_BY_LINKS = 0.4  # all telling words of a link's text stand in its title and headings
NAMED_BY_ADDRESS = 0.35  # those of the old address do


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A page of the dead page's site that is worth a request."""

    page: SitePage
    name: float = 0.0  # what its address says for it: one of the figures above
    led_to: bool = False  # the archive saw the old address redirect there


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHome:
    url: str
    confidence: float  # 0..1
    reasons: tuple[Part, ...]


def shortlist(topic: Topic, found: FoundPages, *, led_to: str = "") -> tuple[Candidate, ...]:
    """The pages worth reading, likeliest first.

    :param led_to: where the archive saw the old address redirect to.
    """
    candidates: dict[str, Candidate] = {}
    if led_to:
        candidates[led_to] = Candidate(page=SitePage(url=led_to), led_to=True)
    for page, name in _namesakes(topic.target_url, found):
        candidates[page.url] = Candidate(page=page, name=name, led_to=page.url == led_to)
    for one in Ranker(found).rank(replace(topic, views=()))[: 2 * SHORTLIST]:
        if max(one.features[name] for name in _NAMING) >= PLAUSIBLE and _may_be(one.page.url, topic.target_url):
            candidates.setdefault(one.page.url, Candidate(page=found.pages[one.page.url]))
    return tuple(sorted(candidates.values(), key=lambda candidate: not candidate.led_to))[:SHORTLIST]


def new_home(topic: Topic, archived: ArchivedCopy | None, candidate: Candidate, read: SitePage) -> NewHome | None:
    """The candidate, read: is it the dead page's new home? None unless the evidence is overwhelming."""
    if _is_another_page(archived, read):
        return None
    evidence = tuple(_evidence(topic, archived, candidate, read))
    doubt = 1.0
    for part in evidence:
        doubt *= 1.0 - part.points / 100.0
    confidence = round(1.0 - doubt, 3)
    return NewHome(url=read.url, confidence=confidence, reasons=evidence) if confidence >= ACCEPTED else None


class FoundPages:
    """Pages of a site that are known by address, and by the text of a link to them as their title: an index for the ranker."""

    def __init__(self, pages: Iterable[SitePage] = ()) -> None:
        self.pages = {page.url: page for page in pages}
        self._numbered = list(self.pages.values())
        self._holding: dict[str, list[int]] = defaultdict(list)
        self._named: dict[tuple[str, ...], list[SitePage]] = defaultdict(list)
        for number, page in enumerate(self._numbered):
            self._named[_name(page.url)].append(page)
            for word in _stems_of(page):
                self._holding[word].append(number)

    def named(self, name: tuple[str, ...]) -> Sequence[SitePage]:
        """Pages whose address ends in these words."""
        return self._named.get(name, ())

    def page(self, url: str) -> SitePage | None:
        return self.pages.get(url)

    def names(self) -> Iterable[tuple[str, str]]:
        return ((page.url, page.title) for page in self._numbered)

    def search(self, words: Sequence[str], limit: int) -> Sequence[str]:
        counted: Counter[int] = Counter()
        for word in set(map(stem, words)):
            holders = self._holding.get(word, ())
            for number in holders:
                counted[number] += 1_000_000 // len(holders)  # whole numbers: equal sums are equal
        best = sorted(counted, key=lambda number: (-counted[number], self._numbered[number].url))
        return [self._numbered[number].url for number in best[:limit]]

    def document_count(self) -> int:
        return len(self._numbered)

    def document_frequency(self, words: Sequence[str]) -> Mapping[str, int]:
        return {word: len(self._holding.get(stem(word), ())) for word in words}


def _stems_of(page: SitePage) -> set[str]:
    texts = [page.title, *page.headings, *slug_segments(page.url)]
    return {stem(word) for text in texts for word in name_words(text)}


# -- addresses ---------------------------------------------------------------------------------------------------------------


def _namesakes(target_url: str, found: FoundPages) -> list[tuple[SitePage, float]]:
    """Pages whose address ends like the dead one's, with what that is worth. Of several the one whose folders are the most like the old ones."""
    name = _name(target_url)
    telling = [word for word in words(" ".join(name)) if stem(word) not in KIND_STEMS]
    if not telling or (len(telling) == 1 and len(telling[0]) < LONG_WORD):
        return []
    alike = [page for page in found.named(name) if _may_be(page.url, target_url)]
    if not alike:
        return []
    worth = SAME_NAME if len(telling) > 1 else SAME_WORD_ONLY if _folder_lives(target_url, found) else SAME_WORD
    folders = frozenset(slug_segments(target_url)[:-1])
    nearness = [len(folders & frozenset(slug_segments(page.url)[:-1])) for page in alike]
    nearest = [page for page, near in zip(alike, nearness, strict=True) if near == max(nearness)]
    if len(nearest) > 1:
        worth = SHARED_NAME
    return [(page, worth) for page in nearest[:SHORTLIST]]


def _name(url: str) -> tuple[str, ...]:
    """All words of the last part of an address that says something: "what is x" and "x" are two names."""
    segments = slug_segments(url)
    return tuple(WORD.findall(fold(segments[-1]))) if segments else ()


def _folder_lives(target_url: str, found: FoundPages) -> bool:
    """Whether the site still has pages in the dead page's folder: then it was not the folder that got another name."""
    folder = urlsplit(target_url).path.rstrip("/").rpartition("/")[0] + "/"
    return folder == "/" or any(urlsplit(url).path.startswith(folder) for url in found.pages if url != target_url)


def _may_be(url: str, target_url: str) -> bool:
    """Not the dead page itself, and no list of pages."""
    return url != target_url and not any(segment.lower() in LISTING_SEGMENTS for segment in slug_segments(url)[-2:])


# -- the page, read ----------------------------------------------------------------------------------------------------------


def _evidence(topic: Topic, archived: ArchivedCopy | None, candidate: Candidate, read: SitePage) -> Iterable[Part]:
    said = _stems(" ".join((read.title, *read.headings)))
    run = "".join(words(" ".join((read.title, *read.headings))))
    if candidate.led_to:
        yield _part("archived redirect", REDIRECTED, "a web archive saw the old address redirect to it")
    if candidate.name:
        yield _part("same address", candidate.name, f"its address ends in the same words: {' '.join(_name(topic.target_url))}")
    if archived is not None and (copied := _copied(archived.text, read.text)) >= COPIED:
        yield _part("same text", 0.5 + copied / 2, f"{copied:.0%} of the archived text stands in it")
    if archived is not None and (title := _same_title(archived, read)):
        yield _part("same title", SAME_TITLE, f'it has the archived title, "{title}"')
    for anchor in topic.of(Source.ANCHOR):
        telling = _telling(anchor)
        if telling and telling <= said:
            yield _part("link text", NAMED_BY_LINKS, f'its title and headings have the words of the link text, "{anchor[:80]}"')
            break
    for slug in topic.of(Source.SLUG):
        telling = _telling(slug)
        if telling and (telling <= said or "".join(words(slug)) in run):
            yield _part("words of the address", NAMED_BY_ADDRESS, f"its title and headings have the words of the old address: {slug}")


def _part(name: str, sure: float, reason: str) -> Part:
    return Part(name=name, points=round(100.0 * min(sure, 0.99), 1), reason=reason)


def _is_another_page(archived: ArchivedCopy | None, read: SitePage) -> bool:
    """The archived copy is known, and this is something else, whatever its address says."""
    if archived is None or not archived.text or len(shingles(archived.text)) < ENOUGH_TEXT:
        return False
    if _copied(archived.text, read.text) >= FOREIGN:
        return False
    ours, theirs = _telling(" ".join((archived.title, *archived.headings[:1]))), _telling(" ".join((read.title, *read.headings)))
    return not ours & theirs


def _copied(archived: str, text: str) -> float:
    """Which share of the archived text stands in the other one, 0..1."""
    ours = shingles(archived)
    return len(ours & shingles(text)) / len(ours) if len(ours) >= ENOUGH_TEXT else 0.0


def _same_title(archived: ArchivedCopy, read: SitePage) -> str:
    """The name that both pages carry in title or first heading; site names behind a dash don't count. "" when there is none."""
    theirs = {" ".join(words(name)) for name in _names(read.title, read.headings)}
    for name in _names(archived.title, archived.headings):
        if len(_telling(name)) > 1 and " ".join(words(name)) in theirs:
            return name[:80]
    return ""


def _names(title: str, headings: Sequence[str]) -> list[str]:
    parts = (
        title.replace(" | ", "\n").replace(" - ", "\n").replace(" – ", "\n").replace(" — ", "\n").replace(" :: ", "\n").replace(" » ", "\n")
    )
    return [" ".join(name.split()) for name in [title, *parts.split("\n")[:1], *headings[:1]] if name.strip()]


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in name_words(text))


def _telling(text: str) -> frozenset[str]:
    """The stems that name a subject and not a kind of document."""
    return frozenset(word for word in map(stem, words(text)) if word not in KIND_STEMS)
