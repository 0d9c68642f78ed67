"""`scrapy export outreach`: approved letters as files. No ScrapyCommand may be defined here."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from scrapy.commands import ScrapyCommand

from prospector.commands._outreach import handover
from prospector.commands._shared import BAD_INPUT, CommandError, did_you_mean, say
from prospector.export import mail_merge
from prospector.export.files import STANDARD_OUTPUT, form_of, write_table
from prospector.export.handover import Handover, as_mails, as_rows, hand_over
from prospector.export.whole import add_files, refuse_to_overwrite, whole_file
from prospector.store import StoredDraft
from prospector.summary import many

MAIL_FORMS = ("eml", "mbox")
FORMS = (*MAIL_FORMS, "csv", "jsonl", "xlsx")


def export_outreach(command: ScrapyCommand, opts: argparse.Namespace) -> None:
    """:raises ExportError, CommandError, StoreError."""
    form = _form(opts)
    if opts.output != STANDARD_OUTPUT and form != "eml":
        refuse_to_overwrite(Path(opts.output), replace=opts.replace)  # before anything is looked at or marked
    with handover(command, opts) as letters:
        number = _as_mails(letters, form, opts) if form in MAIL_FORMS else _as_rows(letters, form, opts)
    where = "" if opts.output == STANDARD_OUTPUT else f" in {opts.output}"
    if number:
        say(f"{many(number, 'letter')}{where}. Nothing was sent: send them, then tell with scrapy mark DRAFT sent.")
    else:
        say("No letter may go out now. See what waits with: scrapy drafts list")


def _form(opts: argparse.Namespace) -> str:
    if opts.output is None:
        raise CommandError("where to? Name a folder for .eml files, or a file: scrapy export outreach -o letters/", BAD_INPUT)
    if opts.preset is not None and opts.preset not in mail_merge.PRESETS:
        known = ", ".join(mail_merge.PRESETS)
        raise CommandError(
            f"there is no preset {opts.preset!r}.{did_you_mean(opts.preset, mail_merge.PRESETS)} There are {known}.", BAD_INPUT
        )
    try:
        form = form_of(_with_ending(opts.output), opts.format, FORMS, default="eml")
    except ValueError as error:
        raise CommandError(str(error), BAD_INPUT) from error
    if opts.output == STANDARD_OUTPUT and opts.format is None:
        raise CommandError("which format? Add --format csv, jsonl or mbox.", BAD_INPUT)
    if opts.output == STANDARD_OUTPUT and form in {"eml", "xlsx"}:
        raise CommandError(f"{form} needs a place of its own. Name one with -o.", BAD_INPUT)
    if form == "eml" and opts.output.lower().endswith(".eml") and not Path(opts.output).is_dir():
        raise CommandError(f"{opts.output}: each letter is a file of its own. Name a folder: -o letters/", BAD_INPUT)
    if opts.preset is not None and form not in {"csv", "xlsx"}:
        raise CommandError(f"--preset is for a table: -o {opts.preset}.csv", BAD_INPUT)
    return form


def _with_ending(output: str) -> str:
    """A folder may have a dot in its name."""
    return STANDARD_OUTPUT if output == STANDARD_OUTPUT or output.endswith(("/", os.sep)) or Path(output).is_dir() else output


def _as_mails(letters: Handover, form: str, opts: argparse.Namespace) -> int:
    mails = as_mails(letters, form)

    def write(taken: Sequence[StoredDraft]) -> None:
        chosen = [mails[draft.id] for draft in taken]
        if form == "eml":
            add_files(Path(opts.output), ((mail.name, mail.content) for mail in chosen), replace=opts.replace)
        elif opts.output == STANDARD_OUTPUT:
            sys.stdout.buffer.write(b"".join(mail.content for mail in chosen))
        else:
            with whole_file(Path(opts.output), replace=opts.replace) as path:
                path.write_bytes(b"".join(mail.content for mail in chosen))

    return hand_over(letters, [draft for draft in letters.letters if draft.id in mails], write)


def _as_rows(letters: Handover, form: str, opts: argparse.Namespace) -> int:
    def write(taken: Sequence[StoredDraft]) -> None:
        columns, rows = as_rows(letters, taken, opts.preset)
        write_table(rows, columns, to=opts.output, form=form, name="outreach", replace=opts.replace, stdout=sys.stdout.buffer)

    return hand_over(letters, letters.letters, write)
