"""The letter at the desk: how it will look, what a careful reader would object to, told apart from what would be a link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from prospector.deciding_checks import Checks
from prospector.outreach.lint import Finding, Severity
from prospector.store import StoredDraft

MAX_SUBJECT, MAX_BODY = 1_000, 100_000  # what the editor takes
_URL = re.compile(r"https?://[^\s<>()“”„\"]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    text: str
    is_link: bool


def pieces(body: str) -> Iterator[Piece]:
    """The text, with what a mail program would make a link told apart. Here it is no link."""
    end = 0
    for match in _URL.finditer(body):
        url = match[0].rstrip(".,;:!?")
        yield Piece(text=body[end : match.start()], is_link=False)
        yield Piece(text=url, is_link=True)
        end = match.start() + len(url)
    yield Piece(text=body[end:], is_link=False)


def objections(checks: Checks, draft: StoredDraft, *, subject: str, body: str) -> tuple[Finding, ...]:
    """To the letter as it would be with these words: what an approval would ask."""
    return checks.findings(replace(draft, edited_subject=subject, edited_body=body))


def errors(findings: tuple[Finding, ...]) -> int:
    return sum(finding.severity is Severity.ERROR for finding in findings)
