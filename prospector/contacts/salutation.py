"""A contact → how a letter greets it: by surname only where the page itself gives the title, else in neutral words. Rows in greetings.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from prospector.items import Contact

MAX_TEXT = 200  # characters before an address in which a name is looked for
_NAME_WORD = r"[A-ZÀ-ÖØ-ÞĀ-ŽА-Я][\w’'-]{1,25}"
_INITIAL = r"[A-ZÀ-ÖØ-ÞĀ-ŽА-Я]\."


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    kinds: Mapping[str, str]  # title, lower case without full stops → woman, man, doctor, professor
    particles: frozenset[str]
    pattern: re.Pattern[str]  # a titled name

    def read(self, name: str) -> tuple[frozenset[str], str]:
        """What the titles at the beginning of a name tell, and the name without them."""
        words = name.split()
        told: set[str] = set()
        while words and (kind := self.kinds.get(words[0].lower().rstrip("."))) and (words[0][0].isupper() or told):
            told.add(kind)
            words.pop(0)
        return frozenset(told), " ".join(words)

    def surname(self, name: str) -> str:
        """The surname of "Ada Lind", "A. van der Berg" or "Lind"; "" where it isn't plain which word is it."""
        words = name.split()
        if len(words) > 1:
            words = words[1:]
            while len(words) > 1 and words[0] in self.particles:
                words.pop(0)
            if len(words) == 1:
                return " ".join(name.split()[1:])
            return ""
        return name if re.fullmatch(_NAME_WORD, name) else ""


def titled_name(text: str) -> str:
    """The one name with a title in a text, such as "Ms Ada Lind"; "" where there is none, or more than one."""
    found = {match[0] for match in titles().pattern.finditer(text[-MAX_TEXT:])}
    return " ".join(found.pop().split()) if len(found) == 1 else ""


def salutation(contact: Contact | None, locale: str) -> str:
    """How a letter in this language begins, without the comma. A language without a row is greeted in English."""
    rows = _greetings()
    row = rows.get(locale.lower().replace("_", "-").partition("-")[0], rows["en"])
    told, name = titles().read(contact.name if contact else "")
    if not name:
        return row["neutral"]
    form = row.get(next((degree for degree in ("professor", "doctor") if degree in told), next(iter(told), "")), "")
    if form and (surname := titles().surname(name)):
        return form.format(surname=surname)
    return row["named"].format(name=name) if " " in name and "named" in row else row["neutral"]


@cache
def titles() -> Titles:
    table = tomllib.loads(files(__package__).joinpath("greetings.toml").read_text(encoding="utf-8"))
    kinds = {title: kind for kind, listed in table["titles"].items() for title in listed}
    particles = table["particles"]["words"]
    first = "|".join(re.escape(title.capitalize()) for title in kinds if len(title) > 1)
    follows = "|".join(re.escape(title) for title in kinds)
    small = "|".join(map(re.escape, particles))
    pattern = re.compile(
        rf"(?<!\w)(?:{first})(?:\.?\s(?:(?i:{follows})))*\.?\s"
        rf"(?:(?:{_NAME_WORD}|{_INITIAL})\s)?(?:(?:{small})\s){{0,2}}{_NAME_WORD}(?=\s*(?:[,;:(|–—-]|$))"
    )
    return Titles(kinds=kinds, particles=frozenset(particles), pattern=pattern)


@cache
def _greetings() -> Mapping[str, Mapping[str, str]]:
    table = tomllib.loads(files(__package__).joinpath("greetings.toml").read_text(encoding="utf-8"))
    return {row["language"]: row for row in table["greeting"]}
