"""Text and addresses as a mail may carry them: nothing that breaks a header, turns the line round or smuggles in a second recipient."""

from __future__ import annotations

import re
import unicodedata

import idna

MAX_LOCAL = 64  # RFC 5321
MAX_ADDRESS = 254
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LINE_ENDS = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# joiners are part of how Persian, Hindi and emoji are written: what else is invisible has no business in a mail
_JOINERS = frozenset("\u200c\u200d")
_DROPPED = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def clean_text(text: str) -> str:
    """Lines ended by \\n, without control, direction and invisible characters; half a surrogate pair becomes a question mark in a box."""
    lines = _LINE_ENDS.sub("\n", text)
    if lines.isascii() and lines.replace("\n", "").isprintable():
        return lines
    return "".join(_clean(char) for char in _paired(lines))


def clean_line(text: str) -> str:
    """The same on one line, words apart by one space, and nothing in it that a mail program would decode once more."""
    return " ".join(clean_text(text).split()).replace("=?", "= ?")


def mail_address(text: str) -> tuple[str, str] | None:
    """Local part and domain (in ASCII, as names are asked for) of exactly one address; None if it isn't one that every server takes."""
    local, at, domain = text.strip().rpartition("@")
    if not at or len(local) > MAX_LOCAL or not _LOCAL.fullmatch(local):
        return None
    name = _ascii_domain(domain)
    return (local, name) if name and len(local) + 1 + len(name) <= MAX_ADDRESS else None


def _ascii_domain(domain: str) -> str:
    """ "" for what is no domain."""
    try:
        name = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return ""
    labels = name.split(".")
    return name if len(labels) > 1 and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit() else ""


def _paired(text: str) -> str:
    """Surrogates in pairs are joined; half a pair can't be written in any encoding."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _clean(char: str) -> str:
    if char == "\t":
        return " "
    if char == "\n" or char in _JOINERS:
        return char
    return "" if unicodedata.category(char) in _DROPPED else char
