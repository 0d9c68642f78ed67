"""Text → e-mail addresses: written plainly, or with the usual signs put into words. Knows which ones nobody should be written at.

What an address must never be is a row in words.toml; how people spell one is a pattern here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote

import idna
from email_validator import EmailNotValidError, validate_email

from prospector.contacts.words import words

MAX_TEXT = 200_000
MAX_BRACKETS = 100  # signs in words in one text
_LOCAL = r"[A-Za-z0-9](?:[A-Za-z0-9._%+'-]{0,62}[A-Za-z0-9_+-])?"
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN = re.compile(
    rf"(?<![A-Za-z0-9._%+@/=-])({_LOCAL})\s?@\s?({_NAME}(?:\.{_NAME}){{0,5}}\.[A-Za-z]{{2,24}})(?![A-Za-z0-9-]|\.[A-Za-z0-9])"
)
# "blog@jane@doe.example": what is sure is the last two pieces
_TWICE = re.compile(rf"(?<![A-Za-z0-9._%+@/=-])({_LOCAL})@({_NAME})@({_NAME}(?:\.{_NAME}){{0,4}}\.[A-Za-z]{{2,24}})(?![A-Za-z0-9@-])")
# https://user:password@host
_CREDENTIALS = re.compile(r"://[^\s/@:]{0,40}:\Z")
# what the sign is called where no other word is: these are words for it even without brackets
_AT_NAME = (
    r"arroba|arobas[e]?|chiocciola|zavin[aá]č|zavinac|kukac|malpa|małpa|miukumauku|собака|собачка|snabel-?a|krøllalfa|alfakrøll|apenstaartje|"
    r"klammeraffe|παπάκι|アットマーク|アット|골뱅이"
)
_AT_WORD = rf"at|ät|a|@|chez|affe|bei|æt|et|{_AT_NAME}"
_DOT_NAME = r"dot|punkt|punto|point|ponto|pont|tečka|tecka|bodka|kropka|piste|prikk|точка|nokta|punt|τελεία|ドット|점"
_DOT_WORD = rf"\.|dt|d0t|{_DOT_NAME}"
_AT = re.compile(
    rf"\s{{0,3}}[\[({{<|*]\s?(?:{_AT_WORD})\s?[\])}}>|*]\s{{0,3}}|\s{{1,3}}-at-\s{{1,3}}|\s{{0,3}}[–—~]at[–—~]\s{{0,3}}", re.IGNORECASE
)
_DOT = re.compile(
    rf"\s{{0,3}}[\[({{<|*]\s?(?:{_DOT_WORD})\s?[\])}}>|*]\s{{0,3}}|\s{{1,3}}-dot-\s{{1,3}}|\s{{0,3}}[–—~]dot[–—~]\s{{0,3}}", re.IGNORECASE
)
# signs as East Asian keyboards write them, each in place of one
_NARROW = str.maketrans("＠．（）［］｛｝＜＞｜＊＃【】〔〕", "@.()[]{}<>|*#[][]")
_SPOKEN = re.compile(rf"at|ät|{_AT_NAME}", re.IGNORECASE)
# What each of the patterns below needs somewhere in a text: to look for the pattern itself at every letter takes many times as long
_BRACKET = re.compile(r"[\[({<|*–—~]")
_SET_APART = re.compile(rf"\s(?:at|ät|@|{_AT_NAME})\s", re.IGNORECASE)
_JOINED = re.compile(r"[_#-]at[_#-]", re.IGNORECASE)
_TOP = r"(?:com|net|org|edu|gov|info|name|de|at|ch|uk|fr|es|it|nl|be|fi|se|no|dk|cz|sk|pl|hu|ru|ua|pt|br|ca|au|nz|us|eu|io|me|dev)"
# "jane at garden dot org", "jane arroba garden punto org"
_SPELT = re.compile(
    rf"(?<![\w@.])({_LOCAL})\s{{1,3}}(?:at|ät|{_AT_NAME})\s{{1,3}}({_NAME}(?:\s{{1,3}}(?:{_DOT_NAME})\s{{1,3}}{_NAME}){{1,4}})(?![\w-])",
    re.IGNORECASE,
)
# a sign that stands for @, and the words that say so: jane★garden.org (★ → @)
_REPLACED = re.compile(
    rf"(?<![\w@.])({_LOCAL})([^\w\s.@]{{1,2}})({_NAME}(?:\.{_NAME}){{0,3}}\.[A-Za-z]{{2,10}})(?![\w-]|\.\w)"
    r"(?=[^\n]{0,60}?\2\W{0,3}(?:を|は|→|=|->|换成|換成|替换|改成|改为|with|by|to|is|durch|mit|gegen|par|por|con|для|на|zu|na)[^@\n]{0,8}@)"
)
# "jane at garden.org": an address only where the words around it say so
_LOOSE = re.compile(rf"(?<![\w@.])({_LOCAL})\s{{1,3}}(?:at|AT|@)\s{{1,3}}({_NAME}(?:\.{_NAME}){{0,3}}\.[A-Za-z]{{2,10}})(?![\w-]|\.\w)")
# "jane_at_garden_org", "jane-at-garden-dot-org", "jane#at#garden.org"
_GLUED = re.compile(
    rf"(?<![\w@.-])([A-Za-z0-9][A-Za-z0-9._+]{{0,40}}?)([_#-])at\2([A-Za-z0-9][A-Za-z0-9.-]{{0,60}}?(?:\2(?:dot\2)?[A-Za-z0-9][A-Za-z0-9-]{{0,30}}?){{0,3}}(?:\.|\2(?:dot\2)?){_TOP})(?![\w-])",
    re.IGNORECASE,
)
_NOSPAM = re.compile(
    r"[._-]?(?:no|anti|kill|remove|delete|without)[._-]?(?:this[._-]?)?spam(?:[._-]?please)?[._-]?|(?:remove|delete)[._-]?(?:this|me)[._-]?",
    re.IGNORECASE,
)
_HASH = re.compile(r"[0-9a-f]{16,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+", re.IGNORECASE)
_FREE_COUNTRY = re.compile(r"([a-z]+)\.(?:[a-z]{2}|com?\.[a-z]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An address in a text, and where it stands there."""

    address: str
    start: int
    end: int
    hidden: bool  # its signs were put into words
    sure: bool = True  # False: only an address if the words around it say so


def addresses_in(text: str) -> Iterator[Found]:
    """Every address written in text, in the order of the text's ways of writing; each place once."""
    text = text[:MAX_TEXT].translate(_NARROW)
    taken: list[tuple[int, int]] = []
    for found in _all(text):
        if found.address and not any(found.start < end and start < found.end for start, end in taken):
            taken.append((found.start, found.end))
            yield found


def _all(text: str) -> Iterator[Found]:
    if "@" in text:
        for match in _TWICE.finditer(text):
            yield _found(match, match[2] + "@" + match[3], hidden=False)
        for match in _PLAIN.finditer(text):
            if _CREDENTIALS.search(text[max(0, match.start() - 60) : match.start()]):
                continue
            yield _found(match, match[1] + "@" + match[2], hidden=False)
    if (_BRACKET.search(text) or "-at-" in text.lower()) and _AT.search(text):
        yield from _bracketed(text)
    for match in _REPLACED.finditer(text) if "@" in text else ():
        yield _found(match, match[1] + "@" + match[3], hidden=True)
    if _SET_APART.search(text) and _SPOKEN.search(text):
        for match in _SPELT.finditer(text):
            yield _found(match, match[1] + "@" + re.sub(r"\s+\w+\s+", ".", match[2]), hidden=True, sure=False)
        for match in _LOOSE.finditer(text):
            yield _found(match, match[1] + "@" + match[2], hidden=True, sure=False)
    if not _JOINED.search(text):
        return
    for match in _GLUED.finditer(text):
        joint = match[2]
        domain = match[3].replace(f"{joint}dot{joint}", ".")
        domain = domain.replace(joint, ".") if "." not in domain else domain
        yield _found(match, match[1] + "@" + domain, hidden=True, sure=joint != "-")


def _bracketed(text: str) -> Iterator[Found]:
    """ "jane [at] garden (dot) org": the signs are put back, keeping count of where each piece stood."""
    for at in islice(_AT.finditer(text), MAX_BRACKETS):
        before = _DOT.sub(".", text[max(0, at.start() - 80) : at.start()])
        after = _DOT.sub(".", text[at.end() : at.end() + 120])
        local = re.search(rf"(?<![A-Za-z0-9._%+-])({_LOCAL})$", before)
        domain = re.match(rf"({_NAME}(?:\.{_NAME}){{0,5}}\.[A-Za-z]{{2,24}})(?![A-Za-z0-9-])", after)
        if domain is None:
            spelt = re.match(rf"({_NAME}(?:\s+(?:{_DOT_NAME})\s+{_NAME}){{1,4}})", after, re.IGNORECASE)
            domain = spelt
        if local and domain:
            name = re.sub(r"\s+\w+\s+", ".", domain[1])
            yield Found(address=clean(local[1] + "@" + name), start=at.start() - 1, end=at.end() + 1, hidden=True)


def _found(match: re.Match[str], raw: str, *, hidden: bool, sure: bool = True) -> Found:
    return Found(address=clean(raw), start=match.start(), end=match.end(), hidden=hidden or bool(_NOSPAM.search(raw)), sure=sure)


def clean(raw: str) -> str:
    """The address in its plain form, lower-case domain; "" if it can't be one, or is one of those never to take."""
    raw = _NOSPAM.sub("", raw.strip().strip("<>.,;:'\"()[]"))
    local, _, domain = raw.rpartition("@")
    domain = domain.lower().strip(".")
    if not re.fullmatch(_LOCAL, local) or ".." in local or len(raw) > 120:
        return ""
    try:
        domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except UnicodeError:
        return ""
    if not re.fullmatch(rf"{_NAME}(?:\.{_NAME}){{0,5}}\.(?:[a-z]{{2,24}}|xn--[a-z0-9-]{{2,58}})", domain):
        return ""
    address = f"{local}@{domain}"
    return address if not _never(local, domain) and _is_valid(address) else ""


def _is_valid(address: str) -> bool:
    """The standards' word on its syntax. Whether its host takes mail is asked elsewhere; names for tests count, see `on_reserved_name`."""
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def of_mailto(href: str) -> tuple[str, ...]:
    """The addresses a mailto: link goes to (`to` only, no copies), whatever way they are encoded in it."""
    target = href.partition(":")[2]
    for _ in range(2):  # twice: some generators encode what is encoded already
        target = unquote(target)
    target = target.partition("?")[0].partition("&subject=")[0]
    found = tuple(found.address for found in addresses_in(target) if found.address)
    if found:
        return found
    wide = clean(target) if "@" in target else ""  # names in other scripts: too rare to look for in running text
    return (wide,) if wide else ()


def likeliest(addresses: Iterable[str]) -> str:
    """The first of several readings of one text whose last label people really use, else the first; "" for none."""
    readings = list(addresses)
    return next((one for one in readings if one.rpartition(".")[2] in words().tops), readings[0] if readings else "")


def is_freemail(address: str) -> bool:
    domain = address.rpartition("@")[2]
    by_country = _FREE_COUNTRY.fullmatch(domain)
    return domain in words().freemail or bool(by_country and by_country[1] in words().freemail_labels)


def _never(local: str, domain: str) -> bool:
    table = words()
    low = local.lower()
    labels = domain.split(".")
    squeezed = re.sub(r"[._+-]", "", low)
    pieces = {squeezed, re.split(r"[._+]", low, maxsplit=1)[0].replace("-", ""), *low.split("+")[1:]}
    return bool(
        pieces & table.never_locals
        or squeezed in table.placeholders
        or _HASH.fullmatch(low)
        or any(piece in squeezed + domain for piece in table.never_within)
        or labels[-1] in table.endings
        or (labels[0] in table.endings and len(labels) == 2 and low[-1:].isdigit())  # logo@2x.min…
        or re.fullmatch(r"\d+(\.\d+)?x", labels[0])
        or (labels[-1] not in table.reserved and labels[-2] in table.never_labels)
        or any(domain == suffix or domain.endswith("." + suffix) for suffix in table.never_suffixes)
    )


def on_reserved_name(address: str) -> str:
    """The reserved top level an address stands under (`test`, `example`), or "": a stand-in unless its site is one too."""
    top = address.rpartition(".")[2]
    return top if top in words().reserved else ""
