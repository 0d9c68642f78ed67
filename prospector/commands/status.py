"""`scrapy status`: what waits to be looked at, until when, and why."""

from __future__ import annotations

import argparse
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
    show,
)
from prospector.spiders.clock import utc_now
from prospector.store import Store
from prospector.summary import summary_lines
from prospector.times import when
from prospector.words import label

USAGE = "scrapy status"
MOST_SHOWN = 15


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Say what is due when, and why"

    def long_desc(self) -> str:
        return "The campaign as it stands: the last run, the funnel, and the claims that wait for another look, soonest first."

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        add_help(
            parser,
            examples="""
                scrapy status
                scrapy status --campaign clients/garden
            """,
            exit_codes="""
                0  shown
                1  nothing has been crawled yet
                2  the campaign file is wrong
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: _status(args, opts))


def _status(args: list[str], opts: argparse.Namespace) -> None:
    check_arguments(args, opts, at_most=0, usage=USAGE)
    campaign = chosen_campaign(opts.campaign)
    now = utc_now()
    with open_store(campaign) as store:
        last = store.runs.last()
        if last is not None:
            ended = f"ended {when(last.ended_at, now)} ({last.reason})" if last.ended_at else "did not end: it runs, or was killed"
            show(f"Last run: {last.kind}, begun {when(last.started_at, now)}, {ended}")
        for line in summary_lines(store, campaign, now=now):
            show(line)
        _claims(store, now)


def _claims(store: Store, now: datetime) -> None:
    claims = store.evidence.claims(MOST_SHOWN)
    if not claims:
        return
    print()
    show("Claims that wait for another look:")
    for url, verdict, looks in claims:
        due = when(verdict.next_check_at, now) if verdict.next_check_at else "now"
        show(f"  {due:<24} {label(verdict.kind):<18} {looks} {'look' if looks == 1 else 'looks'} so far  {url}")
