"""A verdict in words that somebody who doubts it can follow: what was seen when, which rules spoke, what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from prospector.items import Confidence, Control, ControlKind, Observation, Outcome, Verdict, VerdictKind, Via
from prospector.verdicts.policy import Passes, Policy
from prospector.verdicts.signs import known
from prospector.words import label, sentence


def explained(url: str, verdict: Verdict, seen: Sequence[Observation], policy: Policy, *, now: datetime) -> Iterator[str]:
    """Lines of plain text, oldest observation first."""
    yield url
    certainty = f", {label(verdict.confidence)}" if verdict.confidence else ""
    yield f"Verdict: {label(verdict.kind)}{certainty}. {sentence(verdict.kind)}"
    yield f"Because: {verdict.reason}"
    if verdict.moved_to:
        yield f"Now at:  {verdict.moved_to}"
    yield ""
    yield f"What was seen, {len(seen)} {'time' if len(seen) == 1 else 'times'}:"
    for one in sorted(seen, key=lambda each: each.observed_at):
        yield from _observation(one)
    yield ""
    yield from _rules(verdict)
    yield "What would change it:"
    yield from (f"  - {line}" for line in _what_would_change(verdict, policy, now))


def _observation(one: Observation) -> Iterator[str]:
    head = f"  {_time(one.observed_at)}  {_came_to(one)}"
    yield head + (" (while our own network was down: not counted)" if one.offline else "")
    for hop in one.hops:
        yield f"      {hop.status} at {hop.url} sent us on to {hop.location}"
    if one.hops and one.final_url:
        yield f"      ended at {one.final_url}"
    if one.certificate:
        yield f"      its certificate: {one.certificate}"
    if one.detail:
        yield f"      {one.detail}"
    if one.body is not None and (one.body.title or one.body.headings):
        said = " / ".join(filter(None, (one.body.title, *one.body.headings[:2])))
        yield f"      the page says: {said[:200]}"
    if one.body is not None and one.body.words_present is False:
        yield f"      none of the words expected of it stands on the page: {', '.join(one.expected[:8])}"
    for control in one.controls:
        yield f"      {_control(control)}"


def _came_to(one: Observation) -> str:
    match one.via:
        case Via.PERSON:
            return f"a person looked and found it {'alive' if one.status == 200 else 'dead'}"
        case Via.ARCHIVE:
            return f"a web archive was answered {one.status}"
        case Via.RDAP:
            return "the registry was asked about the domain"
        case _:
            pass
    how = "in a browser: " if one.via is Via.BROWSER else ""
    if one.outcome is Outcome.ANSWERED:
        return f"{how}answered {one.status} in {one.elapsed_ms} ms"
    return f"{how}{label(one.outcome)}"


def _control(control: Control) -> str:
    what = "the host's root" if control.kind is ControlKind.ROOT else "a made-up neighbour"
    answer = f"answered {control.status}" if control.outcome is Outcome.ANSWERED else label(control.outcome)
    alike = "" if control.similarity is None else f", {control.similarity:.0%} the same text"
    return f"for comparison, {what} {control.url}: {answer}{alike}"


def _rules(verdict: Verdict) -> Iterator[str]:
    if not verdict.rules:
        return
    yield "Rules that spoke:"
    rows = {sign.id: sign for sign in known(verdict.rules)}
    for rule in verdict.rules:
        sign = rows.get(rule)
        yield f"  - {rule}" + (f": a {sign.means.value.replace('_', ' ')} sign ({sign.source})" if sign else "")
    yield ""


def _what_would_change(verdict: Verdict, policy: Policy, now: datetime) -> Iterator[str]:
    due = verdict.next_check_at
    look = "a look now" if due is None or due <= now else f"the next look, due {_time(due)}"
    if not verdict.kind.dead:
        yield f"{look}, if it finds something else"
        yield "a person's word: scrapy verdicts mark URL dead --note …"
        return
    yield "one answer with the page's content: it would count as alive at once"
    if verdict.confidence is Confidence.PROBABLE:
        needs = policy.needs(verdict.kind)
        if verdict.kind is VerdictKind.HIJACKED or needs is None:
            yield "a person's confirmation: scrapy verdicts confirm URL"
        else:
            yield f"{look}: confirmed needs {_needs(needs)}"
    yield "a person's word that it works: scrapy verdicts mark URL alive --note …"


def _needs(needs: Passes) -> str:
    span = f", over at least {_length(needs.span)}" if needs.span else ""
    return f"{needs.passes} failed looks, each at least {_length(needs.gap)} after the one before{span}"


def _length(span: timedelta) -> str:
    seconds = span.total_seconds()
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size and seconds % size == 0:
            number = int(seconds // size)
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{seconds:g} seconds"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
