"""`scrapy rejudge`: today's rules on the stored evidence. Asks nobody; shows what would change, then changes it."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from prospector.commands._shared import (
    QUIET_SETTINGS,
    add_campaign_option,
    add_help,
    check_arguments,
    chosen_campaign,
    open_store,
    run_plainly,
    say,
    show,
)
from prospector.items import Verdict
from prospector.spiders.clock import utc_now
from prospector.store import Store
from prospector.verdicts.judge import judge
from prospector.verdicts.policy import Policy
from prospector.verdicts.reread import reread
from prospector.words import label

USAGE = "scrapy rejudge [--dry-run]"
MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Change:
    url: str
    before: Verdict
    after: Verdict


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Judge the stored evidence again, by today's rules"

    def long_desc(self) -> str:
        return "Apply the verdict rules of this version and this campaign to all stored observations. No request is made. Verdicts that change are shown, then saved; the next crawl works through their pages."

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        parser.add_argument("--dry-run", action="store_true", help="only show what would change")
        add_help(
            parser,
            examples="""
                scrapy rejudge --dry-run
                scrapy rejudge
            """,
            exit_codes="""
                0  done, whether or not anything changed
                1  nothing has been crawled yet
                2  the campaign file or an option is wrong
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: _rejudge(args, opts))


def _rejudge(args: list[str], opts: argparse.Namespace) -> None:
    check_arguments(args, opts, at_most=0, usage=USAGE)
    campaign = chosen_campaign(opts.campaign)
    now = utc_now()
    with open_store(campaign) as store, store.lock("rejudge", now=now):
        changes = list(changed(store, campaign.verdicts.policy(), now=now))
        for change in changes[:MOST_SHOWN]:
            show(f"{described(change.before):<28} -> {described(change.after):<28} {change.url}")
        if len(changes) > MOST_SHOWN:
            show(f"and {len(changes) - MOST_SHOWN} more")
        for (before, after), number in Counter((label(change.before.kind), label(change.after.kind)) for change in changes).most_common():
            say(f"{number:>6}  {before} -> {after}")
        if not opts.dry_run:
            for change in changes:
                store.evidence.save_verdict(change.url, change.after, now=now)
    say(f"{len(changes)} verdicts {'would change' if opts.dry_run else 'changed'}." if changes else "No verdict changes.")
    if changes and not opts.dry_run:
        say("Next: scrapy crawl recheck brings the letters up to date.")
    sys.stdout.flush()


def changed(store: Store, policy: Policy, *, now: datetime) -> Iterator[Change]:
    """Targets whose kind, confidence or reason comes out otherwise than stored."""
    for url in store.evidence.judged():
        before = store.evidence.verdict(url)
        after = judge([reread(one) for one in store.evidence.observations(url)], policy, now=now)
        if before is not None and (before.kind, before.confidence, before.reason) != (after.kind, after.confidence, after.reason):
            yield Change(url, before, after)


def described(verdict: Verdict) -> str:
    return label(verdict.kind) + (f", {label(verdict.confidence)}" if verdict.confidence else "")
