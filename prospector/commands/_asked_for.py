"""Only the command that was asked for is imported: all of ours together take most of a second, more than many a command itself.

Scrapy imports every module of the package that may hold commands, and has no hook for this; the function that does so is replaced for our
package. Where a later Scrapy has no such function, all are imported, as before. Names of commands come from file names either way.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType

from scrapy import cmdline

REPLACED = "walk_modules_iter"
OURS = "prospector.commands"

Walk = Callable[[str], Iterable[ModuleType]]


def import_what_is_asked_for() -> None:
    walk: Walk | None = getattr(cmdline, REPLACED, None)
    if walk is not None:
        setattr(cmdline, REPLACED, quick(walk))


def quick(others: Walk) -> Walk:
    """What is done instead; `others`: what is done for packages that are not ours, and where no command of ours is named."""

    def walk(package: str) -> Iterable[ModuleType]:
        name = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
        if package != OURS or name.startswith("_") or not name.isidentifier() or not Path(__file__).with_name(f"{name}.py").is_file():
            return others(package)
        return [import_module(f"{OURS}.{name}")]

    return walk
