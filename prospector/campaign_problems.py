"""What is wrong with a campaign file, one line for each mistake: file, line, key, what is wrong, what would be right.

A new kind of mistake that pydantic reports is a new row in `_SENTENCES`; the examples are those of the model's fields.
"""

from __future__ import annotations

import json
import re
import types
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, ValidationError

from prospector.campaign_lines import KeyPath

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CURLY = re.compile("[\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb]")
_PLACEHOLDER = re.compile(r"\s*<[^<>]*>\s*")  # what `scrapy init` leaves for the user to fill in

_SENTENCES = {  # pydantic's kind of error → our words; {given} is the value, the others come from the error's context
    "string_type": "{given} is not text in quotes.",
    "int_type": "{given} is not a whole number.",
    "float_type": "{given} is not a number.",
    "finite_number": "{given} is not a number to count with.",
    "literal_error": "{given} is none of {expected}.",
    "greater_than_equal": "{given} is too small: at least {ge:g}.",
    "greater_than": "{given} is too small: more than {gt:g}.",
    "less_than_equal": "{given} is too large: at most {le:g}.",
    "tuple_type": "{given} is not a list in [brackets].",
    "model_type": "{given} is not a table.",
    "time_delta_type": "{given} is not a time.",
    "is_instance_of": "{given} is not the name of a folder.",
    "dataclass_exact_type": "{given} is not the name of a file.",
    "wrong": "{text}",
    "wrong_but": "{text}",  # says itself what would be right
}

_SYNTAX_HINTS = (  # what tomllib says → what people did; first match wins
    ("Unescaped '\\'", r"A \ in double quotes means something else: write paths with / or in single quotes, like 'lists\seeds.txt'."),
    ("Invalid hex", r"A \ in double quotes means something else: write paths with / or in single quotes, like 'lists\seeds.txt'."),
    ("Cannot overwrite", "The same key stands twice; keep one of them."),
    ("Cannot declare", "The same table stands twice; put its keys together, or write [[sites]] for each of several sites."),
    ("Expected '=' after a key", 'Write it as key = value, for example name = "my-campaign".'),
    ("Invalid value (at end of document)", 'A closing ] or } is missing: write it like keywords = ["seeds", "soil"].'),
    ("Invalid value", 'Text stands in quotes, true and false have small letters: write it like name = "my-campaign".'),
    ("Illegal character '\\n'", 'A text in quotes ends on its own line: write it like name = "my-campaign".'),
    ("Unterminated string", 'A quote is missing: write it like name = "my-campaign".'),
    ("Unclosed array", 'A closing ] is missing, or a comma between two values: write it like keywords = ["seeds", "soil"].'),
    ("Unclosed inline table", 'A closing } is missing, or a comma between two values: write it like gone = { passes = 2, gap = "24h" }.'),
    ("Invalid statement", 'Each line is a [table], a key = value or a # comment: write it like name = "my-campaign".'),
    ("", 'One key = value on each line: write it like name = "my-campaign".'),
)


def syntax_problem(error: Exception, text: str, file: str) -> str:
    """The one mistake that kept tomllib from reading on."""
    said = str(error)
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", said)
    line = int(place[1]) if place and place[1] else text.rstrip().count("\n") + 1
    what = said[: place.start()] if place else said
    what = re.sub(r"\((.*?),?\)", lambda path: f"[{path[1].replace(', ', '.')}]".replace("'", ""), what)  # tomllib names a table ('a', 'b')
    hint = next(hint for words, hint in _SYNTAX_HINTS if words in said)
    lines = text.split("\n")
    written = lines[line - 1].strip()[:60] if line <= len(lines) else ""
    if _CURLY.search(written):
        hint = 'Curly quotes are not understood here, only straight ones: write it like name = "my-campaign".'
    return f"{file}:{line}  not valid TOML: {what[:1].lower()}{what[1:]}{f' in: {written}' if written else ''}. {hint}"


def value_problems(
    error: ValidationError | None, raw: Mapping[str, Any], *, lines: Mapping[KeyPath, int], file: str, model: type[BaseModel]
) -> tuple[str, ...]:
    """Every mistake in the values, in the order of the file."""
    found: list[tuple[int, str]] = []

    def add(path: KeyPath, what: str) -> None:
        line = _line_of(path, lines)
        found.append((line, f"{file}:{line}  {_name_of(path)}: {what}"))

    mistakes = error.errors(include_url=False) if error else []
    # [sendr] is one mistake, not also a missing [sender]
    meant = {_meant(tuple(each["loc"]), model) for each in mistakes if each["type"] == "extra_forbidden"}
    unfilled = list(_placeholders(raw, ()))
    for path in unfilled:
        names = tuple(step for step in path if isinstance(step, str))
        example = _example(model, names).removeprefix("Write it as ")
        add(path, f"still to be filled in, for example {example}")
    for details in mistakes:
        path = tuple(details["loc"])
        if path in meant and path not in lines:
            continue
        if details["type"] == "wrong_in_list":  # these name the list's own file and lines
            found.extend((_line_of(path, lines), problem) for problem in details["ctx"]["problems"])
        elif path not in unfilled:
            add(path, _sentence(details, path, model))
    found.sort(key=lambda pair: pair[0])
    return tuple(_CONTROL.sub(" ", text) for _, text in found)


def toml_literal(value: Any) -> str:
    """A value as one writes it in the file."""
    match value:
        case bool():
            return "true" if value else "false"
        case Mapping():
            return "{ " + ", ".join(f"{key} = {toml_literal(item)}" for key, item in value.items()) + " }" if value else "{}"
        case list() | tuple():
            return "[" + ", ".join(toml_literal(item) for item in value) + "]"
        case int() | float():
            return str(value)
        case _:
            return json.dumps(str(value), ensure_ascii=False)


def fields_at(model: type[BaseModel], path: Sequence[str | int]) -> Mapping[str, FieldInfo]:
    """The keys that may stand in the table at `path`; none where there is no table."""
    for step in path:
        if isinstance(step, int):
            continue
        table = table_in(model.model_fields[step].annotation) if step in model.model_fields else None
        if table is None:
            return {}
        model = table
    return model.model_fields


def table_in(annotation: Any) -> type[BaseModel] | None:
    """The table behind a field's type: itself, or what it is a list of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (tuple, Union, types.UnionType):
        return next(filter(None, map(table_in, get_args(annotation))), None)
    return None


def _sentence(details: ErrorDetails, path: KeyPath, model: type[BaseModel]) -> str:
    kind, given = details["type"], details["input"]
    if kind == "missing":
        return f"is missing. {_example(model, path)}"
    if kind == "extra_forbidden":
        return _unknown(path, model, is_table=isinstance(given, Mapping) or _is_tables(given))
    if kind == "tuple_type" and isinstance(given, Mapping) and isinstance(path[-1], str):
        return f"is one table; a list of tables is wanted. Write it as [[{path[-1]}]]."
    context = {"given": _shown(given), **details.get("ctx", {})}
    text = _SENTENCES[kind].format(**context) if kind in _SENTENCES else f"{details['msg']}."
    if kind == "wrong_but":
        return text
    return f"{text} {_example(model, path, _repaired(details))}"


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _meant(path: KeyPath, model: type[BaseModel]) -> KeyPath:
    """The key or table of the same table that an unknown one was probably meant to be; () for none."""
    near = get_close_matches(str(path[-1]).lower().replace("-", "_"), fields_at(model, path[:-1]), n=1, cutoff=0.7)
    return (*path[:-1], near[0]) if near else ()


def _unknown(path: KeyPath, model: type[BaseModel], *, is_table: bool) -> str:
    key, here = str(path[-1]), fields_at(model, path[:-1])
    meant = _meant(path, model)
    if is_table and len(path) == 1:
        tables = [name for name, field in here.items() if table_in(field.annotation) is not None]
        if meant and meant[0] in tables:
            return f"there is no table [{key}]. Did you mean {_header(model, [str(meant[0])])}?"
        return f"there is no table [{key}]. The tables are {', '.join(_header(model, [name]) for name in tables)}."
    if meant:
        return f'there is no key "{key}". {_example(model, meant)}'
    elsewhere: dict[str, list[tuple[str, ...]]] = {name: [(name,)] for name in model.model_fields if name not in path}
    for table in model.model_fields:
        for name in fields_at(model, (table,)) if table not in path else ():
            elsewhere.setdefault(name, []).append((table, name))
    for near in get_close_matches(key, elsewhere, n=1, cutoff=0.8):
        right = elsewhere[near]
        headers = " or ".join(_header(model, place[:1]) for place in right if len(place) > 1)
        place = f"in the table {headers}" if len(right[0]) > 1 else "at the top of the file, above the first [table]"
        return f'there is no key "{key}" here; it belongs {place}. {_example(model, right[0])}'
    known = f"Known here: {', '.join(here)}." if here else "Leave it out."
    return f'there is no key "{key}". {known}'


def _example(model: type[BaseModel], path: KeyPath, value: Any = None) -> str:
    """An example of what is right; `value` where the mistake itself shows what was meant."""
    names = [step for step in path if isinstance(step, str)]
    field = fields_at(model, names[:-1])[names[-1]]
    table = table_in(field.annotation)
    if table is not None and not field.examples:
        header = _header(model, names)
        needed = {key: part.examples[0] for key, part in table.model_fields.items() if part.is_required() and part.examples}
        keys = ", ".join(f"{key} = {toml_literal(item)}" for key, item in needed.items())
        return f"Write it as {header} with {keys} below it." if keys else f"Write it as {header} with its keys below it."
    right = (field.examples or [""])[0] if value is None else value
    if value is None and field.default and isinstance(field.default, int | float) and not isinstance(field.default, bool):
        right = field.default  # of a number, the default is the best example, unless it is "none"
    if isinstance(path[-1], str):
        return f"Write it as {path[-1]} = {toml_literal(right)}."
    return f"Write it as {toml_literal(right[0] if isinstance(right, list) else right)}."


def _header(model: type[BaseModel], names: Sequence[str]) -> str:
    repeated = get_origin(fields_at(model, names[:-1])[names[-1]].annotation) is tuple
    return f"[[{'.'.join(names)}]]" if repeated else f"[{'.'.join(names)}]"


def _repaired(details: ErrorDetails) -> Any:
    """What the user most likely meant, where that is plain."""
    kind, given = details["type"], details["input"]
    if kind == "tuple_type" and isinstance(given, str):
        return [given]
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", details["ctx"]["expected"])
        return next(iter(get_close_matches(str(given).lower(), allowed, n=1)), None)
    if (
        kind in ("int_type", "float_type")
        and isinstance(given, str)
        and (number := re.fullmatch(r"(\d{1,9}(?:\.\d{1,6})?) ?s?", given.strip()))
    ):
        return int(float(number[1])) if kind == "int_type" else float(number[1])
    return None


def _shown(value: Any) -> str:
    text = toml_literal(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _name_of(path: KeyPath) -> str:
    return ".".join(step for step in path if isinstance(step, str))


def _line_of(path: KeyPath, lines: Mapping[KeyPath, int]) -> int:
    """The key's own line, else that of the table in which it is missing."""
    return next((lines[path[:length]] for length in range(len(path), 0, -1) if path[:length] in lines), 1)


def _placeholders(value: Any, path: KeyPath) -> Iterator[KeyPath]:
    if isinstance(value, str) and _PLACEHOLDER.fullmatch(value):
        yield path
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _placeholders(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _placeholders(item, (*path, index))
