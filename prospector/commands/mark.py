"""`scrapy mark DRAFT OUTCOME`: what became of a letter that was sent."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from prospector.commands._shared import (
    BAD_INPUT,
    DONE,
    FAILED,
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
from prospector.deciding import Done, Outcome, Refused
from prospector.spiders.clock import utc_now

OUTCOMES = "|".join(Outcome)
USAGE = f"scrapy mark DRAFT {OUTCOMES} [--message-id ID] [--at DATE] | mark --csv FILE"
COLUMNS = ("draft", "outcome", "at", "message_id")


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of news about a letter."""

    place: str  # where it was said, for messages
    draft_id: int
    outcome: Outcome
    message_id: str
    at: datetime | None


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options] DRAFT OUTCOME"

    def short_desc(self) -> str:
        return "Say what became of a letter"

    def long_desc(self) -> str:
        return (
            f"OUTCOME is one of {', '.join(Outcome)}. It moves the letter and its prospect on, and tells the shared list who is not to be "
            "written to again: who declined (with the whole site), addresses that bounced. no-reply says that you looked and nothing came; only "
            "then a follow-up may be drafted. A reply that asks you to stop: scrapy suppress add ADDRESS."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        parser.add_argument(
            "--message-id", metavar="ID", default="", help="Message-ID of the mail as it was sent; a follow-up is threaded to it"
        )
        parser.add_argument("--at", metavar="DATE", help="when it happened, like 2026-03-01 or 2026-03-01T14:30 (default: now)")
        parser.add_argument(
            "--csv", metavar="FILE", help=f"many at once: a CSV file with the columns {', '.join(COLUMNS)} (the last two may be missing)"
        )
        add_help(
            parser,
            examples="""
                scrapy mark 12 sent --message-id abc@mail.example.org
                scrapy mark 12 won --at 2026-03-01
                scrapy mark --csv outcomes.csv
            """,
            exit_codes="""
                0  done
                1  nothing has been crawled yet, or a letter can't be marked so (the others of a CSV file are)
                2  an option, the CSV file or the campaign file is wrong; nothing was marked
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: _mark(args, opts, suppressions_setting(self)))


def _mark(args: list[str], opts: argparse.Namespace, setting: str | None) -> int:
    check_arguments(args, opts, at_most=2, usage=USAGE)
    if opts.csv and not args:
        marks = list(read_marks(Path(opts.csv)))
    elif len(args) == 2 and not opts.csv:
        given = {"draft": args[0], "outcome": args[1], "message_id": opts.message_id, "at": opts.at or ""}
        marks = [mark_of(given, place="")]
    else:
        raise CommandError(f"Usage: {USAGE}", BAD_INPUT)
    campaign = chosen_campaign(opts.campaign)
    refused = 0
    with open_store(campaign) as store, decisions_on(store, campaign, setting) as decisions:
        for mark in marks:
            result = decisions.mark(mark.draft_id, mark.outcome, message_id=mark.message_id, at=mark.at, now=utc_now())
            match result:
                case Done():
                    say(f"draft {mark.draft_id}: {result.said}")
                case Refused():
                    refused += 1
                    say(f"{mark.place}draft {mark.draft_id}: {result.reason}")
    return FAILED if refused else DONE


def read_marks(path: Path) -> Iterator[Mark]:
    """All lines of a CSV file, or CommandError with every mistake in it."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(f"{path}: it is not UTF-8 text. Save it as CSV in UTF-8.", BAD_INPUT) from error
    rows = csv.DictReader(text.splitlines(), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    header = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    if not {"draft", "outcome"} <= set(header):
        raise CommandError(f"{path}:1  the columns draft and outcome are needed. Write the first line as: {','.join(COLUMNS)}", BAD_INPUT)
    rows.fieldnames = header
    marks, problems = [], []
    for row in rows:
        place = f"{path}:{rows.line_num}  "
        try:
            marks.append(mark_of({name: (row.get(name) or "").strip() for name in COLUMNS}, place=place))
        except CommandError as error:
            problems.append(str(error))
    if problems:
        raise CommandError("\n".join(problems), BAD_INPUT)
    yield from marks


def mark_of(row: Mapping[str, str], *, place: str) -> Mark:
    """:raises CommandError: something in it can't be understood."""
    if not row["draft"].isascii() or not row["draft"].isdigit():
        raise CommandError(f"{place}“{row['draft']}” is not the number of a draft. See: scrapy drafts list", BAD_INPUT)
    if row["outcome"].lower() not in set(Outcome):
        raise CommandError(f"{place}“{row['outcome']}” is none of {', '.join(Outcome)}.", BAD_INPUT)
    message_id = row["message_id"]
    if message_id and not is_message_id(message_id):
        raise CommandError(f"{place}“{message_id}” is not a Message-ID. It looks like <abc@mail.example.org>.", BAD_INPUT)
    if message_id and not message_id.startswith("<"):
        message_id = f"<{message_id}>"
    return Mark(place, int(row["draft"]), Outcome(row["outcome"].lower()), message_id, _time(row["at"], place))


def is_message_id(text: str) -> bool:
    """One word with an @ in it: nothing that could break out of a header."""
    bare = text.removeprefix("<").removesuffix(">")
    left, at, right = bare.partition("@")
    return bool(at and left and right) and bare.isascii() and bare.isprintable() and not set(' <>\\"(),;') & set(bare) and len(bare) < 500


def _time(text: str, place: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{place}“{text}” is not a date. Write it like 2026-03-01 or 2026-03-01T14:30.", BAD_INPUT) from error
    return (moment if moment.tzinfo else moment.astimezone()).astimezone(UTC)
