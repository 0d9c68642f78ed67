"""Handing over approved letters: what `scrapy export outreach` and `scrapy drafts push` do alike. No ScrapyCommand may be defined here.

Looks again at what is older than the campaign allows, says which letters are left out and why, and marks those that were handed over.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from scrapy.commands import ScrapyCommand

from prospector.commands._recheck import recheck
from prospector.commands._shared import chosen_campaign, decisions_on, open_store, say, suppressions_setting
from prospector.deciding import Decisions
from prospector.deciding_claims import stale_targets
from prospector.export.handover import Handover
from prospector.export.outreach import OVER_LIMIT, LeftOut, Survey, not_seen, survey
from prospector.items import DraftStatus
from prospector.spiders.clock import utc_now
from prospector.summary import many


@contextmanager
def handover(command: ScrapyCommand, opts: argparse.Namespace) -> Iterator[Handover]:
    """Survey the approved letters, look again where that is needed, survey once more. At the end says what was left out."""
    campaign = chosen_campaign(opts.campaign)
    setting = suppressions_setting(command)
    with open_store(campaign) as store, decisions_on(store, campaign, setting) as decisions:
        now = utc_now()
        first = survey(decisions, again=opts.again, room=_room(decisions, opts, now=now), now=now)
        urls = {url for draft in first.stale for url in stale_targets(store, draft, fresh=campaign.export.fresh, now=now)}
    if not opts.no_recheck:
        recheck(command, opts, only=urls)
    with open_store(campaign) as store, decisions_on(store, campaign, setting) as decisions:
        now = utc_now()
        second = survey(decisions, again=opts.again, room=_room(decisions, opts, now=now), now=now) if urls else first
        left_out = [*_fell_meanwhile(first, second, decisions), *second.left_out]
        asked = {draft.id for draft in first.stale}  # what is stale now, and was not then, has its turn next time
        left_out += [
            not_seen(decisions, draft, now=now) if draft.id in asked else LeftOut(draft=draft, reason=OVER_LIMIT) for draft in second.stale
        ]
        yield Handover(campaign=campaign, decisions=decisions, letters=second.ready, left_out=left_out, now=now)
    say_left_out(left_out)


def _room(decisions: Decisions, opts: argparse.Namespace, *, now: datetime) -> int:
    """How many new letters may still go out on this day of the person's own calendar."""
    room = max(0, decisions.campaign.export.per_day - decisions.out_today(now=now))
    return room if opts.limit is None else min(room, opts.limit)


def _fell_meanwhile(first: Survey, second: Survey, decisions: Decisions) -> Iterator[LeftOut]:
    """Letters whose ground fell away at the first survey, or by the new look after it: withdrawn, so they are among the approved no more."""
    if second is first:
        return
    told = {one.draft.id for one in second.left_out} | {draft.id for draft in (*second.ready, *second.stale)}
    yield from (one for one in first.left_out if one.fell and one.draft.id not in told)
    for draft in (*first.ready, *first.stale, *(one.draft for one in first.left_out if not one.fell)):
        now_stored = decisions.store.drafts.get(draft.id)
        if draft.id not in told and now_stored is not None:
            yield LeftOut(draft=now_stored, reason=now_stored.note or "its links could not be confirmed again", fell=True)


def say_left_out(left_out: Sequence[LeftOut]) -> None:
    """Each letter that may no longer go out, then how many others stayed behind, and why."""
    for one in left_out:
        if one.fell:
            say(f"draft {one.draft.id}, {_FELL_TO.get(one.draft.status, 'withdrawn')}: {one.reason} ({one.draft.page_url})")
    reasons = Counter(one.reason for one in left_out if not one.fell)
    say_reasons(reasons, f"{many(sum(reasons.values()), 'approved letter')} left out:")


_FELL_TO = {
    DraftStatus.EXPORTED: "exported before",
    DraftStatus.READY: "back for review",
    DraftStatus.WAITING: "back for review",
}


def say_reasons(reasons: Mapping[str, int], heading: str) -> None:
    """A table of reasons, the most frequent first."""
    if reasons:
        say(heading)
    for why, number in sorted(reasons.items(), key=lambda item: (-item[1], item[0])):
        say(f"{number:>6}  {why}")


def add_outreach_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--again", action="store_true", help="also letters that were exported before and are not marked as sent")
    parser.add_argument(
        "--limit", metavar="NUMBER", type=_number, help="at most so many new letters this time; the campaign's export.per_day always holds"
    )


def _number(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError
    return number
