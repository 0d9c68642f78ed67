"""The few sentences of a letter that depend on facts rather than on the template: relation, opt-out, dates. One table per locale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    relation: Mapping[str, str]  # by campaign.sender.relation; {name}, {site} and {client} are filled in
    unnamed: Mapping[str, str]  # the same where the writer's name stands elsewhere
    agency_without_client: str
    opt_out: str
    months: tuple[str, ...]
    day: str  # of a month
    day_without_year: str
    day_alone: str
    on: str
    between: str
    numbers: tuple[str, ...]  # 0 to 12
    both: str  # joins the last two of a list


_EN = Phrases(
    relation=MappingProxyType(
        {
            "owner": "My name is {name}, and I run the website {site}.",
            "employee": "My name is {name}, and I work for the people behind {site}.",
            "agency": "My name is {name}. I work for an agency, and {client} pays us to look after the website {site}.",
            "volunteer": "My name is {name}, and I help with the website {site} as a volunteer.",
        }
    ),
    unnamed=MappingProxyType(
        {
            "owner": "I run the website {site}.",
            "employee": "I work for the people behind {site}.",
            "agency": "I work for an agency, and {client} pays us to look after the website {site}.",
            "volunteer": "I help with the website {site} as a volunteer.",
        }
    ),
    agency_without_client="My name is {name}. I work for an agency that is paid to look after the website {site}.",
    opt_out="If you would rather not hear from me again, a short “no” is enough, and I will not write.",
    months=("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    day="{day} {month} {year}",
    day_without_year="{day} {month}",
    day_alone="{day}",
    on="on {days}",
    between="on {count} days between {first} and {last}",
    numbers=("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    both=" and ",
)
_DE = Phrases(
    relation=MappingProxyType(
        {
            "owner": "Ich heiße {name} und betreibe die Website {site}.",
            "employee": "Ich heiße {name} und arbeite für die Betreiber von {site}.",
            "agency": "Ich heiße {name} und arbeite für eine Agentur; {client} bezahlt uns dafür, die Website {site} zu betreuen.",
            "volunteer": "Ich heiße {name} und arbeite ehrenamtlich an der Website {site} mit.",
        }
    ),
    unnamed=MappingProxyType(
        {
            "owner": "Ich betreibe die Website {site}.",
            "employee": "Ich arbeite für die Betreiber von {site}.",
            "agency": "Ich arbeite für eine Agentur; {client} bezahlt uns dafür, die Website {site} zu betreuen.",
            "volunteer": "Ich arbeite ehrenamtlich an der Website {site} mit.",
        }
    ),
    agency_without_client="Ich heiße {name} und arbeite für eine Agentur, die dafür bezahlt wird, die Website {site} zu betreuen.",
    opt_out="Wenn Sie nichts mehr von mir hören möchten, genügt ein kurzes „Nein“, und ich schreibe nicht wieder.",
    months=("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"),
    day="{day}. {month} {year}",
    day_without_year="{day}. {month}",
    day_alone="{day}.",
    on="am {days}",
    between="an {count} Tagen zwischen dem {first} und dem {last}",
    numbers=("kein", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"),
    both=" und ",
)
LOCALES: Mapping[str, Phrases] = MappingProxyType({"en": _EN, "de": _DE})


def phrases(locale: str) -> Phrases:
    """The table of a locale; English where there is none."""
    return LOCALES.get(locale.partition("-")[0].lower(), _EN)


def relation(kind: str, *, site: str, client: str, locale: str, name: str = "") -> str:
    """In which relation the writer stands to the offered site, as a sentence that gives their name where it is handed in."""
    table = phrases(locale)
    if kind == "agency" and not client and name:
        return table.agency_without_client.format(name=name, site=site)
    return (table.relation if name else table.unnamed)[kind].format(name=name, site=site, client=client)


def day(when: datetime, locale: str) -> str:
    return _day(when.astimezone(UTC).date(), locale)


def number(count: int, locale: str) -> str:
    """A count as one writes it in a letter: a word up to twelve, then figures."""
    words = phrases(locale).numbers
    return words[count] if 0 <= count < len(words) else str(count)


def days(times: Sequence[datetime], locale: str) -> str:
    """When something was looked at: "on 3, 7 and 12 November 2026"; more than three days as a span. "" for none."""
    table = phrases(locale)
    dates = sorted({when.astimezone(UTC).date() for when in times})
    if not dates:
        return ""
    if len(dates) > 3:
        first, last = _shortened([dates[0], dates[-1]], locale)
        return table.between.format(count=number(len(dates), locale), first=first, last=last)
    said = _shortened(dates, locale)
    listed = said[0] if len(said) == 1 else ", ".join(said[:-1]) + table.both + said[-1]
    return table.on.format(days=listed)


def _shortened(dates: Sequence[date], locale: str) -> list[str]:
    """Each date without what the next one says as well: month, year."""
    table = phrases(locale)
    said = [_day(one, locale) for one in dates]
    for at, (one, following) in enumerate(pairwise(dates)):
        if (one.year, one.month) == (following.year, following.month):
            said[at] = table.day_alone.format(day=one.day)
        elif one.year == following.year:
            said[at] = table.day_without_year.format(day=one.day, month=table.months[one.month - 1])
    return said


def _day(when: date, locale: str) -> str:
    table = phrases(locale)
    return table.day.format(day=when.day, month=table.months[when.month - 1], year=when.year)
