"""The few sentences of a letter that depend on facts rather than on the template: relation, opt-out, dates. One table per locale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    relation: Mapping[str, str]  # by campaign.sender.relation; {site} and {client} are filled in
    agency_without_client: str
    opt_out: str
    months: tuple[str, ...]
    day: str  # of a month
    day_without_year: str
    on: str
    between: str
    both: str  # joins the last two of a list


_EN = Phrases(
    relation=MappingProxyType(
        {
            "owner": "I run {site}.",
            "employee": "I work for {site}.",
            "agency": "I work for an agency; {client} pays us to look after {site}.",
            "volunteer": "I am a volunteer for {site}.",
        }
    ),
    agency_without_client="I work for an agency that is paid to look after {site}.",
    opt_out="If you would rather not hear from me again, a short “no” is enough and I will not write.",
    months=("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    day="{day} {month} {year}",
    day_without_year="{day} {month}",
    on="on {days}",
    between="{count} times between {first} and {last}",
    both=" and ",
)
_DE = Phrases(
    relation=MappingProxyType(
        {
            "owner": "Ich betreibe {site}.",
            "employee": "Ich arbeite für {site}.",
            "agency": "Ich arbeite für eine Agentur; {client} bezahlt uns für die Betreuung von {site}.",
            "volunteer": "Ich arbeite ehrenamtlich für {site}.",
        }
    ),
    agency_without_client="Ich arbeite für eine Agentur, die für die Betreuung von {site} bezahlt wird.",
    opt_out="Wenn Sie nichts mehr von mir hören möchten, genügt ein kurzes „Nein“, und ich schreibe nicht wieder.",
    months=("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"),
    day="{day}. {month} {year}",
    day_without_year="{day}. {month}",
    on="am {days}",
    between="{count}-mal zwischen dem {first} und dem {last}",
    both=" und ",
)
LOCALES: Mapping[str, Phrases] = MappingProxyType({"en": _EN, "de": _DE})


def phrases(locale: str) -> Phrases:
    """The table of a locale; English where there is none."""
    return LOCALES.get(locale.partition("-")[0].lower(), _EN)


def relation(kind: str, *, site: str, client: str, locale: str) -> str:
    """In which relation the writer stands to the offered site, as a sentence."""
    table = phrases(locale)
    if kind == "agency" and not client:
        return table.agency_without_client.format(site=site)
    return table.relation[kind].format(site=site, client=client)


def day(when: datetime, locale: str) -> str:
    return _day(when.astimezone(UTC).date(), locale)


def days(times: Sequence[datetime], locale: str) -> str:
    """When something was looked at: "on 3, 7 and 12 November 2026"; more than three days as a span. "" for none."""
    table = phrases(locale)
    dates = sorted({when.astimezone(UTC).date() for when in times})
    if not dates:
        return ""
    if len(dates) > 3:
        return table.between.format(count=len(dates), first=_day(dates[0], locale), last=_day(dates[-1], locale))
    said = [_day(one, locale) for one in dates]
    for at, (one, following) in enumerate(pairwise(dates)):
        if (one.year, one.month) == (following.year, following.month):
            said[at] = str(one.day) if locale == "en" else f"{one.day}."
        elif one.year == following.year:
            said[at] = table.day_without_year.format(day=one.day, month=table.months[one.month - 1])
    listed = said[0] if len(said) == 1 else ", ".join(said[:-1]) + table.both + said[-1]
    return table.on.format(days=listed)


def _day(when: date, locale: str) -> str:
    table = phrases(locale)
    return table.day.format(day=when.day, month=table.months[when.month - 1], year=when.year)
