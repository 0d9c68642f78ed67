"""`scrapy seeds queries | add | review | list`: where seeds come from, and what they brought."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.settings import BaseSettings, Settings

from prospector.campaign import Campaign
from prospector.checking.handler import network_settings
from prospector.checking.open_pagerank import ServiceError
from prospector.checking.search_services import BRAVE, ask_brave, ask_searxng
from prospector.commands._shared import (
    BAD_INPUT,
    FAILED,
    QUIET_SETTINGS,
    CommandError,
    add_campaign_option,
    add_help,
    check_network,
    chosen_campaign,
    did_you_mean,
    open_store,
    run_plainly,
    say,
    show,
)
from prospector.drafting import open_suppressions
from prospector.export import TABLES
from prospector.export.whole import whole_file
from prospector.links.sites import site_of
from prospector.links.urls import normalise
from prospector.seeding.finds import Fate, Known, addresses_in, sorted_out
from prospector.seeding.queries import page, queries
from prospector.spiders.clock import utc_now
from prospector.spiders.reading import own_sites
from prospector.store import Store
from prospector.store.seeds import Yield
from prospector.summary import many

USAGE = "scrapy seeds queries | add [FILE…] | review | list"
BRAVE_KEY = "BRAVE_SEARCH_KEY"
_MAX_BROUGHT = 64 * 1024 * 1024


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options] queries | add [FILE…] | review | list"

    def short_desc(self) -> str:
        return "Find seeds: searches to click, results to take back, what they brought"

    def long_desc(self) -> str:
        return (
            "queries: write a page of searches for your keywords and languages; you click, the program asks no search engine. add: take addresses "
            "from files (a saved page of results, bookmarks, OPML, a sitemap, CSV, text) or from standard input into the campaign's list of seeds, "
            "each once. review: go through links on the pages read that look like further lists of links, and keep or drop them. list: what each "
            "seed brought."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        parser.add_argument(
            "-o", "--output", metavar="FILE", default="searches.html", help="queries: where to write (default: searches.html)"
        )
        parser.add_argument("--replace", action="store_true", help="overwrite FILE if it exists")
        parser.add_argument(
            "--searxng", metavar="URL", help="add: ask this SearXNG, which may be on this machine, and must allow the format json"
        )
        parser.add_argument("--brave", action="store_true", help=f"add: ask Brave's interface, with your key in {BRAVE_KEY}")
        parser.add_argument("--query", metavar="TEXT", help="add: what to ask it for")
        add_help(
            parser,
            examples="""
                scrapy seeds queries -o searches.html
                scrapy seeds add results.html bookmarks.html
                scrapy seeds add < pasted.txt
                scrapy seeds add --searxng http://localhost:8888 --query "garden intitle:links"
                scrapy seeds review
                scrapy seeds list
            """,
            exit_codes="""
                0  done, even if nothing new was found
                1  a file can't be read or written, nothing was crawled yet, or the service gives no answer
                2  the command, an option or the campaign file is wrong, or FILE is there already
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: _seeds(args, opts, self.settings or Settings()))


def _seeds(args: list[str], opts: argparse.Namespace, settings: BaseSettings) -> None:
    if not args or args[0] not in _ACTIONS:
        raise CommandError(f"say what to do.{did_you_mean(args[0], _ACTIONS) if args else ''} Usage: {USAGE}", BAD_INPUT)
    if len(args) > 1 and args[0] != "add":
        raise CommandError(f"too many arguments: {' '.join(args[1:])}. Usage: {USAGE}", BAD_INPUT)
    _ACTIONS[args[0]](chosen_campaign(opts.campaign), args[1:], opts, settings)


def _queries(campaign: Campaign, _args: list[str], opts: argparse.Namespace, _settings: BaseSettings) -> None:
    if not campaign.keywords:
        raise CommandError(
            f'{campaign.path.name}: no keywords to search for. Write keywords = ["your subject"] above the first [table].', BAD_INPUT
        )
    output = Path(opts.output).expanduser()
    found = list(queries(campaign.keywords, (campaign.language, *campaign.languages), sorted(own_sites(campaign))))
    with whole_file(output, replace=opts.replace) as unfinished:
        unfinished.write_text(page(campaign.name, found), "utf-8")
    say(f"{many(len(found), 'search', 'searches')} in {output}. Open it in a browser, then bring back what you find: scrapy seeds add")


# -- adding ------------------------------------------------------------------------------------------------------------------


def _add(campaign: Campaign, args: list[str], opts: argparse.Namespace, settings: BaseSettings) -> None:
    brought = _asked(opts, settings) if opts.searxng or opts.brave else _read(args)
    with Store.open(campaign.database) as store, open_suppressions(campaign, settings.get("SUPPRESSIONS_DB")) as suppressions:
        known = Known(
            seeds=frozenset(campaign.seed_urls()),
            own_sites=own_sites(campaign),
            ignored=campaign.ignore.covers,
            suppressed=lambda url: bool(suppressions.blocked(address="", site=site_of(url), page_url=url)),
            seen=lambda url: store.pages.get(url, links=False) is not None,
        )
        fates = list(sorted_out(brought, known))
    new = [url for url, fate in fates if fate is Fate.NEW]
    for url in new:
        show(url)
    counted = Counter(fate for _, fate in fates)
    said = ", ".join(f"{counted[fate]} {fate}" for fate in Fate if counted[fate])
    say(
        f"{many(len(fates), 'address', 'addresses')}: {said}."
        if fates
        else f"There is no web address in {', '.join(args) or 'what was brought'}."
    )
    if new:
        append(
            campaign,
            new,
            how="query " + opts.query if opts.query else ", ".join(Path(name).name for name in args) or "pasted",
            now=utc_now(),
        )


def _read(args: list[str]) -> list[str]:
    if not args:
        if sys.stdin.isatty():
            say("Paste addresses, then end with Ctrl-D (Ctrl-Z and Enter on Windows).")
        return addresses_in(sys.stdin.buffer.read(_MAX_BROUGHT))
    found = []
    for name in args:
        path = Path(name).expanduser()
        if not path.is_file():
            raise CommandError(f"{path}: there is no such file.", FAILED)
        with path.open("rb") as file:
            found += addresses_in(file.read(_MAX_BROUGHT))
    return found


def _asked(opts: argparse.Namespace, settings: BaseSettings) -> list[str]:
    if not opts.query:
        raise CommandError('say what to ask for: --query "garden intitle:links"', BAD_INPUT)
    key = os.environ.get(BRAVE_KEY, "").strip()
    if opts.brave and not (key and key.isascii() and key.isprintable()):
        raise CommandError(f"there is no key for Brave's interface in the environment variable {BRAVE_KEY}.", BAD_INPUT)

    address = normalise(opts.searxng) if opts.searxng else ""
    if address is None:
        raise CommandError(f'--searxng: "{opts.searxng}" is no web address. Write it as http://localhost:8888', BAD_INPUT)
    check_network(settings)
    asked = network_settings(settings)
    try:
        return asyncio.run(ask_searxng(asked, address, opts.query) if address else ask_brave(asked, opts.query, key=key))
    except ServiceError as error:
        raise CommandError(f"{opts.searxng or BRAVE}: {error}", FAILED) from error


def append(campaign: Campaign, urls: Iterable[str], *, how: str, now: datetime) -> None:
    """To the campaign's first list of seeds that is a text file, below a comment that says whence and when."""
    folder = campaign.home if campaign.is_demo else campaign.folder  # the demo's own is part of the program
    path = next((file.path for file in campaign.seeds.files if file.path.suffix.lower() != ".csv"), folder / "seeds.txt")
    there = path.read_bytes() if path.exists() else b""
    if there.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise CommandError(f"{path}: it is UTF-16. Save it as UTF-8, then add again.", FAILED)
    begin = "" if not there or there.endswith(b"\n") else "\n"
    comment = " ".join(how.split())[:200]
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(f"{begin}# {now:%Y-%m-%d}, {comment}\n" + "".join(f"{url}\n" for url in urls))
    say(f"Added to {path}.")
    if campaign.is_demo:
        say("The demo begins with its own seeds whatever stands there; a campaign of yours takes them up: scrapy init DIR")
    elif path not in {one.path for one in campaign.seeds.files}:
        say(f'So that they count, write under [seeds] in {campaign.path.name}: files = ["{path.name}"]')


# -- reviewing -----------------------------------------------------------------------------------------------------------------


def _review(campaign: Campaign, _args: list[str], _opts: argparse.Namespace, settings: BaseSettings) -> None:
    kept: list[str] = []
    with open_store(campaign) as store, open_suppressions(campaign, settings.get("SUPPRESSIONS_DB")) as suppressions:
        decided = store.seeds.decided_sites() | {site_of(url) for url in campaign.seed_urls()} | own_sites(campaign)
        waiting = [
            row
            for row in TABLES["seed-candidates"].rows(store)
            if row["site"] not in decided
            and not campaign.ignore.covers(str(row["url"]))
            and not suppressions.blocked(address="", site=str(row["site"]), page_url=str(row["url"]))
        ]
        for number, row in enumerate(waiting, start=1):
            url = str(row["url"])
            show(f"{number} of {len(waiting)}  {url}")
            show(f"    {row['reason']}; linked from {many(int(str(row['referring_domains'])), 'site')}")
            answer = _answer()
            if answer == "q":
                break
            if answer == "k":
                append(campaign, [url], how="kept in review", now=utc_now())
                kept.append(url)
            if answer in ("k", "d"):
                store.seeds.choose(url, "kept" if answer == "k" else "dropped", now=utc_now())
    say(
        f"{many(len(waiting), 'candidate')}, {len(kept)} kept."
        if waiting
        else "No candidate waits. A crawl finds some: scrapy crawl resources"
    )


def _answer() -> str:
    """k, d, s or q; q when nobody answers any more."""
    while True:
        say("[k]eep, [d]rop, [s]kip, [q]uit?")
        line = sys.stdin.readline()
        if not line:
            return "q"
        answer = line.strip().lower()[:1]
        if answer in ("k", "d", "s", "q"):
            return answer


def _list(campaign: Campaign, _args: list[str], _opts: argparse.Namespace, _settings: BaseSettings) -> None:
    with open_store(campaign) as store:
        yields = store.seeds.yields()
    rows = [yields.pop(url, Yield(seed=url, pages=0, dead_links=0, drafts=0, wins=0)) for url in campaign.seed_urls()]
    rows += yields.values()  # of seeds that were taken out since, and of pages that imported links led to
    show(f"{'pages':>6} {'dead links':>10} {'drafts':>6} {'wins':>5}  seed")
    for row in sorted(rows, key=lambda one: (-one.wins, -one.drafts, -one.dead_links, one.seed)):
        show(f"{row.pages:>6} {row.dead_links:>10} {row.drafts:>6} {row.wins:>5}  {row.seed}")


_ACTIONS: dict[str, Callable[[Campaign, list[str], argparse.Namespace, BaseSettings], None]] = {
    "queries": _queries,
    "add": _add,
    "review": _review,
    "list": _list,
}
