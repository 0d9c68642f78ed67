"""Which places of a page are missed, and which are none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prospector.items import VerdictKind
from prospector.verdicts.evidence import NO_SUCH_PLACE
from prospector.verdicts.fragments import missing_places
from prospector.verdicts.looks import look
from tests.verdicts.world import answered, page

HTML = "<h2 id='soil'>Soil</h2><a name='water'>Water</a><h3 id='user-content-light'>Light</h3><p id='größe'>Size</p><p name='wind'>"


@pytest.mark.parametrize("fragment", ["soil", "water", "light", "gr%C3%B6%C3%9Fe", "größe", "soil:~:text=dark"])
def test_a_place_that_is_there(fragment: str) -> None:
    assert missing_places(HTML, [fragment]) == ()


@pytest.mark.parametrize("fragment", ["sand", "Soil", "wind", "sand:~:text=dark"])
def test_a_place_that_is_not(fragment: str) -> None:
    assert missing_places(HTML, ["soil", fragment]) == (fragment,)


@pytest.mark.parametrize("fragment", ["", "top", "TOP", "!/garden", "/garden/soil", ":~:text=dark%20soil", "page=7", "xywh=0,0,9,9"])
def test_what_names_no_place(fragment: str) -> None:
    assert missing_places(HTML, [fragment]) == ()


def test_a_page_without_the_place_is_alive_with_a_note() -> None:
    found = look(replace(answered(html=page("Soil")), detail=f"{NO_SUCH_PLACE} #sand"))
    assert found.kind is VerdictKind.ALIVE
    assert found.reason == "The page answers; the place that was linked is not on it: #sand."
    assert "fragment" in found.rules
