"""`scrapy drafts list`, `show ID` and `push`: the letters that wait for a person, and into that person's own mail account."""

from __future__ import annotations

import argparse
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from prospector.commands._outreach import add_outreach_options
from prospector.commands._push import PASSWORD, push_drafts
from prospector.commands._recheck import add_recheck_option
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
    show,
)
from prospector.items import DraftStatus
from prospector.store import Store, StoredDraft
from prospector.terminal import harmless_lines
from prospector.words import label, sentence, standing

USAGE = "scrapy drafts list [--status STATUS] | scrapy drafts show ID | scrapy drafts push"
WORDS = ("list", "show", "push")
WIDEST = 60  # a recipient's column: one long address of a form should not push all subjects off the screen


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options] list | show ID | push"

    def short_desc(self) -> str:
        return "List the letters, show one, or put the approved ones into your mail account's drafts"

    def long_desc(self) -> str:
        return (
            "list: one line a letter: its number, status, recipient and subject. show: one letter whole, with its status and why it waits. "
            "push: the approved letters, looked at again, into the drafts folder of the mail account under [mail] in the campaign file, once each; "
            f"the password comes from {PASSWORD} or the keyring. Nothing is sent."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        parser.add_argument(
            "--status", metavar="STATUS", choices=[status.value for status in DraftStatus], help="only those: " + ", ".join(DraftStatus)
        )
        add_recheck_option(parser)
        add_outreach_options(parser)
        add_help(
            parser,
            examples="""
                scrapy drafts list
                scrapy drafts list --status ready
                scrapy drafts show 3
                scrapy drafts push
            """,
            exit_codes="""
                0  shown, or put there
                1  nothing has been crawled yet, there is no such draft, or the mail server can't be used
                2  the command or the campaign file is wrong, or the password is missing
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: _drafts(self, args, opts))


def _drafts(command: ScrapyCommand, args: list[str], opts: argparse.Namespace) -> None:
    check_arguments(args, opts, at_most=2, usage=USAGE)
    match args:
        case ["list"]:
            with open_store(chosen_campaign(opts.campaign)) as store:
                _list(store, DraftStatus(opts.status) if opts.status else None)
        case ["show", number] if number.isascii() and number.isdigit():
            with open_store(chosen_campaign(opts.campaign)) as store:
                _show(store, int(number))
        case ["push"]:
            push_drafts(command, opts)
        case [word, *_] if word not in WORDS:
            raise CommandError(f"drafts knows no {word!r}.{did_you_mean(word, WORDS)} Usage: {USAGE}", BAD_INPUT)
        case _:
            raise CommandError(f"Usage: {USAGE}", BAD_INPUT)


def _list(store: Store, status: DraftStatus | None) -> None:
    drafts = store.drafts.list(status)
    rows = [(draft, standing(draft.status, draft.outcome), draft.recipient or "(no contact)") for draft in drafts]
    stands = max((len(status_now) for _, status_now, _ in rows), default=0)
    widest = max((len(recipient) for _, _, recipient in rows), default=0)
    for draft, status_now, recipient in rows:
        show(f"{draft.id:>4}  {status_now:<{max(stands, 9)}}  {recipient:<{min(max(widest, 34), WIDEST)}}  {draft.final_subject}")
        if draft.note:
            show(f"{'':17}{draft.note}")
    if not drafts:
        say("No letters yet." if status is None else f"No letter is {label(status)}.")


def _show(store: Store, number: int) -> None:
    draft = store.drafts.get(number)
    if draft is None:
        raise CommandError(f"there is no draft {number}. See: scrapy drafts list", FAILED)
    for name, value in _head(draft):
        show(f"{name + ':':<10} {value}")
    print()
    print(harmless_lines(draft.final_body))


def _head(draft: StoredDraft) -> list[tuple[str, str]]:
    head = [
        ("Page", draft.page_url),
        ("Status", f"{standing(draft.status, draft.outcome)}. {sentence(draft.status)}"),
        ("To", draft.recipient or "(no contact found)"),
        ("Subject", draft.final_subject),
    ]
    return head + ([("Note", draft.note)] if draft.note else [])
