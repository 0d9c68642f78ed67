"""`scrapy doctor`: is everything there that a campaign needs? One line each, with what to do where something is not."""

from __future__ import annotations

import argparse
import platform
import shutil
import socket
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from packaging.requirements import Requirement
from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings

from prospector.campaign import Campaign, CampaignError, find_campaign
from prospector.campaign_remarks import haste, nothing_goes_out, unreachable_sites
from prospector.checking.browser_search import find_chromium, why_no_chromium
from prospector.commands._shared import (
    DONE,
    FAILED,
    QUIET_SETTINGS,
    CommandError,
    add_campaign_option,
    add_help,
    check_arguments,
    checked_letters,
    chosen_campaign,
    no_foreign_seeds,
    no_seeds,
    run_plainly,
    show,
    with_mistakes_in_letters,
)
from prospector.outreach.choice import named
from prospector.outreach.templates import TemplateError
from prospector.store import Store, StoreError, salvage, why_damaged

WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)  # no honest clock shows an earlier time
GIGABYTE = 10**9
DNS_PATIENCE = 10.0  # seconds; the system's resolver may wait for half a minute, longer than a user does


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one look came to; `more` are further lines."""

    level: Level
    subject: str
    text: str
    more: tuple[str, ...] = ()


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Check that everything a campaign needs is there"

    def long_desc(self) -> str:
        return (
            "Check versions, the campaign file, its database, the output folder, disk space, the browser, name look-ups and the clock. "
            "Changes nothing but an older database, which is brought up to date; with --repair, a damaged database is replaced by a new one with "
            "all that can still be read of it, and kept beside it. Close the desk and other programs that have it open first."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        parser.add_argument(
            "--repair",
            action="store_true",
            help="save what can be read of a damaged database into a new one, then look; the old one is kept",
        )
        add_help(
            parser,
            examples="""
                scrapy doctor                               the campaign in this folder, else the demo
                scrapy doctor --repair                      the same, after saving what a damaged database still holds
                scrapy doctor --campaign example-gardens    that folder's campaign""",
            exit_codes="""
                0  nothing fails (warnings may stand)
                1  something fails; its line says what to do
                2  an unknown option or argument""",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        settings = self.settings or Settings()
        hosts_file, program = (str(settings.get(name) or "") for name in ("HOSTS_FILE", "PROSPECTOR_BROWSER"))
        self.exitcode = run_plainly(lambda: doctor(args, opts, hosts_file=hosts_file, program=program))


def doctor(args: list[str], opts: argparse.Namespace, *, hosts_file: str = "", program: str = "") -> int:
    check_arguments(args, opts, at_most=0, usage="scrapy doctor --campaign FILE --repair")
    if opts.repair:
        repair(chosen_campaign(opts.campaign).database, now=datetime.now(UTC))
    levels = set()
    for finding in diagnose(opts.campaign, Path.cwd(), now=datetime.now(UTC), hosts_file=hosts_file, program=program):
        levels.add(finding.level)
        print(f"{finding.level:<5} {finding.subject:<10} {finding.text}", flush=True)
        for line in finding.more:
            print(f"{'':<17}{line}")
    return FAILED if Level.FAIL in levels else DONE


def repair(path: Path, *, now: datetime) -> None:
    """:raises CommandError: there is none. StoreError: it can't be repaired."""
    if not path.exists():
        raise CommandError(f"{path}: there is no such database yet, so there is nothing to repair.")
    why = why_damaged(path)
    if not why:
        show(f"{path} is sound: nothing to repair")
        return
    found = salvage(path, now=now)
    show(f"{path} was damaged ({why}). Saved from it:")
    for table, rows in found.rows.items():
        show(f"{rows:>9} {table}")
    if found.left_out:
        show(f"{found.left_out:>9} more rows were seen and could not be used: broken, or part of something that is lost")
    show(f"The damaged one is kept at {found.kept_at}")
    show(
        "What is lost you find out by looking: crawl again to read lost pages anew, and compare with your sent mail before you write to anybody."
    )
    if found.deleted_may_be_back:
        show("Which parts were in use is not known any more, so rows that had been deleted may be back.")


def diagnose(given: str | None, cwd: Path, *, now: datetime, hosts_file: str, program: str = "") -> Iterator[Finding]:
    """All looks, one after the other. program: the browser that PROSPECTOR_BROWSER names."""
    yield from programs()
    yield sqlite()
    yield clock(now)
    yield browser(program)
    try:
        campaign, why = find_campaign(given, cwd)
    except CampaignError as error:
        problems = with_mistakes_in_letters(error).problems
        if error.where:
            words = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
            problems = (f"{words} in {error.where.removeprefix('campaign ')}. Put this right, then ask again:", *problems)
        yield Finding(level=Level.FAIL, subject="campaign", text=problems[0], more=problems[1:])
        return
    yield Finding(level=Level.OK, subject="campaign", text=why.removeprefix("campaign "))
    yield from remarks(campaign)
    yield seeds(campaign)
    yield letters(campaign)
    yield output(campaign)
    yield database(campaign, now)
    yield names(campaign, hosts_file)


def remarks(campaign: Campaign) -> Iterator[Finding]:
    for line in filter(None, (*unreachable_sites(campaign), haste(campaign), nothing_goes_out(campaign))):
        yield Finding(level=Level.WARN, subject="better", text=line)


def programs() -> Iterator[Finding]:
    supported = sys.version_info >= (3, 11)
    advice = "" if supported else ": 3.11 or newer is needed. Install a newer Python"
    yield Finding(level=Level.OK if supported else Level.FAIL, subject="python", text=platform.python_version() + advice)
    yield package("scrapy", "2.19")
    yield package("prospector", "")
    yield libraries("prospector")


def package(name: str, wanted: str) -> Finding:
    try:
        found = version(name)
    except PackageNotFoundError:
        return Finding(level=Level.WARN, subject=name, text="it runs, but isn't installed. Install it with: pip install -e .")
    if not f"{found}.".startswith(f"{wanted}." if wanted else ""):
        return Finding(
            level=Level.WARN, subject=name, text=f'{found}: made for {wanted}. Install that with: pip install "{name}~={wanted}.0"'
        )
    return Finding(level=Level.OK, subject=name, text=found)


def libraries(name: str) -> Finding:
    """What an installed package needs, in the versions that it needs; what is only for its extras is not missed."""
    try:
        wanted = [Requirement(line) for line in requires(name) or ()]
    except PackageNotFoundError:
        return Finding(
            level=Level.WARN, subject="libraries", text="not compared: Prospector isn't installed. Install it with: pip install -e ."
        )
    wrong = []
    for each in wanted:
        if each.marker is not None and not each.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(each.name)
        except PackageNotFoundError:
            wrong.append(f"{each.name} is missing")
        else:
            if not each.specifier.contains(found, prereleases=True):
                wrong.append(f"{each.name} is {found}, not {each.specifier}")
    if wrong:
        return Finding(level=Level.FAIL, subject="libraries", text=f"{'; '.join(wrong)}. Install them with: pip install -e .")
    return Finding(level=Level.OK, subject="libraries", text=f"{len(wanted)} looked at, all as needed")


def sqlite() -> Finding:
    """A new store needs all that we want of SQLite: its age, strict tables and full-text search."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            Store.open(Path(folder) / "trial.db").close()
        except StoreError as error:
            advice = "Install a Python whose SQLite has FTS5 (python.org's and every Linux distribution's has)."
            return Finding(level=Level.FAIL, subject="sqlite", text=f"{sqlite3.sqlite_version}: {error} {advice}")
    return Finding(level=Level.OK, subject="sqlite", text=f"{sqlite3.sqlite_version} with full-text search")


def clock(now: datetime) -> Finding:
    shown = f"{now:%Y-%m-%d %H:%M} UTC"
    if WRITTEN <= now < WRITTEN + timedelta(days=36525):
        return Finding(level=Level.OK, subject="clock", text=shown)
    text = f"it shows {shown}, which can't be; every claim in a letter carries a date. Set the system's clock."
    return Finding(level=Level.FAIL, subject="clock", text=text)


def browser(named: str) -> Finding:
    why = why_no_chromium(named)
    if not why:
        return Finding(level=Level.OK, subject="browser", text=find_chromium(named))
    return Finding(level=Level.WARN, subject="browser", text=f'{why} Pages that are only JavaScript stay "unknown".')


def seeds(campaign: Campaign) -> Finding:
    count = len(campaign.seed_urls())
    if not count:
        return Finding(level=Level.WARN, subject="seeds", text=no_seeds(campaign))
    if why := no_foreign_seeds(campaign):
        return Finding(level=Level.FAIL, subject="seeds", text=why)
    if not campaign.keywords:
        text = f'{count}, but no keywords: pages can\'t be told by subject. Write keywords = ["your subject"] into the campaign.'
        return Finding(level=Level.WARN, subject="seeds", text=text)
    return Finding(level=Level.OK, subject="seeds", text=f"{count} to begin with")


def letters(campaign: Campaign) -> Finding:
    try:
        found = checked_letters(campaign.templates, campaign.path)
    except TemplateError as error:
        first, *more = str(error).splitlines()
        return Finding(level=Level.FAIL, subject="letters", text=first, more=tuple(more))
    text = f"{', '.join(named(campaign.templates))}, of {len(found)} in {campaign.templates.folder}"
    return Finding(level=Level.OK, subject="letters", text=text)


def output(campaign: Campaign) -> Finding:
    folder = campaign.database.parent
    there = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            free = shutil.disk_usage(there).free
    except OSError as error:
        text = f"{there} can't be written ({error.strerror or error}). Change its permissions, or move the campaign."
        return Finding(level=Level.FAIL, subject="output", text=text)
    room = f"{folder}, {free / GIGABYTE:.1f} GB free"
    if free < GIGABYTE / 10:
        return Finding(level=Level.FAIL, subject="output", text=f"{room}: too little to crawl. Make room on the disk.")
    if free < GIGABYTE:
        return Finding(level=Level.WARN, subject="output", text=f"{room}: a large crawl needs more. Make room on the disk.")
    return Finding(level=Level.OK, subject="output", text=room)


def database(campaign: Campaign, now: datetime) -> Finding:
    path = campaign.database
    if not path.exists():
        return Finding(level=Level.OK, subject="database", text="none yet. The first crawl makes it: scrapy crawl resources")
    if why := why_damaged(path):
        text = f"{path} is damaged ({why}). Save what can be read with: scrapy doctor --repair"
        return Finding(level=Level.FAIL, subject="database", text=text)
    try:
        with Store.open(path, create=False) as store:
            funnel = store.reports.funnel(now)
    except StoreError as error:
        return Finding(level=Level.FAIL, subject="database", text=str(error))
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    if written > now + timedelta(hours=1):
        text = f"{path.name} was written at {written:%Y-%m-%d %H:%M} UTC, later than now. Set the system's clock."
        return Finding(level=Level.FAIL, subject="database", text=text)
    return Finding(
        level=Level.OK, subject="database", text=f"{path.name}: {funnel.pages_fetched} pages, {funnel.targets} links to other sites"
    )


def names(campaign: Campaign, hosts_file: str) -> Finding:
    """Can the hosts of the user's own sites be found? They exist, so a failure is ours."""
    if campaign.is_demo:
        return Finding(level=Level.OK, subject="dns", text="not needed: the demo's web is on this machine")
    if hosts_file:
        return Finding(level=Level.OK, subject="dns", text=f"not asked: names come from HOSTS_FILE, {hosts_file}")
    hosts = sorted({urlsplit(url).hostname or "" for url in (*campaign.site_urls(), campaign.sender.site)})
    lost = unresolved(hosts, DNS_PATIENCE)
    if lost:
        text = f"no address found for {', '.join(lost)}. Check the network connection and the campaign's sites; without names no link can be judged."
        return Finding(level=Level.FAIL, subject="dns", text=text)
    return Finding(level=Level.OK, subject="dns", text=f"found {', '.join(hosts)}")


def unresolved(hosts: Sequence[str], patience: float) -> list[str]:
    """Those that the system's resolver doesn't find in time; asked all at once."""
    found: set[str] = set()

    def ask(host: str) -> None:
        try:
            socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.add(host)

    threads = [threading.Thread(target=ask, args=(host,), daemon=True) for host in hosts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(patience)
    return [host for host in hosts if host not in found]
