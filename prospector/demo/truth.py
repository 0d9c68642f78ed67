"""`truth.toml`, read: what a crawl of the demo must come to. For tests, and for whoever doubts a verdict of the demo."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from prospector.items import Strength, VerdictKind

TRUTH = Path(__file__).with_name("truth.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What may be offered for a dead target: one of `pages`, or nothing at all."""

    target: str
    pages: tuple[str, ...] = ()
    strength: Strength | None = None  # None: nothing fits
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTruth:
    """A resource page: whom to write to, and whether a letter must lie there after the last round."""

    url: str
    contact: str = ""  # e-mail address or URL of the form; "": none to be found
    kind: str = ""  # email, form
    draft: bool = False
    waits: str = ""  # what the draft's note says when it waits for a person; "": it is ready, if there is a contact
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    rounds: int  # crawls until everything that can be confirmed is confirmed
    kinds: Mapping[str, tuple[VerdictKind, ...]]  # target → what it is in each round; the last one stays. "…/*": every path below
    moved: Mapping[str, str]  # target → where its page lives now
    offers: tuple[Offer, ...]
    pages: tuple[PageTruth, ...]

    def kind(self, target: str, *, turn: int) -> VerdictKind:
        """Raises KeyError for a target the demo knows nothing of."""
        kinds = self.kinds.get(target) or self.kinds[target[: target.index("/", len("https://")) + 1] + "*"]
        return kinds[min(turn, len(kinds) - 1)]


def load_truth() -> Truth:
    raw = tomllib.loads(TRUTH.read_text(encoding="utf-8"))
    kinds = {url: (VerdictKind(kind),) for kind, urls in raw["kinds"].items() for url in urls}
    kinds |= {row["url"]: tuple(VerdictKind(kind) for kind in row["kinds"]) for row in raw["changes"]}
    return Truth(
        rounds=raw["rounds"],
        kinds=kinds,
        moved=raw["moved"],
        offers=tuple(
            Offer(
                target=row["target"],
                pages=tuple(row.get("pages", ())),
                strength=Strength(row["strength"]) if "strength" in row else None,
                why=row.get("why", ""),
            )
            for row in raw["offers"]
        ),
        pages=tuple(PageTruth(**row) for row in raw["pages"]),
    )
