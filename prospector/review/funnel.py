"""The funnel: from pages read to links won, each step with what fell out before it and why. Pure.

Within a stretch each step is a part of the one before, so that step = next step + its losses; a new stretch begins where other things are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prospector.items import DraftStatus, Stage, VerdictKind
from prospector.review.charts import number, per, share
from prospector.store import PageCounts, ProspectCount, TargetCount
from prospector.words import label

# where a letter has been approved, or went on from there
APPROVED = frozenset({DraftStatus.APPROVED, DraftStatus.EXPORTED, DraftStatus.SENT})
_OUT = frozenset({DraftStatus.EXPORTED, DraftStatus.SENT})
_UNANSWERED = frozenset({Stage.FOUND, Stage.DRAFTED, Stage.CONTACTED})

_NOT_APPROVED = {
    DraftStatus.WAITING: "waiting for a claim, an offer, a contact or a word of yours",
    DraftStatus.READY: "ready for your review",
    DraftStatus.SNOOZED: "put aside for later",
    DraftStatus.REJECTED: "rejected by you",
    DraftStatus.WITHDRAWN: "withdrawn: what it said is no longer true",
}
_NOT_WON = {
    Stage.REPLIED: "answered, and nothing settled yet",
    Stage.DECLINED: "declined",
    Stage.FIXED: "mended, without a link to you",
    Stage.LOST: "won, and gone again",
    Stage.DO_NOT_CONTACT: "answered: do not write again",
}
_NOT_DEAD = {
    VerdictKind.ALIVE: "working",
    VerdictKind.BLOCKED: "closed to programs: only a person can tell",
    VerdictKind.TRANSIENT: "in trouble just now, to be looked at again",
    VerdictKind.UNKNOWN: "not known yet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    number: int
    why: str  # goes on after the number


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    name: str
    number: int
    whole: int  # what the bar is a part of: the first step of its stretch
    share: str = ""  # of the step before; "" where another kind of thing is counted
    losses: tuple[Loss, ...] = ()  # between the step before and this one
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Steps that count the same kind of thing."""

    name: str
    steps: tuple[Step, ...]


def funnel(pages: PageCounts, targets: Sequence[TargetCount], prospects: Sequence[ProspectCount]) -> tuple[Stretch, ...]:
    return (
        Stretch(name="What was read", steps=_read(pages, targets)),
        Stretch(name="Addresses the links lead to", steps=_addresses(targets)),
        Stretch(name="Pages to write about", steps=_letters(prospects)),
    )


def _read(pages: PageCounts, targets: Sequence[TargetCount]) -> tuple[Step, ...]:
    links = sum(count.links for count in targets)
    unreadable = f"; {number(pages.unreadable)} could not be read" if pages.unreadable else ""
    return (
        Step(name="Pages", number=pages.read, whole=0, note=f"{number(pages.resource_pages)} are resource pages{unreadable}"),
        Step(name="Links", number=links, whole=0, note=f"to other sites, {per(links, pages.read)} a page" if pages.read else ""),
    )


def _addresses(counts: Sequence[TargetCount]) -> tuple[Step, ...]:
    def those(fits: Callable[[TargetCount], bool]) -> int:
        return sum(count.targets for count in counts if fits(count))

    def dead(count: TargetCount) -> bool:
        return count.verdict is not None and count.verdict.dead

    def confirmed(count: TargetCount) -> bool:
        return dead(count) and count.confidence == "confirmed"

    def matched(count: TargetCount) -> bool:
        return confirmed(count) and count.strength is not None

    everything, checked, dying = those(lambda _: True), those(lambda count: count.verdict is not None), those(dead)
    sure, fitting = those(confirmed), those(matched)
    early = those(lambda count: dead(count) and not confirmed(count) and count.strength is not None)
    kinds: Counter[VerdictKind | None] = Counter()
    for count in counts:
        kinds[count.verdict] += count.targets
    for_person = those(lambda count: count.verdict is VerdictKind.HIJACKED and not confirmed(count))
    links = sum(count.links for count in counts)
    return (
        Step(name="Addresses", number=everything, whole=everything, note=f"{per(links, everything)} links to each" if everything else ""),
        _step("Checked", checked, everything, everything, (everything - checked, "not checked yet")),
        _step(
            "Dead",
            dying,
            checked,
            everything,
            *((kinds[kind], why) for kind, why in _NOT_DEAD.items()),
        ),
        _step(
            "Confirmed dead",
            sure,
            dying,
            everything,
            (dying - sure - for_person, "waiting for another look"),
            (for_person, "seemingly taken over, which only you can confirm"),
        ),
        _step(
            "Matched",
            fitting,
            sure,
            everything,
            (those(lambda count: confirmed(count) and count.strength is None and count.tried), "with no page of yours that fits"),
            (those(lambda count: confirmed(count) and not count.tried), "not compared with your pages yet"),
            note=f"a page of yours fits; {number(early)} more do, once confirmed" if early else "a page of yours fits",
        ),
    )


def _letters(counts: Sequence[ProspectCount]) -> tuple[Step, ...]:
    def those(fits: Callable[[ProspectCount], bool]) -> int:
        return sum(count.prospects for count in counts if fits(count))

    def reachable(count: ProspectCount) -> bool:
        return count.contact or count.draft in _OUT  # whose letter is out had a contact, even if it was forgotten since

    def drafted(count: ProspectCount) -> bool:
        return reachable(count) and count.draft is not None

    pages, reached, letters = those(lambda _: True), those(reachable), those(drafted)
    statuses: Counter[DraftStatus | None] = Counter()
    stages: Counter[Stage] = Counter()
    for count in counts:
        if reachable(count):
            statuses[count.draft] += count.prospects
        if count.draft is DraftStatus.SENT:
            stages[count.stage] += count.prospects
    approved, out, sent = (sum(statuses[status] for status in among) for among in (APPROVED, _OUT, {DraftStatus.SENT}))
    won, unanswered = stages[Stage.WON], sum(stages[stage] for stage in _UNANSWERED)
    alone = those(lambda count: not reachable(count) and count.draft is not None)
    lonely = f"{number(alone)} more, with nobody to write to yet" if alone else ""
    return (
        Step(name="Pages with dead links", number=pages, whole=pages),
        _step("With a contact", reached, pages, pages, (pages - reached, "with nobody to write to")),
        _step("Drafts", letters, reached, pages, (reached - letters, "without a letter: scrapy export prospects says why"), note=lonely),
        _step("Approved", approved, letters, pages, *((statuses[status], why) for status, why in _NOT_APPROVED.items())),
        _step("Exported", out, approved, pages, (approved - out, "approved, and not exported yet")),
        _step("Sent", sent, out, pages, (out - sent, "exported; nobody has said yet that it was sent")),
        _step(
            "Won",
            won,
            sent,
            pages,
            (unanswered, "without an answer yet"),
            *((stages[stage], why) for stage, why in _NOT_WON.items()),
        ),
    )


def _step(name: str, size: int, before: int, whole: int, *losses: tuple[int, str], note: str = "") -> Step:
    lost = tuple(Loss(number=lost, why=why) for lost, why in losses if lost)
    return Step(name=name, number=size, whole=whole, share=share(size, before), losses=lost, note=note)


def decision_of(status: DraftStatus | None) -> str:
    """What a person made of a letter: "approved", "rejected" or "undecided"; "" where there is nothing to decide."""
    if status is None or status is DraftStatus.WITHDRAWN:
        return ""
    if status in APPROVED:
        return label(DraftStatus.APPROVED)
    return label(DraftStatus.REJECTED) if status is DraftStatus.REJECTED else "undecided"
