"""`scrapy backlinks`: what other tools know of links, taken in; the rest of its actions is in _backlinks_audit.py."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from prospector.backlinks.read import Damaged, ExportError, read_export
from prospector.backlinks.reports import Kind
from prospector.commands._backlinks_audit import add_audit_options, run_audit, run_disavow, run_mark
from prospector.commands._redirects import redirects
from prospector.commands._shared import (
    BAD_INPUT,
    QUIET_SETTINGS,
    CommandError,
    add_campaign_option,
    add_help,
    chosen_campaign,
    did_you_mean,
    files_to_read,
    run_plainly,
    say,
    suppressions_setting,
)
from prospector.export.whole import refuse_to_overwrite, whole_file
from prospector.spiders.clock import utc_now
from prospector.store import Store
from prospector.summary import many

USAGE = "scrapy backlinks import FILE… | redirects -o FILE | audit -o FILE | mark URL|DOMAIN disavow|keep | mark URL letter|redirect | disavow -o FILE"
SHOWN_DAMAGE = 20  # lines of one file that are named on the screen


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options] import FILE… | redirects | audit | mark URL|DOMAIN disavow|keep | mark URL letter|redirect | disavow"

    def short_desc(self) -> str:
        return "Import exports of backlink tools, write redirects, audit the profile, write a disavow file"

    def long_desc(self) -> str:
        return (
            "import: read what other tools know of links: exports of Ahrefs, Semrush, Moz, Majestic, Google Search Console and Screaming Frog, and any "
            "table with a column of linking pages and one of linked pages. The tool, the encoding and the delimiter are told from the file. A "
            "link that several files name is kept once. Lines that can't be read are named, none is dropped in silence. redirects: those of your own pages that others link to and that are gone, most wanted "
            "first, each with the page of yours that takes its place, as rules for a web server. Check them first: scrapy crawl backlinks. "
            "audit: what the imported profile is made of, and what in it looks bought or farmed, with reasons and examples. mark: your word on a "
            "page or domain that links to you; or on a dead page of yours, where letter says that no redirect can be put there: those who link to it are "
            "then written to (redirect takes it back). disavow: a file for Google, of what you marked and nothing else; never of a site that you write to. Most sites need none."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        parser.add_argument("--damaged", metavar="FILE", help="write all lines that could not be read to this CSV: file, line, why")
        parser.add_argument(
            "--format", choices=("nginx", "apache", "netlify", "csv"), default="csv", help="redirects: how they are written (default: csv)"
        )
        parser.add_argument(
            "-o",
            "--output",
            metavar="FILE",
            default="-",
            help="redirects: where to write (default: -, standard output); audit: FILE.html or FILE.csv; disavow: FILE",
        )
        parser.add_argument("--replace", action="store_true", help="overwrite FILE if it exists")
        add_audit_options(parser)
        add_help(
            parser,
            examples="""
                scrapy backlinks import ahrefs-backlinks.csv semrush.csv
                scrapy backlinks import "Latest links.csv" --campaign clients/garden
                scrapy backlinks redirects -o moved.conf --format nginx
                scrapy backlinks audit -o audit.html
                scrapy backlinks mark spam.example.com disavow --note "bought in 2019"
                scrapy backlinks mark https://www.example.org/old-guide letter
                scrapy backlinks disavow -o disavow.txt --old disavow-of-now.txt
            """,
            exit_codes="""
                0  done; imported, even if some lines could not be read
                1  a file can't be opened or written, the database not be used, or there is nothing to make it of
                2  a file is no export that is known (the others were imported), FILE is there already, or the campaign file is wrong
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        opts.suppressions = suppressions_setting(self)
        self.exitcode = run_plainly(lambda: _backlinks(args, opts))


def _backlinks(args: list[str], opts: argparse.Namespace) -> int:
    if not args:
        raise CommandError(f"say what to do. Usage: {USAGE}", BAD_INPUT)
    work = ACTIONS.get(args[0])
    if work is None:
        raise CommandError(
            f'"{args[0]}" is nothing that can be done with backlinks.{did_you_mean(args[0], ACTIONS)} Usage: {USAGE}', BAD_INPUT
        )
    return work(args[1:], opts)


def _import(names: list[str], opts: argparse.Namespace) -> int:
    if not names:
        raise CommandError("name the files to import. Usage: scrapy backlinks import FILE…", BAD_INPUT)
    paths = files_to_read(names)
    if opts.damaged:
        refuse_to_overwrite(Path(opts.damaged).expanduser(), replace=opts.replace)  # before the work, and once more after it
    campaign = chosen_campaign(opts.campaign)
    damaged: list[tuple[str, Damaged]] = []
    refused = 0
    with Store.open(campaign.database) as store:
        for path in paths:
            try:
                damaged += [(path.name, one) for one in _take_in(store, path)]
            except ExportError as error:
                refused += 1
                say(str(error))
        known = store.backlinks.count()
    if opts.damaged and damaged:
        _write_damage(Path(opts.damaged).expanduser(), damaged, replace=opts.replace)
        say(f"The lines that could not be read are in {opts.damaged}.")
    say(f"{many(known, 'link')} from other tools are known now.")
    return BAD_INPUT if refused else 0


def _take_in(store: Store, path: Path) -> tuple[Damaged, ...]:
    with path.open("rb") as file:
        export = read_export(file, name=path.name)
        imported = store.backlinks.save(export, file=path.name, now=utc_now())
    say(f"{path.name}: {export.report.title} ({export.encoding}). {many(imported.rows, 'row')}, {imported.new:,} of them new.")
    if export.not_understood:
        say(f"  columns that were not understood: {', '.join(export.not_understood)}")
    if export.report.kind is Kind.LINKS and "target" not in export.report.columns:
        say("  It does not name the pages that are linked to, so these links are left out of an audit.")
    for one in imported.damaged[:SHOWN_DAMAGE]:
        say(f"  {path.name}:{one.line}  {one.why}")
    if len(imported.damaged) > SHOWN_DAMAGE:
        say(f"  and {many(len(imported.damaged) - SHOWN_DAMAGE, 'more line')} that could not be read (--damaged FILE names all)")
    return imported.damaged


def _write_damage(path: Path, damaged: list[tuple[str, Damaged]], *, replace: bool) -> None:
    with whole_file(path, replace=replace) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("file", "line", "why"))
        table.writerows((name, one.line, one.why) for name, one in damaged)


ACTIONS: dict[str, Callable[[list[str], argparse.Namespace], int]] = {
    "import": _import,
    "redirects": redirects,
    "audit": run_audit,
    "mark": run_mark,
    "disavow": run_disavow,
}
