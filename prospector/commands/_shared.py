"""What every command does alike: options, the campaign it works on, its store, plain words when something is wrong.

Exit codes: 0 done, 1 nothing (or not everything) could be done, 2 the input is wrong. No ScrapyCommand may be defined here: Scrapy takes every
one that it finds in this package for a command.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy import commands as scrapy_commands
from scrapy.commands import ScrapyHelpFormatter
from scrapy.crawler import Crawler, CrawlerProcessBase
from scrapy.exceptions import NotConfigured
from scrapy.settings import BaseSettings

from prospector.campaign import FILE_NAME, Campaign, CampaignError, Templates, find_campaign
from prospector.campaign_lines import key_lines
from prospector.campaign_remarks import haste, unreachable_sites
from prospector.export.whole import ExportError, TakenError
from prospector.outreach.choice import named
from prospector.outreach.templates import FIRST, Template, TemplateError, load_templates
from prospector.scaffold import bundled_templates
from prospector.store import Store, StoreError
from prospector.terminal import harmless

if TYPE_CHECKING:
    from prospector.deciding import Decisions

# What only some commands need is imported where they need it: a command that prints a few lines should not wait for a network or letters.

NOTHING_CRAWLED = "{database}: nothing has been crawled for this campaign yet. Begin with: scrapy crawl resources"
DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

COLLECTED_AFTER = (10_000, 10, 10)  # default 700, 10, 10

# a command must not start logging or an engine just to print a few lines
QUIET_SETTINGS = {"LOG_ENABLED": False}


class CommandError(Exception):
    """The command can't go on. The message is one line that says what to do next."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


class RawHelp(ScrapyHelpFormatter):
    """Help whose examples keep their lines."""

    def format_part_strings(self, part_strings: list[str]) -> list[str]:
        """Scrapy's takes whatever ends in a colon for a heading, and the text of an option may wrap at one: only a heading follows an empty line."""
        lines: list[str] = []
        for before, part in zip(["\n", *part_strings], part_strings, strict=False):
            lines += super().format_part_strings([part]) if before == "\n" and not part.startswith(" ") else [part]
        return lines

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n" in text:
            return "\n".join(indent + line for line in text.splitlines())
        return super()._fill_text(text, width, indent)


def add_help(parser: argparse.ArgumentParser, *, examples: str, exit_codes: str) -> None:
    """Show examples (one a line) and exit codes below the options."""
    parser.formatter_class = RawHelp
    lines = "\n".join(f"  {line.strip()}" for line in examples.strip().splitlines())
    codes = "\n".join(f"  {line.strip()}" for line in exit_codes.strip().splitlines())
    parser.epilog = f"Examples\n========\n{lines}\n\nExit codes\n==========\n{codes}"


def add_campaign_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--campaign",
        metavar="FILE",
        help="campaign file, or the folder it lies in; without it campaign.toml here or in a folder above, else the bundled demo",
    )


def run_plainly(work: Callable[[], int | None]) -> int:
    """Do the command's work; whatever stops it becomes a line on stderr and an exit code."""
    survive_any_console()
    try:
        code = work() or DONE
        sys.stdout.flush()  # here, where a reader that went away can still be forgiven
    except BrokenPipeError:  # `| head`: what it read is what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at its end
        return DONE
    except CampaignError as error:
        code, lines = BAD_INPUT, tuple(filter(None, (error.where, *error.problems)))
    except CommandError as error:
        code, lines = error.code, tuple(str(error).splitlines())
    except TakenError as error:
        code, lines = BAD_INPUT, (str(error),)
    except (StoreError, ExportError) as error:
        code, lines = FAILED, tuple(str(error).splitlines())
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        code, lines = FAILED, (f"{place}{error.strerror or error}",)
    except KeyboardInterrupt:
        code, lines = INTERRUPTED, ("stopped",)
    else:
        return code
    for line in lines:
        for part in line.split("\n"):
            say(part)
    return code


def crawl_to_the_end(process: CrawlerProcessBase, crawler: Crawler) -> int:
    """Run the crawl that was begun; its exit code.

    Looking for cycles to free costs a tenth of a crawl: what is imported by now stays, and of what comes most is freed without.
    """
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)
    process.start()
    return code_of(crawler, bootstrap_failed=process.bootstrap_failed)


def code_of(crawler: Crawler, *, bootstrap_failed: bool) -> int:
    """The exit code of a crawl that has ended."""
    if bootstrap_failed or crawler.stats is None:
        return FAILED
    match crawler.stats.get_value("finish_reason"):
        case "finished":
            return FAILED if crawler.stats.get_value("prospector/did_nothing") else DONE
        case "shutdown":
            return INTERRUPTED
        case _:
            return FAILED


def survive_any_console() -> None:
    """A console of few letters (cp1252) shows ? for the others, instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def say(line: str) -> None:
    """A remark about the work, on stderr: stdout is for results."""
    print(harmless(line), file=sys.stderr)


def show(line: str) -> None:
    """A line of the result, on stdout. It may hold what strangers wrote."""
    print(harmless(line))


def chosen_campaign(given: str | None, *, cwd: Path | None = None) -> Campaign:
    """The campaign to work on, told on stderr with the reason why."""
    campaign, why = find_campaign(given, cwd or Path.cwd())
    say(why)
    return campaign


def campaign_with_letters(given: str | None) -> Campaign:
    """The campaign to work on, its letters checked before anything starts. CampaignError with the mistakes in both at once."""
    try:
        campaign = chosen_campaign(given)
    except CampaignError as error:
        raise with_mistakes_in_letters(error) from error
    try:
        checked_letters(campaign.templates, campaign.path)
    except TemplateError as error:
        raise CampaignError(*str(error).splitlines()) from error  # `where` was told
    return campaign


def with_mistakes_in_letters(error: CampaignError) -> CampaignError:
    """A campaign's mistakes, and those of its letters, so that all can be mended at once."""
    if error.letters is not None:
        try:
            checked_letters(*error.letters)
        except TemplateError as more:
            return CampaignError(*error.problems, *str(more).splitlines(), where=error.where)
    return error


def chosen_letters(campaign: Campaign) -> dict[str, Template]:
    """Every template of the campaign's folder by id, the campaign's own letters among them. CommandError when something is wrong with them."""
    try:
        return checked_letters(campaign.templates, campaign.path)
    except TemplateError as error:
        raise CommandError(str(error), BAD_INPUT) from error


def checked_letters(wanted: Templates, file: Path) -> dict[str, Template]:
    """Every template of a campaign's folder by id. TemplateError, also when one that the campaign wants is not among them.

    :param file: the campaign's, for its lines.
    """
    letters = load_templates(wanted.folder)
    problems = [problem for name in named(wanted) for problem in _no_first_letter(name, letters, wanted, file)]
    if problems:
        raise TemplateError("\n".join(problems))
    return letters


def _no_first_letter(name: str, letters: dict[str, Template], wanted: Templates, file: Path) -> Iterator[str]:
    """What is wrong with a letter that the campaign names, with its place."""
    key, written = ("letters", f'letters = ["{name}"]') if wanted.letters else ("letter", f'letter = "{name}"')
    first = {each: letter for each, letter in letters.items() if letter.purpose in FIRST}
    if name in first:
        return
    line = key_lines(file.read_text("utf-8-sig")).get(("templates", key))
    place = f"{file.name}{f':{line}' if line else ''}  templates.{key}: "
    near = next(iter(get_close_matches(name, first, n=1, cutoff=0)), "")
    right = written.replace(f'"{name}"', f'"{near}"') if near else written
    if name in letters:
        yield f'{place}"{name}" is no first letter about dead links (its purpose is {letters[name].purpose}). Write it as {right}.'
    else:
        known = ", ".join(sorted(first))
        yield f'{place}there is no letter "{name}" in {wanted.folder} (there are {known}). Write it as {right}.'


def letters_beside(given: str | None, cwd: Path) -> Path:
    """Where the letters lie when the campaign file has mistakes: where it says, if that can be read, else beside it, else the program's own."""
    place = cwd / Path(given).expanduser() if given else cwd
    file = place / FILE_NAME if place.is_dir() else place
    try:
        said = tomllib.loads(file.read_text("utf-8-sig"))["templates"]["folder"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        said = "templates"
    folder = file.parent / (said if isinstance(said, str) else "templates")
    return folder if folder.is_dir() else bundled_templates()


def check_manners(settings: BaseSettings, campaign: Campaign) -> None:
    """Own sites that nobody else can see are refused before a crawl starts; a pace that others would feel is remarked on."""
    if settings.getbool("ADDRESS_GUARD_ENABLED") and (private := unreachable_sites(campaign)):
        raise CommandError("\n".join(private), BAD_INPUT)
    if why := haste(campaign):
        say(why)


def check_network(settings: BaseSettings) -> None:
    """Settings of the network that can't be used are told before a crawl starts."""
    from prospector.checking.handler import network_settings  # noqa: PLC0415

    try:
        network_settings(settings)
    except (NotConfigured, ValueError) as error:
        raise CommandError(str(error), BAD_INPUT) from error


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence to put behind an error, with a space before it; "" when nothing is near."""
    near = get_close_matches(word.lower(), list(known), n=1)
    return f" Did you mean {near[0]}?" if near else ""


def no_foreign_seeds(campaign: Campaign) -> str:
    """Where to write other people's pages, when all seeds are one's own or to be ignored; "" when there is one."""
    from prospector.spiders.reading import is_prospect  # noqa: PLC0415

    if any(is_prospect(url, campaign) for url in campaign.seed_urls()):
        return ""
    place = next(iter(campaign.seed_places().values()))
    return f"{place}: all seeds are on your own site, or on the list of what to ignore. Name pages of other people that list links."


def no_seeds(campaign: Campaign) -> str:
    """Where to write the pages to begin with, when there are none."""
    name = campaign.path.name
    if not campaign.seeds.files:
        return f'{name}: no seeds, so a crawl has nowhere to begin. Write under [seeds] in it: files = ["seeds.txt"], or urls = ["https://library.example.edu/gardening"].'
    files = " and ".join(file.shown for file in campaign.seeds.files)
    return f"{files}: no address there yet, so a crawl has nowhere to begin. Write pages that list links on your subject, one a line, such as https://library.example.edu/gardening"


def open_store(campaign: Campaign) -> Store:
    """The campaign's store, which must exist already."""
    if not campaign.database.exists():
        raise CommandError(NOTHING_CRAWLED.format(database=campaign.database))
    return Store.open(campaign.database, create=False)


def suppressions_setting(command: scrapy_commands.ScrapyCommand) -> str | None:
    """The setting SUPPRESSIONS_DB, as the command line may have it."""
    return command.settings.get("SUPPRESSIONS_DB") if command.settings else None


@contextmanager
def decisions_on(store: Store, campaign: Campaign, setting: str | None) -> Iterator[Decisions]:
    """A person's decisions on a campaign, with the list of who is not to be written to open meanwhile.

    :param setting: SUPPRESSIONS_DB.
    """
    from prospector.deciding import Decisions  # noqa: PLC0415
    from prospector.drafting import open_suppressions  # noqa: PLC0415

    with open_suppressions(campaign, setting) as suppressions:
        try:
            decisions = Decisions(store, campaign, suppressions)
        except TemplateError as error:
            raise CommandError(str(error), BAD_INPUT) from error
        yield decisions


def files_to_read(names: Iterable[str]) -> list[Path]:
    """The files that were named. CommandError, naming all that are none, before any is read."""
    paths = [Path(name).expanduser() for name in names]
    wrong = [
        f"{path}: it is a folder. Name the files in it." if path.is_dir() else f"{path}: there is no such file."
        for path in paths
        if not path.is_file()
    ]
    if wrong:
        raise CommandError("\n".join([*wrong, "Nothing was read, nor changed."]), FAILED)
    return paths


def check_arguments(args: Iterable[str], opts: argparse.Namespace, *, at_most: int, usage: str) -> None:
    """Scrapy hands on options that it doesn't know as arguments; a mistyped one must not be taken for a folder."""
    given = list(args)
    for option in given:
        if option.startswith("-") and option != "-":
            known = [f"--{name.replace('_', '-')}" for name in vars(opts)]
            raise CommandError(f"there is no option {option}.{did_you_mean(option.split('=')[0], known)} Usage: {usage}", BAD_INPUT)
    if len(given) > at_most:
        raise CommandError(f"too many arguments: {' '.join(given[at_most:])}. Usage: {usage}", BAD_INPUT)
