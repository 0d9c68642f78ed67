"""Dead pages of one's own → redirects as web servers want them. An address that a server's file can't hold safely gets no rule, but a reason. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

from prospector.items import Strength

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
_PLAIN_PARAMETER = re.compile(r"[A-Za-z0-9._~-]+=[A-Za-z0-9._~-]+")
HEADINGS = ("from", "to", "status", "fit", "linking_sites", "why")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A dead page, the page that takes its place, and why; without one, why none does."""

    url: str
    linking_sites: int
    to: str = ""
    strength: Strength | None = None  # None: nothing fits
    why: str = ""


def written(pages: Sequence[Moved], form: str) -> str:
    """The file's text. Strong fits are rules; possible ones are rules that are commented out; the others are comments with the reason."""
    if form == "csv":
        return _csv(pages)
    rules = FORMS[form]
    return "\n".join(rules(pages)) + "\n"


def _csv(pages: Iterable[Moved]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADINGS)
    for page in pages:
        table.writerow((page.url, page.to, 301 if page.to else "", page.strength or "none", page.linking_sites, _one_line(page.why)))
    return text.getvalue()


def _commented(page: Moved) -> str:
    sites = f"{page.linking_sites} linking site{'' if page.linking_sites == 1 else 's'}"
    return f"# {sites}: {page.url}"


def _ruled(pages: Iterable[Moved], rule: Callable[[Moved], tuple[list[str], str]], indent: str = "") -> Iterator[str]:
    """Each page's comment, and its rule or why there is none."""
    for page in pages:
        yield indent + _commented(page)
        if page.strength is None:
            yield f"{indent}#   no redirect: {_one_line(page.why)}"
            continue
        lines, refused = rule(page)
        if refused:
            yield f"{indent}#   no redirect: {refused}"
        elif page.strength is Strength.STRONG:
            yield from (indent + line for line in lines)
        else:
            yield f"{indent}#   only a possible fit, for you to decide: {_one_line(page.why)}"
            yield from (f"{indent}# {line}" for line in lines)


# -- nginx -----------------------------------------------------------------------------------------------------------------


def _nginx(pages: Sequence[Moved]) -> Iterator[str]:
    longest = max((len(page.url) for page in pages), default=0)
    size = 64
    while size < longest + 32:
        size *= 2
    yield "# In the http block. Where map_hash_bucket_size is set already, keep the larger of both."
    yield f"map_hash_bucket_size {size};"
    yield "map $host$request_uri $moved_to {"
    yield '    default "";'
    yield from _ruled(pages, _nginx_rule, "    ")
    yield "}"
    yield "# In the server block:"
    yield "#     if ($moved_to) { return 301 $moved_to; }"


def _nginx_rule(page: Moved) -> tuple[list[str], str]:
    host, path, query = _parts(page.url)
    # a value may name variables, and nginx has no way to write a dollar sign; a key holds no variable
    return [f"{_quoted(host + path + query)} {_quoted(page.to.replace('$', '%24'))};"], ""


# -- Apache ----------------------------------------------------------------------------------------------------------------


def _apache(pages: Sequence[Moved]) -> Iterator[str]:
    yield "RewriteEngine On"
    yield from _ruled(pages, _apache_rule)


def _apache_rule(page: Moved) -> tuple[list[str], str]:
    host, path, query = _parts(page.url)
    try:
        decoded = unquote_to_bytes(path).decode()  # as %{REQUEST_URI} has it
    except UnicodeDecodeError:
        return [], "its address is not UTF-8, which can't be written here"
    if _CONTROL.search(decoded):
        return [], "its address holds a control character, which can't be written here safely"
    to = re.sub(r"([\\$%])", r"\\\1", page.to)  # else $1 and %2 would be what a pattern found
    asked = _quoted("=" + query[1:]) if query[1:] else '=""'
    return [
        f'RewriteCond %{{HTTP_HOST}} "={host}" [NC]',
        f"RewriteCond %{{REQUEST_URI}} {_quoted('=' + decoded)}",
        f"RewriteCond %{{QUERY_STRING}} {asked}",
        f'RewriteRule ^ "{to}" [R=301,L,NE,QSD]',
    ], ""


# -- Netlify ---------------------------------------------------------------------------------------------------------------


def _netlify(pages: Sequence[Moved]) -> Iterator[str]:
    several = len({_parts(page.url)[0] for page in pages}) > 1

    def rule(page: Moved) -> tuple[list[str], str]:
        _, path, query = _parts(page.url)
        if any(mark in path for mark in "*:#"):
            return [], "its address holds a * or a colon, which stand for something else here"
        if query and not all(map(_PLAIN_PARAMETER.fullmatch, query[1:].split("&"))):
            return [], "its query can't be written here"
        parameters = "".join(f" {name}={value}" for name, value in parse_qsl(query[1:]))
        if any(mark in page.to for mark in "*#") or ":" in urlsplit(page.to).path:
            return [], f"{page.to} holds a mark that stands for something else here"
        begin = f"{urlsplit(page.url).scheme}://{urlsplit(page.url).netloc}" if several else ""
        return [f"{begin}{path}{parameters} {page.to} 301"], ""

    yield from _ruled(pages, rule)


FORMS: dict[str, Callable[[Sequence[Moved]], Iterator[str]]] = {"nginx": _nginx, "apache": _apache, "netlify": _netlify}


def _parts(url: str) -> tuple[str, str, str]:
    """Host, path, and the query with its mark, as a request for a normalised URL has them."""
    host, slash, rest = url.partition("://")[2].partition("/")
    path, mark, query = (slash + rest).partition("?")
    return host.partition(":")[0] if not host.startswith("[") else host.partition("]")[0] + "]", path or "/", mark + query


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _one_line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())
