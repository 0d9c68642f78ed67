"""A draft → what a careful reader would object to before it is sent. Errors must be mended, warnings looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from prospector.items import UNCLICKABLE_KINDS, Draft, Prospect
from prospector.outreach.letter import LetterSettings
from prospector.outreach.phrases import LOCALES, relation
from prospector.outreach.plain import host, one_line, plain, plain_url, without_scheme_inside

MAX_SUBJECT = 60
MAX_OTHER_LINKS = 3
MIN_WORDS, MAX_WORDS = 50, 150
_PLACEHOLDER = re.compile(
    r"\{\{|\}\}|\{%|%\}|\[(?:first |last |your |page |site )?(?:name|title|url|topic|link|company)\]|<(?:name|title|url)>|\bXXX+\b|\bTODO\b|\bNone\b|\blorem ipsum\b",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://\S+")
_LISTED = re.compile(r"^(?:\d{1,2}\. |\s{2,}\S)")
_HOLLOW = re.compile(r"“\s*”|„\s*“|\(\s*\)|^[ .,;:–-]+$", re.MULTILINE)
_COMMERCIAL = frozenset(("owner", "employee", "agency"))


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    severity: Severity
    reason: str


def lint(draft: Draft, prospect: Prospect, campaign: LetterSettings) -> tuple[Finding, ...]:
    """All objections to a draft, errors first."""
    found = [*_subject(draft), *_placeholders(draft), *_duties(draft, prospect, campaign), *_links(draft, prospect), *_length(draft)]
    return tuple(sorted(found, key=lambda one: one.severity))


def _subject(draft: Draft) -> list[Finding]:
    if not draft.subject.strip() or "\n" in draft.subject or "\r" in draft.subject:
        return [_error("the subject must be one line of text")]
    if len(draft.subject) > MAX_SUBJECT:
        return [_warning(f"the subject has {len(draft.subject)} characters; many mail programs show {MAX_SUBJECT}")]
    return []


def _placeholders(draft: Draft) -> list[Finding]:
    text = f"{draft.subject}\n{draft.body}"
    found = [_error(f"“{match[0]}” is still to be filled in") for match in [_PLACEHOLDER.search(text)] if match]
    if _HOLLOW.search(text):
        found.append(_warning("something is empty: quotation marks, brackets or a line with nothing in them"))
    return found


def _duties(draft: Draft, prospect: Prospect, campaign: LetterSettings) -> list[Finding]:
    """What a letter owes its reader: how to be left alone, who writes for whom, and where they live."""
    body = _flat(draft.body)
    sender = campaign.sender
    found = []
    opt_outs = [sender.opt_out] if sender.opt_out.strip() else [table.opt_out for table in LOCALES.values()]
    if not any(_flat(plain(one, 400)) in body for one in opt_outs):
        found.append(_error("the line that says how to be left alone is missing"))
    sites = {host(sender.site), *(host(one.match.page_url) for one in prospect.dead_links if one.match)}
    relations = [relation(sender.relation, site=site, client=plain(sender.client), locale=locale) for site in sites for locale in LOCALES]
    if not any(_flat(one) in body for one in relations):
        found.append(_error("it does not say in which relation you stand to the page you offer"))
    address = one_line(sender.postal_address)
    if sender.relation in _COMMERCIAL and not (address and address in body):
        found.append(_warning("a commercial sender must give a postal address (sender.postal_address)"))
    return found


def _links(draft: Draft, prospect: Prospect) -> list[Finding]:
    fixes: set[str] = set()
    found = []
    for one in prospect.dead_links:
        fixes |= {one.link.target_url, one.new_url, one.match.page_url if one.match else ""}
        if one.archived:
            fixes |= {one.archived.archive_url, without_scheme_inside(one.archived.archive_url)}
        if one.verdict.kind in UNCLICKABLE_KINDS and plain_url(one.link.target_url) in draft.body:
            found.append(_error(f"the address of {one.link.target_url} can be clicked, and somebody else answers there"))
    others = {url.rstrip(".,;:)”“") for url in _URL.findall(draft.body)} - fixes
    if len(others) > MAX_OTHER_LINKS:
        found.append(_warning(f"{len(others)} links besides the list of fixes; more than {MAX_OTHER_LINKS} look like advertising"))
    return found


def _length(draft: Draft) -> list[Finding]:
    words = sum(len(line.split()) for line in draft.body.splitlines() if not _LISTED.match(line))
    if MIN_WORDS <= words <= MAX_WORDS:
        return []
    return [_warning(f"{words} words besides the list; letters that are read have {MIN_WORDS} to {MAX_WORDS}")]


def _flat(text: str) -> str:
    return " ".join(text.split())


def _error(reason: str) -> Finding:
    return Finding(severity=Severity.ERROR, reason=reason)


def _warning(reason: str) -> Finding:
    return Finding(severity=Severity.WARNING, reason=reason)
