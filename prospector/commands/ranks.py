"""`scrapy ranks import FILE`, `scrapy ranks fetch`: places of the web's sites, for the scores: how much a link from each is worth."""

from __future__ import annotations

import argparse
import asyncio
import gzip
import io
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, ClassVar, cast

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import NotConfigured
from scrapy.settings import BaseSettings, Settings

from prospector.checking.handler import network_settings
from prospector.checking.network import Network, NetworkSettings
from prospector.checking.open_pagerank import ServiceError, fetch_ranks
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
)
from prospector.scoring.open_pagerank import SOURCE
from prospector.scoring.rank_lists import RankListError, rank_list
from prospector.spiders.clock import utc_now
from prospector.store import Store

USAGE = "scrapy ranks import FILE [--source NAME] | scrapy ranks fetch"
KEY = "OPEN_PAGERANK_KEY"
FRESH = timedelta(days=30)  # a rank that was fetched is not asked for again so soon
GZIP, ZIP, UTF_16 = b"\x1f\x8b", b"PK\x03\x04", (b"\xff\xfe", b"\xfe\xff")
MAX_LINE = 1024 * 1024  # characters; a longer one is no line of a list


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options] import FILE | fetch"

    def short_desc(self) -> str:
        return "Import or fetch ranks of sites, for the scores"

    def long_desc(self) -> str:
        return (
            "import: read a list of sites with their ranks, and keep those of the sites that this campaign has met: of pages read and of links found. "
            "Known are Tranco, the Majestic Million, the domain and host ranks of Common Crawl, and any CSV whose heading names a column of "
            "domains and one of ranks (1 is best) or of ratings (0 to 100); packed by gzip or zip, or not. A list imported again takes the "
            "place of what it said before. Sites that the campaign meets later need another import. "
            f"fetch: ask Open PageRank about those sites, with your own free key (domcop.com/openpagerank) in the environment variable {KEY}; "
            "what was fetched in the last 30 days is not asked for again. No score needs either."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        parser.add_argument("--source", metavar="NAME", default="", help="what to call the list (default: its own name, else the file's)")
        add_help(
            parser,
            examples="""
                scrapy ranks import top-1m.csv.zip
                scrapy ranks import majestic_million.csv --campaign clients/garden
                scrapy ranks import ratings.csv --source "our tool"
                OPEN_PAGERANK_KEY=… scrapy ranks fetch
            """,
            exit_codes="""
                0  imported, or fetched
                1  nothing has been crawled yet, or the file can't be read, or the service gives no answer
                2  the file is no list of ranks, there is no key, or the campaign file is wrong
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: _ranks(args, opts, self.settings or Settings()))


def _ranks(args: list[str], opts: argparse.Namespace, settings: BaseSettings) -> None:
    check_arguments(args, opts, at_most=2, usage=USAGE)
    match args:
        case ["import", file]:
            _import(Path(file).expanduser(), opts)
        case ["fetch"]:
            _fetch(opts, settings)
        case _:
            raise CommandError(f"Usage: {USAGE}", BAD_INPUT)


def _fetch(opts: argparse.Namespace, settings: BaseSettings) -> None:
    key = os.environ.get(KEY, "").strip()
    if not key.isascii() or not key.isprintable() or not key:
        raise CommandError(
            f"there is no key for {SOURCE} in the environment variable {KEY}. It is free: domcop.com/openpagerank", BAD_INPUT
        )
    try:
        network = network_settings(settings)
    except (NotConfigured, ValueError) as error:
        raise CommandError(str(error), BAD_INPUT) from error
    with open_store(chosen_campaign(opts.campaign)) as store:
        wanted = store.ranks.wanted()
        asked = sorted(wanted - store.ranks.since(SOURCE, utc_now() - FRESH))
        try:
            known = asyncio.run(_ask(store, asked, network, service=settings["OPEN_PAGERANK_URL"], key=key))
        except ServiceError as error:
            raise CommandError(f"{SOURCE}: {error}", FAILED) from error
        finally:
            store.ranks.renew_scores(SOURCE)
    say(f"{SOURCE}: asked about {len(asked)} of the {len(wanted)} sites of this campaign; it knows {known}.")
    if known:
        say("Next: scrapy crawl recheck brings the scores up to date.")


async def _ask(store: Store, sites: list[str], settings: NetworkSettings, *, service: str, key: str) -> int:
    """How many of the sites it knows. What came before it fails is kept."""
    network = Network(settings)
    try:
        return sum([store.ranks.add(ranks, now=utc_now()) async for ranks in fetch_ranks(network, sites, service=service, key=key)])
    finally:
        await network.close()


def _import(path: Path, opts: argparse.Namespace) -> None:
    if not path.is_file():
        raise CommandError(f"{path}: there is no such file. Name a list of ranked sites, such as Tranco's top-1m.csv.", FAILED)
    with open_store(chosen_campaign(opts.campaign)) as store, lines_of(path) as lines:
        wanted = store.ranks.wanted()
        try:
            found = rank_list(lines, source=" ".join(opts.source.split()), fallback=path.name.partition(".")[0])
            number = store.ranks.save(found.name, found.read(wanted), now=utc_now())
        except RankListError as error:
            raise CommandError(f"{path.name}: {error}", BAD_INPUT) from error
        except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
            raise CommandError(f"{path.name}: it breaks off or is damaged ({error}). Download it again.", FAILED) from error
    say(f"{found.name}: {number} of the {len(wanted)} sites of this campaign are in it.")
    if number:
        say("Next: scrapy crawl recheck brings the scores up to date.")


@contextmanager
def lines_of(path: Path) -> Iterator[Iterator[str]]:
    """The lines of a text file that may be packed by gzip or zip, one at a time.

    :raises CommandError: a zip file holds no list.
    """
    with ExitStack() as opened:
        raw: IO[bytes] = opened.enter_context(path.open("rb"))
        start = raw.read(4)
        raw.seek(0)
        if start.startswith(GZIP):
            raw = cast("IO[bytes]", opened.enter_context(gzip.open(raw)))
        elif start.startswith(ZIP):
            archive = opened.enter_context(zipfile.ZipFile(raw))
            members = [member for member in archive.infolist() if member.filename.lower().endswith((".csv", ".txt", ".tsv"))]
            if not members:
                raise CommandError(f"{path.name}: there is no .csv, .txt or .tsv file in it.", BAD_INPUT)
            raw = opened.enter_context(archive.open(max(members, key=lambda member: member.file_size)))
        encoding = "utf-16" if start.startswith(UTF_16) else "utf-8-sig"
        text = opened.enter_context(io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline=""))
        yield iter(lambda: text.readline(MAX_LINE), "")
