"""`scrapy crawl`, with a campaign: checks campaign and database before anything starts, and says with its exit code whether anything was done."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from inspect import signature
from pathlib import Path

from scrapy import Spider
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError
from scrapy.settings import SETTINGS_PRIORITIES

from prospector.commands._board import board_status
from prospector.commands._recheck import add_recheck_option
from prospector.commands._shared import (
    BAD_INPUT,
    NOTHING_CRAWLED,
    CommandError,
    add_campaign_option,
    add_help,
    campaign_with_letters,
    check_manners,
    check_network,
    crawl_to_the_end,
    no_foreign_seeds,
    no_seeds,
    run_plainly,
    say,
)
from prospector.spiders.campaign_spider import OFF, ON, CampaignSpider
from prospector.spiders.clock import utc_now
from prospector.spiders.links import LinksSpider, lines
from prospector.spiders.worker import WorkerSpider
from prospector.store import Store

# Scrapy's account of its own set-up: sixteen lines that hide the two that matter. `-L DEBUG` or `-s LOG_LEVEL=…` shows them.
CHATTY = ("scrapy.utils.log", "scrapy.crawler", "scrapy.middleware", "scrapy.statscollectors", "scrapy.core.engine", "scrapy.addons")


class Command(ScrapyCrawl):
    """Scrapy's own command, with a campaign."""

    def short_desc(self) -> str:
        return "Run a spider (resources, recheck, monitor, site, backlinks, links, worker) for a campaign"

    def long_desc(self) -> str:
        return (
            "resources: crawl the campaign's seeds, check their links, look again at what is due, draft letters. recheck: only look again. "
            "monitor: see whether links that were won, or that other tools name, still stand. "
            "site: index your own pages. backlinks: check the targets of imported backlinks, and read the pages that link to dead ones. "
            "links: check a plain list of links. worker: fetch and check for a scrapy ingest, on any machine."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        add_recheck_option(parser)
        add_help(
            parser,
            examples="""
                scrapy crawl resources
                scrapy crawl resources --campaign clients/garden
                scrapy crawl recheck
                scrapy crawl monitor
                scrapy crawl monitor -a now=1
                scrapy crawl monitor -a profile=1
                scrapy crawl links -a urls=links.txt -O verdicts.jsonl
            """,
            exit_codes="""
                0    the crawl ran, even if nothing was due
                1    no page could be read, the database can't be used or could take no more, or another crawl has it
                2    the campaign file, a template, a list or an option is wrong
                130  stopped by Ctrl-C; what was found is kept
            """,
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        assert self.settings is not None
        asked_for = (self.settings.getpriority("LOG_LEVEL") or 0) >= SETTINGS_PRIORITIES["cmdline"]
        if not asked_for:
            for name in CHATTY:
                logging.getLogger(name).addFilter(only_warnings)  # a filter: Scrapy sets the levels anew
            if sys.stderr.isatty():
                # the progress line says it; warnings still show above it
                self.settings.set("LOG_LEVEL", "WARNING", priority="command")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one spider: scrapy crawl resources", print_help=False)
        self.exitcode = run_plainly(lambda: self._crawl(args[0], opts))

    def _crawl(self, name: str, opts: argparse.Namespace) -> int:
        assert self.crawler_process is not None
        try:
            spider_class = self.crawler_process.spider_loader.load(name)
        except KeyError:
            names = sorted(self.crawler_process.spider_loader.list())
            near = get_close_matches(name.lower(), names, n=1)
            meant = f" Did you mean: scrapy crawl {near[0]}?" if near else ""
            raise CommandError(f'there is no spider "{name}".{meant} There are: {", ".join(names)}.', BAD_INPUT) from None
        _check_spider_arguments(spider_class, opts.spargs)
        if issubclass(spider_class, CampaignSpider):
            return self._crawl_campaign(name, opts)
        if issubclass(spider_class, LinksSpider):
            _check_list(opts.spargs.get("urls", ""))
        assert self.settings is not None
        check_network(self.settings)
        if issubclass(spider_class, WorkerSpider):
            board_status(self.settings)
        return self._run(name, opts.spargs)

    def _crawl_campaign(self, name: str, opts: argparse.Namespace) -> int:
        campaign = campaign_with_letters(opts.campaign or opts.spargs.pop("campaign", None))
        opts.spargs.pop("campaign", None)
        if name == "site" and not campaign.sites:
            raise CommandError(f"{campaign.path.name}: there is no [[sites]] table, so there is nothing to index.", BAD_INPUT)
        if name == "resources" and not campaign.seed_urls():
            raise CommandError(no_seeds(campaign), BAD_INPUT)
        if name == "resources" and (why := no_foreign_seeds(campaign)):
            raise CommandError(why, BAD_INPUT)
        if name == "resources" and not campaign.keywords:
            say(
                f'{campaign.path.name}: no keywords, so pages can\'t be told by subject. Write keywords = ["your subject"] above the first [table].'
            )
        if name in {"recheck", "monitor"} and not campaign.database.exists():
            raise CommandError(NOTHING_CRAWLED.format(database=campaign.database))
        assert self.settings is not None
        check_manners(self.settings, campaign)
        check_network(self.settings)
        arguments: dict[str, object] = {**opts.spargs}
        if opts.no_recheck:
            if name != "resources":
                raise CommandError(f"--no-recheck is for scrapy crawl resources; {name} does not look again by the way.", BAD_INPUT)
            arguments["looks_again"] = False
        store = Store.open(campaign.database)
        try:
            with store.lock(name, now=utc_now()):
                code = self._run(name, {**arguments, "campaign": campaign, "store": store})
        finally:
            store.close()
        return code

    def _run(self, name: str, arguments: dict[str, object]) -> int:
        assert self.crawler_process is not None
        crawler = self._create_crawler(name)
        self.crawler_process.crawl(crawler, **arguments)
        return crawl_to_the_end(self.crawler_process, crawler)


def only_warnings(record: logging.LogRecord) -> bool:
    """A logging filter."""
    return record.levelno >= logging.WARNING


def _check_spider_arguments(spider: type[Spider], given: Mapping[str, str]) -> None:
    """Scrapy takes any; a mistyped one must not crawl the demo in place of a client's campaign."""
    known = set(signature(spider.__init__).parameters) - {"self", "args", "kwargs"}
    if issubclass(spider, CampaignSpider):
        known = {"campaign", *spider.arguments}
    for name, value in given.items():
        if name not in known:
            known_ones = ", ".join(f"-a {one}=…" for one in sorted(known))
            raise CommandError(f"-a {name}=…: the spider {spider.name} knows no such argument. It knows {known_ones}.", BAD_INPUT)
        if issubclass(spider, CampaignSpider) and name in spider.switches and value.lower() not in (*ON, *OFF):
            raise CommandError(f"-a {name}={value}: it is on or off. Write it as -a {name}=1, or leave it out.", BAD_INPUT)


def _check_list(urls: str) -> None:
    if not urls:
        raise CommandError("name the list of links: scrapy crawl links -a urls=links.txt -O verdicts.jsonl", BAD_INPUT)
    path = Path(urls)
    if not path.is_file():
        raise CommandError(f"{urls}: there is no such file. Name a text file with one URL a line.", BAD_INPUT)
    if next(lines(path), None) is None:
        raise CommandError(f"{urls}: there is no address in it. Write one URL a line.")
