"""An audit of a backlink profile as a web page in one file, or as a table. Addresses are shown, never linked: some of them are traps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from prospector.backlinks.audit import Audit
from prospector.outreach.plain import plain

COLUMNS = ("section", "what", "number", "share", "reason", "examples")
SIGNAL = "signal"
_LONGEST = 160  # letters of a text that a stranger wrote


def as_html(found: Audit, *, campaign: str, now: datetime) -> str:
    return _page().render(found=found, campaign=campaign, now=now) + "\n"


def as_rows(found: Audit) -> Iterator[dict[str, object]]:
    """One for each line of each section, then one for each signal."""
    for section in found.sections:
        for row in section.rows:
            yield {
                "section": section.name,
                "what": row.what,
                "number": row.number,
                "share": round(row.share, 4),
                "reason": "",
                "examples": row.examples,
            }
    for signal in found.signals:
        yield {
            "section": f"{SIGNAL}: {signal.name}",
            "what": signal.site,
            "number": signal.links,
            "share": None,
            "reason": signal.reason,
            "examples": signal.examples,
        }


@cache
def _page() -> Template:
    loader = PackageLoader("prospector.export")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"quiet": lambda text: plain(text, _LONGEST), "number": "{:,}".format, "percent": "{:.1%}".format}
    return environment.get_template("backlinks-audit.html.j2")
