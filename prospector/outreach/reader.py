"""Is the letter right for its reader: greeted as is certain, written in the language of their page?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from prospector.contacts.salutation import salutation
from prospector.items import Contact
from prospector.outreach.claims import LISTED
from prospector.outreach.findings import Finding, warning
from prospector.outreach.phrases import LOCALES
from prospector.outreach.plain import quiet

_GREETING = re.compile(
    r"(?:hello|hi|hey|dear|greetings|good (?:morning|afternoon|evening|day)|guten (?:tag|morgen|abend)|hallo|liebe[rs]?|sehr geehrte[rs]?|werte[rs]?|moin|servus|grüß gott|grüezi)\b[ ,]*",
    re.IGNORECASE,
)
# words that greet a group or an office, and name nobody
_NOBODY = re.compile(
    r"(?:(?:all|everyone|everybody|there|again|team|staff|librarians?|library|webmaster|web|editors?|editorial|curators?|maintainers?|friends|sir|madam|or|and|the|to whom it may concern|damen|herren|und|zusammen|redaktion|team|kolleginnen|kollegen|das|die|der|bibliothek|ihr|nochmals)\b[ ,]*)*",
    re.IGNORECASE,
)
_MEN_AND_WOMEN = re.compile(r"^(?:Mr|Ms|Mrs|Dr|Prof|Professor|Herr|Frau)\b\.?", re.IGNORECASE)
# the commonest small words of each; a text with a handful of them is in that language
_SMALL_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": frozenset(
            ("the", "and", "is", "of", "your", "you", "have", "it", "for", "with", "that", "this", "are", "from", "would", "not")
        ),
        "de": frozenset(
            ("der", "die", "das", "und", "ist", "ihre", "ihrer", "sie", "ich", "habe", "nicht", "auf", "für", "mit", "von", "wenn")
        ),
    }
)
_LANGUAGES: Mapping[str, str] = MappingProxyType(
    {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pt": "Portuguese", "ja": "Japanese", "pl": "Polish"}
)  # fmt: skip
_ENOUGH = 5  # small words


def greeting(body: str, contact: Contact | None) -> Iterator[Finding]:
    """An objection to a greeting that says more about the reader than is known."""
    first = next((line.strip() for line in body.splitlines() if line.strip()), "")
    said = first.rstrip(" ,!:;.")
    sure = {quiet(salutation(whom, locale), 80) for whom in (contact, None) for locale in LOCALES}
    if said in sure:
        return
    begun = _GREETING.match(first)
    if begun is None:
        yield warning("it begins without a greeting", first[:60], rule="greeting-missing")
        return
    name = _NOBODY.sub("", said[begun.end() :], count=1)
    known = set(re.findall(r"\w+", contact.name.casefold())) if contact else set()
    if name and not set(re.findall(r"\w+", name.casefold())) <= known:
        why = (
            "nobody knows whether that form of address is right"
            if _MEN_AND_WOMEN.match(name)
            else "the page does not say for sure that they are the reader"
        )
        yield warning(f"it greets “{name}”, and {why}", said[:80], rule="greeting-unsure")


def language(body: str, page: str) -> Iterator[Finding]:
    """An objection to a letter in another language than the page's own."""
    theirs = page.partition("-")[0].lower()
    ours = language_of(body)
    if ours and theirs and ours != theirs:
        spoken = _LANGUAGES.get(theirs, f"the language “{theirs}”")
        yield warning(f"the page is in {spoken}, and the letter in {_LANGUAGES[ours]}", rule="language")


def language_of(body: str) -> str:
    """English, German, or "" where it is neither for sure; the list of links is left out."""
    prose = " ".join(line for line in body.splitlines() if not LISTED.match(line)).casefold()
    words = re.findall(r"[a-zäöüß]+", prose)
    counts = {tongue: sum(1 for word in words if word in small) for tongue, small in _SMALL_WORDS.items()}
    best = max(counts, key=lambda tongue: counts[tongue])
    return best if counts[best] >= _ENOUGH and counts[best] >= 2 * min(counts.values()) else ""
