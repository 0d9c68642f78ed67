"""Which way a draft's status and a prospect's stage may go, as two tables, and what a crawl's new facts do to a letter. Pure.

A new way is a new row here; whatever has no row does not happen. tests/outreach/test_transitions.py walks both tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

from prospector.items import Claim, Confidence, Draft, DraftStatus, Stage, Wait
from prospector.outreach.plain import defanged, quiet
from prospector.words import label


class Action(StrEnum):
    """What a person can do to a draft."""

    APPROVE = "approve"
    REJECT = "reject"
    SNOOZE = "snooze"
    REOPEN = "reopen"  # back to where nobody had decided
    EDIT = "edit"
    ADDRESS = "address"  # another contact, or leave to use a hidden one
    EXPORT = "export"
    SEND = "send"  # it was sent, by whatever the person sends with
    REPORT = "report"  # what became of a letter that was sent


class Outcome(StrEnum):
    """What became of a letter, as a person tells it."""

    SENT = "sent"
    REPLIED = "replied"
    DECLINED = "declined"
    BOUNCED = "bounced"
    WON = "won"
    FIXED = "fixed"
    NO_REPLY = "no-reply"  # a person looked: nothing came yet


_W, _R, _A, _Z = DraftStatus.WAITING, DraftStatus.READY, DraftStatus.APPROVED, DraftStatus.SNOOZED
_N, _E, _S, _F = DraftStatus.REJECTED, DraftStatus.EXPORTED, DraftStatus.SENT, DraftStatus.WITHDRAWN

UNDECIDED = frozenset({_W, _R})  # which of the two follows from what it still waits for
# from → action → to; where to is UNDECIDED, it is WAITING or READY, as `undecided` says
MOVES: Mapping[Action, Mapping[DraftStatus, DraftStatus]] = MappingProxyType(
    {
        Action.APPROVE: {_W: _A, _R: _A, _Z: _A},
        Action.REJECT: {_W: _N, _R: _N, _A: _N, _Z: _N, _F: _N, _E: _N},
        Action.SNOOZE: {_W: _Z, _R: _Z, _A: _Z, _Z: _Z},
        Action.REOPEN: {_A: _R, _Z: _R, _N: _R, _E: _R},
        Action.EDIT: {_W: _R, _R: _R, _A: _R, _Z: _Z, _F: _R},
        Action.ADDRESS: {_W: _R, _R: _R, _A: _R, _Z: _Z},
        Action.EXPORT: {_A: _E},
        Action.SEND: {_A: _S, _E: _S},
        Action.REPORT: {_A: _S, _E: _S, _S: _S},
    }
)
# while a draft is here, what it claims can still fall away and take it along
WITHDRAWABLE = frozenset({_W, _R, _A, _Z})
# from here on a crawl changes nothing any more: it is refused, or out of the house
SETTLED = frozenset({_N, _E, _S})
# how the note of an exported letter begins whose ground fell away
DO_NOT_SEND = "do not send it"
# what was handed over or sent: another letter would be a second one
OUT = frozenset({_E, _S})

_FOUND = (Stage.FOUND, Stage.DRAFTED)
# what a letter's outcome makes of its prospect, from where
STAGES: Mapping[Outcome, Mapping[Stage, Stage]] = MappingProxyType(
    {
        Outcome.SENT: dict.fromkeys(_FOUND, Stage.CONTACTED),
        Outcome.NO_REPLY: dict.fromkeys(_FOUND, Stage.CONTACTED),
        Outcome.REPLIED: dict.fromkeys((*_FOUND, Stage.CONTACTED), Stage.REPLIED),
        Outcome.DECLINED: dict.fromkeys((*_FOUND, Stage.CONTACTED, Stage.REPLIED), Stage.DECLINED),
        Outcome.BOUNCED: dict.fromkeys((*_FOUND, Stage.CONTACTED), Stage.DRAFTED),
        Outcome.WON: dict.fromkeys((*_FOUND, Stage.CONTACTED, Stage.REPLIED, Stage.DECLINED, Stage.FIXED, Stage.LOST), Stage.WON),
        Outcome.FIXED: dict.fromkeys((*_FOUND, Stage.CONTACTED, Stage.REPLIED, Stage.DECLINED), Stage.FIXED),
    }
)

_ENDED = frozenset({Outcome.DECLINED, Outcome.WON, Outcome.FIXED})
# what may be told of a letter after what was told before; "" is nothing yet
OUTCOMES: Mapping[str, frozenset[Outcome]] = MappingProxyType(
    {
        "": frozenset(Outcome),
        Outcome.SENT: frozenset(Outcome) - {Outcome.SENT},
        Outcome.NO_REPLY: _ENDED | {Outcome.REPLIED, Outcome.BOUNCED},
        Outcome.REPLIED: _ENDED,
        Outcome.DECLINED: frozenset({Outcome.WON, Outcome.FIXED}),
        Outcome.FIXED: frozenset({Outcome.WON}),
        Outcome.WON: frozenset(),
        Outcome.BOUNCED: frozenset(),
    }
)

DONE_TO = MappingProxyType(  # goes on after "can't be"
    {
        Action.APPROVE: "approved",
        Action.REJECT: "rejected",
        Action.SNOOZE: "put aside",
        Action.REOPEN: "reopened",
        Action.EDIT: "edited",
        Action.ADDRESS: "addressed anew",
        Action.EXPORT: "exported",
        Action.SEND: "marked as sent",
        Action.REPORT: "marked with what became of it",
    }
)
_NOT_NOW = MappingProxyType(
    {
        _W: "It still waits for something.",
        _R: "Nobody has approved it yet.",
        _A: "It is approved.",
        _Z: "It is put aside.",
        _N: "It was rejected; reopen it first.",
        _E: "It was exported already.",
        _S: "It was sent already.",
        _F: "It was withdrawn: what it claimed is no longer true.",
    }
)


def next_status(status: DraftStatus, action: Action, waits: Sequence[Wait] = ()) -> DraftStatus | None:
    """Where the action leads; None where it may not be done."""
    to = MOVES[action].get(status)
    return undecided(waits) if to in UNDECIDED else to


def undecided(waits: Sequence[Wait]) -> DraftStatus:
    return _W if waits else _R


def why_not(status: DraftStatus, action: Action) -> str:
    """In words, for a move that has no row."""
    return f"{_NOT_NOW[status]} A letter that is {label(status)} can't be {DONE_TO[action]}."


def outcome_allowed(before: str, outcome: Outcome) -> str:
    """Why this can't be told of a letter after what was told before, in words; "" if it can."""
    if outcome in OUTCOMES[before]:
        return ""
    return f"It is marked as {before} already; undo that first." if before else ""


def next_stage(stage: Stage, outcome: Outcome) -> Stage:
    """Where the prospect stands after that; where no row speaks of it, where it stood."""
    return STAGES[outcome].get(stage, stage)


# -- what a crawl found out since -------------------------------------------------------------------------------------------


class Held(Protocol):
    """A stored draft, as far as a crawl's new letter changes it."""

    @property
    def status(self) -> DraftStatus: ...
    @property
    def recipient(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def template(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def claims(self) -> tuple[Claim, ...]: ...
    @property
    def waits(self) -> tuple[Wait, ...]: ...
    @property
    def released_at(self) -> datetime | None: ...
    @property
    def edited(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Renewal:
    """What becomes of a stored draft: the columns to write, and the event's kind."""

    written: Mapping[str, Any]
    kind: str = "updated"


NOTHING = Renewal({})


def renewed(held: Held, letter: Draft, *, objection: str = "", now: datetime) -> Renewal:
    """What a crawl's letter does to the one that is stored.

    A person's words are never touched: beside them stands the new text. What a person approved goes out only if every claim in it is
    confirmed and it still offers what it offered; else the approval waits, or is void, or the letter is withdrawn.

    :param objection: what lint says against the new text, if it is an error.
    """
    if held.status in SETTLED:
        if held.status is not _E:
            return NOTHING
        fallen, lost = _fallen(held, letter.dead), _lost(held, letter)
        why = _lives_again(fallen) if fallen else f"the new address that it gives for {_names(lost)} no longer holds" if lost else ""
        return Renewal({"note": f"{DO_NOT_SEND}: {why}"}, "flagged") if why else NOTHING
    return _edited(held, letter, now=now) if held.edited else _unedited(held, letter, objection=objection, now=now)


def _edited(held: Held, letter: Draft, *, now: datetime) -> Renewal:
    differs = (letter.subject, letter.body) != (held.subject, held.body)
    written: dict[str, Any] = {"fresh_subject": letter.subject if differs else None, "fresh_body": letter.body if differs else None}
    if not held.recipient:
        written["recipient"] = letter.recipient
    fallen = _fallen(held, letter.dead)
    if fallen:
        note = f"your text speaks of a link that is no longer dead: {_lives_again(fallen)}"
        return Renewal({**written, "status": _F, "note": note, "released_at": None}, "withdrawn")
    unsure = tuple(claim for claim in held.claims if letter.dead.get(claim.target_url) is not Confidence.CONFIRMED)
    waits: tuple[Wait, ...] = tuple(wait for wait in letter.waits if wait is not Wait.CLAIM)
    if unsure:
        waits = (*waits, Wait.CLAIM)
    elif not held.claims and Wait.CLAIM in letter.waits:
        waits = letter.waits
    note = letter.note
    if lost := _lost(held, letter):
        note = f"the new address that your text gives for {_names(lost)} no longer holds: take it out"
        if held.status is _A:
            return Renewal({**written, "waits": waits, "note": note, "status": undecided(waits), "released_at": None}, "approval void")
    elif unsure and Wait.CLAIM not in letter.waits:
        note = f"your text names “{_name(unsure[0])}”, which is not confirmed dead yet: wait, or take it out"
    return _placed(held, {**written, "waits": waits, "note": note}, waits, now=now)


def _unedited(held: Held, letter: Draft, *, objection: str, now: datetime) -> Renewal:
    text = {
        "recipient": letter.recipient,
        "subject": letter.subject,
        "body": letter.body,
        "template": letter.template,
        "claims": letter.claims,
        "waits": letter.waits,
        "note": letter.note,
    }
    if held.status is _A:
        if void := _void(held, letter, objection):
            note = "; ".join(filter(None, (f"it was approved, but {void}: look at it again", letter.note)))
            status = undecided(letter.waits)
            return Renewal({**text, "note": note, "status": status, "released_at": None}, "approval void")
        if held.released_at is not None and not letter.waits and _says_the_same(held, letter):
            return NOTHING  # it says what was approved; newer dates alone change nothing
    return _placed(held, text, letter.waits, now=now)


def _placed(held: Held, written: Mapping[str, Any], waits: tuple[Wait, ...], *, now: datetime) -> Renewal:
    """The status that follows from what is still waited for."""
    match held.status:
        case DraftStatus.SNOOZED:
            return Renewal(written)
        case DraftStatus.APPROVED if not waits:
            kind = "updated" if held.released_at else "released"
            return Renewal({**written, "released_at": held.released_at or now}, kind)
        case DraftStatus.APPROVED if set(waits) == {Wait.CLAIM}:
            return Renewal({**written, "released_at": None}, "held back" if held.released_at else "updated")
        case DraftStatus.APPROVED:
            return Renewal({**written, "released_at": None, "status": _W}, "approval void")
        case _:
            return Renewal({**written, "status": undecided(waits)})


def _void(held: Held, letter: Draft, objection: str) -> str:
    """Why an approval does not cover the new text, or ""."""
    return objection or next(_against(held, letter), "")


def _against(held: Held, letter: Draft) -> Iterator[str]:
    if held.recipient != letter.recipient:
        yield "it would now go to somebody else"
    carriers = [claim for claim in held.claims if claim.carries]
    if carriers and not any(claim.target_url in letter.dead for claim in carriers):
        yield f"what carried it is no longer dead ({_lives_again(carriers)})"
    if lost := _lost(held, letter):
        yield f"the new address that it gave for {_names(lost)} no longer holds"
    if held.template != letter.template:
        yield "it would now be another letter"
    named = {claim.target_url for claim in letter.claims}
    if carriers and not any(claim.target_url in named for claim in carriers):
        yield f"it would no longer speak of {_names(carriers)}"
    offers = {claim.target_url: claim.offer_url for claim in held.claims}
    if any(claim.offer_url != offers[claim.target_url] for claim in letter.claims if claim.target_url in offers):
        yield "it would now offer another page"


def _fallen(held: Held, dead: Mapping[str, Confidence]) -> tuple[Claim, ...]:
    return tuple(claim for claim in held.claims if claim.target_url not in dead)


def _lost(held: Held, letter: Draft) -> tuple[Claim, ...]:
    """Those that it says moved to where they are not, or not any more."""
    return tuple(
        claim
        for claim in held.claims
        if claim.new_url and claim.target_url in letter.dead and letter.moved.get(claim.target_url) != claim.new_url
    )


def _says_the_same(held: Held, letter: Draft) -> bool:
    """But for a new address that was found since: that alone does not change what was approved."""
    given = {claim.target_url: claim.new_url for claim in held.claims}
    return held.claims == tuple(claim if given.get(claim.target_url) else replace(claim, new_url="") for claim in letter.claims)


def _names(claims: Sequence[Claim]) -> str:
    return ", ".join(f"“{_name(claim)}”" for claim in claims[:3])


def _lives_again(fallen: Sequence[Claim]) -> str:
    return f"{_names(fallen)} {'works again or has' if len(fallen) == 1 else 'work again or have'} left the page"


def _name(claim: Claim) -> str:
    return quiet(claim.anchor, 60) or defanged(claim.target_url)
