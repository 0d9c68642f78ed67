"""Which answers deserve control probes, and which made-up addresses to ask for.

Probes cost requests, so a page is a suspect only where they could change the verdict.
"""

from __future__ import annotations

import random
import string
from dataclasses import replace
from urllib.parse import quote, unquote

from prospector.items import Control, ControlKind, Observation, Outcome
from prospector.verdicts.addresses import EXTENSION, MAX_NAME, MIN_RANDOM, Landing, is_bare, is_idle, is_root, landing, names_a_page, split
from prospector.verdicts.evidence import NEAR_EMPTY, Case, case_of
from prospector.verdicts.looks import Look, look
from prospector.verdicts.shingles import shingles, similarity
from prospector.verdicts.signs import ABANDONED, WALLS, Means
from prospector.verdicts.words import expected_words

__all__ = ["expected_words", "is_faint", "shingles", "siblings", "similarity", "suspicion", "wanted_next"]

SIBLINGS = 2  # made-up neighbours of a suspect

_CONSONANTS = "bcdfghjklmnpqrstvwxz"


def suspicion(observation: Observation) -> str:
    """Why control probes are wanted, in words; "" where they are not."""
    if observation.outcome is not Outcome.ANSWERED or observation.body is None:
        return ""
    case = case_of(observation)
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


def is_faint(suspect: Observation) -> bool:
    """A page where it should be, or at a new address of its own, that says nothing of a loss: it only lacks words, or text. Most are alive."""
    case = case_of(suspect)
    at_home = case.landed in {Landing.SAME, Landing.ELSEWHERE}
    return case.good_status and at_home and not case.says_lost and not case.rows(*ABANDONED) and not case.body.refresh


def wanted_next(suspect: Observation) -> ControlKind | None:
    """Which control to ask for next; None when all were, or those that are left could change nothing. What looks dead is asked for all of them,
    because one may show a wall.

    Most suspects are alive, and their first made-up neighbour says so.
    """
    asked = [control.kind for control in suspect.controls]
    left = [ControlKind.SIBLING] * (SIBLINGS - asked.count(ControlKind.SIBLING)) + [ControlKind.ROOT] * (ControlKind.ROOT not in asked)
    if not left:
        return None
    now = look(suspect)
    then = [_look_if(suspect, left, root_alike=alike) for alike in (True, False)]
    return left[0] if any(one.kind.dead or one.rules != now.rules for one in then) else None


def _look_if(suspect: Observation, left: list[ControlKind], *, root_alike: bool) -> Look:
    """What it would look like if the rest spoke against it as clearly as they can."""
    worst = tuple(_worst(suspect, kind, alike=root_alike or kind is ControlKind.SIBLING) for kind in left)
    return look(replace(suspect, controls=(*suspect.controls, *worst)))


def _worst(suspect: Observation, kind: ControlKind, *, alike: bool) -> Control:
    assert suspect.body is not None
    body = suspect.body
    return Control(
        kind=kind,
        url=suspect.target_url,  # so that it is of the suspect's own shape
        outcome=Outcome.ANSWERED,
        status=suspect.status,
        final_url=suspect.final_url,
        sha256=body.sha256 if alike else "",
        similarity=1.0 if alike else 0.0,
        words_present=False,
        signs=body.signs if alike else (),
    )


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
    return pair if is_idle(key) else f"{key}={_made(value, rng)}"


def _made_name(name: str, rng: random.Random) -> str:
    extension = EXTENSION.search(name)
    end = extension.group() if extension else ""
    return _made(name.removesuffix(end), rng) + end


def _made(text: str, rng: random.Random) -> str:
    plain = unquote(text)[:MAX_NAME]
    lacking = MIN_RANDOM - sum(_varies(char) for char in plain)
    # letters after a full stop would make an extension of it
    plain = plain + plain[-1:] * lacking if _varies(plain[-1:]) else "x" * lacking + plain
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
