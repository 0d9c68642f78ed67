"""`scrapy suppress add|list|import|export|remove`: who is never written to, for all campaigns."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from prospector.campaign import Campaign, CampaignError, find_campaign
from prospector.commands._shared import (
    BAD_INPUT,
    FAILED,
    QUIET_SETTINGS,
    CommandError,
    add_campaign_option,
    add_help,
    check_arguments,
    decisions_on,
    run_plainly,
    say,
    suppressions_setting,
)
from prospector.drafting import open_suppressions
from prospector.export.whole import whole_file
from prospector.spiders.clock import utc_now
from prospector.store import Store
from prospector.store.suppression_files import ListFileError, read_list, write_list
from prospector.store.suppressions import Suppressions, key_path

USAGE = "scrapy suppress add ADDRESS|DOMAIN… | remove ADDRESS|DOMAIN | list | import FILE | export [-o FILE]"


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options] add ADDRESS|DOMAIN… | remove ADDRESS|DOMAIN | list | import FILE | export"

    def short_desc(self) -> str:
        return "Keep the list of who is never written to"

    def long_desc(self) -> str:
        return (
            "add, remove: one address, domain or site (like example.edu/~ann). import: a text file with one of them on each line, a CSV file "
            "with a column email, address or domain, or a file that export wrote. The list serves all campaigns and holds keyed hashes only: "
            "list and export can't show an address, and an exported file is of use only beside the same key."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        parser.add_argument("--note", metavar="TEXT", default="", help="kept with what is added, as you write it: don't name the person")
        parser.add_argument("-o", "--output", metavar="FILE", default="-", help="where export writes (default: -, standard output)")
        parser.add_argument("--replace", action="store_true", help="overwrite FILE if it exists")
        add_help(
            parser,
            examples="""
                scrapy suppress add lind@example.org --note "asked by mail on 1 March"
                scrapy suppress add example.org example.edu/~ann
                scrapy suppress import do-not-mail.csv
                scrapy suppress export -o suppressions.csv
            """,
            exit_codes="""
                0  done
                1  the list or a file can't be read or written
                2  the input is wrong, or FILE is there already; nothing was changed
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: _suppress(args, opts, suppressions_setting(self)))


def _suppress(args: list[str], opts: argparse.Namespace, setting: str | None) -> None:
    check_arguments(args, opts, at_most=1000, usage=USAGE)
    match args:
        case ["add", *names] if names:
            with _lists(opts.campaign, setting) as lists:
                _add(lists, names, opts.note)
            _obey(opts.campaign, setting)
        case ["remove", name]:
            with _lists(opts.campaign, setting) as lists:
                _remove(lists, name)
        case ["list"]:
            with _lists(opts.campaign, setting) as lists:
                for listed in lists:
                    _list(listed)
        case ["import", file]:
            with Suppressions.open(setting) as listed:
                _import(listed, Path(file))
            _obey(opts.campaign, setting)
        case ["export"]:
            with Suppressions.open(setting) as listed:
                _export(listed, opts)
        case _:
            raise CommandError(f"Usage: {USAGE}", BAD_INPUT)


@contextmanager
def _lists(given: str | None, setting: str | None) -> Iterator[tuple[Suppressions, ...]]:
    """The list of all campaigns, and where the demo is tried out its own too: its people don't exist, and must not be written to either.

    What is asked for in the demo's folder may be meant in earnest, so it is done to both.
    """
    with ExitStack() as open_lists:
        lists = [open_lists.enter_context(Suppressions.open(setting))]
        try:
            campaign, _ = find_campaign(given, Path.cwd())
        except CampaignError:
            campaign = None
        if campaign is not None and campaign.is_demo and campaign.database.is_file() and not setting:
            lists.append(open_lists.enter_context(open_suppressions(campaign, None)))
        yield tuple(lists)


def _add(lists: tuple[Suppressions, ...], names: list[str], note: str) -> None:
    wrong = [name for name in names if not lists[0].understands(name)]
    if wrong:
        raise CommandError(
            "\n".join(f"“{name}” is neither an e-mail address nor a domain. Nothing was added." for name in wrong), BAD_INPUT
        )
    for listed in lists:
        new = sum(listed.add(name, note=" ".join(note.split()), now=utc_now()) for name in names)
        say(f"{new} added{f', {len(names) - new} on the list already' if new < len(names) else ''}: {listed.path}")
    if len(lists) > 1:
        say(f"The first is the list of all your campaigns, the second the demo's. To undo both: scrapy suppress remove {names[0]}")


def _remove(lists: tuple[Suppressions, ...], name: str) -> None:
    try:
        number = sum(listed.remove(name) for listed in lists)
    except ValueError as error:
        raise CommandError(f"{error}.", BAD_INPUT) from error
    if not number:
        raise CommandError(f"{name} is not on the list. What is above it may be: an address is also covered by its domain.", FAILED)
    say(f"{name} is off {'the list' if len(lists) == 1 else 'the list of all your campaigns, and that of the demo'}.")


def _list(listed: Suppressions) -> None:
    for entry in listed.entries():
        print(f"{entry.added_at:%Y-%m-%d}  {entry.kind:<8} {entry.reason:<10} {entry.hash[:12]}  {entry.note}".rstrip())
    say(f"{len(listed.entries())} on the list, {len(listed.letters())} letters remembered: {listed.path}")


def _import(listed: Suppressions, path: Path) -> None:
    try:
        new = read_list(listed, path, now=utc_now())
    except ListFileError as error:
        raise CommandError(str(error), BAD_INPUT) from error
    say(f"{new} added.")


def _export(listed: Suppressions, opts: argparse.Namespace) -> None:
    if opts.output == "-":
        write_list(listed, sys.stdout)
    else:
        with (
            whole_file(Path(opts.output).expanduser(), replace=opts.replace) as unfinished,
            unfinished.open("w", encoding="utf-8", newline="") as out,
        ):
            write_list(listed, out)
    say(f"Hashes only: of use beside the same key, {key_path(listed.path)}. Copy that too, by a safe way.")


def _obey(given: str | None, setting: str | None) -> None:
    """Letters of the campaign here, if there is one, that may not go out any more are withdrawn at once; those of others when they are next touched."""
    try:
        campaign, _ = find_campaign(given, Path.cwd())
    except CampaignError:
        return
    if not campaign.database.is_file():
        return
    number = _withdraw(campaign, setting)
    if number:
        say(f"{number} {'letter' if number == 1 else 'letters'} of {campaign.name} withdrawn.")


def _withdraw(campaign: Campaign, setting: str | None) -> int:
    with Store.open(campaign.database, create=False) as store, decisions_on(store, campaign, setting) as decisions:
        return decisions.obey_suppressions(now=utc_now())
