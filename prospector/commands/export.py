"""`scrapy export TABLE`: what the campaign found, as a file for people or programs."""

from __future__ import annotations

import argparse
import sys
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
    open_store,
    run_plainly,
    say,
)
from prospector.export import TABLES, ExportError, export_table
from prospector.export.files import FORMATS

USAGE = "scrapy export TABLE [--format csv|jsonl] [-o FILE]"


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
        parser.add_argument(
            "--format",
            metavar="FORMAT",
            choices=sorted(FORMATS),
            help=f"{' or '.join(sorted(FORMATS))} (default: by the file's ending, else csv)",
        )
        parser.add_argument("-o", "--output", metavar="FILE", default="-", help="where to write (default: -, standard output)")
        parser.add_argument("--replace", action="store_true", help="overwrite FILE if it exists")
        add_help(
            parser,
            examples="""
                scrapy export prospects -o prospects.csv
                scrapy export dead-links --format jsonl -o - | head
                scrapy export drafts --campaign clients/garden -o drafts.csv --replace
            """,
            exit_codes="""
                0  written
                1  nothing has been crawled yet, or the file can't be written
                2  no such table or format, or the campaign file is wrong
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: _export(self, args, opts))


def _export(command: ScrapyCommand, args: list[str], opts: argparse.Namespace) -> None:
    check_arguments(args, opts, at_most=1, usage=USAGE)
    if not args or args[0] not in TABLES:
        what = f"there is no table {args[0]!r}" if args else "which table?"
        raise CommandError(f"{what} There are: {', '.join(TABLES)}. Usage: {USAGE}", BAD_INPUT)
    table = TABLES[args[0]]
    form = opts.format or ("jsonl" if opts.output.endswith(".jsonl") else "csv")
    recheck(command, opts)
    with open_store(chosen_campaign(opts.campaign)) as store:
        try:
            number = export_table(store, table, to=opts.output, form=form, replace=opts.replace, stdout=sys.stdout.buffer)
        except ExportError as error:
            raise CommandError(str(error), FAILED) from error
    say(f"{number} {'row' if number == 1 else 'rows'}: {table.says}" + ("" if opts.output == "-" else f", in {opts.output}"))
