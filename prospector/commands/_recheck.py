"""Looking again at what is due, inside another command: what an export says must not be older than the campaign allows.

`recheck` runs the recheck spider and comes back when it has ended. No ScrapyCommand may be defined here: see `_shared.py`.
"""

from __future__ import annotations

import argparse
import signal
from collections.abc import Collection
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from prospector.campaign import Campaign, find_campaign
from prospector.commands._shared import FAILED, INTERRUPTED, CommandError, check_network, chosen_letters, say
from prospector.spiders.clock import utc_now
from prospector.store import Store, StoreError
from prospector.summary import many


def add_recheck_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-recheck", action="store_true", help="do not look again first at what is due")


def recheck(command: ScrapyCommand, opts: argparse.Namespace, *, only: Collection[str] | None = None) -> None:
    """Look again at what is due, unless `--no-recheck` says otherwise; with `only` at just these targets, due or not.

    Nothing due, or all of it seen within the campaign's `fresh_hours`: nothing is started. Without `only`, a crawl that is at work anyway is left to do it.
    Raises CommandError, StoreError or CampaignError.
    """
    if getattr(opts, "no_recheck", False) or (only is not None and not only):
        return
    assert command.settings is not None
    campaign, _ = find_campaign(opts.campaign, Path.cwd())
    if not campaign.database.exists():
        return
    with Store.open(campaign.database, create=False) as store:
        now = utc_now()
        number = store.evidence.due(now).now if only is None else len(only)
        if not number or (only is None and not store.evidence.due_and_unseen(now, since=now - campaign.export.fresh)):
            return
        chosen_letters(campaign)
        check_network(command.settings)
        try:
            lock = store.lock("recheck", now=utc_now())
        except StoreError as error:
            if only is not None:
                raise
            say(f"{error} What is due is left to it.")
            return
        with lock:
            what = "due for another look" if only is None else "to be looked at once more"
            say(f"{many(number, 'address is', 'addresses are')} {what}: looking first (--no-recheck skips it).")
            _crawl(command.settings, campaign, store, only)


def _crawl(settings: Settings, campaign: Campaign, store: Store, only: Collection[str] | None) -> None:
    quiet = settings.copy()
    quiet.setdict({"LOG_ENABLED": True, "LOG_LEVEL": "WARNING"}, priority="spider")  # above the project's own, below -s
    quiet["EXTENSIONS"] = {**quiet.getdict("EXTENSIONS"), "prospector.extensions.Summary": None}  # the command has a summary of its own
    before = signal.getsignal(signal.SIGINT)
    process = AsyncCrawlerProcess(quiet)
    crawler = process.create_crawler("recheck")
    process.crawl(crawler, campaign=campaign, store=store, only=None if only is None else frozenset(only))
    try:
        process.start()
    finally:
        signal.signal(signal.SIGINT, before)
    reason = crawler.stats.get_value("finish_reason") if crawler.stats else None
    if reason == "shutdown":
        raise CommandError("Stopped. What was looked at is kept; nothing else was done.", INTERRUPTED)
    if process.bootstrap_failed or reason != "finished":
        raise CommandError("The links could not be looked at again. See above; --no-recheck goes on without.", FAILED)
