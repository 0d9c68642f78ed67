"""A template's tree → its mistakes with their lines: what a letter does not need is not let in, and every name must be a part of context.py."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import is_dataclass
from functools import cache
from types import UnionType
from typing import get_args, get_origin, get_type_hints

from jinja2 import nodes

from prospector.outreach.context import LetterView

_FILTERS = frozenset(
    (
        "capitalize",
        "count",
        "d",
        "default",
        "first",
        "int",
        "join",
        "last",
        "length",
        "lower",
        "sort",
        "title",
        "trim",
        "truncate",
        "unique",
        "upper",
        "wordcount",
    )
)
_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const, nodes.If, nodes.For, nodes.CondExpr, nodes.Compare, nodes.Operand,
    nodes.And, nodes.Or, nodes.Not, nodes.Add, nodes.Sub, nodes.Neg, nodes.Concat, nodes.Filter, nodes.Test, nodes.Keyword, nodes.Tuple, nodes.List,
)  # fmt: skip
_UNKNOWN = object()  # the type of an expression that the check does not follow


def mistakes(tree: nodes.Template) -> list[tuple[int, str]]:
    """Line and words of each, in the template's order."""
    return _Check().problems(tree)


class _Check:
    """Walks a template's tree with the types of its names in hand."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def problems(self, tree: nodes.Template) -> list[tuple[int, str]]:
        self.walk(tree, _parts(LetterView), depth=0)
        return sorted(set(self.found))

    def walk(self, node: nodes.Node, scope: Mapping[str, object], depth: int) -> None:
        if not isinstance(node, _ALLOWED):
            self.found.append((node.lineno, f"{_said(node)} is not for letters. A template shows values, asks if, and loops over lists."))
            return
        if isinstance(node, nodes.For):
            self.loop(node, scope, depth)
            return
        if isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
            self.type_of(node, scope)
            return
        if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            self.found.append(
                (
                    node.lineno,
                    f"unknown filter {node.name}.{nearest(node.name, _FILTERS, '')} A letter may use: {', '.join(sorted(_FILTERS))}.",
                )
            )
        if isinstance(node, nodes.Test) and node.name not in ("defined", "none", "string", "number", "odd", "even"):
            self.found.append((node.lineno, f"unknown test {node.name}."))
        for child in node.iter_child_nodes():
            self.walk(child, scope, depth)

    def loop(self, node: nodes.For, scope: Mapping[str, object], depth: int) -> None:
        kind = self.type_of(node.iter, scope)
        element = get_args(kind)[0] if get_origin(kind) is tuple else None
        if element is None and kind is not None:
            self.found.append((node.lineno, "a loop must go over a list of the letter, such as links."))
        if depth >= 2 or node.recursive:
            self.found.append((node.lineno, "loops within loops are not for letters."))
        inner = {**scope, "loop": _UNKNOWN}
        if isinstance(node.target, nodes.Name):
            inner[node.target.name] = element or _UNKNOWN
        if node.test is not None:
            self.walk(node.test, inner, depth + 1)
        for child in node.body:
            self.walk(child, inner, depth + 1)
        for child in node.else_:
            self.walk(child, scope, depth)

    def type_of(self, node: nodes.Node, scope: Mapping[str, object]) -> object:
        """The type of a path such as page.title; what is wrong with it is noted, and its type is then None."""
        if isinstance(node, nodes.Name):
            if node.name in scope:
                return scope[node.name]
            self.found.append((node.lineno, f"unknown variable {node.name}.{nearest(node.name, scope, '')}"))
            return None
        if isinstance(node, nodes.Getattr):
            return self.member(node.lineno, node.node, node.attr, scope)
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            if isinstance(node.arg.value, str):
                return self.member(node.lineno, node.node, node.arg.value, scope)
            kind = self.type_of(node.node, scope)
            return get_args(kind)[0] if get_origin(kind) is tuple else _UNKNOWN if kind is not None else None
        self.walk_inside(node, scope)
        return _UNKNOWN

    def walk_inside(self, node: nodes.Node, scope: Mapping[str, object]) -> None:
        if isinstance(node, nodes.Getitem):
            self.found.append((node.lineno, "only a name or a number may stand in [ ]."))
        else:
            self.walk(node, scope, 0)

    def member(self, line: int, owner: nodes.Node, name: str, scope: Mapping[str, object]) -> object:
        kind = _without_none(self.type_of(owner, scope))
        if kind is None:
            return None
        path = _path(owner)
        if kind is _UNKNOWN and path == "loop":
            if name not in ("index", "index0", "first", "last", "length", "revindex"):
                self.found.append((line, f"unknown variable loop.{name}."))
            return _UNKNOWN
        if not (isinstance(kind, type) and is_dataclass(kind)):
            self.found.append((line, f"unknown variable {path}.{name}. {path} has no parts."))
            return None
        hints = _parts(kind)
        if name not in hints:
            self.found.append((line, f"unknown variable {path}.{name}.{nearest(name, hints, path + '.')}"))
            return None
        return hints[name]


@cache
def _parts(kind: type) -> Mapping[str, object]:
    """The fields of a dataclass with their types, which are written as text and take long to be read."""
    return get_type_hints(kind)


def _without_none(kind: object) -> object:
    if get_origin(kind) is UnionType:
        return next((each for each in get_args(kind) if each is not type(None)), kind)
    return kind


def _path(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_path(node.node)}.{node.attr}"
    return f"{_path(node.node)}[…]" if isinstance(node, nodes.Getitem) else "…"


def _said(node: nodes.Node) -> str:
    names = {"Mul": "*", "Pow": "**", "Div": "/", "FloorDiv": "//", "Mod": "%", "Call": "a call"}
    name = type(node).__name__
    return names.get(name) or f"{{% {name.lower()} %}}"


def nearest(name: str, known: Mapping[str, object] | frozenset[str] | tuple[str, ...], prefix: str) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.4)
    return f" Did you mean {prefix}{near[0]}?" if near else f" There are: {', '.join(prefix + each for each in sorted(known))}."
