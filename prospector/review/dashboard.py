"""The campaign in figures: the desk's /dashboard, and the same as one file that needs nothing beside it. Pictures: charts.py, funnel.py.

`page` is the inside of a page for the desk's layout; it uses static/dashboard.css and, as the desk's policy wants, no inline style.
`report` is a whole document with the style sheet in it, allowed by its hash and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from prospector.campaign import Campaign
from prospector.items import DEAD_KINDS, UNCLICKABLE_KINDS, Confidence, DraftStatus, VerdictKind
from prospector.review import charts
from prospector.review.funnel import decision_of, funnel
from prospector.review.winnings import won
from prospector.store import ProspectCount, Store, TargetCount, Wish
from prospector.store.figure_tables import SCORE_STEP
from prospector.store.figures import LetterWaits
from prospector.times import when
from prospector.words import label, sentence, waits_for

MOST_SHOWN = 12  # of a list that goes on
LONGEST_ADDRESS = 90  # letters shown of an address; a link leads to the whole
DECISIONS = ("approved", "rejected", "undecided")
# (until, what people call it)
_SPANS = (
    (timedelta(0), "now"),
    (timedelta(days=1), "within a day"),
    (timedelta(days=3), "in 1 to 3 days"),
    (timedelta(days=7), "in 3 to 7 days"),
    (timedelta(days=14), "in 1 to 2 weeks"),
)
_LATER = "later"
# letters that turn the reading direction or hide: in an address they make one site look like another
_DECEPTIVE = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """A verdict and how many targets have it."""

    kind: VerdictKind | None
    name: str
    says: str
    total: int
    confirmed: int
    probable: int
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    number: int
    what: str
    until: str
    do: str  # the command, or ""


def page(store: Store, campaign: Campaign, now: datetime) -> Markup:
    """The dashboard for the desk's layout, which serves its style sheet."""
    return Markup(_templates().get_template("dashboard.html").render(figures(store, campaign, now), at_the_desk=True))  # noqa: S704  # escaped


def report(store: Store, campaign: Campaign, now: datetime) -> str:
    """The same as a whole document."""
    style = stylesheet()
    fingerprint = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        _templates()
        .get_template("report.html")
        .render(figures(store, campaign, now), at_the_desk=False, style=style, fingerprint=fingerprint)
    )


def stylesheet() -> str:
    return (files("prospector.review") / "static" / "dashboard.css").read_text("utf-8")


def figures(store: Store, campaign: Campaign, now: datetime) -> dict[str, Any]:
    """All that the templates show."""
    asked = store.figures
    pages, targets, prospects = asked.pages(), asked.targets(), asked.prospects()
    due = asked.claims_due([now + span for span, _ in _SPANS])
    spans = tuple(zip((*(name for _, name in _SPANS), _LATER), due, strict=True))
    wanted = asked.most_wanted(MOST_SHOWN)
    return {
        "campaign": campaign.name,
        "now": now,
        "empty": not pages.read,
        "unreadable": pages.unreadable,
        "facts": facts(targets, prospects),
        "stretches": funnel(pages, targets, prospects),
        "verdicts": kinds(targets),
        "overview": overview(targets),
        "dead_kinds": dead_kinds(targets),
        "wanted": wanted,
        "widest": max((wish.referring_domains for wish in wanted), default=0),
        "gaps": asked.gaps(MOST_SHOWN),
        "scores": scores(prospects),
        "score_labels": score_labels(),
        "winnings": won(store.outcomes.winnings(sent_before=now - timedelta(days=campaign.monitor.days[0]))),
        "spans": spans,
        "span_bars": tuple(charts.bar(name.capitalize(), [(size, "plain")], max(due)) for name, size in spans if size),
        "waiting": waiting(targets, prospects, due, asked.next_claim_at(now), asked.letter_waits(), now=now),
    }


# -- what is shown of it ----------------------------------------------------------------------------------------------


def facts(targets: Sequence[TargetCount], prospects: Sequence[ProspectCount]) -> tuple[tuple[int, str, str], ...]:
    """The few numbers to see first: number, what it counts, a remark."""
    dead = sum(count.targets for count in targets if count.verdict in DEAD_KINDS)
    sure = sum(count.targets for count in targets if count.verdict in DEAD_KINDS and count.confidence is Confidence.CONFIRMED)
    status: Counter[DraftStatus | None] = Counter()
    for count in prospects:
        status[count.draft] += count.prospects
    won = sum(count.prospects for count in prospects if count.stage == "won")
    return (
        (dead, "dead addresses", f"{charts.number(sure)} confirmed"),
        (status[DraftStatus.READY], "letters to review", f"{charts.number(status[DraftStatus.WAITING])} more wait"),
        (status[DraftStatus.SENT], "letters sent", f"{charts.number(status[DraftStatus.APPROVED])} approved, to export"),
        (won, "links won", ""),
    )


def kinds(targets: Sequence[TargetCount]) -> tuple[KindRow, ...]:
    """Every verdict that some target has, in the order of the vocabulary, but the dead first."""
    total: Counter[VerdictKind | None] = Counter()
    sure: Counter[VerdictKind | None] = Counter()
    for count in targets:
        total[count.verdict] += count.targets
        sure[count.verdict] += count.targets if count.confidence is Confidence.CONFIRMED else 0
    everything = sum(total.values())
    order: tuple[VerdictKind | None, ...] = (*sorted(VerdictKind, key=lambda kind: not kind.dead), None)
    return tuple(
        KindRow(
            kind=kind,
            name="not checked" if kind is None else label(kind),
            says="Nobody has looked yet." if kind is None else sentence(kind),
            total=total[kind],
            confirmed=sure[kind],
            probable=total[kind] - sure[kind] if kind in DEAD_KINDS else 0,
            share=charts.share(total[kind], everything),
        )
        for kind in order
        if total[kind]
    )


def overview(targets: Sequence[TargetCount]) -> tuple[charts.Bar, ...]:
    """Dead, alive, undecided, not checked: four bars on the same scale."""
    rows = kinds(targets)
    everything = sum(row.total for row in rows)
    groups = (
        ("Dead", [row for row in rows if row.kind in DEAD_KINDS]),
        ("Alive", [row for row in rows if row.kind is VerdictKind.ALIVE]),
        ("Undecided", [row for row in rows if row.kind not in {*DEAD_KINDS, VerdictKind.ALIVE, None}]),
        ("Not checked", [row for row in rows if row.kind is None]),
    )
    found = []
    for name, among in groups:
        total = sum(row.total for row in among)
        if not total:
            continue
        sure = sum(row.confirmed for row in among)
        parts = [(sure, "sure"), (total - sure, "likely")] if name == "Dead" else [(total, "plain")]
        found.append(charts.bar(name, parts, everything, value=f"{charts.number(total)}  ·  {charts.share(total, everything)}"))
    return tuple(found)


def dead_kinds(targets: Sequence[TargetCount]) -> tuple[charts.Bar, ...]:
    """A bar for each way to be dead, the confirmed and the probable part."""
    rows = [row for row in kinds(targets) if row.kind in DEAD_KINDS]
    most = max((row.total for row in rows), default=0)
    return tuple(
        charts.bar(row.name.capitalize(), [(row.confirmed, "sure"), (row.probable, "likely")], most)
        for row in sorted(rows, key=lambda row: -row.total)
    )


def scores(prospects: Sequence[ProspectCount]) -> tuple[tuple[str, int, tuple[charts.Column, ...]], ...]:
    """For each decision how many letters there are of each score; a column's height is its share of its own decision, so that shapes compare."""
    names = score_labels()
    counted: Mapping[str, Counter[int]] = {decision: Counter() for decision in DECISIONS}
    for count in prospects:
        decision = decision_of(count.draft)
        if decision:
            counted[decision][count.score // SCORE_STEP] += count.prospects
    rows = []
    for decision, groups in counted.items():
        numbers = [groups[place] for place in range(len(names))]
        rows.append((decision, sum(numbers), charts.columns(numbers, names, highest=max(numbers))))
    return tuple(rows)


def score_labels() -> tuple[str, ...]:
    starts = range(0, 100, SCORE_STEP)
    return tuple(f"{start}–{100 if start + SCORE_STEP == 100 else start + SCORE_STEP - 1}" for start in starts)  # points


def waiting(
    targets: Sequence[TargetCount],
    prospects: Sequence[ProspectCount],
    due: Sequence[int],
    next_at: datetime | None,
    letters: LetterWaits,
    *,
    now: datetime,
) -> tuple[Waiting, ...]:
    """What stands still, until when, and what moves it on."""
    status: Counter[DraftStatus | None] = Counter()
    for count in prospects:
        status[count.draft] += count.prospects
    taken = sum(
        count.targets for count in targets if count.verdict is VerdictKind.HIJACKED and count.confidence is not Confidence.CONFIRMED
    )
    soonest = f"the first {when(next_at, now)}" if next_at else "their time has come"
    back = f"the first {when(letters.snoozed_until, now)}" if letters.snoozed_until else "their day comes"
    early = letters.approved_in_advance
    held: Counter[str] = Counter()
    for note, size in letters.notes:
        held[waits_for(note)] += size
    rows = (
        (due[0], "claims for another look", "it can happen now", "scrapy crawl recheck"),
        (sum(due[1:]), "claims for another look", soonest, "scrapy crawl recheck, when it is time"),
        (taken, "addresses that seem taken over, for your word", "you have looked", "scrapy review"),
        (status[DraftStatus.READY], "letters for your review", "you decide", "scrapy review"),
        *((size, f"letters for {what}", "it is there", "scrapy drafts list --status waiting") for what, size in held.most_common()),
        (status[DraftStatus.SNOOZED], "letters you put aside", back, ""),
        (early, "letters approved in advance", "their claims are confirmed", "scrapy crawl recheck"),
        (status[DraftStatus.APPROVED] - early, "approved letters", "you export them", "scrapy export outreach -o letters/"),
    )
    return tuple(Waiting(number=size, what=what, until=until, do=do) for size, what, until, do in rows if size)


# -- how texts of strangers are shown ---------------------------------------------------------------------------------


def readable(text: str, limit: int = LONGEST_ADDRESS) -> str:
    """Without what deceives the eye, and not longer than a line or two."""
    plain = _DECEPTIVE.sub("", text)
    return plain if len(plain) <= limit else f"{plain[: limit // 2]}…{plain[-(limit - limit // 2 - 1) :]}"


def clickable(url: str) -> str:
    """The address if a browser may be sent there, else ""."""
    if not url.lower().startswith(("http://", "https://")):
        return ""
    return _DECEPTIVE.sub(lambda letter: quote(letter[0]), url)


def visitable(wish: Wish) -> str:
    """The dead address itself; "" where what answers there is not what was linked."""
    return "" if wish.verdict in UNCLICKABLE_KINDS else clickable(wish.url)


def spoken(moment: datetime) -> str:
    """In the reader's own time zone."""
    local = moment.astimezone()
    return f"{local.day} {local:%B %Y, %H:%M}"


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("prospector.review"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "readable": readable,
        "clickable": clickable,
        "visitable": visitable,
        "number": charts.number,
        "short": charts.short,
        "label": label,
        "spoken": spoken,
    }
    environment.globals |= {"bar": charts.bar}
    return environment
