"""Score each shipped letter as SpamAssassin would on its arrival: local tests only, no request leaves the machine.

Each template writes a letter to a made-up page, which becomes a message as a mail program sends it: with Date, Message-ID and MIME headers, between
domains that look like real ones. Printed is template → score → the rules that fired. Needs Debian's package `spamassassin`.
"""

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from prospector.outreach.samples import Sample, SampleSender, sample_prospects
from prospector.outreach.template_lint import sample_letter
from prospector.outreach.templates import Template, load_templates

TEMPLATES = Path(__file__).parent.parent / "templates"
CEILING = 2.0
SAMPLES = ("one link", "many links", "parked and taken over")
# the samples' reserved names, as a mail between ordinary domains would have them; nothing is looked up
ORDINARY = {
    "lindgarden.example": "lind-garden-notes.org",
    "greenlist.example": "greenlist-allotments.net",
    "archive.example": "web.archive.org",
    ".example.org": ".gardeners-almanac.org",
}
_HEADER = re.compile(r"^X-Spam-Status:.*?score=(-?[\d.]+).*?tests=(.*?)\s*(?:autolearn|version)=", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    template: str
    sample: str
    score: float
    rules: tuple[str, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """0: every letter below the ceiling; 1: one is not; 2: no SpamAssassin."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--templates", type=Path, default=TEMPLATES, help="folder of templates (default: the program's own)")
    given = parser.parse_args(arguments)
    program = shutil.which("spamassassin")
    if program is None:
        print("spamassassin is not installed. On Debian: sudo apt-get install spamassassin", file=sys.stderr)
        return 2
    cases = [
        (template, sample)
        for template in load_templates(given.templates).values()
        for sample in sample_prospects()
        if sample.name in SAMPLES
    ]
    with ThreadPoolExecutor(2) as workers:
        found = list(workers.map(lambda case: scored(program, *case), cases))
    for one in found:
        print(f"{one.template:<18}  {one.sample:<22}  {one.score:>5.1f}  {' '.join(one.rules) or '-'}")
    worst = max(found, key=lambda one: one.score)
    print(f"highest: {worst.score:.1f} ({worst.template}, {worst.sample}); ceiling {CEILING:.1f}")
    return 0 if worst.score < CEILING else 1


def scored(program: str, template: Template, sample: Sample) -> Scored:
    """What SpamAssassin's own rules say of a template's letter. -L: no network; -t: always the report."""
    message = as_sent(template, sample).as_bytes(policy=SMTP)
    done = subprocess.run([program, "-L", "-t"], input=message, capture_output=True, check=True, timeout=300)
    match = _HEADER.search(done.stdout.decode("utf-8", "replace"))
    if match is None:
        raise SystemExit(f"{program} gave no X-Spam-Status header: {done.stderr.decode('utf-8', 'replace')[:500]}")
    rules = tuple(rule for rule in re.split(r"[\s,]+", match[2]) if rule and rule != "none")
    return Scored(template=template.id, sample=sample.name, score=float(match[1]) + 0.0, rules=rules)


def as_sent(template: Template, sample: Sample) -> EmailMessage:
    """The letter as its reader's server gets it."""
    draft = sample_letter(template, sample, replace(SampleSender(), postal_address="Lind Garden, 1 Mill Lane, Anytown AB1 2CD"))
    message = EmailMessage()
    message["From"] = "Ada Lind <ada@lind-garden-notes.org>"
    message["To"] = "bo@greenlist-allotments.net"
    message["Subject"] = draft.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = "<20261120091500.4711@lind-garden-notes.org>"
    if template.purpose == "follow-up":
        message["In-Reply-To"] = message["References"] = "<20261105091500.4242@lind-garden-notes.org>"
    text = draft.body
    for reserved, ordinary in ORDINARY.items():
        text = text.replace(reserved, ordinary).replace(reserved.replace(".", "[.]"), ordinary.replace(".", "[.]"))
    message.set_content(text)
    return message


if __name__ == "__main__":
    sys.exit(main())
