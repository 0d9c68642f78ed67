"""A draft → what a careful reader would object to before it is sent. Errors must be mended, warnings looked at. Works on edited text as well.

What needs more than a few lines has a module of its own: claims.py (evidence), consent.py (law), spam.py (phrases), vibe.py (likeness), reader.py
(greeting and language).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from prospector.items import UNCLICKABLE_KINDS, ContactKind, Draft, Observation, Prospect
from prospector.outreach.claims import LISTED, claims, unquoted, urls_of
from prospector.outreach.consent import consent
from prospector.outreach.findings import Finding, Severity, error, warning
from prospector.outreach.letter import LetterSettings
from prospector.outreach.phrases import LOCALES, relation
from prospector.outreach.plain import host, one_line, plain, plain_url, without_scheme_inside
from prospector.outreach.reader import greeting, language
from prospector.outreach.spam import spam
from prospector.outreach.templates import MAX_OUTPUT, Template
from prospector.outreach.vibe import Phrase, most_alike, personal
from prospector.outreach.views import Previous, Reclaim

__all__ = ["Finding", "Severity", "lint", "personal_part"]

MAX_SUBJECT = 60
MAX_OTHER_LINKS = 3
MIN_WORDS, MAX_WORDS = 50, 150
_PLACEHOLDER = re.compile(
    r"\{\{|\}\}|\{%|%\}|\[(?:your |the |first |last |full |page |site |company |ihr(?:e|en)? )?(?:name|vorname|nachname|title|titel|url|topic|thema|link|company|firma|website|date|datum)\]|<(?:name|title|url|link)>",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(
    r"\b(?:XXX+|TODO|TBD|FIXME|undefined|[Ll]orem ipsum)\b|\bNone\b(?=[ ,.;:!?]*$)", re.MULTILINE
)  # outside quotation marks
_HOLLOW = re.compile(r"“\s*”|„\s*“|\(\s*\)|^[ .,;:–-]+$|[ \t][,.;:](?=\s|$)", re.MULTILINE)
_COMMERCIAL = frozenset(("owner", "employee", "agency"))
# a person may say it in words of their own; these are the ones that are understood
_OPT_OUT = re.compile(
    r"opt[ -]?out|unsubscribe|(?:not|never|n['’]t|no)\b[^.!?]{0,60}\b(?:hear|write|contact|mail|letters?)|(?:nicht|nichts|keine?)\b[^.!?]{0,60}\b(?:hören|schreiben?|kontaktieren|briefe?|nachrichten)|abmelde",
    re.IGNORECASE,
)
_OURSELVES = re.compile(r"\b(?:I|I['’]m|we|my|our|us|ich|wir|mein\w*|unser\w*|uns)\b", re.IGNORECASE)


def lint(
    draft: Draft,
    prospect: Prospect,
    campaign: LetterSettings,
    *,
    evidence: Mapping[str, Sequence[Observation]] | None = None,
    others: Mapping[str, frozenset[Phrase]] | None = None,
    template: Template | None = None,
    previous: Previous | None = None,
    reclaim: Reclaim | None = None,
) -> tuple[Finding, ...]:
    """All objections to a draft, errors first. An edited letter is handed in as the draft with the edited words.

    :param evidence: what was seen of each dead target of the page; without it days are not checked.
    :param others: what was personal in the other letters (personal_part), by whatever names them for the person.
    :param template: the draft's; without it nothing can be said about likeness to others.
    :param previous: the first letter, for a later one.
    :param reclaim: the lost link, for a letter about one.
    """
    if len(draft.body) > MAX_OUTPUT:
        return (error(f"the letter has {len(draft.body):,} characters; no letter needs more than {MAX_OUTPUT:,}"), *_subject(draft))
    others = others or {}
    found = [
        *_subject(draft),
        *_placeholders(draft),
        *_duties(draft, prospect, campaign, _own_pages(prospect, reclaim)),
        *_links(draft, prospect, reclaim),
        *claims(draft.body, prospect, campaign.sender.site, evidence=evidence, previous=previous, reclaim=reclaim),
        *_length(draft),
        *spam(f"{draft.subject}\n{draft.body}"),
        *greeting(draft.body, prospect.contact),
        *language(draft.body, prospect.language),
        *consent(prospect, commercial=_is_commercial(campaign), refuse=campaign.templates.consent == "refuse"),
        *_likeness(personal_part(draft.body, campaign, template) if others else frozenset(), others),
    ]
    return tuple(sorted(found, key=lambda one: one.severity))


def personal_part(body: str, campaign: LetterSettings, template: Template | None) -> frozenset[Phrase]:
    """What of a letter was written for its reader alone: neither the template's words nor the sender's, nor facts of the page."""
    if template is None:
        return frozenset()
    sender = campaign.sender
    told = [relation(sender.relation, name=sender.name, site="", client=plain(sender.client), locale=locale) for locale in LOCALES]
    opt_outs = [sender.opt_out, *(table.opt_out for table in LOCALES.values())]
    return personal(body, own_words=template.own_words, standing=[*told, *opt_outs, one_line(sender.postal_address), sender.name])


def _is_commercial(campaign: LetterSettings) -> bool:
    return campaign.goal == "links" and campaign.sender.relation in _COMMERCIAL


def _subject(draft: Draft) -> list[Finding]:
    if not draft.subject.strip() or "\n" in draft.subject or "\r" in draft.subject:
        return [error("the subject must be one line of text")]
    if len(draft.subject) > MAX_SUBJECT:
        return [warning(f"the subject has {len(draft.subject)} characters; many mail programs show {MAX_SUBJECT}", draft.subject[:80])]
    return []


def _placeholders(draft: Draft) -> list[Finding]:
    text = f"{draft.subject}\n{draft.body}"
    left = _PLACEHOLDER.search(text) or _UNFINISHED.search(unquoted(text))
    found = [error(f"“{left[0]}” is still to be filled in", left[0])] if left else []
    if hollow := _HOLLOW.search(text):
        found.append(warning("something is empty: quotation marks, brackets or a line with nothing in them", hollow[0].strip()))
    return found


def _duties(draft: Draft, prospect: Prospect, campaign: LetterSettings, own_pages: Sequence[str]) -> list[Finding]:
    """What a letter owes its reader: how to be left alone, who writes for whom, and where they live."""
    body = _flat("\n".join(line for line in draft.body.splitlines() if not LISTED.match(line)))
    sender = campaign.sender
    found = []
    if not (_OPT_OUT.search(body) or (sender.opt_out.strip() and _flat(plain(sender.opt_out, 400)) in body)):
        found.append(error("the line that says how to be left alone is missing"))
    sites = {host(sender.site), *(host(one.match.page_url) for one in prospect.dead_links if one.match), *map(host, own_pages)} - {""}
    client = plain(sender.client)
    if not any(_says_relation(sentence, sites, client) for sentence in re.split(r"(?<=[.!?])\s+(?=[^a-z])", body)):
        whom = f", and that {client} pays for it" if client else ""
        found.append(error(f"it does not say in which relation you stand to {' or '.join(sorted(sites))}{whom}"))
    address = one_line(sender.postal_address)
    if sender.relation in _COMMERCIAL and not (address and address in body):
        found.append(warning("a commercial sender must give a postal address (sender.postal_address)"))
    if plain_url(prospect.page_url) not in draft.body:
        found.append(warning("it does not name the page that it is about by its address"))
    contact = prospect.contact
    if contact and contact.kind is ContactKind.EMAIL and plain_url(contact.source_url) not in draft.body:
        found.append(warning("it does not say where you found the address"))
    return found


def _own_pages(prospect: Prospect, reclaim: Reclaim | None) -> list[str]:
    """Pages of yours that the letter is about, beside those that it offers."""
    if reclaim:
        return [reclaim.url]
    return [one.link.target_url for one in prospect.dead_links if one.own]


def _says_relation(sentence: str, sites: set[str], client: str) -> bool:
    """One sentence in which the writer speaks of themselves and of the site, and of who pays."""
    named = any(re.search(rf"(?<![\w@/.-]){re.escape(site)}(?![\w/])", sentence, re.IGNORECASE) for site in sites)
    return named and bool(_OURSELVES.search(sentence)) and client.casefold() in sentence.casefold()


def _links(draft: Draft, prospect: Prospect, reclaim: Reclaim | None) -> list[Finding]:
    fixes: set[str] = {reclaim.url, reclaim.wrong, reclaim.instead} if reclaim else set()
    found = []
    for one in prospect.dead_links:
        fixes |= {one.link.target_url, one.new_url, one.match.page_url if one.match else ""}
        if one.archived:
            fixes |= {one.archived.archive_url, without_scheme_inside(one.archived.archive_url)}
        address = plain_url(one.link.target_url)
        if one.verdict.kind in UNCLICKABLE_KINDS and address in draft.body:
            found.append(error(f"the address of {address} can be clicked, and somebody else answers there", address))
    found += _on_taken_sites(draft.body, prospect)
    others = urls_of("\n".join(line for line in draft.body.splitlines() if not LISTED.match(line))) - fixes
    if len(others) > MAX_OTHER_LINKS:
        found.append(warning(f"{len(others)} links besides the list of fixes; more than {MAX_OTHER_LINKS} look like advertising"))
    return found


def _on_taken_sites(body: str, prospect: Prospect) -> Iterator[Finding]:
    """Other clickable addresses of a site that is in other hands now."""
    taken = {
        host(one.link.target_url): plain_url(one.link.target_url) for one in prospect.dead_links if one.verdict.kind in UNCLICKABLE_KINDS
    }
    for url in sorted(urls_of(body)):
        if host(url) in taken and url != taken[host(url)]:
            yield error(f"{url} can be clicked, and that site is in other hands now", url)


def _length(draft: Draft) -> list[Finding]:
    words = sum(len(line.split()) for line in draft.body.splitlines() if not LISTED.match(line))
    if MIN_WORDS <= words <= MAX_WORDS:
        return []
    return [warning(f"{words} words besides the list; letters that are read have {MIN_WORDS} to {MAX_WORDS}")]


def _likeness(own: frozenset[Phrase], others: Mapping[str, frozenset[Phrase]]) -> list[Finding]:
    alike = most_alike(own, others)
    if alike is None:
        return []
    return [
        warning(f"what you wrote yourself is almost what stands in {alike.which} ({alike.share:.0%} alike); say something of this page")
    ]


def _flat(text: str) -> str:
    return " ".join(text.split())
