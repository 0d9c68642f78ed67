"""An objection to a letter or a template, with its weight and its place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"  # must be mended: blocks approval
    WARNING = "warning"  # to be looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    severity: Severity
    reason: str  # a clause for people
    where: str = ""  # the words of the letter that are meant; "" for the letter as a whole
    rule: str = ""  # a stable name: consent-de, spam-guaranteed …
    acknowledge: bool = False  # a person must have said that they know what they do


def error(reason: str, where: str = "", *, rule: str = "") -> Finding:
    return Finding(severity=Severity.ERROR, reason=reason, where=where, rule=rule)


def warning(reason: str, where: str = "", *, rule: str = "", acknowledge: bool = False) -> Finding:
    return Finding(severity=Severity.WARNING, reason=reason, where=where, rule=rule, acknowledge=acknowledge)
