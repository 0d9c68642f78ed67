"""Ways to reach a site without an address: forms with room for a message, and a code house's page to report or change things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from prospector.contacts.parts import Form, Link, Parts
from prospector.contacts.rank import REASONS, PageSense
from prospector.contacts.words import fold, words
from prospector.contacts.zones import Zone
from prospector.items import Contact, ContactKind
from prospector.links.sites import site_of
from prospector.links.urls import normalise

_TRACKER = re.compile(
    r"https?://(?:www\.)?(?P<house>github\.com|gitlab\.com|codeberg\.org|bitbucket\.org|gitee\.com|git\.sr\.ht|todo\.sr\.ht|gitlab\.[\w.-]{3,60})/(?P<repo>[\w.~-]{1,60}/[\w.-]{1,100})(?P<rest>/[^?#]{0,300})?",
    re.IGNORECASE,
)
_CHANGES = re.compile(r"^/(?:-/)?(?:issues|edit|blob|tree|pulls|ide|src|discussions|_edit)(?:/|$)")


def routes(parts: Parts, page: PageSense) -> Iterator[Contact]:
    for form in parts.forms:
        value = _form(form, page)
        if value:
            yield _route(ContactKind.FORM, value, ["form", *_at(page)], page)
    for link in parts.links:
        if link.zone is Zone.COMMENTS:
            continue
        if _is_form_link(link):
            kind, reason = ContactKind.FORM, "form link"
        elif _is_tracker(link):
            kind, reason = ContactKind.TRACKER, "edit"
        else:
            continue
        if target := normalise(link.href, page.url):
            yield _route(kind, target, [reason], page)


def _form(form: Form, page: PageSense) -> str:
    """The form's identity: the address it posts to where that is another site's (the same form on every page), else the page."""
    if not form.has_message or form.fields > 25 or form.zone in (Zone.COMMENTS, Zone.CODE):
        return ""
    marks = set(re.split(r"[^a-z0-9]+", fold(form.marks))) | set(re.split(r"[\s/?&=.]+", fold(form.marks)))
    if marks & words().not_for_mail and not (page.kind == "contact" and marks & {"contact", "kontakt", "message", "comments"}):
        return ""
    posts_to_mail = any(host in form.action for host in words().form_hosts)
    if form.fields < 2 and not (form.shown or posts_to_mail or page.kind == "contact" or marks & words().for_mail):
        return ""  # one box: a search, a translator, a note to oneself
    action = normalise(form.action, page.url) if form.action else None
    return action if action and site_of(action) != page.site else page.url


def _is_form_link(link: Link) -> bool:
    return any(host in link.href for host in words().form_hosts) and bool(
        words().label.first(fold(link.anchor))
        or words().maintainer.first(fold(link.anchor))
        or words().tracker_anchors.first(fold(link.anchor))
    )


def _is_tracker(link: Link) -> bool:
    found = _TRACKER.match(link.href)
    if not found or not words().tracker_anchors.first(fold(re.sub(r"[-_]", " ", link.anchor))):
        return False
    rest = found["rest"] or ""
    return not rest.strip("/") or bool(_CHANGES.match(rest))


def _at(page: PageSense) -> list[str]:
    return [page.kind] if page.kind in ("contact", "imprint", "about", "staff") else []


def _route(kind: ContactKind, value: str, reasons: list[str], page: PageSense) -> Contact:
    return Contact(site=page.site, kind=kind, value=value, source_url=page.url, reason="; ".join(REASONS[reason][1] for reason in reasons))


def is_file(url: str) -> bool:
    return bool(
        re.search(
            r"\.(?:pdf|docx?|xlsx?|pptx?|zip|jpe?g|png|gif|webp|svg|mp[34]|ics|xml|rss|txt|vcf|gz|exe)$", urlsplit(url).path, re.IGNORECASE
        )
    )
