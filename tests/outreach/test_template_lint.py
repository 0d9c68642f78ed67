"""A template is tried on made-up pages, and what is wrong is shown with the line to mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from prospector.outreach.samples import SampleSender, samples_for
from prospector.outreach.template_lint import Flaw, lint_template, sample_letter
from prospector.outreach.templates import load_templates, read_template
from tests.outreach.letters import SHIPPED, TEMPLATES, Sender

ALL = load_templates(SHIPPED)


def flaws(folder: Path, was: str, becomes: str) -> list[Flaw]:
    text = (SHIPPED / "resource-page.txt.j2").read_text(encoding="utf-8")
    assert was in text
    path = folder / "mine.txt.j2"
    path.write_text(text.replace(was, becomes), encoding="utf-8")
    return list(lint_template(read_template(path)))


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("relation", ["owner", "employee", "agency", "volunteer"])
def test_the_shipped_templates_have_no_flaw(template: str, relation: str) -> None:
    sender = Sender(relation=relation, client="Lind Ltd" if relation == "agency" else None)
    assert [flaw for flaw in lint_template(ALL[template], sender=sender) if "words besides" not in flaw.finding.reason] == []


@pytest.mark.parametrize(
    ("was", "becomes", "line_holds", "said"),
    [
        ("Kind regards,", "Act now!\n\nKind regards,", "Act now!", "presses the reader"),
        ("Kind regards,", "[your name]", "[your name]", "still to be filled in"),
        ("subject: ", "subject: A rather long introduction to a subject line: ", "subject: ", "the subject has"),
        ("{{ sender.relation }}", "", "{{ contact.greeting }}", "in which relation"),
        ("{{ sender.opt_out }}", "", "{{ contact.greeting }}", "left alone"),
        ("   {{ link.address }}", "   {{ link.new_url }} {{ page.host }}/x {{ offer.url if offer }}", "", "nothing"),
    ],
)
def test_a_flaw_is_shown_with_its_line(tmp_path: Path, was: str, becomes: str, line_holds: str, said: str) -> None:
    found = [flaw for flaw in flaws(tmp_path, was, becomes) if said in flaw.finding.reason]
    assert len(found) == (1 if line_holds else 0)
    for flaw in found:
        lines = (tmp_path / "mine.txt.j2").read_text(encoding="utf-8").splitlines()
        assert line_holds in lines[flaw.line - 1]


def test_each_template_makes_a_bounded_letter_of_every_sample() -> None:
    for template in ALL.values():
        for sample in samples_for(template.purpose):
            draft = sample_letter(template, sample, SampleSender())
            assert len(draft.body) < 6_000
            assert len(draft.subject) <= 60
            assert "{{" not in draft.body
