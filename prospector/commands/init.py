"""`scrapy init DIR`: a folder for a client or cause, with a campaign to fill in. Overwrites nothing."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from prospector.campaign import FILE_NAME
from prospector.campaign_types import slug
from prospector.commands._shared import BAD_INPUT, QUIET_SETTINGS, CommandError, add_help, check_arguments, run_plainly
from prospector.scaffold import SCAFFOLD, bundled_templates

# what makes Scrapy's commands find the spiders from inside the folder
SCRAPY_CFG = "[settings]\ndefault = prospector.settings\n"

NEXT_STEPS = """
Next:
  1. cd {folder}
  2. Open campaign.toml and fill in what stands in <angle brackets>.
  3. Put pages to begin with into seeds.txt, one address a line.
  4. scrapy doctor             checks all of it
  5. scrapy crawl resources    finds dead links and drafts letters; nothing is sent"""


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options] DIR"

    def short_desc(self) -> str:
        return "Make a folder for a new campaign"

    def long_desc(self) -> str:
        return "Make a folder with a commented campaign.toml, a list for seeds, the letters and a place for results. Nothing that is there is overwritten."

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--force", action="store_true", help="in a folder with files: add what is missing, leave the rest alone")
        add_help(
            parser,
            examples="""
                scrapy init example-gardens            a new folder for a client
                scrapy init . --force                  add what is missing here""",
            exit_codes="""
                0  done
                1  the folder can't be written
                2  no folder named, or it has files already""",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: init(args, opts))


def init(args: list[str], opts: argparse.Namespace) -> None:
    check_arguments(args, opts, at_most=1, usage="scrapy init DIR")
    if not args:
        raise CommandError("which folder? Usage: scrapy init DIR, for example: scrapy init example-gardens", BAD_INPUT)
    folder = Path(args[0]).expanduser()
    if folder.exists() and not folder.is_dir():
        raise CommandError(f"{folder} is a file. Name a folder that doesn't exist yet.", BAD_INPUT)
    if folder.is_dir() and any(folder.iterdir()) and not opts.force:
        raise CommandError(f"{folder} is not empty. Name another folder, or add only what is missing with --force.", BAD_INPUT)
    made = list(_make(folder))
    print(f"{folder.resolve()}: {len(made)} new" if made else f"{folder.resolve()}: nothing was missing")
    for path in made:
        print(f"  {path.relative_to(folder).as_posix()}{'/' if path.is_dir() else ''}")
    print(NEXT_STEPS.format(folder=folder))


def _make(folder: Path) -> Iterator[Path]:
    """Write what is missing; what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    campaign = (SCAFFOLD / FILE_NAME).read_text("utf-8").replace("@NAME@", slug(folder.resolve().name))
    texts = {"scrapy.cfg": SCRAPY_CFG, FILE_NAME: campaign, "seeds.txt": (SCAFFOLD / "seeds.txt").read_text("utf-8")}
    for name, text in texts.items():
        path = folder / name
        if not path.exists():
            path.write_text(text, "utf-8")
            yield path
    letters = bundled_templates()
    for letter in sorted(path for path in letters.rglob("*") if path.is_file()):
        path = folder / "templates" / letter.relative_to(letters)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(letter, path)
            yield path
    output = folder / "output"
    if not output.exists():
        output.mkdir()
        yield output
