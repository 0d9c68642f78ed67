"""What a look came to, in words: the one wording for the desk, the fix list and `scrapy verdicts explain`. Pure.

Whoever shows it to strangers hands in how an address and a crawled text may stand there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prospector.items import Control, ControlKind, Observation, Outcome, Via
from prospector.verdicts.looks import GONE_STATUSES
from prospector.words import label

MOST_SAID = 200  # characters of what a page says of itself
MOST_DETAIL = 300
MOST_WORDS = 8
NOT_COUNTED = "our own network was down: not counted"

Shown = Callable[[str], str]


def came_to(one: Observation) -> str:
    match one.via:
        case Via.PERSON:
            return f"a person looked and found it {'working' if one.status == 200 else 'dead'}"
        case Via.ARCHIVE:
            return f"a web archive's visit was answered {one.status}"
        case Via.RDAP:
            return f"the registry that keeps the domain {'knows no such name' if one.status in GONE_STATUSES else 'knows the name'}"
        case _:
            how = "in a browser: " if one.via is Via.BROWSER else ""
            return how + (f"answered {one.status}" if one.outcome is Outcome.ANSWERED else label(one.outcome))


def steps(one: Observation, *, address: Shown = str, text: Shown = str) -> Iterator[str]:
    """What happened on the way, what the page said of itself, what it was compared with.

    :param address: a URL, as it may be shown.
    :param text: words of strangers, as they may be shown.
    """
    yield from (f"{hop.status} at {address(hop.url)} sent us on to {address(hop.location)}" for hop in one.hops)
    if one.hops and one.final_url:
        yield f"ended at {address(one.final_url)}"
    if one.certificate:
        yield f"its certificate: {text(one.certificate)}"
    if one.detail:
        yield text(one.detail)[:MOST_DETAIL]
    if one.body is not None and (one.body.title or one.body.headings):
        said = " / ".join(filter(None, (one.body.title, *one.body.headings[:2])))
        yield f"the page says: {text(said)[:MOST_SAID]}"
    if one.body is not None and one.body.words_present is False:
        yield f"none of the words expected of it stands there: {text(', '.join(one.expected[:MOST_WORDS]))}"
    yield from (_compared(control, address) for control in one.controls)
    if one.offline:
        yield NOT_COUNTED


def _compared(control: Control, address: Shown) -> str:
    what = "the site's front page" if control.kind is ControlKind.ROOT else "a made-up neighbour"
    answer = f"answered {control.status}" if control.outcome is Outcome.ANSWERED else label(control.outcome)
    alike = "" if control.similarity is None else f", {control.similarity:.0%} the same text"
    return f"for comparison, {what} {address(control.url)}: {answer}{alike}"
