"""Lines of keys: what a person would point at with a finger."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospector.campaign_lines import KeyPath, key_lines
from prospector.campaign_problems import toml_literal

DOCUMENT = '''\
# a campaign
name = "x"   # = "y"
list = [     # the list
  "one", "two",

  "three",   # ] not the end
]
a.b."c.d" = 1
inline = { x = 1, y = { z = [ 2, { w = 3 } ] } }
text = """
key = 1
[table] \\""" still text"""""
raw = \'\'\'
[[sites]]
'quoted' \'\'\'
empty = ""
day = 1979-05-27 07:32:00

[table]
k = 'a\\'
[[ sites ]]
url = "one"
[sites.sub]
deep = true
[[sites.parts]]
n = 1
[[sites.parts]]
n = 2

[[sites]]
url = "two"
[[sites.parts]]
n = 3
'''

PLACES: dict[KeyPath, int] = {
    ("name",): 2,
    ("list",): 3,
    ("list", 0): 4,
    ("list", 1): 4,
    ("list", 2): 6,
    ("a", "b", "c.d"): 8,
    ("inline", "y", "z", 1, "w"): 9,
    ("text",): 10,
    ("raw",): 13,
    ("empty",): 16,
    ("day",): 17,
    ("table",): 19,
    ("table", "k"): 20,
    ("sites",): 21,
    ("sites", 0): 21,
    ("sites", 0, "url"): 22,
    ("sites", 0, "sub"): 23,
    ("sites", 0, "sub", "deep"): 24,
    ("sites", 0, "parts", 0, "n"): 26,
    ("sites", 0, "parts", 1): 27,
    ("sites", 0, "parts", 1, "n"): 28,
    ("sites", 1): 30,
    ("sites", 1, "url"): 31,
    ("sites", 1, "parts", 0, "n"): 33,
}


@pytest.mark.parametrize(("path", "line"), PLACES.items(), ids=str)
def test_a_key_stands_where_a_reader_finds_it(path: KeyPath, line: int) -> None:
    assert key_lines(DOCUMENT)[path] == line


def test_what_only_looks_like_a_key_is_none() -> None:
    lines = key_lines(DOCUMENT)
    assert ("key",) not in lines  # inside a text
    assert ("sites", 2) not in lines  # [[sites]] inside a text


def test_every_key_of_the_values_has_a_line() -> None:
    assert set(paths_of(tomllib.loads(DOCUMENT))) <= set(key_lines(DOCUMENT))


def test_windows_line_ends_count_once() -> None:
    assert key_lines("a = 1\r\n# x\r\nb = [\r\n1]\r\n")["b", 0] == 4


keys = st.text(min_size=1, max_size=6)
values = st.recursive(
    st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(keys, values, max_size=4), st.integers(0, 3))
def test_any_document_gets_a_line_for_every_key(document: dict[str, Any], blank_lines: int) -> None:
    """Each top-level key is written on a line of its own, so its line is known without reading the text."""
    entries = [f"{toml_literal(key)} = {quoted_keys(value)}".replace("\x7f", "\\u007f") for key, value in document.items()]
    text = ("\n" * (blank_lines + 1)).join(entries)
    read = tomllib.loads(text)
    lines = key_lines(text)
    assert set(paths_of(read)) <= set(lines)
    for number, key in enumerate(read):
        expected = number * (blank_lines + 1) + 1
        assert {line for path, line in lines.items() if path[0] == key} == {expected}


def quoted_keys(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{toml_literal(key)} = {quoted_keys(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(quoted_keys, value)) + "]"
        case _:
            return toml_literal(value)


def paths_of(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths_of(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths_of(item, (*path, index))
