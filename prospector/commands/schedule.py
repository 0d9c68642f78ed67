"""`scrapy schedule`: the line that makes cron or the Windows Task Scheduler look again at what is due. Installs nothing."""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from prospector.commands._shared import QUIET_SETTINGS, add_campaign_option, add_help, check_arguments, chosen_campaign, run_plainly, say

USAGE = "scrapy schedule [--every HOURS]"


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Print the line that rechecks by itself (cron, Task Scheduler)"

    def long_desc(self) -> str:
        return "A claim is confirmed by looks on several days. This prints the line for crontab, or for the Windows Task Scheduler, that looks when it is time. It installs nothing."

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        parser.add_argument(
            "--every", metavar="HOURS", type=int, choices=range(1, 25), default=6, help="hours between two looks, 1 to 24 (default: 6)"
        )
        add_help(
            parser,
            examples="""
                scrapy schedule
                scrapy schedule --every 12 --campaign clients/garden
            """,
            exit_codes="""
                0  printed
                2  the campaign file or an option is wrong
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: _schedule(args, opts))


def _schedule(args: list[str], opts: argparse.Namespace) -> None:
    check_arguments(args, opts, at_most=0, usage=USAGE)
    campaign = chosen_campaign(opts.campaign)
    words = [sys.executable, "-m", "scrapy", "crawl", "recheck", "--campaign", str(campaign.path)]
    if sys.platform == "win32":
        print(task_line(words, campaign.home, name=campaign.name, hours=opts.every))
        say("Run this line once in a terminal; `schtasks /Delete /TN …` takes it back.")
    else:
        print(cron_line(words, campaign.home, hours=opts.every))
        say("Add this line with `crontab -e`.")


def cron_line(words: list[str], folder: Path, *, hours: int) -> str:
    """A line of a crontab. "%" means a new line there, so it is escaped."""
    times = "17 4 * * *" if hours == 24 else f"17 */{hours} * * *"  # not on the hour, when everybody's jobs start
    log = shlex.quote(str(folder / "output" / "recheck.log"))
    work = f"cd {shlex.quote(str(folder))} && SCRAPY_SETTINGS_MODULE=prospector.settings {shlex.join(words)} >> {log} 2>&1"
    return f"{times} {work}".replace("%", r"\%")


def task_line(words: list[str], folder: Path, *, name: str, hours: int) -> str:
    """A call of schtasks for a terminal of Windows."""
    work = f'cmd /c cd /d "{folder}" && set SCRAPY_SETTINGS_MODULE=prospector.settings&& {subprocess.list2cmdline(words)}'
    return f'schtasks /Create /SC HOURLY /MO {hours} /TN "Prospector {name}" /TR "{work.replace(chr(34), chr(92) + chr(34))}"'
