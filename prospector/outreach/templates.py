"""Template files → Templates that are known to render: checked when they are loaded, rendered in a sandbox with a lid on it.

A template shows values, asks `if` and loops over lists; nothing else is let in, so nothing that was crawled, and no mistake, can make it run away.
What it may speak of are the classes of context.py: the check reads their fields.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from types import UnionType
from typing import get_args, get_origin, get_type_hints

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2 import Template as Compiled
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from prospector.outreach.context import ArchiveView, ContactView, LetterView, LinkView, PageOfOurs, PageView, SenderView

MAX_FILE = 20_000  # characters of a template
MAX_OUTPUT = 40_000  # characters of a letter: 8 links with three long URLs each stay far below
SUFFIX = ".txt.j2"
PURPOSES = ("links", "help")
_KEYS = ("id", "locale", "subject", "purpose")
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
# a line that holds nothing but {% … %} is no line of the letter; its line break goes into a comment, so that line numbers stay true
_BLOCK_LINE = re.compile(r"^[ \t]*((?:\{%[^\n]*?%\}[ \t]*)+)\n", re.MULTILINE)
_UNKNOWN = object()  # the type of an expression that the check does not follow


class TemplateError(ValueError):
    """A template that can't be used. The message names file and line, and what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A letter's template, checked."""

    id: str
    locale: str
    purpose: str  # "links": carries an offer; "help": works without one
    path: Path
    subject: Compiled
    body: Compiled

    def render(self, view: LetterView) -> tuple[str, str]:
        """Subject and body as the template says them: the subject in one line. TemplateError if it fails or runs over the lid."""
        names = {each.name: getattr(view, each.name) for each in fields(view)}
        return " ".join(self._render(self.subject, names).split()), self._render(self.body, names)

    def _render(self, compiled: Compiled, names: Mapping[str, object]) -> str:
        pieces: list[str] = []
        length = 0
        try:
            for piece in compiled.generate(names):
                pieces.append(piece)
                length += len(piece)
                if length > MAX_OUTPUT:
                    raise TemplateError(f"{_shown(self.path)}  makes a letter of more than {MAX_OUTPUT:,} characters. Shorten its loops.")
        except (JinjaError, TypeError, ValueError, ArithmeticError) as error:
            if isinstance(error, TemplateError):
                raise
            raise TemplateError(f"{_shown(self.path)}  does not render: {error}.") from error
        return "".join(pieces)


def load_templates(folder: Path) -> dict[str, Template]:
    """Every template of a folder, by id. TemplateError names all that is wrong, a line each."""
    problems: list[str] = []
    found: dict[str, Template] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []:
        try:
            template = read_template(path)
        except TemplateError as error:
            problems.append(str(error))
            continue
        if template.id in found:
            problems.append(
                f'{_shown(path)}:2  id "{template.id}" is taken by {found[template.id].path.name}. Give each template an id of its own.'
            )
        found.setdefault(template.id, template)
    if problems:
        raise TemplateError("\n".join(problems))
    if not found:
        raise TemplateError(f"{folder}  holds no template. Put files named like resource-page{SUFFIX} there.")
    return found


def read_template(path: Path) -> Template:
    """One template file, checked: front matter, syntax, names, and a letter with and without an offer."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{_shown(path)}  can't be read as UTF-8 text: {error}.") from error
    if len(text) > MAX_FILE:
        raise TemplateError(f"{_shown(path)}  is longer than {MAX_FILE:,} characters. A letter is short.")
    front, body, lines = _front_matter(path, text.replace("\r\n", "\n"))
    template = Template(
        id=front["id"][1],
        locale=front["locale"][1],
        purpose=front["purpose"][1],
        path=path,
        subject=_compiled(path, front["subject"][1], front["subject"][0] - 1),
        body=_compiled(path, body, lines),
    )
    for view in _samples():
        try:
            template.render(view)
        except TemplateError as error:
            lacking = "" if view.offer else " when there is nothing to offer: ask {% if offer %} first"
            raise TemplateError(f"{str(error).rstrip('.')}{lacking}.") from error
    return template


def _front_matter(path: Path, text: str) -> tuple[dict[str, tuple[int, str]], str, int]:
    """The head's keys with their lines, the body, and how many lines stand before it."""
    match = re.match(r"---[ \t]*\n(.*?\n)---[ \t]*(?:\n|$)", text, re.DOTALL)
    if match is None:
        raise TemplateError(
            f"{_shown(path)}:1  has no head. Begin the file with a block between two lines of ---, with id, locale, subject and purpose."
        )
    found: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(match[1].splitlines(), start=2):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, colon, value = line.partition(":")
        key = key.strip()
        if not colon or key not in _KEYS:
            raise TemplateError(f'{_shown(path)}:{number}  unknown key "{key}".{_nearest(key, _KEYS, "")} A head has: {", ".join(_KEYS)}.')
        found[key] = (number, value.strip().strip('"'))
    for key in _KEYS:
        if not found.get(key, (0, ""))[1]:
            raise TemplateError(f'{_shown(path)}:1  the head lacks {key}. Write for example "{key}: {_example(key)}".')
    if found["purpose"][1] not in PURPOSES:
        raise TemplateError(f'{_shown(path)}:{found["purpose"][0]}  purpose is "{found["purpose"][1]}". Write "links" or "help".')
    return found, text[match.end() :], match[0].count("\n")


def _example(key: str) -> str:
    return {"id": "resource-page", "locale": "en", "subject": "Broken links on {{ page.short_title }}", "purpose": "links"}[key]


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,  # plain text; there is no markup to escape
        finalize=lambda value: "" if value is None else value,
        keep_trailing_newline=True,
    )
    environment.globals.clear()  # no range, no lipsum, no namespace
    return environment


def _compiled(path: Path, source: str, lines_before: int) -> Compiled:
    environment = _environment()
    source = _BLOCK_LINE.sub(r"\1{#\n#}", source)
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        raise TemplateError(f"{_shown(path)}:{lines_before + error.lineno}  {str(error.message).rstrip('.')}.") from error
    problems = [f"{_shown(path)}:{lines_before + line}  {message}" for line, message in _Check().problems(tree)]
    if problems:
        raise TemplateError("\n".join(problems))
    return environment.from_string(source)


class _Check:
    """Walks a template's tree with the types of its names in hand."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def problems(self, tree: nodes.Template) -> list[tuple[int, str]]:
        self.walk(tree, dict(get_type_hints(LetterView)), depth=0)
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
                    f"unknown filter {node.name}.{_nearest(node.name, _FILTERS, '')} A letter may use: {', '.join(sorted(_FILTERS))}.",
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
            self.found.append((node.lineno, f"unknown variable {node.name}.{_nearest(node.name, scope, '')}"))
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
        hints = get_type_hints(kind)
        if name not in hints:
            self.found.append((line, f"unknown variable {path}.{name}.{_nearest(name, hints, path + '.')}"))
            return None
        return hints[name]


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


def _nearest(name: str, known: Mapping[str, object] | frozenset[str] | tuple[str, ...], prefix: str) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.4)
    return f" Did you mean {prefix}{near[0]}?" if near else f" There are: {', '.join(prefix + each for each in sorted(known))}."


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _samples() -> Iterator[LetterView]:
    """Letters that differ in what they have: what a template does with each is seen before the first page is crawled."""
    ours = PageOfOurs(title="Title", url="https://example.org/page")
    full = LinkView(
        number=1, anchor="anchor", section="section", address="https://example.net/", wrong="is gone", since="1 May 2026", checked="on 1 May 2026",
        new_url="https://example.net/new", archive=ArchiveView(url="https://example.net/archive", date="1 May 2020"), offer=ours,
    )  # fmt: skip
    bare = replace(full, anchor="", section="", since="", checked="", new_url="", archive=None, offer=None)
    view = LetterView(
        page=PageView(url="https://example.net/links", title="Links", short_title="Links", host="example.net"),
        contact=ContactView(name="Name", greeting="Dear Ms Name", source="https://example.net/", is_email=True),
        sender=SenderView(name="Name", email="me@example.org", site="https://example.org/", relation="I run it.", postal_address="Street", opt_out="Say no."),
        links=(full, bare), count=10, more=2, offer=ours,
    )  # fmt: skip
    yield view
    yield replace(view, links=(bare,), count=1, more=0, contact=ContactView(name="", greeting="Hello", source="", is_email=False))
    yield replace(view, links=(bare,), count=1, more=0, offer=None)
