"""Links that a letter won and the monitor saw lost → a letter to the same people, where decency allows one; or the one there is withdrawn.

Knows the store and the pure rooms, as drafting.py does; makes no request and asks no clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from prospector.contacts.wishes import asks_for_no_letters
from prospector.drafting import DRAFTED, Drafted, Writer, previous_of, stored_prospect
from prospector.items import Draft, DraftKind
from prospector.links.sites import site_of
from prospector.outreach.choice import follow_up
from prospector.outreach.decency import FirstLetter, no_reclaim
from prospector.outreach.letter import compose_reclaim
from prospector.outreach.templates import RECLAIM
from prospector.outreach.transitions import SETTLED, WITHDRAWABLE
from prospector.outreach.views import Reclaim
from prospector.store import Store, StoredDraft
from prospector.store.watching import Sighting
from prospector.watching.history import APART, Past, looks_at_end
from prospector.watching.states import WON, State

NEEDED = 2  # looks that agree, a day apart: a slip may be mended in the hour in which it was made


def reclaim(writer: Writer, page_url: str, *, now: datetime) -> Drafted:
    """The letter about a page's lost link: drafted, renewed, or withdrawn when its ground is gone."""
    store = writer.store
    first = store.drafts.of_page(page_url)
    if first is None:
        return Drafted.NONE
    there = store.drafts.of_page(page_url, DraftKind.RECLAIM)
    lost = lost_link(store, page_url)
    if why := why_none(writer, first, there, lost):
        if there is None or there.status not in WITHDRAWABLE:
            return Drafted.NONE
        store.drafts.withdraw_one(there, reason=why, now=now)
        return Drafted.WITHDRAWN
    letter = None if lost is None else _letter(writer, first, lost)
    if letter is None or (there is None and too_soon(writer, first, now=now)):
        return Drafted.NONE
    return DRAFTED[store.drafts.save(letter, now=now)]


def why_none(writer: Writer, first: StoredDraft, there: StoredDraft | None, lost: Reclaim | None) -> str:
    """Why there may be no letter about a lost link, in words; "" if there may be one."""
    store = writer.store
    page = store.pages.get(first.page_url, html=True, links=False)
    site_wish = store.prospects.wish(store.drafts.site(first))
    if why := writer.suppressions.blocked(address=_address(first), site=store.drafts.site(first), page_url=first.page_url):
        return why
    return no_reclaim(
        FirstLetter(
            status=first.status,
            sent_at=first.sent_at,
            outcome=first.outcome,
            outcome_at=first.outcome_at,
            followed_up=there is not None and there.status in SETTLED,
        ),
        lost=lost is not None,
        enabled=writer.campaign.reclaim.enabled,
        still_linked=any(looks[-1].state in WON for looks in _by_link(store, first.page_url)),
        wish=(asks_for_no_letters(page.html) if page else "") or (site_wish.sentence if site_wish else ""),
    )


def too_soon(writer: Writer, first: StoredDraft, *, now: datetime) -> str:
    """Why no letter may go there yet, in a sentence; "" if one may."""
    return writer.suppressions.why_not(
        address=_address(first),
        site=writer.store.drafts.site(first),
        page_url=first.page_url,
        now=now,
        cool_down=writer.campaign.decency.cool_down,
        same_page=receipts_of_page(writer.store, first.page_url),
    )


def receipts_of_page(store: Store, page_url: str) -> list[str]:
    """Of the campaign's own letters about a page, but for one about a lost link, which is never followed by another."""
    return [draft.receipt for draft in store.drafts.all_of_page(page_url) if draft.receipt and draft.kind is not DraftKind.RECLAIM]


def lost_link(store: Store, page_url: str) -> Reclaim | None:
    """A link to you that a letter had brought and that is gone again, or that has a slip in its address; None: there is none such."""
    found = (_lost(store, page_url, looks) or _slipped(store, page_url, looks) for looks in _by_link(store, page_url))
    return next((one for one in found if one is not None), None)


def _by_link(store: Store, page_url: str) -> Iterator[Sequence[Sighting]]:
    """All looks at each link that a letter about the page asked for, oldest first."""
    by_link: defaultdict[tuple[str, str], list[Sighting]] = defaultdict(list)
    for seen in store.watching.sightings_of(page_url):
        by_link[seen.wanted_url, seen.replaced_url].append(seen)
    return iter(by_link.values())


def _lost(store: Store, page_url: str, looks: Sequence[Sighting]) -> Reclaim | None:
    missed = looks_at_end(_past(looks), {State.LOST})
    there = _last_won(looks)
    if looks[-1].state is not State.LOST or len(missed) < NEEDED or there is None:
        return None
    instead = next(look.link_url for look in reversed(looks) if look.seen is State.LOST)
    return _reclaim(store, there, missed_at=missed, instead=instead if site_of(instead or page_url) != site_of(page_url) else "")


def _slipped(store: Store, page_url: str, looks: Sequence[Sighting]) -> Reclaim | None:
    """They meant to link to you. Going through somebody's counter is no slip."""
    last, missed = looks[-1], looks_at_end(_past(looks), {State.WRONG_TARGET})
    ours = {site_of(last.wanted_url or page_url), site_of(page_url)}
    if (
        len(missed) < NEEDED
        or missed[-1] - missed[0] < APART
        or last.seen is not State.WRONG_TARGET
        or site_of(last.link_url) not in ours
        or not last.wanted_url
    ):
        return None
    there = _last_won(looks)
    slip = replace(last, link_url=last.wanted_url)
    return replace(_reclaim(store, slip, missed_at=missed, wrong=last.link_url), seen_at=there.at if there else None)


def _reclaim(store: Store, there: Sighting, *, missed_at: tuple[datetime, ...], wrong: str = "", instead: str = "") -> Reclaim:
    url = there.link_url or there.wanted_url
    return Reclaim(
        url=url,
        title=store.site.title(url),
        anchor=there.anchor,
        seen_at=there.at,
        missed_at=missed_at,
        wrong=wrong,
        instead=instead,
    )


def _last_won(looks: Sequence[Sighting]) -> Sighting | None:
    return next((look for look in reversed(looks) if look.seen in WON), None)


def _past(looks: Sequence[Sighting]) -> tuple[Past, ...]:
    return tuple(Past(at=look.at, seen=look.seen, state=look.state) for look in looks)


def _letter(writer: Writer, first: StoredDraft, lost: Reclaim) -> Draft | None:
    """To the people whom the first letter reached. None: the folder has no such letter, or the page is not known any more."""
    prospect, previous = stored_prospect(writer.store, first), previous_of(first)
    if prospect is None or previous is None:
        return None
    template = follow_up(
        writer.templates,
        writer.campaign,
        first=first.template,
        page_url=first.page_url,
        language=prospect.language,
        purpose=RECLAIM,
    )
    if template is None:
        return None
    letter = compose_reclaim(prospect, writer.campaign, template, lost, previous=previous)
    return writer.allowed(replace(letter, recipient=first.recipient, follow_up_of=first.id))


def _address(first: StoredDraft) -> str:
    return first.recipient if "@" in first.recipient and "://" not in first.recipient else ""
