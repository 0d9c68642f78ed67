"""A template → what would be objected to in the letters that it makes, tried on the built-in sample prospects, with the line to mend."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from prospector.items import Draft, Observation, Outcome
from prospector.outreach.findings import Finding, Severity, error
from prospector.outreach.letter import compose, compose_reclaim
from prospector.outreach.lint import lint
from prospector.outreach.samples import NOW, PREVIOUS, Sample, SampleCampaign, SampleSender, samples_for
from prospector.outreach.templates import FOLLOW_UP, Template, TemplateError
from prospector.outreach.views import SenderSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """An objection to a template."""

    line: int  # of its file
    finding: Finding
    sample: str  # the case in which it shows first


def lint_template(template: Template, *, sender: SenderSettings | None = None) -> tuple[Flaw, ...]:
    """All objections by line, each once."""
    source = template.path.read_text(encoding="utf-8-sig").splitlines()
    found: dict[tuple[int, str], Flaw] = {}
    for sample in samples_for(template.purpose):
        for finding in _findings(template, sample, sender or SampleSender()):
            line = _line(finding, template, source)
            found.setdefault((line, re.sub(r"\d+", "0", finding.reason)), Flaw(line=line, finding=finding, sample=sample.name))
    return tuple(sorted(found.values(), key=lambda flaw: (flaw.line, flaw.finding.severity, flaw.finding.reason)))


def sample_letter(template: Template, sample: Sample, sender: SenderSettings) -> Draft:
    """The letter that a template makes for a sample. TemplateError if it makes none."""
    campaign = SampleCampaign(goal="help", sender=sender)  # with that goal there is a letter even where nothing is offered
    if sample.reclaim is not None:
        return compose_reclaim(sample.prospect, campaign, template, sample.reclaim, previous=PREVIOUS)
    previous = PREVIOUS if template.purpose == FOLLOW_UP else None
    draft = compose(sample.prospect, campaign, template, now=NOW, seen=sample.seen, previous=previous)
    if not isinstance(draft, Draft):
        raise TemplateError(draft.reason)
    return draft


def _findings(template: Template, sample: Sample, sender: SenderSettings) -> Iterator[Finding]:
    try:
        draft = sample_letter(template, sample, sender)
    except TemplateError as problem:
        yield error(str(problem))
        return
    looks = {
        target: [Observation(target_url=target, observed_at=when, outcome=Outcome.ANSWERED, status=404) for when in times]
        for target, times in sample.seen.items()
    }
    campaign = SampleCampaign(goal="help", sender=sender)
    for finding in lint(draft, sample.prospect, campaign, evidence=looks, previous=PREVIOUS, reclaim=sample.reclaim):
        # words of a hostile page may well look odd; what must not happen there is an error
        if finding.severity is Severity.ERROR or not sample.hostile:
            yield finding


def _line(finding: Finding, template: Template, source: list[str]) -> int:
    """The line whose words are meant, else where the subject or the letter begins."""
    if "subject" in finding.reason.split(" has ")[0]:
        return template.subject_line
    words = finding.where.split()
    for length in (len(words), 3, 1):
        phrase = " ".join(words[:length])
        for number, line in enumerate(source, start=1):
            if phrase and number >= template.subject_line and phrase.casefold() in " ".join(line.split()).casefold():
                return number
    return template.body_line
