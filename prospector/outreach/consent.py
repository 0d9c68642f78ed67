"""Where the law wants consent before advertising by e-mail, even to a business: which countries, and how a recipient there is told. Rows in consent.toml.

This is a hint to a person who must decide, not legal advice.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from prospector.items import ContactKind, Prospect
from prospector.outreach.findings import Finding, Severity, warning
from prospector.outreach.plain import host

# endings that say nothing about a country
_ANYWHERE = frozenset(
    ("com", "org", "net", "info", "eu", "biz", "edu", "blog", "online", "site", "io", "app", "dev", "garden", "test", "example")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentLaw:
    id: str
    country: str
    law: str
    says: str  # a clause
    source: str
    endings: frozenset[str]  # of hosts and mail addresses
    languages: frozenset[str]  # of pages whose address says nothing about a country
    imprints: frozenset[str]  # words in the address of a page that the country's law demands


def consent(prospect: Prospect, *, commercial: bool, refuse: bool) -> Iterator[Finding]:
    """A question to the person who approves: may this letter be sent at all? An error where the campaign refuses such letters."""
    contact = prospect.contact
    if not commercial or contact is None or contact.kind is ContactKind.TRACKER:
        return
    for law in consent_laws():
        told = _told_by(law, prospect)
        if not told:
            continue
        reason = f"{law.country}: {told}; {law.law} {law.says}. Send it only if they agreed, or if you are sure that it is no advertising"
        found = warning(reason, contact.value, rule=f"consent-{law.id}", acknowledge=True)
        yield replace(found, severity=Severity.ERROR) if refuse else found


def _told_by(law: ConsentLaw, prospect: Prospect) -> str:
    """What speaks for a recipient in the law's country, as a clause; "" for nothing."""
    contact = prospect.contact
    address = contact.value.rpartition("@")[2] if contact and contact.kind is ContactKind.EMAIL else ""
    names = [name for name in (host(prospect.page_url), address.lower()) if name]
    for name in names:
        ending = name.rpartition(".")[2]
        if ending in law.endings:
            return f"{name} ends in .{ending}"
    if any(name.rpartition(".")[2] not in _ANYWHERE for name in names):
        return ""
    source = urlsplit(contact.source_url).path.lower() if contact else ""
    if any(word in source for word in law.imprints):
        return f"the address stands on a page that is called {source}"
    language = prospect.language.partition("-")[0].lower()
    return f"the page is in “{language}”, and its address names no country" if language in law.languages else ""


@cache
def consent_laws() -> tuple[ConsentLaw, ...]:
    table = tomllib.loads(files(__package__).joinpath("consent.toml").read_text(encoding="utf-8"))
    return tuple(
        ConsentLaw(
            id=row["id"],
            country=row["country"],
            law=row["law"],
            says=row["says"],
            source=row["source"],
            endings=frozenset(row["endings"]),
            languages=frozenset(row["languages"]),
            imprints=frozenset(row["imprints"]),
        )
        for row in table["law"]
    )
