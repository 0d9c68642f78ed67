"""A verdict in words that somebody who doubts it can follow: what was seen when, which rules spoke, what would change it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from prospector.items import Confidence, Observation, Outcome, Verdict, VerdictKind
from prospector.verdicts.looks import OURS, look
from prospector.verdicts.policy import Passes, Policy
from prospector.verdicts.signs import Sign, folded, known
from prospector.verdicts.told import came_to, steps
from prospector.words import label, sentence

# rules that are no row of a table, in the words of somebody who was told of a dead link and doubts it
_RULES = {
    "domain-gone": "two name services say that the whole domain does not exist",
    "host-gone": "the name services say that the host does not exist",
    "status-404": "the server itself says 404, which is “not found”, to a program that asked as a browser does",
    "status-410": "the server itself says 410, which is “gone for good”",
    "person": "a person looked and said so",
    "wording-and-sibling": "title or heading say that the page was not found, and the host shows the same text for an address that we made up",
    "wording-alone": "title or heading say that the page was not found, but addresses that we made up do not get the same text",
    "siblings-alike": "the host shows the very same text for two addresses that we made up, and another one on its home page",
    "same-everywhere": "the host gives the same answer for every address, its home page included",
    "redirect-home": "it leads to the home page, and so do addresses that we made up",
    "redirect-parent": "it leads to the folder above, and so do addresses that we made up",
    "redirect-other_site": "it leads to another site, and so do addresses that we made up",
    "redirect-unmeasured": "it leads away, and we could not see whether addresses that we made up do too",
    "one-sibling": "the host shows the same text for an address that we made up, and a second one could not be asked for",
    "refresh": "the page does nothing but send its reader on",
    "behind-wall": "the host keeps programs out, so its answers to a program prove nothing",
    "root-says-lost": "the home page itself speaks of a missing page",
    "empty-body": "the answer was empty",
    "app-shell": "the page is built by a script, and we saw it without one",
    "content": "the page has content, and nothing speaks against it",
    "moved": "it answers at another address, and made-up addresses do not lead there",
    "scheme": "only one of http and https works",
    "certificate": "its certificate is not in order, which hides no page",
    "fragment": "the page is there, the place on it that was linked is not",
    "last-look-unclear": "the last look said nothing either way, and a confirmed death stands for a while",
    "offline": "our own network was down",
    "records-only": "there are old records, and no look of our own yet",
    "archive-alive": "a web archive has a good copy that is younger than our last look",
    "registered-later": "the domain's registration is younger than the link",
    "rdap": "the registry of the domain was asked",
    "status-none": "the answer carried no status",
}


def explained(url: str, verdict: Verdict, seen: Sequence[Observation], policy: Policy, *, now: datetime) -> Iterator[str]:
    """Lines of plain text, oldest observation first."""
    yield url
    certainty = f", {label(verdict.confidence)}" if verdict.confidence else ""
    yield f"Verdict: {label(verdict.kind)}{certainty}. {sentence(verdict.kind)}"
    yield f"Because: {verdict.reason}"
    if verdict.moved_to:
        yield f"Now at:  {verdict.moved_to}"
    yield ""
    yield f"What was seen, {len(seen)} {'time' if len(seen) == 1 else 'times'} (times are UTC):"
    for one in sorted(seen, key=lambda each: each.observed_at):
        yield from _observation(one)
    yield ""
    yield from _rules(verdict, seen)
    yield "What would change it:"
    yield from (f"  - {line}" for line in _what_would_change(url, verdict, policy, now))


def _observation(one: Observation) -> Iterator[str]:
    took = f", {one.elapsed_ms} ms" if one.via in OURS and one.outcome is Outcome.ANSWERED else ""
    yield f"  {_time(one.observed_at)}  {came_to(one)}{took}"
    yield from (f"      {step}" for step in steps(one))
    if not one.offline:
        found = look(one)
        yield f"      this look alone says: {label(found.kind)}. {found.reason}"


def _rules(verdict: Verdict, seen: Sequence[Observation]) -> Iterator[str]:
    if not verdict.rules:
        return
    yield "Rules that spoke:"
    rows = {sign.id: sign for sign in known(verdict.rules)}
    for rule in verdict.rules:
        sign = rows.get(rule)
        yield f"  - {rule}: {_of_row(sign, seen) if sign else _of_rule(rule)}"
    yield ""


def _of_rule(rule: str) -> str:
    if said := _RULES.get(rule):
        return said
    name = rule.removeprefix("outcome-")
    if name in {outcome.value for outcome in Outcome}:
        return sentence(Outcome(name))
    return "the server's own answer" if rule.startswith("status-") else "a rule of an earlier version"


def _of_row(sign: Sign, seen: Sequence[Observation]) -> str:
    """What the row stands for, with the words that were met where they still can be told."""
    said = " ".join(folded(f"{one.body.title} {' '.join(one.body.headings)}") for one in seen if one.body is not None)
    met = next((phrase for phrase in sign.phrases if phrase in said), "")
    words = f", here “{met}”" if met else ""
    return f"a sign of “{sign.means.value.replace('_', ' ')}”{words} (known from: {sign.source})"


def _what_would_change(url: str, verdict: Verdict, policy: Policy, now: datetime) -> Iterator[str]:
    due = verdict.next_check_at
    look = "a look now" if due is None or due <= now else f"the next look, due {_time(due)}"
    if not verdict.kind.dead:
        yield f"{look}, if it finds something else"
        yield f"a person's word: scrapy verdicts mark {shlex.quote(url)} dead"
        return
    yield "one answer with the page's content: it would count as alive at once"
    if verdict.confidence is Confidence.PROBABLE:
        needs = policy.needs(verdict.kind)
        if verdict.kind is VerdictKind.HIJACKED or needs is None:
            yield f"a person's confirmation: scrapy verdicts confirm {shlex.quote(url)}"
        else:
            yield f"{look}: confirmed needs {_needs(needs)}"
    yield f"a person's word that it works: scrapy verdicts mark {shlex.quote(url)} alive"


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
