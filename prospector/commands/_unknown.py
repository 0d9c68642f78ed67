"""What is said of a command that doesn't exist: the one that was probably meant. Scrapy itself only says that it knows no such command.

Scrapy has no hook for this; the one function that says so is replaced. Where a later Scrapy has no such function, its own words stay, as they
do in other projects.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from difflib import get_close_matches

from scrapy import cmdline
from scrapy.settings import BaseSettings

REPLACED = "_print_unknown_command"
OURS = "prospector.commands"

Words = Callable[[BaseSettings, str, bool], None]


def suggest_commands() -> None:
    words: Words | None = getattr(cmdline, REPLACED, None)
    if words is not None and hasattr(cmdline, "_get_commands_dict"):
        setattr(cmdline, REPLACED, suggesting(words))


def suggesting(others: Words) -> Words:
    """What is said instead; `others`: what is said in projects that are not ours."""

    def say_unknown(settings: BaseSettings, name: str, inproject: bool) -> None:  # noqa: FBT001 - Scrapy's own signature
        if settings.get("COMMANDS_MODULE") != OURS:
            return others(settings, name, inproject)
        near = get_close_matches(name.lower(), cmdline._get_commands_dict(settings, inproject), n=1)  # noqa: SLF001
        meant = f" Did you mean: scrapy {near[0]}?" if near else ""
        sys.stderr.write(f'there is no command "{name}".{meant} All commands: scrapy\n')
        return None

    return say_unknown
