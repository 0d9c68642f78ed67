"""A fix list in its three forms: a page of its own that asks for nothing from the net, Markdown for tickets, plain text for mails."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from prospector.export.fix_list import Address, FixLink, FixList
from prospector.summary import many

WIDTH = 78


def opening(found: FixList) -> str:
    number = len(found.links)
    return f"{many(number, 'link')} on this page no longer {'leads' if number == 1 else 'lead'} to what was linked."


def unlisted(found: FixList) -> str:
    """What is not in the list, as a sentence; "" for nothing."""
    number = found.unconfirmed
    if not number:
        return ""
    return f"{many(number, 'more link looks', 'more links look')} dead or taken over too, which is not confirmed yet."


# -- a page ------------------------------------------------------------------------------------------------------------------


def as_html(found: FixList) -> str:
    return _page().render(found=found, opening=opening(found), unlisted=unlisted(found)) + "\n"


@cache
def _page() -> Template:
    loader = PackageLoader("prospector.export")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("fix-list.html.j2")


# -- text --------------------------------------------------------------------------------------------------------------------


def as_text(found: FixList) -> str:
    return "\n".join(_text(found)) + "\n"


def _text(found: FixList) -> Iterator[str]:
    yield from _wrapped(f"Fix list for “{found.title}”")
    yield found.page.text
    yield ""
    yield from _wrapped(f"{opening(found)} Page read on {found.read_on}; list made on {found.made_on} by {found.from_whom}.")
    for link in found.links:
        yield ""
        yield "-" * WIDTH
        yield from _wrapped(f"{link.number}. {link.anchor}", "   ")
        yield f"   {link.address.text}"
        yield ""
        yield from _wrapped(f"   {_wrong(link)}", "   ")
        if where := _where(link):
            yield from _wrapped(f"   Where: {where}", "   ")
        yield ""
        yield "   What can be done"
        for fix in link.fixes:
            yield from _wrapped(f"   - {fix.what}{f' ({fix.note})' if fix.note else ''}:", "     ")
            yield f"     {fix.address.text}"
        yield "   - Take the link out" if link.fixes else "   - Take the link out; no other address for it is known"
        yield ""
        yield "   What was seen"
        for look in link.looks:
            yield from _wrapped(f"   - {look.when}: {look.said}", "     ")
            for step in look.steps:
                yield from _wrapped(f"     {step}", "     ")
        if link.ruled_out:
            yield ""
            yield "   What was ruled out"
            for said in link.ruled_out:
                yield from _wrapped(f"   - {said}", "     ")
    yield ""
    yield "-" * WIDTH
    for said in filter(None, (unlisted(found), found.relation and f"About the pages offered: {found.relation}")):
        yield from _wrapped(said)


def _wrapped(line: str, indent: str = "") -> list[str]:
    lead = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(line.strip(), WIDTH, initial_indent=lead, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _wrong(link: FixLink) -> str:
    certain = "" if link.certain else " (not confirmed yet)"
    return f"{link.wrong.capitalize()}{certain}. {link.means}" + (f" First seen so on {link.since}." if link.since else "")


def _where(link: FixLink) -> str:
    parts = [f"under “{link.section}”" if link.section else "", f"in “{''.join(link.context).strip()}”" if any(link.context) else ""]
    return ", ".join(filter(None, parts))


# -- Markdown ----------------------------------------------------------------------------------------------------------------


def as_markdown(found: FixList) -> str:
    return "\n".join(_markdown(found)) + "\n"


def _markdown(found: FixList) -> Iterator[str]:
    yield f"# Fix list for {_code(found.title)}"
    yield ""
    yield f"{_link(found.page)}"
    yield ""
    yield f"{opening(found)} Page read on {found.read_on}; list made on {found.made_on} by {_code(found.from_whom)}."
    for link in found.links:
        yield ""
        yield f"## {link.number}. {_code(link.anchor)}"
        yield ""
        yield f"- [ ] {_link(link.address)}"
        yield f"- **{_escaped(link.wrong.capitalize())}**{_escaped(_wrong(link)[len(link.wrong) :])}"
        if where := _where(link):
            yield f"- Where: {_code(where)}"
        yield ""
        yield "**What can be done**"
        yield ""
        number = 0
        for number, fix in enumerate(link.fixes, start=1):
            yield f"{number}. {fix.what}{f' ({_code(fix.note)})' if fix.note else ''}: {_link(fix.address)}"
        yield f"{number + 1}. Take the link out"
        yield ""
        yield "| looked at | what was seen |"
        yield "|---|---|"
        for look in link.looks:
            yield f"| {look.when} | {_cell('; '.join((look.said, *look.steps)))} |"
        if link.ruled_out:
            yield ""
            yield "**What was ruled out**"
            yield ""
            yield from (f"- {_escaped(said)}" for said in link.ruled_out)
    for said in filter(None, (unlisted(found), found.relation and f"About the pages offered: {found.relation}")):
        yield ""
        yield _escaped(said)


def _code(text: str) -> str:
    """Crawled text: between backticks nothing is a link, a heading, HTML or a call to somebody."""
    return f"`{text.replace('`', '’')}`" if text else ""


def _cell(text: str) -> str:
    return _code(text.replace("|", "¦"))


def _link(address: Address) -> str:
    if not address.href:
        return _code(address.text)
    return "<" + re.sub(r"[<>\s`|]", lambda match: f"%{ord(match[0]):02X}", address.href) + ">"


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]()#+.!|<>&~@-])", r"\\\1", text) if re.search(r"[\\`*_{}\[\]#|<>~@]", text) else text


FORMS: Mapping[str, Callable[[FixList], str]] = {"text": as_text, "html": as_html, "md": as_markdown}
ENDINGS: Mapping[str, str] = {"txt": "text", "text": "text", "html": "html", "htm": "html", "md": "md", "markdown": "md"}
