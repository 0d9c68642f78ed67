"""What a look came to, in words."""

from __future__ import annotations

import pytest

from prospector.items import BodySample, Control, ControlKind, Hop, Observation, Outcome, Via
from prospector.verdicts.told import NOT_COUNTED, came_to, steps
from tests.store import builders as make

URL = "https://old.example.net/guide"


def seen(**fields: object) -> Observation:
    return make.seen(URL, observed_at=make.NOON, **fields)


@pytest.mark.parametrize(
    ("look", "words"),
    [
        (seen(status=404), "answered 404"),
        (seen(status=404, via=Via.BROWSER), "in a browser: answered 404"),
        (seen(status=None, outcome=Outcome.TIMED_OUT), "timed out"),
        (seen(status=410, via=Via.PERSON), "a person looked and found it dead"),
        (seen(status=200, via=Via.PERSON), "a person looked and found it working"),
        (seen(status=404, via=Via.ARCHIVE), "a web archive's visit was answered 404"),
        (seen(status=404, via=Via.RDAP), "the registry that keeps the domain knows no such name"),
        (seen(status=200, via=Via.RDAP), "the registry that keeps the domain knows the name"),
    ],
)
def test_each_kind_of_look_has_its_words(look: Observation, words: str) -> None:
    assert came_to(look) == words


def test_all_that_happened_is_told_and_every_strange_word_passes_through_its_keeper() -> None:
    look = seen(
        status=200,
        hops=(Hop(url=URL, status=301, location="/lost"),),
        final_url="https://old.example.net/lost",
        certificate="expired",
        detail="as told",
        expected=("mint", "tea"),
        body=BodySample(sha256="0" * 64, size=9, complete=True, title="Lost", headings=("Sorry",), words_present=False),
        controls=(Control(kind=ControlKind.SIBLING, url=f"{URL}-zz", outcome=Outcome.ANSWERED, status=200, similarity=0.97),),
        offline=True,
    )
    assert list(steps(look)) == [
        f"301 at {URL} sent us on to /lost",
        "ended at https://old.example.net/lost",
        "its certificate: expired",
        "as told",
        "the page says: Lost / Sorry",
        "none of the words expected of it stands there: mint, tea",
        f"for comparison, a made-up neighbour {URL}-zz: answered 200, 97% the same text",
        NOT_COUNTED,
    ]
    told = "\n".join(steps(look, address=lambda _: "ADDRESS", text=lambda _: "WORDS"))
    assert not any(word in told for word in ("old.example.net", "/lost", "expired", "as told", "Lost", "mint"))
