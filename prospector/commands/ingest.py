"""`scrapy ingest`: crawl a campaign with the help of workers on any number of machines, through Redis."""

from __future__ import annotations

import argparse
from typing import Any

from scrapy.commands.crawl import Command as ScrapyCrawl

from prospector.commands._board import board_status
from prospector.commands._shared import (
    BAD_INPUT,
    DONE,
    CommandError,
    add_campaign_option,
    add_help,
    campaign_with_letters,
    check_arguments,
    check_manners,
    check_network,
    crawl_to_the_end,
    no_foreign_seeds,
    no_seeds,
    run_plainly,
    say,
    show,
)
from prospector.distributed.board import Status
from prospector.distributed.ingest import IngestSpider
from prospector.spiders.clock import utc_now
from prospector.store import Store

USAGE = "scrapy ingest [--status]"


class Command(ScrapyCrawl):
    """Scrapy's own command is below it for the crawler process."""

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Crawl with workers on several machines, through Redis"

    def long_desc(self) -> str:
        return (
            "What scrapy crawl resources does, with the pages fetched and the links checked by `scrapy crawl worker` on any number of machines. "
            "This one process owns the database. It ends when nothing is left to do; killed and started again, it goes on. "
            "Needs the extra redis, and a Redis you trust. See docs/distributed.md."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        parser.add_argument("--status", action="store_true", help="only say what is handed out, and to whom")
        add_help(
            parser,
            examples="""
                scrapy ingest
                scrapy ingest --campaign clients/garden -s REDIS_URL=redis://10.0.0.5:6379/0
                scrapy ingest --status
            """,
            exit_codes="""
                0    everything that was due is done, or the status was shown
                1    Redis does not answer, the extra is missing, another ingest is at work there, or the database can't be used
                2    the campaign file, a template or an option is wrong
                130  stopped by Ctrl-C; what was found is kept
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: self._run(args, opts))

    def _run(self, args: list[str], opts: argparse.Namespace) -> int:
        assert self.settings is not None
        check_arguments(args, opts, at_most=0, usage=USAGE)
        status = board_status(self.settings)
        if opts.status:
            for line in lines_of(status):
                show(line)
            return DONE
        campaign = campaign_with_letters(opts.campaign)
        if campaign.is_demo:
            raise CommandError("the bundled demo runs on one machine only: scrapy crawl resources. Name a campaign of your own.", BAD_INPUT)
        if not campaign.seed_urls():
            raise CommandError(no_seeds(campaign), BAD_INPUT)
        if why := no_foreign_seeds(campaign):
            raise CommandError(why, BAD_INPUT)
        check_manners(self.settings, campaign)
        check_network(self.settings)
        if not status.hosts:
            say("No worker is at work now. Start some, here or elsewhere: scrapy crawl worker")
        with Store.open(campaign.database) as store, store.lock("ingest", now=utc_now()):
            return self._crawl(campaign=campaign, store=store)

    def _crawl(self, **arguments: Any) -> int:
        assert self.crawler_process is not None
        crawler = self.crawler_process.create_crawler(IngestSpider)
        self.crawler_process.crawl(crawler, **arguments)
        return crawl_to_the_end(self.crawler_process, crawler)


def lines_of(status: Status) -> list[str]:
    """What stands on the board, for people."""
    return [
        f"ingest:   {'at work' if status.ingest else 'none at work'}",
        f"to fetch: {status.pages} pages, {status.checks} links",
        f"to store: {status.results} results",
        *(f"worker:   {name}, at {number} hosts" for name, number in sorted(status.hosts.items())),
        *([] if status.hosts else ["worker:   none has work now"]),
    ]
