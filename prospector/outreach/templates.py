"""Template files → Templates that are known to render: checked when they are loaded, rendered in a sandbox with a lid on it.

A template shows values, asks `if` and loops over lists; nothing else is let in, so nothing that was crawled, and no mistake, can make it run away.
What it may speak of are the classes of context.py: the check reads their fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2 import Template as Compiled
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from prospector.outreach.context import LetterView
from prospector.outreach.samples import samples
from prospector.outreach.template_check import mistakes, nearest
from prospector.outreach.vibe import Phrase, phrases_of

MAX_FILE = 20_000  # characters of a template
MAX_OUTPUT = 40_000  # characters of a letter: 9 links with three long URLs each stay far below
SUFFIX = ".txt.j2"
FIRST = ("links", "help")  # a campaign names these; the others are taken where their occasion comes
OWN_PAGE = "own-page"
FOLLOW_UP = "follow-up"
RECLAIM = "reclaim"
PURPOSES = (*FIRST, OWN_PAGE, FOLLOW_UP, RECLAIM)
AUDIENCES = ("anybody", "library")
MAX_WEIGHT = 1000
_KEYS = ("id", "locale", "subject", "purpose")
_MAY = {"weight": "1", "audience": AUDIENCES[0]}
# a line that holds nothing but {% … %} is no line of the letter; its line break goes into a comment, so that line numbers stay true
_BLOCK_LINE = re.compile(r"^[ \t]*((?:\{%(?:[^%\n]|%(?!\}))*%\}[ \t]*)+)\n", re.MULTILINE)


class TemplateError(ValueError):
    """A template that can't be used. The message names file and line, and what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A letter's template, checked."""

    id: str
    locale: str
    # "links": carries an offer; "help": works without one; "own-page": they link to a page of yours that is gone; "follow-up": the second
    # letter to a page; "reclaim": a link that they had set is gone
    purpose: str
    audience: str  # "library": for libraries and universities, where there is such a letter; else "anybody"
    weight: int  # how often it is taken, beside others that fit as well
    path: Path
    subject: Compiled
    body: Compiled
    subject_line: int  # of the file
    body_line: int  # the first one below the head
    own_words: frozenset[Phrase]  # what the template itself says, for telling what is personal in a letter

    @property
    def name(self) -> str:
        """What the same letter is called in every language: "short" for "short-de"."""
        return self.id.removesuffix(f"-{self.locale}")

    def render(self, view: LetterView) -> tuple[str, str]:
        """Subject and body as the template says them: the subject in one line. TemplateError if it fails or runs over the lid."""
        names = {each.name: getattr(view, each.name) for each in fields(view)}
        subject = self._render(self.subject, names, self.subject_line)
        return " ".join(subject.split()), self._render(self.body, names, self.body_line)

    def _render(self, compiled: Compiled, names: Mapping[str, object], first_line: int) -> str:
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
            raise TemplateError(f"{_shown(self.path)}:{first_line + _line_of(error) - 1}  does not render: {error}.") from error
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
    subject, subject_words = _compiled(path, front["subject"][1], front["subject"][0] - 1)
    letter, letter_words = _compiled(path, body, lines)
    template = Template(
        id=front["id"][1],
        locale=front["locale"][1],
        purpose=front["purpose"][1],
        audience=front["audience"][1],
        weight=int(front["weight"][1]),
        path=path,
        subject=subject,
        body=letter,
        subject_line=front["subject"][0],
        body_line=lines + 1,
        own_words=subject_words | letter_words,
    )
    for view in samples(template.locale, template.purpose):
        try:
            template.render(view)
        except TemplateError as error:
            raise TemplateError(f"{str(error).rstrip('.')}{_lacking(str(error), text, view)}.") from error
    return template


def _lacking(problem: str, text: str, view: LetterView) -> str:
    """What the line that failed took for granted."""
    place = re.search(r":(\d+)  ", problem)
    line = text.splitlines()[int(place[1]) - 1] if place else ""
    if "previous" in line and view.previous is None:
        return ' in a first letter: only those with purpose "follow-up" or "reclaim" have a previous one'
    if "reclaim" in line and view.reclaim is None:
        return ' here: only a letter with purpose "reclaim" has it'
    return " when there is nothing to offer: ask {% if offer %} first" if view.offer is None else ""


def _line_of(error: BaseException) -> int:
    """The line of the template at which it failed; 1 where that can't be told."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


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
        if not colon or key not in (*_KEYS, *_MAY):
            known = (*_KEYS, *_MAY)
            raise TemplateError(f'{_shown(path)}:{number}  unknown key "{key}".{nearest(key, known, "")} A head has: {", ".join(known)}.')
        found[key] = (number, value.strip().strip('"'))
    for key in _KEYS:
        if not found.get(key, (0, ""))[1]:
            raise TemplateError(f'{_shown(path)}:1  the head lacks {key}. Write for example "{key}: {_example(key)}".')
    for key, default in _MAY.items():
        found.setdefault(key, (1, default))
    for key, allowed in (("purpose", PURPOSES), ("audience", AUDIENCES)):
        number, value = found[key]
        if value not in allowed:
            choices = " or ".join(f'"{one}"' for one in allowed)
            raise TemplateError(f'{_shown(path)}:{number}  {key} is "{value}". Write {choices}.')
    number, weight = found["weight"]
    if not (weight.isascii() and weight.isdigit() and 1 <= int(weight[:9]) <= MAX_WEIGHT):
        raise TemplateError(f'{_shown(path)}:{number}  weight is "{weight}". Write a whole number from 1 to {MAX_WEIGHT}.')
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


def _compiled(path: Path, source: str, lines_before: int) -> tuple[Compiled, frozenset[Phrase]]:
    """The template to run, and what it says by itself."""
    environment = _environment()
    source = _BLOCK_LINE.sub(r"\1{#\n#}", source)
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        raise TemplateError(f"{_shown(path)}:{lines_before + error.lineno}  {str(error.message).rstrip('.')}.") from error
    problems = [f"{_shown(path)}:{lines_before + line}  {message}" for line, message in mistakes(tree)]
    if problems:
        raise TemplateError("\n".join(problems))
    own = frozenset(phrase for data in tree.find_all(nodes.TemplateData) for phrase in phrases_of(data.data))
    return environment.from_string(source), own


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
