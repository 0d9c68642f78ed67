"""Pages and what is read of them: each tests/golden/NAME.html has its NAME.json beside it.

To add one: put a page of your own there, its address in <meta name="x-found-at" content="https://…">, and write the JSON.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from prospector.links.extract import read_page

GOLDEN = Path(__file__).parent.parent / "golden"
PAGES = sorted(GOLDEN.glob("*.html"))
ADDRESS = re.compile(r'<meta name="x-found-at" content="([^"]+)">')


def reading_of(page: Path) -> dict[str, Any]:
    html = page.read_text(encoding="utf-8")
    address = ADDRESS.search(html)
    assert address, f"{page.name} does not say where it was found"
    reading = read_page(html, url=address[1])
    return {
        "title": reading.title,
        "language": reading.language,
        "headings": list(reading.headings),
        "links": [
            {
                "url": link.target_url + ("#" + link.fragment if link.fragment else ""),
                "anchor": link.anchor,
                "section": link.section,
                "heading": link.heading,
                "context": link.context,
                **({"rel": list(link.rel)} if link.rel else {}),
                **({"boilerplate": True} if link.boilerplate else {}),
            }
            for link in reading.links
        ],
        "internal": [link.url for link in reading.internal],
    }


def test_there_are_golden_pages() -> None:
    assert len(PAGES) >= 5


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_golden_page_is_read_as_written_down(page: Path) -> None:
    expected = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    assert reading_of(page) == expected
