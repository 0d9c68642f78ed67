"""`scrapy forget DOMAIN|EMAIL`: remove a person from the campaign, and keep only what it takes to never write to them again."""

from __future__ import annotations

import argparse
import sys
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from prospector.commands._shared import (
    BAD_INPUT,
    FAILED,
    QUIET_SETTINGS,
    CommandError,
    add_campaign_option,
    add_help,
    check_arguments,
    chosen_campaign,
    open_store,
    run_plainly,
    say,
    suppressions_setting,
)
from prospector.drafting import open_suppressions
from prospector.spiders.clock import utc_now
from prospector.store.suppressions import Reason
from prospector.summary import many

USAGE = "scrapy forget DOMAIN|EMAIL [--yes]"


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options] DOMAIN|EMAIL"

    def short_desc(self) -> str:
        return "Remove a person, and never write to them again"

    def long_desc(self) -> str:
        return (
            "Remove an address, or everybody at a domain, from every table, the journal, saved pages and letters of the campaign, and from the "
            "free space of its file. A hash on the suppression list keeps them from being collected and written to again, in all campaigns. It "
            "can't be undone. Run it in the folder of each campaign that knows them; files that you exported are yours to clean."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        parser.add_argument("--yes", action="store_true", help="don't ask")
        add_help(
            parser,
            examples="""
                scrapy forget lind@example.org
                scrapy forget example.org --yes --campaign clients/garden
            """,
            exit_codes="""
                0  forgotten, or nothing was stored
                1  nothing has been crawled yet, a crawl is running, or you did not say yes
                2  it is neither a domain nor an address, or the campaign file is wrong
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: _forget(args, opts, suppressions_setting(self)))


def _forget(args: list[str], opts: argparse.Namespace, setting: str | None) -> None:
    check_arguments(args, opts, at_most=1, usage=USAGE)
    if not args:
        raise CommandError(f"Usage: {USAGE}", BAD_INPUT)
    campaign = chosen_campaign(opts.campaign)
    with open_store(campaign) as store, open_suppressions(campaign, setting) as listed:
        person = store.whom(args[0])
        if person is None:
            raise CommandError(f"“{args[0]}” is neither an e-mail address nor a domain. Write it like lind@example.org.", BAD_INPUT)
        say(
            f"Theirs: {many(len(person.contact_ids), 'contact')}, {many(len(person.draft_ids), 'letter')}. Saved pages and texts that name them go too."
        )
        if not opts.yes and not _agreed():
            raise CommandError("Nothing was removed.", FAILED)
        now = utc_now()
        with store.lock("forget", now=now):
            for what in {args[0], *(() if person.domain else person.addresses)}:
                listed.add(what, reason=Reason.FORGOTTEN, now=now)
            found = store.forget(person, now=now)
    say(f"Removed: {found.contacts} contacts, {found.drafts} letters, {found.pages} saved pages, {found.texts} other mentions.")


def _agreed() -> bool:
    if not sys.stdin.isatty():
        say("Not asked, because nobody can answer here. Add --yes if you are sure.")
        return False
    print("This can't be undone. Remove them? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
