"""The made-up web that is measured against: which links there are, what is true of each, and the pages that carry them.

An address says what it answers, so the server keeps no state: /KIND/MS/NUMBER-CHECK answers after MS milliseconds. The check follows from the
number, so that a made-up address beside a real one is answered 404, as on an honest host.
"""

from __future__ import annotations

import html
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

PORT, TLS_PORT, CLOSED_PORT = 18080, 18443, 18999
LINKS_A_PAGE = 100
KEPT_PROMISES = 0.95  # share of links whose words stand on the page they lead to
LISTS = "127.0.0.1"  # the pages' own host, to which none of the links leads
_PRIME, _MODULUS = 48_271, 65_521  # also in server.lua


class Profile(StrEnum):
    CPU = "cpu"  # answers at once: what the tool itself costs
    WEB = "web"  # answers after 20 ms to 3 s, one in a hundred never: what waiting well is worth
    TLS = "tls"  # as cpu, by HTTPS, with certificates of an authority of our own
    DNS = "dns"  # as cpu, with names that a resolver of our own knows


class Truth(StrEnum):
    ALIVE = "alive"
    DEAD = "dead"
    SOFT = "soft"  # dead, but answers 200 with a page that says so
    UNCLEAR = "unclear"  # nobody can know at one look


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    share: int
    truth: Truth
    only: Profile | None = None  # the one profile it occurs in


KINDS: Mapping[str, Kind] = {
    "ok": Kind(share=70, truth=Truth.ALIVE),
    "r1": Kind(share=4, truth=Truth.ALIVE),  # one redirect
    "r2": Kind(share=2, truth=Truth.ALIVE),  # two
    "h405": Kind(share=4, truth=Truth.ALIVE),  # refuses HEAD
    "h404": Kind(share=1, truth=Truth.ALIVE),  # lies to HEAD
    "nf": Kind(share=9, truth=Truth.DEAD),  # 404
    "gone": Kind(share=2, truth=Truth.DEAD),  # 410
    "rd": Kind(share=2, truth=Truth.DEAD),  # redirect to a 404
    "ref": Kind(share=1, truth=Truth.DEAD),  # nobody listens
    "soft": Kind(share=3, truth=Truth.SOFT),
    "e500": Kind(share=1, truth=Truth.UNCLEAR),
    "never": Kind(share=1, truth=Truth.UNCLEAR, only=Profile.WEB),
    "nx": Kind(share=1, truth=Truth.DEAD, only=Profile.DNS),  # the name does not exist
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    url: str
    kind: str

    @property
    def truth(self) -> Truth:
        return KINDS[self.kind].truth


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeWeb:
    """A profile's links, spread over the pages that carry them."""

    profile: Profile
    links: Sequence[Link]
    pages: Sequence[str]  # their addresses
    start: str  # a page that links to all of them


def address(host: int) -> str:
    """Where a host is: every 127.a.b.c is this machine."""
    return f"127.{20 + host // 50_000}.{host // 200 % 250}.{1 + host % 200}"


def hosts(profile: Profile) -> int:
    return 400 if profile is Profile.TLS else 2000  # one certificate names them all


def host_name(profile: Profile, host: int) -> str:
    return f"host{host}.test" if profile is Profile.DNS else address(host)  # each a site of its own


def made_links(profile: Profile, number: int) -> Iterator[Link]:
    """The same ones each time."""
    dice = random.Random(f"{profile} links")  # noqa: S311  # a list to measure with, no secret
    kinds = [name for name, kind in KINDS.items() if kind.only in {None, profile}]
    drawn = dice.choices(kinds, [KINDS[name].share for name in kinds], k=number)
    count = hosts(profile)
    # some hosts are linked far more often than others
    popular = dice.choices(range(count), [1 / (place + 50) ** 0.5 for place in range(count)], k=number)
    scheme, usual = ("https", TLS_PORT) if profile is Profile.TLS else ("http", PORT)
    for at, (kind, host) in enumerate(zip(drawn, popular, strict=True)):
        delay = min(3000, max(20, int(dice.lognormvariate(5.0, 0.6)))) if profile is Profile.WEB else 0
        name = f"gone{host}.test" if kind == "nx" else host_name(profile, host)
        port = CLOSED_PORT if kind == "ref" else usual
        yield Link(url=f"{scheme}://{name}:{port}/{kind}/{delay}/{at}-{at * _PRIME % _MODULUS}", kind=kind)


def build(profile: Profile, number: int, folder: Path) -> MadeWeb:
    """Write the pages below `folder`."""
    links = list(made_links(profile, number))
    name = f"{profile}-{number}"
    (folder / name).mkdir(parents=True, exist_ok=True)
    scheme, port = ("https", TLS_PORT) if profile is Profile.TLS else ("http", PORT)
    base = f"{scheme}://{'lists.test' if profile is Profile.DNS else LISTS}:{port}/lists/{name}"
    dice = random.Random(f"{profile} pages")  # noqa: S311
    pages = []
    for number_of, first in enumerate(range(0, len(links), LINKS_A_PAGE)):
        (folder / name / f"{number_of}.html").write_text(page(number_of, links[first : first + LINKS_A_PAGE], dice), "utf-8")
        pages.append(f"{base}/{number_of}.html")
    items = "".join(f'<li><a href="{url}">List {number_of}</a></li>' for number_of, url in enumerate(pages))
    (folder / name / "index.html").write_text(f"<!doctype html><title>All lists</title><h1>All lists</h1><ul>{items}</ul>", "utf-8")
    return MadeWeb(profile=profile, links=links, pages=pages, start=f"{base}/index.html")


_WORDS = [
    "seed",
    "soil",
    "compost",
    "herb",
    "orchard",
    "pond",
    "hedge",
    "meadow",
    "bee",
    "apple",
    "willow",
    "mulch",
    "archive",
    "museum",
    "school",
    "guide",
    "almanac",
    "society",
]


def page(number: int, links: Sequence[Link], dice: random.Random) -> str:
    """A list as gardeners' societies keep them: headings, an item a link with a sentence about it; about 40 KB for a hundred."""

    def words(many: int) -> str:
        return " ".join(dice.choices(_WORDS, k=many))

    parts = [
        f"<!doctype html><html lang=en><head><title>Garden links, list {number}</title></head><body><h1>Garden links, list {number}</h1>"
    ]
    for place, link in enumerate(links):
        if place % 20 == 0:
            parts.append(f"{'</ul>' if place else ''}<h2>{words(3).capitalize()}</h2><ul>")
        # most pages keep what their link promises; where none of its words stand there, a careful checker looks twice
        anchor = f"Garden guide {number * LINKS_A_PAGE + place}" if dice.random() < KEPT_PROMISES else words(3).capitalize()
        parts.append(f'<li><a href="{html.escape(link.url)}">{anchor}</a>: {words(40)}.</li>')
    parts.append("</ul><p>Found a broken link? Tell us.</p></body></html>")
    return "\n".join(parts)
