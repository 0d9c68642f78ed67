"""Places and addresses → points, each with its reason. The reason is the score: the points can be told from the words, and nothing else counts.

A new consideration is a new row in REASONS, used once below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from prospector.contacts.addresses import is_freemail, on_reserved_name
from prospector.contacts.humans import is_humans_file
from prospector.contacts.parts import How, Mention, Parts
from prospector.contacts.salutation import titled_name
from prospector.contacts.structured import Stated
from prospector.contacts.words import PageKind, Role, fold, words
from prospector.contacts.zones import Zone
from prospector.items import Contact, ContactKind
from prospector.links.sites import registrable_domain, site_of
from prospector.links.urls import normalise

# id: (points, words). The words are stored with the contact; `points_of` reads them back.
REASONS: dict[str, tuple[int, str]] = {
    # where it stands: one of these
    "maintainer": (64, "beside the words for whoever keeps the page"),
    "made": (40, "named as the page's maker in its head"),
    "reply-to": (36, "given as the address for replies in the page's head"),
    "author": (34, "linked as the page's author"),
    "card": (32, "in the author's card"),
    "data": (30, "in the page's structured data"),
    "contact": (30, "on the contact page"),
    "imprint": (24, "on the imprint"),
    "address": (24, "in the page's address block"),
    "footer": (20, "in the footer"),
    "chrome": (20, "in the header or side column"),
    "humans": (20, "in the site's humans.txt"),
    "staff": (18, "on the page about the people behind the site"),
    "about": (16, "on the about page"),
    "home": (12, "on the home page"),
    "text": (0, "in the running text"),
    # how it is written
    "label": (14, "called e-mail or contact there"),
    "mailto": (4, "a mail link"),
    "repeated": (6, "on several pages of the site"),
    # whose it is
    "same site": (24, "an address of the site itself"),
    "named like": (16, "named like the site"),
    "named after": (10, "carries a word of the page's title or author"),
    "freemail": (6, "a freemail address"),
    "foreign": (-10, "an address of another organisation"),
    # what must be held against it
    "maker": (-45, "beside the words for whoever made the site's design"),
    "elsewhere": (-40, "beside words about privacy, copyright or abuse"),
    "crowd": (-24, "one of many addresses in the text"),
    "no mail": (-100, "its host takes no mail"),
    # forms and trackers
    "form": (20, "a form with room for a message"),
    "form link": (16, "a link to a form"),
    "edit": (14, "a link to report or change something on this page"),
}
MIN_POINTS = 16  # below it an address is somebody's, not whoever keeps the site
CROWD = 6  # this many addresses of others in a text make it a directory
BEFORE = 90  # characters before an address in which a label or role counts
AFTER = 60
NEAR = 45  # characters before an address that can only be about it
PEOPLE_PAGES = ("contact", "staff", "imprint")
_TITLE_STOP = re.compile(
    r"^(?:links?|home|page|site|contact|about|index|email|mail|info|blog|welcome|official|the|and|with|from|www|http|github|pages|resources?|gmail|website|online|news)$"
)
_PERSON = re.compile(r"[^\W\d_][\w'’.-]{0,20}(?: [^\W\d_][\w'’.-]{0,20}){1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSense:
    """What the page is, as far as it matters for whom to write to."""

    url: str
    site: str
    kind: str  # contact, imprint, staff, about, home, or ""
    domain: str  # registrable: a person on a shared host may have an address at its house
    label: str  # the first label of the site: "mit" of mit.libguides.com
    host_words: frozenset[str]
    title_words: frozenset[str]


def sense(parts: Parts, url: str) -> PageSense:
    url = normalise(url) or ""
    split = urlsplit(url)
    site = site_of(url)
    labels = [label for label in re.split(r"[./]", site) if label]
    host = {squeezed for label in [*labels[:1], *labels[2:]] if len(squeezed := _squeezed(label)) >= 4}
    path = [piece for piece in split.path.split("/") if piece]
    if len(path) > 1 or split.path.endswith("/"):
        host |= {squeezed for piece in path[:1] if len(squeezed := _squeezed(piece)) >= 4}
    said = f"{parts.title} {parts.author}"
    title = {word for word in re.split(r"[\W_]+", fold(said)) if len(word) >= 4 and not _TITLE_STOP.match(word)}
    kind = page_kind(split.path, parts.title, parts.h1)
    named = "humans" if is_humans_file(url) else kind.kind if kind else _home(split.path)
    return PageSense(
        url=url,
        site=site,
        domain=registrable_domain(split.hostname or ""),
        label=labels[0] if labels else "",
        kind=named,
        host_words=frozenset(host),
        title_words=frozenset(title),
    )


def page_kind(path: str, title: str, h1: str = "") -> PageKind | None:
    """The kind of people page this is, by its path first, then by what it calls itself."""
    stem = [re.sub(r"\.\w{2,5}$", "", piece) for piece in unquote(path).split("/") if piece]
    stem = [piece for piece in stem if not re.fullmatch(r"index\w?|default|home", piece, re.IGNORECASE)]
    for said in (stem[-1] if stem else "", h1, title.partition("|")[0].partition(" - ")[0].partition(" – ")[0]):
        folded = fold(re.sub(r"[-_+.]", " ", said))
        if not folded or len(folded) > 40:
            continue
        for kind in words().pages:
            found = kind.words.first(folded)
            if found and (found == folded or folded.count(" ") <= 3):  # "about the concert we gave" is an article
                return kind
    return None


def _home(path: str) -> str:
    return "home" if re.fullmatch(r"(?:/~[^/]+)?/?(?:(?:index|default|home)\.\w{2,5})?", path) else ""


def contact_of(mention: Mention, page: PageSense, *, crowded: bool) -> tuple[Contact, int] | None:
    """The contact that a mention makes, with its points; None where there is no reason to believe in it."""
    if mention.zone in (Zone.COMMENTS, Zone.CODE) or _stands_in(mention.address, page):
        return None
    before, after = fold(_since_last(mention.before))[-BEFORE:], fold(mention.after)[:AFTER]
    row = fold(mention.row) if mention.row.count("@") <= 1 else ""
    anchor = fold(mention.anchor)
    role = _role(mention.address, before, after, row)
    labelled = _is_labelled(mention, page, before, anchor, row) or _is_said(role, f"{before} {row}")
    own = _whose(mention.address, page)
    if mention.how is How.LOOSE and not (labelled or "freemail" in own or "same site" in own or page.kind in PEOPLE_PAGES):
        return None
    reasons = [_place(mention, page, f"{before} {anchor} {row}"), *own]
    if labelled:
        reasons.append("label")
    if mention.how is How.MAILTO:
        reasons.append("mailto")
    nearest = f"{before[-NEAR:]} {anchor}"
    if words().maker.first(f"{nearest} {row[:80]}") and "same site" not in own:
        reasons.append("maker")
    if words().elsewhere.first(nearest):
        reasons.append("elsewhere")
    if crowded and mention.zone is Zone.MAIN and "same site" not in own and page.kind not in PEOPLE_PAGES:
        reasons.append("crowd")
    return _contact(mention.address, reasons, role, page, name=_name(mention), hidden=mention.hidden)


def _is_labelled(mention: Mention, page: PageSense, before: str, anchor: str, row: str) -> bool:
    """Whether the words right beside an address call it one to write to."""
    label = words().label
    heading = fold(mention.heading) if page.kind not in ("staff", "imprint") else ""
    return any(label.first(said) for said in (before[-NEAR:], _wordlike(anchor), heading, row[:60]))


def _is_said(role: Role | None, around: str) -> bool:
    """Whether the page itself names the role, and one that is there to be written to."""
    return role is not None and role.points > 0 and bool(role.words.first(around))


def _stands_in(address: str, page: PageSense) -> bool:
    """Whether an address under a reserved name only stands for one; on a site under that name it is real enough."""
    reserved = on_reserved_name(address)
    return bool(reserved) and not page.domain.endswith(f".{reserved}")


def contact_stated(stated: Stated, page: PageSense, *, hidden: bool) -> tuple[Contact, int] | None:
    if _stands_in(stated.address, page):
        return None
    role = _role(stated.address, fold(stated.role), "", "")
    name = stated.name if _PERSON.fullmatch(stated.name) else ""
    return _contact(stated.address, [stated.place, *_whose(stated.address, page)], role, page, name=name, hidden=hidden)


def _contact(address: str, reasons: list[str], role: Role | None, page: PageSense, *, name: str, hidden: bool) -> tuple[Contact, int]:
    said = [REASONS[reason][1] for reason in reasons] + ([f"read as {role.name}"] if role else [])
    contact = Contact(
        site=page.site,
        kind=ContactKind.EMAIL,
        value=address,
        name=name,
        role=role.name if role else "",
        source_url=page.url,
        reason="; ".join(said),
        deobfuscated=hidden,
    )
    return contact, points_of(contact)


def points_of(contact: Contact) -> int:
    """The points of a contact, told from its reason's words."""
    table = {said: points for points, said in REASONS.values()} | {f"read as {role.name}": role.points for role in words().roles}
    return sum(table.get(said, 0) for said in contact.reason.split("; "))


def takes_no_mail(contact: Contact) -> bool:
    return REASONS["no mail"][1] in contact.reason.split("; ")


def with_reason(contact: Contact, reason: str) -> Contact:
    said = REASONS[reason][1]
    return contact if said in contact.reason.split("; ") else replace(contact, reason=f"{contact.reason}; {said}")


def without_reason(contact: Contact, reason: str) -> Contact:
    said = REASONS[reason][1]
    return replace(contact, reason="; ".join(each for each in contact.reason.split("; ") if each != said))


def is_crowded(parts: Parts, page: PageSense) -> bool:
    strangers = {
        mention.address.lower()
        for mention in parts.mentions
        if mention.zone is Zone.MAIN and registrable_domain(mention.address.rpartition("@")[2]) != page.domain
    }
    return len(strangers) >= CROWD


def _place(mention: Mention, page: PageSense, around: str) -> str:
    candidates = ["text"]
    if words().maintainer.first(around):
        candidates.append("maintainer")
    if "author" in mention.rel:
        candidates.append("author")
    if "u-email" in mention.classes or "me" in mention.rel:
        candidates.append("card")
    if page.kind:
        candidates.append(page.kind)
    if mention.zone in (Zone.FOOTER, Zone.ADDRESS, Zone.CHROME):
        candidates.append(mention.zone.value)
    return max(candidates, key=lambda reason: REASONS[reason][0])


def _whose(address: str, page: PageSense) -> list[str]:
    local, _, domain = address.lower().rpartition("@")
    free = is_freemail(address)
    if not free and registrable_domain(domain) == page.domain:
        return ["same site"]
    if not free and registrable_domain(domain).partition(".")[0] == page.label:
        return ["named like"]  # mit.libguides.com and mit.edu
    said = _squeezed(local) if free else _squeezed(local + domain.rpartition(".")[0])
    found = []
    if any(word in said or (len(_squeezed(local)) >= 5 and _squeezed(local) in word) for word in page.host_words):
        found.append("named like")
    elif any(word in said for word in page.title_words):
        found.append("named after")
    return [*found, "freemail"] if free else found or ["foreign"]


def _role(address: str, before: str, after: str, row: str) -> Role | None:
    """The role that the words nearest to the address give, else the one its local part tells."""
    local = re.split(r"[._+]", address.partition("@")[0].lower(), maxsplit=1)[0]
    squeezed = _squeezed(address.partition("@")[0].lower())
    by_local = next((role for role in words().roles if local in role.locals or squeezed in role.locals), None)
    near = [(role.words.last_end(before), role) for role in words().roles]
    end, by_words = max(near, key=lambda pair: pair[0])
    if end < 0:
        by_words_after = next((role for role in words().roles if role.words.first(after) or role.words.first(row)), None)
        return by_local or by_words_after
    if by_local and by_local.name == "sales":
        return by_local
    return by_words


def _name(mention: Mention) -> str:
    """Whose address it is: only where the link itself is a person's name, or the one name with a title stands before it."""
    anchor = mention.anchor.strip()
    titled = titled_name(_since_last(mention.before)) or (titled_name(mention.row) if mention.row.count("@") <= 1 else "")
    if (
        "@" in anchor
        or not _PERSON.fullmatch(anchor)
        or words().label.first(fold(anchor))
        or not all(word[0].isupper() for word in anchor.split())
    ):
        return titled
    if any(role.words.first(fold(anchor)) for role in words().roles) or words().maintainer.first(fold(anchor)):
        return titled
    local = _squeezed(mention.address.partition("@")[0])
    if not any(len(word) >= 3 and word in local for word in map(_squeezed, anchor.split())):
        return titled  # "An Access Database": the address must know the name too
    return titled if titled.endswith(anchor) else anchor


def _since_last(before: str) -> str:
    """What stands between the address before this one and this one."""
    return re.split(r"\S{1,80}@\S{1,80}\s", before)[-1]


def _wordlike(text: str) -> str:
    """Icon classes and file names taken apart: fa-envelope, mail.png."""
    return re.sub(r"[-_./]", " ", text.replace("envelope", "email"))


def _squeezed(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text))


def in_order(scored: Iterator[tuple[Contact, int]]) -> list[Contact]:
    order = {ContactKind.EMAIL: 0, ContactKind.FORM: 1, ContactKind.TRACKER: 2}
    return [contact for contact, _ in sorted(scored, key=lambda pair: (takes_no_mail(pair[0]), order[pair[0].kind], -pair[1]))]
