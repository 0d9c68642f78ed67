"""A verdict in words that somebody who doubts it can follow: what was seen when, which rules spoke, what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from prospector.items import Confidence, Control, ControlKind, Observation, Outcome, Verdict, VerdictKind, Via
from prospector.verdicts.looks import GONE_STATUSES, look
from prospector.verdicts.policy import Passes, Policy
from prospector.verdicts.signs import Sign, folded, known
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
    if not one.offline:
        found = look(one)
        yield f"      this look alone says: {label(found.kind)}. {found.reason}"


def _came_to(one: Observation) -> str:
    match one.via:
        case Via.PERSON:
            return f"a person looked and found it {'alive' if one.status == 200 else 'dead'}"
        case Via.ARCHIVE:
            return f"a web archive was answered {one.status}"
        case Via.RDAP:
            return f"the registry that keeps the domain {'knows no such name' if one.status in GONE_STATUSES else 'knows the name'}"
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
