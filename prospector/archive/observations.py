"""An archived copy as evidence for the judge: an independent witness of when the page was there, and when it was missing."""

from __future__ import annotations

from prospector.items import ArchivedCopy, Observation, Outcome, Via

ALIVE_DETAIL = "captured by a web archive"
MISSING_DETAIL = "captured as missing by a web archive"


def archive_observations(copy: ArchivedCopy, *, run_id: str = "") -> tuple[Observation, ...]:
    """What the archive saw, oldest first: the last good capture, then those in which the page was missing.

    The judge decides what that is worth: two captures, thirty days apart and with no sign of life since, back a 404 of our own.
    """
    seen = [(at, 404, MISSING_DETAIL) for at in copy.failures]
    if copy.captured_at is not None:
        seen.append((copy.captured_at, 200, ALIVE_DETAIL))
    return tuple(
        Observation(
            target_url=copy.target_url,
            observed_at=at,
            outcome=Outcome.ANSWERED,
            run_id=run_id,
            via=Via.ARCHIVE,
            status=status,
            final_url=copy.target_url,
            detail=detail,
        )
        for at, status, detail in sorted(seen)
    )
