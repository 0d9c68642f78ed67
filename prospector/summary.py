"""The end of a run in plain words: the funnel, each loss with its reason, and the next command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from prospector.campaign import Campaign
from prospector.items import DraftKind, DraftStatus
from prospector.store import Funnel, Store
from prospector.times import when
from prospector.watching.states import LOSSES, Source, State
from prospector.watching.words import suspected, watched
from prospector.words import waits_for

MOST_PROBLEMS = 5  # pages that could not be read are named, up to here
MOST_REASONS = 5  # likewise reasons to write no letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the run ended that is summed up; by default there was none, and the campaign is told as it stands."""

    spider: str = ""
    stopped: bool = False  # by Ctrl-C
    broken: bool = False  # the database could take no more
    did_nothing: bool = False  # all pages failed
    idle: bool = False  # nothing was due
    spent: str = ""  # the run's budget that was used up, in words
    left: int = 0  # pages left for the next run, because of crawl.max_pages
    unrendered: int = 0  # pages and targets that only a browser could have shown, and there was none
    no_browser: str = ""  # why not, and how to get one


NO_RUN = Ending()


def summary_lines(store: Store, campaign: Campaign, *, now: datetime, ending: Ending = NO_RUN) -> list[str]:
    """What a person reads when a crawl has ended."""
    funnel = store.reports.funnel(now)
    losses: list[str] = []
    if ending.spider == "site":
        table = _site_steps(store)
    elif ending.spider == "monitor":
        table, losses = _watched_steps(store), list(_lost_links(store, campaign))
    else:
        table, losses = _steps(funnel), list(_losses(store, funnel, campaign, ending, now))
    return [
        "",
        *_opening(store, ending, now),
        *([*_table(table), ""] if any(number for number, _ in table) else []),
        *(f"  {loss}" for loss in losses),
        *([""] if losses else []),
        _next(store, campaign, funnel, ending, now),
        f"Everything is in {campaign.database}",
    ]


def many(number: int, one: str, more: str = "") -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def _opening(store: Store, ending: Ending, now: datetime) -> list[str]:
    if ending.broken:
        return ["Ended early, because the database could take no more. What was saved is kept; the same command goes on from here.", ""]
    if ending.stopped:
        return ["Stopped. What was found is kept; the same command goes on from here.", ""]
    if ending.spent:
        return [f"The budget of a run is used up ({ending.spent}). What was found is kept; the same command goes on from here.", ""]
    if ending.did_nothing:
        return ["No page could be read. Are the addresses right, and is the network there? See: scrapy doctor", ""]
    return [_idle(store, ending, now), ""] if ending.idle else []


def _idle(store: Store, ending: Ending, now: datetime) -> str:
    if ending.spider == "monitor":
        return "No page is due to be visited again, so nothing was asked for."
    due = store.evidence.due(now)
    later = f" The next look is due {when(due.later_at, now)}." if due.later_at else ""
    return f"Nothing is due, so nothing was asked for.{later}"


def _site_steps(store: Store) -> list[tuple[int, str]]:
    dead = sum(1 for _ in store.reports.own_dead_links())
    indexed = store.site.document_count()
    return [
        (indexed, "page of your own is in the index" if indexed == 1 else "pages of your own are in the index"),
        (dead, "links on them look dead" + (": scrapy export own-dead-links" if dead else "")),
    ]


def _watched_steps(store: Store) -> list[tuple[int, str]]:
    """How the watched links stand, one line for each state."""
    latest = store.watching.latest()
    doubtful = sum(_is_suspected(row) for row in latest)
    counts = Counter(row["state"] for row in latest if not (row["state"] == State.UNCLEAR and _is_suspected(row)))
    steps = [(counts[state], watched(state, counts[state])) for state in State if counts[state]]
    return steps + ([(doubtful, suspected(doubtful))] if doubtful else [])


def _is_suspected(row: Mapping[str, object]) -> bool:
    return row["seen"] in LOSSES and row["state"] not in LOSSES


def _lost_links(store: Store, campaign: Campaign) -> Iterator[str]:
    """What became of links that letters had brought, or will."""
    drafted = [draft for draft in store.drafts.in_hand() if draft.kind is DraftKind.RECLAIM]
    lost = len({row["page_url"] for row in store.watching.latest(Source.LETTER) if row["state"] == State.LOST})
    if drafted:
        yield f"{many(len(drafted), 'letter')} about a lost link {'is' if len(drafted) == 1 else 'are'} there for your review: scrapy review"
    elif lost and not campaign.reclaim.enabled:
        yield f"{many(lost, 'page')} lost your link again. Letters about lost links are off (reclaim.enabled in your campaign)"
    elif lost:
        days = campaign.decency.cool_down_days
        yield f"{many(lost, 'page')} lost your link again. A letter about it waits until {days} days after what was written last"


def _steps(funnel: Funnel) -> list[tuple[int, str]]:
    waiting, ready = funnel.drafts[DraftStatus.WAITING], funnel.drafts[DraftStatus.READY]
    decided = sum(funnel.drafts.values()) - waiting - ready - funnel.drafts[DraftStatus.WITHDRAWN]
    dead, matched = funnel.dead_probable + funnel.dead_confirmed, funnel.matched_strong + funnel.matched_possible
    fates = (
        f"{funnel.alive} work, {funnel.blocked} turn programs away, {funnel.transient} are in trouble just now, {funnel.unknown} not known"
    )
    steps = [
        (funnel.pages_fetched, f"pages read, {funnel.resource_pages} of them resource pages"),
        (funnel.links, f"links to other sites, to {many(funnel.targets, 'address', 'addresses')}"),
        (funnel.checked, f"addresses checked: {fates}"),
        (dead, f"look dead: {funnel.dead_confirmed} confirmed, {funnel.dead_probable} to be looked at again"),
        (matched, f"of these have a page of yours that fits: {funnel.matched_strong} well, {funnel.matched_possible} perhaps"),
        (funnel.pages_with_dead_links, f"pages have dead links; of {funnel.pages_with_contact} we know whom to write to"),
        (ready, f"letters are ready for your review, {waiting} wait for something"),
    ]
    exported = funnel.drafts[DraftStatus.EXPORTED]
    decisions = [
        (decided, "letters you have decided about"),
        (exported, "letters exported and not marked as sent: scrapy mark DRAFT sent, or at the desk: scrapy review"),
    ]
    return steps + [(number, what) for number, what in decisions if number]


def _table(steps: list[tuple[int, str]]) -> list[str]:
    width = max(len(f"{number:,}") for number, _ in steps)
    return [f"  {number:>{width},}  {what}" for number, what in steps]


def _losses(store: Store, funnel: Funnel, campaign: Campaign, ending: Ending, now: datetime) -> Iterator[str]:
    """What did not become a letter, why, and the command that tells more or mends it."""
    seeds = campaign.seed_places()
    # a seed that was taken out again is nobody's worry; a run that asks for no seed has not lost any
    problems = {} if ending.spider == "backlinks" else store.visits.problems(seeds=seeds)
    for url, why in list(problems.items())[:MOST_PROBLEMS]:
        yield f"could not read {url}{f' ({seeds[url]})' if url in seeds else ''}: {why}"
    if len(problems) > MOST_PROBLEMS:
        yield f"and {many(len(problems) - MOST_PROBLEMS, 'more page')} that could not be read"
    if ending.left:
        yield f"{many(ending.left, 'page is', 'pages are')} left for the next run (crawl.max_pages): scrapy crawl resources"
    if ending.unrendered:
        yield f"{many(ending.unrendered, 'address', 'addresses')} could not be read or judged without a browser. {ending.no_browser}"
    if campaign.sites and funnel.checked and not store.site.document_count():
        yield "no page of your own site could be read, so none can be offered: scrapy crawl site"
    elif funnel.no_fit:
        yield f"{many(funnel.no_fit, 'dead address fits', 'dead addresses fit')} none of your pages: scrapy export content-gaps"
    yield from _unwritten(store)
    yield from _claims(store, now)
    yield from _waiting(draft.note for draft in store.drafts.list(DraftStatus.WAITING))
    if withdrawn := funnel.drafts[DraftStatus.WITHDRAWN]:
        yield f"{many(withdrawn, 'letter was', 'letters were')} withdrawn, because the claim fell: scrapy drafts list --status withdrawn"


def _unwritten(store: Store) -> Iterator[str]:
    """Pages with dead links, and no letter: each once, by the first reason."""
    reasons = Counter(
        str(next(iter(row["flags"]), "not worked through yet")).partition(": ")[0]  # not the words of every single page
        for row in store.reports.prospects()
        if row["dead_links"] and row["draft_status"] is None
    )
    shown = dict(reasons.most_common(MOST_REASONS))
    if rest := reasons.total() - sum(shown.values()):
        shown["other reasons"] = rest
    for reason, number in shown.items():
        yield f"{many(number, 'page gets', 'pages get')} no letter ({reason}): scrapy export prospects"


def _claims(store: Store, now: datetime) -> Iterator[str]:
    due = store.evidence.due(now)
    if due.claims_now:
        yield f"{many(due.claims_now, 'claim')} can be looked at again now: scrapy crawl recheck"
    if due.claims and due.claims_at is not None:
        first = "" if due.claims == 1 else "the first "
        waits = many(due.claims, "claim waits", "claims wait")
        yield f"{waits} for another look, {first}{when(due.claims_at, now)}: scrapy crawl recheck"
    if due.for_person:
        yield f"{many(due.for_person, 'address seems', 'addresses seem')} taken over, which only you can confirm: scrapy review"


def _waiting(notes: Iterable[str]) -> Iterator[str]:
    """Letters that are written, and wait."""
    for what, number in Counter(map(waits_for, notes)).most_common():
        yield f"{many(number, 'letter waits', 'letters wait')} for {what}: scrapy drafts list --status waiting"


def _seeds_too(campaign: Campaign, ending: Ending) -> str:
    """Where the seeds stand, for a run that began with them."""
    places = [file.shown for file in campaign.seeds.files] or [campaign.path.name]
    return "" if ending.spider == "backlinks" else f" and the seeds in {' and '.join(places)}"


def _next(store: Store, campaign: Campaign, funnel: Funnel, ending: Ending, now: datetime) -> str:
    """The next command."""
    if ending.spider == "site":
        return "Next: scrapy crawl resources"
    if ending.spider == "monitor":
        reclaims = any(draft.kind is DraftKind.RECLAIM for draft in store.drafts.in_hand())
        return "Next: scrapy review" if reclaims else "Next: scrapy report"
    again = f"scrapy crawl {'backlinks' if ending.spider == 'backlinks' else 'resources'}"
    ways = (
        (funnel.drafts[DraftStatus.READY], "scrapy review, the desk in your browser (or scrapy drafts list --status ready)"),
        (store.evidence.due(now).claims_now, "scrapy crawl recheck"),
        (funnel.drafts[DraftStatus.WAITING], "scrapy review, or scrapy drafts list"),
        (funnel.due_later, "scrapy crawl recheck, when it is time"),
        (ending.stopped or ending.spent, again),
        (funnel.pages_fetched, "add seeds to the campaign, or see what your site has nothing for: scrapy export content-gaps"),
        (ending.did_nothing, f"look after the network{_seeds_too(campaign, ending)}, then {again}"),
        (1, again),
    )
    return "Next: " + next(what for number, what in ways if number)
