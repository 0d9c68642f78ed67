"""Keywords and languages → the searches by which people find pages of links, as one local page to click through. Pure."""

from __future__ import annotations

import html
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import quote_plus

_STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "td{padding:.2rem .8rem .2rem 0;vertical-align:top}a:visited{opacity:.6}code{overflow-wrap:anywhere}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    keyword: str
    text: str
    operators: bool  # it has some besides quotes and minus


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    name: str
    url: str
    operators: bool  # it understands intitle:, inurl: and site:


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprints:
    operators: tuple[str, ...]
    phrases: dict[str, tuple[str, ...]]  # by language
    engines: tuple[Engine, ...]


@cache
def footprints() -> Footprints:
    table = tomllib.loads(files("prospector.seeding").joinpath("footprints.toml").read_text(encoding="utf-8"))
    return Footprints(
        operators=tuple(table["any"]["operators"]),
        phrases={language: tuple(phrases) for language, phrases in table["language"].items()},
        engines=tuple(Engine(**row) for row in table["engine"]),
    )


def queries(keywords: Sequence[str], languages: Sequence[str], own_sites: Sequence[str]) -> Iterator[Query]:
    """For each keyword: the phrases of the languages, then the operators; never results on one's own sites.

    :param languages: codes such as "en" or "de-AT"; those without phrases are left out, and without any it is English.
    """
    known = footprints()
    wanted = list(dict.fromkeys(code for language in languages if (code := language.partition("-")[0]) in known.phrases)) or ["en"]
    without = "".join(f" -site:{site}" for site in sorted(own_sites))
    for keyword in dict.fromkeys(keywords):
        term = f'"{keyword.replace(chr(34), " ").strip()}"'
        for language in wanted:
            for phrase in known.phrases[language]:
                yield Query(keyword=keyword, text=f'{term} "{phrase}"{without}', operators=False)
        for operator in known.operators:
            yield Query(keyword=keyword, text=f"{term} {operator}{without}", operators=True)


def page(name: str, found: Sequence[Query]) -> str:
    """A page in one file, without scripts and without anything loaded from elsewhere."""
    parts = []
    for keyword in dict.fromkeys(query.keyword for query in found):
        rows = "".join(_row(query) for query in found if query.keyword == keyword)
        parts.append(f"<h2>{html.escape(keyword)}</h2><table>{rows}</table>")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta name="referrer" content="no-referrer"><meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>Searches for {html.escape(name)}</title><style>{_STYLE}</style></head><body><h1>Searches for {html.escape(name)}</h1>"
        "<p>Each link asks one search engine, when you click it. Bring back what you find: copy the addresses, or save the page of results, then "
        f"<code>scrapy seeds add</code>.</p>{''.join(parts)}</body></html>\n"
    )


def _row(query: Query) -> str:
    links = " ".join(
        f'<a href="{html.escape(engine.url.replace("{query}", quote_plus(query.text)))}" target="_blank" rel="noopener noreferrer">{engine.name}</a>'
        for engine in footprints().engines
        if engine.operators or not query.operators
    )
    return f"<tr><td><code>{html.escape(query.text)}</code></td><td>{links}</td></tr>"
