"""What a letter claims, held against what was seen: addresses, days, status numbers. An edited letter may claim no more than a drafted one.

Words in quotation marks are the page's own and claim nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache

from prospector.items import DeadLink, Observation, Prospect
from prospector.outreach.findings import Finding, error, warning
from prospector.outreach.phrases import LOCALES
from prospector.outreach.plain import defanged, host, plain_url, without_scheme_inside
from prospector.outreach.views import Previous, Reclaim

LISTED = re.compile(r"^(?:\d{1,2}[.)] |\s{2,}\S)")  # a line of the list of fixes
_ENTRY = re.compile(r"\d{1,2}[.)] ")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>“”„]+", re.IGNORECASE)
_BARE = re.compile(r"(?<![^\s(<])\w[^\s<>“”„()\[]*(?:\[\.\][^\s<>“”„()\[]+)+")
_QUOTED = re.compile(r"„[^“]{0,300}“|“[^”]{0,300}”|\"[^\"\n]{0,300}\"")
_STATUS = re.compile(r"\(([1-5]\d\d)\)|\b(?:HTTP|error|status|code|Fehler|Statuscode)(?: code)?:? ([1-5]\d\d)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What may be said of some targets."""

    days: frozenset[date] | None  # None: not known, so not checked
    statuses: frozenset[int]


def claims(
    body: str,
    prospect: Prospect,
    own_site: str,
    *,
    evidence: Mapping[str, Sequence[Observation]] | None,
    previous: Previous | None = None,
    reclaim: Reclaim | None = None,
) -> Iterator[Finding]:
    """Objections to what is claimed without anything stored that says so."""
    known = _Known(prospect, own_site, reclaim)
    whole = _seen_of(prospect.dead_links, prospect, evidence, _other_days(previous, reclaim))
    for text, in_list in _blocks(body):
        meant = known.targets_in(text) if in_list else []
        outside = unquoted(text)
        for url in sorted(urls_of(outside) | {found.rstrip(".,;:") for found in _BARE.findall(outside)}):
            if known.knows(url):
                continue
            if in_list and not meant:
                yield error(f"{url} is listed, and nothing was ever seen of it", url, rule="claim-url")
            else:
                yield warning(
                    f"{url} is none of the addresses that were found for this page; make sure that it is right", url, rule="claim-url"
                )
        seen = _seen_of(meant, prospect, evidence, _other_days(previous, reclaim)) if meant else whole
        yield from _days_and_statuses(text, seen)


def urls_of(text: str) -> set[str]:
    return {url.rstrip(".,;:!?)]”“'\"") for url in _URL.findall(text)}


def unquoted(text: str) -> str:
    """The writer's own words, without those in quotation marks."""
    return _QUOTED.sub(" ", text)


def _days_and_statuses(text: str, seen: _Seen) -> Iterator[Finding]:
    said = " ".join(_BARE.sub(" ", _URL.sub(" ", unquoted(" ".join(text.split())))).split())
    for match in _STATUS.finditer(said):
        status = int(match[1] or match[2])
        if status not in seen.statuses:
            yield error(f"“{match[0]}” is claimed, and no look at it was answered like that", match[0], rule="claim-status")
    if seen.days is None:
        return
    for words, dates in _dates(said):
        wrong = [one for one in dates if not _among(one, seen.days)]
        if wrong:
            yield error(f"“{words}” is claimed, and nothing was looked at on that day", words, rule="claim-day")


class _Known:
    """Every address that a letter to this page may hold."""

    def __init__(self, prospect: Prospect, own_site: str, reclaim: Reclaim | None) -> None:
        self.own_hosts = {host(own_site), *(host(one.match.page_url) for one in prospect.dead_links if one.match)} - {""}
        contact = prospect.contact
        urls = [prospect.page_url, *((contact.source_url, contact.value) if contact else ())]
        if reclaim:
            self.own_hosts.add(host(reclaim.url))
            urls += [reclaim.wrong, reclaim.instead]
        self.targets: list[tuple[DeadLink, frozenset[str]]] = []
        for one in prospect.dead_links:
            self.targets.append((one, frozenset({plain_url(one.link.target_url), defanged(one.link.target_url)})))
            urls += [one.link.target_url, one.new_url, defanged(one.link.target_url)]
            if one.archived:
                urls += [one.archived.archive_url, without_scheme_inside(one.archived.archive_url)]
        self.urls = {_key(plain_url(url)) for url in urls if url}

    def knows(self, url: str) -> bool:
        return _key(url) in self.urls or host(url if "://" in url else f"http://{url}") in self.own_hosts

    def targets_in(self, text: str) -> list[DeadLink]:
        return [one for one, spelt in self.targets if any(_stands_in(spelling, text) for spelling in spelt)]


def _stands_in(url: str, text: str) -> bool:
    """As an address of its own, not as the beginning or the tail of another one (an archive's holds the archived one)."""
    at = text.find(url)
    while at >= 0:
        end = at + len(url)
        if (at == 0 or text[at - 1].isspace() or text[at - 1] in "(<“„") and (end == len(text) or not re.match(r"[\w/?&=%-]", text[end])):
            return True
        at = text.find(url, at + 1)
    return False


def _key(url: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", url, flags=re.IGNORECASE).rstrip("/").casefold()


def _blocks(body: str) -> Iterator[tuple[str, bool]]:
    """The letter in pieces: entries of the list one by one (True), and what stands between them."""
    piece: list[str] = []
    in_list = False
    for line in body.splitlines():
        listed = bool(LISTED.match(line))
        begins = bool(_ENTRY.match(line)) or listed != in_list or (listed and not piece)
        if begins and piece:
            yield "\n".join(piece), in_list
            piece = []
        if line.strip():
            in_list = listed
            piece.append(line)
        elif in_list and piece:
            yield "\n".join(piece), True
            piece, in_list = [], False
    if piece:
        yield "\n".join(piece), in_list


def _other_days(previous: Previous | None, reclaim: Reclaim | None) -> list[datetime]:
    """Days of which a later letter may speak."""
    days = [previous.sent_at] if previous else []
    if reclaim:
        days += [*reclaim.missed_at, *([reclaim.seen_at] if reclaim.seen_at else [])]
    return days


def _seen_of(
    links: Sequence[DeadLink],
    prospect: Prospect,
    evidence: Mapping[str, Sequence[Observation]] | None,
    other_days: Sequence[datetime],
) -> _Seen:
    times: list[datetime | None] = [*other_days, prospect.contact.found_at if prospect.contact else None]
    statuses: set[int] = set()
    for one in links:
        times += [one.verdict.first_failed_at, one.verdict.confirmed_at]
        times += [one.archived.captured_at, *one.archived.failures] if one.archived else []
        statuses |= {int(number) for number in re.findall(r"\b[1-5]\d\d\b", one.verdict.reason)}
        for look in (evidence or {}).get(one.link.target_url, ()):
            times.append(look.observed_at)
            statuses |= {look.status} if look.status else set()
    days = frozenset(when.astimezone(UTC).date() for when in times if when)
    return _Seen(days=None if evidence is None else days, statuses=frozenset(statuses))


# -- days in words --------------------------------------------------------------------------------------------------------

_Day = tuple[int | None, int, int]  # year where it is said, month, day


def _among(day: _Day, days: frozenset[date]) -> bool:
    year, month, number = day
    return any((one.month, one.day) == (month, number) and year in (None, one.year) for one in days)


def _dates(text: str) -> Iterator[tuple[str, list[_Day]]]:
    """Each mention of days: its words, and the days."""
    months, patterns = _date_patterns()
    for match in patterns.finditer(text):
        part = match.groupdict()
        if part["iso"]:
            year, month, day = (int(number) for number in part["iso"].split("-"))
            yield match[0], [(year, month, day)]
        elif part["dotted"]:
            day, month, year = (int(number) for number in part["dotted"].split("."))
            yield match[0], [(year, month, day)]
        else:
            name = part["month"] or part["first_month"]
            said = part["year"] or part["first_year"]
            numbers = re.findall(r"\d{1,2}", part["days"] or part["day"])
            yield match[0], [(int(said) if said else None, months[name.casefold()], int(number)) for number in numbers]


@cache
def _date_patterns() -> tuple[Mapping[str, int], re.Pattern[str]]:
    months = {name.casefold(): at for table in LOCALES.values() for at, name in enumerate(table.months, start=1)}
    months |= {name[:3]: at for name, at in list(months.items())} | {"sept": 9}
    names = "|".join(sorted((re.escape(name.capitalize()) for name in months), key=len, reverse=True))
    number = r"\d{1,2}(?:st|nd|rd|th|\.)?"
    joined = rf"{number}(?:(?:, ?| and | und | & | to | bis | or |, and |–|-){number})*"
    return months, re.compile(
        r"\b(?P<iso>\d{4}-\d{2}-\d{2})\b"
        r"|\b(?P<dotted>\d{1,2}\.\d{1,2}\.\d{4})\b"
        rf"|\b(?P<days>{joined}) (?:of )?(?P<month>{names})\b(?:\.?,? (?P<year>\d{{4}})\b)?"
        rf"|\b(?P<first_month>{names})\.? (?P<day>{number})\b(?:,? (?P<first_year>\d{{4}})\b)?"
    )
