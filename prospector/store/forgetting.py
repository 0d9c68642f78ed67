"""A person asks to be forgotten: their address, their name and the letters to them leave every table, the journal and the saved pages.

What stays is that there was a contact and a letter, without saying whose. The hash that keeps them from being written to again is the suppression
list's, not this database's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from urllib.parse import unquote

from prospector.items import DraftStatus, Stage
from prospector.links.sites import site_of
from prospector.outreach.identity import address_key, domain_key, domains_of
from prospector.store.codecs import packed, time_text, unpacked
from prospector.store.errors import plain_errors
from prospector.store.events import Actor, Change, record
from prospector.store.session import Row, Session

MASK = "[forgotten]"
NOTE = "its recipient asked to be forgotten"
_AT = r"\s*(?:@|%40|&#0*64;|&#x0*40;|&commat;|[\[({]\s*at\s*[\])}]|\s+at\s+)\s*"
_DOT = r"(?:\.|%2e|&#0*46;|&#x0*2e;|\s*[\[({]\s*(?:dot|punkt)\s*[\])}]\s*|\s+dot\s+)"
_KEPT_STATUSES = frozenset({DraftStatus.REJECTED, DraftStatus.EXPORTED, DraftStatus.SENT, DraftStatus.WITHDRAWN})
_BATCH = 500
# what other people's pages and tools say, and a person notes: a whole name is masked in it wherever it stands
_TOLD_BY_OTHERS = {
    "backlinks": ("anchor", "source_title", "context"),
    "sightings": ("anchor", "reason"),
    "backlink_marks": ("note",),
    "own_page_marks": ("note",),
    "site_wishes": ("sentence",),
    "imports": ("file",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is to be forgotten, in all spellings and with all that is known of them."""

    address: str = ""  # as given
    domain: str = ""  # everybody there
    addresses: frozenset[str] = frozenset()  # as they are stored
    names: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()  # where they were found
    contact_ids: tuple[int, ...] = ()
    draft_ids: tuple[int, ...] = ()

    def pattern(self) -> re.Pattern[str]:
        """Finds their address in running text and in pages, also written out and escaped."""
        spelled = [_spelled(address) for address in sorted({*self.addresses, *filter(None, [self.address])}, key=len, reverse=True)]
        if self.domain:
            spelled.append(rf"[^\s<>\"'@()\[\],;:&%/?=]+{_AT}(?:[\w-]+{_DOT})*{_dotted(self.domain)}\b")
        return re.compile("|".join(spelled), re.IGNORECASE)

    def needles(self) -> list[str]:
        """Words of which every match of the pattern has one."""
        locals_ = [address.rpartition("@")[0] for address in (*self.addresses, self.address) if address]
        return sorted({*locals_, *([self.domain.split(".")[0]] if self.domain else [])})


@dataclass(slots=True)
class Forgotten:
    """How much was found."""

    contacts: int = 0
    drafts: int = 0
    pages: int = 0  # snapshots emptied
    texts: int = 0  # other places
    addresses: list[str] = field(default_factory=list)


def person_of(session: Session, what: str) -> Person | None:
    """Who is meant by an address or a domain; None if it is neither."""
    key, domain = (address_key(what), "") if "@" in what else ("", domain_key(what))
    if not key and "." not in domain:
        return None
    rows = [row for row in session.each("SELECT * FROM contacts") if _is_theirs(row, key, domain)]
    addresses = frozenset(row["value"] for row in rows if row["kind"] == "email")
    letters = [
        row["id"]
        for row in session.each("SELECT id, recipient FROM drafts WHERE recipient LIKE '%@%'")
        if _same(row["recipient"], key, domain)
    ]
    recipients = session.rows("SELECT DISTINCT recipient FROM drafts WHERE recipient LIKE '%@%'")
    sites = {row["site"] for row in rows}
    by_contact = _letters_of_contacts(session, [row["id"] for row in rows])
    return Person(
        address=what.strip() if key else "",
        domain=domain,
        addresses=addresses | {row["recipient"] for row in recipients if _same(row["recipient"], key, domain)},
        names=frozenset(row["name"] for row in rows if len(row["name"]) > 3),  # a shorter one is a word like others
        sites=frozenset(sites | ({domain} if domain else set())),
        contact_ids=tuple(row["id"] for row in rows),
        draft_ids=tuple(sorted({*letters, *by_contact})),
    )


def forget(session: Session, person: Person, *, now: datetime) -> Forgotten:
    """Remove them. Nobody else may work on the database meanwhile. `scrub_file` must follow."""
    found = Forgotten(contacts=len(person.contact_ids), drafts=len(person.draft_ids), addresses=sorted(person.addresses))
    session.run("PRAGMA secure_delete = ON")
    with session.write():
        session.run("PRAGMA defer_foreign_keys = ON")
        for draft_id in person.draft_ids:
            _forget_letter(session, draft_id, now=now)
        _forget_contacts(session, person, now=now)
        found.pages = _empty_pages(session, person)
        found.texts = _mask(session, person)
    return found


def scrub_file(session: Session) -> None:
    """Nothing of what was deleted stays in the file, its free pages or its log."""
    with plain_errors(session.path):
        session.run("VACUUM")
        session.run("PRAGMA wal_checkpoint(TRUNCATE)")


def _is_theirs(row: Row, key: str, domain: str) -> bool:
    if row["kind"] == "email" and _same(row["value"], key, domain):
        return True
    return bool(domain) and domain in domains_of(row["site"].partition("/")[0])


def _same(address: str, key: str, domain: str) -> bool:
    theirs = address_key(address)
    return bool(theirs) and (theirs == key or (bool(domain) and domain in domains_of(theirs.rpartition("@")[2])))


def _letters_of_contacts(session: Session, contact_ids: Sequence[int]) -> list[int]:
    """Letters that are addressed to them by their contact, as a form's are."""
    found: list[int] = []
    for contact_id in contact_ids:
        found += session.column(
            """
            SELECT draft.id FROM drafts AS draft LEFT JOIN prospects AS prospect ON prospect.page_url = draft.page_url
            WHERE coalesce(draft.chosen_contact_id, prospect.contact_id) = ?
            """,
            (contact_id,),
        )
    return found


def _forget_letter(session: Session, draft_id: int, *, now: datetime) -> None:
    status = DraftStatus(session.value("SELECT status FROM drafts WHERE id = ?", (draft_id,)))
    after = status if status in _KEPT_STATUSES else DraftStatus.WITHDRAWN
    session.run(
        """
        UPDATE drafts SET
            recipient = '', subject = '', body = '', edited_subject = NULL, edited_body = NULL, fresh_subject = NULL, fresh_body = NULL,
            note = ?, status = ?, released_at = NULL, chosen_contact_id = NULL, message_id = '', updated_at = ?
        WHERE id = ?
        """,
        (NOTE, after, time_text(now), draft_id),
    )
    for event in session.rows("SELECT id, before, after FROM events WHERE subject = ?", (f"draft {draft_id}",)):
        session.run(
            """
            UPDATE events SET
                before = CASE WHEN json_type(before, '$.status') IS NULL THEN NULL ELSE json_object('status', json_extract(before, '$.status')) END,
                after = CASE WHEN json_type(after, '$.status') IS NULL THEN NULL ELSE json_object('status', json_extract(after, '$.status')) END,
                undone_by = coalesce(undone_by, 0)
            WHERE id = ?
            """,
            (event["id"],),
        )
    change = Change({"status": status}, {"status": after})
    record(session, at=now, actor=Actor.CRAWL, subject=f"draft {draft_id}", kind="forgotten", change=change)


def _forget_contacts(session: Session, person: Person, *, now: datetime) -> None:
    for contact_id in person.contact_ids:
        for page_url in session.column("SELECT page_url FROM prospects WHERE contact_id = ?", (contact_id,)):
            before = session.value("SELECT stage FROM prospects WHERE page_url = ?", (page_url,))
            session.run("UPDATE prospects SET contact_id = NULL, stage = ? WHERE page_url = ?", (Stage.DO_NOT_CONTACT, page_url))
            change = Change({"stage": before}, {"stage": Stage.DO_NOT_CONTACT})
            record(session, at=now, actor=Actor.CRAWL, subject=f"prospect {page_url}", kind="forgotten", change=change)
        session.run("UPDATE drafts SET chosen_contact_id = NULL WHERE chosen_contact_id = ?", (contact_id,))
        session.run("DELETE FROM contacts WHERE id = ?", (contact_id,))
    for site in person.sites:
        session.run("DELETE FROM sites WHERE site = ?", (site,))


def _empty_pages(session: Session, person: Person) -> int:
    """Saved pages that show them are emptied: all of their own sites, where the address may be hidden in a way that only a reader finds."""
    pattern, number = person.pattern(), 0
    for table, key, column in (("resource_pages", "url", "snapshot"), ("bodies", "id", "html")):
        for row in _in_steps(session, table, key, column):
            text = unpacked(row[column])
            own = table == "resource_pages" and site_of(row[key]) in person.sites
            if text and (own or pattern.search(text) or _decoded(pattern, text)):
                session.run(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (packed(""), row[key]))  # noqa: S608  # ours
                number += 1
    return number


def _decoded(pattern: re.Pattern[str], html: str) -> bool:
    """The address stands in the page as entities, in percent signs or behind the most common veil."""
    if pattern.search(unquote(unescape(html))):
        return True
    if "data-cfemail" not in html and "email-protection#" not in html:
        return False
    return any(pattern.search(_unveiled(code)) for code in re.findall(r'(?:data-cfemail="|email-protection#)([0-9a-fA-F]+)', html))


def _unveiled(code: str) -> str:
    try:
        data = bytes.fromhex(code)
    except ValueError:
        return ""
    return bytes(byte ^ data[0] for byte in data[1:]).decode("utf-8", "replace") if data else ""


def _in_steps(session: Session, table: str, key: str, column: str) -> Iterator[Row]:
    """Rows a few at a time: the snapshots of a large campaign don't fit in memory, and rows are changed meanwhile."""
    keys = session.column(f"SELECT {key} FROM {table}")  # noqa: S608  # ours
    for start in range(0, len(keys), _BATCH):
        for one in keys[start : start + _BATCH]:
            yield from session.rows(f"SELECT {key}, {column} FROM {table} WHERE {key} = ?", (one,))  # noqa: S608  # ours


def _mask(session: Session, person: Person) -> int:
    """The address in every other text of every table; names where their own sites' pages say them, and whole ones in what is told of links."""
    number = 0
    pattern = person.pattern()
    for table, columns in _texts(session):
        number += _mask_columns(session, table, columns, pattern, person.needles())
    if whole := {name for name in person.names if " " in name}:
        for table, columns in _TOLD_BY_OTHERS.items():
            number += _mask_columns(session, table, columns, *_finder(whole))
    if person.names and person.sites:
        by_name, needles = _finder(person.names)
        for site in person.sites:
            for table, column in (("backlinks", "source_site"), ("site_wishes", "site")):
                number += _mask_columns(session, table, _TOLD_BY_OTHERS[table], by_name, needles, where=(column, site))
        pages = [url for url in session.column("SELECT url FROM resource_pages") if site_of(url) in person.sites]
        for url in pages:
            number += _mask_columns(session, "resource_pages", ("title",), by_name, needles, where=("url", url))
            number += _mask_columns(
                session, "links", ("anchor", "context", "section", "heading"), by_name, needles, where=("page_url", url)
            )
            number += _mask_columns(session, "prospects", ("parts", "flags"), by_name, needles, where=("page_url", url))
            number += _mask_columns(session, "drafts", ("claims",), by_name, needles, where=("page_url", url))
            number += _mask_columns(session, "sightings", _TOLD_BY_OTHERS["sightings"], by_name, needles, where=("page_url", url))
    session.run("INSERT INTO site_pages_fts (site_pages_fts) VALUES ('rebuild')")
    session.run("INSERT INTO desk_queue_fts (desk_queue_fts) VALUES ('rebuild')")
    return number


def _finder(names: Iterable[str]) -> tuple[re.Pattern[str], list[str]]:
    """Finds names in any case and with any spaces, and words of which every match has one."""
    parts = [name.split() for name in sorted(names, key=len, reverse=True)]
    return re.compile("|".join(r"\s+".join(map(re.escape, words)) for words in parts), re.IGNORECASE), [words[0] for words in parts]


def _texts(session: Session) -> list[tuple[str, tuple[str, ...]]]:
    """Every table with its columns of text."""
    # search indexes are written anew from their tables; tables without row numbers hold counts
    names = session.column(
        r"SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND wr = 0 AND name NOT LIKE 'sqlite\_%' ESCAPE '\'"
    )
    return [(name, tuple(session.column("SELECT name FROM pragma_table_info(?) WHERE type = 'TEXT'", (name,)))) for name in names]


def _mask_columns(
    session: Session,
    table: str,
    columns: Iterable[str],
    pattern: re.Pattern[str],
    needles: Sequence[str],
    *,
    where: tuple[str, str] | None = None,
) -> int:
    number = 0
    scope = "" if where is None else f" AND {where[0]} = :scope"
    likely = " OR ".join(f"instr(lower({{column}}), :n{index})" for index in range(len(needles))) or "0"
    values = {f"n{index}": needle.lower() for index, needle in enumerate(needles)} | ({} if where is None else {"scope": where[1]})
    for column in columns:
        rows = session.rows(
            f"SELECT rowid AS _row, {column} AS _text FROM {table} WHERE ({likely.format(column=column)}){scope}",  # noqa: S608  # ours
            values,
        )
        for row in rows:
            masked = pattern.sub(MASK, row["_text"])
            if masked != row["_text"]:
                session.run(f"UPDATE OR REPLACE {table} SET {column} = ? WHERE rowid = ?", (masked, row["_row"]))  # noqa: S608  # ours
                number += 1
    return number


def _spelled(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return rf"{re.escape(local)}{_AT}{_dotted(domain)}(?![\w-])"


def _dotted(domain: str) -> str:
    return _DOT.join(re.escape(label) for label in domain.split("."))
