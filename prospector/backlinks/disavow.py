"""Links that a person marked → a file for Google's disavow tool. Pure.

The format (https://support.google.com/webmasters/answer/2648487, as pages that quote it had it in 2026-11): UTF-8, one URL or `domain:` a line, `#` before comments, at most
100,000 lines and 2 MB with comments and empty lines, URLs of at most 2,048 characters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from prospector.links.sites import site_of
from prospector.links.urls import host_of, normalise

MAX_LINES = 100_000
MAX_BYTES = 2 * 1024 * 1024
MAX_URL = 2_048
_DOMAIN = "domain:"


class DisavowError(Exception):
    """No file can be made. The message is one line that says what to do next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    what: str
    why: str
    line: int | None = None  # of the old file


@dataclass(frozen=True, slots=True, kw_only=True)
class Disavowal:
    text: str
    domains: int
    urls: int
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the file that is no comment."""

    domain: str = ""
    url: str = ""

    @property
    def line(self) -> str:
        return f"{_DOMAIN}{self.domain}" if self.domain else self.url

    @property
    def host(self) -> str:
        return self.domain or host_of(self.url)


def entry_of(text: str) -> Entry | None:
    """An address, or a domain with or without `domain:`; None if it is neither, or too long."""
    said = text.strip()
    if said.lower().startswith(("http://", "https://")):
        url = normalise(said)
        return Entry(url=url) if url and len(url) <= MAX_URL else None
    name = said[len(_DOMAIN) :].strip() if said.lower().startswith(_DOMAIN) else said
    host = host_of(f"https://{name}/") if name and not set(name) & set("/?#@: ") else ""
    return Entry(domain=host) if "." in host.strip(".") else None


def disavowal(
    marked: Iterable[str], *, kept: Collection[str] = (), old: str = "", protected: Collection[str] = (), now: datetime
) -> Disavowal:
    """The old file's lines in their order, with what was marked since below them.

    :param marked: addresses and domains that a person wants disavowed.
    :param kept: those that a person wants kept: taken out of the old file too.
    :param protected: your own sites, and those that you write to: never disavowed.
    :raises DisavowError: more than Google takes.
    """
    left_out: list[LeftOut] = []
    spared = {entry.line for what in kept if (entry := entry_of(what))}
    lines: list[str] = []
    entries: dict[str, Entry] = {}

    def take(entry: Entry, line: int | None) -> bool:
        if why := _why_not(entry, spared, protected):
            left_out.append(LeftOut(what=entry.line, why=why, line=line))
            return False
        return entries.setdefault(entry.line, entry) is entry

    for number, text in enumerate(old.removeprefix("\ufeff").splitlines(), 1):
        said = text.strip()
        if not said or said.startswith("#"):
            lines.append(said)
            continue
        entry = entry_of(said)
        if entry is None:
            left_out.append(LeftOut(what=said[:200], why="it is neither an address nor a domain", line=number))
        elif take(entry, number):
            lines.append(entry.line)
    new = [entry for what in marked if (entry := entry_of(what)) and take(entry, None)]
    domains = {entry.domain for entry in entries.values() if entry.domain}
    added = sorted(
        (entry for entry in new if entry.domain or not _covered(entry.host, domains)), key=lambda entry: (not entry.domain, entry.line)
    )
    if added:
        lines += [f"# marked by a person, written {now:%Y-%m-%d}", *(entry.line for entry in added)]
    text = "".join(f"{line}\n" for line in lines)
    _check(lines, text)
    count = [line for line in lines if line and not line.startswith("#")]
    of_domains = sum(line.startswith(_DOMAIN) for line in count)
    return Disavowal(text=text, domains=of_domains, urls=len(count) - of_domains, left_out=tuple(left_out))


def _why_not(entry: Entry, spared: Collection[str], protected: Collection[str]) -> str:
    if entry.line in spared:
        return "you marked it to be kept"
    hit = next((site for site in protected if _hits(entry, site)), "")
    return f"{hit} is your own, or a site that you write to" if hit else ""


def _hits(entry: Entry, site: str) -> bool:
    """Whether a line would disavow anything of a site. A site may be a path of a host that many share."""
    host = site.partition("/")[0]
    if entry.domain:
        return _covered(host, {entry.domain}) or _covered(entry.domain, {host})
    return site_of(entry.url) == site


def _covered(host: str, domains: Collection[str]) -> bool:
    labels = host.split(".")
    return any(".".join(labels[start:]) in domains for start in range(len(labels)))


def _check(lines: Collection[str], text: str) -> None:
    if len(lines) > MAX_LINES:
        raise DisavowError(f"That makes {len(lines):,} lines; Google takes {MAX_LINES:,}. Mark whole domains instead of their pages.")
    size = len(text.encode())
    if size > MAX_BYTES:
        raise DisavowError(f"That makes {size:,} bytes; Google takes {MAX_BYTES:,}. Mark whole domains instead of their pages.")
