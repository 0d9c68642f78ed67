"""Observations → Verdict. Pure: no network, no clock, no store.

One alive answer resets everything before it. Looks that say nothing (blocked, transient, unknown) neither reset nor count.
A new way to die is a new row in `signs/*.toml` with its example, not a new branch here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from prospector.items import Confidence, Observation, Verdict, VerdictKind, Via
from prospector.verdicts.addresses import split
from prospector.verdicts.evidence import ONE_RESOLVER, REGISTERED_LATER
from prospector.verdicts.looks import GONE_STATUSES, OURS, Look, look, says_something
from prospector.verdicts.policy import Passes, Policy

# failures of one family add up: a page that was a soft 404 last week and a 404 today was missing twice
_MISSING = frozenset({VerdictKind.GONE, VerdictKind.PARKED, VerdictKind.SOFT404, VerdictKind.REDIRECTED})
_ORDINARY_PORTS = (None, 80, 443)
ARCHIVE_GAP = timedelta(days=30)  # captures closer together may be one bad week


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    observation: Observation
    look: Look

    @property
    def at(self) -> datetime:
        return self.observation.observed_at

    @property
    def own(self) -> bool:
        return self.observation.via in OURS


def judge(seen: Sequence[Observation], policy: Policy, *, now: datetime) -> Verdict:
    """Weigh all that was seen of one target, in any order. A single sign of life outweighs any number of failures before it."""
    if not seen:
        return Verdict(kind=VerdictKind.UNKNOWN, reason="Not looked at yet.", next_check_at=now)
    counted = [one for one in seen if says_something(one)]
    history = [_Seen(observation=one, look=look(one)) for one in counted]
    if len(history) > 1:
        history.sort(key=_order)
    own = [one for one in history if one.own]
    if not own:
        return _nothing_of_ours(seen, policy, now)
    latest = own[-1]
    mark = next((one for one in reversed(own) if one.observation.via is Via.PERSON), latest)
    for sign_of_life in (mark, latest):
        if sign_of_life.look.kind is VerdictKind.ALIVE:
            return _alive(sign_of_life, policy, now)
    since = _since_life(history)
    if not any(one.own for one in since):
        reason = "A web archive saw the page alive after our last look."
        return Verdict(kind=VerdictKind.UNKNOWN, reason=reason, next_check_at=now, rules=("archive-alive",))
    return _dead(since, policy, now) if latest.look.kind.dead else _unclear(since, policy, now)


def _order(one: _Seen) -> tuple[datetime, bool, str]:
    """By time; of two looks at the same moment the sign of life counts as the later."""
    return one.at, one.look.kind is VerdictKind.ALIVE, repr(one.observation)


def _nothing_of_ours(seen: Sequence[Observation], policy: Policy, now: datetime) -> Verdict:
    if any(one.offline for one in seen):
        reason = "Our own network was down when this was looked at."
        return Verdict(kind=VerdictKind.UNKNOWN, reason=reason, next_check_at=now + policy.offline, rules=("offline",))
    return Verdict(
        kind=VerdictKind.UNKNOWN, reason="Only old records were seen, not the page itself.", next_check_at=now, rules=("records-only",)
    )


def _since_life(history: list[_Seen]) -> list[_Seen]:
    """What came after the last sign of life, an archive's good capture included."""
    for at in range(len(history) - 1, -1, -1):
        one = history[at]
        if one.look.kind is VerdictKind.ALIVE and one.observation.via is not Via.RDAP:
            return history[at + 1 :]
    return history


def _alive(one: _Seen, policy: Policy, now: datetime) -> Verdict:
    return Verdict(
        kind=VerdictKind.ALIVE,
        reason=one.look.reason,
        next_check_at=max(now, one.at + policy.alive),
        moved_to=one.look.moved_to,
        rules=one.look.rules,
    )


def _dead(since: list[_Seen], policy: Policy, now: datetime) -> Verdict:
    """The verdict of a run of looks whose last own one found the target dead."""
    deaths = [one for one in since if one.look.kind.dead]
    latest = next(one for one in reversed(deaths) if one.own)
    kind = _kind_of(latest, deaths)
    named = next((one for one in reversed(deaths) if one.look.kind is kind and one.observation.via is not Via.PERSON), latest)
    failed = [one for one in deaths if one.own and (_adds_up(one, kind))]
    evidence = _passes(deaths, kind, policy)
    confirmed_at = _confirmed_at(evidence, deaths, kind, policy)
    due = latest.at + policy.confirmed if confirmed_at else _next_pass(evidence, latest, policy.needs(kind), policy)
    younger = _registered_later(since) if kind is VerdictKind.HIJACKED else ""
    return Verdict(
        kind=kind,
        reason=f"{named.look.reason} {younger}".rstrip(),
        confidence=Confidence.CONFIRMED if confirmed_at else Confidence.PROBABLE,
        first_failed_at=min((one.at for one in (*failed, *evidence)), default=latest.at),
        confirmed_at=confirmed_at,
        next_check_at=max(now, due),
        rules=(*named.look.rules, "registered-later") if younger else named.look.rules,
    )


def _registered_later(since: list[_Seen]) -> str:
    """The registry's word that the name changed hands after the link was made, as a sentence."""
    said = next((one.observation.detail for one in reversed(since) if one.observation.via is Via.RDAP), "")
    return f"Its registry bears that out: {said}." if REGISTERED_LATER in said else ""


def _unclear(since: list[_Seen], policy: Policy, now: datetime) -> Verdict:
    """The last look said nothing. A confirmed death stands for a while; anything less gives way to "don't know"."""
    own = [one for one in since if one.own]
    latest = own[-1]
    quiet = next((n for n, one in enumerate(reversed(own)) if one.look.kind.dead), len(own))
    due = latest.at + _interval(latest.look.kind, own[len(own) - quiet :], policy)
    if quiet < len(own) and latest.at - own[-quiet - 1].at <= policy.stands:
        last_death = own[-quiet - 1]
        before = _dead([one for one in since if one.at <= last_death.at], policy, now)
        if before.confidence is Confidence.CONFIRMED:
            return Verdict(
                kind=before.kind,
                reason=before.reason,
                confidence=before.confidence,
                first_failed_at=before.first_failed_at,
                confirmed_at=before.confirmed_at,
                next_check_at=max(now, due),
                rules=(*before.rules, "last-look-unclear"),
            )
    return Verdict(kind=latest.look.kind, reason=latest.look.reason, next_check_at=max(now, due), rules=latest.look.rules)


def _interval(kind: VerdictKind, run: list[_Seen], policy: Policy) -> timedelta:
    if kind is VerdictKind.BLOCKED:
        return policy.blocked
    if kind is VerdictKind.UNKNOWN:
        return policy.unknown
    outages = 0
    for one in reversed(run):
        if one.look.kind is not VerdictKind.TRANSIENT:
            break
        outages += 1
    doublings = min(max(outages - 1, 0), 16)
    return min(policy.transient * (1 << doublings), policy.transient_max)


def _kind_of(latest: _Seen, deaths: list[_Seen]) -> VerdictKind:
    """A person's mark says that it is dead, not of what: the program's last finding names the kind."""
    if latest.observation.via is not Via.PERSON:
        return latest.look.kind
    found = next((one for one in reversed(deaths) if one.own and one.observation.via is not Via.PERSON), latest)
    return found.look.kind


def _adds_up(one: _Seen, kind: VerdictKind) -> bool:
    if one.observation.via is Via.PERSON or one.look.kind is kind:
        return True
    return kind in _MISSING and one.look.kind in _MISSING


def _passes(deaths: list[_Seen], kind: VerdictKind, policy: Policy) -> list[_Seen]:
    """The failures that count: far enough apart, or from an independent witness."""
    needs = policy.needs(kind)
    records = _records(deaths, kind)
    passes: list[_Seen] = []
    last: datetime | None = None
    for one in deaths:
        if one in records:
            passes.append(one)
        elif not one.own or not _adds_up(one, kind) or _half_seen(one):
            continue
        elif one.observation.via is Via.PERSON:
            passes.append(one)
        elif needs is None or last is None or one.at - last >= needs.gap:
            passes.append(one)
            last = one.at
    return passes


def _records(deaths: list[_Seen], kind: VerdictKind) -> list[_Seen]:
    """Archive captures that were missing, at least two and far apart, back a 404; a registry without the name backs DNS."""
    if kind is VerdictKind.DNS:
        return [one for one in deaths if one.observation.via is Via.RDAP and one.look.kind is VerdictKind.DNS][:1]
    if kind is not VerdictKind.GONE:
        return []
    captures: list[_Seen] = []
    for one in deaths:
        missing = one.observation.via is Via.ARCHIVE and one.observation.status in GONE_STATUSES
        if missing and (not captures or one.at - captures[-1].at >= ARCHIVE_GAP):
            captures.append(one)
    return captures if len(captures) > 1 else []


def _half_seen(one: _Seen) -> bool:
    """A name that only one resolver was asked about: probable, never a pass."""
    return one.look.kind is VerdictKind.DNS and ONE_RESOLVER in one.observation.detail


def _confirmed_at(passes: list[_Seen], deaths: list[_Seen], kind: VerdictKind, policy: Policy) -> datetime | None:
    """When the evidence first sufficed."""
    needs = policy.needs(kind)
    for count, one in enumerate(passes, start=1):
        if needs is None:
            if one.observation.via is Via.PERSON:
                return one.at
        elif (
            count >= needs.passes
            and one.at - passes[0].at >= needs.span
            and (kind is not VerdictKind.REFUSED or _both_schemes(deaths, one.at))
        ):
            return one.at
    return None


def _both_schemes(deaths: list[_Seen], until: datetime) -> bool:
    """A server may refuse one of http and https and answer the other; a port of its own has no twin to try."""
    refused = [one.observation for one in deaths if one.look.kind is VerdictKind.REFUSED and one.at <= until]
    asked = [split(one.final_url or one.target_url) for one in refused]
    return {"http", "https"} <= {url.scheme for url in asked} or any(url.port not in _ORDINARY_PORTS for url in asked)


def _next_pass(passes: list[_Seen], latest: _Seen, needs: Passes | None, policy: Policy) -> datetime:
    """When another failed look would count, and late enough to be the last one needed where it can be."""
    if needs is None:
        return latest.at + policy.hijacked
    if not passes:
        return latest.at + needs.gap
    due = passes[-1].at + needs.gap
    if len(passes) + 1 >= needs.passes:
        due = max(due, passes[0].at + needs.span)
    return due
