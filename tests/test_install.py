"""What a wheel carries: every file of the package that is not code, and the letters."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "prospector"
BUILD = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_every_file_of_the_package_is_in_the_wheel() -> None:
    patterns = BUILD["tool"]["setuptools"]["package-data"]["prospector"]
    carried = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    no_code = {path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}}
    assert no_code
    assert [named(path) for path in sorted(no_code - carried)] == []


def test_every_folder_of_code_is_a_package() -> None:
    """Without __init__.py setuptools leaves a folder out."""
    assert [named(folder) for folder in {path.parent for path in PACKAGE.rglob("*.py")} if not (folder / "__init__.py").exists()] == []


def test_every_letter_is_in_the_wheel() -> None:
    patterns = BUILD["tool"]["setuptools"]["data-files"]["share/prospector/templates"]
    carried = {path for pattern in patterns for path in ROOT.glob(pattern)}
    assert carried >= {path for path in (ROOT / "templates").rglob("*") if path.is_file()}


def test_every_entry_point_leads_to_a_command_there_is() -> None:
    for name, target in BUILD["project"]["entry-points"]["scrapy.commands"].items():
        module, _, attribute = target.partition(":")
        assert module == f"prospector.commands.{name}"
        assert attribute == "Command"
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file()


def test_an_editable_install_says_nothing_that_would_worry_a_newcomer(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    for folder in ("prospector", "templates"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    built = subprocess.run(
        [sys.executable, "-c", "from setuptools import build_meta; build_meta.build_editable('.')"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "Warning" not in built.stdout + built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        (path,) = (name for name in packed.namelist() if name.endswith(".pth"))
        assert packed.read(path).decode().strip() == str(tmp_path)
