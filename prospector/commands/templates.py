"""`scrapy templates lint`, `list` and `preview`: the letters' templates, tried on made-up pages."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from prospector.campaign import Campaign, CampaignError
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
    chosen_letters,
    letters_beside,
    run_plainly,
    say,
)
from prospector.outreach.findings import Severity
from prospector.outreach.samples import MANY, samples_for
from prospector.outreach.template_lint import lint_template, sample_letter
from prospector.outreach.templates import SUFFIX, Template, TemplateError, read_template
from prospector.outreach.views import SenderSettings

USAGE = "scrapy templates lint [FILE ...] | list | preview ID"
MOST_FILES = 1000


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options] lint [FILE ...] | list | preview ID"

    def short_desc(self) -> str:
        return "Check the letters' templates, list them, or try one"

    def long_desc(self) -> str:
        return (
            "lint: try templates on made-up pages (one dead link, many, parked names, nothing to offer, a form, hostile words) and print what a "
            "careful reader would object to, with file and line. Without FILE: all of the campaign's. list: the campaign's templates. preview: "
            "the letter that one makes of a made-up page with many dead links."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        add_help(
            parser,
            examples="""
                scrapy templates lint
                scrapy templates lint templates/my-letter.txt.j2
                scrapy templates list
                scrapy templates preview ID
            """,
            exit_codes="""
                0  no error (warnings may stand)
                1  a template has an error, or there is none with that id
                2  the command or the campaign file is wrong
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: _templates(args, opts))


def _templates(args: list[str], opts: argparse.Namespace) -> int:
    check_arguments(args, opts, at_most=MOST_FILES, usage=USAGE)
    match args:
        case ["lint", *files]:
            return _lint([Path(file) for file in files], opts)
        case ["list"]:
            return _list(chosen_letters(chosen_campaign(opts.campaign)))
        case ["preview", name]:
            campaign = chosen_campaign(opts.campaign)
            return _preview(name, chosen_letters(campaign), campaign.sender)
        case _:
            raise CommandError(f"Usage: {USAGE}", BAD_INPUT)


def _lint(files: list[Path], opts: argparse.Namespace) -> int:
    """Every template's mistakes, whatever else is wrong with the campaign."""
    campaign, problems = _campaign(opts.campaign) if not files else (None, ())
    folder = campaign.templates.folder if campaign else letters_beside(opts.campaign, Path.cwd())
    paths = files or sorted(folder.glob(f"*{SUFFIX}"))
    if not paths:
        raise CommandError(f"{folder} holds no template. Put files named like resource-page{SUFFIX} there.")
    errors = warnings = 0
    ids: dict[str, Path] = {}
    for path in paths:
        try:
            template = read_template(path)
        except TemplateError as error:
            print(error)
            errors += len(str(error).splitlines())
            continue
        if template.id in ids:
            print(f'{path}:1  error: id "{template.id}" is taken by {ids[template.id].name}. Give each template an id of its own.')
            errors += 1
        ids.setdefault(template.id, path)
        for flaw in lint_template(template, sender=campaign.sender if campaign else None):
            print(f"{path}:{flaw.line}  {flaw.finding.severity}: {flaw.finding.reason} (tried on: {flaw.sample})")
            errors += flaw.finding.severity is Severity.ERROR
            warnings += flaw.finding.severity is Severity.WARNING
    say(f"{_counted(len(paths), 'template')}: {_counted(errors, 'error')}, {_counted(warnings, 'warning')}")
    for problem in problems:
        say(problem)
    return BAD_INPUT if problems else FAILED if errors else DONE


def _campaign(given: str | None) -> tuple[Campaign | None, tuple[str, ...]]:
    try:
        return chosen_campaign(given), ()
    except CampaignError as error:
        return None, error.problems


def _list(letters: dict[str, Template]) -> int:
    for letter in letters.values():
        print(f"{letter.id:<20}  {letter.locale}  {letter.purpose:<9}  {letter.audience:<8}  weight {letter.weight:<4}  {letter.path}")
    return DONE


def _preview(name: str, letters: dict[str, Template], sender: SenderSettings) -> int:
    if name not in letters:
        raise CommandError(f'there is no template "{name}" (there are {", ".join(sorted(letters))}). See: scrapy templates list')
    samples = samples_for(letters[name].purpose)
    sample = next((each for each in samples if each.name == MANY), samples[0])
    draft = sample_letter(letters[name], sample, sender)
    print(f"Subject: {draft.subject}\n\n{draft.body}", end="")
    return DONE


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
