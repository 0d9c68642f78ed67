"""`scrapy review`: the desk where a person reads the evidence, mends and approves the letters."""

from __future__ import annotations

import argparse
import asyncio
import errno
import webbrowser
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from prospector.commands._shared import (
    BAD_INPUT,
    QUIET_SETTINGS,
    CommandError,
    add_campaign_option,
    add_help,
    check_arguments,
    chosen_campaign,
    decisions_on,
    open_store,
    run_plainly,
    say,
    suppressions_setting,
)
from prospector.review.serving import Desk, serving
from prospector.spiders.clock import utc_now

USAGE = "scrapy review [--port PORT] [--no-browser]"
PORT = 8052
PORTS_TRIED = 10


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Open the desk: read the evidence, edit and approve letters"

    def long_desc(self) -> str:
        return (
            "Serves the campaign's letters as pages to this machine's browser only, until you stop it with Ctrl+C. Nothing is sent. "
            "A crawl may run meanwhile."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        parser.add_argument(
            "--port", metavar="PORT", type=int, help=f"port to serve at, 0 for any; without it {PORT}, or the next that is free"
        )
        parser.add_argument("--no-browser", action="store_true", help="only print the address, don't open it in the browser")
        add_help(
            parser,
            examples="""
                scrapy review
                scrapy review --campaign clients/garden --port 9000 --no-browser
            """,
            exit_codes="""
                0    you stopped it
                1    nothing has been crawled yet, or the port is taken
                2    an option or the campaign file is wrong
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: _review(self, args, opts))


def _review(command: Command, args: list[str], opts: argparse.Namespace) -> None:
    check_arguments(args, opts, at_most=0, usage=USAGE)
    if opts.port is not None and not 0 <= opts.port <= 65535:
        raise CommandError(f"--port {opts.port}: ports go from 1 to 65535. Leave it out for {PORT}.", BAD_INPUT)
    campaign = chosen_campaign(opts.campaign)
    with open_store(campaign) as store, decisions_on(store, campaign, suppressions_setting(command)) as decisions:
        desk = Desk(store=store, campaign=campaign, decisions=decisions, now=utc_now)
        try:
            asyncio.run(_serve(desk, opts.port, browser=not opts.no_browser))
        except KeyboardInterrupt:
            say("The desk is closed.")


async def _serve(desk: Desk, port: int | None, *, browser: bool) -> None:
    ports = [port] if port is not None else list(range(PORT, PORT + PORTS_TRIED))
    for number in ports:
        try:
            async with serving(desk, port=number) as origin:
                print(f"The desk is open at {origin}/  (Ctrl+C closes it)", flush=True)
                if browser and not webbrowser.open(f"{origin}/"):
                    say("No browser could be opened: open this address in one yourself.")
                await asyncio.Event().wait()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    raise CommandError(
        f"port {ports[0]} is taken, perhaps by a desk that is open already. Choose another: scrapy review --port {ports[0] + PORTS_TRIED}"
    )
