"""`scrapy export`: what the campaign found and what a person approved, as files for people, mail programs and other programs."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from prospector.commands._recheck import add_recheck_option, recheck
from prospector.commands._shared import (
    BAD_INPUT,
    FAILED,
    QUIET_SETTINGS,
    CommandError,
    add_campaign_option,
    add_help,
    check_arguments,
    chosen_campaign,
    did_you_mean,
    open_store,
    run_plainly,
    say,
)
from prospector.export import FORMATS, TABLES, ExportError, Table, TakenError, write_table
from prospector.export.files import form_of
from prospector.summary import many

USAGE = "scrapy export TABLE [--format csv|jsonl|xlsx] [-o FILE]"
WHAT = tuple(TABLES)
ROWS_SHOWN = 1_000  # a progress line after so many


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options] TABLE"

    def short_desc(self) -> str:
        return f"Export a table: {', '.join(TABLES)}"

    def long_desc(self) -> str:
        return (
            "Write one table of the campaign to a file. Tables: "
            + "; ".join(f"{table.name}: {table.says}" for table in TABLES.values())
            + "."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        add_recheck_option(parser)
        parser.add_argument("--format", metavar="FORMAT", help=f"{', '.join(FORMATS)} (default: by the file's ending, else csv)")
        parser.add_argument("-o", "--output", metavar="FILE", default="-", help="where to write (default: -, standard output)")
        parser.add_argument("--replace", action="store_true", help="overwrite FILE if it exists")
        parser.add_argument(
            "--all", action="store_true", help="prospects: also those without a confirmed dead link or with a suppressed contact"
        )
        add_help(
            parser,
            examples="""
                scrapy export prospects -o prospects.xlsx
                scrapy export dead-links --format jsonl -o - | head
                scrapy export drafts --campaign clients/garden -o drafts.csv --replace
            """,
            exit_codes="""
                0  written
                1  nothing has been crawled yet, or the file can't be written
                2  no such table or format, the file exists already, or the campaign file is wrong
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: _export(self, args, opts))


def _export(command: ScrapyCommand, args: list[str], opts: argparse.Namespace) -> None:
    check_arguments(args, opts, at_most=1, usage=USAGE)
    if not args or args[0] not in WHAT:
        what = f"there is no table {args[0]!r}.{did_you_mean(args[0], WHAT)}" if args else "which table?"
        raise CommandError(f"{what} There are: {', '.join(WHAT)}. Usage: {USAGE}", BAD_INPUT)
    try:
        _export_table(command, TABLES[args[0]], opts)
    except TakenError as error:
        raise CommandError(str(error), BAD_INPUT) from error
    except ExportError as error:
        raise CommandError(str(error), FAILED) from error


def _export_table(command: ScrapyCommand, table: Table, opts: argparse.Namespace) -> None:
    try:
        form = form_of(opts.output, opts.format, FORMATS, default="csv")
    except ValueError as error:
        raise CommandError(str(error), BAD_INPUT) from error
    recheck(command, opts)
    left_out: Counter[str] = Counter()
    with open_store(chosen_campaign(opts.campaign)) as store:
        found = table.rows(store)
        rows = _counted(found if opts.all else _wanted(found, table, left_out))
        number = write_table(
            rows, table.columns, to=opts.output, form=form, name=table.name, replace=opts.replace, stdout=sys.stdout.buffer
        )
    say(f"{many(number, 'row', 'rows')}: {table.says}" + ("" if opts.output == "-" else f", in {opts.output}"))
    say_left_out(left_out, hint="--all writes them too")


def _wanted(rows: Iterable[Mapping[str, Any]], table: Table, left_out: Counter[str]) -> Iterator[Mapping[str, Any]]:
    for row in rows:
        if why := table.doubt(row):
            left_out[why] += 1
        else:
            yield row


def _counted(rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """On a terminal a long export says how far it is."""
    shown = sys.stderr.isatty()
    for number, row in enumerate(rows, start=1):
        yield row
        if shown and number % ROWS_SHOWN == 0:
            print(f"\r{number:,} rows …", end="", file=sys.stderr, flush=True)
    if shown:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def say_left_out(reasons: Mapping[str, int], *, hint: str = "") -> None:
    """A table of reasons, the most frequent first."""
    if not reasons:
        return
    say(f"Left out{f' ({hint})' if hint else ''}:")
    for why, number in sorted(reasons.items(), key=lambda item: (-item[1], item[0])):
        say(f"{number:>6}  {why}")
