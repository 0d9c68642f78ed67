"""`scrapy report`: the campaign in figures, as one web page in one file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from prospector.commands._shared import (
    QUIET_SETTINGS,
    add_campaign_option,
    add_help,
    check_arguments,
    chosen_campaign,
    open_store,
    run_plainly,
    say,
)
from prospector.export.whole import refuse_to_overwrite, whole_file
from prospector.review import dashboard
from prospector.spiders.clock import utc_now

USAGE = "scrapy report [-o FILE] [--replace]"
STANDARD_OUTPUT = "-"


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Write the campaign's figures as a web page"

    def long_desc(self) -> str:
        return (
            "Write the desk's dashboard as one HTML file: the funnel with its losses, verdicts, the most wanted dead addresses, what you could "
            "write, scores by decision, and what waits until when. It needs nothing beside it, runs no script and asks the web for nothing."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        parser.add_argument(
            "-o", "--output", metavar="FILE", help="where to write, - for standard output (default: CAMPAIGN-report.html in this folder)"
        )
        parser.add_argument("--replace", action="store_true", help="overwrite FILE if it exists")
        add_help(
            parser,
            examples="""
                scrapy report
                scrapy report -o garden.html --replace
                scrapy report --campaign clients/garden -o - > garden.html
            """,
            exit_codes="""
                0  written
                1  nothing has been crawled yet, or the file can't be written
                2  FILE is there already, or the campaign file or an option is wrong
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: _report(args, opts))


def _report(args: list[str], opts: argparse.Namespace) -> None:
    check_arguments(args, opts, at_most=0, usage=USAGE)
    campaign = chosen_campaign(opts.campaign)
    to = opts.output or f"{campaign.name}-report.html"
    if to != STANDARD_OUTPUT:
        refuse_to_overwrite(Path(to), replace=opts.replace)  # before the work, and once more after it
    with open_store(campaign) as store:
        text = dashboard.report(store, campaign, utc_now())
    if to == STANDARD_OUTPUT:
        sys.stdout.buffer.write(text.encode())
        return
    with whole_file(Path(to), replace=opts.replace) as unfinished:
        unfinished.write_text(text, "utf-8", newline="\n")
    say(f"The report is in {to}: open it in a browser.")
