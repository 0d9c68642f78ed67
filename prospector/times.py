"""Times as people say them."""

from __future__ import annotations

from datetime import datetime


def when(moment: datetime, now: datetime) -> str:
    """A time as seen from `now` (both with a zone), in the reader's own time zone."""
    seconds = (moment - now).total_seconds()
    if abs(seconds) < 1:
        return "now"
    if abs(seconds) < 120:
        return f"in {seconds:.0f} seconds" if seconds > 0 else f"{-seconds:.0f} seconds ago"
    local, today = moment.astimezone(), now.astimezone()
    days = (local.date() - today.date()).days
    if days == 0:
        return f"today {local:%H:%M}"
    if abs(days) == 1:
        return f"{'tomorrow' if days > 0 else 'yesterday'} {local:%H:%M}"
    return f"on {local:%A} {local.day} {local:%B}, {local:%H:%M}"
