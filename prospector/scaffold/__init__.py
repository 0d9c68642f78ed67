"""What `scrapy init` puts into a client's folder, and where the project's own letters lie.

`templates/` at the top of the project is the one source of the letters. A wheel carries them as data files (pyproject.toml), so an installed
program finds them through its own list of installed files, wherever the installer put them.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

SCAFFOLD = Path(__file__).parent
_INSTALLED = ("share", "prospector", "templates")


@cache
def bundled_templates() -> Path:
    """The folder of the project's own letters. Raises FileNotFoundError when the installation has lost them."""
    checkout = SCAFFOLD.parent.parent / "templates"
    if checkout.is_dir() and (SCAFFOLD.parent.parent / "pyproject.toml").is_file():
        return checkout
    try:
        installed = files("prospector") or []
    except PackageNotFoundError:
        installed = []
    listed = [Path(str(file.locate())).resolve().parent for file in installed if file.parts[-4:-1] == _INSTALLED]
    beside_the_package = SCAFFOLD.parent.parent.joinpath(*_INSTALLED)  # `pip install --target` lists another place than it fills
    for folder in (*listed[:1], beside_the_package):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("the letters that come with Prospector are missing: install it again")
