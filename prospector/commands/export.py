"""`scrapy export`: what the campaign found and what a person approved, as files for people, mail programs and other programs."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from prospector.commands._export_fix_list import export_fix_list
from prospector.commands._export_outreach import FORMS as OUTREACH_FORMS
from prospector.commands._export_outreach import export_outreach
from prospector.commands._outreach import add_outreach_options, say_reasons
from prospector.commands._recheck import add_recheck_option, recheck
from prospector.commands._shared import (
    BAD_INPUT,
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
    suppressions_setting,
)
from prospector.drafting import open_suppressions
from prospector.export import FORMATS, TABLES, WHAT, Table, write_table
from prospector.export.files import STANDARD_OUTPUT, form_of
from prospector.export.mail_merge import PRESETS
from prospector.store.suppressions import Suppressions
from prospector.summary import many

USAGE = "scrapy export TABLE [-o FILE] | scrapy export outreach -o FOLDER|FILE | scrapy export fix-list PAGE [-o FILE]"
ROWS_SHOWN = 1_000  # a progress line after so many


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options] TABLE | outreach | fix-list PAGE"

    def short_desc(self) -> str:
        return "Export a table, the approved letters, or a page's fix list"

    def long_desc(self) -> str:
        return (
            "Write one table of the campaign to a file. Tables: "
            + "; ".join(f"{table.name}: {table.says}" for table in TABLES.values())
            + ". outreach: the approved letters, as files for a mail program or a table for a mail merge; nothing is sent."
            + " fix-list: the dead links of one page with their fixes and the proof, for the people who look after it."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        add_recheck_option(parser)
        parser.add_argument(
            "--format",
            metavar="FORMAT",
            help=f"of a table: {', '.join(FORMATS)}; of outreach: {', '.join(OUTREACH_FORMS)}; of a fix list: text, md, html "
            "(default: by the file's ending, else csv, eml, text)",
        )
        parser.add_argument(
            "-o", "--output", metavar="FILE", help="where to write; for eml a folder (default: -, standard output; outreach has none)"
        )
        parser.add_argument("--replace", action="store_true", help="overwrite FILE if it exists")
        parser.add_argument(
            "--all",
            action="store_true",
            help="prospects: also those without a confirmed dead link or with a suppressed contact; fix-list: also links that are not confirmed",
        )
        parser.add_argument("--preset", metavar="NAME", help=f"outreach: the columns of a tool: {', '.join(PRESETS)}")
        add_outreach_options(parser)
        add_help(
            parser,
            examples="""
                scrapy export prospects -o prospects.xlsx
                scrapy export dead-links --format jsonl -o - | head
                scrapy export drafts --campaign clients/garden -o drafts.csv --replace
                scrapy export outreach -o letters/
                scrapy export outreach -o instantly.csv --preset instantly
                scrapy export fix-list https://library.example.edu/gardening -o gardening.html
            """,
            exit_codes="""
                0  written, even if no letter may go out just now
                1  nothing has been crawled yet, the page has no dead link, or the file can't be written
                2  no such table or format, the file exists already, or the campaign file is wrong
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: _export(self, args, opts))


def _export(command: ScrapyCommand, args: list[str], opts: argparse.Namespace) -> None:
    check_arguments(args, opts, at_most=2, usage=USAGE)
    match args:
        case [name] if name in TABLES:
            _export_table(command, TABLES[name], opts)
        case ["outreach"]:
            export_outreach(command, opts)
        case ["fix-list", page]:
            export_fix_list(command, page, opts)
        case _:
            raise CommandError(_what_is_wrong(args), BAD_INPUT)


def _what_is_wrong(args: list[str]) -> str:
    match args:
        case []:
            what = "which table?"
        case ["fix-list"]:
            return "fix-list of which page? Give its address: scrapy export fix-list https://…"
        case [name, *more] if name in WHAT:
            return f"too many arguments: {' '.join(more)}. Usage: {USAGE}"
        case _:
            what = f"there is no table {args[0]!r}.{did_you_mean(args[0], WHAT)}"
    return f"{what} There are: {', '.join(WHAT)}. Usage: {USAGE}"


def _export_table(command: ScrapyCommand, table: Table, opts: argparse.Namespace) -> None:
    to = opts.output or STANDARD_OUTPUT
    try:
        form = form_of(to, opts.format, FORMATS, default="csv")
    except ValueError as error:
        raise CommandError(str(error), BAD_INPUT) from error
    recheck(command, opts)
    left_out: Counter[str] = Counter()
    campaign = chosen_campaign(opts.campaign)
    with open_store(campaign) as store, open_suppressions(campaign, suppressions_setting(command)) as suppressions:
        found = table.rows(store)
        rows = _counted(found if opts.all else _wanted(found, table, suppressions, left_out))
        number = write_table(rows, table.columns, to=to, form=form, name=table.name, replace=opts.replace, stdout=sys.stdout.buffer)
    say(f"{many(number, 'row')}: {table.says}" + ("" if to == STANDARD_OUTPUT else f", in {to}"))
    say_reasons(left_out, "Left out (--all writes them too):")


def _wanted(
    rows: Iterable[Mapping[str, Any]], table: Table, suppressions: Suppressions, left_out: Counter[str]
) -> Iterator[Mapping[str, Any]]:
    for row in rows:
        if why := table.doubt(row, suppressions):
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
