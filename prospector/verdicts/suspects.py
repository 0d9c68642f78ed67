"""Which answers deserve control probes, and which made-up addresses to ask for.

Probes cost requests, so a page is a suspect only where they could change the verdict.
"""

from __future__ import annotations

import random
import re
import string
from urllib.parse import quote, unquote

from prospector.items import Observation, Outcome
from prospector.verdicts.addresses import IDLE_KEYS, Landing, is_bare, is_root, landing, names_a_page, split
from prospector.verdicts.evidence import NEAR_EMPTY, Case
from prospector.verdicts.shingles import shingles, similarity
from prospector.verdicts.signs import ABANDONED, WALLS, Means
from prospector.verdicts.words import expected_words

__all__ = ["expected_words", "shingles", "siblings", "similarity", "suspicion"]

MIN_RANDOM = 6  # shorter names are lengthened: a made-up "a.html" or "7" may exist

_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}\Z")


def suspicion(observation: Observation) -> str:
    """Why control probes are wanted, in words; "" where they are not."""
    if observation.outcome is not Outcome.ANSWERED or observation.body is None:
        return ""
    case = Case(observation)
    if case.rows(*WALLS):
        return ""
    if case.rows(*ABANDONED):
        return "it looks like a parked domain, a suspended account or a server's default page"
    if observation.status in (404, 410) and not case.body.title and not case.body.text_length and case.is_html:
        return "it answers not found without a word, as walls against machines do"
    if not case.good_status or not case.is_html:
        return ""
    return _of_page(case)


def _of_page(case: Case) -> str:
    body = case.body
    if case.says_lost and not is_bare(case.target):
        return "its title or heading speaks of a missing page"
    if body.words_present or (case.target_is_root and body.words_present is None):
        return ""
    away = {Landing.HOME: "the site's home page", Landing.PARENT: "the folder above", Landing.OTHER_SITE: "another site"}
    if case.landed in away:
        return f"it leads to {away[case.landed]}"
    if body.refresh and landing(case.target, body.refresh) in away:
        return "it sends its reader on to another page"
    if case.target_is_root:
        return ""
    reasons = (
        (body.words_present is False, "none of the words the link promises stand there"),
        (body.text_length < NEAR_EMPTY, "there is next to no text on it"),
        (bool(case.rows(Means.NOT_FOUND)), "its text speaks of a missing page"),
        (bool(body.canonical) and landing(case.final, body.canonical) is Landing.HOME, "it names the home page as its proper address"),
        ("noindex" in body.robots or body.robots == "none", "it asks search engines to leave it out"),
    )
    return next((reason for holds, reason in reasons if holds), "")


def siblings(url: str, rng: random.Random) -> tuple[str, str]:
    """Two made-up addresses of the same shape: same folder, extension and kinds of characters; digits stay digits."""
    one, other = _sibling(url, rng), _sibling(url, rng)
    # with six random characters this is next to impossible, but a caller must be able to rely on three addresses
    return (one, other) if len({url, one, other}) == 3 else (f"{one}{_made('x', rng)}", f"{other}{_made('7', rng)}")


def _sibling(url: str, rng: random.Random) -> str:
    parts = split(url)
    base = f"{parts.scheme}://{parts.netloc}"
    if names_a_page(parts.query):
        query = "&".join(_made_pair(pair, rng) for pair in parts.query.split("&"))
        return f"{base}{parts.path or '/'}?{query}"
    query = f"?{parts.query}" if parts.query else ""
    path = parts.path or "/"
    if is_root(url):
        folder, name, slash = path if path.endswith("/") else path.rpartition("/")[0] + "/", "", ""
    else:
        slash = "/" if path.endswith("/") else ""
        folder, _, name = path.rstrip("/").rpartition("/")
        folder += "/"
    return f"{base}{folder}{_made_name(name, rng)}{slash}{query}"


def _made_pair(pair: str, rng: random.Random) -> str:
    key, equals, value = pair.partition("=")
    if not equals:
        return _made(key, rng)
    return pair if key.lower() in IDLE_KEYS or key.lower().startswith("utm_") else f"{key}={_made(value, rng)}"


def _made_name(name: str, rng: random.Random) -> str:
    extension = _EXTENSION.search(name)
    end = extension.group() if extension else ""
    return _made(name.removesuffix(end), rng) + end


def _made(text: str, rng: random.Random) -> str:
    plain = unquote(text)[:80]
    kind = plain[-1:] if _varies(plain[-1:]) else "x"
    plain += kind * (MIN_RANDOM - sum(_varies(char) for char in plain))
    made = "".join(_made_char(char, rng) for char in plain)
    return quote(made, safe="-._~!$'()*,;:@")


def _varies(char: str) -> bool:
    return char.isalpha() or char.isdigit()


def _made_char(char: str, rng: random.Random) -> str:
    if char.isdigit():
        return rng.choice(string.digits)
    if char.isalpha():
        made = rng.choice(_CONSONANTS)
        return made.upper() if char.isupper() else made
    return char if char in "-_.~!$'()*,;:@" else "-"
