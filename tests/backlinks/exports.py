"""Exports made for tests: the headings of a report's sample over any rows, in any encoding, delimiter and state of repair."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from prospector.backlinks.records import records_of
from prospector.backlinks.reports import Kind, Report

SITES = ("library.example.org", "hobby.example.net", "büro.example.de")
ANCHORS = ("composting guide", 'the "best" guide, really', "Über Kompost; alles", "a | b", "=1+1", "")


def preamble_and_heading(report: Report) -> tuple[list[str], list[str], list[str]]:
    """The sample's lines above the headings, its headings, and its one row."""
    lines = report.sample.rstrip("\n").split("\n")
    delimiter = max((",", "\t", ";"), key=lines[-1].count)
    *above, heading, row = [record.cells for record in records_of(iter(enumerate(lines, 1)), delimiter)]
    return [",".join(cells) for cells in above], heading, row


def rows_of(report: Report, number: int) -> list[list[str]]:
    """Rows like the sample's, each with another page and anchor."""
    _, heading, row = preamble_and_heading(report)
    made = []
    for n in range(number):
        cells = list(row)
        for at, name in enumerate(heading):
            ours = report.column(" ".join(name.casefold().split()))
            if ours == "source":
                cells[at] = f"https://{SITES[n % len(SITES)]}/list-{n}.html"
            elif ours == "target" and report.kind is Kind.PAGES:
                cells[at] = f"https://mine.example/page-{n}"
            elif ours == "site":
                cells[at] = f"site-{n}.example.org"
            elif ours == "anchor":
                cells[at] = ANCHORS[n % len(ANCHORS)]
        made.append(cells)
    return made


def written(report: Report, rows: Iterable[Sequence[str]], *, delimiter: str, encoding: str, end: str = "\r\n") -> bytes:
    above, heading, _ = preamble_and_heading(report)
    text = io.StringIO()
    for line in above:
        text.write(line + end)
    if above:
        text.write(end)
    table = csv.writer(text, delimiter=delimiter, lineterminator=end)
    table.writerow(heading)
    table.writerows(rows)
    return text.getvalue().encode(encoding, "replace")
