"""What may stand in a campaign file beside plain numbers and texts: addresses, durations, globs, lists of pages, folders.

Each type turns what a person writes into the value that the program wants, or says what is wrong and what would be right.
"""

from __future__ import annotations

import re
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, LiteralString, NoReturn, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, ValidationInfo
from pydantic_core import PydanticCustomError

from prospector.campaign_lists import UrlFile, UrlFileError, check_address, read_url_file
from prospector.links.urls import host_of, normalise
from prospector.scaffold import bundled_templates

_T = TypeVar("_T")

_TEMPLATE: LiteralString = "{text}"
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) ?([smhdw])")
_LONGEST = timedelta(days=3650)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_RESERVED_NAMES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))})


class Table(BaseModel):
    """A table of the campaign file: nothing unknown in it, nothing changed after reading, no text taken for a number."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, arbitrary_types_allowed=True)


def wrong(text: str) -> NoReturn:
    """Refuse a value in our own words; the report adds the line, the key and the field's example."""
    raise PydanticCustomError("wrong", _TEMPLATE, {"text": text})


def wrong_but(text: str) -> NoReturn:
    """Refuse a value in words that say already what would be right."""
    raise PydanticCustomError("wrong_but", _TEMPLATE, {"text": text})


def wrong_in_list(problems: tuple[str, ...]) -> NoReturn:
    """Refuse a list file; its problems carry file and line of their own."""
    raise PydanticCustomError("wrong_in_list", _TEMPLATE, {"text": "\n".join(problems), "problems": problems})


def folder_of(info: ValidationInfo) -> Path:
    """The folder that relative paths of the file start from."""
    context: Any = info.context
    return context["folder"] if isinstance(context, dict) else Path.cwd()


def _one_line(text: str) -> str:
    text = text.strip()
    if not text:
        wrong("is empty.")
    if _CONTROL.search(text):
        wrong("has a line break or another control character in it; it must be one plain line.")
    return text


def _web_address(text: str) -> str:
    url, problem = check_address(text)
    if problem:
        wrong_but(problem)
    return url


def _email(text: str) -> str:
    text = text.strip()
    inside = re.search(r"<([^<>\s]+@[^<>\s]+)>", text)
    if inside:
        wrong_but(f'"{text[:80]}" is more than the address. Write it as "{inside[1]}".')
    if not re.fullmatch(r"[^\s@<>()\[\],;:\\\"]{1,64}@(?:[^\s@<>()\[\],;:\\\"./]+\.)+[^\s@<>()\[\],;:\\\"./]{2,}", text):
        wrong(f'"{text[:80]}" is not an e-mail address.')
    return text


def _file_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", text) or text.lower() in _RESERVED_NAMES:
        wrong_but(
            f'"{text[:80]}" can\'t be a file name everywhere (the database is output/<name>.db): only letters a-z, digits, - and _, '
            f'at most 60. Write it as "{slug(text)}".'
        )
    return text


def slug(text: str) -> str:
    """A file-name safe name made of any text."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-")
    return f"{name or 'my'}-campaign" if not name or name in _RESERVED_NAMES else name


def _language(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", text):
        wrong(f'"{text[:80]}" is not a language code of two or three small letters.')
    return text


def _glob(text: str) -> str:
    found = re.match(r"https?://[^/]*(/.*)?$", text)
    if found:
        wrong_but(f'"{text[:80]}" has a host in it; a pattern is matched against the path alone. Write it as "{found[1] or "/*"}".')
    if not text.startswith(("/", "*")):
        wrong_but(f'"{text[:80]}" would match nothing, since a path begins with "/". Write it as "/{text[:80]}".')
    return text


def _host(text: str) -> str:
    given = text.strip().lower()
    bare = re.sub(r"^[a-z]+://", "", given).split("/")[0].removeprefix("*.").strip(".")
    url = normalise(f"http://{bare}/") if re.fullmatch(r"[^\s/:?#@*]+", bare) else None
    if url is None:
        wrong(f'"{text[:80]}" is not a host name.')
    if bare != given:
        wrong_but(f'"{text[:80]}" is more than a host name (names below it are meant too). Write it as "{bare}".')
    return host_of(url)


def _duration(value: Any) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        wrong_but(f'{value} has no unit. Write it as "{value}h" for hours, "{value}d" for days.')
    if not isinstance(value, str):
        return value
    found = _DURATION.fullmatch(value.strip())
    if not found:
        wrong(f'"{value[:80]}" is not a time: a number and one of {", ".join(_UNITS)} ({", ".join(_UNITS.values())}) are wanted.')
    duration = timedelta(**{_UNITS[found[2]]: float(found[1])})
    if duration > _LONGEST:
        wrong(f'"{value}" is longer than ten years.')
    return duration


def _url_file(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str):
        return value
    path = folder_of(info) / value
    try:
        return read_url_file(path, value)
    except UrlFileError as error:
        wrong_in_list(error.problems)
    except FileNotFoundError:
        near = get_close_matches(path.name, _names_beside(path), n=1, cutoff=0.7)
        meant = f"Did you mean {near[0]}?" if near else "Make the file, one address a line, or leave the name out."
        wrong_but(f'"{value}" is not there (looked for {path}). {meant}')
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        wrong_but(f'"{value}" can\'t be read ({getattr(error, "strerror", None) or error}). Name a file with one address a line.')


def _names_beside(path: Path) -> list[str]:
    try:
        return [each.name for each in path.parent.iterdir()]
    except OSError:
        return []


def _pages(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str):
        return value
    urls = _url_file(value, info).urls
    if not urls:
        wrong_but(f'"{value}" names no page, so nothing could be offered. Put one address on each line, or leave the key out.')
    return urls


def _templates_folder(value: Any, info: ValidationInfo) -> Any:
    """An absent folder is the one beside the campaign, else the project's own letters."""
    if value is None:
        beside = folder_of(info) / "templates"
        if beside.is_dir():
            return beside
        try:
            return bundled_templates()
        except FileNotFoundError as error:
            wrong_but(f'{error}, or put letters of your own beside this file. Write it as "templates".')
    if not isinstance(value, str):
        return value
    folder = folder_of(info) / value
    if not folder.is_dir():
        wrong_but(f'"{value}" is no folder (looked for {folder}). Write it as "templates", and put your letters there.')
    return folder


# a tuple that takes the file's lists, with elements as strict as everything else
Many = Annotated[tuple[_T, ...], Strict(strict=False)]
Line = Annotated[str, AfterValidator(_one_line)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
EmailAddress = Annotated[str, AfterValidator(_email)]
FileName = Annotated[str, AfterValidator(_file_name)]
LanguageCode = Annotated[str, AfterValidator(_language)]
PathGlob = Annotated[str, AfterValidator(_glob)]
HostName = Annotated[str, AfterValidator(_host)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
ListFile = Annotated[UrlFile, BeforeValidator(_url_file)]
PageList = Annotated[Many[WebAddress], BeforeValidator(_pages)]
TemplatesFolder = Annotated[Path, BeforeValidator(_templates_folder), Field(validate_default=True)]
