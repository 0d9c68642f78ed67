"""What is stored of a page → a Prospect → its letters: what a crawl does at a page's end, and again after each of a person's decisions.

Knows the store and the pure rooms; makes no request and asks no clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from prospector.campaign import Campaign
from prospector.contacts.find import contacts_on, default_route
from prospector.contacts.wishes import Wish, asks_for_no_letters
from prospector.items import (
    UNCLICKABLE_KINDS,
    Contact,
    ContactKind,
    DeadLink,
    Draft,
    DraftKind,
    DraftStatus,
    Observation,
    OutboundLink,
    Prospect,
    ResourcePage,
    Score,
    Stage,
    Verdict,
    Wait,
)
from prospector.links.sites import site_of
from prospector.outreach.choice import about_own_pages, choose, follow_up
from prospector.outreach.decency import FirstLetter, LookedAt, no_follow_up
from prospector.outreach.letter import HIDDEN_ADDRESS, NoDraft, compose, dead_by_target, moved_by_target
from prospector.outreach.lint import Severity, lint
from prospector.outreach.templates import Template, load_templates
from prospector.outreach.transitions import SETTLED, WITHDRAWABLE, undecided
from prospector.outreach.views import Previous
from prospector.scoring.score import Facts, score_prospect
from prospector.scoring.spam import Flag, Suspect, spam_flags
from prospector.store import Saved, Store, StoredDraft
from prospector.store.suppressions import Suppressions
from prospector.verdicts.failed import failed_looks


class Drafted(StrEnum):
    """What came of a prospect's letter."""

    NEW = "new"
    UPDATED = "updated"
    RELEASED = "released"  # approved in advance, and confirmed now
    WITHDRAWN = "withdrawn"
    KEPT = "kept"  # nothing changed
    NONE = "none"  # there is none, and there was none


class Writer:
    """Writes the letters of one campaign into its store."""

    def __init__(self, store: Store, campaign: Campaign, suppressions: Suppressions) -> None:
        """:raises TemplateError: a template is wrong."""
        self.store = store
        self.campaign = campaign
        self.suppressions = suppressions
        self.templates: Mapping[str, Template] = load_templates(campaign.templates.folder)

    def redraft(self, page_url: str, *, part_of: int | None = None, now: datetime) -> Drafted:
        """Everything that follows from what is stored of a page: its prospect, its letter, or that there is none any more."""
        prospect = self.prospect(page_url, now=now)
        if prospect is None:
            return self.nothing_dead(page_url, part_of=part_of, now=now)
        drafted = self.write(prospect, part_of=part_of, now=now)
        self.follow_up(prospect, now=now)
        return drafted

    def prospect(self, page_url: str, *, now: datetime) -> Prospect | None:
        return prospect_of(self.store, self.campaign, page_url, now=now)

    def nothing_dead(self, page_url: str, *, part_of: int | None = None, now: datetime) -> Drafted:
        reason = "none of its links looks dead any more"
        withdrawn = self.store.drafts.withdraw(page_url, reason=reason, part_of=part_of, now=now)
        return Drafted.WITHDRAWN if withdrawn else Drafted.NONE

    def write(self, prospect: Prospect, *, part_of: int | None = None, now: datetime) -> Drafted:
        """A prospect's letter, and its row: saved, renewed or withdrawn."""
        return self.keep(prospect, self.letter(prospect, now=now), part_of=part_of, now=now)

    def keep(self, prospect: Prospect, letter: Draft | NoDraft, *, part_of: int | None = None, now: datetime) -> Drafted:
        store = self.store
        if isinstance(letter, NoDraft):
            withdrawn = store.drafts.withdraw(prospect.page_url, reason=letter.reason, part_of=part_of, now=now)
            store.prospects.save(replace(prospect, flags=prospect.flags or (letter.reason,)), now=now)
            return Drafted.WITHDRAWN if withdrawn else Drafted.NONE
        objection, number = self._objection(letter, prospect), self._number(prospect)
        saved = store.drafts.save(letter, objection=objection, number=number, part_of=part_of, now=now)
        store.prospects.save(replace(prospect, stage=Stage.DRAFTED), now=now)
        return DRAFTED[saved]

    def _number(self, prospect: Prospect) -> int | None:
        """The demo's letters have the numbers of its seeds, then of imported pages, so that what is written about it is true each time."""
        if not self.campaign.is_demo:
            return None
        seeds = [site_of(url) for url in self.campaign.seed_urls()]
        imported = {link.source_site for link in self.store.profile.links()}
        sites = [*seeds, *sorted(imported.difference(seeds))]
        return sites.index(prospect.site) + 1 if prospect.site in sites else None

    def letter(self, prospect: Prospect, *, now: datetime) -> Draft | NoDraft:
        """The first letter to a page, or why there is none."""
        contact = prospect.contact
        address = contact.value if contact and contact.kind is ContactKind.EMAIL else ""
        if why := self.suppressions.blocked(address=address, site=prospect.site, page_url=prospect.page_url):
            return NoDraft(reason=why)
        chosen = self.store.findings.chosen_offers(prospect.page_url)
        about = only_own_pages(prospect)
        choosing = choose if about is None else about_own_pages
        template = choosing(
            self.templates, self.campaign, page_url=prospect.page_url, title=prospect.page_title, language=prospect.language
        )
        if template is None:
            return NoDraft(reason='the campaign\'s folder of letters has none with purpose "own-page"')
        letter = compose(
            about or prospect,
            self.campaign,
            template,
            now=now,
            seen=failure_days(self.store, prospect),
            chosen=[target for target, offer in chosen.items() if offer],
        )
        if isinstance(letter, NoDraft):
            return letter
        # what the letter names may be less than what is still true of the page: one that is there already is judged by all of it
        return self.allowed(replace(letter, dead=dead_by_target(prospect.dead_links), moved=moved_by_target(prospect.dead_links)))

    def allowed(self, letter: Draft) -> Draft:
        """A person's leave to use a hidden address holds as long as the letter goes to that one."""
        stored = self.store.drafts.of_page(letter.page_url, letter.kind)
        if stored is None or stored.hidden_address_allowed_at is None or stored.recipient != letter.recipient:
            return letter
        waits = tuple(wait for wait in letter.waits if wait is not Wait.LEAVE)
        note = "; ".join(part for part in letter.note.split("; ") if part != HIDDEN_ADDRESS)
        return replace(letter, waits=waits, status=undecided(waits), note=note)

    def follow_up(self, prospect: Prospect, *, now: datetime) -> Drafted:
        """The reminder to a page that did not answer, where decency allows one: drafted, renewed, or withdrawn when its ground is gone."""
        first = self.store.drafts.of_page(prospect.page_url)
        if first is None or first.status is not DraftStatus.SENT:
            return Drafted.NONE
        there = self.store.drafts.of_page(prospect.page_url, DraftKind.FOLLOW_UP)
        if why := self.why_no_follow_up(prospect, first, there, now=now):
            if there is None or there.status not in WITHDRAWABLE:
                return Drafted.NONE
            self.store.drafts.withdraw_one(there, reason=why, now=now)
            return Drafted.WITHDRAWN
        named = {claim.target_url for claim in first.claims}
        still = replace(prospect, dead_links=tuple(one for one in prospect.dead_links if one.link.target_url in named))
        letter = self._reminder(still, first, now=now)
        if isinstance(letter, NoDraft):
            return Drafted.NONE
        letter = replace(letter, recipient=first.recipient, follow_up_of=first.id, kind=DraftKind.FOLLOW_UP)
        return DRAFTED[self.store.drafts.save(letter, now=now)]

    def why_no_follow_up(self, prospect: Prospect, first: StoredDraft, there: StoredDraft | None, *, now: datetime) -> str:
        """In words; "" if there may be one."""
        if self.store.prospects.stage(prospect.page_url) in (Stage.WON, Stage.FIXED):
            return "the page was mended, or links to you already"
        settings = self.campaign.follow_ups
        dead = {one.link.target_url: one.verdict.confidence for one in prospect.dead_links}
        looks = [LookedAt(confidence=dead.get(claim.target_url), at=last_failed_at(self.store, claim.target_url)) for claim in first.claims]
        letter = FirstLetter(
            status=first.status,
            sent_at=first.sent_at,
            outcome=first.outcome,
            outcome_at=first.outcome_at,
            followed_up=there is not None and there.status in SETTLED,
        )
        return no_follow_up(letter, looks, enabled=settings.enabled, after_days=settings.after_days, now=now)

    def _reminder(self, prospect: Prospect, first: StoredDraft, *, now: datetime) -> Draft | NoDraft:
        template = follow_up(self.templates, self.campaign, first=first.template, page_url=prospect.page_url, language=prospect.language)
        if template is None or first.sent_at is None:
            return NoDraft(reason="the campaign's folder of letters has none for a follow-up")
        return compose(
            prospect,
            self.campaign,
            template,
            now=now,
            seen=failure_days(self.store, prospect),
            chosen=[claim.target_url for claim in first.claims if claim.offer_url],
            previous=previous_of(first),
        )

    def _objection(self, letter: Draft, prospect: Prospect) -> str:
        """What lint says against a text that would take the place of an approved one."""
        stored = self.store.drafts.of_page(prospect.page_url)
        if stored is None or stored.status is not DraftStatus.APPROVED or stored.edited:
            return ""
        findings = lint(letter, prospect, self.campaign, evidence=evidence_of(self.store, prospect))
        errors = (one.reason for one in findings if one.severity is Severity.ERROR)
        return next(errors, "")


DRAFTED = {
    Saved.NEW: Drafted.NEW,
    Saved.UPDATED: Drafted.UPDATED,
    Saved.RELEASED: Drafted.RELEASED,
    Saved.WITHDRAWN: Drafted.WITHDRAWN,
    Saved.KEPT: Drafted.KEPT,
}


def open_suppressions(campaign: Campaign, chosen: str | None) -> Suppressions:
    """The list of who is not to be written to. The demo's people don't exist: they have a list of their own.

    :param chosen: the setting SUPPRESSIONS_DB.
    """
    if campaign.is_demo and not chosen:
        return Suppressions.open(campaign.home / "output" / f"{campaign.name}-suppressions.db")
    return Suppressions.open(chosen or None)


def previous_of(first: StoredDraft) -> Previous | None:
    """A first letter, as the one that follows it up speaks of it."""
    return None if first.sent_at is None else Previous(sent_at=first.sent_at, subject=first.final_subject)


def evidence_of(store: Store, prospect: Prospect) -> Mapping[str, Sequence[Observation]]:
    """What was seen of each dead target of a page."""
    return {one.link.target_url: store.evidence.observations(one.link.target_url) for one in prospect.dead_links}


def stored_prospect(store: Store, draft: StoredDraft) -> Prospect | None:
    """A draft's prospect as far as its letter speaks of it: quick, without the page itself or a score."""
    page = store.pages.get(draft.page_url, links=False)
    if page is None:
        return None
    return Prospect(
        page_url=draft.page_url,
        page_title=page.title,
        site=site_of(page.final_url),
        language=page.language,
        dead_links=with_fixes(store, draft.page_url, store.pages.dead_links(draft.page_url)),
        contact=contact_of(store, draft),
        score=Score(parts=()),
        stage=store.prospects.stage(draft.page_url) or Stage.FOUND,
    )


def contact_of(store: Store, draft: StoredDraft) -> Contact | None:
    """Whom a draft goes to: a person's choice, else the prospect's contact."""
    return store.prospects.contact_of_draft(draft.id)


def with_fixes(store: Store, page_url: str, found: Sequence[tuple[OutboundLink, Verdict]]) -> tuple[DeadLink, ...]:
    """Dead links with what is known to mend them. What a person chose is their match; what they refused has none."""
    chosen = store.findings.chosen_offers(page_url)
    return tuple(_with_choice(one, chosen, store) for one in _with_best(store, found))


def only_own_pages(prospect: Prospect) -> Prospect | None:
    """The prospect with those links alone that lead to dead pages of the user's own; None without any: it is a letter like others.

    Their owner knows their own pages: an archived copy is no news.
    """
    own = tuple(replace(one, archived=None) for one in prospect.dead_links if one.own)
    return replace(prospect, dead_links=own) if own else None


def new_address(store: Store, target_url: str, verdict: Verdict) -> str:
    """Where the page lives now on its own site; "" when that is not known, or the site itself is in other hands."""
    alias = None if verdict.kind in UNCLICKABLE_KINDS else store.findings.alias(target_url)
    return alias.new_url if alias else ""


def _with_best(store: Store, found: Sequence[tuple[OutboundLink, Verdict]]) -> tuple[DeadLink, ...]:
    own = store.own_pages.to_write_about()
    return tuple(
        DeadLink(
            link=link,
            verdict=verdict,
            archived=store.findings.archived(link.target_url),
            new_url=new_address(store, link.target_url, verdict),
            match=next(iter(store.findings.matches(link.target_url)), None),
            own=link.target_url in own,
        )
        for link, verdict in found
    )


def _with_choice(one: DeadLink, chosen: Mapping[str, str | None], store: Store) -> DeadLink:
    target = one.link.target_url
    if target not in chosen:
        return one
    picked = next((match for match in store.findings.matches(target) if match.page_url == chosen[target]), None)
    return replace(one, match=picked)


def site_of_page(store: Store, page_url: str) -> str:
    page = store.pages.get(page_url)
    return site_of(page.final_url if page else page_url)


def prospect_of(store: Store, campaign: Campaign, page_url: str, *, now: datetime) -> Prospect | None:
    """All that is known of a page, pulled together; None when nothing on it looks dead."""
    page = store.pages.get(page_url, html=True)
    found = store.pages.dead_links(page_url)
    if page is None or not found:
        return None
    dead = _with_best(store, found)
    site = site_of(page.final_url)
    contact = chosen_contact(store, page_url) or contact_for(page, store.prospects.contacts(site))
    flags = spam_flags(Suspect(page=page, verdicts=store.signals.verdicts(page_url), elsewhere=store.signals.targets_elsewhere(page_url)))
    score = score_prospect(
        Facts(
            page=page,
            dead_links=dead,
            checked_links=sum(not link.boilerplate for link in page.links),
            contact=contact,
            keywords=campaign.keywords,
            language=campaign.language,
            other_sites={link.target_url: len(referring_sites(store, link.target_url) - {site}) for link, _ in found},
            ranks=store.ranks.of(site),
            flags=flags,
        ),
        now=now,
        weights=campaign.weights.score_weights(),
    )
    return Prospect(
        page_url=page_url,
        page_title=page.title,
        site=site,
        language=page.language,
        dead_links=with_fixes(store, page_url, found),
        contact=contact,
        score=score,
        stage=store.prospects.stage(page_url) or Stage.FOUND,
        flags=tuple(why_not_pitched(page, store.prospects.wish(site), flags, score, campaign, about_own=any(one.own for one in dead))),
    )


def chosen_contact(store: Store, page_url: str) -> Contact | None:
    """Whom a person chose for the page's letter, as long as the site shows that contact."""
    stored = store.drafts.of_page(page_url)
    if stored is None or stored.chosen_contact_id is None:
        return None
    return store.prospects.contact(stored.chosen_contact_id)


def contact_for(page: ResourcePage, contacts: Sequence[Contact]) -> Contact | None:
    """Of a site's contacts, best first, the one for this page: whose address stands openly on the page itself looks after it."""
    if not contacts:
        return None
    here = {contact.value.lower() for contact in contacts_on(page.html, url=page.final_url, now=page.fetched_at)}
    on_page = [contact for contact in contacts if contact.value.lower() in here]
    open_here = [contact for contact in on_page if contact.kind is ContactKind.EMAIL and not contact.deobfuscated]
    chosen = default_route(open_here) or default_route(contacts)
    return replace(chosen, source_url=page.final_url) if chosen in on_page and chosen is not None else chosen


def why_not_pitched(
    page: ResourcePage, wish: Wish | None, flags: Sequence[Flag], score: Score, campaign: Campaign, *, about_own: bool = False
) -> Iterator[str]:
    """Reasons not to write, however dead the links, in words.

    :param wish: of the page's site.
    :param about_own: it links to a page of yours that is gone: that is worth a word whatever the page's score.
    """
    if sentence := asks_for_no_letters(page.html):
        yield f"the page asks for no such letters: “{sentence}”"
    if wish is not None:
        yield f"its site asks for no such letters: “{wish.sentence}” ({wish.source_url})"
    yield from (f"{flag.name}: {flag.reason}" for flag in flags)
    if not about_own and score.total < campaign.thresholds.min_score:
        yield f"its score of {score.total} is below {campaign.thresholds.min_score}"


def referring_sites(store: Store, target_url: str) -> set[str]:
    return {site_of(seen.page_url) for seen in store.pages.sightings(target_url)}


def last_failed_at(store: Store, target_url: str) -> datetime | None:
    """When we last found it dead; None: never."""
    return max((one.observed_at for one in failed_looks(store.evidence.observations(target_url))), default=None)


def failure_days(store: Store, prospect: Prospect) -> Mapping[str, list[datetime]]:
    """When each dead target of the prospect was found failing by us, since it last answered: a letter says "I saw" of nothing else."""
    days = {}
    for dead in prospect.dead_links:
        since = dead.verdict.first_failed_at
        failed = failed_looks(store.evidence.observations(dead.link.target_url), since=since) if since is not None else ()
        days[dead.link.target_url] = [one.observed_at for one in failed]
    return days
