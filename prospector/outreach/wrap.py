"""A rendered template → the text of a mail: lines of at most 72 characters where words allow it, URLs whole, one blank line at most."""

from __future__ import annotations

import re
import textwrap

WIDTH = 72
_LEAD = re.compile(r"(\s*)((?:[-*•]|\d{1,2}\.) )?")


def wrapped(text: str) -> str:
    """Each line of the template is a paragraph of its own: lists and signatures keep their shape."""
    lines: list[str] = []
    for line in text.replace("\t", "    ").splitlines():
        lead = _LEAD.match(line)
        indent, mark = (lead[1], lead[2] or "") if lead else ("", "")
        rest = " ".join(line[len(indent) + len(mark) :].split())
        if not rest:
            if lines and lines[-1]:
                lines.append("")
            continue
        lines += textwrap.wrap(
            rest,
            WIDTH,
            initial_indent=indent + mark,
            subsequent_indent=indent + " " * len(mark),
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines).strip("\n") + "\n"
