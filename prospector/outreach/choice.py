"""Which letter a page gets: by its language and kind, then by a stable hash of its address. No page changes its letter from one crawl to the next.

Each template that fits draws a number from the page's address and its own id; the weights bend the draw, the highest one is taken. So a template
takes its share by weight, and adding or removing one moves only the pages that it wins or loses.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol
from urllib.parse import urlsplit

from prospector.outreach.plain import host
from prospector.outreach.templates import FOLLOW_UP, OWN_PAGE, Template

# who is written to as a library: schools of higher learning by their names' endings, guides by the software that most of them run on
_LIBRARY_HOST = re.compile(
    r"(?:^|[.-])(?:librar(?:y|ies)|libguides|lib|bibliothek|biblio|ub|ulb|slub|stadtbibliothek|stadtbuecherei)[.-]|\.edu$|\.(?:edu|ac)\.[a-z]{2}$"
)
_LIBRARY_PATH = re.compile(r"/(?:libguides|research-?guides|subject-?guides|library|bibliothek)(?:[/.]|$)", re.IGNORECASE)
_LIBRARY_TITLE = re.compile(r"\b(?:libguides?|library|libraries|research guides?|subject guides?|\w*bibliothek|bücherei)\b", re.IGNORECASE)


class LetterNames(Protocol):
    """The campaign's letters."""

    @property
    def letter(self) -> str: ...
    @property
    def letters(self) -> Sequence[str]: ...


class Languages(Protocol):
    """What of a campaign the choice depends on."""

    @property
    def language(self) -> str: ...
    @property
    def languages(self) -> Sequence[str]: ...
    @property
    def templates(self) -> LetterNames: ...


def choose(templates: Mapping[str, Template], campaign: Languages, *, page_url: str, title: str = "", language: str = "") -> Template:
    """The letter for a page. KeyError if the campaign names none that there is.

    :param language: the page's, "" where it is not known: it then gets the campaign's own.
    """
    return _drawn(_fitting(templates, named(campaign.templates), campaign, page_url, title, language), page_url)


def follow_up(
    templates: Mapping[str, Template],
    campaign: Languages,
    *,
    first: str,
    page_url: str,
    language: str = "",
    purpose: str = FOLLOW_UP,
) -> Template | None:
    """A later letter for a page, in the language of the first one (its template's id); None where there is none in the folder."""
    written = templates[first].locale if first in templates else language
    return _of_purpose(purpose, templates, campaign, page_url, "", written)


def about_own_pages(
    templates: Mapping[str, Template], campaign: Languages, *, page_url: str, title: str = "", language: str = ""
) -> Template | None:
    """The letter for a page that links to dead pages of the sender's own; None where there is none in the folder."""
    return _of_purpose(OWN_PAGE, templates, campaign, page_url, title, language)


def _of_purpose(
    purpose: str, templates: Mapping[str, Template], campaign: Languages, page_url: str, title: str, language: str
) -> Template | None:
    known = [one.id for one in templates.values() if one.purpose == purpose]
    return _drawn(_fitting(templates, known, campaign, page_url, title, language), page_url) if known else None


def named(settings: LetterNames) -> Sequence[str]:
    return tuple(settings.letters) or (settings.letter,)


def is_library(page_url: str, title: str = "") -> bool:
    """A page of a library, or of a university: its people weigh a source by rules of their own."""
    name = host(page_url)
    return bool(_LIBRARY_HOST.search(name) or _LIBRARY_PATH.search(urlsplit(page_url).path) or _LIBRARY_TITLE.search(title[:300]))


def _fitting(
    templates: Mapping[str, Template], names: Iterable[str], campaign: Languages, page_url: str, title: str, language: str
) -> list[Template]:
    wanted = {name for name in names if name in templates}
    same = {templates[name].name for name in wanted}
    found = [one for one in templates.values() if one.id in wanted or one.name in same]
    spoken = {_base(one) for one in (campaign.language, *campaign.languages)}
    tongue = _base(language) if _base(language) in spoken else _base(campaign.language)
    # a campaign whose language no letter of its set is in gets the letters that it names
    found = [one for one in found if _base(one.locale) == tongue] or [templates[name] for name in sorted(wanted)]
    if not found:
        raise KeyError(", ".join(names))
    audience = "library" if is_library(page_url, title) else "anybody"
    return [one for one in found if one.audience == audience] or [one for one in found if one.audience == "anybody"] or found


def _drawn(found: Sequence[Template], page_url: str) -> Template:
    return max(found, key=lambda one: (_draw(page_url, one), one.id))


def _draw(page_url: str, template: Template) -> float:
    digest = hashlib.sha256(f"{page_url}\n{template.id}".encode()).digest()
    chance = (int.from_bytes(digest[:8], "big") + 1) / (2**64 + 1)
    return math.log(chance) / template.weight


def _base(language: str) -> str:
    return language.partition("-")[0].lower()
