"""Files that appear whole or not at all, and never in place of another unless that was asked for."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


class ExportError(Exception):
    """The export can't be written. The message is one line that says what to do next."""


class TakenError(ExportError):
    """Something is there already."""


def refuse_to_overwrite(path: Path, *, replace: bool) -> None:
    if path.is_dir():
        raise TakenError(f"{path}: it is a folder. Name a file in it.")
    if path.exists() and not path.is_file():  # a device or a pipe: renaming a new file to its name would do away with it
        raise TakenError(f"{path}: it is no ordinary file. Name one, or - for standard output.")
    if path.exists() and not replace:
        raise TakenError(f"{path}: it is there already. Add --replace to overwrite it, or choose another name.")


@contextmanager
def whole_file(path: Path, *, replace: bool) -> Iterator[Path]:
    """Write to the path that this gives: a new file beside the wanted one, which takes its name once it is whole.

    :raises ExportError: the file is there already, or it can't be written.
    """
    refuse_to_overwrite(path, replace=replace)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    with _plain_errors(path):
        try:
            yield unfinished
            with unfinished.open("rb+") as written:
                os.fsync(written.fileno())
            refuse_to_overwrite(path, replace=replace)
            unfinished.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                unfinished.unlink()
            raise


def add_files(folder: Path, files: Iterable[tuple[str, bytes]], *, replace: bool) -> int:
    """Put all of these into the folder, or none of them. Others that lie there stay.

    :raises ExportError: one of them is there already, or they can't be written.
    """
    if folder.exists() and not folder.is_dir():
        raise TakenError(f"{folder}: it is a file. Name a folder for the letters.")
    unfinished = folder / f".{os.getpid()}.part"
    new = not folder.exists()
    placed: list[Path] = []
    with _plain_errors(folder):
        try:
            unfinished.mkdir(parents=True)
            names = [_written(unfinished, name, content) for name, content in files]
            for name in names:
                refuse_to_overwrite(folder / name, replace=replace)
            for name in names:
                (unfinished / name).replace(folder / name)
                placed.append(folder / name)
        except BaseException:
            for path in () if replace else placed:
                path.unlink(missing_ok=True)
            raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
            if new and not placed:
                with contextlib.suppress(OSError):
                    folder.rmdir()
    return len(names)


def _written(folder: Path, name: str, content: bytes) -> str:
    (folder / name).write_bytes(content)
    return name


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ExportError(f"{path}: it can't be written ({error.strerror or error}). Choose another place with -o.") from error
