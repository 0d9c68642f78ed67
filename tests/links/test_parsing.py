"""links/parsing.py: pages that are made to be expensive, and pages that must pass unchanged."""

from collections.abc import Callable

import pytest

from prospector.links.parsing import parse
from tests.growth import assert_grows_with_its_input

LINK = '<a href="http://x.test/">x</a>'
MANY = 20_000


@pytest.mark.parametrize(
    "make",
    [
        lambda many: "".join(f"<font color={n}><p>x" for n in range(many)) + LINK,
        lambda many: "".join(f"<p><b id=b{n}>x" for n in range(many)) + LINK,
        lambda many: "".join(f"<b id=b{n}>" for n in range(many)) + "<p>" + "</b>" * many + LINK,
        lambda many: "<ul><li>x" * many + LINK,
        lambda many: "<div>" * many + LINK + "</div>" * many,
        lambda many: "<table><tr><td>" * many + LINK,
        lambda many: "<p " + " ".join(f"a{n}=1" for n in range(10 * many)) + ">" + LINK,
    ],
    ids=["font", "bold", "adoption", "lists", "divs", "tables", "attributes"],
)
def test_a_page_made_to_explode_stays_small_and_keeps_its_link(make: Callable[[int], str]) -> None:
    assert_grows_with_its_input(parse, make, MANY)
    tree = parse(make(MANY))
    assert tree.root is not None
    assert sum(1 for _ in tree.root.traverse()) < 500_000
    assert [node.attributes["href"] for node in tree.css("a")] == ["http://x.test/"]


def test_a_long_ordinary_page_passes_unchanged() -> None:
    rows = "".join(f"<li><b>Item</b> {n} <font color=red>new</font> {LINK}<p>words <i>and</i> more" for n in range(3_000))
    tree = parse(f"<ul>{rows}</ul>")
    assert len(tree.css("li > b")) == 3_000
    assert len(tree.css("li > font")) == 3_000
    assert tree.css("wbr") == []


def test_a_large_picture_within_a_page_is_left_alone() -> None:
    picture = f'<img src="data:image/png;base64,{"QUJD" * 40_000}">'
    (image,) = parse(picture + LINK).css("img")
    assert image.attributes["src"] == f"data:image/png;base64,{'QUJD' * 40_000}"


def test_a_script_that_looks_like_a_flood_still_ends() -> None:
    script = "<script>if (a <b) { " + "x = 1; " * 20_000 + "}</script>"
    assert parse(script + LINK).css_first("a") is not None


def test_after_very_many_tags_nothing_is_read() -> None:
    found = parse(LINK * 400_000).css("a")
    assert len(found) == 175_000  # each has a start and an end
