"""Stored evidence, read again with today's rules: what makes a better rule work on yesterday's observations."""

from __future__ import annotations

from dataclasses import replace

from prospector.items import Observation
from prospector.verdicts.reading import read_body


def reread(observation: Observation) -> Observation:
    """The observation with the rows that would fire on its page now; unchanged where the page itself was not kept.

    Only of suspects is the page kept: of an ordinary page title, headings and the rows that fired then are all there is.
    """
    body = observation.body
    if body is None or body.html is None:
        return observation
    again = read_body(
        body.html,
        url=observation.final_url or observation.target_url,
        content_type=body.content_type,
        sha256=body.sha256,
        size=body.size,
        complete=body.complete,
        expected=observation.expected,
        close=True,
        status=observation.status,
    )
    return replace(observation, body=again)
